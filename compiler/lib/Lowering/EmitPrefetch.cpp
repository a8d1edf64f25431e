//===- EmitPrefetch.cpp - What is fetched beside multiply-adds ---------------===//
//
// Lines that were last used a layer or a step ago are asked for before they are needed, in the
// loops of products: these have loads to spare, and an op without multiply-adds would wait for as
// many lines as it asks for.
//
//===----------------------------------------------------------------------===//
#include "Emitter.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;

namespace iarc {

void Emitter::prefetch(Value pointer, int64_t elements, Prefetch kind) {
  if (layout.groups) // of one window all but the weights stays in the nearer caches
    return;
  constexpr int64_t kUnrolledLines = 32;
  int64_t line = lineElements();
  auto fetch = [&](Value at) {
    LLVM::Prefetch::create(b, at, /*rw=*/kind == Prefetch::ToWrite,
                           /*hint=*/kind == Prefetch::ToWrite ? 3 : 2, /*cache=*/1);
  };
  if (elements > kUnrolledLines * line)
    forLoop(index(0), index(elements), line, [&](Value at) { fetch(offset(pointer, at)); });
  else
    for (int64_t at = 0; at < elements; at += line)
      fetch(offset(pointer, at));
}

void Emitter::prefetchPart(ArrayRef<PrefetchRun> runs, Value part, int64_t parts) {
  for (const PrefetchRun &run : runs) {
    int64_t elements = llvm::divideCeil(run.elements, parts);
    prefetch(offset(run.start, mul(part, elements)), elements, run.kind);
  }
}

/// Whether the op multiplies matrices, and so fetches its own operands.
static bool isProduct(Operation *op) { return isa<LinearOp, WeightGradientOp>(op); }

void Emitter::forTouched(Block *block, bool byProducts,
                         llvm::function_ref<void(Value, Prefetch)> touch) {
  DenseSet<Value> seen;
  for (Operation &op : *block) {
    if (!tileOps.contains(&op) || isReadByMapsOnly(&op) || (isProduct(&op) && !byProducts))
      continue;
    for (Value operand : op.getOperands())
      if (isa<ValueType>(operand.getType()) && !isMadeHere(operand) && seen.insert(operand).second)
        touch(operand, Prefetch::ToRead);
    for (Value result : op.getResults())
      if (isa<ValueType>(result.getType()) && !isLocal(result) && seen.insert(result).second)
        touch(result, Prefetch::ToWrite);
  }
}

bool Emitter::fetchesForTile(LinearOp op) {
  LinearOp largest;
  for (Operation &other : *op->getBlock()) {
    if (!tileOps.contains(&other))
      continue;
    if (isAcrossOp(&other)) // fetches for all
      return false;
    auto linear = dyn_cast<LinearOp>(other);
    auto size = [](LinearOp op) { return op.getReduced() * op.getProduced(); };
    if (linear && (!largest || size(linear) > size(largest)))
      largest = linear;
  }
  return op == largest;
}

SmallVector<Emitter::PrefetchRun> Emitter::runsBesideBlock(LinearOp op, Value p, Value group,
                                                           Value feature, RegisterBlock block) {
  int64_t lanes = layout.lanes, reduced = op.getReduced(), produced = op.getProduced();
  int64_t inputs = block.columns * reduced * lanes, results = block.columns * produced * lanes;
  SmallVector<PrefetchRun> runs;
  // The blocks of all rows fetch a run together, each what falls to its rows.
  auto fetch = [&](Value start, int64_t elements, Prefetch kind) {
    int64_t share = llvm::divideCeil(elements, produced);
    runs.push_back({offset(start, mul(feature, share)), block.rows * share, kind});
  };
  auto groupsAhead = [&](Value tensor, int64_t features, int64_t ahead) {
    return row(address(tensor), features, p, add(group, index(ahead)));
  };
  // The weights of the next position were last used a step ago, or a pass.
  if (op.getWeight().getType().isPerPosition()) {
    int64_t matrix = reduced * produced;
    fetch(offset(address(op.getWeight()), mul(add(p, index(1)), matrix)), matrix, Prefetch::ToRead);
  }
  // The inputs of the next lane groups, unless this task has just made them.
  if (!isMadeHere(op.getInput()))
    fetch(groupsAhead(op.getInput(), reduced, block.columns), inputs, Prefetch::ToRead);
  // What is written was last used a layer ago: without this the stores wait for its lines, and this
  // far behind what is being computed they come from memory in time.
  constexpr int64_t kBlocksAhead = 3;
  for (Value result : op.getResults())
    if (!isLocal(result))
      fetch(groupsAhead(result, produced, kBlocksAhead * block.columns), results,
            Prefetch::ToWrite);
  if (op.getInput().getType().getPositions() == 1) // there is no next one
    return runs;
  // Extras may be what the forward pass saved: those of the next position are fetched.
  for (Value extra : op.getExtras())
    if (!isMadeHere(extra))
      fetch(offset(groupsAhead(extra, produced, 0), mul(groups(), produced * lanes)), results,
            Prefetch::ToRead);
  // So may be what the ops of the tile that only pass over their operands read and write.
  auto isOfProduct = [&](Value value) {
    return llvm::any_of(value.getUsers(),
                        [&](Operation *user) { return tileOps.contains(user) && isProduct(user); });
  };
  auto fetchOfNextPosition = [&](Value value, Prefetch kind) {
    int64_t features = cast<ValueType>(value.getType()).getFeatures();
    // One number a sample, such as a norm's scale, is not worth an instruction an iteration.
    if (features > 1 && !(kind == Prefetch::ToRead && isOfProduct(value)))
      fetch(offset(groupsAhead(value, features, 0), mul(groups(), features * lanes)),
            block.columns * features * lanes, kind);
  };
  if (fetchesForTile(op))
    forTouched(op->getBlock(), /*byProducts=*/false, fetchOfNextPosition);
  return runs;
}

SmallVector<Emitter::PrefetchRun> Emitter::runsBesideStrip(LinearOp op, Value p, Value group,
                                                           int64_t columns) {
  SmallVector<PrefetchRun> runs;
  forTouched(op->getBlock(), /*byProducts=*/true, [&](Value value, Prefetch kind) {
    int64_t features = cast<ValueType>(value.getType()).getFeatures();
    if (value != op.getInput())
      runs.push_back(
          {row(address(value), features, p, group), columns * features * layout.lanes, kind});
  });
  return runs;
}

} // namespace iarc
