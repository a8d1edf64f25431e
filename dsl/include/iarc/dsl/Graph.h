//===- Graph.h - The dataflow of a model as a picture ----------------------===//
#ifndef IARC_DSL_GRAPH_H
#define IARC_DSL_GRAPH_H

#include "iarc/dsl/Frontend.h"

#include <set>
#include <string>

namespace iarc::dsl {

struct GraphOptions {
  enum class Format { Svg, Dot, Json };
  Format format = Format::Svg;
  /// How deep calls of blocks are opened; a repeat does not count, it is always open.
  int depth = 0;
  /// Blocks that are opened wherever they are called.
  std::set<std::string> open;
};

struct GraphResult {
  std::string text; ///< empty after an error
  std::string diagnostics;
  int errors = 0;
  bool unreadable = false;
};

/// Analyses `path` and draws its model: operations and calls of blocks with the shapes of their
/// results and the weights in them, from `encode` down to what is predicted. Never throws.
GraphResult drawGraph(const std::string &path, const FrontendOptions &options,
                      const GraphOptions &graph) noexcept;

} // namespace iarc::dsl
#endif
