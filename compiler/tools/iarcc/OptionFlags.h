//===- OptionFlags.h - The flags of iarcc and their help ---------------------===//
#ifndef IARCC_OPTIONFLAGS_H
#define IARCC_OPTIONFLAGS_H

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace iarcc {

/// The options as written, before their values are checked.
struct RawOptions {
  std::vector<std::string> inputs;
  std::string output, stage, optLevel = "3", target, targetCpu;
  std::string precision, runtimeLibrary, matmul = "auto", memory = "normal", remarks, sanitize = IARC_SANITIZE;
  std::vector<std::string> overrides, libraryPath, plan, exportTargets;
  std::string diagnosticsFormat = "text", explain;
  std::string graphFormat = "svg";
  std::string docFormat, title, link;
  std::vector<std::string> open;
  std::string task, context, samples = "5", first = "0", seed = "1";
  bool timing = false, fromLowered = false, json = false;
};

/// What a command does, and the examples and the form of a call that its help begins with.
struct CommandHelp {
  const char *summary, *examples;
};
extern const CommandHelp compileHelp, runHelp, checkGradientsHelp, taskHelp, graphHelp, docHelp;

/// The options that most commands have; `executableOnly` leaves out what names an output.
void addOptions(CLI::App &app, RawOptions &raw, bool executableOnly);

/// The options of `iarcc task` alone.
void addTaskOptions(CLI::App &app, RawOptions &raw);

/// The options of `iarcc graph` or `iarcc doc`, which compile nothing.
void addPageOptions(CLI::App &app, RawOptions &raw, bool graph);

} // namespace iarcc
#endif
