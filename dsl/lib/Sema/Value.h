//===- Value.h - What an expression evaluates to --------------------------===//
#ifndef IARC_DSL_SEMA_VALUE_H
#define IARC_DSL_SEMA_VALUE_H

#include "Sema/Graph.h"
#include "Sema/Names.h"
#include "Sema/Program.h"

#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace iarc::dsl {

enum class ValueKind {
  Poison,      ///< in error already; spreads silently
  Number,
  Truth,       ///< true or false, known at compile time
  Tensor,      ///< [position, feature], or a scalar parameter: `graph`
  Function,    ///< a kernel, a function or an intrinsic
  Word,        ///< causal, none, alibi
  Text,        ///< "corpus.txt": `word`
  Placement,
  Initialiser,
  Normaliser,
  List,
  Weight,      ///< a declared matrix: `weight`, `placement`
  Subtasks,    ///< their `names`
};

/// A kernel or function with some of its parameters set.
struct FunctionValue {
  Definition *definition = nullptr;
  const Intrinsic *intrinsic = nullptr;
  std::map<std::string, double> numbers; ///< parameters set by a partial call
  std::string name() const { return definition ? definition->name() : intrinsic->name; }
};

struct Value {
  ValueKind kind = ValueKind::Poison;
  double number = 0;
  bool isInteger = false;
  int64_t integer = 0;
  bool truth = false;
  std::string word;
  FunctionValue function;
  Placement placement = Placement::Shared;
  Initialiser initialiser;
  Normalise normalise = Normalise::None;
  std::optional<double> eps; ///< of Normaliser
  std::shared_ptr<const Graph> graph;
  std::vector<Value> elements;
  WeightId weight = -1;
  std::vector<std::string> names; ///< of Subtasks

  static Value poison() { return {}; }
  static Value ofInteger(int64_t value) {
    Value v;
    v.kind = ValueKind::Number;
    v.isInteger = true;
    v.integer = value;
    v.number = static_cast<double>(value);
    return v;
  }
  /// An integer where it is one, else a real.
  static Value ofNumber(double value) {
    bool whole = value == std::floor(value) && std::fabs(value) < 1e15;
    return whole ? ofInteger(static_cast<int64_t>(value)) : ofReal(value);
  }
  static Value ofReal(double value) {
    Value v;
    v.kind = ValueKind::Number;
    v.number = value;
    return v;
  }
  static Value ofTruth(bool value) {
    Value v;
    v.kind = ValueKind::Truth;
    v.truth = value;
    return v;
  }
  static Value ofWord(std::string word) {
    Value v;
    v.kind = ValueKind::Word;
    v.word = std::move(word);
    return v;
  }
  static Value ofText(std::string text) {
    Value v;
    v.kind = ValueKind::Text;
    v.word = std::move(text);
    return v;
  }
  static Value ofGraph(Graph graph) {
    Value v;
    v.kind = ValueKind::Tensor;
    v.graph = std::make_shared<const Graph>(std::move(graph));
    return v;
  }
  bool is(ValueKind k) const { return kind == k; }
  bool isPoison() const { return kind == ValueKind::Poison; }
  bool isCondition() const { return kind == ValueKind::Tensor && graph->isCondition; }
};

} // namespace iarc::dsl
#endif
