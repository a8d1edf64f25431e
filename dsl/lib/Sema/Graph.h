//===- Graph.h - Elementwise expressions under construction ---------------===//
//
// While an expression is evaluated, whatever is elementwise is kept as a graph
// of scalar operations over whole values; it becomes one Map operation where a
// value is needed.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_SEMA_GRAPH_H
#define IARC_DSL_SEMA_GRAPH_H

#include "iarc/dsl/Model.h"

#include <functional>
#include <string>
#include <vector>

namespace iarc::dsl {

/// A scalar function whose argument number i is the value `operands[i]`. Operands below zero
/// stand for the parameters of a kernel or function: ~0 is the first.
struct Graph {
  ScalarFunction scalar;
  std::vector<ValueId> operands;
  /// The result is a condition, not a number.
  bool isCondition = false;

  static Graph ofValue(ValueId value);
  static Graph ofConstant(double value);
  /// The plain value that the graph is, or no value (`isPlain` false).
  bool isPlain() const;
  ValueId plainValue() const;
};

/// Applies `op` to the results of the graphs.
Graph apply(ScalarOp op, Graph first);
Graph apply(ScalarOp op, Graph first, const Graph &second);
Graph apply(ScalarOp op, Graph first, const Graph &second, const Graph &third);
/// a ^ exponent for a non-negative integer exponent.
Graph applyPower(Graph base, int32_t exponent);

/// Replaces operand ~i of `body` by `arguments[i]`.
Graph substitute(const Graph &body, const std::vector<Graph> &arguments);

/// Drops nodes that the result does not need and joins equal ones.
void simplify(Graph &graph);

/// Takes out of `graph` the largest parts that depend on operands with `isNarrow` only and compute
/// something: each becomes a graph of its own, and in its place stands a new operand, the value that
/// `make` gives for it.
void hoistNarrow(Graph &graph, const std::function<bool(ValueId)> &isNarrow,
                 const std::function<ValueId(Graph)> &make);

/// The number that a graph without operands computes.
double evaluate(const ScalarFunction &function, const std::vector<double> &arguments);

/// Whether the function can be shown never to be negative, for any arguments.
bool neverNegative(const ScalarFunction &function);

/// The function in the language's notation over `arguments`, cut off where it gets long.
std::string textOf(const ScalarFunction &function, const std::vector<std::string> &arguments);

} // namespace iarc::dsl
#endif
