//===- Frontend.cpp - The entry points ------------------------------------===//
#include "iarc/dsl/Frontend.h"

#include "Sema/Program.h"

#include <exception>
#include <pthread.h>

namespace iarc::dsl {

namespace {

/// The overrides as a text of their own, one a line, so that messages can point into them.
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

/// Runs `work` on a stack of its own: how deep a program may nest must not depend on the stack
/// that the caller happens to have left. Without a thread it runs where it is.
template <typename Work> void onLargeStack(Work work) noexcept {
  constexpr size_t stackBytes = size_t(128) << 20; // reserved, not touched
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0)
    return work();
  pthread_t thread;
  auto run = [](void *argument) -> void * {
    (*static_cast<Work *>(argument))();
    return nullptr;
  };
  bool started = pthread_attr_setstacksize(&attributes, stackBytes) == 0 &&
                 pthread_create(&thread, &attributes, run, &work) == 0;
  pthread_attr_destroy(&attributes);
  if (started)
    pthread_join(thread, nullptr);
  else
    work();
}

void analyse(const std::string &path, const FrontendOptions &options,
             FrontendResult &result) noexcept {
  try {
    Program program;
    Diagnostics diagnostics;
    program.commandLine = commandLineText(options);
    loadProgram(path, options, program, diagnostics);
    std::unique_ptr<Model> model;
    if (!program.fatal) {
      resolveProgram(program, options, diagnostics);
      model = elaborate(program, options, diagnostics);
    }
    diagnostics.finish();
    result.diagnostics = diagnostics.render(options.colour);
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
    result.diagnostics = diagnostics.render(options.colour);
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

} // namespace iarc::dsl
