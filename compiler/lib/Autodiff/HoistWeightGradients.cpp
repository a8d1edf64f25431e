//===- HoistWeightGradients.cpp - The pass iarc-hoist-weight-gradients ------===//
#include "iarc/Dialect/Iarc.h"
#include "iarc/Transforms/Passes.h"
#include "mlir/IR/Builders.h"

using namespace mlir;

namespace iarc {
#define GEN_PASS_DEF_IARCHOISTWEIGHTGRADIENTS
#include "iarc/Transforms/Passes.h.inc"

namespace {

/// The batch for which what an iteration stacks anew must not exceed the weight.
constexpr int64_t kStackedBatch = 32;

/// A carried sum of weight gradients.
struct CarriedSum {
  unsigned index;                    ///< of the carried value
  SmallVector<Operation *> products; ///< weight_gradient and bias_gradient
  SmallVector<AddOp> adds;           ///< of the sum, the last first
};

/// Adds the summands of `value` to `sum`. False where one is neither a product nor, once, what is
/// carried, or where somebody else reads a part of the sum.
bool collectSummands(Value value, Value carried, CarriedSum &sum, unsigned &carries) {
  if (!value.hasOneUse())
    return false;
  if (value == carried)
    return ++carries == 1;
  Operation *op = value.getDefiningOp();
  if (!op || op->getBlock() != carried.getParentBlock())
    return false;
  if (isa<WeightGradientOp, BiasGradientOp>(op)) {
    sum.products.push_back(op);
    return true;
  }
  auto add = dyn_cast<AddOp>(op);
  if (!add)
    return false;
  sum.adds.push_back(add);
  return collectSummands(add.getLhs(), carried, sum, carries) &&
         collectSummands(add.getRhs(), carried, sum, carries);
}

/// Where the values of a repeat's iterations lie together, as far as that is known.
class Stacks {
public:
  explicit Stacks(RepeatOp repeat) : repeat(repeat) {}

  /// Elements of one sample that one iteration stacks anew so that `value` is stacked.
  int64_t cost(Value value) {
    if (isSlice(value) || position(value) || llvm::is_contained(fresh, value))
      return 0;
    return cast<ValueType>(value.getType()).getNumElements();
  }
  void require(Value value) {
    if (cost(value))
      fresh.push_back(value);
  }
  bool isSlice(Value value) {
    auto argument = dyn_cast<BlockArgument>(value);
    return argument && argument.getArgNumber() >= repeat.getNumCarried();
  }
  /// Operand number of the yield that stacks the value, or 0 (never a stacked one: where something
  /// is hoisted, something is carried).
  unsigned position(Value value) {
    for (unsigned i = repeat.getNumCarried(); i < repeat.getNumResults(); ++i)
      if (repeat.getYield()->getOperand(i) == value)
        return i;
    return 0;
  }

