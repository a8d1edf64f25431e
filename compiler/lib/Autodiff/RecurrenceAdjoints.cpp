//===- RecurrenceAdjoints.cpp - Adjoints of views, flatten and gates --------===//
#include "iarc/Autodiff.h"

using namespace mlir;
using namespace iarc;

LogicalResult ReshapeOp::buildAdjoint(OpBuilder &builder, AdjointMap &adjoints) {
  if (adjoints.needs(getInput()))
    adjoints.add(
        builder, getInput(),
        ReshapeOp::create(builder, getLoc(), getInput().getType(), adjoints.get(getResult())));
  return success();
}

LogicalResult FlattenOp::buildAdjoint(OpBuilder &builder, AdjointMap &adjoints) {
  if (adjoints.needs(getInput()))
    adjoints.add(
        builder, getInput(),
        UnflattenOp::create(builder, getLoc(), getInput().getType(), adjoints.get(getResult())));
  return success();
}

LogicalResult UnflattenOp::buildAdjoint(OpBuilder &builder, AdjointMap &adjoints) {
  if (adjoints.needs(getInput()))
    adjoints.add(
        builder, getInput(),
        FlattenOp::create(builder, getLoc(), getInput().getType(), adjoints.get(getResult())));
  return success();
}

LogicalResult LstmGatesOp::buildAdjoint(OpBuilder &builder, AdjointMap &adjoints) {
  auto adjointOf = [&](Value result) -> Value {
    Value adjoint = adjoints.get(result);
    return adjoint ? adjoint : ZeroOp::create(builder, getLoc(), result.getType());
  };
  Value hidden = adjointOf(getHidden()), nextCell = adjointOf(getNextCell());
  auto adjoint = LstmGatesAdjointOp::create(builder, getLoc(), getZ(), getCell(), hidden, nextCell);
  if (adjoints.needs(getZ()))
    adjoints.add(builder, getZ(), adjoint.getZAdjoint());
  if (adjoints.needs(getCell()))
    adjoints.add(builder, getCell(), adjoint.getCellAdjoint());
  return success();
}
