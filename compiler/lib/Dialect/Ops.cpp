//===- Ops.cpp - Verifiers and folders of the iarc ops ----------------------===//
#include "iarc/Dialect/Iarc.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

#include <cmath>

using namespace mlir;
using namespace iarc;

#define GET_OP_CLASSES
#include "iarc/Dialect/IarcOps.cpp.inc"

//===----------------------------------------------------------------------===//
// Scalar regions
//===----------------------------------------------------------------------===//

/// A scalar region takes `arguments` numbers of the element type and yields `results` of them. It
/// holds arith and math ops without effects or regions, and reads nothing from outside but
/// constants.
static LogicalResult verifyScalarRegion(Operation *op, Region &region, StringRef what,
                                        unsigned arguments, unsigned results, Type elementType) {
  if (!region.hasOneBlock())
    return op->emitOpError() << what << " must be one block";
  Block &block = region.front();
  if (block.getNumArguments() != arguments)
    return op->emitOpError() << what << " must take " << arguments << " arguments, got "
                             << block.getNumArguments();
  for (BlockArgument argument : block.getArguments())
    if (argument.getType() != elementType)
      return op->emitOpError() << what << " arguments must be " << elementType << ", got "
                               << argument.getType();
  auto yield = dyn_cast_or_null<YieldOp>(block.empty() ? nullptr : &block.back());
  if (!yield)
    return op->emitOpError() << what << " must end with iarc.yield";
  if (yield.getNumOperands() != results)
    return op->emitOpError() << what << " must yield " << results << " numbers, got "
                             << yield.getNumOperands();
  for (Value operand : yield.getOperands())
    if (operand.getType() != elementType)
      return op->emitOpError() << what << " must yield " << elementType << ", got "
                               << operand.getType();
  for (Operation &inner : block) {
    if (!isa<arith::ArithDialect, math::MathDialect>(inner.getDialect()) && &inner != yield)
      return op->emitOpError() << what << " may hold ops of arith and math only, got "
                               << inner.getName();
    for (Value operand : inner.getOperands())
      if (operand.getParentBlock() != &block && !matchPattern(operand, m_Constant()))
        return op->emitOpError() << what << " may read nothing from outside but constants";
  }
  return success();
}

/// Ops that work on the features of each position take no stacks of values.
static LogicalResult verifyNoLayers(Operation *op, ValueType type) {
  if (type.getAxes().size() != 2)
    return op->emitOpError("takes values without layer axes, got ") << type;
  return success();
}

//===----------------------------------------------------------------------===//
// Weight, encode, linear and its gradients
//===----------------------------------------------------------------------===//

LogicalResult WeightOp::verify() {
  double first = getFirst().convertToDouble(), second = getSecond().convertToDouble();
  if (!std::isfinite(first) || !std::isfinite(second))
    return emitOpError("numbers of the initialiser must be finite, got ")
           << first << " and " << second;
  if (getInitialiser() == Initialiser::Normal && second < 0)
    return emitOpError("standard deviation must not be negative, got ") << second;
  if (getInitialiser() == Initialiser::Uniform && first > second)
    return emitOpError("bounds must be in order, got ") << first << " and " << second;
  if (int64_t(getFanIn()) < 0)
    return emitOpError("fan_in must not be negative, got ") << int64_t(getFanIn());
  return success();
}

LogicalResult EncodeOp::verify() {
  BatchType batch = getBatch().getType();
  ValueType type = getResult().getType();
  if (type.getAxes().size() != 2 || type.getPositions() != batch.getPositions() ||
      type.getFeatures() != batch.getSymbols() + batch.getControls())
    return emitOpError("result must have position ")
           << batch.getPositions() << " and feature " << batch.getSymbols() + batch.getControls()
           << ", got " << type;
  return success();
}

