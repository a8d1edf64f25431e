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
  // The optimiser's state must exist before the repeat; it is arguments like the weight.
  SmallVector<Value> updated = update.getUpdated();
  ArrayRef<Value> states = ArrayRef(updated).drop_front();
  for (Value state : states)
    if (Operation *source = state.getDefiningOp(); source && !source->isBeforeInBlock(repeat))
      return {};

  OpBuilder builder(repeat);
  SmallVector<Value> slices(repeat.getSlices());
  llvm::append_range(slices, states);
  SmallVector<Type> types(repeat.getResultTypes());
  types.append(states.size(), weight.getType());
  auto wider = RepeatOp::create(builder, repeat.getLoc(), types, repeat.getCount(),
                                repeat.getReverse(), repeat.getInits(), slices);
  wider.getBody().takeBody(repeat.getBody());
  Type type = cast<WeightType>(weight.getType()).slice();
  SmallVector<Value> stateSlices;
  for (size_t i = 0; i < states.size(); ++i)
    stateSlices.push_back(wider.getBodyBlock().addArgument(type, update.getLoc()));
  Value weightSlice = wider.getSliceArguments()[*slice];
  Operation *yield = wider.getYield();
  builder.setInsertionPoint(yield);
  auto inner = UpdateOp::create(
      builder, update.getLoc(), weightSlice, stateSlices[0], yield->getOperand(index),
      states.size() > 1 ? stateSlices[1] : Value(), update.getRule(), update.getDecay());
  yield->setOperand(index, inner.getNewWeight());
  yield->insertOperands(yield->getNumOperands(), inner->getResults().drop_front());
  update.getNewWeight().replaceAllUsesWith(wider.getResult(index));
  for (auto [old, result] :
       llvm::zip(update->getResults().drop_front(), wider.getResults().take_back(states.size())))
    old.replaceAllUsesWith(result);
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
