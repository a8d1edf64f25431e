//===- Batch.h - Windows in the layout of generated code ------------------------===//
//
// A batch in lane groups (see Descriptor.h): as the groups of one position lie next
// to each other, sample b of position t stands at t * padded + b, where `padded` is
// the number of samples rounded up to whole groups.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_BATCH_H
#define IARC_RUNTIME_LIB_BATCH_H

#include "Memory.h"
#include "ThreadPool.h"

#include "iarc/runtime/Descriptor.h"

#include <string>

namespace iarc::runtime {

/// Lane groups for `samples` samples.
inline int64_t groupsFor(const iarc_model &model, int64_t samples) noexcept {
  return (samples - 1) / model.lanes + 1;
}

class Batch {
public:
  /// Adds the arrays for batches of up to `capacity` samples to the plan.
  static void plan(const iarc_model &model, int64_t capacity, MemoryPlan &plan) noexcept;
  Batch(const iarc_model &model, int64_t capacity);

  /// The samples first .. first + count - 1 of a stream; 1 <= count <= capacity. Where they are part
  /// of a larger batch, `total` is its samples, by which the loss is divided.
  void fill(uint64_t seed, uint32_t stream, uint64_t first, int64_t count, ThreadPool &pool,
            int64_t total = 0);

  /// A given batch: symbols [count][context + 1] and controls [count][context], row-major and
  /// valid; of a task that masks also targets [count][context], null for the symbols that follow.
  void fill(const int32_t *symbols, const int32_t *controls, int64_t count,
            const int32_t *targets = nullptr, int64_t total = 0);

  /// Copies sample b out: symbols [context + 1], controls [context], and unless null what targets
  /// and governing hold, [context] each.
  void extract(int64_t b, int32_t *symbols, int32_t *controls, int32_t *targets = nullptr,
               int32_t *governing = nullptr) const noexcept;

  int64_t samples() const noexcept { return count; }
  int64_t groups() const noexcept { return groupCount; }
  int64_t padded() const noexcept { return groupCount * model.lanes; }
  const int32_t *symbols() const noexcept { return symbolArray.as<int32_t>(); }
  const int32_t *controls() const noexcept { return controlArray.as<int32_t>(); }
  /// [context][groups][lanes]: what position t predicts; -1 for nothing.
  const int32_t *targets() const noexcept {
    return model.task.masked ? targetArray.as<int32_t>() : symbols() + padded();
  }
  /// [context][groups][lanes]: index of the control token that decides symbol t + 1, -1 of a task
  /// without any. Of streams only.
  const int32_t *governing() const noexcept { return governingArray.as<int32_t>(); }
  const void *weights() const noexcept { return weightArray.data(); }

private:
  void setCount(int64_t samples, int64_t total);
  void pad() noexcept;
  int64_t scratchBytes() const noexcept { return scratchBytesOf(model); }
  static int64_t scratchBytesOf(const iarc_model &model) noexcept {
    return (model.task.scratch_bytes + 63) / 64 * 64;
  }

  const iarc_model &model;
  int64_t count = 0, groupCount = 0;
  int64_t whole = 0; ///< samples of the batch that these are part of
  Array symbolArray, controlArray, governingArray, targetArray, weightArray, scratch;
};

} // namespace iarc::runtime

#endif
