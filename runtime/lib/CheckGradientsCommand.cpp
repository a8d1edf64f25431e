//===- CheckGradientsCommand.cpp - check-gradients --------------------------------===//
//
// Compares the generated gradients with central differences of the generated
// forward function, element by element, and the generated update with the
// gradients. docs/program.md says how steps and tolerances were chosen.
//
//===----------------------------------------------------------------------===//

#include "Console.h"
#include "Initialise.h"
#include "Json.h"
#include "Program.h"
#include "Real.h"
#include "Session.h"
#include "Text.h"
#include "Weights.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>

namespace iarc::runtime {

namespace {

constexpr double doubleSteps[] = {1e-4, 1e-5, 1e-6, 1e-7};
constexpr double floatSteps[] = {1e-2, 2.5e-3, 6.25e-4};

/// Steps and tolerances of one precision.
struct Criterion {
  std::span<const double> steps; ///< falling; an element agrees when one of its differences does
  double tolerance; ///< of the relative error
  double floor;     ///< gradients below this share of the tensor's largest count as that share
};
constexpr Criterion doubleCriterion{doubleSteps, 1e-6, 0.01};
constexpr Criterion floatCriterion{floatSteps, 2e-2, 0.1};

struct TensorResult {
  int64_t checked = 0;
  double largest = 0;     ///< absolute value of a gradient
  double error = 0;       ///< the greatest relative error
  double updateError = 0; ///< of train_step's update, relative to `largest`
  int64_t worst = -1;     ///< element
  double worstGradient = 0, worstDifference = 0;
};

/// The declared loss, from the logits of the last call, in double precision.
template <class Real> double lossOfLogitsIn(Session &session) {
  const iarc_model &model = session.model;
  const Batch &batch = session.batch();
  const int64_t lanes = model.lanes, symbols = model.task.symbols;
  const Real *logits = static_cast<const Real *>(session.logits());
  const int64_t first = model.loss_at == IARC_LOSS_AT_ALL ? 0 : model.context - 1;
  double sum = 0;
  for (int64_t t = first; t < model.context; ++t)
    for (int64_t b = 0; b < batch.samples(); ++b) {
      const int32_t target = batch.targets()[t * batch.padded() + b];
      if (target < 0)
        continue; // nothing to predict
      const int64_t predicted = t - (model.context - model.predicted_positions);
      const Real *row =
          logits + (predicted * batch.groups() + b / lanes) * symbols * lanes + b % lanes;
      double largest = double(row[0]), exponentials = 0, squares = 0;
      for (int64_t s = 1; s < symbols; ++s)
        largest = std::max(largest, double(row[s * lanes]));
      for (int64_t s = 0; s < symbols; ++s) {
        double logit = double(row[s * lanes]), error = logit - double(s == target);
        exponentials += std::exp(logit - largest);
        squares += error * error;
      }
      sum += model.loss == IARC_LOSS_SQUARED_ERROR
                 ? squares
                 : std::log(exponentials) + largest - double(row[target * lanes]);
    }
  return sum / (double(batch.samples()) * double(model.context - first));
}

/// For a loss of the program's own, which only generated code knows: that of its last call.
double lossOfLogits(Session &session, double given) {
  if (session.model.loss == IARC_LOSS_OWN)
    return given;
  return withReal(session.model,
                  [&](auto real) { return lossOfLogitsIn<decltype(real)>(session); });
}

std::string elementName(const iarc_weight &weight, int64_t element) {
  std::vector<int64_t> index(size_t(weight.rank));
  for (int64_t axis = weight.rank - 1; axis >= 0; --axis) {
    index[size_t(axis)] = element % weight.axes[axis].size;
    element /= weight.axes[axis].size;
  }
  return weight.name + shapeText(index);
}

template <class Real> class Checker {
public:
  Checker(Session &session, uint64_t seed)
      : session(session), model(session.model), seed(seed),
        criterion(sizeof(Real) == 8 ? doubleCriterion : floatCriterion),
        weights(static_cast<Real *>(session.weights())),
        gradients(static_cast<const Real *>(session.gradients())), baseLoss(loss()) {}

  /// The loss of the generated forward function. In f32 it is computed again from its logits in
  /// double precision: rounding it to f32 would drown the differences.
  double loss() {
    double given = session.forward();
    return sizeof(Real) == 8 ? given : lossOfLogits(session, given);
  }

  /// Calls progress(checked, toCheck) after every element.
  template <class Progress>
  TensorResult check(int64_t tensor, int64_t samples, bool all, Progress &&progress) {
    const iarc_weight &weight = model.weights[tensor];
    TensorResult result;
    for (int64_t i = 0; i < weight.count; ++i)
      result.largest = std::max(result.largest, std::fabs(double(gradients[weight.offset + i])));
    const std::vector<int64_t> elements = chosen(tensor, samples, all);
    for (int64_t element : elements) {
      double difference;
      double error = relativeError(weight.offset + element, result.largest, difference);
      ++result.checked;
      if (!(error <= result.error)) { // also when it is NaN
        result.error = std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
        result.worst = element;
        result.worstGradient = double(gradients[weight.offset + element]);
        result.worstDifference = difference;
      }
      progress(result.checked, int64_t(elements.size()));
    }
    return result;
  }

  /// The first update at rate 1, made with the gradient and by itself, changes every weight as the
  /// optimiser's formula says.
  void checkUpdate(std::vector<TensorResult> &results) {
    const std::vector<Real> before(weights, weights + model.weight_elements);
    const std::vector<Real> given(gradients, gradients + model.weight_elements);
    Optimiser optimiser = declaredOptimiser(model);
    optimiser.rate = constantSchedule(1);
    const UpdateCoefficients coefficients = coefficientsOf(model, optimiser, 0, 1);
    for (bool fused : {true, false}) {
      std::copy(before.begin(), before.end(), weights);
      std::fill_n(static_cast<Real *>(session.state(0)),
                  model.training.states * model.weight_elements, Real(0));
      if (fused)
        session.trainStep(coefficients);
      else
        session.update(coefficients, session.gradients());
      for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor)
        compareUpdate(model.weights[tensor], before, given, optimiser, results[size_t(tensor)]);
    }
    std::copy(before.begin(), before.end(), weights);
  }

