//===- Canonicalize.cpp - Rewrites that hold anywhere -----------------------===//
#include "iarc/Dialect/Iarc.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"

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

/// Drops the slices that a repeat's body does not read and the stacked results that nobody reads.
struct DropRepeatPorts : OpRewritePattern<RepeatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(RepeatOp op, PatternRewriter &rewriter) const override {
    unsigned carried = op.getNumCarried();
    SmallVector<Value> slices, yielded, results;
    SmallVector<unsigned> deadArguments;
    for (auto [slice, argument] : llvm::zip(op.getSlices(), op.getSliceArguments())) {
      if (argument.use_empty())
        deadArguments.push_back(argument.getArgNumber());
      else
        slices.push_back(slice);
    }
    Operation *yield = op.getYield();
    for (auto [index, result] : llvm::enumerate(op.getResults()))
      if (index < carried || !result.use_empty()) {
        results.push_back(result);
        yielded.push_back(yield->getOperand(index));
      }
    if (deadArguments.empty() && results.size() == op.getNumResults())
      return failure();
    rewriter.modifyOpInPlace(yield, [&] { yield->setOperands(yielded); });
    SmallVector<Type> types;
    for (Value result : results)
      types.push_back(result.getType());
    auto replacement = RepeatOp::create(rewriter, op.getLoc(), types, op.getCount(),
                                        op.getReverse(), op.getInits(), slices);
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
