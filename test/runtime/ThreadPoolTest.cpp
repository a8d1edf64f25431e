//===- ThreadPoolTest.cpp - The threads of a compiled program ---------------------===//
//
// Also built with ThreadSanitizer, as iarc-thread-pool-tsan, where the compiler has
// it: then this file is the whole program.
//
//===----------------------------------------------------------------------===//

#include "ThreadPool.h"

#include "iarc/runtime/Descriptor.h"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

using namespace iarc::runtime;

TEST(ThreadPool, EveryTaskRunsOnce) {
  for (int64_t threads : {1, 2, 3, 7, 16}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (int64_t tasks : {0, 1, 2, 3, 7, 24, 100, 1001}) {
      std::vector<int> runs(static_cast<size_t>(tasks)); // not atomic: ThreadSanitizer sees overlap
      for (int repeat = 0; repeat < 20; ++repeat)
        pool.run(tasks, [&](int64_t begin, int64_t end) {
          for (int64_t task = begin; task < end; ++task)
            ++runs[size_t(task)];
        });
      for (int count : runs)
        ASSERT_EQ(count, 20);
    }
  }
}

TEST(ThreadPool, BackwardEveryTaskRunsOnceFromTheLast) {
  for (int64_t threads : {1, 2, 3, 7}) {
    ThreadPool pool(threads);
    for (int64_t tasks : {0, 1, 2, 7, 100, 1001}) {
      std::vector<int> runs(static_cast<size_t>(tasks));
      for (int repeat = 0; repeat < 20; ++repeat)
        pool.run(
            tasks,
            [&](int64_t begin, int64_t end) {
              for (int64_t task = begin; task < end; ++task)
                ++runs[size_t(task)];
            },
            ThreadPool::Order::Backward);
      for (int count : runs)
        ASSERT_EQ(count, 20);
    }
  }
  std::vector<int64_t> order;
  ThreadPool(1).run(
      4,
      [&](int64_t begin, int64_t end) {
        for (int64_t task = begin; task < end; ++task)
          order.push_back(task);
      },
      ThreadPool::Order::Backward);
  EXPECT_EQ(order, (std::vector<int64_t>{3, 2, 1, 0}));
}

TEST(ThreadPool, RegionsFollowEachOther) {
  ThreadPool pool(4);
  // Each region reads what the one before wrote, in other pieces.
  std::vector<int64_t> values(64, 0);
  for (int64_t round = 1; round <= 3000; ++round)
    pool.run(64, [&](int64_t begin, int64_t end) {
      for (int64_t task = begin; task < end; ++task)
        values[size_t(task)] += round;
    });
  for (int64_t value : values)
    EXPECT_EQ(value, 3000 * 3001 / 2);
}

TEST(ThreadPool, SleepersWake) {
  ThreadPool pool(3);
  std::atomic<int64_t> sum{0};
  for (int round = 0; round < 5; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20)); // longer than they spin
    pool.run(30, [&](int64_t begin, int64_t end) { sum += end - begin; });
  }
  EXPECT_EQ(sum, 150);
}

TEST(ThreadPool, ADelayedThreadDelaysOnlyItsPiece) {
  ThreadPool pool(2);
  std::atomic<int> others{0};
  pool.run(16, [&](int64_t begin, int64_t end) {
    if (begin == 0) { // waits until the other thread has taken all that is left
      auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (others < 15 && std::chrono::steady_clock::now() < limit)
        std::this_thread::yield();
    } else {
      others += int(end - begin);
    }
  });
  EXPECT_EQ(others, 15);
}

TEST(ThreadPool, NestedRegionsRunInline) {
  ThreadPool pool(3);
  std::atomic<int64_t> sum{0};
  pool.run(12, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      std::thread::id self = std::this_thread::get_id();
      pool.run(10, [&](int64_t first, int64_t last) {
        if (std::this_thread::get_id() == self)
          sum += last - first;
      });
    }
  });
  EXPECT_EQ(sum, 120);
}

TEST(ThreadPool, CoresAreCounted) {
  EXPECT_GE(usableCores(), 1);
  EXPECT_LE(usableCores(), maximumThreads);
}

namespace {
std::atomic<int64_t> generatedSum;
void body(const iarc_call *call, const int64_t *loop, int64_t begin, int64_t end) {
  for (int64_t task = begin; task < end; ++task)
    generatedSum += (task + 1) * loop[0] * call->groups;
}
} // namespace

TEST(ThreadPool, ObserverIsToldOfGeneratedRegions) {
  struct Observer : RegionObserver {
    void add(iarc_region_function function, double seconds) noexcept override {
      ++calls;
      allAreBody &= function == body;
      noneIsNegative &= seconds >= 0;
    }
    int64_t calls = 0;
    bool allAreBody = true, noneIsNegative = true;
  } observer;
  ThreadPool pool(3);
  iarc_call call{};
  int64_t loop[] = {5};
  call.pool = &pool;
  iarc_parallel(&call, body, loop, 100);
  pool.observe(&observer);
  iarc_parallel(&call, body, loop, 100);
  iarc_parallel_backward(&call, body, loop, 100);
  pool.run(100, [](int64_t, int64_t) {}); // the runtime's own
  pool.observe(nullptr);
  iarc_parallel(&call, body, loop, 100);
  EXPECT_EQ(observer.calls, 2);
  EXPECT_TRUE(observer.allAreBody);
  EXPECT_TRUE(observer.noneIsNegative);
}

TEST(ThreadPool, GeneratedRegions) {
  ThreadPool pool(3);
  iarc_call call{};
  call.groups = 2;
  int64_t loop[] = {5};
  for (void *threads : {static_cast<void *>(nullptr), static_cast<void *>(&pool)}) {
    call.pool = threads;
    generatedSum = 0;
    iarc_parallel(&call, body, loop, 100);
    EXPECT_EQ(generatedSum, 5050 * 5 * 2);
    iarc_parallel(&call, body, loop, 0);
    EXPECT_EQ(generatedSum, 5050 * 5 * 2);
    iarc_parallel_backward(&call, body, loop, 0);
    EXPECT_EQ(generatedSum, 5050 * 5 * 2);
    iarc_parallel_backward(&call, body, loop, 100);
    EXPECT_EQ(generatedSum, 5050 * 5 * 2 * 2);
  }
}
