//===- TrainingStep.cpp - One step of training ---------------------------------------===//

#include "TrainingStep.h"

#include "Real.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace iarc::runtime {

/// Elements that one task adds up.
static constexpr int64_t elementsPerTask = 16384;

bool isFused(const iarc_model &model, const Optimiser &optimiser) {
  return optimiser.clip == 0 && optimiser.accumulate == 1 &&
         (optimiser.decay == 0 || model.training.decays);
}

int64_t samplesAtOnce(int64_t batch, const Optimiser &optimiser) {
  return (batch - 1) / optimiser.accumulate + 1;
}

SessionNeeds needsOf(const iarc_model &model, const Optimiser &optimiser, int64_t batch,
                     int64_t threads) {
  return {samplesAtOnce(batch, optimiser), threads, /*velocity=*/true,
          /*gradients=*/!isFused(model, optimiser), /*copies=*/optimiser.accumulate > 1};
}

double normOf(const iarc_model &model, const void *array, ThreadPool &pool) {
  const int64_t tasks = (model.weight_elements - 1) / elementsPerTask + 1;
  std::vector<double> sums(size_t(std::max<int64_t>(tasks, 0)));
  withReal(model, [&](auto real) {
    using Real = decltype(real);
    const Real *values = static_cast<const Real *>(array);
    pool.run(tasks, [&](int64_t begin, int64_t end) {
      for (int64_t task = begin; task < end; ++task) {
        constexpr int64_t lanes = 8; // sums side by side: one order for every processor
        double sum[lanes] = {};
        const int64_t last = std::min((task + 1) * elementsPerTask, model.weight_elements);
        // The array ends at a multiple of 16 elements; between tensors are zeros.
        for (int64_t i = task * elementsPerTask; i < last; i += lanes)
          for (int64_t lane = 0; lane < lanes; ++lane)
            sum[lane] += double(values[i + lane]) * double(values[i + lane]);
        for (double part : sum)
          sums[size_t(task)] += part;
      }
    });
  });
  double total = 0;
  for (double sum : sums)
    total += sum;
  return std::sqrt(total);
}

TrainingStep::TrainingStep(Session &session, const Optimiser &optimiser)
    : session(session), optimiser(optimiser) {
  if (optimiser.accumulate > 1)
    sum = Array(uint64_t(session.model.weight_elements * session.model.element_bytes));
}

void TrainingStep::addGradients() {
  const iarc_model &model = session.model;
  const int64_t tasks = (model.weight_elements - 1) / elementsPerTask + 1;
  withReal(model, [&](auto real) {
    using Real = decltype(real);
    Real *total = sum.as<Real>();
    const Real *part = static_cast<const Real *>(session.gradients());
    session.pool().run(tasks, [&](int64_t begin, int64_t end) {
      const int64_t last = std::min(end * elementsPerTask, model.weight_elements);
      for (int64_t i = begin * elementsPerTask; i < last; ++i)
        total[i] += part[i];
    });
  });
}

double TrainingStep::updateBy(int64_t step, int64_t steps) {
  return update(step, steps, session.gradients());
}

double TrainingStep::update(int64_t step, int64_t steps, void *gradients) {
  UpdateCoefficients coefficients = coefficientsOf(session.model, optimiser, step, steps);
  const double norm = normOf(session.model, gradients, session.pool());
  // What is not finite is left as it is: the weight at which it is found is then the first one.
  if (optimiser.clip > 0 && std::isfinite(norm) && norm > optimiser.clip)
    coefficients.scale = optimiser.clip / norm;
  session.update(coefficients, gradients);
  return norm;
}

StepResult TrainingStep::run(int64_t step, int64_t steps, int64_t batch, bool countsAll,
                             const Fill &fill) {
  const iarc_model &model = session.model;
  StepResult result;
  auto count = [&](double loss, int64_t samples) {
    result.loss += loss;
    // A part's loss is its share of the mean over the batch.
    double mean = loss * (double(batch) / double(samples));
    result.metrics.add(countsAll ? countAll(model, session.batch(), session.logits(), mean)
                                 : countLast(model, session.batch(), session.logits(), mean));
  };
  if (isFused(model, optimiser)) {
    fill(0, batch, batch);
    count(session.trainStep(coefficientsOf(model, optimiser, step, steps)), batch);
    return result;
  }
  const int64_t parts = std::min(optimiser.accumulate, batch);
  for (int64_t part = 0; part < parts; ++part) {
    const int64_t each = batch / parts, longer = batch % parts;
    const int64_t first = part * each + std::min(part, longer);
    const int64_t samples = each + (part < longer);
    fill(first, samples, batch);
    count(session.computeGradients(), samples);
    if (parts == 1)
      break;
    if (part == 0)
      std::memcpy(sum.data(), session.gradients(), size_t(sum.bytes()));
    else
      addGradients();
  }
  result.gradientNorm = update(step, steps, parts > 1 ? sum.data() : session.gradients());
  return result;
}

} // namespace iarc::runtime
