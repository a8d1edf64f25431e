//===- RegisterBlocks.cpp - The cost model of register blocks ---------------===//
#include "RegisterBlocks.h"

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

namespace {

/// The ways to sum the gradient of a matrix with one of its operands interleaved.
class GradientWay {
public:
  GradientWay(WeightType weight, bool interleavesOut, const Layout &layout, const Target &target)
      : interleavesOut(interleavesOut),
        hasOwnSums(weight.isPerPosition() || weight.isAcrossPositions()), target(target),
        chunks(layout), rows(weight.getSize(interleavesOut ? "in" : "out")),
        vectors(llvm::divideCeil(weight.getSize(interleavesOut ? "out" : "in"), chunks.features)) {}

  RegisterBlock limits() const { return cut(kLargestGradientBlock, {rows, vectors}); }
  /// Rows of an interleaved output adjoint's block are stored by chunks.
  bool hasCode(RegisterBlock block) const {
    return !interleavesOut || block.rows % chunks.samples == 0;
  }
  RegisterBlock choose(RegisterBlock without = {}) const {
    return cheapestBlock(
        limits(), target,
        [&](RegisterBlock block) {
          return hasCode(block) ? costOf(block) : std::numeric_limits<double>::infinity();
        },
        without);
  }
  /// Half cycles at one position.
  double costOf(RegisterBlock block) const {
    if (!block.rows)
      return std::numeric_limits<double>::infinity();
    double steps = double(kUsualSamples) / double(chunks.samples);
    // A load, its part of a store, and one insertion less than there are chunks.
    double interleaving = chunks.features > 1 ? double(vectors * chunks.features) * steps : 0;
    return interleaving + cutCost(rows, block.rows, [&](int64_t height) {
             return cutCost(vectors, block.columns, [&](int64_t width) {
               double cost = steps * stepCost(height, width, target);
               return hasOwnSums ? cost + finishCost(height, width) : cost;
             });
           });
  }

private:
  /// Half cycles that it takes to sum the chunks of a block's accumulators, three operations for
  /// each pair of vectors, to add the sums to those so far, and to store them or to update by them.
  double finishCost(int64_t height, int64_t width) const {
    constexpr double kPair = 3, kSum = 3, kPiece = 6, kChunk = 2;
    int64_t sums = interleavesOut ? width * llvm::divideCeil(height, chunks.samples)
                                  : llvm::divideCeil(height * width, chunks.samples);
    double cost = double(sums) * (kPair * double(chunks.samples - 1) + kSum);
    if (interleavesOut)
      return cost + double(sums) * (kPiece + kChunk * double(chunks.features));
    // The rows of a strip of columns are stored one by one, those of the whole matrix as they lie.
    int64_t lanes = chunks.samples * chunks.features, columns = width * chunks.features;
    return cost + kPiece * double(width == vectors ? llvm::divideCeil(height * columns, lanes)
                                                   : height * countPieces(columns, lanes));
  }
  /// Pieces of at most `lanes` numbers, each a power of two, that `count` are stored in.
  static int64_t countPieces(int64_t count, int64_t lanes) {
    return count / lanes + llvm::popcount(uint64_t(count % lanes));
  }

  bool interleavesOut;
  bool hasOwnSums; ///< of each position, or pair of them
  const Target &target;
  Chunks chunks;
  int64_t rows, vectors; ///< broadcast features, and vectors of interleaved ones
};

} // namespace

GradientPlan chooseGradient(WeightType weight, const Layout &layout, const Target &target) {
  GradientWay byInput(weight, false, layout, target), byOutput(weight, true, layout, target);
  if (RegisterBlock given = target.plan.gradient; given.rows) {
    RegisterBlock block = cut(given, byInput.limits()), other = cut(given, byOutput.limits());
    if (byOutput.hasCode(other) && byOutput.costOf(other) < byInput.costOf(block))
      return {other, true};
    return {block, false};
  }
  RegisterBlock block = byInput.choose(), other = byOutput.choose();
  if (byOutput.costOf(other) < byInput.costOf(block))
    return {other, true};
  return {block, false};
}

BlockPrediction predictGradient(WeightType weight, const Layout &layout, const Target &target) {
  GradientPlan plan = chooseGradient(weight, layout, target);
  GradientWay way(weight, plan.interleavesOut, layout, target);
  double ideal = double(weight.getSize("out") * weight.getSize("in")) * double(kUsualSamples) /
                 double(layout.lanes);
  RegisterBlock second = way.choose(plan.block);
  return {plan.block, {}, second, ideal / way.costOf(plan.block), ideal / way.costOf(second)};
}

} // namespace iarc
