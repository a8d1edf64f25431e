//===- BatchTest.cpp - Batches in lane groups, and what is counted on them --------===//

#include "Batch.h"
#include "IarcTask.h"
#include "Metrics.h"
#include "Random.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace iarc::runtime;

namespace {
constexpr IarcSettings settings = {"IARC", 16, 1, 9, 0, 0, 0};
constexpr IarcSettings interspersed = {"IARC", 16, 1, 9, 0, 0, 1};

iarc_model modelOf(int64_t lanes, int64_t elementBytes) {
  iarc_model model{};
  model.element_bytes = elementBytes;
  model.lanes = lanes;
  model.context = 6;
  model.width = 20;
  model.predicted_positions = 6;
  model.task = iarcTask<settings, 6>(4);
  return model;
}
} // namespace

TEST(Batch, LayoutAndPadding) {
  for (int64_t lanes : {1, 3, 8, 16})
    for (int64_t samples : {1, 5, 8, 17}) {
      iarc_model model = modelOf(lanes, 4);
      ThreadPool pool(3);
      Batch batch(model, 20);
      batch.fill(7, TrainingStream, 100, samples, pool);
      ASSERT_EQ(batch.groups(), (samples + lanes - 1) / lanes);
      const IarcStream stream(settings, 6, 7, TrainingStream);
      std::vector<int32_t> scratch(size_t(IarcStream::length(settings, 6)));
      double sum = 0;
      for (int64_t b = 0; b < batch.padded(); ++b) {
        int64_t group = b / lanes, lane = b % lanes;
        int64_t real = std::min(b, samples - 1); // padding repeats the last sample
        int32_t symbols[7], controls[6], governing[6];
        stream.generate(uint64_t(100 + real), scratch.data(), symbols, controls, governing, 1);
        for (int64_t t = 0; t < 7; ++t)
          EXPECT_EQ(batch.symbols()[(t * batch.groups() + group) * lanes + lane], symbols[t]);
        for (int64_t t = 0; t < 6; ++t) {
          EXPECT_EQ(batch.controls()[(t * batch.groups() + group) * lanes + lane], controls[t]);
          EXPECT_EQ(batch.governing()[(t * batch.groups() + group) * lanes + lane], governing[t]);
        }
        float weight = static_cast<const float *>(batch.weights())[b];
        EXPECT_EQ(weight, b < samples ? float(1.0 / double(samples)) : 0.0f);
        sum += weight;
      }
      EXPECT_NEAR(sum, 1, 1e-6);
    }
}

TEST(Batch, GivenBatchComesBack) {
  iarc_model model = modelOf(8, 8);
  Batch batch(model, 5);
  std::vector<int32_t> symbols(5 * 7), controls(5 * 6);
  for (size_t i = 0; i < symbols.size(); ++i)
    symbols[i] = int32_t(i % 16);
  for (size_t i = 0; i < controls.size(); ++i)
    controls[i] = int32_t(i % 5) - 1;
  batch.fill(symbols.data(), controls.data(), 5);
  int32_t s[7], c[6];
  for (int64_t b = 0; b < 5; ++b) {
    batch.extract(b, s, c);
    EXPECT_TRUE(std::equal(s, s + 7, symbols.data() + b * 7));
    EXPECT_TRUE(std::equal(c, c + 6, controls.data() + b * 6));
  }
  EXPECT_EQ(static_cast<const double *>(batch.weights())[4], 0.2);
  EXPECT_EQ(static_cast<const double *>(batch.weights())[5], 0.0);
}

TEST(Metrics, LargestLogit) {
  for (int64_t lanes : {1, 5, 8, 16, 21}) {
    std::vector<float> logits(size_t(4 * lanes));
    for (int64_t lane = 0; lane < lanes; ++lane)
      for (int64_t s = 0; s < 4; ++s)
        logits[size_t(s * lanes + lane)] = s == lane % 4 ? 1.0f : -1.0f;
    logits[size_t(3 * lanes)] = 1.0f; // lane 0: 0 and 3 are equal, the lower index counts
    std::vector<int32_t> best(static_cast<size_t>(lanes));
    largestLogit(logits.data(), 4, lanes, best.data());
    for (int64_t lane = 0; lane < lanes; ++lane)
      EXPECT_EQ(best[size_t(lane)], lane % 4);
  }
}

