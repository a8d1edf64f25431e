//===- OpAdjoints.cpp - The adjoint of each op ------------------------------===//
#include "iarc/Autodiff.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace iarc;

//===----------------------------------------------------------------------===//
// The walk
//===----------------------------------------------------------------------===//

void AdjointAccumulator::add(OpBuilder &builder, Value value, Value contribution) {
  Value &sum = adjoints[value];
  sum = sum ? AddOp::create(builder, contribution.getLoc(), sum.getType(), sum, contribution)
                  .getResult()
            : contribution;
}

/// Ops that work position by position, and hand a zero of an adjoint on as zero if their scalar
/// regions do; of a repeat those in its body.
static bool keepsPositionsApart(Operation *op) {
  return isa<MapOp, AddOp, ReduceOp, SpreadOp, BroadcastOp, SliceOp, EmbedOp, JoinOp, RepeatOp>(op);
}

LogicalResult iarc::buildBlockAdjoint(Block &block, OpBuilder &builder, AdjointMap &adjoints) {
  SmallVector<Operation *> ops;
  for (Operation &op : block.without_terminator())
    ops.push_back(&op);
  for (Operation *op : llvm::reverse(ops)) {
    if (llvm::none_of(op->getResults(), [&](Value result) { return bool(adjoints.get(result)); }))
      continue;
    auto differentiable = dyn_cast<AdjointOpInterface>(op);
    StringRef reason =
        differentiable ? differentiable.getNoAdjointReason() : "it is not of the dialect";
    if (!reason.empty()) {
      // What depends on no weight needs no adjoint.
      if (llvm::none_of(op->getResults(), [&](Value result) { return adjoints.needs(result); }))
        continue;
      return op->emitOpError("cannot be differentiated: ") << reason;
    }
    if (keepsPositionsApart(op) &&
        llvm::any_of(op->getResults(), [&](Value result) { return adjoints.isMasked(result); }))
      for (Value operand : op->getOperands())
        adjoints.setMasked(operand);
    if (failed(differentiable.buildAdjoint(builder, adjoints)))
      return failure();
  }
  return success();
}

void iarc::propagateActivity(Block &block, Activity &activity) {
  for (Operation &op : block) {
    auto isActive = [&](Value value) { return activity.contains(value); };
    auto repeat = dyn_cast<RepeatOp>(op);
    if (!repeat) {
      if (llvm::any_of(op.getOperands(), isActive))
        activity.insert(op.result_begin(), op.result_end());
      continue;
    }
    for (auto [slice, argument] : llvm::zip(repeat.getSlices(), repeat.getSliceArguments()))
      if (isActive(slice))
        activity.insert(argument);
    // What is carried becomes active with its start or with what an iteration makes of it.
    Operation *yield = repeat.getYield();
    for (bool changed = true; changed;) {
      changed = false;
      for (auto [index, argument] : llvm::enumerate(repeat.getCarriedArguments()))
        if (!isActive(argument) &&
            (isActive(repeat.getInits()[index]) || isActive(yield->getOperand(index)))) {
          activity.insert(argument);
          changed = true;
        }
      propagateActivity(repeat.getBodyBlock(), activity);
      for (auto [index, argument] : llvm::enumerate(repeat.getCarriedArguments()))
        changed |= !isActive(argument) && isActive(yield->getOperand(index));
    }
    for (auto [result, yielded] : llvm::zip(repeat.getResults(), yield->getOperands()))
      if (isActive(yielded) || (result.getResultNumber() < repeat.getNumCarried() &&
                                isActive(repeat.getInits()[result.getResultNumber()])))
        activity.insert(result);
  }
}

//===----------------------------------------------------------------------===//
// Ops without regions
//===----------------------------------------------------------------------===//

LogicalResult LinearOp::buildAdjoint(OpBuilder &builder, AdjointMap &adjoints) {
  if (hasEpilogue())
    return emitOpError("with an epilogue cannot be differentiated: autodiff comes before fusion");
  Value dy = adjoints.get(getResult(0));
  if (adjoints.needs(getInput())) {
    auto dx = LinearOp::create(builder, getLoc(), TypeRange{getInput().getType()}, dy, getWeight(),
                               /*bias=*/Value(), /*extras=*/ValueRange{},
                               /*transposed=*/!getTransposed());
    adjoints.add(builder, getInput(), dx.getResult(0));
  }
  if (adjoints.needs(getWeight())) {
    Value out = getTransposed() ? Value(getInput()) : dy,
          in = getTransposed() ? dy : Value(getInput());
    adjoints.add(builder, getWeight(),
                 WeightGradientOp::create(builder, getLoc(), getWeight().getType(), out, in));
  }
  if (getBias() && adjoints.needs(getBias()))
    adjoints.add(builder, getBias(),
                 BiasGradientOp::create(builder, getLoc(), getBias().getType(), dy));
  return success();
}