/// A weight has a row for each token of the kind that is looked up, and the value its features, or
/// these and the one-hot control token.
static LogicalResult verifyLookup(Operation *op, BatchType batch, ValueType value,
                                  WeightType weight, bool ofControls) {
  if (weight.getAxes().size() != 2 || weight.isBias())
    return op->emitOpError("takes a weight with the axes out and in alone, got ") << weight;
  int64_t rows = ofControls ? batch.getControls() : batch.getSymbols();
  if (weight.getSize("out") != rows)
    return op->emitOpError("weight must have a row for each of ")
           << rows << (ofControls ? " control tokens" : " symbols") << ", got " << weight;
  int64_t features = weight.getSize("in"), appended = ofControls ? 0 : batch.getControls();
  if (value.getAxes().size() != 2 || value.getPositions() != batch.getPositions() ||
      (value.getFeatures() != features && value.getFeatures() != features + appended))
    return op->emitOpError("value must have position ")
           << batch.getPositions() << " and feature " << features
           << (appended ? " or " + std::to_string(features + appended) : std::string()) << ", got "
           << value;
  if (weight.getElementType() != value.getElementType())
    return op->emitOpError("weight is ")
           << weight.getElementType() << ", the value " << value.getElementType();
  return success();
}

LogicalResult LookupOp::verify() {
  return verifyLookup(*this, getBatch().getType(), getResult().getType(), getWeight().getType(),
                      getControls());
}

LogicalResult LookupGradientOp::verify() {
  return verifyLookup(*this, getBatch().getType(), getOutputAdjoint().getType(),
                      getResult().getType(), getControls());
}

/// A weight fits a value when it is one matrix, or one for each of the value's positions, or one
/// for each pair of them.
static LogicalResult verifyPlacement(Operation *op, ValueType value, WeightType weight) {
  if (failed(verifyNoLayers(op, value)))
    return failure();
  if (weight.isBias())
    return op->emitOpError("takes a weight with the axes out and in, got ") << weight;
  bool oneMatrix = !weight.isPerPosition() && !weight.isAcrossPositions();
  if (weight.getAxes().size() != (oneMatrix ? 2u : 3u))
    return op->emitOpError("takes weights without layer axes, got ") << weight;
  int64_t positions = value.getPositions(), pairs = positions * (positions + 1) / 2;
  if (weight.isAcrossPositions() && weight.getSize("pair") != pairs)
    return op->emitOpError("weight has ") << weight.getSize("pair") << " pairs, the value's "
                                          << positions << " positions make " << pairs;
  if (weight.isPerPosition() && weight.getSize("position") != value.getPositions())
    return op->emitOpError("weight has ")
           << weight.getSize("position") << " positions, the value " << value.getPositions();
  if (weight.getElementType() != value.getElementType())
    return op->emitOpError("weight is ")
           << weight.getElementType() << ", the value " << value.getElementType();
  return success();
}

/// A bias of `features` numbers fits a value: one for all positions, or one for each.
static LogicalResult verifyBias(Operation *op, ValueType value, WeightType bias) {
  if (!bias.isBias())
    return op->emitOpError("bias must have no axis in, got ") << bias;
  if (bias.getAxes().size() != (bias.isPerPosition() ? 2u : 1u))
    return op->emitOpError("takes a bias without layer axes, got ") << bias;
  if (bias.isPerPosition() && bias.getSize("position") != value.getPositions())
    return op->emitOpError("bias has ")
           << bias.getSize("position") << " positions, the value " << value.getPositions();
  if (bias.getSize("out") != value.getFeatures())
    return op->emitOpError("bias has ")
           << bias.getSize("out") << " features, the value " << value.getFeatures();
  if (bias.getElementType() != value.getElementType())
    return op->emitOpError("bias is ")
           << bias.getElementType() << ", the value " << value.getElementType();
  return success();
}

LogicalResult LinearOp::verify() {
  ValueType input = getInput().getType();
  WeightType weight = getWeight().getType();
  if (failed(verifyPlacement(*this, input, weight)))
    return failure();
  if (input.getFeatures() != getReduced())
    return emitOpError("reads ") << input.getFeatures() << " features, but the weight's axis '"
                                 << (getTransposed() ? "out" : "in") << "' has " << getReduced();
  if (getResults().empty())
    return emitOpError("must have a result");
  ValueType expected = input.withFeatures(getProduced());
  for (Type type : getResultTypes())
    if (type != expected)
      return emitOpError("result must be ") << expected << ", got " << type;
  if (getBias() && failed(verifyBias(*this, expected, getBias().getType())))
    return failure();
  for (Type type : getExtras().getTypes())
    if (type != expected)
      return emitOpError("extra operand must be ") << expected << ", got " << type;
  if (hasEpilogue())
    return verifyScalarRegion(*this, getEpilogue(), "epilogue", 1 + getExtras().size(),
                              getNumResults(), input.getElementType());
  if (!getExtras().empty() || getNumResults() != 1)
    return emitOpError("without an epilogue has one result and no extra operands");
  return success();
}

