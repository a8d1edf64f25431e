//===- PlanRemarks.cpp - What was chosen for each region, and why ------------===//
#include "PlanRemarks.h"

#include "AttentionHead.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace iarc {

namespace {

std::string describe(RegisterBlock block) {
  return llvm::formatv("{0}x{1}", block.rows, block.columns);
}

/// "; the next best, 4x6, 0.97"
std::string describeSecond(const BlockPrediction &prediction) {
  if (!prediction.second.rows)
    return "";
  return llvm::formatv("; next {0} {1:f2}", describe(prediction.second), prediction.secondShare);
}

std::string describeBlock(const BlockPrediction &prediction, const Target &target, bool isGiven) {
  std::string blocks = describe(prediction.block);
  int64_t registers = prediction.block.countRegisters();
  if (prediction.wide.rows) {
    blocks += " and " + describe(prediction.wide);
    registers = std::max(registers, prediction.wide.countRegisters());
  }
  return llvm::formatv(
      "{0} accumulators in {1} of {2} registers, predicted {3:f2} of the multiply-adds' "
      "peak{4}{5}",
      blocks, registers, target.vectorRegisters, prediction.share, isGiven ? " (as given)" : "",
      describeSecond(prediction));
}

/// Where the op is done for less than all positions.
std::string describeLive(Operation *op, const Plan &plan) {
  if (!plan.live.onlyLast.contains(op) && !plan.live.zeroInput.contains(op))
    return "";
  auto repeat = dyn_cast<RepeatOp>(op->getParentOp());
  return !repeat               ? ", at the last position only"
         : repeat.getReverse() ? ", at the last position only in its first iteration"
                               : ", at the last position only in its last iteration";
}

std::string describeWeight(WeightType weight) {
  StringRef placement = weight.isAcrossPositions() ? " across positions"
                        : weight.isPerPosition()   ? " per position"
                                                   : " shared";
  return llvm::formatv("{0}x{1}{2}", weight.getSize("out"), weight.getSize("in"), placement);
}

std::string describeLinear(LinearOp op, const Layout &layout, const Target &target) {
  std::string text = llvm::formatv("linear {0} -> {1}, weight {2}{3}: ", op.getReduced(),
                                   op.getProduced(), describeWeight(op.getWeight().getType()),
                                   op.getTransposed() ? " transposed" : "");
  if (isLargeProduct(op)) {
    text += usesBlas(op, target) ? "OpenBLAS on packed operands (--matmul)"
                                 : "blocked for the caches (large)";
    return text;
  }
  text += describeBlock(*predictProduct(op, layout, target), target, target.plan.linear.rows);
  if (op.hasEpilogue())
    text += llvm::formatv("; epilogue with {0} operand{1} and {2} result{3}", op.getExtras().size(),
                          op.getExtras().size() == 1 ? "" : "s", op.getNumResults(),
                          op.getNumResults() == 1 ? "" : "s");
  return text;
}

/// What becomes of a finished gradient.
StringRef describeEnd(Operation *op, const Target &target) {
  return updateOf(op->getResult(0), target.matmul) ? "; the weight is updated with it" : "; stored";
}

std::string describeGradient(WeightGradientOp op, const Layout &layout, const Target &target) {
  std::string text =
      llvm::formatv("weight_gradient {0}: ", describeWeight(op.getResult().getType()));
  if (isLargeProduct(op)) {
    text += usesBlas(op, target) ? "OpenBLAS on packed operands (--matmul)"
                                 : "blocked for the caches (large)";
  } else {
    WeightType weight = op.getResult().getType();
    Chunks chunks(layout);
    bool interleavesOut = chooseGradient(weight, layout, target).interleavesOut;
    if (chunks.features > 1)
      text += llvm::formatv("{0} samples of {1} features of the {2} in a vector, ", chunks.samples,
                            chunks.features, interleavesOut ? "output adjoint" : "input");
    text += describeBlock(*predictProduct(op, layout, target), target, target.plan.gradient.rows);
  }
  return text + describeEnd(op, target).str();
}

std::string describeOp(Operation *op, const Plan &plan, const Layout &layout,
                       const Target &target) {
  std::string text =
      llvm::TypeSwitch<Operation *, std::string>(op)
          .Case<LinearOp>([&](auto op) { return describeLinear(op, layout, target); })
          .Case<WeightGradientOp>([&](auto op) { return describeGradient(op, layout, target); })
          .Case<AttentionOp, AttentionAdjointOp>([&](auto op) {
            ValueType query = op.getQuery().getType();
            StringRef rows =
                queriesAtOnce(op, target) == 2 ? "two queries at once" : "query by query";
            return llvm::formatv("{0}: a task for each head ({1}) and lane group, {2}, so that "
                                 "no {3}x{3} scores are stored",
                                 op->getName().stripDialect(), op.getHeads(), rows,
                                 query.getPositions())
                .str();
          })
          .Case<SumPositionsOp>([&](SumPositionsOp op) {
            return llvm::formatv("sum_positions of {0} gradients {1}{2}",
                                 op.getInput().getType().getSize("position"),
                                 describeWeight(op.getResult().getType()), describeEnd(op, target))
                .str();
          })
          .Default([](Operation *op) { return op->getName().stripDialect().str(); });
  return text + describeLive(op, plan);
}

} // namespace

