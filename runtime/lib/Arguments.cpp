//===- Arguments.cpp - Command lines ---------------------------------------------===//
//
// CLI11 takes the words apart and sets the list of flags; values are read here, as
// its own conversion takes "010" for 8 and "true" for 1. Only this file sees CLI11.
//
//===----------------------------------------------------------------------===//

#include "Arguments.h"

#include "Error.h"
#include "OutputFile.h"
#include "Text.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace iarc::runtime {

[[noreturn]] static void invalidValue(const char *name, const std::string &text,
                                      const std::string &expected) {
  fail(Exit::Usage, "invalid value %s for %s: expected %s", runtime::quoted(text).c_str(), name,
       expected.c_str());
}

template <class T>
static T parseInteger(const char *name, const std::string &text, T least, T most) {
  T value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
    invalidValue(name, text,
                 "an integer from " + std::to_string(least) + " to " + std::to_string(most));
  return value;
}

void Arguments::addInteger(const char *name, const char *placeholder, int64_t *target,
                           int64_t least, int64_t most, const char *help, const char *defaultText) {
  arguments.push_back(
      {name, placeholder, help, defaultText ? defaultText : std::to_string(*target), false, false,
       [=](const std::string &text) { *target = parseInteger<int64_t>(name, text, least, most); }});
}

void Arguments::addSeed(uint64_t *target) {
  arguments.push_back({"--seed", "S", "seed of everything random", std::to_string(*target), false,
                       false, [=](const std::string &text) {
                         *target = parseInteger<uint64_t>("--seed", text, 0, UINT64_MAX);
                       }});
}

void Arguments::addText(const char *name, const char *placeholder, const char *help,
                        const std::string &defaultText,
                        std::function<std::string(const std::string &)> set) {
  arguments.push_back({name, placeholder, help, defaultText, false, false,
                       [=, set = std::move(set)](const std::string &text) {
                         if (std::string expected = set(text); !expected.empty())
                           invalidValue(name, text, expected);
                       }});
}

void Arguments::refuse(const char *name, const std::string &message) {
  std::string flag = name;
  arguments.push_back({name, "X", "", "", false, false,
                       [=](const std::string &) {
                         fail(Exit::Usage, "there is no %s: %s", flag.c_str(), message.c_str());
                       },
                       /*hidden=*/true});
}

void Arguments::addNumber(const std::string &name, const char *placeholder, double *target, double least,
                          double most, bool below, const char *help) {
  arguments.push_back(
      {name, placeholder, help, format("%g", *target), false, false, [=](const std::string &text) {
         double value = 0;
         auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
         if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value) ||
             value < least || value > most || (below && value == most))
           invalidValue(name.c_str(), text,
                        format("a number from %g to %s%g", least, below ? "below " : "", most));
         *target = value;
       }});
}

void Arguments::addFile(const char *name, std::string *target, const char *help, bool required) {
  arguments.push_back({name, "FILE", help, "", required, false, [=](const std::string &text) {
                         if (text.empty())
                           invalidValue(name, text, "the name of a file");
                         *target = text;
                       }});
  arguments.back().file = target;
}

void Arguments::addOutput(const char *name, std::string *target, const char *help, bool required,
                          const char *mayReplace) {
  addFile(name, target, help, required);
  arguments.back().written = true;
  arguments.back().mayReplace = mayReplace;
}

void Arguments::requireInputsKept() const {
  for (const Argument &input : arguments)
    if (input.file && !input.written)
      requireKept(input.name, *input.file);
}

void Arguments::requireKept(const std::string &what, const std::string &path) const {
  for (const Argument &output : arguments)
    if (output.written && output.mayReplace != what && *output.file != "-" && !path.empty() &&
        !output.file->empty() && isSameFile(path, *output.file))
      fail(Exit::Usage, "%s and %s name the same file %s\nhint: name another file for %s",
           what.c_str(), output.name.c_str(), runtime::quoted(path).c_str(), output.name.c_str());
}

void Arguments::addWord(const char *name, const char *placeholder, std::string *target,
                        const char *help, bool required) {
  arguments.push_back({name, placeholder, help, "", required, false,
                       [=](const std::string &text) {
                         if (text.empty())
                           invalidValue(name, text, "a word");
                         *target = text;
                       }});
}

void Arguments::addFolder(const char *name, std::string *target, const char *help) {
  arguments.push_back({name, "DIR", help, "", false, false, [=](const std::string &text) {
                         if (text.empty())
                           invalidValue(name, text, "the name of a folder");
                         *target = text;
                       }});
}

void Arguments::addStepsOrTime(const char *name, const char *placeholder, int64_t *steps,
                               double *seconds, int64_t most, const char *help,
                               const char *defaultText) {
  arguments.push_back(
      {name, placeholder, help, defaultText, false, false, [=](const std::string &text) {
         int64_t value = 0;
         auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
         std::string_view unit(end, size_t(text.data() + text.size() - end));
         double factor = unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
         if (error != std::errc() || value < 1 || value > most || (factor == 0 && !unit.empty()))
           invalidValue(name, text,
                        "steps from 1 to " + std::to_string(most) +
                            ", or a time such as 30s, 5m or 2h");
         *steps = factor == 0 ? value : 0;
         *seconds = double(value) * factor;
       }});
}

void Arguments::addSwitch(const char *name, bool *target, const char *help) {
  arguments.push_back(
      {name, "", help, "", false, false, [=](const std::string &) { *target = true; }});
}

bool Arguments::given(const std::string &name) const {
  for (const Argument &argument : arguments)
    if (argument.name == name)
      return argument.given;
  return false;
}

std::vector<std::string> Arguments::names() const {
  std::vector<std::string> names{"--help"};
  for (const Argument &argument : arguments)
    if (!argument.hidden)
      names.push_back(argument.name);
  return names;
}