LogicalResult LookupOp::buildAdjoint(OpBuilder &builder, AdjointMap &adjoints) {
  if (adjoints.needs(getWeight()))
    adjoints.add(builder, getWeight(),
                 LookupGradientOp::create(builder, getLoc(), getWeight().getType(),
                                          adjoints.get(getResult()), getBatch(),
                                          getControlsAttr()));
  return success();
}

LogicalResult AddOp::buildAdjoint(OpBuilder &builder, AdjointMap &adjoints) {
  for (Value operand : getOperands())
    if (adjoints.needs(operand))
      adjoints.add(builder, operand, adjoints.get(getResult()));
  return success();
}

LogicalResult NormOp::buildAdjoint(OpBuilder &builder, AdjointMap &adjoints) {
  if (adjoints.needs(getInput()))
    adjoints.add(builder, getInput(),
                 NormAdjointOp::create(builder, getLoc(), getInput().getType(), getResult(),
                                       getScale(), adjoints.get(getResult()),
                                       /*residual=*/Value()));
  return success();
}

LogicalResult SliceOp::buildAdjoint(OpBuilder &builder, AdjointMap &adjoints) {
  if (adjoints.needs(getInput()))
    adjoints.add(builder, getInput(),
                 EmbedOp::create(builder, getLoc(), getInput().getType(), adjoints.get(getResult()),
                                 getBeginAttr()));
  return success();
}

LogicalResult EmbedOp::buildAdjoint(OpBuilder &builder, AdjointMap &adjoints) {
  if (adjoints.needs(getInput()))
    adjoints.add(builder, getInput(),
                 SliceOp::create(builder, getLoc(), getInput().getType(), adjoints.get(getResult()),
                                 getBeginAttr()));
  return success();
}

LogicalResult LossOp::buildAdjoint(OpBuilder &builder, AdjointMap &adjoints) {
  if (!matchPattern(adjoints.get(getResult()), m_OneFloat()))
    return emitOpError("can only be differentiated as the function's own result");
  if (adjoints.needs(getLogits()))
    adjoints.add(builder, getLogits(),
                 LossAdjointOp::create(builder, getLoc(), getLogits().getType(), getLogits(),
                                       getBatch(), getKindAttr(), getAtAttr(),
                                       getInterspersedAttr(), getMaskedAttr()));
  if (getKind() == LossKind::Own && (getInterspersed() || getMasked()))
    adjoints.setMasked(getLogits());
  return success();
}

//===----------------------------------------------------------------------===//
// Ops with a scalar region
//===----------------------------------------------------------------------===//

/// Clones the ops of `from` into the builder's block, its arguments replaced by `arguments`, and
/// returns what it yields.
static SmallVector<Value> inlineScalarRegion(OpBuilder &builder, Block &from,
                                             ValueRange arguments) {
  IRMapping mapping;
  for (auto [argument, value] : llvm::zip(from.getArguments(), arguments))
    mapping.map(argument, value);
  for (Operation &op : from.without_terminator())
    builder.clone(op, mapping);
  SmallVector<Value> yielded;
  for (Value value : from.getTerminator()->getOperands())
    yielded.push_back(mapping.lookupOrDefault(value));
  return yielded;
}