std::optional<BlockPrediction> predictProduct(Operation *op, const Layout &layout,
                                              const Target &target) {
  if (isLargeProduct(op))
    return std::nullopt;
  if (auto linear = dyn_cast<LinearOp>(op)) {
    SmallVector<int64_t> sizes =
        usualTiles(Emitter::isAcrossOp(op) ? kGroupsAcross : kGroupsPerTile, layout);
    return predictLinearCut(linear.getProduced(), sizes, target);
  }
  if (auto gradient = dyn_cast<WeightGradientOp>(op))
    return predictGradient(gradient.getResult().getType(), layout, target);
  return std::nullopt;
}

void remarkTiles(StringRef region, ArrayRef<Operation *> ops, int64_t positions, int64_t tile,
                 bool wholePositions, const Plan &plan, const Layout &layout,
                 const Target &target) {
  // Features that a tile reads or writes, each value once.
  DenseSet<Value> values;
  int64_t features = 0;
  for (Operation *op : ops)
    for (ValueRange range : {ValueRange(op->getOperands()), ValueRange(op->getResults())})
      for (Value value : range)
        if (auto type = dyn_cast<ValueType>(value.getType()); type && values.insert(value).second)
          features += type.getFeatures();
  std::string text = llvm::formatv(
      "{0}: {1} op{2} on tiles of {3} at one position ({4} positions, {5:f0} KiB a tile)", region,
      ops.size(), ops.size() == 1 ? "" : "s",
      wholePositions ? std::string("all lane groups, as a position's own gradient sums over them")
                     : llvm::formatv("{0} lane groups", tile).str(),
      positions, double(features * tile * layout.lanes * layout.elementBytes) / 1024);
  InFlightDiagnostic remark = ops.front()->emitRemark(text);
  for (Operation *op : ops)
    remark << "\n  " << describeOp(op, plan, layout, target);
}

void remarkOp(StringRef region, Operation *op, const Plan &plan, const Layout &layout,
              const Target &target) {
  op->emitRemark(region) << ": a region of its own\n  " << describeOp(op, plan, layout, target);
}

void remarkMemory(Operation *function, const Plan &plan, const Layout &layout) {
  function->emitRemark(
      llvm::formatv(
          "workspace of the training step: {0:f1} KiB and {1:f1} KiB for every {2} samples",
          double(plan.fixedElements * layout.elementBytes) / 1024,
          double(plan.elementsPerGroup * layout.elementBytes) / 1024, layout.lanes)
          .str());
}

} // namespace iarc
