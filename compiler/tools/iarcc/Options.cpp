//===- Options.cpp - What the command line of iarcc says -------------------===//
//
// Checks what OptionFlags.cpp declares. CLI11 works with exceptions; none leaves this file.
//
//===----------------------------------------------------------------------===//
#include "Options.h"

#include "Messages.h"
#include "OptionFlags.h"
#include "Output.h"

#include "iarc/Support/Nearest.h"
#include "iarc/dsl/Diagnostic.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <iostream>

using namespace iarcc;

namespace {

struct NamedStage {
  const char *name;
  Stage stage;
};
constexpr std::array<NamedStage, 10> stageNames = {{{"ast", Stage::Ast},
                                                    {"iarc", Stage::Iarc},
                                                    {"gradient", Stage::Gradient},
                                                    {"fused", Stage::Fused},
                                                    {"lowered", Stage::Lowered},
                                                    {"llvm", Stage::Llvm},
                                                    {"asm", Stage::Assembly},
                                                    {"object", Stage::Object},
                                                    {"library", Stage::Library},
                                                    {"executable", Stage::Executable}}};

/// Prints what was asked for.
ParsedCommandLine print(const std::string &text) {
  llvm::Error error = writeOutput("-", text);
  if (!error)
    return {true, Success, {}};
  reportError(llvm::toString(std::move(error)));
  return {true, InputOutput, {}};
}

/// Complains and points to the help of the command in question.
ParsedCommandLine usageError(const std::string &message, const std::string &command) {
  reportError(message + "\nhint: '" + command + " --help' lists what there is");
  return {true, WrongUsage, {}};
}

/// The flags of a command, as they are written.
std::vector<std::string> flagsOf(const CLI::App &app) {
  std::vector<std::string> flags;
  for (const CLI::Option *option : app.get_options()) {
    if (option->get_group().empty())
      continue;
    for (const std::string &name : option->get_lnames())
      flags.push_back("--" + name);
    for (const std::string &name : option->get_snames())
      flags.push_back("-" + name);
  }
  return flags;
}

std::string didYouMean(const std::string &word, const std::vector<std::string> &names) {
  std::string nearest = iarc::nearestName(word, names);
  return nearest.empty() ? "" : "; did you mean '" + nearest + "'?";
}

/// CLI11's complaint in our words.
std::string describe(const CLI::ParseError &error) {
  std::string text = error.what();
  constexpr const char *override = " was given a disallowed flag override";
  if (size_t end = text.find(override); end != std::string::npos)
    return "option '--" + text.substr(0, end) + "' takes no value";
  if (error.get_name() == "ArgumentMismatch" || error.get_name() == "ValidationError")
    return "option '" + text.substr(0, text.find(':')) + "' needs a value";
  return "invalid command line: " + text;
}

/// Whether `name` can name a param; what it may name is for the front end to say.
bool isName(const std::string &name) {
  auto isLetter = [](unsigned char c) { return std::isalnum(c) || c == '_' || c >= 0x80; };
  return !name.empty() && std::all_of(name.begin(), name.end(), isLetter);
}

/// Checks the values of the raw options; the first complaint is in `complaint`.
void checkValues(const RawOptions &raw, Options &options, std::string &complaint) {
  auto complain = [&](const std::string &message) {
    if (complaint.empty())
      complaint = message;
  };
  std::vector<std::string> names;
  bool known = false;
  for (const NamedStage &stage : stageNames) {
    names.push_back(stage.name);
    if (raw.stage == stage.name || (raw.stage.empty() && stage.stage == Stage::Executable)) {
      options.stage = stage.stage;
      known = true;
    }
  }
  if (!known) {
    std::string way = didYouMean(raw.stage, names);
    if (way.empty())
      for (const std::string &name : names)
        way += (way.empty() ? "; one of " : ", ") + name;
    complain("unknown stage '" + raw.stage + "' after --emit" + way);
  }

  if (raw.optLevel.size() == 1 && raw.optLevel[0] >= '0' && raw.optLevel[0] <= '3')
    options.optLevel = raw.optLevel[0] - '0';
  else
    complain("invalid optimisation level '-O" + raw.optLevel + "'; one of -O0, -O1, -O2, -O3");

  options.doublePrecision = raw.precision == "f64" || options.command == Command::CheckGradients;
  if (!raw.precision.empty() && raw.precision != "f32" && raw.precision != "f64")
    complain("unknown precision '" + raw.precision + "'; one of f32, f64");

  if (raw.matmul != "auto" && raw.matmul != "own" && raw.matmul != "blas")
    complain("unknown way '" + raw.matmul + "' after --matmul; one of auto, own, blas");
  options.matmul = raw.matmul;

  if (raw.sanitize == "address" || raw.sanitize == "thread")
    options.sanitizer =
        raw.sanitize == "address" ? iarc::Sanitizer::Address : iarc::Sanitizer::Thread;
  else if (!raw.sanitize.empty())
    complain("unknown checks '" + raw.sanitize + "' after --sanitize; one of address, thread");
  if (options.sanitizer != iarc::Sanitizer::None && options.stage == Stage::Library)
    complain("--sanitize does not go with --emit=library: the checks are part of an executable");
  if (options.sanitizer != iarc::Sanitizer::None && !raw.target.empty())
    complain("--sanitize does not go with --target: its checks are made for this machine");

  if (raw.memory != "normal" && raw.memory != "low")
    complain("unknown way '" + raw.memory + "' after --memory; one of normal, low");
  options.lowMemory = raw.memory == "low";

  if (!raw.remarks.empty() && raw.remarks != "plan")
    complain("unknown remarks '" + raw.remarks + "' after -R; there is -Rplan");
  options.planRemarks = raw.remarks == "plan";

  if (raw.diagnosticsFormat != "text" && raw.diagnosticsFormat != "json")
    complain("unknown format '" + raw.diagnosticsFormat +
             "' after --diagnostics-format; one of text, json");
  options.jsonDiagnostics = raw.diagnosticsFormat == "json";

  for (const std::string &given : raw.plan) {
    size_t equals = given.find('=');
    std::string name = given.substr(0, equals);
    bool isLinear = name == "linear";
    iarc::RegisterBlock largest =
        isLinear ? iarc::kLargestLinearBlock : iarc::kLargestGradientBlock;
    iarc::RegisterBlock &block = isLinear ? options.plan.linear : options.plan.gradient;
    llvm::StringRef size = equals == std::string::npos
                               ? llvm::StringRef()
                               : llvm::StringRef(given).drop_front(equals + 1);
    auto [rows, columns] = size.split('x');
    if ((!isLinear && name != "gradient") || rows.getAsInteger(10, block.rows) ||
        columns.getAsInteger(10, block.columns))
      complain("invalid choice '--plan " + given +
               "'; write --plan linear=RxC or --plan gradient=RxC");
    else if (block.rows < 1 || block.rows > largest.rows || block.columns < 1 ||
             block.columns > largest.columns)
      complain("invalid block '" + size.str() + "' after --plan " + name + "; 1 to " +
               std::to_string(largest.rows) + " rows and 1 to " + std::to_string(largest.columns) +
               " columns");
  }

  for (const std::string &definition : raw.overrides) {
    size_t equals = definition.find('=');
    if (equals == std::string::npos || !isName(definition.substr(0, equals)) ||
        equals + 1 == definition.size())
      complain("invalid definition '-D " + definition + "'; write -D NAME=VALUE");
    else
      options.overrides.emplace_back(definition.substr(0, equals), definition.substr(equals + 1));
  }
  if (options.command == Command::Task) {
    auto whole = [&](const char *flag, const std::string &text, uint64_t least, uint64_t most) {
      uint64_t number = 0;
      auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error == std::errc() && end == text.data() + text.size() && number >= least &&
          number <= most)
        return number;
      complain("'" + text + "' after " + flag + " is no integer from " + std::to_string(least) +
               " to " + std::to_string(most));
      return least;
    };
    std::string samples = std::to_string(whole("--samples", raw.samples, 1, 1000000));
    std::string first = std::to_string(whole("--first", raw.first, 0, 1000000000000));
    std::string seed = std::to_string(whole("--seed", raw.seed, 0, UINT64_MAX));
    if (!raw.context.empty())
      options.context = static_cast<int64_t>(whole("--context", raw.context, 1, 16384));
    options.task = raw.task;
    if (!raw.task.empty() && !isName(raw.task))
      complain("'" + raw.task + "' after --task is no name");
    options.programArguments = {"samples", "--count", samples, "--first", first, "--seed", seed};
    if (raw.json)
      options.programArguments.push_back("--json");
  }
  if (options.command == Command::Doc) {
    if (!raw.docFormat.empty() && raw.docFormat != "markdown" && raw.docFormat != "html")
      complain("unknown format '" + raw.docFormat + "' after --format; one of markdown, html");
    options.document.html = raw.docFormat.empty() ? llvm::StringRef(raw.output).ends_with(".html")
                                                  : raw.docFormat == "html";
    options.document.title = raw.title;
    options.document.link = raw.link;
  }
  if (options.command == Command::Graph) {
    using Format = iarc::dsl::GraphOptions::Format;
    if (raw.graphFormat != "svg" && raw.graphFormat != "dot" && raw.graphFormat != "json")
      complain("unknown format '" + raw.graphFormat + "' after --format; one of svg, dot, json");
    options.graph.format = raw.graphFormat == "dot"    ? Format::Dot
                           : raw.graphFormat == "json" ? Format::Json
                                                       : Format::Svg;
    for (const std::string &open : raw.open) {
      int depth = 0;
      auto [end, error] = std::from_chars(open.data(), open.data() + open.size(), depth);
      if (error == std::errc() && end == open.data() + open.size() && depth >= 0)
        options.graph.depth = depth;
      else if (isName(open) && !(open[0] >= '0' && open[0] <= '9'))
        options.graph.open.insert(open);
      else
        complain("'" + open + "' after --open is neither a number nor the name of a block");
    }
  }
  for (const std::string &name : raw.exportTargets) {
    if (name.empty() || name.front() == ':' || name.back() == ':')
      complain("invalid target '" + name + "' after --export-target; write TRIPLE or TRIPLE:CPU");
    if (!llvm::is_contained(options.exportTargets, name))
      options.exportTargets.push_back(name);
    if (options.stage == Stage::Library)
      complain("--export-target does not go with --emit=library: a library exports nothing");
    if (raw.fromLowered)
      complain(
          "--export-target does not go with --from-lowered: other processors are lowered for anew");
  }
  options.output = raw.output;
  options.target = raw.target;
  options.targetCpu = raw.targetCpu;
  options.libraryPath = raw.libraryPath;
  options.runtimeLibrary = raw.runtimeLibrary;
  options.timing = raw.timing;
  options.fromLowered = raw.fromLowered;
}

