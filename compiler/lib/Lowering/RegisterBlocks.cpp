//===- RegisterBlocks.cpp - The cost model of register blocks ---------------===//
#include "Emitter.h"

#include <algorithm>
#include <limits>

using namespace mlir;

namespace iarc {

/// Half cycles of a step along the reduced features of a block of `rows` x `columns` accumulators.
static int64_t stepCost(int64_t rows, int64_t columns) {
  return std::max({rows * columns, rows + columns, int64_t(8)});
}

static bool fitsRegisters(RegisterBlock block, const Target &target) {
  return block.countRegisters() <= target.vectorRegisters;
}

void forPiecesOfRows(int64_t rows, int64_t columns, int64_t lanes,
                     llvm::function_ref<void(int64_t row, int64_t column, int64_t size)> body) {
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns;) {
      int64_t lane = (row * columns + column) % lanes;
      int64_t size = llvm::bit_floor(uint64_t(std::min(columns - column, lanes - lane)));
      body(row, column, size);
      column += size;
    }
}

/// Cost of `length` cut into pieces of `size` and one piece of the rest.
static double cutCost(int64_t length, int64_t size, llvm::function_ref<double(int64_t)> costOf) {
  double cost = double(length / size) * costOf(size);
  return length % size ? cost + costOf(length % size) : cost;
}

/// The block within the limits that fits the registers and costs least, but for `without`.
static RegisterBlock cheapestBlock(RegisterBlock limits, const Target &target,
                                   llvm::function_ref<double(RegisterBlock)> costOf,
                                   RegisterBlock without = {}) {
  RegisterBlock best;
  double bestCost = std::numeric_limits<double>::infinity();
  for (int64_t columns = 1; columns <= limits.columns; ++columns)
    for (int64_t rows = 1; rows <= limits.rows; ++rows) {
      if (!fitsRegisters({rows, columns}, target) ||
          (rows == without.rows && columns == without.columns))
        continue;
      // Among equals the block with fewer loads: they share their ports with everything else.
      double loads = double(rows + columns) / double(rows * columns);
      double cost = costOf({rows, columns}) + 1e-3 * loads;
      if (cost < bestCost) {
        bestCost = cost;
        best = {rows, columns};
      }
    }
  return best;
}

/// `block` cut to the limits.
static RegisterBlock cut(RegisterBlock block, RegisterBlock limits) {
  return {std::min(block.rows, limits.rows), std::min(block.columns, limits.columns)};
}

static RegisterBlock limitsOfLinear(int64_t features, int64_t groups) {
  return cut(kLargestLinearBlock, {features, groups});
}

/// Half cycles of a step along the reduced features, for all produced ones and all lane groups.
static double linearCost(int64_t features, int64_t groups, RegisterBlock block) {
  // Groups that fill no block are done one by one.
  auto strip = [&](int64_t width) {
    return cutCost(features, block.rows,
                   [&](int64_t rows) { return double(stepCost(rows, width)); });
  };
  return double(groups / block.columns) * strip(block.columns) +
         double(groups % block.columns) * strip(1);
}

RegisterBlock chooseLinearBlock(int64_t features, int64_t groups, const Target &target) {
  RegisterBlock limits = limitsOfLinear(features, groups);
  if (target.plan.linear.rows)
    return cut(target.plan.linear, limits);
  return cheapestBlock(limits, target,
                       [&](RegisterBlock block) { return linearCost(features, groups, block); });
}

BlockPrediction predictLinearBlock(int64_t features, int64_t groups, const Target &target) {
  auto share = [&](RegisterBlock block) {
    return block.rows ? double(features * groups) / linearCost(features, groups, block) : 0;
  };
  RegisterBlock block = chooseLinearBlock(features, groups, target);
  RegisterBlock second = cheapestBlock(
      limitsOfLinear(features, groups), target,
      [&](RegisterBlock other) { return linearCost(features, groups, other); }, block);
  return {block, second, share(block), share(second)};
}

/// Half cycles that it takes to sum the lanes of a gradient block's accumulators and to store the
/// sums, or to update by them: two shuffles for each pair of vectors, and what is done with each
/// piece of a row.
static double finishCost(int64_t rows, int64_t columns, int64_t lanes) {
  constexpr double kPair = 2, kPiece = 5;
  double cost = 0;
  for (int64_t first = 0; first < rows * columns; first += lanes) {
    int64_t level = std::min(lanes, rows * columns - first);
    for (int64_t block = lanes; block > 1; block /= 2) {
      level = llvm::divideCeil(level, 2);
      cost += kPair * double(level);
    }
  }
  forPiecesOfRows(rows, columns, lanes, [&](int64_t, int64_t, int64_t) { cost += kPiece; });
  return cost;
}

/// Half cycles of a weight's gradient at one position.
static double gradientCost(WeightType weight, int64_t lanes, RegisterBlock block) {
  return cutCost(weight.getSize("out"), block.rows, [&](int64_t rows) {
    return cutCost(weight.getSize("in"), block.columns, [&](int64_t columns) {
      double steps = double(stepCost(rows, columns)) * double(kUsualSamples) / double(lanes);
      return weight.isPerPosition() ? steps + finishCost(rows, columns, lanes) : steps;
    });
  });
}

static RegisterBlock limitsOfGradient(WeightType weight) {
  return cut(kLargestGradientBlock, {weight.getSize("out"), weight.getSize("in")});
}

RegisterBlock chooseGradientBlock(WeightType weight, int64_t lanes, const Target &target) {
  if (target.plan.gradient.rows)
    return cut(target.plan.gradient, limitsOfGradient(weight));
  return cheapestBlock(limitsOfGradient(weight), target,
                       [&](RegisterBlock block) { return gradientCost(weight, lanes, block); });
}

BlockPrediction predictGradientBlock(WeightType weight, int64_t lanes, const Target &target) {
  double ideal =
      double(weight.getSize("out") * weight.getSize("in")) * double(kUsualSamples) / double(lanes);
  auto share = [&](RegisterBlock block) {
    return block.rows ? ideal / gradientCost(weight, lanes, block) : 0;
  };
  RegisterBlock block = chooseGradientBlock(weight, lanes, target);
  RegisterBlock second = cheapestBlock(
      limitsOfGradient(weight), target,
      [&](RegisterBlock other) { return gradientCost(weight, lanes, other); }, block);
  return {block, second, share(block), share(second)};
}

} // namespace iarc
