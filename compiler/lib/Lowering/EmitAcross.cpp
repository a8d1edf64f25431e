//===- EmitAcross.cpp - Products across positions ---------------------------===//
//
// With a matrix for every pair (t, s <= t) of positions a position of the result is one long sum
// over the positions that it reads and their features: the accumulators of a register block stay
// where they are while both pass by. Matrix (t, s) lies at t (t + 1) / 2 + s.
//
//===----------------------------------------------------------------------===//
#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace iarc {

/// t (t + 1) / 2: the matrices of the positions before t.
static Value pairsBefore(Emitter &e, Value t) {
  return arith::ShRUIOp::create(e.b, e.mul(t, e.add(t, e.index(1))), e.index(1));
}

Value Emitter::shareOut(LinearOp op, Value order) {
  // Position t reads t + 1 positions, or as many as come after it when transposed.
  int64_t positions = op.getInput().getType().getPositions();
  Value half = arith::ShRUIOp::create(b, order, index(1));
  Value mirrored = sub(index(positions - 1), half);
  Value odd = arith::TruncIOp::create(b, b.getI1Type(), order);
  return op.getTransposed() ? select(odd, mirrored, half) : select(odd, half, mirrored);
}

//===----------------------------------------------------------------------===//
// linear
//===----------------------------------------------------------------------===//

/// The sums of a block so far plus what the positions first .. last - 1 contribute.
SmallVector<Value> Emitter::emitAcrossBlock(LinearOp op, Value p, Value first, Value last,
                                            Value group, Value feature, RegisterBlock block,
                                            ValueRange start) {
  int64_t lanes = layout.lanes, reduced = op.getReduced(), produced = op.getProduced();
  bool transposed = op.getTransposed();
  Value weights = address(op.getWeight()), input = address(op.getInput());
  return forLoop(first, last, 1, start, [&](Value q, ValueRange outer) {
    Value pair = transposed ? add(pairsBefore(*this, q), p) : add(pairsBefore(*this, p), q);
    Value matrix = offset(weights, mul(pair, reduced * produced));
    Value x = row(input, reduced, q, group);
    return forLoop(index(0), index(reduced), 1, outer, [&](Value i, ValueRange carried) {
      SmallVector<Value> next(carried);
      Value column = offset(x, mul(i, lanes));
      // W[feature + r, i], or W[i, feature + r] when transposed.
      Value corner = transposed ? offset(matrix, add(mul(i, produced), feature))
                                : offset(matrix, add(mul(feature, reduced), i));
      emitOuterProduct(
          next, block.rows, block.columns,
          [&](int64_t r) { return loadSplat(offset(corner, transposed ? r : r * reduced)); },
          [&](int64_t c) { return load(offset(column, c * reduced * lanes)); });
      return next;
    });
  });
}

/// Positions whose matrices and inputs of one strip stay in the nearest cache while all features of
/// the result pass by.
static int64_t positionsAtOnce(int64_t columns, int64_t reduced, int64_t produced,
                               const Layout &layout) {
  constexpr int64_t kNearBytes = 20 << 10;
  int64_t bytes = (columns * reduced * layout.lanes + reduced * produced) * layout.elementBytes;
  return std::clamp<int64_t>(kNearBytes / bytes, 1, 8);
}