namespace {

/// Shows an option as "--steps N", its default at the end of its description.
class FlagFormatter : public CLI::Formatter {
public:
  std::string make_option_opts(const CLI::Option *option) const override {
    return option->get_type_size() ? " " + option->get_type_name() : "";
  }
};

} // namespace

void Arguments::declare(CLI::App &app) const {
  app.set_help_flag("-h,--help", "print this help")->group("flags");
  app.allow_extras(); // to suggest the nearest flag
  for (const Argument &argument : arguments) {
    std::string help = argument.help;
    if (argument.required)
      help += " (required)";
    else if (!argument.defaultText.empty())
      help += " (default " + argument.defaultText + ")";
    const std::string names = argument.name == "--out" ? "-o,--out" : argument.name;
    CLI::Option *option = argument.placeholder.empty()
                              ? app.add_flag(names)->disable_flag_override()
                              : app.add_option(names)->type_name(argument.placeholder);
    option->description(help)->group(argument.hidden ? "" : "flags")->multi_option_policy(
        CLI::MultiOptionPolicy::TakeAll); // to say ourselves that one is given twice
  }
}

/// CLI11's complaint in our words.
[[noreturn]] static void failParsing(const CLI::ParseError &error) {
  std::string text = error.what();
  if (size_t end = text.find(" was given a disallowed flag override"); end != std::string::npos)
    fail(Exit::Usage, "--%s takes no value", text.substr(0, end).c_str());
  fail(Exit::Usage, "invalid command line: %s", text.c_str());
}

bool Arguments::parse(const std::vector<std::string> &given, const std::string &program) {
  const std::string seeHelp = "see '" + program + command + " --help'";
  CLI::App app;
  declare(app);
  std::vector<std::string> words; // CLI11 takes them last first
  for (auto word = given.rbegin(); word != given.rend(); ++word) {
    // Of "--name=" it would take the next word for the value.
    bool isEmptyValue =
        word->size() > 3 && word->compare(0, 2, "--") == 0 && word->find('=') == word->size() - 1;
    if (isEmptyValue)
      words.push_back("");
    words.push_back(isEmptyValue ? word->substr(0, word->size() - 1) : *word);
  }
  auto needsValue = [](const std::string &name, const std::string &placeholder) {
    fail(Exit::Usage, "%s needs a value: %s %s", name.c_str(), name.c_str(), placeholder.c_str());
  };
  try {
    app.parse(std::move(words));
  } catch (const CLI::CallForHelp &) {
    return false;
  } catch (const CLI::ArgumentMismatch &error) {
    for (const Argument &argument : arguments)
      if (std::string(error.what()).compare(0, argument.name.size() + 1, argument.name + ":") == 0)
        needsValue(argument.name, argument.placeholder);
    failParsing(error);
  } catch (const CLI::ParseError &error) {
    failParsing(error);
  }

  for (const std::string &word : app.remaining()) {
    if (word.size() < 2 || word[0] != '-') {
      // Meant for the flag before it?
      auto place = std::find(given.begin(), given.end(), word);
      bool follows = std::any_of(arguments.begin(), arguments.end(), [&](const Argument &argument) {
        return place != given.begin() && argument.placeholder.empty() && *(place - 1) == argument.name;
      });
      fail(Exit::Usage, "%s takes no argument %s, only flags\nhint: %s%s", command.c_str(),
           runtime::quoted(word).c_str(),
           follows ? (*(place - 1) + " takes no value; ").c_str() : "", seeHelp.c_str());
    }
    std::string name = word.substr(0, word.find('='));
    const std::vector<std::string> known = names();
    std::string nearest = nearestName(name, known);
    // What other programs call it.
    for (auto [theirs, ours] : {std::pair("--lr", "--rate"), {"--learning-rate", "--rate"},
                                {"--batch-size", "--batch"}, {"--weight-decay", "--decay"},
                                {"--output", "--out"}})
      if (name == theirs && std::find(known.begin(), known.end(), ours) != known.end())
        nearest = ours;
    fail(Exit::Usage, "%s has no flag %s\nhint: %s", command.c_str(), runtime::quoted(name).c_str(),
         nearest.empty() ? seeHelp.c_str() : ("did you mean " + nearest + "?").c_str());
  }
  std::string missing;
  for (Argument &argument : arguments) {
    const CLI::Option *option = app.get_option(argument.name);
    argument.given = option->count() > 0;
    if (option->count() > 1)
      fail(Exit::Usage, "%s is given twice", argument.name.c_str());
    if (argument.given) {
      std::string value = option->results().front();
      // Another flag in the value's place, unless it hangs on this one's name.
      if (value.compare(0, 2, "--") == 0 &&
          std::find(given.begin(), given.end(), argument.name + "=" + value) == given.end())
        needsValue(argument.name, argument.placeholder);
      argument.set(value);
    } else if (argument.required) {
      missing += (missing.empty() ? "" : ", ") + argument.name + " " + argument.placeholder;
    }
  }
  if (!missing.empty())
    fail(Exit::Usage, "%s needs %s\nhint: %s", command.c_str(), missing.c_str(), seeHelp.c_str());
  return true;
}

std::string Arguments::help() const {
  CLI::App app;
  declare(app);
  FlagFormatter formatter;
  size_t width = 0;
  for (const Argument &argument : arguments)
    if (!argument.hidden)
      width = std::max(width, argument.name.size() + argument.placeholder.size());
  formatter.column_width(width + 5); // two spaces before, one between, two after
  return formatter.make_groups(&app, CLI::AppFormatMode::Normal).substr(1); // an empty line
}

} // namespace iarc::runtime
