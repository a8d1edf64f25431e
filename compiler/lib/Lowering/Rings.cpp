//===- Rings.cpp - Where what a repeat carries lies --------------------------===//
#include "Rings.h"

using namespace mlir;

namespace iarc {

bool savesCarried(RepeatOp repeat, unsigned index) {
  Value yielded = repeat.getYield()->getOperand(index);
  auto argument = dyn_cast<BlockArgument>(yielded);
  if (repeat.getReverse() || !argument || argument.getOwner() != &repeat.getBodyBlock() ||
      argument.getArgNumber() >= repeat.getNumCarried())
    return false;
  for (unsigned earlier = repeat.getNumCarried(); earlier < index; ++earlier)
    if (repeat.getYield()->getOperand(earlier) == yielded)
      return false;
  return true;
}

std::optional<unsigned> stacksNext(RepeatOp repeat, unsigned index) {
  Operation *yield = repeat.getYield();
  Value yielded = yield->getOperand(index);
  if (repeat.getReverse())
    return std::nullopt;
  for (unsigned earlier = repeat.getNumCarried(); earlier < index; ++earlier)
    if (yield->getOperand(earlier) == yielded)
      return std::nullopt;
  for (unsigned i = 0; i < repeat.getNumCarried(); ++i)
    if (yield->getOperand(i) == yielded)
      return i;
  return std::nullopt;
}

bool liesInRing(RepeatOp repeat, unsigned index) {
  return savesCarried(repeat, index) || stacksNext(repeat, index);
}

int64_t ringSlots(RepeatOp repeat, unsigned index) {
  for (unsigned k = repeat.getNumCarried(); k < repeat.getNumResults(); ++k)
    if (stacksNext(repeat, k) == index ||
        (repeat.getYield()->getOperand(k) == repeat.getBodyBlock().getArgument(index) &&
         savesCarried(repeat, k)))
      return int64_t(repeat.getCount()) + 1;
  return 2;
}

std::optional<StackedRing> stackedRing(RepeatOp outer, unsigned index) {
  Value value = outer.getYield()->getOperand(index);
  while (auto reshape = value.getDefiningOp<ReshapeOp>())
    value = reshape.getInput();
  auto result = dyn_cast<OpResult>(value);
  auto inner = result ? dyn_cast<RepeatOp>(result.getOwner()) : RepeatOp();
  if (!inner || inner->getBlock() != &outer.getBodyBlock() ||
      result.getResultNumber() < inner.getNumCarried())
    return std::nullopt;
  for (OpOperand &use : outer.getResult(index).getUses()) {
    auto reader = dyn_cast<RepeatOp>(use.getOwner());
    if (!reader || use.getOperandNumber() < reader.getNumCarried())
      return std::nullopt;
  }
  unsigned number = result.getResultNumber();
  if (std::optional<unsigned> carried = stacksNext(inner, number))
    return StackedRing{inner, *carried, 1};
  if (!savesCarried(inner, number))
    return std::nullopt;
  auto argument = cast<BlockArgument>(inner.getYield()->getOperand(number));
  return StackedRing{inner, argument.getArgNumber(), 0};
}

} // namespace iarc