LogicalResult AttentionOp::buildAdjoint(OpBuilder &builder, AdjointMap &adjoints) {
  if (hasEpilogue())
    return emitOpError("with an epilogue cannot be differentiated: autodiff comes before fusion");
  ValueType type = getQuery().getType();
  SmallVector<Type> parameterTypes(getParameters().size(), type.withFeatures(getHeads()));
  auto adjoint = AttentionAdjointOp::create(
      builder, getLoc(), type, type, type, parameterTypes, getQuery(), getKey(), getValue(),
      adjoints.get(getResult()), getParameters(), getHeadsAttr(), getScaleAttr(), getCausalAttr(),
      getSlopesAttr(), getNormaliseAttr(), getEpsAttr(), getExponentialAttr());
  {
    OpBuilder::InsertionGuard guard(builder);
    Type element = type.getElementType();
    Block *block = builder.createBlock(&adjoint.getKernel());
    SmallVector<Value> arguments;
    for (size_t i = 0; i < 1 + getParameters().size(); ++i)
      arguments.push_back(block->addArgument(element, getLoc()));
    SmallVector<Value> results = inlineScalarRegion(builder, getKernel().front(), arguments);
    Value one = arith::ConstantOp::create(builder, getLoc(), builder.getFloatAttr(element, 1.0));
    auto slopes = buildScalarAdjoint(builder, getLoc(), *block, arguments, results, one);
    if (failed(slopes))
      return failure();
    SmallVector<Value> yielded{results.front()};
    for (Value slope : *slopes)
      yielded.push_back(
          slope ? slope
                : arith::ConstantOp::create(builder, getLoc(), builder.getFloatAttr(element, 0.0)));
    YieldOp::create(builder, getLoc(), yielded);
  }
  Value operands[] = {getQuery(), getKey(), getValue()};
  for (auto [operand, result] : llvm::zip(operands, adjoint.getResults()))
    if (adjoints.needs(operand))
      adjoints.add(builder, operand, result);
  for (auto [parameter, heads] : llvm::zip(getParameters(), adjoint.getParameterAdjoints()))
    if (adjoints.needs(parameter))
      adjoints.add(builder, parameter,
                   ReduceOp::create(builder, getLoc(), parameter.getType(), Reduction::Sum, heads));
  return success();
}

/// The arguments of `block` that `roots` depend on, not looking behind the values in `cuts`.
static DenseSet<Value> neededArguments(ArrayRef<Value> roots, ArrayRef<Value> cuts, Block &block) {
  DenseSet<Value> seen, needed;
  SmallVector<Value> work(roots);
  while (!work.empty()) {
    Value value = work.pop_back_val();
    if (!value || !seen.insert(value).second)
      continue;
    if (isa<BlockArgument>(value) || llvm::is_contained(cuts, value))
      needed.insert(value);
    else
      llvm::append_range(work, value.getDefiningOp()->getOperands());
  }
  return needed;
}

/// Whether an op takes more than a handful of instructions for each vector.
static bool isElementaryFunction(Operation *op) {
  return isa<math::ExpOp, math::LogOp, math::TanhOp, math::ErfOp, math::SinOp, math::CosOp,
             math::PowFOp>(op);
}

/// The adjoint of a map with one result that needs elementary functions: the slopes by the inputs
/// with these numbers are computed beside the map, where they share its subexpressions, and kept in
/// place of its inputs. With y = f(x..) and s_i = df/dx_i the adjoint of x_i is dy * s_i.
static LogicalResult buildAdjointOfSlopes(MapOp op, ArrayRef<unsigned> numbers, OpBuilder &builder,
                                          AdjointMap &adjoints) {
  Location loc = op.getLoc();
  Type type = op.getResultTypes().front(), element = cast<ValueType>(type).getElementType();
  OpBuilder beside(op->getContext());
  beside.setInsertionPointAfter(op);
  auto slopes = MapOp::create(beside, loc, SmallVector<Type>(numbers.size(), type), op.getInputs());
  Block *block = beside.createBlock(&slopes.getBody());
  SmallVector<Value> inputs, yielded;
  for (size_t i = 0; i < op.getInputs().size(); ++i)
    inputs.push_back(block->addArgument(element, loc));
  SmallVector<Value> results = inlineScalarRegion(beside, op.getBody().front(), inputs);
  Value one = arith::ConstantOp::create(beside, loc, beside.getFloatAttr(element, 1.0));
  auto found = buildScalarAdjoint(beside, loc, *block, inputs, results, one);
  if (failed(found))
    return failure();
  for (unsigned number : numbers)
    yielded.push_back((*found)[number]);
  YieldOp::create(beside, loc, yielded);

  Value dy = adjoints.get(op.getResult(0));
  for (auto [number, slope] : llvm::zip(numbers, slopes.getResults())) {
    auto product = MapOp::create(builder, loc, type, ValueRange{dy, slope});
    {
      OpBuilder::InsertionGuard guard(builder);
      Block *body = builder.createBlock(&product.getBody(), {}, {element, element}, {loc, loc});
      Value scaled =
          arith::MulFOp::create(builder, loc, body->getArgument(0), body->getArgument(1));
      YieldOp::create(builder, loc, scaled);
    }
    adjoints.add(builder, op.getInputs()[number], product.getResult(0));
  }
  return success();
}

