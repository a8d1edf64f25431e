//===- Schedule.cpp - In which order ops run, and which together ------------===//
#include "Schedule.h"
#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace iarc {

bool isTiles(const Run &run) {
  Operation *op = run.front();
  return Emitter::isTileOp(op) || Emitter::isPositionOp(op) || Emitter::isAcrossOp(op);
}

int64_t positionsOf(Operation *op) {
  if (auto type = dyn_cast<ValueType>(op->getResult(0).getType()))
    return type.getPositions();
  return cast<ValueType>(op->getOperand(0).getType()).getPositions();
}

/// The block's ops with those that only make weights last: nothing but the block's end reads
/// them, and the others then form longer runs. A gradient whose update is made with it comes after
/// all that read the weight.
static SmallVector<Operation *> orderOf(Block &block, Matmul matmul) {
  DenseSet<Operation *> canWait;
  for (Operation &op : llvm::reverse(block.without_terminator()))
    if (isa<WeightGradientOp, SumPositionsOp, BiasGradientOp, LookupGradientOp, AddOp, CopyOp,
            UpdateOp>(op) &&
        !Emitter::isPositionOp(&op) &&
        llvm::all_of(op.getResultTypes(), [](Type type) { return isa<WeightType>(type); }) &&
        llvm::all_of(op.getUsers(), [&](Operation *user) {
          return user == block.getTerminator() || canWait.contains(user);
        }))
      canWait.insert(&op);
  SmallVector<Operation *> early, late;
  DenseMap<Operation *, SmallVector<Operation *>> after; // by the last reader of their weight
  for (Operation &op : block.without_terminator()) {
    if (auto gradient = dyn_cast<WeightGradientOp>(op); gradient && !canWait.contains(&op))
      if (UpdateOp update = updateOf(gradient.getResult(), matmul)) {
        Operation *last = &op;
        for (Operation *user : update.getWeight().getUsers())
          if (Operation *reader = block.findAncestorOpInBlock(*user);
              reader && reader != update && last->isBeforeInBlock(reader))
            last = reader;
        if (last != &op) {
          after[last].push_back(&op);
          continue;
        }
      }
    (canWait.contains(&op) ? late : early).push_back(&op);
    early.append(after.lookup(&op));
  }
  early.append(late);
  return early;
}

SmallVector<Run> scheduleOf(Block &block, Matmul matmul) {
  SmallVector<Run> runs;
  bool isOpen = false; // whether the last run takes more ops
  for (Operation *op : orderOf(block, matmul)) {
    if (isa<arith::ConstantOp, ReshapeOp>(op)) // a view is no code
      continue;
    if (auto update = dyn_cast<UpdateOp>(op); update && updateOf(update.getGradient(), matmul))
      continue;
    bool joins = Emitter::isTileOp(op) || Emitter::isPositionOp(op);
    if (joins && isOpen && positionsOf(runs.back().front()) == positionsOf(op)) {
      runs.back().push_back(op);
      continue;
    }
    runs.push_back({op});
    // What follows a product across positions position by position still belongs to its region.
    isOpen = joins || Emitter::isAcrossOp(op);
  }
  return runs;
}

} // namespace iarc
