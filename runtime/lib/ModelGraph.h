//===- ModelGraph.h - What a model computes ----------------------------------------===//
//
// The graph that the descriptor carries as JSON, in structs: what the evaluator walks
// and the report shows.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_MODELGRAPH_H
#define IARC_RUNTIME_LIB_MODELGRAPH_H

#include "iarc/runtime/Descriptor.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace iarc::runtime {

/// A function of numbers: nodes after their operands.
struct GraphFunction {
  enum class Op {
    Argument, Constant, Add, Subtract, Multiply, Divide, Power, IntegerPower, Negate, Exp, Log, Sqrt,
    Tanh, Erf, Sin, Cos, Abs, Maximum, Minimum, Less, LessEqual, Equal, And, Or, Not, Select
  };
  struct Node {
    Op op = Op::Constant;
    int32_t operands[3] = {0, 0, 0};
    double value = 0;  ///< of Constant
    int64_t index = 0; ///< of Argument and IntegerPower
  };
  std::vector<Node> nodes;
  int32_t result = 0;

  /// Its value; `scratch` holds at least as many numbers as there are nodes.
  double operator()(const double *arguments, double *scratch) const noexcept;
};

struct GraphRegion;

/// An operation, as dsl::Op describes it; fields of no meaning for its kind are left alone.
struct GraphOp {
  enum class Kind {
    Encode, Embed, Linear, Attention, Map, Norm, Slice, Flatten, LstmGates, Broadcast, Spread, Reduce,
    Join, Rotate, Target, Recur, Repeat
  };
  enum class Placement { Shared, PerPosition, AcrossPositions };
  enum class Normalise { None, Sum, AbsoluteSum };

  Kind kind = Kind::Encode;
  std::string kindName; ///< "lstm_gates"
  std::vector<int32_t> operands, results;
  const iarc_weight *weight = nullptr, *bias = nullptr;
  Placement placement = Placement::Shared;
  bool ofControls = false, causal = true, largest = false;
  int64_t heads = 1, begin = 0, end = 0, size = 0, count = 0;
  double scale = 1, eps = 0, base = 0;
  std::vector<double> slopes;
  Normalise normalise = Normalise::Sum;
  std::string kernel;
  GraphFunction function;
  std::unique_ptr<GraphRegion> body;
};

struct GraphRegion {
  std::vector<int32_t> arguments, yields;
  std::vector<GraphOp> ops;
};

/// A value: the features of positions.
struct GraphValue {
  std::string name;  ///< empty: a second number of another value
  int64_t positions = 0, features = 0;
  bool needed = false;                ///< the logits depend on it, or an inner region's yields do
  std::vector<int64_t> repeats;       ///< counts of the repeats around it, outermost first
  bool inRecurrence = false;          ///< one position at a time; `positions` is 1
};

class ModelGraph {
public:
  /// Throws Error: of status Usage for a program that does not know its graph, Internal for a text
  /// that is none.
  explicit ModelGraph(const iarc_model &model);

  const iarc_model &model;
  std::vector<GraphValue> values;
  GraphRegion body;
  int32_t logits() const noexcept { return body.yields[0]; }
  const GraphValue &value(int32_t id) const noexcept { return values[size_t(id)]; }
  /// Whether the logits depend on one of its results.
  bool needed(const GraphOp &op) const noexcept;

private:
  void mark(const GraphRegion &region);
  void place(const GraphRegion &region, std::vector<int64_t> &repeats, bool inRecurrence);
};

} // namespace iarc::runtime

#endif
