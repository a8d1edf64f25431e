//===- Frontend.cpp - The entry points ------------------------------------===//
#include "iarc/dsl/Frontend.h"

#include "LargeStack.h"
#include "Sema/Program.h"

#include <exception>

namespace iarc::dsl {

std::unique_ptr<SourceText> commandLineText(const FrontendOptions &options) {
  std::string text;
  for (const auto &[name, value] : options.overrides) {
    std::string line = "-D " + name + "=" + value;
    for (char &c : line)
      c = c == '\n' || c == '\r' ? ' ' : c;
    text += line + "\n";
  }
  return std::make_unique<SourceText>("<command line>", std::move(text), -1);
}

std::string diagnosticsText(const Diagnostics &diagnostics, const FrontendOptions &options) {
  if (!options.json)
    return diagnostics.render(options.colour);
  std::string lines;
  for (const DiagnosticRecord &record : diagnostics.records())
    lines += jsonOf(record);
  return lines;
}

std::unique_ptr<Model> analyseProgram(const std::string &path, const FrontendOptions &options,
                                      Program &program, Diagnostics &diagnostics) {
  loadProgram(path, options, program, diagnostics);
  std::unique_ptr<Model> model;
  if (!program.fatal) {
    resolveProgram(program, options, diagnostics);
    model = elaborate(program, options, diagnostics);
  }
  diagnostics.finish();
  return model;
}

namespace {

void analyse(const std::string &path, const FrontendOptions &options,
             FrontendResult &result) noexcept {
  try {
    Program program;
    Diagnostics diagnostics;
    program.commandLine = commandLineText(options);
    std::unique_ptr<Model> model = analyseProgram(path, options, program, diagnostics);
    result.diagnostics = diagnosticsText(diagnostics, options);
    result.errors = diagnostics.errors();
    result.warnings = diagnostics.warnings();
    result.unreadable = program.unreadable;
    if (result.errors == 0)
      result.model = std::move(model);
  } catch (const std::exception &error) {
    result.model = nullptr;
    result.errors += 1;
    result.diagnostics += "error: the front end gave up: " + std::string(error.what()) + "\n";
  }
}

void parseOnly(const std::string &path, const FrontendOptions &options,
               SyntaxTreeResult &result) noexcept {
  try {
    Program program;
    Diagnostics diagnostics;
    program.syntaxOnly = true;
    loadProgram(path, options, program, diagnostics);
    if (program.main && program.main->file)
      result.text = ast::print(*program.main->file);
    diagnostics.finish();
    result.diagnostics = diagnosticsText(diagnostics, options);
    result.errors = diagnostics.errors();
    result.unreadable = program.unreadable;
  } catch (const std::exception &error) {
    result.errors += 1;
    result.diagnostics += "error: the front end gave up: " + std::string(error.what()) + "\n";
  }
}

} // namespace

FrontendResult analyseFile(const std::string &path, const FrontendOptions &options) noexcept {
  FrontendResult result;
  onLargeStack([&] { analyse(path, options, result); });
  return result;
}

SyntaxTreeResult dumpSyntaxTree(const std::string &path, const FrontendOptions &options) noexcept {
  SyntaxTreeResult result;
  onLargeStack([&] { parseOnly(path, options, result); });
  return result;
}

FileContents readFile(const std::string &path) {
  ReadResult read = readSource(path);
  FileContents contents;
  contents.tooLarge = read.status == ReadResult::Status::TooLarge;
  contents.error = contents.tooLarge ? "it is larger than " +
                                           std::to_string(maximumFileSize >> 20) + " MiB"
                                     : read.reason;
  contents.text = std::move(read.text);
  contents.bytes = (read.mark ? "\xEF\xBB\xBF" : "") + contents.text;
  return contents;
}

} // namespace iarc::dsl