/// The lane groups group .. group + block.columns - 1 of position p.
void Emitter::emitAcrossStrip(LinearOp op, Value p, Value group, RegisterBlock block) {
  int64_t produced = op.getProduced(), columns = block.columns;
  // The position that is read: s of (p, s), or t of (t, p) when transposed.
  bool transposed = op.getTransposed();
  Value first = transposed ? p : index(0);
  if (plan.live.zeroInput.contains(op))
    first = arith::MaxSIOp::create(b, p, firstPosition(op, op.getInput().getType().getPositions()));
  Value last = transposed ? index(op.getInput().getType().getPositions()) : add(p, index(1));
  Value sums = scratch(produced * columns);
  auto forBlocks = [&](llvm::function_ref<void(Value, int64_t)> body) {
    int64_t full = produced / block.rows * block.rows;
    if (full)
      forLoop(index(0), index(full), block.rows, [&](Value feature) { body(feature, block.rows); });
    if (produced > full)
      body(index(full), produced - full);
  };
  auto loadSums = [&](Value feature, int64_t rows) {
    SmallVector<Value> values;
    Value at = offset(sums, mul(feature, columns * layout.lanes));
    for (int64_t k = 0; k < rows * columns; ++k)
      values.push_back(load(offset(at, k * layout.lanes)));
    return values;
  };
  auto storeSums = [&](Value feature, ArrayRef<Value> values) {
    Value at = offset(sums, mul(feature, columns * layout.lanes));
    for (auto [k, value] : llvm::enumerate(values))
      store(value, offset(at, k * layout.lanes));
  };
  forBlocks([&](Value feature, int64_t rows) {
    storeSums(feature, emitStart(op, p, feature, rows, columns));
  });
  int64_t step = positionsAtOnce(columns, op.getReduced(), produced, layout), line = lineElements();
  auto stepsOf = [&](Value positions) {
    return arith::DivSIOp::create(b, add(positions, index(step - 1)), index(step)).getResult();
  };
  Value parts = arith::MaxSIOp::create(b, stepsOf(sub(last, first)), index(1));
  SmallVector<PrefetchRun> runs = runsBesideStrip(op, p, group, columns);
  forLoop(first, last, step, [&](Value q) {
    for (const PrefetchRun &run : runs) {
      Value lines = add(index(llvm::divideCeil(run.elements, line) - 1), parts);
      lines = arith::DivSIOp::create(b, lines, parts);
      Value start = offset(run.start, mul(mul(stepsOf(sub(q, first)), lines), line));
      forLoop(index(0), lines, 1,
              [&](Value i) { prefetch(offset(start, mul(i, line)), line, run.kind); });
    }
    Value end = minimum(add(q, index(step)), last);
    forBlocks([&](Value feature, int64_t rows) {
      storeSums(feature, emitAcrossBlock(op, p, q, end, group, feature, {rows, columns},
                                         loadSums(feature, rows)));
    });
  });
  forBlocks([&](Value feature, int64_t rows) {
    emitLinearEnd(op, loadSums(feature, rows), p, group, feature, rows, columns);
  });
}

//===----------------------------------------------------------------------===//
// weight_gradient
//===----------------------------------------------------------------------===//

/// Positions on a side of a task's square of pairs: what they read stays in the second cache, while
/// all positions of dy and x would not.
static int64_t squareSide(WeightGradientOp op) {
  return op.getInput().getType().getPositions() >= kPositionsToShare ? 3 : 1;
}

int64_t countAcrossTasks(WeightGradientOp op) {
  int64_t sides = llvm::divideCeil(op.getInput().getType().getPositions(), squareSide(op));
  return sides * (sides + 1) / 2;
}

/// A task is a square of pairs, the positions side * i .. side * (i + 1) - 1 with those of side *
/// j, j <= i.
void Emitter::emitAcrossGradient(WeightGradientOp op, Value task) {
  // i is the root of i (i + 1) / 2 = task, rounded down. Where the root is whole, 8 task + 1 is a
  // square, whose root is exact; elsewhere it is further from a whole number than any rounding.
  Value number = arith::SIToFPOp::create(b, b.getF64Type(), add(mul(task, 8), index(1)));
  Value root = arith::FPToSIOp::create(b, b.getI64Type(), math::SqrtOp::create(b, number));
  Value i = arith::ShRUIOp::create(b, sub(root, index(1)), index(1));
  Value j = sub(task, pairsBefore(*this, i));
  int64_t side = squareSide(op), positions = op.getInput().getType().getPositions();
  Value firstT = mul(i, side), firstS = mul(j, side);
  Value lastT = minimum(add(firstT, index(side)), index(positions));
  emitGradientsOfPairs(op, {firstT, lastT, firstS, add(firstS, index(side))},
                       [&](Value t, Value s) { return add(pairsBefore(*this, t), s); });
}

} // namespace iarc
