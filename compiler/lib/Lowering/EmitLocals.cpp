//===- EmitLocals.cpp - Values that live within one task --------------------===//
#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace iarc {

/// Bytes of a region's stack for such values and what gradients take of it: a part of the second
/// cache, and of any thread's stack.
static constexpr int64_t kMostLocalBytes = 256 << 10;

/// Lane groups of a position that have a place on the stack.
static int64_t groupsOnStack(const Layout &layout) {
  return llvm::divideCeil(kUsualSamples, layout.lanes);
}

void Emitter::enterTiles(ArrayRef<Operation *> ops, bool wholePositions) {
  tileOps.insert_range(ops);
  if (!wholePositions)
    return;
  int64_t bytes = 0;
  for (Operation *op : ops)
    if (auto gradient = dyn_cast<WeightGradientOp>(op))
      bytes = std::max(bytes, gradientScratch(gradient) * layout.lanes * layout.elementBytes);
  for (Operation *op : ops)
    for (Value value : op->getResults()) {
      auto type = dyn_cast<ValueType>(value.getType());
      if (!type ||
          !llvm::all_of(value.getUsers(), [&](Operation *user) { return tileOps.contains(user); }))
        continue;
      int64_t vectors = groupsOnStack(layout) * type.getFeatures();
      bytes += vectors * layout.lanes * layout.elementBytes;
      if (bytes > kMostLocalBytes)
        return;
      locals.push_back({value, scratch(vectors), address(value)});
    }
}

void Emitter::placeLocals(Value p) {
  for (const Local &local : locals) {
    // Tiles find position p behind p others.
    int64_t elements = cast<ValueType>(local.value.getType()).getFeatures() * layout.lanes;
    Value others = mul(mul(p, groups()), elements);
    Value fits =
        arith::CmpIOp::create(b, arith::CmpIPredicate::sle, groups(), index(groupsOnStack(layout)));
    addresses[local.value] =
        select(fits, offset(local.onStack, sub(index(0), others)), local.buffer);
  }
}

} // namespace iarc