  void compareUpdate(const iarc_weight &weight, const std::vector<Real> &before,
                     const std::vector<Real> &given, const Optimiser &optimiser,
                     TensorResult &result) {
    const double epsilon = std::numeric_limits<Real>::epsilon();
    const bool bySize = model.training.optimiser == IARC_OPTIMISER_SGD ||
                        model.training.optimiser == IARC_OPTIMISER_NESTEROV;
    // The changes of the others are as large as the rate, however small the gradient.
    const double largest = bySize ? result.largest : 1;
    for (int64_t i = weight.offset; i < weight.offset + weight.count; ++i) {
      const double old = double(before[size_t(i)]);
      const double change = firstChange(double(given[size_t(i)]), old, optimiser);
      double error = std::fabs(old - double(weights[i]) - change) -
                     4 * epsilon * (std::fabs(old) + std::fabs(change));
      if (std::isnan(error) || error > result.updateError * largest)
        result.updateError = std::isnan(error) || largest == 0
                                 ? std::numeric_limits<double>::infinity()
                                 : error / largest;
    }
  }

  /// What the first update at rate 1 takes from a weight.
  double firstChange(double gradient, double weight, const Optimiser &optimiser) const {
    const double decay = model.training.decays ? optimiser.decay * weight : 0;
    switch (model.training.optimiser) {
    case IARC_OPTIMISER_SGD:
      return gradient + decay;
    case IARC_OPTIMISER_NESTEROV:
      return (gradient + decay) * (1 + optimiser.momentum);
    case IARC_OPTIMISER_LION:
      return double((gradient > 0) - (gradient < 0)) + decay;
    default:
      return gradient / (std::fabs(gradient) + optimiser.epsilon) + decay;
    }
  }

  bool agrees(const TensorResult &result) const {
    return result.error <= criterion.tolerance && result.updateError <= criterion.tolerance;
  }
  double tolerance() const { return criterion.tolerance; }

private:
  /// The element of the largest gradient, then random ones: one half among all elements (a gradient
  /// may be wrongly zero), the other half among those that have a gradient (where only few have).
  std::vector<int64_t> chosen(int64_t tensor, int64_t samples, bool all) const {
    const iarc_weight &weight = model.weights[tensor];
    std::vector<int64_t> elements;
    if (all || samples >= weight.count) {
      for (int64_t element = 0; element < weight.count; ++element)
        elements.push_back(element);
      return elements;
    }
    const Real *gradient = gradients + weight.offset;
    elements.push_back(
        std::max_element(gradient, gradient + weight.count,
                         [](Real a, Real b) { return std::fabs(a) < std::fabs(b); }) -
        gradient);
    Draws draws(seed, CheckStream, uint64_t(tensor));
    while (int64_t(elements.size()) < samples) {
      double unit = unitInterval(draws.word(), draws.word());
      int64_t element = std::min(int64_t(unit * double(weight.count)), weight.count - 1);
      if (elements.size() % 2 == 1)
        for (int64_t tries = 0; tries < weight.count && gradient[element] == Real(0); ++tries)
          element = element + 1 < weight.count ? element + 1 : 0;
      elements.push_back(element);
    }
    return elements;
  }

