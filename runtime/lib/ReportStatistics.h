//===- ReportStatistics.h - What an evaluation tells of a model ----------------------===//
//
// Counts over the windows of an evaluation: by position, by distance since the control
// token, what is taken for what, and windows worth showing.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_REPORTSTATISTICS_H
#define IARC_RUNTIME_LIB_REPORTSTATISTICS_H

#include "Session.h"

#include <array>
#include <map>
#include <vector>

namespace iarc::runtime {

struct Share {
  int64_t counted = 0, right = 0;
  void add(bool isRight) noexcept {
    ++counted;
    right += isRight;
  }
};

/// A window and what is predicted for its last position.
struct ShownWindow {
  int64_t number = 0;
  std::vector<int32_t> symbols, controls; ///< [context]
  int32_t target = -1, governing = -1, predicted = 0;
  /// The most probable symbols with their probability, or of squared_error the largest logits.
  std::vector<std::pair<int32_t, double>> top;
  std::vector<uint8_t> wrong; ///< [context]: the position before predicts this symbol wrongly
};

struct ReportStatistics {
  Metrics metrics; ///< those of eval
  /// By position: answers; and in how many windows with a target there the control token that governs it
  /// is in the window, at or before it.
  std::vector<Share> positions;
  std::vector<int64_t> known;
  /// At the positions that the loss reads, by what governs (0 of a task without control tokens): by the
  /// number of positions since the last control token, and where there is none in view.
  std::vector<std::vector<Share>> distances; ///< [controls or 1][context]
  Share unseen;
  /// There, too: how often a target is taken for a symbol, by (governing, target, predicted).
  std::map<std::array<int32_t, 3>, int64_t> confusion;
  /// The first windows whose last prediction is wrong, then right, of each subtask.
  std::vector<ShownWindow> gallery;
  /// Numbers of the first windows that each subtask governs at the end.
  std::vector<int64_t> firstOf;
};

/// Evaluates as `evaluate` does: the metrics are the same to the last bit.
ReportStatistics gatherStatistics(Session &session, uint64_t seed, int64_t windows, int64_t batch);

} // namespace iarc::runtime

#endif
