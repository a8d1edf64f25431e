//===- Optimiser.cpp - How a run changes its weights -------------------------------===//

#include "Optimiser.h"

#include "Arguments.h"
#include "Error.h"
#include "Program.h"
#include "Text.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace iarc::runtime {

static bool isSgd(const iarc_model &model) {
  return model.training.optimiser == IARC_OPTIMISER_SGD ||
         model.training.optimiser == IARC_OPTIMISER_NESTEROV;
}

Optimiser declaredOptimiser(const iarc_model &model) {
  const iarc_training &training = model.training;
  Optimiser optimiser;
  optimiser.rate = training.schedule;
  optimiser.momentum = model.momentum;
  optimiser.beta2 = training.beta2;
  optimiser.epsilon = training.epsilon;
  optimiser.decay = training.decay;
  optimiser.clip = training.clip;
  optimiser.accumulate = training.accumulate;
  return optimiser;
}

UpdateCoefficients coefficientsOf(const iarc_model &model, const Optimiser &optimiser, int64_t step,
                                  int64_t steps) {
  UpdateCoefficients made;
  const double rate = rateOf(optimiser.rate, step, steps);
  made.rate = rate;
  made.momentum = optimiser.momentum;
  made.beta2 = optimiser.beta2;
  made.epsilon = optimiser.epsilon;
  made.decay = isSgd(model) ? optimiser.decay : 1 - rate * optimiser.decay;
  if (model.training.states == 2) { // the moments of the gradient began at zero
    const double updates = double(step + 1);
    made.rate = rate / (1 - std::pow(optimiser.momentum, updates));
    made.root = 1 / std::sqrt(1 - std::pow(optimiser.beta2, updates));
  }
  return made;
}

const char *optimiserName(const iarc_model &model) {
  static const char *const names[] = {"sgd", "nesterov", "adam", "adamw", "lion"};
  return names[model.training.optimiser];
}

std::vector<const char *> stateNames(const iarc_model &model) {
  if (model.training.states == 2)
    return {"first_moment", "second_moment"};
  return {isSgd(model) ? "velocity" : "momentum"};
}

std::vector<OptimiserNumber> optimiserNumbers(const iarc_model &model) {
  std::vector<OptimiserNumber> numbers;
  if (isSgd(model)) {
    numbers.push_back({"momentum", "momentum", &Optimiser::momentum, 1});
  } else {
    numbers.push_back({"beta1", "decay of the mean gradient", &Optimiser::momentum, 1});
    numbers.push_back({"beta2",
                       model.training.states == 2 ? "decay of the mean squared gradient"
                                                  : "decay of the momentum",
                       &Optimiser::beta2, 1});
  }
  if (model.training.states == 2)
    numbers.push_back({"eps", "added to the root of the mean squared gradient",
                       &Optimiser::epsilon, 1e30});
  if (model.training.optimiser != IARC_OPTIMISER_ADAM)
    numbers.push_back({"decay", "weight decay", &Optimiser::decay, 1e30});
  return numbers;
}

std::string optimiserText(const iarc_model &model, const Optimiser &optimiser) {
  bool plain = optimiser.rate.kind == IARC_SCHEDULE_CONSTANT && optimiser.rate.warm_up == 0;
  std::string text =
      plain ? format("rate %g", optimiser.rate.rate) : "rate " + scheduleText(optimiser.rate);
  for (const OptimiserNumber &number : optimiserNumbers(model))
    if (std::strcmp(number.name, "decay") || optimiser.decay != 0)
      text += format(", %s %g", number.name, optimiser.*number.field);
  if (optimiser.clip != 0)
    text += format(", clip %g", optimiser.clip);
  if (optimiser.accumulate != 1)
    text += format(", in %lld parts", (long long)optimiser.accumulate);
  return text;
}

void addOptimiser(Arguments &arguments, const iarc_model &model, Optimiser *optimiser) {
  arguments.addText("--rate", "R", "learning rate, or a schedule such as 'cosine(0.01, to: 0)'",
                    scheduleText(optimiser->rate), [=](const std::string &text) {
                      return parseSchedule(text, optimiser->rate);
                    });
  std::string own = "--rate";
  std::vector<OptimiserNumber> numbers = optimiserNumbers(model);
  for (const OptimiserNumber &number : numbers) {
    std::string flag = std::string("--") + number.name;
    own += ", " + flag;
    // Without eps a gradient of zero would be divided by zero.
    double least = number.field == &Optimiser::epsilon ? 1e-30 : 0;
    arguments.addNumber(flag, "X", &(optimiser->*number.field), least, number.most, true,
                        number.help);
  }
  for (const char *name : {"--momentum", "--beta1", "--beta2", "--eps", "--decay"})
    if (std::none_of(numbers.begin(), numbers.end(), [&](const OptimiserNumber &number) {
          return std::strcmp(number.name, name + 2) == 0;
        }))
      arguments.refuse(name, format("this program's optimiser is %s, which has %s",
                                    optimiserName(model), own.c_str()));
  arguments.addNumber("--clip", "X", &optimiser->clip, 0, 1e30, false,
                      "longest gradient, a longer one is scaled down to it; 0 for any length");
  arguments.addInteger("--accumulate", "K", &optimiser->accumulate, 1, mostSamples,
                       "parts in which a batch is computed, their gradients added up");
}

} // namespace iarc::runtime
