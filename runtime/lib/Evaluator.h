//===- Evaluator.h - A model's values, one window at a time -------------------------===//
//
// Computes what the graph in the descriptor says in double precision, by plain loops
// that share nothing with the generated code: every value and every map of attention
// can be looked at, and the logits are a reference for the generated ones.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_EVALUATOR_H
#define IARC_RUNTIME_LIB_EVALUATOR_H

#include "ModelGraph.h"

namespace iarc::runtime {

/// A window: its last `context - first` positions hold a token.
struct Window {
  const int32_t *symbols = nullptr;  ///< [context], -1 where an interspersed control token stands
  const int32_t *controls = nullptr; ///< [context], -1 without one
  int64_t first = 0;                 ///< what comes before is absent
};

/// Is told of what is computed.
class Observer {
public:
  virtual ~Observer() = default;
  /// A value, [positions][features], 0 at absent positions. `layer` numbers the iterations of the
  /// repeats around it, those of the innermost running fastest; of a value in a recurrence `position`
  /// is where it stands, else -1.
  virtual void value(int32_t id, int64_t layer, int64_t position, const std::vector<double> &numbers) = 0;
  /// The map of an attention, [heads][query][key]: weights as the values are multiplied by them, 0
  /// where a key is not seen.
  virtual void attention(const GraphOp &op, int64_t layer, const std::vector<double> &map) = 0;
};

class Evaluator {
public:
  /// Weights in the model's precision, in the layout of the descriptor. Throws Error (status
  /// InputOutput) where the values of a window do not fit into memory.
  Evaluator(const ModelGraph &graph, const void *weights);

  /// Computes a window. The result holds until the next call: the logits, [positions][symbols] with
  /// one position where the model predicts from the last one only.
  const std::vector<double> &run(const Window &window, Observer *observer);

private:
  using Numbers = std::vector<double>;
  struct Weight {
    const double *values;
    int64_t count; ///< without the layers
  };
  Weight weight(const iarc_weight &weight) const noexcept;
  Numbers &of(int32_t id) { return numbers[size_t(id)]; }
  int64_t positions(int32_t id) const noexcept { return graph.value(id).positions; }
  int64_t features(int32_t id) const noexcept { return graph.value(id).features; }
  /// The first position of a value that is there.
  int64_t begin(int32_t id) const noexcept {
    return positions(id) == graph.model.context ? window.first : 0;
  }
  int64_t layer() const noexcept;

  void region(const GraphRegion &region);
  void set(int32_t id, Numbers value);
  Numbers compute(const GraphOp &op);
  Numbers tokens(const GraphOp &op);
  Numbers linear(const GraphOp &op);
  Numbers attention(const GraphOp &op);
  Numbers map(const GraphOp &op);
  Numbers rows(const GraphOp &op);
  void repeat(const GraphOp &op);
  void recur(const GraphOp &op);

  const ModelGraph &graph;
  std::vector<double> weights;
  std::vector<Numbers> numbers; ///< by value
  Window window;
  Observer *observer = nullptr;
  std::vector<int64_t> iterations, counts; ///< of the repeats around, outermost first
  int64_t position = -1;                   ///< in a recurrence
};

} // namespace iarc::runtime

#endif
