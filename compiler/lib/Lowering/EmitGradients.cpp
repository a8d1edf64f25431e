//===- EmitGradients.cpp - The gradients of matrices ------------------------===//
//
// As regions of their own, in the tiles of a position, of pairs of positions; and the operand that
// several of a tile share. What a task does is in MatrixGradient.cpp.
//
//===----------------------------------------------------------------------===//
#include "MatrixGradient.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

#include <tuple>

using namespace mlir;

namespace iarc {

int64_t Emitter::gradientScratch(WeightGradientOp op) const {
  GradientCut cut(op, layout, target);
  return cut.sums() + cut.inputs();
}

Value Emitter::countGradientTasks(WeightGradientOp op) {
  GradientCut cut(op, layout, target);
  bool isPerPosition = op.getResult().getType().isPerPosition();
  Value many = index(cut.tasks() * (isPerPosition ? op.getInput().getType().getPositions() : 1));
  return hasCodeOfSample(op) ? select(isOneSample(), countSampleTasks(op), many) : many;
}

void Emitter::emitWeightGradient(WeightGradientOp op, Value task) {
  auto many = [&] {
    int64_t tasks = GradientCut(op, layout, target).tasks();
    if (!op.getResult().getType().isPerPosition()) {
      int64_t positions = op.getInput().getType().getPositions();
      return emitGradientTask(op, task, index(0), firstPosition(op, positions), index(positions));
    }
    Value p = arith::DivSIOp::create(b, task, index(tasks));
    emitGradientTask(op, arith::RemSIOp::create(b, task, index(tasks)), p, p, add(p, index(1)));
  };
  if (hasCodeOfSample(op))
    ifOneSample([&] { emitSampleGradient(op, task); }, many);
  else
    many();
}

void Emitter::emitGradientOfPosition(WeightGradientOp op, Value p) {
  forLoop(index(0), index(GradientCut(op, layout, target).tasks()), 1,
          [&](Value task) { emitGradientTask(op, task, p, p, add(p, index(1))); });
}

void Emitter::emitGradientsOfPairs(WeightGradientOp op, PairRange range,
                                   llvm::function_ref<Value(Value, Value)> matrixOf) {
  GradientCut cut(op, layout, target);
  auto pair = [&](Value task, Value t, Value s, Value isInterleaved) {
    MatrixGradient gradient(*this, op, task, matrixOf(t, s));
    gradient.clear();
    addAllGroups(gradient, op, t, s, isInterleaved);
    gradient.finish();
  };
  auto later = [&](Value x, Value y) {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::sgt, x, y).getResult();
  };
  // The interleaved operand stays while the other one passes.
  auto body = [&](Value task) {
    if (cut.interleavesOut)
      return forLoop(range.firstT, range.lastT, 1, [&](Value t) {
        forLoop(range.firstS, minimum(range.lastS, add(t, index(1))), 1,
                [&](Value s) { pair(task, t, s, later(s, range.firstS)); });
      });
    forLoop(range.firstS, minimum(range.lastS, range.lastT), 1, [&](Value s) {
      Value firstT = arith::MaxSIOp::create(b, range.firstT, s);
      Value isRead = later(summedGroups(op, firstT), index(0));
      forLoop(firstT, range.lastT, 1,
              [&](Value t) { pair(task, t, s, select(isRead, later(t, firstT), truth(false))); });
    });
  };
  forLoop(index(0), index(cut.tasks()), 1, body);
}

/// The sum over the samples, and for a shared weight over the positions, is taken in one order
/// whatever the threads.
void Emitter::emitGradientTask(WeightGradientOp op, Value task, Value matrix, Value firstPosition,
                               Value lastPosition) {
  MatrixGradient gradient(*this, op, task, matrix);
  gradient.clear();
  forLoop(firstPosition, lastPosition, 1,
          [&](Value p) { addAllGroups(gradient, op, p, p, sharedOperand.isInterleaved); });
  gradient.finish();
}

/// Adds the lane groups of a pair of positions, as many at a time as can be interleaved. Only where
/// all can at once they are still there for the next matrix.
void Emitter::addAllGroups(MatrixGradient &gradient, WeightGradientOp op, Value t, Value s,
                           Value isInterleaved) {
  int64_t most = GradientCut(op, layout, target).groups;
  Value end = summedGroups(op, t);
  if (isInterleaved) {
    Value fits = arith::CmpIOp::create(b, arith::CmpIPredicate::sle, end, index(most));
    isInterleaved = select(fits, isInterleaved, truth(false));
  }
  forLoop(index(0), end, most, [&](Value group) {
    gradient.addGroups({t, s}, group, minimum(index(most), sub(end, group)), isInterleaved);
  });
}

Emitter::SharedOperand Emitter::shareOperand(WeightGradientOp op, Value summed) {
  // What lies in memory follows from the operand and the columns of a strip.
  auto interleavingOf = [&](WeightGradientOp gradient) -> std::pair<Value, int64_t> {
    GradientCut cut(gradient, layout, target);
    if (!cut.inputs() || cut.columnTasks > 1)
      return {};
    return {cut.interleavesOut ? gradient.getOutputAdjoint() : gradient.getInput(), cut.strip};
  };
  std::pair<Value, int64_t> interleaving = interleavingOf(op);
  if (!interleaving.first)
    return {};
  // Those of the tile that interleave in the same way, in their order.
  SharedOperand shared;
  shared.count = 0;
  int64_t number = 0;
  for (auto other : op->getBlock()->getOps<WeightGradientOp>()) {
    if (!tileOps.contains(other) || interleavingOf(other) != interleaving)
      continue;
    if (other == op)
      number = shared.count;
    ++shared.count;
  }
  // Places of at most 96 KiB: with the other values on the stack they fit what it has for generated
  // code.
  constexpr unsigned kPlaces = 2;
  if (shared.count == 1 ||
      (!interleavedOperands.contains(interleaving) && interleavedOperands.size() == kPlaces))
    return {};
  auto [entry, isFirst] = interleavedOperands.try_emplace(interleaving);
  if (isFirst)
    entry->second = {scratch(GradientCut(op, layout, target).inputs()), truth(false)};
  shared.number = index(number);
  std::tie(shared.place, shared.isInterleaved) = entry->second;
  // Where the output adjoint is zero nothing is read, so that nothing is interleaved either.
  Value reads = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, summed, index(0));
  entry->second.second = arith::OrIOp::create(b, shared.isInterleaved, reads);
  return shared;
}

} // namespace iarc
