//===- IarcStream.h - The IARC task stream ------------------------------------===//
//
// Windows of the IARC stream as docs/task.md defines them. Each sample is a
// stream of its own: a pure function of (seed, stream, sample number) in integer
// arithmetic, the same on every machine and for every number of threads.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_IARCSTREAM_H
#define IARC_RUNTIME_LIB_IARCSTREAM_H

#include "iarc/runtime/Descriptor.h"

#include <cstdint>

namespace iarc::runtime {

constexpr int maximumSubtasks = 4;

class IarcStream {
public:
  static constexpr int64_t warmUp = 40;

  /// `task` must be one that checkTask accepts; it is copied, its string is not.
  IarcStream(const iarc_task &task, int64_t context, uint64_t seed, uint32_t stream) noexcept;

  /// Symbols that a sample has before its first rule applies: ten, or as many as the longest mirror
  /// looks back on.
  static int64_t history(const iarc_task &task) noexcept {
    return task.gap_maximum + 1 > 10 ? task.gap_maximum + 1 : 10;
  }

  /// Symbols generated for one window, which is the length that `generate` wants for its scratch.
  static int64_t length(const iarc_task &task, int64_t context) noexcept {
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
  iarc_task task;
  int64_t context;
  uint64_t seed;
  uint32_t stream;
  uint32_t subtaskCount = 0;
  uint32_t regularCount = 0;             ///< subtasks other than C
  int32_t regular[maximumSubtasks] = {}; ///< their indices
};

/// Throws Error (status Internal) unless the runtime can generate this task: distinct letters of
/// IARC with one of I, A, R at least, 1 <= symbols, 1 <= gap_minimum <= gap_maximum.
void checkTask(const iarc_task &task);

} // namespace iarc::runtime

#endif
