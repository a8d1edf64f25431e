//===- RepeatAdjoint.cpp - Reverse mode through a rolled loop ---------------===//
//
// The adjoint of a repeat is a repeat in the other direction. It carries the adjoints of what the
// forward repeat carries, and the sums of what each iteration contributes to values from outside.
// Forward values that its body reads become stacked results of the forward repeat: one slice an
// iteration.
//
//===----------------------------------------------------------------------===//
#include "iarc/Autodiff.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace iarc;

static Type stackedType(Type type, int64_t count) {
  if (auto value = dyn_cast<ValueType>(type))
    return value.stacked(count);
  return cast<WeightType>(type).stacked(count);
}

/// The values of `forward` that the ops of `adjoint` read, in the order of first use.
static SetVector<Value> readFrom(Block &forward, Region &adjoint) {
  SetVector<Value> values;
  adjoint.walk([&](Operation *op) {
    for (Value operand : op->getOperands())
      if (operand.getParentBlock() == &forward)
        values.insert(operand);
  });
  return values;
}

/// Returns `repeat` with each of `values`, defined in its body, as a further stacked result.
static RepeatOp addStackedResults(RepeatOp repeat, ArrayRef<Value> values) {
  OpBuilder builder(repeat);
  SmallVector<Type> types(repeat.getResultTypes());
  for (Value value : values)
    types.push_back(stackedType(value.getType(), repeat.getCount()));
  auto replacement = RepeatOp::create(builder, repeat.getLoc(), types, repeat.getCount(),
                                      repeat.getReverse(), repeat.getInits(), repeat.getSlices());
  replacement.getBody().takeBody(repeat.getBody());
  replacement.getYield()->insertOperands(replacement.getYield()->getNumOperands(), values);
  repeat.replaceAllUsesWith(replacement.getResults().take_front(repeat.getNumResults()));
  repeat.erase();
  return replacement;
}

LogicalResult RepeatOp::buildAdjoint(OpBuilder &builder, AdjointMap &adjoints) {
  Location loc = getLoc();
  Block &forward = getBodyBlock();
  Operation *yield = getYield();
  auto zeroOf = [&](OpBuilder &at, Value value) {
    return ZeroOp::create(at, loc, value.getType()).getResult();
  };

  SetVector<Value> captured;
  getUsedValuesDefinedAbove(getBody(), captured);
  captured.remove_if([&](Value value) { return !adjoints.needs(value); });

  // Arguments of the adjoint's body: the adjoints of what is carried, the sums for captured values,
  // slices.
  Region body;
  OpBuilder inner(builder.getContext());
  Block *block = inner.createBlock(&body);
  SmallVector<Value> inits, slices;
  AdjointAccumulator own(adjoints.getActivity());
  // What one result comes from another one may in the iteration before.
  if (llvm::any_of(getResults(), [&](Value result) { return adjoints.isMasked(result); }))
    for (Value yielded : yield->getOperands())
      own.setMasked(yielded);
  SmallVector<unsigned> carried;
  for (unsigned i = 0; i < getNumCarried(); ++i) {
    if (!adjoints.needs(forward.getArgument(i)))
      continue;
    carried.push_back(i);
    Value adjoint = adjoints.get(getResult(i));
    inits.push_back(adjoint ? adjoint : zeroOf(builder, getInits()[i]));
    own.add(inner, yield->getOperand(i), block->addArgument(inits.back().getType(), loc));
  }
  SmallVector<Value> sums;
  for (Value value : captured) {
    inits.push_back(zeroOf(builder, value));
    sums.push_back(block->addArgument(value.getType(), loc));
  }
  for (unsigned i = getNumCarried(); i < getNumResults(); ++i)
    if (Value adjoint = adjoints.get(getResult(i))) {
      slices.push_back(adjoint);
      own.add(inner, yield->getOperand(i), block->addArgument(yield->getOperand(i).getType(), loc));
    }

  if (failed(buildBlockAdjoint(forward, inner, own)))
    return failure();

  SmallVector<Value> yielded;
  SmallVector<Type> types;
  for (unsigned i : carried) {
    Value argument = forward.getArgument(i), adjoint = own.get(argument);
    yielded.push_back(adjoint ? adjoint : zeroOf(inner, argument));
    types.push_back(argument.getType());
  }
  for (auto [value, sum] : llvm::zip(captured, sums)) {
    Value adjoint = own.get(value);
    yielded.push_back(adjoint ? AddOp::create(inner, loc, sum.getType(), sum, adjoint).getResult()
                              : sum);
    types.push_back(value.getType());
  }
  SmallVector<Value> slicesWithAdjoint;
  for (auto [slice, argument] : llvm::zip(getSlices(), getSliceArguments()))
    if (Value adjoint = own.get(argument)) {
      slicesWithAdjoint.push_back(slice);
      yielded.push_back(adjoint);
      types.push_back(stackedType(adjoint.getType(), getCount()));
    }
  YieldOp::create(inner, loc, yielded);

  // Hand the forward values in: slices of this repeat once more, everything else saved.
  SmallVector<Value> saved;
  SmallVector<BlockArgument> savedArguments;
  for (Value value : readFrom(forward, body)) {
    BlockArgument argument = block->addArgument(value.getType(), loc);
    value.replaceUsesWithIf(argument, [&](OpOperand &use) {
      return body.isAncestor(use.getOwner()->getParentRegion());
    });
    auto source = dyn_cast<BlockArgument>(value);
    if (source && source.getArgNumber() >= getNumCarried()) {
      slices.push_back(getSlices()[source.getArgNumber() - getNumCarried()]);
    } else {
      saved.push_back(value);
      savedArguments.push_back(argument);
      slices.push_back(Value()); // the stacked result, once it exists
    }
  }
  bool reverse = !getReverse();
  SmallVector<Value> initsOfCarried;
  for (unsigned i : carried)
    initsOfCarried.push_back(getInits()[i]);
  unsigned before = getNumResults();
  RepeatOp stacked = saved.empty() ? *this : addStackedResults(*this, saved);
  auto fresh = stacked.getResults().drop_front(before).begin();
  for (Value &slice : slices)
    if (!slice)
      slice = *fresh++;

  auto adjoint = RepeatOp::create(builder, loc, types, stacked.getCount(), reverse, inits, slices);
  adjoint.getBody().takeBody(body);
  auto result = adjoint.getResults().begin();
  for (Value init : initsOfCarried) {
    if (adjoints.needs(init))
      adjoints.add(builder, init, *result);
    ++result;
  }
  for (Value value : captured)
    adjoints.add(builder, value, *result++);
  for (Value slice : slicesWithAdjoint) {
    if (adjoints.needs(slice))
      adjoints.add(builder, slice, *result);
    ++result;
  }
  return success();
}