  RepeatOp repeat;
  SmallVector<Value> fresh; ///< values that become further stacked results
};

bool collectSum(RepeatOp repeat, unsigned index, CarriedSum &sum) {
  auto weight = dyn_cast<WeightType>(repeat.getInits()[index].getType());
  // Of all positions, not of each: the axes are (out, in), or of a bias (out).
  if (!weight || weight.getAxes().size() > 2 || weight.isPerPosition())
    return false;
  unsigned carries = 0;
  sum.index = index;
  if (!collectSummands(repeat.getYield()->getOperand(index),
                       repeat.getBodyBlock().getArgument(index), sum, carries) ||
      carries != 1 || sum.products.empty())
    return false;
  return llvm::all_of(sum.products, [&](Operation *product) {
    return llvm::all_of(product->getOperands(), [&](Value operand) {
      return operand.getParentBlock() == &repeat.getBodyBlock();
    });
  });
}

Value positionsOf(OpBuilder &builder, Location location, Value stack) {
  auto type = cast<ValueType>(stack.getType());
  auto name = StringAttr::get(type.getContext(), "position");
  int64_t features = type.getFeatures();
  Axis axes[] = {{name, type.getNumElements() / features}, type.getAxes().back()};
  auto flat = ValueType::get(axes, type.getElementType());
  return builder.createOrFold<ReshapeOp>(location, flat, stack);
}

void hoist(RepeatOp repeat) {
  Stacks stacks(repeat);
  SmallVector<CarriedSum> sums;
  for (unsigned index = 0; index < repeat.getNumCarried(); ++index) {
    CarriedSum sum;
    if (!collectSum(repeat, index, sum))
      continue;
    int64_t cost = 0;
    for (Operation *product : sum.products)
      for (Value operand : product->getOperands())
        cost += stacks.cost(operand);
    auto weight = cast<WeightType>(repeat.getInits()[index].getType());
    if (cost * kStackedBatch > weight.getNumElements())
      continue;
    for (Operation *product : sum.products)
      for (Value operand : product->getOperands())
        stacks.require(operand);
    sums.push_back(std::move(sum));
  }
  if (sums.empty())
    return;

  // The repeat without the sums, with the stacks.
  auto isHoisted = [&](unsigned index) {
    return llvm::any_of(sums, [&](const CarriedSum &sum) { return sum.index == index; });
  };
  Block &body = repeat.getBodyBlock();
  Operation *yield = repeat.getYield();
  SmallVector<Value> inits, yielded, oldResults;
  SmallVector<Type> types;
  for (unsigned index = 0; index < repeat.getNumResults(); ++index) {
    if (isHoisted(index))
      continue;
    if (index < repeat.getNumCarried())
      inits.push_back(repeat.getInits()[index]);
    yielded.push_back(yield->getOperand(index));
    oldResults.push_back(repeat.getResult(index));
    types.push_back(repeat.getResult(index).getType());
  }
  for (Value value : stacks.fresh) {
    yielded.push_back(value);
    types.push_back(cast<ValueType>(value.getType()).stacked(repeat.getCount()));
  }
  OpBuilder builder(repeat->getContext());
  builder.setInsertionPointAfter(repeat);
  auto replacement = RepeatOp::create(builder, repeat.getLoc(), types, repeat.getCount(),
                                      repeat.getReverse(), inits, repeat.getSlices());
  for (auto [old, fresh] : llvm::zip(oldResults, replacement.getResults()))
    old.replaceAllUsesWith(fresh);

  // Where each operand of the hoisted products lies after the loop.
  auto stackOf = [&](Value value) -> Value {
    if (stacks.isSlice(value))
      return repeat.getSlices()[cast<BlockArgument>(value).getArgNumber() - repeat.getNumCarried()];
    if (unsigned index = stacks.position(value))
      return replacement.getResult(index - sums.size());
    return replacement.getResult(
        oldResults.size() + std::distance(stacks.fresh.begin(), llvm::find(stacks.fresh, value)));
  };
  for (const CarriedSum &sum : sums) {
    Value total = repeat.getInits()[sum.index];
    for (Operation *product : sum.products) {
      Location location = product->getLoc();
      SmallVector<Value> stacked;
      for (Value operand : product->getOperands())
        stacked.push_back(positionsOf(builder, location, stackOf(operand)));
      OperationState state(location, product->getName(), stacked, total.getType());
      Value gradient = builder.create(state)->getResult(0);
      total = builder.createOrFold<AddOp>(location, total.getType(), total, gradient);
    }
    repeat.getResult(sum.index).replaceAllUsesWith(total);
  }
  yield->setOperands(yielded);
  for (const CarriedSum &sum : sums) {
    for (AddOp add : sum.adds)
      add.erase();
    for (Operation *product : sum.products)
      product->erase();
  }
  for (const CarriedSum &sum : llvm::reverse(sums))
    body.eraseArgument(sum.index);
  replacement.getBody().takeBody(repeat.getBody());
  repeat.erase();
}

struct HoistWeightGradients : impl::IarcHoistWeightGradientsBase<HoistWeightGradients> {
  void runOnOperation() override {
    SmallVector<RepeatOp> repeats;
    // Inner loops first.
    getOperation().walk([&](RepeatOp repeat) { repeats.push_back(repeat); });
    for (RepeatOp repeat : repeats)
      hoist(repeat);
  }
};

} // namespace
} // namespace iarc
