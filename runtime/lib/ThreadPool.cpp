//===- ThreadPool.cpp - The threads of a compiled program ----------------------===//

#include "ThreadPool.h"

#include "Error.h"
#include "Stack.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <sched.h>

namespace iarc::runtime {

namespace {
/// Bytes of the stack of a thread that the pool starts: what it needs, and room for its tables.
constexpr size_t stackOfThread = 2 * stackOfGeneratedCode;

/// True on a thread that is inside a body: nested regions run inline.
thread_local bool insideRegion = false;

inline void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#else
  sched_yield();
#endif
}
} // namespace

int64_t usableCores() noexcept {
  // The fixed cpu_set_t holds 1024 processors; a larger machine answers EINVAL and needs more room.
  for (int processors = CPU_SETSIZE; processors <= (1 << 18); processors *= 4) {
    cpu_set_t *set = CPU_ALLOC(processors);
    if (!set)
      return 1;
    size_t bytes = CPU_ALLOC_SIZE(processors);
    CPU_ZERO_S(bytes, set);
    bool known = sched_getaffinity(0, bytes, set) == 0;
    int error = errno;
    int64_t cores = known ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (known)
      return std::clamp<int64_t>(cores, 1, maximumThreads);
    if (error != EINVAL)
      return 1;
  }
  return 1;
}

// About 0.2 ms of spinning: longer than any gap between the regions of a step, much shorter than
// what anybody notices as a busy core when the program waits for something else.
ThreadPool::ThreadPool(int64_t threads)
    : count(threads), spins(threads <= usableCores() ? 20000 : 0),
      shares(std::make_unique<Share[]>(size_t(threads))) {
  workers.resize(size_t(count - 1));
  for (int64_t self = 1; self < count; ++self)
    if (int problem = start(workers[size_t(self - 1)], self); problem != 0) {
      workers.resize(size_t(self - 1));
      join();
      fail(Exit::InputOutput,
           "cannot start more than %lld of %lld threads: %s\nhint: use a smaller --threads",
           (long long)self, (long long)count, std::strerror(problem));
    }
}

ThreadPool::~ThreadPool() { join(); }

int ThreadPool::start(Worker &worker, int64_t self) noexcept {
  worker.pool = this;
  worker.self = self;
  pthread_attr_t attributes;
  if (int problem = pthread_attr_init(&attributes); problem != 0)
    return problem;
  // The limit for new threads, or the C library's own choice, may be too small.
  size_t bytes = 0;
  pthread_attr_getstacksize(&attributes, &bytes);
  if (bytes < stackOfThread)
    pthread_attr_setstacksize(&attributes, stackOfThread);
  int problem = pthread_create(
      &worker.thread, &attributes,
      [](void *argument) -> void * {
        auto *own = static_cast<Worker *>(argument);
        own->pool->serve(own->self);
        return nullptr;
      },
      &worker);
  pthread_attr_destroy(&attributes);
  return problem;
}

void ThreadPool::join() noexcept {
  {
    std::lock_guard<std::mutex> lock(mutex);
    stopping = true;
  }
  wake.notify_all();
  for (Worker &worker : workers)
    pthread_join(worker.thread, nullptr);
}

bool ThreadPool::claim(int64_t share, int64_t &piece) noexcept {
  std::atomic<uint64_t> &state = shares[size_t(share)].state;
  uint64_t seen = state.load(std::memory_order_acquire);
  while (uint32_t(seen) != 0) {
    if (state.compare_exchange_weak(seen, seen - 1, std::memory_order_acq_rel,
                                    std::memory_order_acquire)) {
      // Now the region cannot end before this thread says that it is done: its fields may be read.
      int64_t left = int64_t(uint32_t(seen));
      piece = region.order == Order::Forward ? shareBegin(share + 1) - left
                                             : shareBegin(share) + left - 1;
      return true;
    }
  }
  return false;
}

void ThreadPool::work(int64_t self) noexcept {
  insideRegion = true;
  int64_t done = 0;
  for (int64_t turn = 0; turn < count; ++turn) {
    int64_t share = self + turn < count ? self + turn : self + turn - count;
    int64_t piece;
    for (; claim(share, piece); ++done) {
      int64_t begin = piece * region.piece;
      region.body(region.context, begin, std::min(begin + region.piece, region.tasks));
    }
  }
  insideRegion = false;
  // Once for all of them: the threads would else pass `open` to and fro, piece by piece.
  if (done != 0 && open.fetch_sub(done, std::memory_order_seq_cst) == done && callerSleeps.load()) {
    std::lock_guard<std::mutex> lock(mutex);
    finished.notify_one();
  }
}

