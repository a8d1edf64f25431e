//===- Timing.h - How long each phase took ---------------------------------===//
//
// What --timing prints: wall-clock time by phase and the peak of memory.
//
//===----------------------------------------------------------------------===//
#ifndef IARCC_TIMING_H
#define IARCC_TIMING_H

#include <chrono>
#include <cstdio>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

namespace iarcc {

class Timing {
public:
  explicit Timing(bool enabled) : enabled(enabled) {}
  ~Timing() { print(); }

  /// Ends the current phase and starts another.
  void start(const char *phase) {
    stop();
    phases.emplace_back(phase, 0.0);
    running = true;
  }
  void stop() {
    auto now = Clock::now();
    if (running)
      phases.back().second = std::chrono::duration<double, std::milli>(now - since).count();
    running = false;
    since = now;
  }
  /// Prints the table, once, to standard error.
  void print() {
    stop();
    if (!std::exchange(enabled, false))
      return;
    double total = 0;
    for (const auto &[phase, milliseconds] : phases) {
      std::fprintf(stderr, "%-16s %8.1f ms\n", phase.c_str(), milliseconds);
      total += milliseconds;
    }
    rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    std::fprintf(stderr, "%-16s %8.1f ms\n%-16s %8.1f MB\n", "total", total, "peak memory",
                 usage.ru_maxrss / 1024.0);
  }

private:
  using Clock = std::chrono::steady_clock;
  bool enabled, running = false;
  std::vector<std::pair<std::string, double>> phases;
  Clock::time_point since = Clock::now();
};

} // namespace iarcc
#endif
