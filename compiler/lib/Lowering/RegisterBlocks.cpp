//===- RegisterBlocks.cpp - The cost model of register blocks ---------------===//
#include "Emitter.h"

#include <algorithm>
#include <limits>

using namespace mlir;

namespace iarc {

/// Half cycles of a step along the reduced features of a block of `rows` x `columns` accumulators.
static double stepCost(int64_t rows, int64_t columns, const Target &target) {
  int64_t products = rows * columns, loads = rows + columns;
  double cost = double(std::max({products, loads, int64_t(8)}));
  // A processor with two multiply-adds of 512 bits a cycle keeps them busy only where they are many
  // for each load: fitted to what blocks of 10x1 to 4x6 take there (docs/measurements.md).
  if (target.vectorBits == 512)
    cost = std::max(cost, (2.0 * double(products) + 4.0 * double(loads)) / 3);
  return cost;
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

//===----------------------------------------------------------------------===//
// linear
//===----------------------------------------------------------------------===//

static RegisterBlock limitsOfLinear(int64_t features, int64_t groups) {
  return cut(kLargestLinearBlock, {features, groups});
}

/// Half cycles of a step along the reduced features, for all produced ones and the lane groups of
/// one block.
static double stripCost(int64_t features, RegisterBlock block, const Target &target) {
  return cutCost(features, block.rows,
                 [&](int64_t rows) { return stepCost(rows, block.columns, target); });
}

/// The same for all lane groups, of which those that fill no block are done one by one.
static double linearCost(int64_t features, int64_t groups, RegisterBlock block,
                         const Target &target) {
  return double(groups / block.columns) * stripCost(features, block, target) +
         double(groups % block.columns) * stripCost(features, {block.rows, 1}, target);
}

RegisterBlock chooseLinearBlock(int64_t features, int64_t groups, const Target &target) {
  RegisterBlock limits = limitsOfLinear(features, groups);
  if (target.plan.linear.rows)
    return cut(target.plan.linear, limits);
  return cheapestBlock(limits, target, [&](RegisterBlock block) {
    return linearCost(features, groups, block, target);
  });
}

BlockPrediction predictLinearBlock(int64_t features, int64_t groups, const Target &target) {
  auto costOf = [&](RegisterBlock block) { return linearCost(features, groups, block, target); };
  auto share = [&](RegisterBlock block) {
    return block.rows ? double(features * groups) / costOf(block) : 0;
  };
  RegisterBlock block = chooseLinearBlock(features, groups, target);
  RegisterBlock second = cheapestBlock(limitsOfLinear(features, groups), target, costOf, block);
  return {block, {}, second, share(block), share(second)};
}

//===----------------------------------------------------------------------===//
// linear, on tiles of lane groups
//===----------------------------------------------------------------------===//

SmallVector<int64_t> usualTiles(int64_t most, const Layout &layout) {
  if (layout.groups)
    return {std::min(most, layout.groups)};
  int64_t groups = llvm::divideCeil(kUsualSamples, layout.lanes);
  int64_t tiles = llvm::divideCeil(groups, most);
  SmallVector<int64_t> sizes;
  for (int64_t i = 0; i < tiles; ++i)
    sizes.push_back((i + 1) * groups / tiles - i * groups / tiles);
  return sizes;
}

LinearCut::Counts LinearCut::count(int64_t groups) const {
  int64_t blocks = groups / block.columns, rest = groups % block.columns;
  int64_t wides = wide.rows ? std::min(blocks, rest) : 0;
  return {wides, blocks - wides, rest - wides};
}

namespace {

/// Finds the cut of tiles of `sizes` lane groups.
class LinearCutChoice {
public:
  LinearCutChoice(int64_t features, ArrayRef<int64_t> sizes, const Target &target)
      : features(features), sizes(sizes), target(target),
        limits(limitsOfLinear(features, *llvm::max_element(sizes))) {}

  /// The cheapest cut, but for those into blocks like that of `without`; none is left where it has
  /// no rows.
  LinearCut choose(RegisterBlock without = {}) const {
    LinearCut best;
    double bestCost = std::numeric_limits<double>::infinity();
    auto consider = [&](LinearCut cut) {
      double loads =
          double(cut.block.rows + cut.block.columns) / double(cut.block.rows * cut.block.columns);
      // Code for a further kind of block, wider or for the rest of the rows, must be worth it.
      double cost = (costOf(cut) + 1e-3 * loads) * (1 + 5e-3 * double(countKinds(cut)));
      if (cost < bestCost) {
        bestCost = cost;
        best = cut;
      }
    };
    for (int64_t columns = 1; columns <= limits.columns; ++columns)
      for (int64_t rows = 1; rows <= limits.rows; ++rows) {
        RegisterBlock block{rows, columns};
        if (!fitsRegisters(block, target) || (rows == without.rows && columns == without.columns))
          continue;
        LinearCut cut = withSingle(block);
        consider(cut);
        cut.wide = bestOfWidth(columns + 1);
        bool occurs = llvm::any_of(sizes, [&](int64_t size) { return cut.count(size).wides > 0; });
        if (columns > 1 && occurs)
          consider(cut);
      }
    return best;
  }
  /// A block that was asked for, and as many rows for single groups.
  LinearCut given(RegisterBlock block) const {
    block = cut(block, limits);
    return {block, {}, {block.rows, 1}};
  }

  /// The multiply-adds' own time as a share of the predicted one.
  double share(const LinearCut &cut) const {
    return cut.block.rows ? double(features * llvm::sum_of(sizes)) / costOf(cut) : 0;
  }

private:
  LinearCut withSingle(RegisterBlock block) const { return {block, {}, bestOfWidth(1)}; }
  RegisterBlock bestOfWidth(int64_t columns) const {
    if (columns > kLargestLinearBlock.columns)
      return {};
    return cheapestBlock({limits.rows, columns}, target, [&](RegisterBlock block) {
      return block.columns == columns ? stripCost(features, block, target)
                                      : std::numeric_limits<double>::infinity();
    });
  }
  int64_t countKinds(const LinearCut &cut) const {
    int64_t kinds = 0;
    for (RegisterBlock block : {cut.wide, cut.block, cut.single})
      if (block.rows)
        kinds += features % block.rows ? 2 : 1;
    return kinds;
  }
  double costOf(const LinearCut &cut) const {
    double cost = 0;
    for (int64_t size : sizes) {
      LinearCut::Counts counts = cut.count(size);
      for (auto [count, block] :
           {std::pair(counts.wides, cut.wide), std::pair(counts.blocks, cut.block),
            std::pair(counts.singles, cut.single)})
        if (count)
          cost += double(count) * stripCost(features, block, target);
    }
    return cost;
  }

  int64_t features;
  ArrayRef<int64_t> sizes;
  const Target &target;
  RegisterBlock limits;
};

} // namespace

LinearCut chooseLinearCut(int64_t features, ArrayRef<int64_t> sizes, const Target &target) {
  LinearCutChoice choice(features, sizes, target);
  return target.plan.linear.rows ? choice.given(target.plan.linear) : choice.choose();
}

BlockPrediction predictLinearCut(int64_t features, ArrayRef<int64_t> sizes, const Target &target) {
  LinearCutChoice choice(features, sizes, target);
  LinearCut cut = chooseLinearCut(features, sizes, target), second = choice.choose(cut.block);
  return {cut.block, cut.wide, second.block, choice.share(cut), choice.share(second)};
}

//===----------------------------------------------------------------------===//
// weight_gradient
//===----------------------------------------------------------------------===//

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
static double gradientCost(WeightType weight, int64_t lanes, RegisterBlock block,
                           const Target &target) {
  return cutCost(weight.getSize("out"), block.rows, [&](int64_t rows) {
    return cutCost(weight.getSize("in"), block.columns, [&](int64_t columns) {
      double steps = stepCost(rows, columns, target) * double(kUsualSamples) / double(lanes);
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
  return cheapestBlock(limitsOfGradient(weight), target, [&](RegisterBlock block) {
    return gradientCost(weight, lanes, block, target);
  });
}

BlockPrediction predictGradientBlock(WeightType weight, int64_t lanes, const Target &target) {
  double ideal =
      double(weight.getSize("out") * weight.getSize("in")) * double(kUsualSamples) / double(lanes);
  auto share = [&](RegisterBlock block) {
    return block.rows ? ideal / gradientCost(weight, lanes, block, target) : 0;
  };
  RegisterBlock block = chooseGradientBlock(weight, lanes, target);
  RegisterBlock second = cheapestBlock(
      limitsOfGradient(weight), target,
      [&](RegisterBlock other) { return gradientCost(weight, lanes, other, target); }, block);
  return {block, {}, second, share(block), share(second)};
}

} // namespace iarc
