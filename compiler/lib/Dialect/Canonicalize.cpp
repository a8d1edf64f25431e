//===- Canonicalize.cpp - Rewrites that hold anywhere -----------------------===//
#include "iarc/Dialect/Iarc.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/BitVector.h"

using namespace mlir;
using namespace iarc;

namespace {

/// A map of `inputs` with one result for each of `results` that takes over the body of `op`.
MapOp rebuildMap(PatternRewriter &rewriter, MapOp op, ArrayRef<Value> inputs,
                 ArrayRef<Value> results) {
  auto replacement =
      MapOp::create(rewriter, op.getLoc(),
                    SmallVector<Type>(results.size(), op.getResultTypes().front()), inputs);
  replacement.getBody().takeBody(op.getBody());
  return replacement;
}

/// map(a, a) => map(a); map(a, b) whose body does not read b => map(a)
struct DropMapOperands : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    Block &body = op.getBody().front();
    SmallVector<Value> inputs;
    SmallVector<unsigned> dropped;
    // First of all the arguments of equal operands become one, which decides what is read.
    for (auto [index, input] : llvm::enumerate(op.getInputs())) {
      unsigned first = std::distance(op.getInputs().begin(), llvm::find(op.getInputs(), input));
      if (first < index)
        rewriter.replaceAllUsesWith(body.getArgument(index), body.getArgument(first));
    }
    for (auto [index, input] : llvm::enumerate(op.getInputs())) {
      if (body.getArgument(index).use_empty() && op.getInputs().size() - dropped.size() > 1) {
        dropped.push_back(index);
      } else {
        inputs.push_back(input);
      }
    }
    if (dropped.empty())
      return failure();
    auto replacement = rebuildMap(rewriter, op, inputs, SmallVector<Value>(op.getResults()));
    for (unsigned index : llvm::reverse(dropped))
      replacement.getBody().front().eraseArgument(index);
    rewriter.replaceOp(op, replacement.getResults());
    return success();
  }
};

/// %x, %y = map(..) with %y unused => %x = map(..)
struct DropMapResults : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    SmallVector<Value> kept, yielded;
    Operation *yield = op.getBody().front().getTerminator();
    for (auto [result, value] : llvm::zip(op.getResults(), yield->getOperands()))
      if (!result.use_empty()) {
        kept.push_back(result);
        yielded.push_back(value);
      }
    if (kept.empty() || kept.size() == op.getNumResults())
      return failure();
    rewriter.modifyOpInPlace(yield, [&] { yield->setOperands(yielded); });
    auto replacement = rebuildMap(rewriter, op, SmallVector<Value>(op.getInputs()), kept);
    for (auto [old, fresh] : llvm::zip(kept, replacement.getResults()))
      rewriter.replaceAllUsesWith(old, fresh);
    rewriter.eraseOp(op);
    return success();
  }
};

/// What of a repeat its used results depend on, through any number of iterations.
class LivePorts {
public:
  explicit LivePorts(RepeatOp op) : op(op), results(op.getNumResults()) {
    for (auto [index, result] : llvm::enumerate(op.getResults()))
      if (!result.use_empty())
        add(index);
    while (spread())
      ;
  }

  bool isLive(Value value) const { return values.contains(value); }
  bool isLive(Operation *inner) const {
    return !wouldOpBeTriviallyDead(inner) ||
           llvm::any_of(inner->getResults(), [&](Value result) { return isLive(result); });
  }
  /// Whether a result is read, or carried for one that is.
  bool isLiveResult(unsigned index) const { return results.test(index); }

private:
  void add(unsigned result) {
    results.set(result);
    values.insert(op.getYield()->getOperand(result));
  }
  /// One pass over the body; whether it found that another carried value is read.
  bool spread() {
    for (Operation &inner : llvm::reverse(op.getBodyBlock().without_terminator()))
      if (isLive(&inner))
        inner.walk([&](Operation *nested) { values.insert_range(nested->getOperands()); });
    bool found = false;
    for (auto [index, argument] : llvm::enumerate(op.getCarriedArguments()))
      if (!results.test(index) && isLive(argument)) {
        add(index);
        found = true;
      }
    return found;
  }

  RepeatOp op;
  llvm::BitVector results;
  DenseSet<Value> values;
};

/// Drops what a repeat carries for itself alone, the slices that its body does not read and the
/// stacked results that nobody reads.
struct DropRepeatPorts : OpRewritePattern<RepeatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(RepeatOp op, PatternRewriter &rewriter) const override {
    LivePorts live(op);
    SmallVector<Value> inits, slices, yielded, results;
    SmallVector<unsigned> deadArguments;
    auto keep = [&](Value operand, BlockArgument argument, bool isLive, SmallVector<Value> &kept) {
      if (isLive)
        kept.push_back(operand);
      else
        deadArguments.push_back(argument.getArgNumber());
    };
    for (auto [init, argument] : llvm::zip(op.getInits(), op.getCarriedArguments()))
      keep(init, argument, live.isLiveResult(argument.getArgNumber()), inits);
    for (auto [slice, argument] : llvm::zip(op.getSlices(), op.getSliceArguments()))
      keep(slice, argument, live.isLive(argument), slices);
    Operation *yield = op.getYield();
    for (auto [index, result] : llvm::enumerate(op.getResults()))
      if (live.isLiveResult(index)) {
        results.push_back(result);
        yielded.push_back(yield->getOperand(index));
      }
    if (deadArguments.empty() && results.size() == op.getNumResults())
      return failure();
    rewriter.modifyOpInPlace(yield, [&] { yield->setOperands(yielded); });
    SmallVector<Operation *> dead;
    for (Operation &inner : op.getBodyBlock().without_terminator())
      if (!live.isLive(&inner))
        dead.push_back(&inner);
    for (Operation *inner : llvm::reverse(dead))
      rewriter.eraseOp(inner);
    SmallVector<Type> types;
    for (Value result : results)
      types.push_back(result.getType());
    auto replacement = RepeatOp::create(rewriter, op.getLoc(), types, op.getCount(),
                                        op.getReverse(), inits, slices);
    replacement.getBody().takeBody(op.getBody());
    for (unsigned index : llvm::reverse(deadArguments))
      replacement.getBodyBlock().eraseArgument(index);
    for (auto [old, fresh] : llvm::zip(results, replacement.getResults()))
      rewriter.replaceAllUsesWith(old, fresh);
    rewriter.eraseOp(op);
    return success();
  }
};

} // namespace

void MapOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropMapOperands, DropMapResults>(context);
}

void RepeatOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropRepeatPorts>(context);
}
