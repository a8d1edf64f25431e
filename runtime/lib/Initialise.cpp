//===- Initialise.cpp - Initial weights from the seed ----------------------------===//

#include "Initialise.h"

#include "Random.h"
#include "Real.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace iarc::runtime {

void uniformPair(uint64_t seed, int64_t tensor, int64_t pair, double &even, double &odd) noexcept {
  PhiloxBlock block = randomBlock(seed, FirstWeightStream + uint32_t(tensor), uint64_t(pair), 0);
  even = unitInterval(block[0], block[1]);
  odd = unitInterval(block[2], block[3]);
}

void normalPair(uint64_t seed, int64_t tensor, int64_t pair, double &even, double &odd) noexcept {
  constexpr double twoPi = 6.283185307179586476925;
  double radius, angle;
  uniformPair(seed, tensor, pair, radius, angle);
  radius = std::sqrt(-2 * std::log(radius + 0x1p-53)); // (0, 1]: the logarithm is finite
  even = radius * std::cos(twoPi * angle);
  odd = radius * std::sin(twoPi * angle);
}

/// 1 / sqrt(inputs of one output) at an element of the tensor, 1 where it is not scaled.
static double fanInScale(const iarc_weight &weight, int64_t element) noexcept {
  if (weight.fan_in == 0)
    return 1;
  double inputs = double(weight.fan_in);
  if (weight.fan_in_grows) {
    int64_t within = 1, row = 0;
    for (int64_t axis = weight.rank - 1; axis >= 0; --axis) {
      int64_t size = weight.axes[axis].size, at = element / within % size;
      if (!std::strcmp(weight.axes[axis].name, "position"))
        row = at;
      else if (!std::strcmp(weight.axes[axis].name, "pair")) // the largest t with t (t + 1) / 2 <= at
        while ((row + 1) * (row + 2) / 2 <= at)
          ++row;
      within *= size;
    }
    inputs *= double(row + 1);
  }
  return 1 / std::sqrt(inputs);
}

/// Fills tensor number `tensor` as `weight`, its entry of the descriptor or a changed one, says.
static void fillTensor(const iarc_model &model, int64_t tensor, const iarc_weight &weight,
                       uint64_t seed, void *weights, ThreadPool &pool) {
  double first = weight.first, second = weight.second;
  withReal(model, [&](auto real) {
    using Real = decltype(real);
    Real *to = static_cast<Real *>(weights) + weight.offset;
    if (weight.initialiser == IARC_INITIALISE_CONSTANT) {
      std::fill_n(to, weight.count, Real(first));
      return;
    }
    pool.run((weight.count + 1) / 2, [&](int64_t begin, int64_t end) {
      for (int64_t pair = begin; pair < end; ++pair) {
        double value[2];
        if (weight.initialiser == IARC_INITIALISE_UNIFORM) {
          uniformPair(seed, tensor, pair, value[0], value[1]);
          for (int64_t i = 0; i < 2; ++i)
            value[i] = fanInScale(weight, 2 * pair + i) * (first + (second - first) * value[i]);
        } else {
          normalPair(seed, tensor, pair, value[0], value[1]);
          for (int64_t i = 0; i < 2; ++i)
            value[i] = first + second * fanInScale(weight, 2 * pair + i) * value[i];
        }
        to[2 * pair] = Real(value[0]);
        if (2 * pair + 1 < weight.count)
          to[2 * pair + 1] = Real(value[1]);
      }
    });
  });
}

void initialiseWeights(const iarc_model &model, uint64_t seed, void *weights, ThreadPool &pool) {
  for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor)
    fillTensor(model, tensor, model.weights[tensor], seed, weights, pool);
}

void initialiseForCheck(const iarc_model &model, uint64_t seed, void *weights, ThreadPool &pool) {
  for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor) {
    const iarc_weight &weight = model.weights[tensor];
    double depth = 1, centre = 0;
    for (int64_t axis = 0; axis < weight.rank; ++axis)
      if (!std::strcmp(weight.axes[axis].name, "layer"))
        depth = double(weight.axes[axis].size);
    if (weight.initialiser == IARC_INITIALISE_NORMAL ||
        weight.initialiser == IARC_INITIALISE_CONSTANT)
      centre = weight.first;
    else
      centre = (weight.first + weight.second) / 2;
    // A matrix keeps the size of what it maps at 1 / sqrt(inputs); what many layers add to a
    // residual stream is kept bounded by the depth. A vector (a bias, a gain) varies by a tenth.
    bool matrix = weight.rank >= 2 && !std::strcmp(weight.axes[weight.rank - 1].name, "in");
    double deviation = 0.1;
    if (matrix)
      deviation = std::sqrt(std::min(1.0, 2 / depth) /
                            double(std::max<int64_t>(1, weight.axes[weight.rank - 1].size)));
    iarc_weight varied = weight;
    varied.initialiser = IARC_INITIALISE_NORMAL;
    varied.first = centre;
    varied.second = deviation;
    varied.fan_in = 0;
    fillTensor(model, tensor, varied, seed, weights, pool);
  }
}

} // namespace iarc::runtime
