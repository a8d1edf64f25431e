//===- IarcStream.h - The IARC stream, written by hand -------------------------===//
//
// What the declared task lib/iarc.iarc is compared with: windows of the IARC stream
// as docs/task.md defines them. Each sample is a
// stream of its own: a pure function of (seed, stream, sample number) in integer
// arithmetic, the same on every machine and for every number of threads.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_TEST_RUNTIME_IARCSTREAM_H
#define IARC_TEST_RUNTIME_IARCSTREAM_H

#include <cstdint>

namespace iarc::runtime {

/// What `task iarc(...)` says. `subtasks` are distinct letters of IARC in the order of the control
/// tape, one of I, A, R at least; 1 <= symbols, 1 <= gap_minimum <= gap_maximum.
struct IarcSettings {
  const char *subtasks;
  int64_t symbols;
  int64_t gap_minimum, gap_maximum;
  int64_t mirror_repeats_last; ///< 1: under R x[t0 + j] = x[t0 + 1 - j], 0: x[t0 - j]
  int64_t increment_keeps;     ///< 1: a new I under I keeps the increment, 0: resets it to 1
  int64_t interspersed;        ///< 1: a control token is a position of its own, 0: the tape
};

class IarcStream {
public:
  static constexpr int64_t warmUp = 40;

  /// `task` is copied, its string is not.
  IarcStream(const IarcSettings &task, int64_t context, uint64_t seed, uint32_t stream) noexcept;

  /// Symbols that a sample has before its first rule applies: ten, or as many as the longest mirror
  /// looks back on.
  static constexpr int64_t history(const IarcSettings &task) noexcept {
    return task.gap_maximum + 1 > 10 ? task.gap_maximum + 1 : 10;
  }

  /// Symbols generated for one window, which is the length that `generate` wants for its scratch.
  static int64_t length(const IarcSettings &task, int64_t context) noexcept {
    return history(task) + warmUp + context + 1;
  }

  /// Writes one window: symbols[t * stride] for t = 0 .. context, controls[t * stride] for
  /// t < context (the control index, -1 where there is none), and unless null governing[t * stride]
  /// for t < context: the index of the subtask (never C) that made symbol t + 1. Where an
  /// interspersed control token stands the symbol is -1, which the last of the window never is; as
  /// the one that makes it counts the subtask that it leaves in charge.
  void generate(uint64_t sample, int32_t *scratch, int32_t *symbols, int32_t *controls,
                int32_t *governing, int64_t stride) const noexcept;

private:
  IarcSettings task;
  int64_t context;
  uint64_t seed;
  uint32_t stream;
  uint32_t subtaskCount = 0;
  uint32_t regularCount = 0;             ///< subtasks other than C
  int32_t regular[4] = {}; ///< their indices
};

} // namespace iarc::runtime

#endif
