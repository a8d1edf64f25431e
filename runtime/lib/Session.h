//===- Session.h - A model with its arrays and threads ---------------------------===//
//
// What every command that computes needs: the threads, the arrays that a call of a
// step function takes, checked against the available memory before any is mapped,
// and the calls themselves.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_SESSION_H
#define IARC_RUNTIME_LIB_SESSION_H

#include "Batch.h"
#include "Metrics.h"
#include "Optimiser.h"
#include "Random.h"

namespace iarc::runtime {

/// Throws Error (status Internal) for a descriptor that this runtime cannot serve: the fault of the
/// build, not of the user.
void requireDescriptor(const iarc_model &model);

struct SessionNeeds {
  int64_t batch = 1; ///< capacity in samples
  int64_t threads = 1;
  bool velocity = false; ///< the optimiser's states
  bool gradients = false;
  int64_t copies = 0; ///< arrays like the weights that the caller will take, for the memory plan
  std::string smaller = {}; ///< the hint where a smaller batch fits; of --batch when empty
};

class Session {
public:
  /// Throws Error (status InputOutput) when the processor lacks what the model's code was made for,
  /// and with both figures when memory does not suffice.
  Session(const iarc_model &model, const SessionNeeds &needs);

  const iarc_model &model;
  Batch &batch() noexcept { return data; }
  ThreadPool &pool() noexcept { return threads; }
  void *weights() noexcept { return weightArray.data(); }
  /// One of the optimiser's states; null unless asked for.
  void *state(int64_t number) noexcept {
    char *states = velocityArray.as<char>();
    return states ? states + number * model.weight_elements * model.element_bytes : nullptr;
  }
  void *gradients() noexcept { return gradientArray.data(); }
  const void *logits() const noexcept { return logitArray.data(); }

  /// Each calls the generated function on the batch as it is filled and returns the loss.
  double forward();
  double computeGradients();
  double trainStep(const UpdateCoefficients &coefficients);

  /// The generated update of all weights by these gradients.
  void update(const UpdateCoefficients &coefficients, void *gradients);

private:
  static MemoryPlan plan(const iarc_model &model, const SessionNeeds &needs);
  static const SessionNeeds &checked(const iarc_model &model, const SessionNeeds &needs);
  double call(iarc_step_function function, const UpdateCoefficients &coefficients, void *gradients);

  ThreadPool threads;
  Batch data;
  Array weightArray, velocityArray, gradientArray, workspace, logitArray, lossArray;
};

/// Metrics of `windows` windows of the evaluation stream, by forward, in batches of the session's
/// capacity `batch`. `stop` (may be null) is asked between batches and ends the evaluation early.
Metrics evaluate(Session &session, uint64_t seed, int64_t windows, int64_t batch,
                 bool (*stop)() noexcept);

} // namespace iarc::runtime

#endif
