//===- EmitAcross.cpp - Products across positions ---------------------------===//
//
// With a matrix for every pair (t, s <= t) of positions a position of the result is one long sum over
// the positions that it reads and their features: the accumulators of a register block stay where they
// are while both pass by. Matrix (t, s) lies at t (t + 1) / 2 + s.
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

void Emitter::emitAcrossBlock(LinearOp op, Value p, Value group, Value feature, int64_t rows,
                              int64_t columns) {
  int64_t lanes = layout.lanes, reduced = op.getReduced(), produced = op.getProduced();
  bool transposed = op.getTransposed();
  Value weights = address(op.getWeight()), input = address(op.getInput());
  // The position that is read: s of (p, s), or t of (t, p) when transposed.
  Value first = transposed ? p : index(0);
  Value last = transposed ? index(op.getInput().getType().getPositions()) : add(p, index(1));
  SmallVector<Value> start = emitStart(op, p, feature, rows, columns);
  SmallVector<Value> sums = forLoop(first, last, 1, start, [&](Value q, ValueRange outer) {
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
          next, rows, columns,
          [&](int64_t r) { return loadSplat(offset(corner, transposed ? r : r * reduced)); },
          [&](int64_t c) { return load(offset(column, c * reduced * lanes)); });
      return next;
    });
  });
  emitLinearEnd(op, sums, p, group, feature, rows, columns);
}

//===----------------------------------------------------------------------===//
// weight_gradient
//===----------------------------------------------------------------------===//

/// One block of a pair's gradient, from the rows of dy at t and the columns of x at s of lane group
/// 0, summed over the lane groups in their order.
void Emitter::emitAcrossGradientBlock(WeightGradientOp op, Value corner, Value dy, Value x,
                                      int64_t rows, int64_t columns) {
  WeightType weight = op.getResult().getType();
  int64_t out = weight.getSize("out"), in = weight.getSize("in"), lanes = layout.lanes;
  SmallVector<Value> zeros(rows * columns, splat(0.0));
  SmallVector<Value> sums =
      forLoop(index(0), groups(), 1, zeros, [&](Value g, ValueRange carried) {
        SmallVector<Value> next(carried);
        Value left = offset(dy, mul(g, out * lanes)), right = offset(x, mul(g, in * lanes));
        emitOuterProduct(
            next, rows, columns, [&](int64_t r) { return load(offset(left, r * lanes)); },
            [&](int64_t c) { return load(offset(right, c * lanes)); });
        return next;
      });
  storeGradientBlock(sums, corner, rows, columns, in);
}

void Emitter::emitAcrossGradientStrip(WeightGradientOp op, Value matrix, Value t, Value s,
                                      Value row0, int64_t rows) {
  WeightType weight = op.getResult().getType();
  int64_t out = weight.getSize("out"), in = weight.getSize("in"), lanes = layout.lanes;
  int64_t columns = chooseGradientBlock(out, in, target).columns, full = in / columns * columns;
  Value dy = offset(row(address(op.getOutputAdjoint()), out, t, index(0)), mul(row0, lanes));
  Value x = row(address(op.getInput()), in, s, index(0));
  auto block = [&](Value column, int64_t width) {
    emitAcrossGradientBlock(op, offset(matrix, add(mul(row0, in), column)), dy,
                            offset(x, mul(column, lanes)), rows, width);
  };
  if (full)
    forLoop(index(0), index(full), columns, [&](Value column) { block(column, columns); });
  if (in > full)
    block(index(full), in - full);
}

/// A task is one strip of rows of one pair's matrix.
void Emitter::emitAcrossGradient(WeightGradientOp op, Value task) {
  WeightType weight = op.getResult().getType();
  int64_t out = weight.getSize("out"), in = weight.getSize("in");
  int64_t rows = chooseGradientBlock(out, in, target).rows, blocks = llvm::divideCeil(out, rows);
  Value pair = arith::DivSIOp::create(b, task, index(blocks));
  Value strip = arith::RemSIOp::create(b, task, index(blocks));
  // t is the root of t (t + 1) / 2 = pair, rounded down. Where the root is whole, 8 pair + 1 is a
  // square, whose root is exact; elsewhere it is further from a whole number than any rounding.
  Value number = arith::SIToFPOp::create(b, b.getF64Type(), add(mul(pair, 8), index(1)));
  Value root = math::SqrtOp::create(b, number);
  Value t = arith::FPToSIOp::create(b, b.getI64Type(), root);
  t = arith::ShRUIOp::create(b, sub(t, index(1)), index(1));
  Value s = sub(pair, pairsBefore(*this, t));
  Value matrix = offset(address(op.getResult()), mul(pair, out * in)), row0 = mul(strip, rows);
  int64_t rest = out % rows;
  if (!rest)
    return emitAcrossGradientStrip(op, matrix, t, s, row0, rows);
  Value isLast = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, strip, index(blocks - 1));
  ifThen(isLast, [&] { emitAcrossGradientStrip(op, matrix, t, s, row0, rest); });
  if (blocks > 1) {
    Value isFull = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, strip, index(blocks - 1));
    ifThen(isFull, [&] { emitAcrossGradientStrip(op, matrix, t, s, row0, rows); });
  }
}

} // namespace iarc
