//===- EmitBias.cpp - The gradient of a bias --------------------------------===//
#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace iarc {

/// Features that are summed at once: enough chains to hide the latency of an addition.
static constexpr int64_t kBiasRows = 8;

int64_t countBiasTasks(BiasGradientOp op) {
  WeightType bias = op.getResult().getType();
  int64_t positions = bias.isPerPosition() ? bias.getSize("position") : 1;
  return positions * llvm::divideCeil(bias.getSize("out"), kBiasRows);
}

/// The features feature .. feature + rows - 1, summed over the positions first .. last - 1.
void Emitter::emitBiasGradientBlock(BiasGradientOp op, Value first, Value last, Value feature,
                                    int64_t rows) {
  WeightType bias = op.getResult().getType();
  int64_t features = bias.getSize("out");
  Value dyBase = address(op.getOutputAdjoint()), corner = feature;
  if (bias.isPerPosition())
    corner = add(corner, mul(first, features));
  SmallVector<Value> zeros(rows, splat(0.0));
  SmallVector<Value> sums = forLoop(first, last, 1, zeros, [&](Value p, ValueRange outer) {
    return forLoop(index(0), groups(), 1, outer, [&](Value g, ValueRange carried) {
      SmallVector<Value> next(carried);
      Value dy = offset(row(dyBase, features, p, g), mul(feature, layout.lanes));
      for (int64_t r = 0; r < rows; ++r)
        next[r] = addF(next[r], load(offset(dy, r * layout.lanes)));
      return next;
    });
  });
  finishGradientBlock(op.getResult(), corner, 1, rows, features, sums);
}

/// A task is one block of features, of one position or of all. The sum over the samples, and for a
/// shared bias over the positions, is taken in one order whatever the threads.
void Emitter::emitBiasGradient(BiasGradientOp op, Value task) {
  WeightType bias = op.getResult().getType();
  int64_t features = bias.getSize("out"), blocks = llvm::divideCeil(features, kBiasRows);
  Value first = index(0), block = task;
  Value last = index(op.getOutputAdjoint().getType().getPositions());
  if (bias.isPerPosition()) {
    first = arith::DivSIOp::create(b, task, index(blocks));
    last = add(first, index(1));
    block = arith::RemSIOp::create(b, task, index(blocks));
  }
  Value feature = mul(block, kBiasRows);
  int64_t rest = features % kBiasRows;
  if (!rest)
    return emitBiasGradientBlock(op, first, last, feature, kBiasRows);
  Value isLast = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, block, index(blocks - 1));
  ifThen(isLast, [&] { emitBiasGradientBlock(op, first, last, feature, rest); });
  if (blocks > 1) {
    Value isFull = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, block, index(blocks - 1));
    ifThen(isFull, [&] { emitBiasGradientBlock(op, first, last, feature, kBiasRows); });
  }
}

} // namespace iarc
