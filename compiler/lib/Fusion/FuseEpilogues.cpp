//===- FuseEpilogues.cpp - The pass iarc-fuse-epilogues ---------------------===//
#include "MergeFactors.h"
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

/// add(a, b) => map(a, b) { a + b }, for values of one layer
struct AddToMap : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AddOp op, PatternRewriter &rewriter) const override {
    auto type = dyn_cast<ValueType>(op.getResult().getType());
    if (!type || type.getAxes().size() != 2)
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

/// add(norm_adjoint(y, r, dy), e) => norm_adjoint(y, r, dy) residual(e), the adjoint having no
/// other reader
struct AddOfNormAdjoint : OpRewritePattern<AddOp> {
  AddOfNormAdjoint(MLIRContext *context) : OpRewritePattern(context, /*benefit=*/2) {}
  LogicalResult matchAndRewrite(AddOp op, PatternRewriter &rewriter) const override {
    for (bool second : {true, false}) {
      auto adjoint = op->getOperand(second).getDefiningOp<NormAdjointOp>();
      if (!adjoint || adjoint.getResidual() || adjoint->getBlock() != op->getBlock() ||
          !adjoint.getInputAdjoint().hasOneUse())
        continue;
      // It moves down to the sum: the other operand is there.
      rewriter.replaceOpWithNewOp<NormAdjointOp>(op, op.getResult().getType(), adjoint.getOutput(),
                                                 adjoint.getScale(), adjoint.getResultAdjoint(),
                                                 op->getOperand(!second));
      rewriter.eraseOp(adjoint);
      return success();
    }
    return failure();
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

/// map(x) { f }, map(x) { g } => map(x) { f, g } where all that reads the product x are maps of
/// it alone, so that one epilogue can take them
struct MapBesideMap : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    auto linear = op.getInputs().front().getDefiningOp<LinearOp>();
    auto mapOfProduct = [&](Operation *user) {
      auto map = dyn_cast<MapOp>(user);
      return map && map.getInputs().size() == 1 && map->getBlock() == op->getBlock() ? map
                                                                                     : MapOp();
    };
    if (!linear || linear.hasEpilogue() || linear.getResult(0).hasOneUse() ||
        !llvm::all_of(linear->getUsers(), mapOfProduct))
      return failure();
    // The first of the maps takes over all others, whose readers come after it.
    Location location = op.getLoc(); // the op itself goes, too
    SmallVector<MapOp> maps;
    for (Operation *user : linear->getUsers())
      maps.push_back(cast<MapOp>(user));
    llvm::sort(maps, [](MapOp a, MapOp b) { return a->isBeforeInBlock(b); });
    MapOp first = maps.front();
    rewriter.setInsertionPoint(first);
    SmallVector<Type> types;
    SmallVector<Value> yielded;
    for (MapOp map : maps)
      llvm::append_range(types, map.getResultTypes());
    auto fused = MapOp::create(rewriter, location, types, linear.getResult(0));
    Block *body = rewriter.createBlock(&fused.getBody(), {},
                                       first.getBody().front().getArgument(0).getType(), location);
    unsigned next = 0;
    for (MapOp map : maps) {
      IRMapping mapping;
      mapping.map(map.getBody().front().getArgument(0), body->getArgument(0));
      for (Operation &inner : map.getBody().front().without_terminator())
        rewriter.clone(inner, mapping);
      for (Value value : map.getBody().front().getTerminator()->getOperands())
        yielded.push_back(mapping.lookupOrDefault(value));
      unsigned count = map.getNumResults();
      rewriter.replaceOp(map, fused.getResults().slice(next, count));
      next += count;
    }
    YieldOp::create(rewriter, location, yielded);
    return success();
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
    auto fused = AttentionOp::create(rewriter, attention.getLoc(), attention.getResult().getType(),
                                     attention.getQuery(), attention.getKey(), attention.getValue(),
                                     attention.getParameters(), extras, attention.getHeadsAttr(),
                                     attention.getScaleAttr(), attention.getCausalAttr(),
                                     attention.getSlopesAttr(), attention.getNormaliseAttr(),
                                     attention.getEpsAttr(), attention.getExponentialAttr());
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
    patterns.add<AddOfNormAdjoint, AddToMap, MapOfMap, MapBesideMap, MapOfLinear, MapOfAttention>(
        &getContext());
    populateMergeFactorsPatterns(patterns);
    MapOp::getCanonicalizationPatterns(patterns, &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace iarc