/// What `--explain` prints.
ParsedCommandLine explain(const std::string &code) {
  if (code == "list") {
    return print(iarc::dsl::listDiagnostics());
  }
  std::optional<std::string> text = iarc::dsl::explainDiagnostic(code);
  if (!text) {
    reportError("there is no diagnostic '" + code + "'\nhint: 'iarcc --explain list' lists them");
    return {true, WrongUsage, {}};
  }
  return print(*text);
}

ParsedCommandLine parse(int argc, const char *const *argv) {
  RawOptions raw;
  ParsedCommandLine parsed;
  Options &options = parsed.options;

  CLI::App app(compileHelp.summary, "iarcc");
  app.footer(compileHelp.examples);
  addOptions(app, raw, /*executableOnly=*/false);
  app.set_version_flag("--version", "iarcc " IARC_VERSION, "print the version");
  CLI::App *run = app.add_subcommand("run", runHelp.summary)->group("Commands");
  run->footer(runHelp.examples);
  addOptions(*run, raw, /*executableOnly=*/true);
  CLI::App *check =
      app.add_subcommand("check-gradients", checkGradientsHelp.summary)->group("Commands");
  check->footer(checkGradientsHelp.examples);
  addOptions(*check, raw, /*executableOnly=*/true);
  CLI::App *task = app.add_subcommand("task", taskHelp.summary)->group("Commands");
  task->footer(taskHelp.examples);
  addOptions(*task, raw, /*executableOnly=*/true);
  addTaskOptions(*task, raw);
  CLI::App *graph = app.add_subcommand("graph", graphHelp.summary)->group("Commands");
  graph->footer(graphHelp.examples);
  addPageOptions(*graph, raw, /*graph=*/true);
  CLI::App *doc = app.add_subcommand("doc", docHelp.summary)->group("Commands");
  doc->footer(docHelp.examples);
  addPageOptions(*doc, raw, /*graph=*/false);
  // Listed here; main hands it over to iarc-study before anything is parsed.
  CLI::App *study =
      app.add_subcommand("study", "train the models of a study and present the results")
          ->group("Commands");
  app.require_subcommand(0, 1);

  // What follows "--" belongs to the program.
  std::vector<std::string> words(argv + 1, argv + argc);
  auto separator = std::find(words.begin(), words.end(), "--");
  bool separated = separator != words.end();
  if (separated)
    options.programArguments.assign(separator + 1, words.end());
  words.erase(separator, words.end());
  for (const std::string &word : words) // CLI11 would take the next word for the value
    if (word.size() > 3 && word.compare(0, 2, "--") == 0 && word.back() == '=')
      return usageError("option '" + word.substr(0, word.size() - 1) + "' needs a value", "iarcc");
  bool empty = words.empty();
  std::reverse(words.begin(), words.end()); // CLI11 takes them last first
  std::string name = "iarcc";
  try {
    app.parse(std::move(words));
  } catch (const CLI::CallForHelp &) {
    return print(app.help());
  } catch (const CLI::CallForVersion &) {
    return print("iarcc " IARC_VERSION "\n");
  } catch (const CLI::ParseError &error) {
    return usageError(describe(error), name);
  }
  if (empty && !separated) {
    std::cerr << app.help();
    return {true, WrongUsage, {}};
  }

  if (*study)
    return usageError("'study' comes first: iarcc study FILE [OPTIONS]", name);
  CLI::App *command = &app;
  if (*run) {
    options.command = Command::Run;
    command = run;
  } else if (*check) {
    options.command = Command::CheckGradients;
    command = check;
  } else if (*task) {
    options.command = Command::Task;
    command = task;
    if (separated)
      return usageError("arguments after '--' go with 'iarcc run' only", "iarcc task");
  } else if (*graph || *doc) {
    options.command = *graph ? Command::Graph : Command::Doc;
    command = *graph ? graph : doc;
    if (separated)
      return usageError("arguments after '--' go with 'iarcc run' only",
                        "iarcc " + command->get_name());
  }
  bool ownProgram = command == run || command == check; // which takes arguments
  if (command != &app)
    name += " " + command->get_name();

  for (std::string word : app.remaining(/*recurse=*/true)) {
    word = word.substr(0, word.find('='));
    std::string guess = didYouMean(word, flagsOf(*command));
    if (guess.empty() && !separated && ownProgram)
      guess = "; arguments for the program go after '--'";
    return usageError("unknown option '" + word + "'" + guess, name);
  }
  if (command != &app) {
    // Given before the command, where they parse, but mean nothing to it.
    for (const char *flag : {"--output", "--emit", "--precision", "--target"})
      if (app.count(flag) &&
          !((command == graph || command == doc) && std::string(flag) == "--output"))
        return usageError("option '" + std::string(flag) + "' does not go with '" +
                              command->get_name() + "'",
                          name);
  } else if (separated) {
    return usageError("arguments after '--' go with 'iarcc run' only", name);
  }

  std::string complaint;
  checkValues(raw, options, complaint);
  if (!complaint.empty())
    return usageError(complaint, name);
  if (!raw.explain.empty())
    return explain(raw.explain);
  if (options.targetCpu == "list")
    return parsed; // needs no input
  if (raw.inputs.empty())
    return usageError("no input file", name);
  const std::vector<std::string> commands = {"run",   "check-gradients", "task",
                                             "study", "graph",           "doc"};
  std::error_code ignored;
  bool exists = std::filesystem::exists(raw.inputs.front(), ignored);
  if (command == &app && !exists && raw.inputs.front().find_first_of("./") == std::string::npos) {
    // A bare word that is no file: more likely a misspelt command.
    std::string meant = didYouMean(raw.inputs.front(), commands);
    if (!meant.empty() || raw.inputs.size() > 1)
      return usageError("unknown command '" + raw.inputs.front() + "'" + meant, name);
  }
  if (command == doc) {
    options.inputs = raw.inputs;
    return parsed;
  }
  if (raw.inputs.size() > 1) {
    std::string way = ownProgram ? "; arguments of the program follow '--'" : "";
    return usageError("unexpected argument '" + raw.inputs[1] + "' after '" + raw.inputs.front() +
                          "'" + way,
                      name);
  }
  options.input = raw.inputs.front();
  return parsed;
}

} // namespace

ParsedCommandLine iarcc::parseCommandLine(int argc, const char *const *argv) noexcept {
  try {
    return parse(argc, argv);
  } catch (const std::exception &error) {
    reportError("internal error: " + std::string(error.what()));
    return {true, InternalError, {}};
  }
}
