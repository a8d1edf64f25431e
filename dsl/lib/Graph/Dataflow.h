//===- Dataflow.h - Boxes and arrows of a model ---------------------------===//
//
// Private to this folder: between the elaborated model and its picture.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_GRAPH_DATAFLOW_H
#define IARC_DSL_GRAPH_DATAFLOW_H

#include "Sema/Program.h"
#include "iarc/dsl/Graph.h"

#include <string>
#include <vector>

namespace iarc::dsl::graph {

/// A box: an operation, a call of a block, or, with `inner`, an open block or loop.
struct Node {
  std::string name;                 ///< "linear", "layer", "repeat 12"
  enum class Kind { Operation, Block, Group, Port } kind = Kind::Operation;
  std::string shape;                ///< of the result: "[position 24, feature 20]"
  std::vector<std::string> weights; ///< "query [layer 12, out 20, in 20]"
  int64_t parameters = 0;           ///< elements of all weights in it
  std::vector<size_t> inputs;       ///< nodes of the same level, in order
  std::vector<Node> inner;          ///< begins with a port for each value from outside
};

/// The nodes of the model, operands before their users; the last one is what is predicted.
std::vector<Node> dataflowOf(const Model &model, const std::vector<BlockCall> &calls,
                             const GraphOptions &options);

std::string svgOf(const Model &model, const std::vector<Node> &nodes);
std::string dotOf(const Model &model, const std::vector<Node> &nodes);
std::string jsonOf(const Model &model, const std::vector<Node> &nodes);

std::string groupDigits(int64_t number);

} // namespace iarc::dsl::graph
#endif
