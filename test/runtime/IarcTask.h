//===- IarcTask.h - The IARC stream as the task of a descriptor ----------------===//
//
// What the compiler generates, by hand: an iarc_task whose batches the oracle fills.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_TEST_RUNTIME_IARCTASK_H
#define IARC_TEST_RUNTIME_IARCTASK_H

#include "IarcStream.h"

#include "iarc/runtime/Descriptor.h"

namespace iarc::runtime {

/// Fills by the settings, which must outlive all calls.
template <const IarcSettings &settings, int64_t context> void fillIarc(const iarc_fill_call *call) {
  const IarcStream stream(settings, context, call->seed, uint32_t(call->stream));
  for (int64_t b = 0; b < call->count; ++b)
    stream.generate(call->first + uint64_t(b), static_cast<int32_t *>(call->scratch),
                    call->symbols + b, call->controls + b, call->governing + b, call->stride);
}

constexpr iarc_control iarcControls[] = {
    {"I", "increment", 1}, {"A", "add", 1}, {"R", "reverse", 1}, {"C", "continue", 0}};
constexpr iarc_argument iarcArguments[] = {{"mirror", "from_previous"}, {"increment", "reset"}};

/// The task of settings whose subtasks are the first ones of IARC.
template <const IarcSettings &settings, int64_t context>
constexpr iarc_task iarcTask(int64_t subtasks) {
  return {"iarc",
          iarcControls,
          subtasks,
          iarcArguments,
          2,
          settings.symbols,
          settings.gap_minimum,
          settings.gap_maximum,
          settings.interspersed,
          0,
          4 * (IarcStream::history(settings) + IarcStream::warmUp + context + 1),
          fillIarc<settings, context>,
          nullptr};
}

} // namespace iarc::runtime

#endif
