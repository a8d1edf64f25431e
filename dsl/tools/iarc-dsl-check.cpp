//===- iarc-dsl-check.cpp - The front end alone, for tests ----------------===//
//
// Prints the diagnostics of a file to stderr and, on request, its syntax tree
// or the elaborated model to stdout. Needs neither LLVM nor the runtime.
//
//===----------------------------------------------------------------------===//
#include "Diagnostics/Diagnostics.h"
#include "ModelText.h"
#include "iarc/dsl/Frontend.h"
#include "iarc/dsl/Graph.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

static const char usage[] =
    "usage: iarc-dsl-check [--ast | --dump] [--colour] [--preview] [-I FOLDER]... [-D NAME=VALUE]... FILE\n"
    "       iarc-dsl-check --codes\n"
    "\n"
    "  --dump      print the elaborated model\n"
    "  --ast       print the syntax tree\n"
    "  --graph     draw it; --graph=svg|dot|json, --open=N|BLOCK opens blocks\n"
    "  --colour    colour the diagnostics\n"
    "  --codes     list the catalogue: code, kind, title\n"
    "  --preview   read the file as 'iarcc task' does; --preview=NAME chooses a task\n"
    "  -I FOLDER   search FOLDER for imports\n"
    "  -D N=V      set parameter N of the model to V\n"
    "\n"
    "exit status: 0 no error, 1 errors in the source, 2 wrong usage, 4 the file cannot be read\n";

int main(int argc, char **argv) {
  using namespace iarc::dsl;
  FrontendOptions options;
  options.standardLibrary = IARC_LIBRARY;
  std::string path;
  bool dump = false, tree = false, draws = false;
  GraphOptions drawing;
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    auto value = [&](size_t prefix) -> std::string {
      if (argument.size() > prefix)
        return argument.substr(prefix);
      return i + 1 < argc ? argv[++i] : "";
    };
    if (argument == "--help") {
      std::fputs(usage, stdout);
      return 0;
    }
    if (argument == "--codes") {
      for (const CatalogueEntry &entry : catalogue())
        std::printf("%s %s %s\n", codeText(entry.number).c_str(),
                    entry.severity == Severity::Error ? "error" : "warning", entry.title);
      return 0;
    }
    if (argument.compare(0, 7, "--graph") == 0) {
      using Format = GraphOptions::Format;
      std::string format = argument.size() > 8 ? argument.substr(8) : "svg";
      drawing.format = format == "dot" ? Format::Dot : format == "json" ? Format::Json : Format::Svg;
      draws = true;
    } else if (argument.compare(0, 7, "--open=") == 0) {
      drawing.depth = std::atoi(argument.c_str() + 7);
      drawing.open.insert(argument.substr(7));
    } else if (argument == "--dump") {
      dump = true;
    } else if (argument == "--ast") {
      tree = true;
    } else if (argument.compare(0, 9, "--preview") == 0) {
      options.preview = {argument.size() > 10 ? argument.substr(10) : "", 0};
    } else if (argument == "--colour") {
      options.colour = true;
    } else if (argument.compare(0, 2, "-I") == 0) {
      options.libraryPath.push_back(value(2));
    } else if (argument.compare(0, 2, "-D") == 0) {
      std::string text = value(2);
      size_t equals = text.find('=');
      if (equals == std::string::npos) {
        std::fprintf(stderr, "iarc-dsl-check: '-D %s' has no '='\n%s", text.c_str(), usage);
        return 2;
      }
      options.overrides.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    } else if (path.empty() && argument[0] != '-') {
      path = argument;
    } else {
      std::fprintf(stderr, "iarc-dsl-check: unexpected '%s'\n%s", argv[i], usage);
      return 2;
    }
  }
  if (path.empty()) {
    std::fprintf(stderr, "iarc-dsl-check: no file is given\n%s", usage);
    return 2;
  }
  if (tree) {
    SyntaxTreeResult result = dumpSyntaxTree(path, options);
    std::fputs(result.diagnostics.c_str(), stderr);
    std::fputs(result.text.c_str(), stdout);
    return result.unreadable ? 4 : result.errors ? 1 : 0;
  }
  if (draws) {
    GraphResult result = drawGraph(path, options, drawing);
    std::fputs(result.diagnostics.c_str(), stderr);
    std::fputs(result.text.c_str(), stdout);
    return result.unreadable ? 4 : result.errors ? 1 : 0;
  }
  FrontendResult result = analyseFile(path, options);
  std::fputs(result.diagnostics.c_str(), stderr);
  if (dump && result.model)
    std::fputs(textOf(*result.model).c_str(), stdout);
  return result.unreadable ? 4 : result.errors ? 1 : 0;
}
