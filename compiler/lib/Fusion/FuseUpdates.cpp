//===- FuseUpdates.cpp - The pass iarc-fuse-updates -------------------------===//
#include "iarc/Dialect/Iarc.h"
#include "iarc/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace iarc {
#define GEN_PASS_DEF_IARCFUSEUPDATES
#include "iarc/Transforms/Passes.h.inc"

namespace {

/// The position among the repeat's slices of `weight`, if it is one of them and the repeat reads it
/// in no other way.
std::optional<unsigned> onlySlice(RepeatOp repeat, Value weight) {
  std::optional<unsigned> slice;
  for (OpOperand &use : weight.getUses()) {
    Operation *user = use.getOwner();
    if (user == repeat) {
      if (slice || use.getOperandNumber() < repeat.getNumCarried())
        return std::nullopt;
      slice = use.getOperandNumber() - repeat.getNumCarried();
    } else if (repeat->isProperAncestor(user)) {
      return std::nullopt;
    }
  }
  return slice;
}

/// Whether an update of `weight` may move from `update` up into `repeat`: nothing in between reads
/// the weight.
bool isUnreadBetween(Value weight, RepeatOp repeat, UpdateOp update) {
  return llvm::all_of(weight.getUsers(), [&](Operation *user) {
    Operation *inBlock = repeat->getBlock()->findAncestorOpInBlock(*user);
    return inBlock == update || !inBlock || !repeat->isBeforeInBlock(inBlock);
  });
}

/// update(W, V, repeat(slices(W..)) { .. yield G }) => repeat(slices(W, V..)) { .. yield update(W,
/// V, G) } Returns the update in the body.
UpdateOp moveIntoRepeat(UpdateOp update) {
  Value weight = update.getWeight(), gradient = update.getGradient();
  auto repeat = gradient.getDefiningOp<RepeatOp>();
  if (!repeat || repeat->getBlock() != update->getBlock() || !gradient.hasOneUse())
    return {};
  unsigned index = cast<OpResult>(gradient).getResultNumber();
  std::optional<unsigned> slice = onlySlice(repeat, weight);
  if (index < repeat.getNumCarried() || !slice || !isUnreadBetween(weight, repeat, update))
    return {};
  // The velocity must exist before the repeat; it is an argument like the weight.
  Operation *velocitySource = update.getVelocity().getDefiningOp();
  if (velocitySource && !velocitySource->isBeforeInBlock(repeat))
    return {};

  OpBuilder builder(repeat);
  SmallVector<Value> slices(repeat.getSlices());
  slices.push_back(update.getVelocity());
  SmallVector<Type> types(repeat.getResultTypes());
  types.push_back(update.getVelocity().getType());
  auto wider = RepeatOp::create(builder, repeat.getLoc(), types, repeat.getCount(),
                                repeat.getReverse(), repeat.getInits(), slices);
  wider.getBody().takeBody(repeat.getBody());
  auto type = cast<WeightType>(update.getVelocity().getType()).slice();
  Value velocitySlice = wider.getBodyBlock().addArgument(type, update.getLoc());
  Value weightSlice = wider.getSliceArguments()[*slice];
  Operation *yield = wider.getYield();
  builder.setInsertionPoint(yield);
  auto inner = UpdateOp::create(builder, update.getLoc(), type, type, weightSlice, velocitySlice,
                                yield->getOperand(index));
  yield->setOperand(index, inner.getNewWeight());
  yield->insertOperands(yield->getNumOperands(), inner.getNewVelocity());
  update.getNewWeight().replaceAllUsesWith(wider.getResult(index));
  update.getNewVelocity().replaceAllUsesWith(wider.getResults().back());
  update.erase();
  repeat.replaceAllUsesWith(wider.getResults().take_front(repeat.getNumResults()));
  repeat.erase();
  return inner;
}

struct FuseUpdates : impl::IarcFuseUpdatesBase<FuseUpdates> {
  void runOnOperation() override {
    auto step = getOperation().lookupSymbol<func::FuncOp>("train_step");
    if (!step || !llvm::hasSingleElement(step.getBody()))
      return;
    for (auto update : llvm::make_early_inc_range(step.front().getOps<UpdateOp>()))
      for (UpdateOp moved = update; moved;)
        moved = moveIntoRepeat(moved);
    if (auto gradients = getOperation().lookupSymbol<func::FuncOp>("gradients")) {
      gradients.erase();
      step->setAttr(kGivesGradientsAttr, UnitAttr::get(&getContext()));
    }
  }
};

} // namespace
} // namespace iarc
