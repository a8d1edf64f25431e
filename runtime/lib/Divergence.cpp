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

StepResult stepOfRun(TrainingStep &steps, Session &session, const RunSettings &settings,
                     int64_t step, bool countsAll) {
  const uint64_t start = uint64_t(step) * uint64_t(settings.batch);
  return steps.run(step, settings.steps, settings.batch, countsAll,
                   [&](int64_t first, int64_t count, int64_t total) {
                     session.batch().fill(settings.seed, TrainingStream, start + uint64_t(first),
                                          count, session.pool(), total);
                   });
}

DivergenceGuard::DivergenceGuard(Session &session, TrainingStep &steps, const RunSettings &settings)
    : session(session), steps(steps), settings(settings),
      weights(uint64_t(session.model.weight_elements * session.model.element_bytes)),
      states(weights.bytes() * uint64_t(session.model.training.states)) {}

void DivergenceGuard::beforeStep(int64_t step, bool now) {
  if (!now && copied >= 0 && step - copied < 100 && secondsSince(when) < 2)
    return;
  if (weights.bytes() > 0) {
    std::memcpy(weights.data(), session.weights(), weights.bytes());
    std::memcpy(states.data(), session.state(0), states.bytes());
  }
  copied = step;
  when = Clock::now();
}

double DivergenceGuard::gradientNorm() const {
  const iarc_model &model = session.model;
  const Optimiser &optimiser = settings.optimiser;
  return withReal(model, [&](auto real) {
    using Real = decltype(real);
    constexpr int64_t lanes = 8; // sums side by side: one order for every processor
    const bool sgd = model.training.optimiser == IARC_OPTIMISER_SGD ||
                     model.training.optimiser == IARC_OPTIMISER_NESTEROV;
    const double kept =
        model.training.optimiser == IARC_OPTIMISER_LION ? optimiser.beta2 : optimiser.momentum;
    const double factor = double(Real(kept)), share = sgd ? 1 : double(Real(1 - kept));
    const double decay = sgd ? double(Real(optimiser.decay)) : 0;
    double sum[lanes] = {};
    for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor) {
      const iarc_weight &weight = model.weights[tensor];
      const Real *before = states.as<Real>() + weight.offset;
      const Real *after = static_cast<const Real *>(session.state(0)) + weight.offset;
      const Real *old = weights.as<Real>() + weight.offset;
      for (int64_t i = 0; i < weight.count; i += lanes)
        for (int64_t lane = 0; lane < lanes && i + lane < weight.count; ++lane) {
          double gradient = double(after[i + lane]) - factor * double(before[i + lane]);
          if (decay != 0)
            gradient -= decay * double(old[i + lane]);
          sum[lane] += gradient * gradient;
        }
    }
    double total = 0;
    for (double part : sum)
      total += part;
    return std::sqrt(total) / share;
  });
}

bool DivergenceGuard::stateFinite() const noexcept {
  int64_t tensor = 0;
  bool finite = allFinite(session.model, session.weights(), tensor);
  for (int64_t state = 0; state < session.model.training.states; ++state)
    finite = finite && allFinite(session.model, session.state(state), tensor);
  return finite;
}

FirstBad DivergenceGuard::firstBad(int64_t last) {
  const iarc_model &model = session.model;
  if (copied < 0)
    return {};
  if (weights.bytes() > 0) {
    std::memcpy(session.weights(), weights.data(), weights.bytes());
    std::memcpy(session.state(0), states.data(), states.bytes());
  }
  for (int64_t step = copied; step <= last && !signalCaught(); ++step) {
    stepOfRun(steps, session, settings, step, false);
    // The first state is where a gradient arrives first.
    struct Place {
      const char *what;
      const void *array;
    };
    std::vector<Place> places{{"the gradient of", session.state(0)}};
    if (model.training.states > 1)
      places.push_back({"the squared gradient of", session.state(1)});
    places.push_back({"the weight", session.weights()});
    for (auto [place, array] : places) {
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
      std::string what = format("%s %s", place, quoted(model.weights[tensor].name).c_str());
      if (others > 0)
        what += format(" (with %lld other tensor%s)", (long long)others, others == 1 ? "" : "s");
      return {what, step};
    }
  }
  return {};
}

} // namespace iarc::runtime
