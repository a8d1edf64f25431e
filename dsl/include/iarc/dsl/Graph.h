//===- Graph.h - The dataflow of a model as a picture ----------------------===//
#ifndef IARC_DSL_GRAPH_H
#define IARC_DSL_GRAPH_H

#include "iarc/dsl/Frontend.h"

#include <set>
#include <string>
#include <vector>

namespace iarc::dsl {

/// More boxes than this are no picture.
inline constexpr size_t mostBoxes = 1000;

struct GraphOptions {
  enum class Format { Svg, Dot, Json };
  Format format = Format::Svg;
  /// How deep calls of blocks are opened; a repeat or recur does not count, it is always open.
  int depth = 0;
  /// Blocks that are opened wherever they are called.
  std::set<std::string> open;
};

struct GraphResult {
  std::string text; ///< empty after an error, and where `boxes` are too many for a picture
  std::string diagnostics;
  int errors = 0;
  bool unreadable = false;
  size_t boxes = 0;
  std::vector<std::string> blocks; ///< that the model calls, by name
  std::string unknownBlock;        ///< one of `open` that is not among them
};

/// Analyses `path` and draws its model: operations and calls of blocks with the shapes of their
/// results and the weights in them, from `encode` down to what is predicted. Never throws.
GraphResult drawGraph(const std::string &path, const FrontendOptions &options,
                      const GraphOptions &graph) noexcept;

} // namespace iarc::dsl
#endif
