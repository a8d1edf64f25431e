//===- FuseEpilogues.cpp - The pass iarc-fuse-epilogues ---------------------===//
#include "iarc/Dialect/Iarc.h"
#include "iarc/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace iarc {
#define GEN_PASS_DEF_IARCFUSEEPILOGUES
#include "iarc/Transforms/Passes.h.inc"

namespace {

/// add(a, b) => map(a, b) { a + b }, for values
struct AddToMap : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AddOp op, PatternRewriter &rewriter) const override {
    auto type = dyn_cast<ValueType>(op.getResult().getType());
    if (!type)
      return failure();
    auto map = MapOp::create(rewriter, op.getLoc(), TypeRange{type}, op.getOperands());
    {
      OpBuilder::InsertionGuard guard(rewriter);
      Type element = type.getElementType();
      Block *body =
          rewriter.createBlock(&map.getBody(), {}, {element, element}, {op.getLoc(), op.getLoc()});
      Value sum =
          arith::AddFOp::create(rewriter, op.getLoc(), body->getArgument(0), body->getArgument(1));
      YieldOp::create(rewriter, op.getLoc(), sum);
    }
    rewriter.replaceOp(op, map.getResults());
    return success();
  }
};

/// Inlines the scalar region of `producer` into that of `consumer`, whose arguments `arguments`
/// read the producer's results. Both blocks must already hold their final arguments.
void inlineBody(PatternRewriter &rewriter, Block &producer, ValueRange producerArguments,
                Block &consumer, ArrayRef<std::pair<BlockArgument, unsigned>> arguments) {
  IRMapping mapping;
  for (auto [from, to] : llvm::zip(producer.getArguments(), producerArguments))
    mapping.map(from, to);
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPointToStart(&consumer);
  for (Operation &op : producer.without_terminator())
    rewriter.clone(op, mapping);
  Operation *yield = producer.getTerminator();
  for (auto [argument, result] : arguments)
    rewriter.replaceAllUsesWith(argument, mapping.lookupOrDefault(yield->getOperand(result)));
}

/// map(.., map(x..).., ..) { f } => map(.., x.., ..) { f . g }, the inner map having no other
/// reader
struct MapOfMap : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    for (Value input : op.getInputs()) {
      auto inner = input.getDefiningOp<MapOp>();
      if (!inner || inner->getBlock() != op->getBlock() ||
          !llvm::all_of(inner->getUsers(), [&](Operation *user) { return user == op; }))
        continue;
      SmallVector<Value> inputs;
      SmallVector<std::pair<BlockArgument, unsigned>> replaced;
      Block &body = op.getBody().front();
      for (auto [index, operand] : llvm::enumerate(op.getInputs())) {
        if (operand.getDefiningOp() == inner.getOperation())
          replaced.push_back({body.getArgument(index), cast<OpResult>(operand).getResultNumber()});
        else
          inputs.push_back(operand);
      }
      SmallVector<Value> producerArguments;
      for (Value value : inner.getInputs()) {
        inputs.push_back(value);
        producerArguments.push_back(
            body.addArgument(inner.getBody().front().getArgument(0).getType(), op.getLoc()));
      }
      inlineBody(rewriter, inner.getBody().front(), producerArguments, body, replaced);
      for (auto [argument, result] : llvm::reverse(replaced))
        body.eraseArgument(argument.getArgNumber());
      auto map = MapOp::create(rewriter, op.getLoc(), op.getResultTypes(), inputs);
      map.getBody().takeBody(op.getBody());
      rewriter.replaceOp(op, map.getResults());
      return success();
    }
    return failure();
  }
};

/// Makes the map's argument that reads `input` the body's first; returns the other inputs.
SmallVector<Value> moveToFront(PatternRewriter &rewriter, MapOp op, Value input) {
  SmallVector<Value> others;
  Block &body = op.getBody().front();
  BlockArgument argument;
  for (auto [index, operand] : llvm::enumerate(op.getInputs())) {
    if (operand == input)
      argument = body.getArgument(index);
    else
      others.push_back(operand);
  }
  Value first = body.insertArgument(0u, argument.getType(), op.getLoc());
  rewriter.replaceAllUsesWith(argument, first);
  body.eraseArgument(argument.getArgNumber());
  return others;
}

/// map(linear(x, W, b), e..) { f } => linear(x, W, b) extras(e..) epilogue { f }, the product
/// having no other reader
struct MapOfLinear : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    // Of several products the last one takes the others' results as extra operands.
    LinearOp linear;
    for (Value input : op.getInputs()) {
      auto candidate = input.getDefiningOp<LinearOp>();
      if (candidate && !candidate.hasEpilogue() && candidate->getBlock() == op->getBlock() &&
          candidate.getResult(0).hasOneUse() && (!linear || linear->isBeforeInBlock(candidate)))
        linear = candidate;
    }
    if (!linear)
      return failure();
    // The product moves down to the map: its operands are there, and nothing reads it in between.
    SmallVector<Value> extras = moveToFront(rewriter, op, linear.getResult(0));
    auto fused =
        LinearOp::create(rewriter, linear.getLoc(), op.getResultTypes(), linear.getInput(),
                         linear.getWeight(), linear.getBias(), extras, linear.getTransposed());
    fused.getEpilogue().takeBody(op.getBody());
    rewriter.replaceOp(op, fused.getResults());
    rewriter.eraseOp(linear);
    return success();
  }
};

/// map(attention(q, k, v), e..) { f } => attention(q, k, v) extras(e..) epilogue { f }, the
/// attention having no other reader and the map one result
struct MapOfAttention : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    auto found = llvm::find_if(op.getInputs(), [&](Value input) {
      auto attention = input.getDefiningOp<AttentionOp>();
      return attention && !attention.hasEpilogue() && attention->getBlock() == op->getBlock() &&
             attention.getResult().hasOneUse();
    });
    if (found == op.getInputs().end() || op.getNumResults() != 1)
      return failure();
    auto attention = (*found).getDefiningOp<AttentionOp>();
    Block &body = op.getBody().front();
    SmallVector<Value> extras = moveToFront(rewriter, op, *found);
    auto fused = AttentionOp::create(
        rewriter, attention.getLoc(), attention.getResult().getType(), attention.getQuery(),
        attention.getKey(), attention.getValue(), extras, attention.getHeadsAttr(),
        attention.getScaleAttr(), attention.getCausalAttr(), attention.getSlopesAttr(),
        attention.getNormaliseAttr(), attention.getEpsAttr(), attention.getExponentialAttr());
    fused.getKernel().takeBody(attention.getKernel());
    fused.getEpilogue().takeBody(*body.getParent());
    rewriter.replaceOp(op, fused.getResult());
    rewriter.eraseOp(attention);
    return success();
  }
};

struct FuseEpilogues : impl::IarcFuseEpiloguesBase<FuseEpilogues> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<AddToMap, MapOfMap, MapOfLinear, MapOfAttention>(&getContext());
    MapOp::getCanonicalizationPatterns(patterns, &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace iarc
