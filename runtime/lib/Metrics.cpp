//===- Metrics.cpp - Accuracy ----------------------------------------------------===//

#include "Metrics.h"

#include "Real.h"

#include <algorithm>
#include <limits>

namespace iarc::runtime {

void Metrics::add(const Metrics &other) {
  windows += other.windows;
  loss += other.loss;
  counted += other.counted;
  right += other.right;
  for (size_t subtask = 0; subtask < maximumSubtasks; ++subtask) {
    subtaskWindows[subtask] += other.subtaskWindows[subtask];
    subtaskRight[subtask] += other.subtaskRight[subtask];
  }
  if (rightAt.size() < other.rightAt.size()) {
    rightAt.resize(other.rightAt.size());
    countedAt.resize(other.rightAt.size());
  }
  for (size_t t = 0; t < other.rightAt.size(); ++t) {
    rightAt[t] += other.rightAt[t];
    countedAt[t] += other.countedAt[t];
  }
}

double Metrics::accuracy() const noexcept {
  return counted ? double(right) / double(counted) : std::numeric_limits<double>::quiet_NaN();
}

double Metrics::subtaskAccuracy(size_t subtask) const noexcept {
  if (subtaskWindows[subtask] == 0)
    return std::numeric_limits<double>::quiet_NaN();
  return double(subtaskRight[subtask]) / double(subtaskWindows[subtask]);
}

double Metrics::accuracyAll() const noexcept {
  double sum = 0, counted = 0;
  for (size_t t = 0; t < rightAt.size(); ++t) {
    sum += double(rightAt[t]);
    counted += double(countedAt[t]);
  }
  return counted > 0 ? sum / counted : std::numeric_limits<double>::quiet_NaN();
}

/// `Lanes` lanes side by side, in registers.
template <int Lanes, class Real>
static void largestInBlock(const Real *logits, int64_t symbols, int64_t stride,
                           int32_t *best) noexcept {
  Real value[Lanes];
  int32_t index[Lanes];
  for (int lane = 0; lane < Lanes; ++lane) {
    value[lane] = logits[lane];
    index[lane] = 0;
  }
  for (int64_t symbol = 1; symbol < symbols; ++symbol)
    for (int lane = 0; lane < Lanes; ++lane) {
      Real next = logits[symbol * stride + lane];
      bool larger = next > value[lane];
      value[lane] = larger ? next : value[lane];
      index[lane] = larger ? int32_t(symbol) : index[lane];
    }
  for (int lane = 0; lane < Lanes; ++lane)
    best[lane] = index[lane];
}

template <class Real>
void largestLogit(const Real *logits, int64_t symbols, int64_t lanes, int32_t *best) noexcept {
  int64_t lane = 0;
  for (; lane + 8 <= lanes; lane += 8)
    largestInBlock<8>(logits + lane, symbols, lanes, best + lane);
  for (; lane < lanes; ++lane)
    largestInBlock<1>(logits + lane, symbols, lanes, best + lane);
}

template void largestLogit(const float *, int64_t, int64_t, int32_t *) noexcept;
template void largestLogit(const double *, int64_t, int64_t, int32_t *) noexcept;

/// Calls visit(b, right) for every real sample that has a target at position t, one that is
/// predicted.
template <class Visit>
static void visitPosition(const iarc_model &model, const Batch &batch, const void *logits,
                          int64_t t, std::vector<int32_t> &best, Visit &&visit) {
  const int64_t lanes = model.lanes, symbols = model.task.symbols, padded = batch.padded();
  const int32_t *targets = batch.targets() + t * padded;
  withReal(model, [&](auto real) {
    using Real = decltype(real);
    const Real *from = static_cast<const Real *>(logits) +
                       (t - (model.context - model.predicted_positions)) * padded * symbols;
    for (int64_t group = 0; group < batch.groups(); ++group) {
      largestLogit(from + group * symbols * lanes, symbols, lanes, best.data());
      int64_t here = std::min(lanes, batch.samples() - group * lanes);
      for (int64_t lane = 0; lane < here; ++lane)
        if (int32_t target = targets[group * lanes + lane]; target >= 0)
          visit(group * lanes + lane, best[size_t(lane)] == target);
    }
  });
}

Metrics countLast(const iarc_model &model, const Batch &batch, const void *logits, double loss) {
  Metrics metrics;
  metrics.windows = batch.samples();
  metrics.loss = loss * double(batch.samples());
  std::vector<int32_t> best(size_t(model.lanes));
  const int64_t last = model.context - 1;
  const int32_t *governing = batch.governing() + last * batch.padded();
  visitPosition(model, batch, logits, last, best, [&](int64_t b, bool right) {
    ++metrics.counted;
    metrics.right += right;
    if (governing[b] < 0) // a task without control tokens
      return;
    size_t subtask = size_t(governing[b]);
    ++metrics.subtaskWindows[subtask];
    metrics.subtaskRight[subtask] += right;
  });
  return metrics;
}

Metrics countAll(const iarc_model &model, const Batch &batch, const void *logits, double loss) {
  Metrics metrics = countLast(model, batch, logits, loss);
  if (model.predicted_positions < model.context)
    return metrics;
  metrics.rightAt.resize(size_t(model.context));
  metrics.countedAt.resize(size_t(model.context));
  std::vector<int32_t> best(size_t(model.lanes));
  for (int64_t t = 0; t < model.context; ++t)
    visitPosition(model, batch, logits, t, best, [&](int64_t, bool right) {
      metrics.rightAt[size_t(t)] += right;
      ++metrics.countedAt[size_t(t)];
    });
  return metrics;
}

} // namespace iarc::runtime
