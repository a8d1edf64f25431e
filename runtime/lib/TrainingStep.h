//===- TrainingStep.h - One step of training -----------------------------------------===//
//
// Where nothing must be known of the whole gradient first, a step is one call of
// the generated train_step, which updates weights while it computes. Otherwise (clipping,
// a batch in parts, a decay that the code was not made for) the generated gradients are
// added up and measured here, and the generated update follows. Both give the same bits
// where they compute the same.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_TRAININGSTEP_H
#define IARC_RUNTIME_LIB_TRAININGSTEP_H

#include "Optimiser.h"
#include "Session.h"

#include <functional>
#include <limits>

namespace iarc::runtime {

/// Whether train_step alone does it.
bool isFused(const iarc_model &model, const Optimiser &optimiser);

/// The largest part of a batch: what a session for these steps must hold.
int64_t samplesAtOnce(int64_t batch, const Optimiser &optimiser);

/// What a session for these steps needs.
SessionNeeds needsOf(const iarc_model &model, const Optimiser &optimiser, int64_t batch,
                     int64_t threads);

/// The Euclidean norm of an array in the layout of the weights; the same bits for any number of
/// threads.
double normOf(const iarc_model &model, const void *array, ThreadPool &pool);

struct StepResult {
  double loss = 0; ///< of the whole batch, before the update
  Metrics metrics;
  /// Of the gradient before clipping; NaN where train_step kept it to itself.
  double gradientNorm = std::numeric_limits<double>::quiet_NaN();
};

class TrainingStep {
public:
  /// Fills the session's batch with samples first .. first + count - 1 of the step's `total`.
  using Fill = std::function<void(int64_t first, int64_t count, int64_t total)>;

  TrainingStep(Session &session, const Optimiser &optimiser);

  /// The step with index `step`, counted from 0, of `steps`, on `batch` samples.
  StepResult run(int64_t step, int64_t steps, int64_t batch, bool countsAll, const Fill &fill);

  /// The update with index `step` of `steps` by the session's gradients, clipped as declared. Returns
  /// their length before.
  double updateBy(int64_t step, int64_t steps);

private:
  void addGradients();
  double update(int64_t step, int64_t steps, void *gradients);
  Session &session;
  const Optimiser &optimiser;
  Array sum; ///< of the parts' gradients; empty where there is one part
};

} // namespace iarc::runtime

#endif
