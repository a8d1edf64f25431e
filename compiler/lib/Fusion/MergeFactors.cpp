//===- MergeFactors.cpp - Constant factors of scalar regions ----------------===//
//
// What a user writes and what differentiation makes of it is full of constant factors. They are
// moved outwards and become one. This changes a result by roundings, of which there are fewer.
//
//===----------------------------------------------------------------------===//
#include "MergeFactors.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;

namespace iarc {

namespace {

/// The constant as a factor; nothing where it is none that can be merged.
std::optional<APFloat> matchFactor(Value value) {
  FloatAttr attribute;
  if (!matchPattern(value, m_Constant(&attribute)) || !attribute.getValue().isNormal())
    return std::nullopt;
  return attribute.getValue();
}

Value constant(PatternRewriter &rewriter, Location location, Type type, const APFloat &number) {
  return arith::ConstantOp::create(rewriter, location, rewriter.getFloatAttr(type, number));
}

/// x / c => x * (1 / c)
struct DivisionByConstant : OpRewritePattern<arith::DivFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::DivFOp op, PatternRewriter &rewriter) const override {
    std::optional<APFloat> divisor = matchFactor(op.getRhs());
    if (!divisor)
      return failure();
    APFloat reciprocal(divisor->getSemantics(), 1);
    reciprocal.divide(*divisor, APFloat::rmNearestTiesToEven);
    if (!reciprocal.isNormal())
      return failure();
    rewriter.replaceOpWithNewOp<arith::MulFOp>(
        op, op.getLhs(), constant(rewriter, op.getLoc(), op.getType(), reciprocal),
        op.getFastmathAttr());
    return success();
  }
};

/// (x * c) * d => x * (c * d) and y * (x * c) => (y * x) * c, the inner product having no other
/// reader
struct FactorOfProduct : OpRewritePattern<arith::MulFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::MulFOp op, PatternRewriter &rewriter) const override {
    for (bool second : {false, true}) {
      auto inner = op->getOperand(second).getDefiningOp<arith::MulFOp>();
      std::optional<APFloat> factor =
          inner && inner->hasOneUse() ? matchFactor(inner.getRhs()) : std::nullopt;
      if (!factor)
        continue;
      Value other = op->getOperand(!second), rest = inner.getLhs();
      if (std::optional<APFloat> outer = matchFactor(other)) {
        factor->multiply(*outer, APFloat::rmNearestTiesToEven);
        if (!factor->isNormal())
          return failure();
        rewriter.replaceOpWithNewOp<arith::MulFOp>(
            op, rest, constant(rewriter, op.getLoc(), op.getType(), *factor), op.getFastmathAttr());
        return success();
      }
      Value product =
          arith::MulFOp::create(rewriter, op.getLoc(), other, rest, op.getFastmathAttr());
      rewriter.replaceOpWithNewOp<arith::MulFOp>(op, product, inner.getRhs(), op.getFastmathAttr());
      return success();
    }
    return failure();
  }
};

} // namespace

void populateMergeFactorsPatterns(RewritePatternSet &patterns) {
  patterns.add<DivisionByConstant, FactorOfProduct>(patterns.getContext());
}

} // namespace iarc
