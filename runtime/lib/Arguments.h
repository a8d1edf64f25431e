//===- Arguments.h - Command lines -----------------------------------------------===//
//
// One declaration per argument gives its parsing, range check, help and default.
// Every mistake is an Error of status Usage that names the argument, what was
// given and what is allowed.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_ARGUMENTS_H
#define IARC_RUNTIME_LIB_ARGUMENTS_H

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace iarc::runtime {

/// The arguments of one subcommand. The target of each holds its default when it is declared.
class Arguments {
public:
  Arguments(std::string command) : command(std::move(command)) {}

  void addInteger(const char *name, const char *placeholder, int64_t *target, int64_t least,
                  int64_t most, const char *help, const char *defaultText = nullptr);
  void addSeed(uint64_t *target);
  /// A finite number from `least` to `most`; `most` itself is excluded when `below` is set.
  void addNumber(const std::string &name, const char *placeholder, double *target, double least,
                 double most, bool below, const char *help);
  /// Any text that `set` takes; it returns what was expected in its place, "" when all is well.
  void addText(const char *name, const char *placeholder, const char *help,
               const std::string &defaultText, std::function<std::string(const std::string &)> set);
  /// A flag that other programs have: giving it is answered by this message, and help hides it.
  void refuse(const char *name, const std::string &message);
  /// A file name; an empty default means none was given.
  void addFile(const char *name, std::string *target, const char *help, bool required = false);
  /// The name of a file that is written, which none that is read may be but that of the flag
  /// `mayReplace`.
  void addOutput(const char *name, std::string *target, const char *help, bool required = false,
                 const char *mayReplace = "");
  /// A word; an empty default means none was given.
  void addWord(const char *name, const char *placeholder, std::string *target, const char *help,
               bool required = false);
  void addFolder(const char *name, std::string *target, const char *help);
  /// A number of steps, or a time with a unit: "500", "30s", "5m", "2h". Sets one of the targets and
  /// the other one to 0.
  void addStepsOrTime(const char *name, const char *placeholder, int64_t *steps, double *seconds,
                      int64_t most, const char *help, const char *defaultText);
  void addSwitch(const char *name, bool *target, const char *help);

  /// Parses the words after the subcommand: "--name value", "--name=value", "--switch".
  /// Returns false when help was asked for. Hints name the subcommand's help after `program`.
  bool parse(const std::vector<std::string> &words, const std::string &program = "");

  /// Throws Error (status Usage) where a file that is written is one that is read, however it is named.
  void requireInputsKept() const;
  /// The same of another file that the command reads, which `what` names: "the data file".
  void requireKept(const std::string &what, const std::string &path) const;

  /// The list of arguments with help and defaults, one a line, under the heading "flags:".
  std::string help() const;
  std::vector<std::string> names() const;
  /// Whether the argument was given on the command line.
  bool given(const std::string &name) const;

private:
  struct Argument {
    std::string name, placeholder, help, defaultText;
    bool required = false, given = false;
    std::function<void(const std::string &)> set; ///< throws Error
    bool hidden = false;
    std::string *file = nullptr; ///< of one that names a file
    bool written = false;
    std::string mayReplace = "";
  };
  void declare(CLI::App &app) const;
  std::string command;
  std::vector<Argument> arguments;
};

} // namespace iarc::runtime

#endif