LogicalResult WeightGradientOp::verify() {
  ValueType adjoint = getOutputAdjoint().getType(), input = getInput().getType();
  WeightType weight = getResult().getType();
  if (failed(verifyPlacement(*this, input, weight)))
    return failure();
  if (adjoint.withFeatures(input.getFeatures()) != input)
    return emitOpError("operands may differ in their features only, got ")
           << adjoint << " and " << input;
  if (weight.getSize("out") != adjoint.getFeatures() || weight.getSize("in") != input.getFeatures())
    return emitOpError("result must have out ")
           << adjoint.getFeatures() << " and in " << input.getFeatures() << ", got " << weight;
  return success();
}

LogicalResult BiasGradientOp::verify() {
  ValueType adjoint = getOutputAdjoint().getType();
  if (failed(verifyNoLayers(*this, adjoint)))
    return failure();
  return verifyBias(*this, adjoint, getResult().getType());
}

LogicalResult TransposeOp::verify() {
  WeightType weight = getWeight().getType(), result = getResult().getType();
  if (weight.getAxes().size() != 2 || weight.isBias())
    return emitOpError("takes a weight with the axes out and in alone, got ") << weight;
  if (result.getAxes().size() != 2 || result.getSize("out") != weight.getSize("in") ||
      result.getSize("in") != weight.getSize("out") ||
      result.getElementType() != weight.getElementType())
    return emitOpError("result must have out ")
           << weight.getSize("in") << " and in " << weight.getSize("out") << ", got " << result;
  return success();
}

LogicalResult SumPositionsOp::verify() {
  WeightType input = getInput().getType(), result = getResult().getType();
  if (!input.isPerPosition() || result.isPerPosition() || result.isAcrossPositions() ||
      result.perPosition(input.getSize("position")) != input)
    return emitOpError("takes the result's type with an axis 'position' before 'out', got ")
           << input << " and " << result;
  return success();
}

//===----------------------------------------------------------------------===//
// Map
//===----------------------------------------------------------------------===//

/// `iarc.map %a, %b : type { region }`: as many results as the region yields.
ParseResult MapOp::parse(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  Type type;
  Region *body = result.addRegion();
  SMLoc operandsLoc = parser.getCurrentLocation();
  if (parser.parseOperandList(operands) || parser.parseOptionalAttrDict(result.attributes) ||
      parser.parseColonType(type) ||
      parser.resolveOperands(operands, type, operandsLoc, result.operands) ||
      parser.parseRegion(*body))
    return failure();
  if (body->empty() || body->front().empty())
    return parser.emitError(parser.getNameLoc(), "map needs a body that yields");
  result.addTypes(SmallVector<Type>(body->front().back().getNumOperands(), type));
  return success();
}

void MapOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getOperands();
  printer.printOptionalAttrDict((*this)->getAttrs());
  printer << " : " << (getNumResults() ? getResultTypes().front() : getOperandTypes().front())
          << ' ';
  printer.printRegion(getBody());
}

LogicalResult MapOp::verify() {
  if (getResults().empty())
    return emitOpError("must have a result");
  auto type = cast<ValueType>(getResultTypes().front());
  if (failed(verifyNoLayers(*this, type)))
    return failure();
  return verifyScalarRegion(*this, getBody(), "body", getNumOperands(), getNumResults(),
                            type.getElementType());
}

//===----------------------------------------------------------------------===//
// Add, norm, slice, embed
//===----------------------------------------------------------------------===//

OpFoldResult AddOp::fold(FoldAdaptor) {
  if (getLhs().getDefiningOp<ZeroOp>())
    return getRhs();
  if (getRhs().getDefiningOp<ZeroOp>())
    return getLhs();
  return {};
}

LogicalResult NormOp::verify() {
  double eps = getEps().convertToDouble();
  if (!(eps > 0 && std::isfinite(eps)))
    return emitOpError("eps must be positive and finite, got ") << eps;
  return verifyNoLayers(*this, getInput().getType());
}

