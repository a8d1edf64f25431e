//===- ReportStatistics.cpp - What an evaluation tells of a model --------------------===//

#include "ReportStatistics.h"

#include "Real.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace iarc::runtime {

namespace {

constexpr size_t shownSymbols = 3;

class Gatherer {
public:
  Gatherer(Session &session, int64_t windows) : session(session), model(session.model) {
    const iarc_task &task = model.task;
    const size_t context = size_t(model.context), groups = size_t(std::max<int64_t>(1, task.control_count));
    result.positions.resize(context);
    result.known.resize(context);
    result.distances.assign(groups, std::vector<Share>(context));
    result.firstOf.assign(groups, -1);
    shown.assign(groups, {});
    best.resize(size_t(windows) * context);
  }

  void batch(uint64_t first);
  ReportStatistics finish() {
    for (std::array<std::vector<ShownWindow>, 2> &each : shown)
      for (std::vector<ShownWindow> &windows : each)
        for (ShownWindow &window : windows)
          result.gallery.push_back(std::move(window));
    return std::move(result);
  }

  ReportStatistics result;

private:
  int32_t &bestAt(int64_t b, int64_t t) { return best[size_t(b * model.context + t)]; }
  void findBest();
  void window(int64_t number, int64_t b);
  void show(int64_t number, int64_t b, bool right);

  Session &session;
  const iarc_model &model;
  std::vector<int32_t> best; ///< [sample][context]
  std::vector<std::array<std::vector<ShownWindow>, 2>> shown; ///< by what governs: wrong, right
};

void Gatherer::findBest() {
  const Batch &batch = session.batch();
  const int64_t lanes = model.lanes, symbols = model.task.symbols;
  std::vector<int32_t> row(static_cast<size_t>(lanes));
  withReal(model, [&](auto real) {
    using Real = decltype(real);
    const Real *logits = static_cast<const Real *>(session.logits());
    for (int64_t p = 0; p < model.predicted_positions; ++p)
      for (int64_t group = 0; group < batch.groups(); ++group) {
        largestLogit(logits + (p * batch.groups() + group) * symbols * lanes, symbols, lanes, row.data());
        for (int64_t lane = 0; lane < std::min(lanes, batch.samples() - group * lanes); ++lane)
          bestAt(group * lanes + lane, model.context - model.predicted_positions + p) = row[size_t(lane)];
      }
  });
}

void Gatherer::batch(uint64_t first) {
  findBest();
  for (int64_t b = 0; b < session.batch().samples(); ++b)
    window(int64_t(first) + b, b);
}

void Gatherer::window(int64_t number, int64_t b) {
  const Batch &batch = session.batch();
  const int64_t padded = batch.padded(), last = model.context - 1;
  const bool hasControls = model.task.control_count > 0;
  int64_t since = -1; ///< position of the last control token
  bool governs = false;
  for (int64_t t = 0; t <= last; ++t) {
    const int32_t control = batch.controls()[t * padded + b];
    if (control >= 0) {
      since = t;
      governs |= model.task.controls[control].governs != 0;
    }
    const int32_t target = batch.targets()[t * padded + b];
    if (target < 0 || t < model.context - model.predicted_positions)
      continue;
    const bool right = bestAt(b, t) == target;
    result.positions[size_t(t)].add(right);
    result.known[size_t(t)] += governs;
    if (model.loss_at == IARC_LOSS_AT_LAST && t < last)
      continue;
    const int32_t group = std::max(0, batch.governing()[t * padded + b]);
    ++result.confusion[{group, target, bestAt(b, t)}];
    if (hasControls && since >= 0)
      result.distances[size_t(group)][size_t(t - since)].add(right);
    else if (hasControls)
      result.unseen.add(right);
    if (t < last)
      continue;
    if (result.firstOf[size_t(group)] < 0)
      result.firstOf[size_t(group)] = number;
    // Of a task without subtasks more of each.
    const size_t most = result.firstOf.size() > 1 ? (right ? 1 : 3) : (right ? 4 : 8);
    if (shown[size_t(group)][right].size() < most)
      show(number, b, right);
  }
}

void Gatherer::show(int64_t number, int64_t b, bool right) {
  const Batch &batch = session.batch();
  const size_t context = size_t(model.context);
  const int64_t last = model.context - 1, padded = batch.padded(), lanes = model.lanes;
  std::vector<int32_t> symbols(context + 1);
  ShownWindow window;
  window.number = number;
  window.controls.resize(context);
  batch.extract(b, symbols.data(), window.controls.data());
  window.target = batch.targets()[last * padded + b];
  window.governing = batch.governing()[last * padded + b];
  window.predicted = bestAt(b, last);
  symbols.pop_back();
  window.symbols = std::move(symbols);
  if (model.loss_at == IARC_LOSS_AT_ALL) {
    window.wrong.resize(context);
    for (int64_t t = 0; t < last; ++t)
      if (int32_t target = batch.targets()[t * padded + b]; target >= 0)
        window.wrong[size_t(t + 1)] = bestAt(b, t) != target;
  }
  std::vector<std::pair<int32_t, double>> shares;
  withReal(model, [&](auto real) {
    using Real = decltype(real);
    const Real *logits = static_cast<const Real *>(session.logits()) +
                         ((model.predicted_positions - 1) * batch.groups() + b / lanes) * model.task.symbols * lanes +
                         b % lanes;
    for (int64_t s = 0; s < model.task.symbols; ++s)
      shares.emplace_back(int32_t(s), double(logits[s * lanes]));
  });
  if (model.loss != IARC_LOSS_SQUARED_ERROR) {
    double largest = -HUGE_VAL, sum = 0;
    for (const auto &share : shares)
      largest = std::max(largest, share.second);
    for (auto &share : shares)
      sum += share.second = std::exp(share.second - largest);
    for (auto &share : shares)
      share.second /= sum;
  }
  // Equal shares in the order of the symbols.
  std::sort(shares.begin(), shares.end(), [](const auto &a, const auto &b) {
    return std::tie(b.second, a.first) < std::tie(a.second, b.first);
  });
  shares.resize(std::min(shares.size(), shownSymbols));
  window.top = std::move(shares);
  shown[size_t(std::max(0, window.governing))][right].push_back(std::move(window));
}

} // namespace

ReportStatistics gatherStatistics(Session &session, uint64_t seed, int64_t windows, int64_t batch) {
  Gatherer gatherer(session, batch);
  for (int64_t first = 0; first < windows; first += batch) {
    const int64_t count = std::min(batch, windows - first);
    session.batch().fill(seed, EvaluationStream, uint64_t(first), count, session.pool());
    const double loss = session.forward();
    gatherer.result.metrics.add(countAll(session.model, session.batch(), session.logits(), loss));
    gatherer.batch(uint64_t(first));
  }
  return gatherer.finish();
}

} // namespace iarc::runtime