LogicalResult MapOp::buildAdjoint(OpBuilder &builder, AdjointMap &adjoints) {
  // The body of the adjoint: the forward ops once more, then their derivatives. Its arguments are
  // all inputs, all results and all results' adjoints; those that stay unread are dropped.
  Location loc = getLoc();
  Region body;
  OpBuilder inner(builder.getContext());
  Block *block = inner.createBlock(&body);
  Type element = cast<ValueType>(getResultTypes().front()).getElementType();
  SmallVector<Value> operands(getInputs()), inputs, outputs, seeds;
  for (size_t i = 0; i < getInputs().size(); ++i)
    inputs.push_back(block->addArgument(element, loc));
  for (Value result : getResults()) {
    operands.push_back(result);
    outputs.push_back(block->addArgument(element, loc));
  }
  DenseMap<Value, Value> adjointOfSeed;
  for (Value result : getResults()) {
    Value adjoint = adjoints.get(result);
    operands.push_back(adjoint);
    Value seed = block->addArgument(element, loc);
    seeds.push_back(adjoint ? seed : Value());
    adjointOfSeed[seed] = adjoint;
  }
  SmallVector<Value> results = inlineScalarRegion(inner, getBody().front(), inputs);
  bool masked = llvm::any_of(getResults(), [&](Value result) { return adjoints.isMasked(result); });
  auto found = buildScalarAdjoint(inner, loc, *block, inputs, results, seeds, masked);
  if (failed(found))
    return failure();

  SmallVector<Value> roots, targets;
  SmallVector<unsigned> numbers;
  for (auto [number, input, adjoint] : llvm::enumerate(getInputs(), *found)) {
    if (!adjoint || !adjoints.needs(input))
      continue;
    if (Value direct = adjointOfSeed.lookup(adjoint)) {
      adjoints.add(builder, input, direct); // slope 1, as of a sum
      continue;
    }
    roots.push_back(adjoint);
    targets.push_back(input);
    numbers.push_back(number);
  }
  if (roots.empty())
    return success();

  // Read a result instead of computing it again where that spares an input (relu, tanh, exp).
  SmallVector<Value> cuts;
  for (Value result : results)
    if (result.getDefiningOp())
      cuts.push_back(result);
  auto plain = neededArguments(roots, {}, *block), cut = neededArguments(roots, cuts, *block);
  if (cut.size() <= plain.size() && cut != plain)
    for (auto [result, output] : llvm::zip(results, outputs))
      if (result.getDefiningOp() && cut.contains(result)) {
        for (Value &root : roots)
          root = root == result ? output : root;
        result.replaceAllUsesWith(output);
      }
  YieldOp::create(inner, loc, roots);
  SmallVector<Operation *> ops;
  for (Operation &op : block->without_terminator())
    ops.push_back(&op);
  for (Operation *op : llvm::reverse(ops))
    if (op->use_empty())
      op->erase();
  // Rather than the same functions twice, slopes; where that does not take more to be kept.
  auto forwardArguments = block->getArguments().take_front(inputs.size() + outputs.size());
  if (getNumResults() == 1 && !masked &&
      llvm::any_of(*block, [](Operation &op) { return isElementaryFunction(&op); }) &&
      size_t(llvm::count_if(forwardArguments, [](Value argument) {
        return !argument.use_empty();
      })) >= targets.size())
    return buildAdjointOfSlopes(*this, numbers, builder, adjoints);
  for (unsigned i = operands.size(); i-- > 0;)
    if (block->getArgument(i).use_empty()) {
      block->eraseArgument(i);
      operands.erase(operands.begin() + i);
    }
  auto map = MapOp::create(builder, loc, SmallVector<Type>(roots.size(), getResultTypes().front()),
                           operands);
  map.getBody().takeBody(body);
  for (auto [target, result] : llvm::zip(targets, map.getResults()))
    adjoints.add(builder, target, result);
  return success();
}