  /// The least error of several differences: central ones at each step, and central and one-sided ones
  /// that are extrapolated from two steps (Richardson), whose error falls with a higher power of the step. Where a kink (of relu) lies within one step it seldom lies within
  /// the next, or it lies on one side; a wrong gradient is wrong by all of them.
  double relativeError(int64_t at, double largest, double &bestDifference) {
    const double gradient = double(gradients[at]);
    const Real saved = weights[at];
    double best = std::numeric_limits<double>::infinity();
    bestDifference = std::numeric_limits<double>::quiet_NaN();
    auto consider = [&](double difference, double width) {
      // What the rounding of the losses alone may make.
      double noise = double(std::numeric_limits<Real>::epsilon()) * std::max(1.0, baseLoss) / width;
      double scale = std::max({std::fabs(gradient), std::fabs(difference),
                               criterion.floor * largest, std::numeric_limits<double>::min()});
      double error = std::max(0.0, std::fabs(difference - gradient) - noise) / scale;
      if (std::isnan(difference) || std::isnan(gradient))
        return;
      if (error < best) {
        best = error;
        bestDifference = difference;
      }
    };
    double beforeWidth[2] = {}, beforeSlope[2] = {}, beforeWhole = 0, beforeCentral = 0;
    for (double step : criterion.steps) {
      double width[2], slope[2]; // above, below; the widths as the rounded weights have them
      for (int side = 0; side < 2; ++side) {
        weights[at] = Real(double(saved) + (side == 0 ? step : -step));
        width[side] = double(weights[at]) - double(saved);
        slope[side] = (loss() - baseLoss) / width[side];
        weights[at] = saved;
      }
      double whole = width[0] - width[1];
      double central = (slope[0] * width[0] - slope[1] * width[1]) / whole;
      consider(central, whole);
      if (beforeWhole != 0) {
        double squared = (beforeWhole / whole) * (beforeWhole / whole);
        consider((squared * central - beforeCentral) / (squared - 1), whole);
      }
      beforeWhole = whole;
      beforeCentral = central;
      for (int side = 0; side < 2 && beforeWidth[side] != 0; ++side) {
        double ratio = beforeWidth[side] / width[side];
        consider((ratio * slope[side] - beforeSlope[side]) / (ratio - 1),
                 std::fabs(width[side]) / 2);
      }
      std::copy(width, width + 2, beforeWidth);
      std::copy(slope, slope + 2, beforeSlope);
      if (best <= criterion.tolerance / 10)
        break;
    }
    return best;
  }

  Session &session;
  const iarc_model &model;
  uint64_t seed;
  Criterion criterion;
  Real *weights;
  const Real *gradients;
  double baseLoss; ///< at the unchanged weights
};

std::string tableText(const iarc_model &model, const std::vector<TensorResult> &results,
                      const std::vector<bool> &agrees) {
  size_t width = 6;
  for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor)
    width = std::max(width, std::strlen(model.weights[tensor].name));
  std::string text = format("%-*s  %9s  %12s  %12s  %12s\n", int(width), "weight", "checked",
                            "max gradient", "max error", "update error");
  for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor) {
    const TensorResult &result = results[size_t(tensor)];
    text +=
        format("%-*s  %9s  %12.3e  %12.3e  %12.3e  %s\n", int(width), model.weights[tensor].name,
               withSeparators(result.checked).c_str(), result.largest, result.error,
               result.updateError, agrees[size_t(tensor)] ? "ok" : "DIFFERS");
  }
  return text;
}

/// A check of every element may take minutes: says how far it is, ten times a second on a terminal,
/// every ten seconds elsewhere.
class Progress {
public:
  void show(const char *weight, int64_t checked, int64_t elements) {
    auto now = std::chrono::steady_clock::now();
    if (std::chrono::duration<double>(now - shown).count() < (line.rewrites() ? 0.1 : 10))
      return;
    shown = now;
    line.show(format("checking %s: %s of %s elements", weight, withSeparators(checked).c_str(),
                     withSeparators(elements).c_str()));
  }
  void finish() { line.finish(); }

private:
  StatusLine line;
  std::chrono::steady_clock::time_point shown = std::chrono::steady_clock::now();
};

