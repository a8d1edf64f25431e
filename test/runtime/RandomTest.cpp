//===- RandomTest.cpp - Random numbers and initial weights ----------------------===//

#include "Initialise.h"
#include "Random.h"

#include <cmath>
#include <gtest/gtest.h>
#include <vector>

using namespace iarc::runtime;

// Known answers that the Random123 library publishes with the paper.
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox4x32({ones, ones, ones, ones}, {ones, ones}),
            (PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, EveryPartOfTheKeyMatters) {
  PhiloxBlock block = randomBlock(1, 2, 3, 4);
  EXPECT_NE(block, randomBlock(1 + (uint64_t(1) << 32), 2, 3, 4));
  EXPECT_NE(block, randomBlock(2, 2, 3, 4));
  EXPECT_NE(block, randomBlock(1, 3, 3, 4));
  EXPECT_NE(block, randomBlock(1, 2, 3 + (uint64_t(1) << 32), 4));
  EXPECT_NE(block, randomBlock(1, 2, 3, 5));
}

TEST(Draws, WordsAreTheBlocksInOrder) {
  Draws draws(7, 8, 9);
  for (uint32_t block = 0; block < 3; ++block)
    for (uint32_t word : randomBlock(7, 8, 9, block))
      EXPECT_EQ(draws.word(), word);
}

TEST(Draws, BoundedIntegersAreUniform) {
  for (uint32_t bound : {1u, 2u, 9u, 16u, 17u}) {
    std::vector<int64_t> counts(bound);
    Draws draws(1, 0, bound);
    const int64_t each = 20000;
    for (int64_t i = 0; i < each * bound; ++i) {
      uint32_t value = draws.below(bound);
      ASSERT_LT(value, bound);
      ++counts[value];
    }
    for (int64_t count : counts) // six standard deviations
      EXPECT_NEAR(double(count), double(each), 6 * std::sqrt(double(each)));
  }
}

// Without rejection, 2^31 + 2^30 would get its first third twice as often.
TEST(Draws, LargeBoundsAreUnbiased) {
  const uint32_t bound = 3u << 30;
  Draws draws(1, 0, 0);
  int64_t lowest = 0, total = 30000;
  for (int64_t i = 0; i < total; ++i)
    lowest += draws.below(bound) < (1u << 30);
  EXPECT_NEAR(double(lowest), double(total) / 3, 6 * std::sqrt(double(total) * 2 / 9));
}

TEST(Draws, UnitInterval) {
  EXPECT_EQ(unitInterval(0, 0), 0.0);
  EXPECT_EQ(unitInterval(0xffffffff, 0xffffffff), 1 - 0x1p-53);
  EXPECT_EQ(unitInterval(0x80000000, 0), 0.5);
}

TEST(Initialise, NormalMoments) {
  double sum = 0, squares = 0, cross = 0;
  const int64_t pairs = 200000;
  for (int64_t pair = 0; pair < pairs; ++pair) {
    double even, odd;
    normalPair(3, 0, pair, even, odd);
    ASSERT_TRUE(std::isfinite(even) && std::isfinite(odd));
    sum += even + odd;
    squares += even * even + odd * odd;
    cross += even * odd;
  }
  EXPECT_NEAR(sum / double(2 * pairs), 0, 0.01);
  EXPECT_NEAR(squares / double(2 * pairs), 1, 0.01);
  EXPECT_NEAR(cross / double(pairs), 0, 0.015);
}

namespace {
const iarc_axis axesA[] = {{"layer", 2}, {"out", 3}, {"in", 5}}; // 30 elements
const iarc_axis axesB[] = {{"out", 7}};
const iarc_axis axesC[] = {{"out", 4}};
const iarc_weight tensors[] = {{"a", axesA, 3, 0, 30, IARC_INITIALISE_NORMAL, 0.5, 0.1, 0, 0},
                               {"b", axesB, 1, 32, 7, IARC_INITIALISE_UNIFORM, -1, 2, 0, 0},
                               {"c", axesC, 1, 48, 4, IARC_INITIALISE_CONSTANT, 3, 0, 0, 0}};
iarc_model modelOf(int64_t elementBytes) {
  iarc_model model{};
  model.element_bytes = elementBytes;
  model.weights = tensors;
  model.weight_tensors = 3;
  model.weight_elements = 64;
  return model;
}
} // namespace

