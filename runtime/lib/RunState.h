//===- RunState.h - Where a training run stands -----------------------------------===//
//
// All of a run but its arrays: the settings that determine its bits, the steps done,
// and the sums of the log's interval that is under way. It is part of a checkpoint, as
// text, so that a run that goes on writes the lines that it would have written.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_RUNSTATE_H
#define IARC_RUNTIME_LIB_RUNSTATE_H

#include "Metrics.h"
#include "Optimiser.h"

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <string>

namespace iarc::runtime {

using Clock = std::chrono::steady_clock;

inline double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Sums over the steps since the last report.
struct Interval {
  Metrics metrics;
  int64_t steps = 0;
  /// Of its last step, where it was computed; else NaN.
  double gradientNorm = std::numeric_limits<double>::quiet_NaN();
  double secondsBefore = 0; ///< that it took before this process
  Clock::time_point start = Clock::now();

  double seconds() const { return secondsBefore + secondsSince(start); }
  double millisecondsPerStep() const { return steps ? 1000 * seconds() / double(steps) : 0; }
};

/// What determines the bits of a run, beside the model and the weights that it began with.
struct RunSettings {
  uint64_t seed = 1;
  int64_t batch = 1;
  Optimiser optimiser;
  int64_t steps = 0;    ///< the end of the run; may change when it goes on
  int64_t logEvery = 1; ///< steps in an interval of the log

  /// Of the step with this index.
  double rate(int64_t step) const { return rateOf(optimiser.rate, step, steps); }
};

/// What the evaluations of a run have come to.
struct Evaluations {
  int64_t last = 0;     ///< steps done at the last one
  int64_t bestStep = 0; ///< and at the one with the least loss
  double bestLoss = std::numeric_limits<double>::infinity();
  bool stopped = false; ///< the figure was reached that ends the run
  /// Which figure, as stopWords() has it; "" also in checkpoints that do not say.
  std::string stoppedAt;
};

struct RunState {
  RunSettings settings;
  int64_t step = 0; ///< steps done; the stream's next sample is step * batch
  Interval interval;
  Evaluations evaluations;
};

/// The state as entries of a checkpoint's metadata.
void describeRun(const RunState &state, std::map<std::string, std::string> &metadata);

/// Reads what describeRun wrote. Returns what is wrong, "" when all is well; never throws but
/// std::bad_alloc, whatever the entries are.
std::string parseRun(const std::map<std::string, std::string> &metadata, RunState &state);

} // namespace iarc::runtime

#endif
