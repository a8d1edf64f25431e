//===- RecurrenceOps.cpp - Verifiers and folders of recurrence --------------===//
#include "iarc/Dialect/Iarc.h"

using namespace mlir;
using namespace iarc;

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

LogicalResult ReshapeOp::verify() {
  ValueType input = getInput().getType(), result = getResult().getType();
  if (input.getFeatures() != result.getFeatures() ||
      input.getElementType() != result.getElementType())
    return emitOpError("must keep the features and the element type, got ")
           << input << " and " << result;
  if (input.getNumElements() != result.getNumElements())
    return emitOpError("must keep the number of elements, got ") << input << " and " << result;
  return success();
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  // reshape(x : T) : T => x; reshape(reshape(x)) => reshape(x)
  if (getInput().getType() == getResult().getType())
    return getInput();
  if (auto inner = getInput().getDefiningOp<ReshapeOp>()) {
    if (inner.getInput().getType() == getResult().getType())
      return inner.getInput();
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Flatten, unflatten
//===----------------------------------------------------------------------===//

/// `flat` is `value` with all its positions as features of one.
static LogicalResult verifyFlat(Operation *op, ValueType value, ValueType flat) {
  if (value.getAxes().size() != 2 || flat.getAxes().size() != 2)
    return op->emitOpError("takes values without layer axes, got ")
           << (value.getAxes().size() != 2 ? value : flat);
  if (flat.getPositions() != 1 || flat.getFeatures() != value.getNumElements() ||
      flat.getElementType() != value.getElementType())
    return op->emitOpError("must relate ")
           << value << " to position 1 and feature " << value.getNumElements() << ", got " << flat;
  return success();
}

LogicalResult FlattenOp::verify() {
  return verifyFlat(*this, getInput().getType(), getResult().getType());
}
LogicalResult UnflattenOp::verify() {
  return verifyFlat(*this, getResult().getType(), getInput().getType());
}

OpFoldResult FlattenOp::fold(FoldAdaptor) {
  if (getInput().getType() == getResult().getType())
    return getInput();
  auto inner = getInput().getDefiningOp<UnflattenOp>();
  return inner ? inner.getInput() : Value();
}
OpFoldResult UnflattenOp::fold(FoldAdaptor) {
  if (getInput().getType() == getResult().getType())
    return getInput();
  auto inner = getInput().getDefiningOp<FlattenOp>();
  return inner && inner.getInput().getType() == getResult().getType() ? inner.getInput() : Value();
}

//===----------------------------------------------------------------------===//
// LSTM gates
//===----------------------------------------------------------------------===//

static LogicalResult verifyGates(Operation *op, ValueType z, ValueType cell) {
  if (z.getAxes().size() != 2)
    return op->emitOpError("takes values without layer axes, got ") << z;
  if (z != cell.withFeatures(4 * cell.getFeatures()))
    return op->emitOpError("takes 4 features of z for each of the ")
           << cell.getFeatures() << " of the cell, got " << z << " and " << cell;
  return success();
}

LogicalResult LstmGatesOp::verify() {
  return verifyGates(*this, getZ().getType(), getCell().getType());
}
LogicalResult LstmGatesAdjointOp::verify() {
  return verifyGates(*this, getZ().getType(), getCell().getType());
}