TEST(Initialise, DependsOnSeedTensorAndElementOnly) {
  iarc_model model = modelOf(8);
  ThreadPool one(1), three(3);
  std::vector<double> a(64, -9), b(64, -9), c(64, -9);
  initialiseWeights(model, 1, a.data(), one);
  initialiseWeights(model, 1, b.data(), three);
  initialiseWeights(model, 2, c.data(), one);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
  double even, odd;
  normalPair(1, 0, 7, even, odd);
  EXPECT_EQ(a[14], 0.5 + 0.1 * even);
  EXPECT_EQ(a[15], 0.5 + 0.1 * odd);
  uniformPair(1, 1, 3, even, odd);
  EXPECT_EQ(a[38], -1 + 3 * even); // the last of seven elements
  for (int i = 48; i < 52; ++i)
    EXPECT_EQ(a[size_t(i)], 3);
  for (int gap : {30, 31, 39, 47, 52, 63}) // alignment gaps stay as they were
    EXPECT_EQ(a[size_t(gap)], -9);
}

TEST(Initialise, FloatIsTheRoundedDouble) {
  iarc_model wide = modelOf(8), narrow = modelOf(4);
  ThreadPool pool(1);
  std::vector<double> a(64);
  std::vector<float> b(64);
  initialiseWeights(wide, 5, a.data(), pool);
  initialiseWeights(narrow, 5, b.data(), pool);
  for (size_t i = 0; i < 64; ++i)
    EXPECT_EQ(float(a[i]), b[i]);
}

// Scaled by fan-in, a number is divided by the root of the inputs of its row: of pair (t, s) and of
// position t they are t + 1 times those of the first.
TEST(Initialise, ScalesByFanIn) {
  const iarc_axis pairAxes[] = {{"layer", 2}, {"pair", 6}, {"out", 1}, {"in", 2}};
  const iarc_axis biasAxes[] = {{"layer", 2}, {"position", 3}, {"out", 2}};
  const iarc_axis sharedAxes[] = {{"out", 3}, {"in", 4}};
  const iarc_weight scaled[] = {
      {"pairs", pairAxes, 4, 0, 24, IARC_INITIALISE_NORMAL, 0, 0.3, 2, 1},
      {"bias", biasAxes, 3, 32, 12, IARC_INITIALISE_UNIFORM, -1, 1, 2, 1},
      {"shared", sharedAxes, 2, 48, 12, IARC_INITIALISE_UNIFORM, -1, 2, 4, 0}};
  iarc_weight plain[] = {scaled[0], scaled[1], scaled[2]};
  for (iarc_weight &weight : plain)
    weight.fan_in = weight.fan_in_grows = 0;
  iarc_model model = modelOf(8);
  ThreadPool pool(1);
  std::vector<double> a(64), b(64);
  model.weights = scaled;
  initialiseWeights(model, 1, a.data(), pool);
  model.weights = plain;
  initialiseWeights(model, 1, b.data(), pool);
  const int rowOfPair[] = {0, 1, 1, 2, 2, 2};
  for (size_t i = 0; i < 24; ++i)
    EXPECT_DOUBLE_EQ(a[i], b[i] / std::sqrt(2.0 * (rowOfPair[i / 2 % 6] + 1)));
  for (size_t i = 0; i < 12; ++i) {
    EXPECT_DOUBLE_EQ(a[32 + i], b[32 + i] / std::sqrt(2.0 * double(i / 2 % 3 + 1)));
    EXPECT_DOUBLE_EQ(a[48 + i], b[48 + i] / 2);
  }
}

TEST(Initialise, ForCheckNoTensorIsConstant) {
  iarc_model model = modelOf(8);
  ThreadPool pool(1);
  std::vector<double> a(64);
  initialiseForCheck(model, 1, a.data(), pool);
  EXPECT_NE(a[48], a[49]);
  for (int i = 48; i < 52; ++i)
    EXPECT_NEAR(a[size_t(i)], 3, 0.6);
}
