//===- ArenaTest.cpp - Buffers that share memory ----------------------------===//
#include "Arena.h"
#include "gtest/gtest.h"

#include <random>

using namespace iarc;

namespace {

/// Elements that are alive at the busiest time: no arena is smaller.
int64_t busiest(llvm::ArrayRef<ArenaBuffer> buffers) {
  int64_t most = 0;
  for (const ArenaBuffer &at : buffers) {
    int64_t alive = 0;
    for (const ArenaBuffer &buffer : buffers)
      if (buffer.lifetime.first <= at.lifetime.first && at.lifetime.first <= buffer.lifetime.last)
        alive += buffer.elements;
    most = std::max(most, alive);
  }
  return most;
}

void expectApart(llvm::ArrayRef<ArenaBuffer> buffers, llvm::ArrayRef<int64_t> offsets) {
  for (size_t i = 0; i < buffers.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (buffers[i].lifetime.overlaps(buffers[j].lifetime))
        ASSERT_TRUE(offsets[i] + buffers[i].elements <= offsets[j] ||
                    offsets[j] + buffers[j].elements <= offsets[i])
            << "buffers " << j << " and " << i;
}

TEST(Arena, WhatFollowsTakesTheSamePlace) {
  std::vector<ArenaBuffer> chain;
  for (int64_t time = 0; time < 10; ++time)
    chain.push_back({{time, time + 1}, 16});
  auto offsets = placeInArena(chain);
  expectApart(chain, offsets);
  EXPECT_EQ(arenaElements(chain, offsets), 32);
}

TEST(Arena, AllAtOnceLieSideBySide) {
  std::vector<ArenaBuffer> all{{{0, 5}, 8}, {{5, 5}, 32}, {{2, 9}, 16}};
  auto offsets = placeInArena(all);
  expectApart(all, offsets);
  EXPECT_EQ(arenaElements(all, offsets), 56);
}

TEST(Arena, AGapIsFilled) {
  // The two large ones leave room below the second while the first is gone.
  std::vector<ArenaBuffer> buffers{{{0, 3}, 64}, {{0, 9}, 48}, {{4, 9}, 32}, {{5, 6}, 32}};
  auto offsets = placeInArena(buffers);
  expectApart(buffers, offsets);
  EXPECT_EQ(arenaElements(buffers, offsets), 112);
}

TEST(Arena, Empty) {
  EXPECT_TRUE(placeInArena({}).empty());
  EXPECT_EQ(arenaElements({}, {}), 0);
}

TEST(Arena, RandomLifetimes) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<ArenaBuffer> buffers(random() % 60);
    for (ArenaBuffer &buffer : buffers) {
      int64_t first = random() % 40;
      buffer = {{first, first + int64_t(random() % 8)}, 16 * int64_t(1 + random() % 20)};
    }
    auto offsets = placeInArena(buffers);
    expectApart(buffers, offsets);
    for (size_t i = 0; i < buffers.size(); ++i)
      ASSERT_EQ(offsets[i] % 16, 0);
    ASSERT_GE(arenaElements(buffers, offsets), busiest(buffers));
    // First-fit by size has no small bound in theory; on such lifetimes it is never twice as large.
    ASSERT_LE(arenaElements(buffers, offsets), 2 * busiest(buffers));
  }
}

} // namespace
