//===- RowOps.cpp - Verifiers of rows of features and declared weights -----===//
#include "iarc/Dialect/Iarc.h"

#include <cmath>

using namespace mlir;
using namespace iarc;

static LogicalResult verifyNoLayers(Operation *op, ValueType type) {
  if (type.getAxes().size() != 2)
    return op->emitOpError("takes values without layer axes, got ") << type;
  return success();
}

LogicalResult BroadcastOp::verify() {
  ValueType value = getResult().getType();
  WeightType weight = getWeight().getType();
  if (failed(verifyNoLayers(*this, value)))
    return failure();
  if (!weight.isBias() || weight.getAxes().size() != (weight.isPerPosition() ? 2u : 1u))
    return emitOpError("takes a weight with the axis out, or position and out, got ") << weight;
  if (weight.isPerPosition() && weight.getSize("position") != value.getPositions())
    return emitOpError("weight has ")
           << weight.getSize("position") << " positions, the value " << value.getPositions();
  if (weight.getSize("out") != value.getFeatures())
    return emitOpError("weight has ")
           << weight.getSize("out") << " features, the value " << value.getFeatures();
  if (weight.getElementType() != value.getElementType())
    return emitOpError("weight is ")
           << weight.getElementType() << ", the value " << value.getElementType();
  return success();
}

LogicalResult SpreadOp::verify() {
  ValueType input = getInput().getType(), result = getResult().getType();
  if (failed(verifyNoLayers(*this, result)))
    return failure();
  if (input != result.withFeatures(1))
    return emitOpError("takes ") << result.withFeatures(1) << " for " << result << ", got "
                                 << input;
  return success();
}

OpFoldResult SpreadOp::fold(FoldAdaptor) {
  return getInput().getType() == getResult().getType() ? getInput() : Value();
}

LogicalResult ReduceOp::verify() { return verifyNoLayers(*this, getInput().getType()); }

LogicalResult JoinOp::verify() {
  ValueType result = getResult().getType();
  if (failed(verifyNoLayers(*this, result)))
    return failure();
  int64_t features = 0;
  for (Value input : getInputs()) {
    auto type = cast<ValueType>(input.getType());
    if (type.withFeatures(1) != result.withFeatures(1))
      return emitOpError("operands and result may differ in their features only, got ")
             << type << " and " << result;
    features += type.getFeatures();
  }
  if (features != result.getFeatures())
    return emitOpError("operands have ")
           << features << " features together, the result " << result.getFeatures();
  return success();
}

std::optional<JoinOp::Part> JoinOp::partOf(int64_t begin, int64_t features) {
  for (auto [operand, input] : llvm::enumerate(getInputs())) {
    int64_t width = cast<ValueType>(input.getType()).getFeatures();
    if (begin + features <= width)
      return Part{unsigned(operand), begin};
    if (begin < width)
      return std::nullopt;
    begin -= width;
  }
  return std::nullopt;
}

LogicalResult RotateOp::verify() {
  ValueType type = getInput().getType();
  if (failed(verifyNoLayers(*this, type)))
    return failure();
  int64_t size = getSize();
  if (size < 2 || size % 2 || type.getFeatures() % size)
    return emitOpError("size must be even and divide the features, got ")
           << size << " for " << type.getFeatures();
  double base = getBase().convertToDouble();
  if (!(base > 0 && std::isfinite(base)))
    return emitOpError("base must be positive and finite, got ") << base;
  return success();
}

LogicalResult TargetOp::verify() {
  BatchType batch = getBatch().getType();
  ValueType type = getResult().getType();
  if (type.getAxes().size() != 2 ||
      (type.getPositions() != batch.getPositions() && type.getPositions() != 1) ||
      type.getFeatures() != batch.getSymbols())
    return emitOpError("result must have position ") << batch.getPositions() << " or 1 and feature "
                                                     << batch.getSymbols() << ", got " << type;
  return success();
}
