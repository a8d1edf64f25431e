//===- Divergence.h - Where a run went wrong --------------------------------------===//
//
// A step updates weights while it computes them, so that once a loss is no number
// nothing is left to tell how it came about. Therefore weights and states are copied
// now and then, every hundred steps or two seconds, which costs nothing to speak of; a
// run that diverged does the steps since the copy once more and looks at every tensor
// after each.
//
// The copy also gives the gradient of a step that follows it at once, from the change
// of the first state: of sgd g = v' - momentum v - decay w, of adam (v' - beta1 v) / (1 - beta1)
// and of lion (v' - beta2 v) / (1 - beta2).
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_DIVERGENCE_H
#define IARC_RUNTIME_LIB_DIVERGENCE_H

#include "RunState.h"
#include "Session.h"
#include "TrainingStep.h"

#include <string>

namespace iarc::runtime {

/// Whether all of an array in the layout of the weights is finite; else `tensor` is the index of
/// the first weight tensor where it is not.
bool allFinite(const iarc_model &model, const void *array, int64_t &tensor) noexcept;

/// The first tensor that ceased to be finite.
struct FirstBad {
  std::string what; ///< "the gradient of 'query' (with 2 other tensors)"; "" when none was found
  int64_t step = 0; ///< counted from 0
};

/// The step with this index of a run, on its samples of the training stream.
StepResult stepOfRun(TrainingStep &steps, Session &session, const RunSettings &settings,
                     int64_t step, bool countsAll);

class DivergenceGuard {
public:
  /// Arrays like the weights.
  static int64_t copies(const iarc_model &model) { return 1 + model.training.states; }

  DivergenceGuard(Session &session, TrainingStep &steps, const RunSettings &settings);

  /// Before the step that follows `step` done ones: copies if it is time, or `now`.
  void beforeStep(int64_t step, bool now);

  /// The Euclidean norm of the gradient of the step just done; beforeStep must have copied `now`.
  double gradientNorm() const;

  /// Whether weights and states are finite.
  bool stateFinite() const noexcept;

  /// Does the steps since the copy again, up to the one with index `last`, until something is not
  /// finite. Spoils the session's arrays.
  FirstBad firstBad(int64_t last);

private:
  Session &session;
  TrainingStep &steps;
  const RunSettings &settings;
  Array weights, states;
  int64_t copied = -1; ///< steps done at the copy
  Clock::time_point when;
};

} // namespace iarc::runtime

#endif
