//===- ThreadPool.h - The threads of a compiled program ------------------------===//
//
// A fixed set of threads that run the parallel regions of generated code and of
// the runtime. The calling thread takes part. Tasks are dealt out in equal shares,
// so that a thread meets the same positions and lane groups, still in its cache,
// in region after region; a thread that is done with its share takes from the
// others', so that a delayed thread delays nobody.
//
// A waiting thread spins for a short while and then sleeps. Nobody spins when
// there are more threads than cores the process may use.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_THREADPOOL_H
#define IARC_RUNTIME_LIB_THREADPOOL_H

#include "iarc/runtime/Descriptor.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <vector>

namespace iarc::runtime {

constexpr int64_t maximumThreads = 256;

/// Who is told of the regions of generated code that a pool runs.
class RegionObserver {
public:
  virtual ~RegionObserver() = default;
  /// One call of a region function took so long, until its last task was done. On the thread that
  /// called.
  virtual void add(iarc_region_function function, double seconds) noexcept = 0;
};

/// The number of cores that the process may use (sched_getaffinity), between 1 and maximumThreads.
int64_t usableCores() noexcept;

class ThreadPool {
public:
  using Body = void (*)(void *context, int64_t begin, int64_t end);
  /// In which a thread takes the pieces of its share.
  enum class Order { Forward, Backward };

  /// Starts threads - 1 threads. Throws Error (status InputOutput) when the system refuses.
  explicit ThreadPool(int64_t threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  int64_t threads() const noexcept { return count; }

  /// Runs body over the tasks 0 .. tasks - 1 in pieces and returns when all are done. The body must
  /// not throw. A call from within a body runs its tasks on the calling thread alone.
  void run(Body body, void *context, int64_t tasks, Order order = Order::Forward) noexcept;

  /// The same for a callable f(begin, end).
  template <class F> void run(int64_t tasks, F &&f, Order order = Order::Forward) noexcept {
    run([](void *context, int64_t begin, int64_t end) { (*static_cast<F *>(context))(begin, end); },
        &f, tasks, order);
  }

  /// From now on the regions of generated code that run here are timed; null: no longer.
  void observe(RegionObserver *observer) noexcept { regionObserver = observer; }
  RegionObserver *observer() const noexcept { return regionObserver; }

private:
  struct Region { // what all threads run; constant while any piece is open
    Body body = nullptr;
    void *context = nullptr;
    int64_t tasks = 0;
    int64_t piece = 1; ///< tasks in a piece
    int64_t pieces = 0;
    Order order = Order::Forward;
  };
  /// One thread's share: number of the region in the high half, open pieces in the low half. A
  /// piece is claimed by a compare-and-exchange, which fails once the region is over: thus a thread
  /// that wakes up late touches nothing.
  struct alignas(64) Share {
    std::atomic<uint64_t> state{0};
  };

  struct Worker {
    ThreadPool *pool;
    int64_t self;
    pthread_t thread;
  };

  /// 0, or what errno would be.
  int start(Worker &worker, int64_t self) noexcept;
  /// Ends the threads.
  void join() noexcept;
  void work(int64_t self) noexcept;
  void serve(int64_t self) noexcept;
  bool claim(int64_t share, int64_t &piece) noexcept;
  int64_t shareBegin(int64_t share) const noexcept { return region.pieces * share / count; }

  const int64_t count;
  RegionObserver *regionObserver = nullptr;
  const int spins; ///< pauses before a waiting thread goes to sleep
  Region region;
  std::unique_ptr<Share[]> shares;
  alignas(64) std::atomic<uint32_t> epoch{0}; ///< number of the latest region
  alignas(64) std::atomic<int64_t> open{0};   ///< pieces of the region not yet finished
  std::atomic<int> sleepers{0};
  std::atomic<bool> callerSleeps{false};
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  std::condition_variable wake, finished;
  std::vector<Worker> workers;
};

} // namespace iarc::runtime

#endif
