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

/// An arrow into a node.
struct Edge {
  size_t from = 0; ///< a node of the same level, before this one
  int out = -1;    ///< of a group it leaves: which of its outputs, from 0
  int in = -1;     ///< of a group it enters: which of its `inner`, a port
};

struct NamedShape {
  std::string name, shape;
};

/// A box: an operation, a call of a block, or, with `inner`, an open block or loop.
struct Node {
  std::string name; ///< "linear", "layer", "repeat 12"; of a port that of the value
  /// A port is where a value enters or leaves a group.
  enum class Kind { Operation, Block, Group, Port } kind = Kind::Operation;
  std::string shape;               ///< of the result: "[position 24, feature 20]"
  std::vector<NamedShape> weights; ///< of an operation or a closed block
  std::vector<std::string> notes;  ///< further lines: "16 symbols"
  int64_t parameters = 0;          ///< elements of all weights in it
  std::vector<Edge> inputs;
  /// Input ports, then nodes, then `outputs` output ports. The first `carried` of the inputs are
  /// what the first `carried` of the outputs become in the next iteration.
  std::vector<Node> inner;
  size_t outputs = 0, carried = 0;
};

/// The nodes of the model, operands before their users.
std::vector<Node> dataflowOf(const Model &model, const Written &written,
                             const GraphOptions &options);

/// How many boxes a picture of the nodes has.
size_t countBoxes(const std::vector<Node> &nodes);

std::string svgOf(const Model &model, const std::vector<Node> &nodes);
std::string dotOf(const Model &model, const std::vector<Node> &nodes);
std::string jsonOf(const Model &model, const std::vector<Node> &nodes);

/// "1,267,200"
std::string groupDigits(int64_t number);

} // namespace iarc::dsl::graph
#endif
