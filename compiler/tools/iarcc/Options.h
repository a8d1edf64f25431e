//===- Options.h - What the command line of iarcc says ---------------------===//
//
// The parsed command line, in plain types: the parsing itself (CLI11) stays in
// Options.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef IARCC_OPTIONS_H
#define IARCC_OPTIONS_H

#include "iarc/CodeGen/Sanitize.h"
#include "iarc/PlanOverrides.h"
#include "iarc/dsl/Document.h"
#include "iarc/dsl/Graph.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace iarcc {

/// Exit statuses of iarcc.
enum Status {
  Success = 0,
  WrongSource = 1,
  WrongUsage = 2,
  InputOutput = 4,
  InternalError = 5,
};

enum class Command { Compile, Run, CheckGradients, Task, Graph, Doc };

/// Where the compiler stops, in the order of its stages; the last two are linked.
enum class Stage { Ast, Iarc, Gradient, Fused, Lowered, Llvm, Assembly, Object, Library, Executable };

struct Options {
  Command command = Command::Compile;
  std::string input;
  std::string output; ///< empty: the stage's default; "-": standard output
  Stage stage = Stage::Executable;
  std::vector<std::pair<std::string, std::string>> overrides; ///< of -D, in order
  int optLevel = 3;
  std::string target;    ///< a triple; empty: this machine
  std::string targetCpu; ///< empty: the target's default
  std::vector<std::string> exportTargets; ///< of --export-target: TRIPLE or TRIPLE:CPU, each once
  bool doublePrecision = false;
  bool lowMemory = false;      ///< --memory low
  std::string matmul = "auto"; ///< what does the large products: auto, own or blas
  iarc::PlanOverrides plan;    ///< of --plan
  bool planRemarks = false;    ///< of -Rplan
  iarc::Sanitizer sanitizer = iarc::Sanitizer::None;
  std::vector<std::string> libraryPath; ///< of -I, in order
  std::string runtimeLibrary;           ///< empty: found beside iarcc
  bool timing = false;
  bool fromLowered = false; ///< the input is a lowered module, as --emit=lowered prints it
  std::vector<std::string> programArguments; ///< after "--", or those of the program's samples
  std::string task;    ///< of Task: the task to show; empty: that of the model
  bool jsonDiagnostics = false; ///< --diagnostics-format=json
  int64_t context = 0; ///< of Task: positions of a window; 0: as the model says
  iarc::dsl::GraphOptions graph; ///< of Graph
  std::vector<std::string> inputs;     ///< of Doc, files and folders
  iarc::dsl::DocumentOptions document; ///< of Doc
};

/// What came of parsing: run with `options`, or stop with `status` because everything was said
/// (help, version, a usage error).
struct ParsedCommandLine {
  bool stop = false;
  int status = Success;
  Options options;
};

/// Never throws. Help goes to standard output, complaints to standard error.
ParsedCommandLine parseCommandLine(int argc, const char *const *argv) noexcept;

} // namespace iarcc
#endif
