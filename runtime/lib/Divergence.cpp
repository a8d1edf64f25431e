//===- Divergence.cpp - Where a run went wrong ------------------------------------===//

#include "Divergence.h"

#include "Console.h"
#include "Real.h"
#include "Text.h"

#include <cmath>
#include <cstring>

namespace iarc::runtime {

/// A product with zero is NaN exactly for what is not finite; sums of them in blocks are vectors'
/// work, where a test of each element is not.
template <class Real> static bool finite(const Real *values, int64_t count) noexcept {
  constexpr int64_t lanes = 16;
  Real sum[lanes] = {};
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (int64_t lane = 0; lane < lanes; ++lane)
      sum[lane] += values[i + lane] * Real(0);
  for (; i < count; ++i)
    sum[0] += values[i] * Real(0);
  for (Real value : sum)
    if (!(value == 0))
      return false;
  return true;
}

bool allFinite(const iarc_model &model, const void *array, int64_t &tensor) noexcept {
  return withReal(model, [&](auto real) {
    using Real = decltype(real);
    for (tensor = 0; tensor < model.weight_tensors; ++tensor) {
      const iarc_weight &weight = model.weights[tensor];
      if (!finite(static_cast<const Real *>(array) + weight.offset, weight.count))
        return false;
    }
    return true;
  });
}

DivergenceGuard::DivergenceGuard(Session &session, const RunSettings &settings)
    : session(session), settings(settings),
      weights(uint64_t(session.model.weight_elements * session.model.element_bytes)),
      velocity(weights.bytes()) {}

void DivergenceGuard::beforeStep(int64_t step, bool now) {
  if (!now && copied >= 0 && step - copied < 100 && secondsSince(when) < 2)
    return;
  if (weights.bytes() > 0) {
    std::memcpy(weights.data(), session.weights(), weights.bytes());
    std::memcpy(velocity.data(), session.velocity(), velocity.bytes());
  }
  copied = step;
  when = Clock::now();
}

double DivergenceGuard::gradientNorm() const {
  const iarc_model &model = session.model;
  return withReal(model, [&](auto real) {
    using Real = decltype(real);
    constexpr int64_t lanes = 8; // sums side by side: one order for every processor
    const double momentum = double(Real(settings.momentum));
    double sum[lanes] = {};
    for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor) {
      const iarc_weight &weight = model.weights[tensor];
      const Real *before = velocity.as<Real>() + weight.offset;
      const Real *after = static_cast<const Real *>(session.velocity()) + weight.offset;
      for (int64_t i = 0; i < weight.count; i += lanes)
        for (int64_t lane = 0; lane < lanes && i + lane < weight.count; ++lane) {
          double gradient = double(after[i + lane]) - momentum * double(before[i + lane]);
          sum[lane] += gradient * gradient;
        }
    }
    double total = 0;
    for (double part : sum)
      total += part;
    return std::sqrt(total);
  });
}

bool DivergenceGuard::stateFinite() const noexcept {
  int64_t tensor = 0;
  return allFinite(session.model, session.weights(), tensor) &&
         allFinite(session.model, session.velocity(), tensor);
}

FirstBad DivergenceGuard::firstBad(int64_t last) {
  const iarc_model &model = session.model;
  if (copied < 0)
    return {};
  if (weights.bytes() > 0) {
    std::memcpy(session.weights(), weights.data(), weights.bytes());
    std::memcpy(session.velocity(), velocity.data(), velocity.bytes());
  }
  for (int64_t step = copied; step <= last && !signalCaught(); ++step) {
    session.batch().fill(settings.seed, TrainingStream, uint64_t(step) * uint64_t(settings.batch),
                         settings.batch, session.pool());
    session.trainStep(settings.rate, settings.momentum);
    // The velocity is where a gradient arrives first.
    for (bool ofVelocity : {true, false}) {
      const void *array = ofVelocity ? session.velocity() : session.weights();
      int64_t tensor = 0;
      if (allFinite(model, array, tensor))
        continue;
      int64_t others = 0;
      withReal(model, [&](auto real) {
        using Real = decltype(real);
        for (int64_t other = tensor + 1; other < model.weight_tensors; ++other)
          others += !finite(static_cast<const Real *>(array) + model.weights[other].offset,
                            model.weights[other].count);
      });
      std::string what = format("the %s %s", ofVelocity ? "gradient of" : "weight",
                                quoted(model.weights[tensor].name).c_str());
      if (others > 0)
        what += format(" (with %lld other tensor%s)", (long long)others, others == 1 ? "" : "s");
      return {what, step};
    }
  }
  return {};
}

} // namespace iarc::runtime
