//===- EmitTranspose.cpp - A weight in the other order ----------------------===//
#include "Emitter.h"

using namespace mlir;

namespace iarc {

/// Columns of the weight, rows of the copy, that a task reads and writes: a cache line of f32.
static constexpr int64_t kColumnsPerTask = 16;

int64_t countTransposeTasks(TransposeOp op) {
  return llvm::divideCeil(op.getWeight().getType().getSize("in"), kColumnsPerTask);
}

void Emitter::emitTranspose(TransposeOp op, Value task) {
  WeightType weight = op.getWeight().getType();
  int64_t rows = weight.getSize("out"), columns = weight.getSize("in");
  Value from = address(op.getWeight()), to = address(op.getResult());
  Value first = mul(task, kColumnsPerTask);
  Value last = minimum(add(first, index(kColumnsPerTask)), index(columns));
  forLoop(index(0), index(rows), 1, [&](Value r) {
    forLoop(first, last, 1, [&](Value c) {
      Value number = loadScalar(offset(from, add(mul(r, columns), c)));
      storeScalar(number, offset(to, add(mul(c, rows), r)));
    });
  });
}

} // namespace iarc
