//===- ScheduleTest.cpp - Rates and their text --------------------------------------===//

#include "Schedule.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace iarc::runtime;

namespace {

iarc_schedule parsed(const char *text) {
  iarc_schedule schedule = constantSchedule(-1);
  EXPECT_EQ(parseSchedule(text, schedule), "") << text;
  return schedule;
}

} // namespace

TEST(Schedule, TextComesBack) {
  for (const char *text :
       {"0.1", "1e-30", "step(0.1, every: 10, factor: 0.5)", "linear(0.1, to: 0)",
        "cosine(0.001, to: 1e-05)", "warmup(100, 0.1)", "warmup(3, cosine(0.1, to: 0.01))"})
    EXPECT_EQ(scheduleText(parsed(text)), text);
  EXPECT_EQ(scheduleText(parsed(" warmup( 3,constant(0.5)) ")), "warmup(3, 0.5)");
  EXPECT_EQ(scheduleText(parsed("cosine(0.5)")), "cosine(0.5, to: 0)");
}

TEST(Schedule, Refused) {
  iarc_schedule schedule = constantSchedule(7);
  for (const char *text :
       {"", "x", "-1", "nan", "inf", "1e31", "0.1 0.2", "cosine", "cosine(", "cosine(0.1", "cosine(0.1,)",
        "cosine(0.1, to: -1)", "step(0.1)", "step(0.1, every: 0, factor: 0.5)",
        "step(0.1, every: 2, factor: 2)", "warmup(0, 0.1)", "warmup(2, warmup(2, 0.1))",
        "warmup(2, 0.1) x", "linear(0.1, to: 0)) "})
    EXPECT_NE(parseSchedule(text, schedule), "") << text;
  EXPECT_EQ(schedule.rate, 7);
}

TEST(Schedule, Rates) {
  EXPECT_EQ(rateOf(parsed("0.1"), 5, 10), 0.1);
  iarc_schedule steps = parsed("step(0.8, every: 10, factor: 0.5)");
  EXPECT_EQ(rateOf(steps, 9, 100), 0.8);
  EXPECT_EQ(rateOf(steps, 10, 100), 0.4);
  EXPECT_EQ(rateOf(steps, 39, 100), 0.1);
  iarc_schedule linear = parsed("linear(1, to: 0.5)");
  EXPECT_EQ(rateOf(linear, 0, 10), 1);
  EXPECT_EQ(rateOf(linear, 5, 10), 0.75);
  EXPECT_EQ(rateOf(linear, 10, 10), 0.5);
  EXPECT_EQ(rateOf(linear, 99, 10), 0.5);
  iarc_schedule cosine = parsed("warmup(4, cosine(1, to: 0.5))");
  EXPECT_EQ(rateOf(cosine, 0, 14), 0.25);
  EXPECT_EQ(rateOf(cosine, 3, 14), 1);
  EXPECT_EQ(rateOf(cosine, 4, 14), 1);
  EXPECT_NEAR(rateOf(cosine, 9, 14), 0.75, 1e-15);
  EXPECT_NEAR(rateOf(cosine, 6, 14), 0.75 + 0.25 * std::cos(0.2 * M_PI), 1e-15);
  EXPECT_EQ(rateOf(cosine, 14, 14), 0.5);
  EXPECT_EQ(rateOf(parsed("warmup(4, cosine(1))"), 1, 2), 0.5); // shorter than the warm-up
}
