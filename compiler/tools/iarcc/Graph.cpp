//===- Graph.cpp - iarcc graph ---------------------------------------------===//
#include "Graph.h"

#include "Messages.h"
#include "Output.h"

#include "iarc/Support/Nearest.h"
#include "iarc/dsl/Graph.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include <string>

using namespace iarcc;

int iarcc::drawGraph(const Options &options, const iarc::dsl::FrontendOptions &frontend) {
  std::string output = options.output.empty() ? "-" : options.output;
  if (llvm::Error error = checkOutput(output, options.input)) {
    reportError(llvm::toString(std::move(error)));
    return llvm::sys::fs::equivalent(output, options.input) ? WrongUsage : InputOutput;
  }
  iarc::dsl::GraphResult result =
      iarc::dsl::drawGraph(options.input, frontend, options.graph);
  llvm::errs() << result.diagnostics;
  if (result.unreadable)
    return InputOutput;
  if (result.errors)
    return WrongSource;
  if (!result.unknownBlock.empty()) {
    std::string nearest = iarc::nearestName(result.unknownBlock, result.blocks), all;
    for (const std::string &name : result.blocks)
      all += (all.empty() ? "" : ", ") + name;
    reportError("the model calls no block '" + result.unknownBlock + "'" +
                (nearest.empty() ? "" : "; did you mean '" + nearest + "'?") + "\nhint: " +
                (all.empty() ? "it calls none" : "it calls " + all));
    return WrongUsage;
  }
  if (result.text.empty()) {
    reportError("a picture of " + std::to_string(result.boxes) + " boxes, more than the " +
                std::to_string(iarc::dsl::mostBoxes) +
                " that can be read\nhint: open fewer blocks, state repetitions with 'repeat' "
                "rather than 'for', or write --format dot or json");
    return WrongUsage;
  }
  if (llvm::Error error = writeOutput(output, result.text)) {
    reportError(llvm::toString(std::move(error)));
    return InputOutput;
  }
  return Success;
}
