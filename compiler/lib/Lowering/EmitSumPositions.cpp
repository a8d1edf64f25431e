//===- EmitSumPositions.cpp - Gradients of positions become one -------------===//
#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace iarc {

/// Elements of a task: few, so that even a small matrix is shared out among threads.
static constexpr int64_t kElementsPerSum = 512;

int64_t countSumTasks(SumPositionsOp op) {
  return llvm::divideCeil(cast<WeightType>(op.getResult().getType()).getNumElements(),
                          kElementsPerSum);
}

void Emitter::emitSumPositions(SumPositionsOp op, Value task) {
  int64_t elements = op.getResult().getType().getNumElements();
  int64_t positions = op.getInput().getType().getSize("position");
  Value parts = address(op.getInput());
  auto sumAt = [&](Value at, Type type) {
    auto part = [&](Value position) {
      Value place = offset(parts, add(mul(position, elements), at));
      return LLVM::LoadOp::create(b, type, place, layout.elementBytes).getResult();
    };
    Value sum = forLoop(index(1), index(positions), 1, part(index(0)),
                        [&](Value position, ValueRange carried) {
                          return SmallVector<Value>{addF(carried[0], part(position))};
                        })[0];
    finishGradient(op.getResult(), GradientPart{sum, at});
  };
  Value begin = mul(task, kElementsPerSum);
  Value end = minimum(add(begin, index(kElementsPerSum)), index(elements));
  Value rest = arith::RemSIOp::create(b, sub(end, begin), index(layout.lanes));
  Value middle = sub(end, rest);
  forLoop(begin, middle, layout.lanes, [&](Value at) { sumAt(at, vector); });
  forLoop(middle, end, 1, [&](Value at) { sumAt(at, element); });
}

} // namespace iarc