TEST(Metrics, CountsByPositionAndSubtask) {
  iarc_model model = modelOf(8, 4);
  ThreadPool pool(1);
  Batch batch(model, 13);
  batch.fill(1, EvaluationStream, 0, 13, pool);
  // Right everywhere but for samples 0, 3, 6, ... at the last position and sample 1 at the first.
  std::vector<float> logits(size_t(6 * batch.padded() * 16));
  int64_t wrong[4] = {}, windows[4] = {};
  for (int64_t t = 0; t < 6; ++t)
    for (int64_t b = 0; b < batch.padded(); ++b) {
      int32_t answer = batch.symbols()[(t + 1) * batch.padded() + b];
      bool isWrong = (t == 5 && b % 3 == 0) || (t == 0 && b == 1);
      if (isWrong)
        answer = (answer + 1) % 16;
      logits[size_t(((t * batch.groups() + b / 8) * 16 + answer) * 8 + b % 8)] = 1;
      if (t == 5 && b < 13) {
        int32_t subtask = batch.governing()[t * batch.padded() + b];
        ++windows[subtask];
        wrong[subtask] += isWrong;
      }
    }
  Metrics metrics = countAll(model, batch, logits.data(), 0.5);
  EXPECT_EQ(metrics.windows, 13);
  EXPECT_DOUBLE_EQ(metrics.meanLoss(), 0.5);
  EXPECT_EQ(metrics.right, 13 - 5);
  EXPECT_EQ(metrics.rightAt, (std::vector<int64_t>{12, 13, 13, 13, 13, 8}));
  EXPECT_DOUBLE_EQ(metrics.accuracyAll(), 72.0 / 78);
  int64_t sum = 0;
  for (size_t subtask = 0; subtask < 4; ++subtask) {
    EXPECT_EQ(metrics.subtaskWindows[subtask], windows[subtask]);
    EXPECT_EQ(metrics.subtaskRight[subtask], windows[subtask] - wrong[subtask]);
    sum += windows[subtask];
  }
  EXPECT_EQ(sum, 13);
  EXPECT_EQ(windows[3], 0); // C never governs
  EXPECT_TRUE(std::isnan(metrics.subtaskAccuracy(3)));
  Metrics twice = metrics;
  twice.add(metrics);
  EXPECT_EQ(twice.windows, 26);
  EXPECT_DOUBLE_EQ(twice.accuracy(), metrics.accuracy());
  EXPECT_DOUBLE_EQ(twice.meanLoss(), 0.5);
}

// Logits of the last position alone lie at the front, and nothing is said of the others.
TEST(Metrics, CountsTheOnlyPredictedPosition) {
  iarc_model model = modelOf(8, 8);
  model.predicted_positions = 1;
  ThreadPool pool(1);
  Batch batch(model, 13);
  batch.fill(3, EvaluationStream, 0, 13, pool);
  std::vector<double> logits(size_t(batch.padded() * 16));
  for (int64_t b = 0; b < batch.padded(); ++b) {
    int32_t answer = batch.symbols()[6 * batch.padded() + b];
    logits[size_t((b / 8 * 16 + (b % 4 ? answer : (answer + 1) % 16)) * 8 + b % 8)] = 1;
  }
  Metrics metrics = countAll(model, batch, logits.data(), 0);
  EXPECT_EQ(metrics.right, 13 - 4);
  EXPECT_TRUE(metrics.rightAt.empty());
  EXPECT_TRUE(std::isnan(metrics.accuracyAll()));
}

// A position before an interspersed control token is neither right nor wrong.
TEST(Metrics, SkipsInterspersedControlTokens) {
  iarc_model model = modelOf(8, 4);
  model.task = iarcTask<interspersed, 6>(4);
  ThreadPool pool(1);
  Batch batch(model, 16);
  batch.fill(3, EvaluationStream, 0, 16, pool);
  std::vector<float> logits(size_t(6 * batch.padded() * 16));
  std::vector<int64_t> targets(6);
  for (int64_t t = 0; t < 6; ++t)
    for (int64_t b = 0; b < batch.padded(); ++b) {
      int32_t answer = batch.symbols()[(t + 1) * batch.padded() + b];
      targets[size_t(t)] += answer >= 0;
      logits[size_t(((t * batch.groups() + b / 8) * 16 + std::max(answer, 0)) * 8 + b % 8)] = 1;
    }
  Metrics metrics = countAll(model, batch, logits.data(), 0);
  EXPECT_EQ(metrics.right, 16);
  EXPECT_EQ(metrics.rightAt, targets);
  EXPECT_EQ(metrics.countedAt, targets);
  EXPECT_LT(targets[2], 16);
  EXPECT_EQ(targets[5], 16);
  EXPECT_DOUBLE_EQ(metrics.accuracyAll(), 1);
}
