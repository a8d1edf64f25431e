//===- RowAdjoints.cpp - Adjoints of rows of features and declared weights --===//
#include "iarc/Autodiff.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace iarc;

LogicalResult BroadcastOp::buildAdjoint(OpBuilder &builder, AdjointMap &adjoints) {
  if (adjoints.needs(getWeight()))
    adjoints.add(builder, getWeight(),
                 BiasGradientOp::create(builder, getLoc(), getWeight().getType(),
                                        adjoints.get(getResult())));
  return success();
}

LogicalResult SpreadOp::buildAdjoint(OpBuilder &builder, AdjointMap &adjoints) {
  if (adjoints.needs(getInput()))
    adjoints.add(builder, getInput(),
                 ReduceOp::create(builder, getLoc(), getInput().getType(), Reduction::Sum,
                                  adjoints.get(getResult())));
  return success();
}

/// A map of two operands.
static Value mapOf(OpBuilder &builder, Location loc, Value x, Value y,
                   function_ref<Value(OpBuilder &, Value, Value)> body) {
  Type type = x.getType(), element = cast<ValueType>(type).getElementType();
  auto map = MapOp::create(builder, loc, TypeRange{type}, ValueRange{x, y});
  OpBuilder::InsertionGuard guard(builder);
  Block *block = builder.createBlock(&map.getBody(), {}, {element, element}, {loc, loc});
  Value result = body(builder, block->getArgument(0), block->getArgument(1));
  YieldOp::create(builder, loc, result);
  return map.getResult(0);
}

LogicalResult ReduceOp::buildAdjoint(OpBuilder &builder, AdjointMap &adjoints) {
  if (!adjoints.needs(getInput()))
    return success();
  Location loc = getLoc();
  Value dy = adjoints.get(getResult());
  Type wide = getInput().getType();
  auto spread = [&](Value narrow) -> Value {
    return builder.createOrFold<SpreadOp>(loc, wide, narrow);
  };
  if (getKind() == Reduction::Sum) {
    adjoints.add(builder, getInput(), spread(dy));
    return success();
  }
  // The share of a feature is 1 / n where n of them are the largest.
  Value hit =
      mapOf(builder, loc, getInput(), spread(getResult()),
            [&](OpBuilder &b, Value x, Value largest) -> Value {
              Value one = arith::ConstantOp::create(b, loc, b.getFloatAttr(x.getType(), 1.0));
              Value zero = arith::ConstantOp::create(b, loc, b.getFloatAttr(x.getType(), 0.0));
              Value equal = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, x, largest);
              return arith::SelectOp::create(b, loc, equal, one, zero);
            });
  Value count = ReduceOp::create(builder, loc, getResult().getType(), Reduction::Sum, hit);
  Value share = mapOf(builder, loc, dy, count, [&](OpBuilder &b, Value d, Value n) -> Value {
    return arith::DivFOp::create(b, loc, d, n);
  });
  adjoints.add(
      builder, getInput(),
      mapOf(builder, loc, hit, spread(share), [&](OpBuilder &b, Value h, Value s) -> Value {
        return arith::MulFOp::create(b, loc, h, s);
      }));
  return success();
}

LogicalResult JoinOp::buildAdjoint(OpBuilder &builder, AdjointMap &adjoints) {
  int64_t begin = 0;
  for (Value input : getInputs()) {
    auto type = cast<ValueType>(input.getType());
    if (adjoints.needs(input))
      adjoints.add(builder, input,
                   SliceOp::create(builder, getLoc(), type, adjoints.get(getResult()), begin));
    begin += type.getFeatures();
  }
  return success();
}

LogicalResult RotateOp::buildAdjoint(OpBuilder &builder, AdjointMap &adjoints) {
  if (adjoints.needs(getInput()))
    adjoints.add(builder, getInput(),
                 RotateOp::create(builder, getLoc(), getInput().getType(),
                                  adjoints.get(getResult()), getSizeAttr(), getBaseAttr(),
                                  getInverse() ? UnitAttr() : builder.getUnitAttr()));
  return success();
}
