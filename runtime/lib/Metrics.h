//===- Metrics.h - Accuracy ------------------------------------------------------===//
//
// Counts right answers: a position is right when the largest of its logits (the
// first of several equal ones) is the next symbol.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_METRICS_H
#define IARC_RUNTIME_LIB_METRICS_H

#include "Batch.h"

#include <array>
#include <cstdint>
#include <vector>

namespace iarc::runtime {

/// Control tokens that a task may have.
constexpr int maximumSubtasks = 32;

/// Sums over windows.
struct Metrics {
  int64_t windows = 0;
  double loss = 0;                                       ///< sum of the windows' losses
  int64_t counted = 0;                                   ///< whose last position has a target
  int64_t right = 0;                                     ///< at the last position
  std::array<int64_t, maximumSubtasks> subtaskWindows{}; ///< by what governs the last position
  std::array<int64_t, maximumSubtasks> subtaskRight{};
  std::vector<int64_t> rightAt;   ///< [context], only from countAll and if all are predicted
  std::vector<int64_t> countedAt; ///< [context]: windows in which that position has a target

  void add(const Metrics &other);
  /// At the last position of the windows that have a target there; NaN without any.
  double accuracy() const noexcept;
  double meanLoss() const noexcept { return windows ? loss / double(windows) : 0; }
  /// Accuracy at the last position of the windows that this subtask governs there; NaN without any.
  double subtaskAccuracy(size_t subtask) const noexcept;
  /// Accuracy over all positions that have a target; NaN without any, and where the model predicts
  /// from the last position only.
  double accuracyAll() const noexcept;
};

/// Index of the largest of symbols numbers in each lane: logits [symbols][lanes], best [lanes].
template <class Real>
void largestLogit(const Real *logits, int64_t symbols, int64_t lanes, int32_t *best) noexcept;

/// Counts the last position of a batch whose logits and loss were computed.
Metrics countLast(const iarc_model &model, const Batch &batch, const void *logits, double loss);

/// Counts all positions; only the last one where the model predicts from it alone.
Metrics countAll(const iarc_model &model, const Batch &batch, const void *logits, double loss);

} // namespace iarc::runtime

#endif
