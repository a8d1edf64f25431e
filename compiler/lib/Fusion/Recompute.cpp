//===- Recompute.cpp - The pass iarc-recompute ------------------------------===//
#include "iarc/Dialect/Iarc.h"
#include "iarc/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace iarc {
#define GEN_PASS_DEF_IARCRECOMPUTE
#include "iarc/Transforms/Passes.h.inc"

namespace {

/// One value that a repeat saves and a reverse repeat of the same block reads.
struct SavedValue {
  RepeatOp forward, backward;
  Value original;     ///< in the body of `forward`
  BlockArgument copy; ///< in the body of `backward`
};

/// The slices of `backward` that read stacked results of `forward`.
SmallVector<SavedValue> savedValues(RepeatOp backward) {
  SmallVector<SavedValue> saved;
  for (auto [slice, argument] : llvm::zip(backward.getSlices(), backward.getSliceArguments())) {
    auto result = dyn_cast<OpResult>(slice);
    auto forward = result ? dyn_cast<RepeatOp>(result.getOwner()) : RepeatOp();
    if (forward && forward->getBlock() == backward->getBlock() &&
        forward.getCount() == backward.getCount() &&
        result.getResultNumber() >= forward.getNumCarried())
      saved.push_back(
          {forward, backward, forward.getYield()->getOperand(result.getResultNumber()), argument});
  }
  return saved;
}

/// What `value` of the forward body is in the backward one, if it is there.
Value findInBackward(Value value, const SavedValue &saved) {
  RepeatOp forward = saved.forward, backward = saved.backward;
  if (!forward.getBody().isAncestor(value.getParentRegion()))
    return value; // from outside
  for (SavedValue other : savedValues(backward))
    if (other.forward == forward && other.original == value)
      return other.copy;
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || argument.getArgNumber() < forward.getNumCarried())
    return {};
  Value stack = forward.getSlices()[argument.getArgNumber() - forward.getNumCarried()];
  for (auto [slice, copy] : llvm::zip(backward.getSlices(), backward.getSliceArguments()))
    if (slice == stack)
      return copy;
  return {};
}

/// The product that makes the saved value, when it is cheap and all it reads is in the backward
/// body.
LinearOp cheapProduct(const SavedValue &saved, int64_t mostReduced) {
  auto linear = saved.original.getDefiningOp<LinearOp>();
  if (!linear || linear.getReduced() > mostReduced ||
      linear.getWeight().getType().isAcrossPositions())
    return {};
  // The chain of products ends here: what is read must itself be saved.
  bool available = llvm::all_of(
      linear->getOperands(), [&](Value operand) { return bool(findInBackward(operand, saved)); });
  return available ? linear : LinearOp();
}

struct Recompute : impl::IarcRecomputeBase<Recompute> {
  using IarcRecomputeBase::IarcRecomputeBase;

  void runOnOperation() override {
    getOperation().walk([&](RepeatOp backward) {
      // What is made again stays available: the copies are found by the values they replace.
      for (SavedValue saved : savedValues(backward)) {
        LinearOp linear = cheapProduct(saved, mostReduced);
        if (!linear || saved.copy.use_empty())
          continue;
        IRMapping mapping;
        for (Value operand : linear->getOperands())
          mapping.map(operand, findInBackward(operand, saved));
        OpBuilder builder = OpBuilder::atBlockBegin(&backward.getBodyBlock());
        Operation *again = builder.clone(*linear, mapping);
        // CSE makes one of two copies for two results of the same product.
        saved.copy.replaceAllUsesWith(
            again->getResult(cast<OpResult>(saved.original).getResultNumber()));
      }
    });
  }
};

} // namespace
} // namespace iarc
