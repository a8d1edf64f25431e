//===- Graph.cpp - iarcc graph ---------------------------------------------===//
#include "Graph.h"

#include "Messages.h"
#include "Options.h"
#include "Output.h"

#include "iarc/dsl/Graph.h"

#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>

using namespace iarcc;

static constexpr const char *help =
    R"(iarcc graph: draw the dataflow of a model

Examples:
  iarcc graph model.iarc -o model.svg             blocks as boxes
  iarcc graph model.iarc --open 1 -o model.svg    the blocks that the model calls, opened
  iarcc graph model.iarc --open layer -o model.svg
  iarcc graph --format dot model.iarc | dot -Tpdf > model.pdf

Usage: iarcc graph [OPTIONS] FILE

  -o, --output FILE          write there; else to standard output
  --format svg|dot|json      svg
  --open N|NAME              open calls of blocks N deep (0), or those of a block;
                             may be repeated
  -D, --define NAME=VALUE    give a param another value
  -I, --library-path DIR     search DIR for imports, before lib/
  -h, --help                 print this help
)";

static int usageError(const std::string &message) {
  reportError(message + "\nhint: 'iarcc graph --help' lists what there is");
  return WrongUsage;
}

static int run(int argc, const char *const *argv) {
  iarc::dsl::FrontendOptions frontend;
  iarc::dsl::GraphOptions options;
  std::string input, output = "-";
  for (int i = 0; i < argc; ++i) {
    std::string_view word = argv[i];
    // The value of an option: `--name=value`, `-Xvalue` or the next word.
    auto takes = [&](std::string_view shortName, std::string_view longName, std::string &value,
                     bool &missing) {
      if (!shortName.empty() && word.substr(0, 2) == shortName && word.size() > 2 && word[1] != '-') {
        value = word.substr(2);
        return true;
      }
      if (word.substr(0, longName.size() + 1) == std::string(longName) + "=") {
        value = word.substr(longName.size() + 1);
        missing = value.empty();
        return true;
      }
      if (word != shortName && word != longName)
        return false;
      missing = i + 1 >= argc;
      value = missing ? "" : argv[++i];
      return true;
    };
    std::string value;
    bool missing = false;
    if (word == "-h" || word == "--help") {
      std::cout << help;
      return Success;
    }
    if (takes("-o", "--output", value, missing)) {
      output = value;
    } else if (takes("", "--format", value, missing)) {
      using Format = iarc::dsl::GraphOptions::Format;
      if (!missing && value != "svg" && value != "dot" && value != "json")
        return usageError("unknown format '" + value + "'; one of svg, dot, json");
      options.format = value == "dot" ? Format::Dot : value == "json" ? Format::Json : Format::Svg;
    } else if (takes("", "--open", value, missing)) {
      bool number = !value.empty() && value.size() < 4 &&
                    std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
      if (number)
        options.depth = std::stoi(value);
      else
        options.open.insert(value);
    } else if (takes("-D", "--define", value, missing)) {
      size_t equals = value.find('=');
      if (!missing && (equals == std::string::npos || equals == 0 || equals + 1 == value.size()))
        return usageError("invalid definition '-D " + value + "'; write -D NAME=VALUE");
      if (!missing)
        frontend.overrides.emplace_back(value.substr(0, equals), value.substr(equals + 1));
    } else if (takes("-I", "--library-path", value, missing)) {
      frontend.libraryPath.push_back(value);
    } else if (word.size() > 1 && word[0] == '-') {
      return usageError("unknown option '" + std::string(word) + "'");
    } else if (!input.empty()) {
      return usageError("unexpected argument '" + std::string(word) + "' after '" + input + "'");
    } else {
      input = word;
    }
    if (missing)
      return usageError("option '" + std::string(word) + "' needs a value");
  }
  if (input.empty())
    return usageError("no input file");
  if (llvm::Error error = checkOutput(output, input)) {
    reportError(llvm::toString(std::move(error)));
    return InputOutput;
  }
  frontend.libraryPath.push_back(besideCompiler("lib/iarc"));
  frontend.standardLibrary = besideCompiler("lib/iarc");
  frontend.colour = useColour();
  iarc::dsl::GraphResult result = iarc::dsl::drawGraph(input, frontend, options);
  llvm::errs() << result.diagnostics;
  if (result.unreadable)
    return InputOutput;
  if (result.errors)
    return WrongSource;
  if (llvm::Error error = writeOutput(output, result.text)) {
    reportError(llvm::toString(std::move(error)));
    return InputOutput;
  }
  return Success;
}

int iarcc::drawGraph(int argc, const char *const *argv) noexcept {
  try {
    return run(argc, argv);
  } catch (const std::exception &error) {
    reportError("internal error: " + std::string(error.what()));
    return InternalError;
  }
}