template <class Real>
int checkAll(Session &session, uint64_t seed, int64_t samples, bool all, bool json) {
  const iarc_model &model = session.model;
  double loss = session.computeGradients();
  double forwardLoss = session.forward();
  double logitLoss = lossOfLogits(session, forwardLoss);
  if (!std::isfinite(loss) || !std::isfinite(forwardLoss))
    fail(Exit::Diverged, "the loss at the random weights is not finite\nhint: try another --seed");
  Checker<Real> checker(session, seed);
  Progress progress;
  std::vector<TensorResult> results;
  for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor)
    results.push_back(
        checker.check(tensor, samples, all, [&](int64_t checked, int64_t elements) {
          progress.show(model.weights[tensor].name, checked, elements);
        }));
  progress.finish();
  checker.checkUpdate(results);
  auto agree = [](double a, double b) {
    return std::fabs(a - b) <=
           100 * double(std::numeric_limits<Real>::epsilon()) * std::max(1.0, std::fabs(b));
  };
  bool lossAgrees = agree(loss, forwardLoss), lossIsOfLogits = agree(forwardLoss, logitLoss);

  bool passed = lossAgrees && lossIsOfLogits;
  std::vector<bool> agrees;
  for (const TensorResult &result : results) {
    agrees.push_back(checker.agrees(result));
    passed = passed && agrees.back();
  }
  if (json) {
    JsonWriter writer;
    writer.beginObject().field("model", model.name).field("precision", precisionName(model));
    writer.field("loss", forwardLoss).field("tolerance", checker.tolerance());
    writer.key("weights").beginArray();
    for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor) {
      const TensorResult &result = results[size_t(tensor)];
      writer.beginObject().field("name", model.weights[tensor].name);
      writer.field("checked", result.checked).field("max_gradient", result.largest);
      writer.field("max_error", result.error).field("update_error", result.updateError);
      writer.field("passed", bool(agrees[size_t(tensor)])).endObject();
    }
    writeOutput(writer.endArray().field("passed", passed).endObject().text() + "\n");
    return int(passed ? Exit::Ok : Exit::CheckFailed);
  }
  std::string text = tableText(model, results, agrees);
  for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor) {
    const TensorResult &result = results[size_t(tensor)];
    if (!(result.error <= checker.tolerance()))
      text += format("%s: gradient %.9g, central difference %.9g\n",
                     elementName(model.weights[tensor], result.worst).c_str(), result.worstGradient,
                     result.worstDifference);
    if (!(result.updateError <= checker.tolerance()))
      text += format("%s: the update is not that of the optimiser %s\n",
                     model.weights[tensor].name, optimiserName(model));
  }
  if (!lossAgrees)
    text += format("the loss of forward is %.17g, that of gradients %.17g\n", forwardLoss, loss);
  if (!lossIsOfLogits)
    text +=
        format("the loss of forward is %.17g, but its logits make %.17g\n", forwardLoss, logitLoss);
  text += passed ? format("passed: every gradient agrees with its central difference "
                          "(%s, tolerance %g)\n",
                          precisionName(model), checker.tolerance())
                 : format("FAILED: gradients differ from central differences "
                          "(%s, tolerance %g)\n",
                          precisionName(model), checker.tolerance());
  writeOutput(text);
  return int(passed ? Exit::Ok : Exit::CheckFailed);
}

} // namespace

int runCheckGradients(const Invocation &invocation) {
  const iarc_model &model = invocation.model;
  // More than a lane group: what lies in several is arranged differently.
  int64_t batch = model.lanes + 1, samples = 20, threads;
  uint64_t seed = defaultSeed;
  bool all = false, json = false;
  Arguments arguments("check-gradients");
  arguments.addInteger("--samples", "N", &samples, 1, mostSamples,
                       "elements to check of each weight tensor");
  arguments.addSwitch("--all", &all, "check every element");
  arguments.addInteger("--batch", "N", &batch, 1, mostSamples, "samples in the batch");
  arguments.addSeed(&seed);
  addThreads(arguments, &threads);
  arguments.addSwitch("--json", &json, "one line of JSON instead of the table");
  if (!parseArguments(invocation, "check-gradients", arguments))
    return int(Exit::Ok);
  if (all && arguments.given("--samples"))
    fail(Exit::Usage, "--all and --samples exclude each other");

  Session session(model, {batch, threads, /*velocity=*/true, /*gradients=*/true});
  initialiseForCheck(model, seed, session.weights(), session.pool());
  session.batch().fill(seed, TrainingStream, 0, batch, session.pool());
  return withReal(model, [&](auto real) {
    return checkAll<decltype(real)>(session, seed, samples, all, json);
  });
}

} // namespace iarc::runtime
