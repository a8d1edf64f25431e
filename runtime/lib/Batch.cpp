//===- Batch.cpp - Windows in the layout of generated code ----------------------===//

#include "Batch.h"
#include "Real.h"
#include "TokenData.h"

#include <algorithm>

namespace iarc::runtime {

void Batch::plan(const iarc_model &model, int64_t capacity, MemoryPlan &plan) noexcept {
  int64_t groups = groupsFor(model, capacity);
  plan.add({model.context + 1, groups, model.lanes, 4});
  plan.add({model.context, groups, model.lanes, 4});
  plan.add({model.context, groups, model.lanes, 4});
  if (model.task.masked)
    plan.add({model.context, groups, model.lanes, 4});
  plan.add({groups, model.lanes, model.element_bytes});
  plan.add({groups, scratchBytesOf(model)});
}

Batch::Batch(const iarc_model &model, int64_t capacity) : model(model) {
  uint64_t padded = uint64_t(groupsFor(model, capacity) * model.lanes);
  symbolArray = Array(uint64_t(model.context + 1) * padded * 4);
  controlArray = Array(uint64_t(model.context) * padded * 4);
  governingArray = Array(uint64_t(model.context) * padded * 4);
  if (model.task.masked)
    targetArray = Array(uint64_t(model.context) * padded * 4);
  weightArray = Array(padded * uint64_t(model.element_bytes));
  scratch = Array(uint64_t(groupsFor(model, capacity) * scratchBytes()));
}

void Batch::setCount(int64_t samples, int64_t total) {
  total = total ? total : samples;
  if (samples == count && total == whole)
    return;
  count = samples;
  whole = total;
  groupCount = groupsFor(model, samples);
  withReal(model, [&](auto real) {
    using Real = decltype(real);
    Real *weights = weightArray.as<Real>();
    std::fill_n(weights, count, Real(1.0 / double(total)));
    std::fill(weights + count, weights + padded(), Real(0));
  });
}

void Batch::pad() noexcept {
  auto repeatLast = [&](int32_t *row) { std::fill(row + count, row + padded(), row[count - 1]); };
  for (int64_t t = 0; t <= model.context; ++t)
    repeatLast(symbolArray.as<int32_t>() + t * padded());
  for (int64_t t = 0; t < model.context; ++t) {
    repeatLast(controlArray.as<int32_t>() + t * padded());
    repeatLast(governingArray.as<int32_t>() + t * padded());
    if (model.task.masked)
      repeatLast(targetArray.as<int32_t>() + t * padded());
  }
}

void Batch::fill(uint64_t seed, uint32_t stream, uint64_t first, int64_t samples,
                 ThreadPool &pool, int64_t total) {
  const TokenData *data = model.task.data ? &tokenData(model) : nullptr;
  setCount(samples, total);
  pool.run(groupCount, [&](int64_t begin, int64_t end) {
    for (int64_t group = begin; group < end; ++group) {
      const int64_t b = group * model.lanes;
      iarc_fill_call call{};
      call.seed = seed;
      call.stream = stream;
      call.first = first + uint64_t(b);
      call.count = std::min(model.lanes, count - b);
      call.stride = padded();
      call.symbols = symbolArray.as<int32_t>() + b;
      call.controls = controlArray.as<int32_t>() + b;
      call.governing = governingArray.as<int32_t>() + b;
      call.targets = model.task.masked ? targetArray.as<int32_t>() + b : nullptr;
      call.scratch = scratch.as<char>() + group * scratchBytes();
      if (data)
        data->fill(call);
      else
        model.task.fill(&call);
    }
  });
  pad();
}

void Batch::fill(const int32_t *symbols, const int32_t *controls, int64_t samples,
                 const int32_t *targets, int64_t total) {
  setCount(samples, total);
  for (int64_t b = 0; b < count; ++b) {
    for (int64_t t = 0; t <= model.context; ++t)
      symbolArray.as<int32_t>()[t * padded() + b] = symbols[b * (model.context + 1) + t];
    for (int64_t t = 0; t < model.context; ++t) {
      controlArray.as<int32_t>()[t * padded() + b] = controls[b * model.context + t];
      if (model.task.masked)
        targetArray.as<int32_t>()[t * padded() + b] =
            targets ? targets[b * model.context + t] : symbols[b * (model.context + 1) + t + 1];
    }
  }
  pad();
}

void Batch::extract(int64_t b, int32_t *symbols, int32_t *controls, int32_t *targets,
                    int32_t *governing) const noexcept {
  for (int64_t t = 0; t <= model.context; ++t)
    symbols[t] = symbolArray.as<int32_t>()[t * padded() + b];
  for (int64_t t = 0; t < model.context; ++t) {
    controls[t] = controlArray.as<int32_t>()[t * padded() + b];
    if (targets)
      targets[t] = this->targets()[t * padded() + b];
    if (governing)
      governing[t] = governingArray.as<int32_t>()[t * padded() + b];
  }
}

} // namespace iarc::runtime