void ThreadPool::serve(int64_t self) noexcept {
  uint32_t seen = 0;
  for (;;) {
    uint32_t now = epoch.load(std::memory_order_acquire);
    for (int spin = 0; now == seen && spin < spins; ++spin) {
      pause();
      now = epoch.load(std::memory_order_acquire);
    }
    if (now == seen) {
      std::unique_lock<std::mutex> lock(mutex);
      ++sleepers;
      wake.wait(lock, [&] { return epoch.load() != seen || stopping.load(); });
      --sleepers;
      if (stopping)
        return;
      now = epoch.load();
    }
    if (stopping.load(std::memory_order_relaxed))
      return;
    seen = now;
    work(self);
  }
}

/// All tasks on one thread.
static void runAlone(ThreadPool::Body body, void *context, int64_t tasks,
                     ThreadPool::Order order) noexcept {
  if (order == ThreadPool::Order::Forward)
    return body(context, 0, tasks);
  for (int64_t task = tasks; task-- > 0;)
    body(context, task, task + 1);
}

void ThreadPool::run(Body body, void *context, int64_t tasks, Order order) noexcept {
  if (tasks <= 0)
    return;
  if (count == 1 || tasks == 1 || insideRegion) {
    bool nested = insideRegion;
    insideRegion = true;
    runAlone(body, context, tasks, order);
    insideRegion = nested;
    return;
  }
  // Whoever is done first waits for half a piece on average: pieces are small, single tasks where a
  // region has no more than sixteen a thread, as those of a step mostly do.
  region.body = body;
  region.context = context;
  region.tasks = tasks;
  region.order = order;
  region.piece = (tasks - 1) / (count * 16) + 1;
  region.pieces = (tasks - 1) / region.piece + 1;
  open.store(region.pieces, std::memory_order_relaxed);
  uint32_t number = epoch.load(std::memory_order_relaxed) + 1;
  for (int64_t share = 0; share < count; ++share)
    shares[size_t(share)].state.store(uint64_t(number) << 32 |
                                          uint64_t(shareBegin(share + 1) - shareBegin(share)),
                                      std::memory_order_release);
  epoch.store(number); // sequentially consistent: pairs with the check of `epoch` by a sleeper
  if (sleepers.load() > 0) {
    {
      std::lock_guard<std::mutex> lock(mutex);
    }
    wake.notify_all();
  }

  work(0);

  for (int spin = 0; open.load(std::memory_order_acquire) != 0; ++spin) {
    if (spin < spins) {
      pause();
      continue;
    }
    std::unique_lock<std::mutex> lock(mutex);
    callerSleeps = true;
    finished.wait(lock, [&] { return open.load() == 0; });
    callerSleeps = false;
  }
}

} // namespace iarc::runtime

namespace {
struct GeneratedRegion {
  const iarc_call *call;
  iarc_region_function body;
  const int64_t *loop;
};

void runRegion(const iarc_call *call, iarc_region_function function, const int64_t *loop,
               int64_t tasks, iarc::runtime::ThreadPool::Order order) {
  GeneratedRegion region{call, function, loop};
  auto body = [](void *context, int64_t begin, int64_t end) {
    auto *region = static_cast<GeneratedRegion *>(context);
    region->body(region->call, region->loop, begin, end);
  };
  auto *pool = static_cast<iarc::runtime::ThreadPool *>(call->pool);
  if (!pool) {
    if (tasks > 0)
      iarc::runtime::runAlone(body, &region, tasks, order);
    return;
  }
  iarc::runtime::RegionObserver *observer = pool->observer();
  if (!observer)
    return pool->run(body, &region, tasks, order);
  using Clock = std::chrono::steady_clock;
  Clock::time_point start = Clock::now();
  pool->run(body, &region, tasks, order);
  observer->add(function, std::chrono::duration<double>(Clock::now() - start).count());
}
} // namespace

extern "C" void iarc_parallel(const iarc_call *call, iarc_region_function body, const int64_t *loop,
                              int64_t tasks) {
  runRegion(call, body, loop, tasks, iarc::runtime::ThreadPool::Order::Forward);
}

extern "C" void iarc_parallel_backward(const iarc_call *call, iarc_region_function body,
                                       const int64_t *loop, int64_t tasks) {
  runRegion(call, body, loop, tasks, iarc::runtime::ThreadPool::Order::Backward);
}