LogicalResult NormAdjointOp::verify() {
  if (getResidual() && getResidual().getType() != getOutput().getType())
    return emitOpError("residual must have the type of the result, ")
           << getOutput().getType() << ", got " << getResidual().getType();
  return verifyNoLayers(*this, getOutput().getType());
}

/// `narrow` holds the features begin .. of `wide`.
static LogicalResult verifyRange(Operation *op, ValueType narrow, ValueType wide, int64_t begin) {
  if (failed(verifyNoLayers(op, wide)))
    return failure();
  if (wide.withFeatures(narrow.getFeatures()) != narrow)
    return op->emitOpError("operand and result may differ in their features only");
  int64_t room = wide.getFeatures() - narrow.getFeatures();
  if (begin < 0 || begin > room)
    return op->emitOpError() << narrow.getFeatures() << " features from " << begin
                             << " are not all within 0 .. " << wide.getFeatures() - 1;
  return success();
}

LogicalResult SliceOp::verify() {
  return verifyRange(*this, getResult().getType(), getInput().getType(), getBegin());
}

LogicalResult EmbedOp::verify() {
  return verifyRange(*this, getInput().getType(), getResult().getType(), getBegin());
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  if (getInput().getType() == getResult().getType())
    return getInput();
  // slice(slice(x)) => slice(x)
  if (auto inner = getInput().getDefiningOp<SliceOp>()) {
    setBegin(getBegin() + inner.getBegin());
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  // slice(join(.., x, ..)), all of it in x => slice(x)
  auto join = getInput().getDefiningOp<JoinOp>();
  auto part = join ? join.partOf(getBegin(), getResult().getType().getFeatures()) : std::nullopt;
  if (!part)
    return {};
  setBegin(part->begin);
  getInputMutable().assign(join.getInputs()[part->operand]);
  return getResult();
}

OpFoldResult EmbedOp::fold(FoldAdaptor) {
  return getInput().getType() == getResult().getType() ? getInput() : Value();
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// `yields`: what the kernel's region gives without parameters and with each of them more.
template <typename Op>
static LogicalResult verifyAttention(Op op, unsigned yields, unsigned yieldsForParameter) {
  ValueType type = op.getQuery().getType();
  if (failed(verifyNoLayers(op, type)))
    return failure();
  if (int64_t(op.getHeads()) <= 0 || type.getFeatures() % int64_t(op.getHeads()))
    return op.emitOpError("heads must divide the features, got ")
           << int64_t(op.getHeads()) << " heads and " << type.getFeatures() << " features";
  if (!op.getSlopes().empty() && op.getSlopes().size() != size_t(op.getHeads()))
    return op.emitOpError("decay must have one slope for each head, got ")
           << op.getSlopes().size() << " for " << op.getHeads() << " heads";
  for (double slope : op.getSlopes())
    if (!(slope >= 0 && std::isfinite(slope)))
      return op.emitOpError("slopes of the decay must be finite and not negative, got ") << slope;
  double eps = op.getEps().convertToDouble();
  if (!(eps >= 0 && std::isfinite(eps)))
    return op.emitOpError("eps must be finite and not negative, got ") << eps;
  double scale = op.getScale().convertToDouble();
  if (!std::isfinite(scale))
    return op.emitOpError("scale must be finite, got ") << scale;
  unsigned parameters = op.getParameters().size();
  for (Type parameter : op.getParameters().getTypes())
    if (parameter != type.withFeatures(1))
      return op.emitOpError("parameter must be ") << type.withFeatures(1) << ", got " << parameter;
  return verifyScalarRegion(op, op.getKernel(), "kernel", 1 + parameters,
                            yields + yieldsForParameter * parameters, type.getElementType());
}

LogicalResult AttentionOp::verify() {
  if (failed(verifyAttention(*this, 1, 0)))
    return failure();
  ValueType type = getResult().getType();
  for (Type extra : getExtras().getTypes())
    if (extra != type)
      return emitOpError("extra operand must be ") << type << ", got " << extra;
  if (hasEpilogue())
    return verifyScalarRegion(*this, getEpilogue(), "epilogue", 1 + getExtras().size(), 1,
                              type.getElementType());
  if (!getExtras().empty())
    return emitOpError("without an epilogue has no extra operands");
  return success();
}
LogicalResult AttentionAdjointOp::verify() {
  if (getParameterAdjoints().size() != getParameters().size())
    return emitOpError("must have one adjoint for each parameter, got ")
           << getParameterAdjoints().size() << " for " << getParameters().size();
  for (Type type : getParameterAdjoints().getTypes())
    if (type != getQuery().getType().withFeatures(getHeads()))
      return emitOpError("adjoint of a parameter must be ")
             << getQuery().getType().withFeatures(getHeads()) << ", got " << type;
  return verifyAttention(*this, 2, 1);
}

//===----------------------------------------------------------------------===//
// Loss
//===----------------------------------------------------------------------===//

template <typename Op> static LogicalResult verifyLogits(Op op) {
  ValueType type = op.getLogits().getType();
  BatchType batch = op.getBatch().getType();
  int64_t features = op.getKind() == LossKind::Own ? 1 : batch.getSymbols();
  if (type.getAxes().size() != 2 ||
      (type.getPositions() != batch.getPositions() && type.getPositions() != 1) ||
      type.getFeatures() != features)
    return op.emitOpError("logits must have position ")
           << batch.getPositions() << " or 1 and feature " << features << ", got " << type;
  if (type.getPositions() != batch.getPositions() && op.getAt() == LossAt::All)
    return op.emitOpError("at all positions needs logits of ")
           << batch.getPositions() << " positions, got " << type;
  return success();
}

LogicalResult LossOp::verify() {
  if (getResult().getType() != getLogits().getType().getElementType())
    return emitOpError("result must be ") << getLogits().getType().getElementType()
                                          << " as the logits, got " << getResult().getType();
  return verifyLogits(*this);
}

LogicalResult LossAdjointOp::verify() {
  if (getResult().getType() != getLogits().getType())
    return emitOpError("result must be ")
           << getLogits().getType() << " as the logits, got " << getResult().getType();
  return verifyLogits(*this);
}

//===----------------------------------------------------------------------===//
// Repeat
//===----------------------------------------------------------------------===//

static Type sliceOf(Type type) {
  if (auto value = dyn_cast<ValueType>(type))
    return value.slice();
  return cast<WeightType>(type).slice();
}

static int64_t leadingSize(Type type) {
  auto value = dyn_cast<ValueType>(type);
  return value ? value.getAxes().front().size : cast<WeightType>(type).getAxes().front().size;
}

LogicalResult RepeatOp::verify() {
  if (int64_t(getCount()) < 1)
    return emitOpError("count must be at least 1, got ") << int64_t(getCount());
  Block &block = getBodyBlock();
  if (block.getNumArguments() != getInits().size() + getSlices().size())
    return emitOpError("body must take ") << getInits().size() + getSlices().size()
                                          << " arguments, got " << block.getNumArguments();
  if (getNumResults() < getInits().size())
    return emitOpError("must return what it carries: ")
           << getInits().size() << " values, got " << getNumResults();
  if (getYield()->getNumOperands() != getNumResults())
    return emitOpError("body must yield ")
           << getNumResults() << " values, got " << getYield()->getNumOperands();
  for (auto [index, init] : llvm::enumerate(getInits())) {
    Type type = init.getType();
    if (block.getArgument(index).getType() != type || getResult(index).getType() != type ||
        getYield()->getOperand(index).getType() != type)
      return emitOpError("carried value ") << index << " changes its type";
  }
  for (auto [slice, argument] : llvm::zip(getSlices(), getSliceArguments())) {
    if (sliceOf(slice.getType()) != argument.getType() ||
        leadingSize(slice.getType()) != int64_t(getCount()))
      return emitOpError("slice operand must stack ")
             << getCount() << " of " << argument.getType() << ", got " << slice.getType();
  }
  for (auto [result, yielded] :
       llvm::zip(getStackedResults(), getYield()->getOperands().drop_front(getNumCarried())))
    if (sliceOf(result.getType()) != yielded.getType() ||
        leadingSize(result.getType()) != int64_t(getCount()))
      return emitOpError("stacked result must stack ")
             << getCount() << " of " << yielded.getType() << ", got " << result.getType();
  return success();
}
