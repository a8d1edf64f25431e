//===- Inference.cpp - The function of inference and its weights ------------===//
#include "Inference.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <limits>

using namespace mlir;

namespace iarc {

/// Buffers are multiples of this many elements: aligned, and whole vectors can be read and written
/// at their end.
static constexpr int64_t kPadding = 16;

int64_t choosePositionLanes(int64_t context, int64_t vectorLanes, int64_t vectorBits) {
  int64_t best = 1, bestCost = std::numeric_limits<int64_t>::max();
  for (int64_t lanes = 1; lanes <= vectorLanes; lanes *= 2) {
    // 512 bits take most processors as long as twice 256; what is filled up costs memory.
    int64_t groups = llvm::divideCeil(context, lanes);
    int64_t operations = groups * (lanes == vectorLanes && vectorBits > 256 ? 2 : 1);
    int64_t cost = 4 * operations + groups * lanes / 8;
    if (cost <= bestCost) {
      bestCost = cost;
      best = lanes;
    }
  }
  return best;
}

/// Rows of a block: accumulators that stay in registers beside the one operand that is held. Equal
/// blocks are one piece of code.
static int64_t chooseRows(int64_t count, int64_t registers) {
  int64_t most = registers - 4;
  if (count <= most)
    return count;
  for (int64_t rows = most; rows >= most / 2; --rows)
    if (count % rows == 0)
      return rows;
  return llvm::divideCeil(count, llvm::divideCeil(count, most));
}

Inference::Inference(func::FuncOp forward, const Target &target, int64_t lanes)
    : featureLanes(lanes), target(target) {
  OpBuilder b(forward);
  function = cast<func::FuncOp>(b.clone(*forward));
  function.setName("infer");
  Operation *ret = function.front().getTerminator();
  Value logits = ret->getNumOperands() > 1 ? ret->getOperand(1) : Value();
  auto loss = ret->getOperand(0).getDefiningOp<LossOp>();
  bool readsLogits = loss && loss.getKind() != LossKind::Own;
  if (!loss || !logits || (readsLogits && loss.getLogits() != logits) || ret->getNumOperands() != 2)
    return;
  context = loss.getBatch().getType().getPositions();
  positionLanes = choosePositionLanes(context, lanes, target.vectorBits);
  groups = llvm::divideCeil(context, positionLanes);
  bool readsLast = loss.getAt() == LossAt::Last;
  rows = readsLast ? 1 : cast<ValueType>(logits.getType()).getPositions();
  if (readsLast)
    function->setAttr(kReadsLastAttr, b.getUnitAttr());
  ret->setOperands(logits);
  loss.erase();
  // What only an own loss reads, such as the targets.
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(function.front())))
    if (isOpTriviallyDead(&op))
      op.erase();
  function.setFunctionType(
      b.getFunctionType(function.getArgumentTypes(), TypeRange{logits.getType()}));
  supported = analyse();
}

Inference::~Inference() { function.erase(); }

int64_t Inference::elementsOf(ValueType type) const {
  if (hasPositionLanes(type))
    return llvm::divideCeil(paddedPositions() * type.getFeatures(), kPadding) * kPadding;
  int64_t stacked = type.getNumElements() / type.getFeatures();
  return stacked * llvm::divideCeil(type.getFeatures(), kPadding) * kPadding;
}

int64_t Inference::rowElements() const {
  return llvm::divideCeil(context * positionLanes, kPadding) * kPadding;
}

int64_t Inference::sliceElements(Value slice) const {
  auto form = forms.find(slice);
  return form == forms.end() ? 0 : form->second.elements * form->second.outer;
}

bool Inference::isSupported(Operation *op) const {
  auto isWindow = [&](Type type) {
    auto value = dyn_cast<ValueType>(type);
    if (!value)
      return !isa<WeightType>(type) || isa<RepeatOp>(op);
    bool isStacked = value.getAxes().size() > 2;
    return value.getPositions() == 1 || (value.getPositions() == context && !isStacked);
  };
  if (!llvm::all_of(op->getResultTypes(), isWindow))
    return false;
  if (auto repeat = dyn_cast<RepeatOp>(op))
    return !repeat.getReverse() &&
           llvm::none_of(repeat.getResultTypes(), llvm::IsaPred<WeightType>);
  if (auto linear = dyn_cast<LinearOp>(op))
    return !linear.getTransposed();
  if (auto reshape = dyn_cast<ReshapeOp>(op)) {
    // Positions become iterations, or the other way.
    auto isStackOf = [](ValueType stack, ValueType plain) {
      return plain.getAxes().size() == 2 && stack.getAxes().size() == 3 &&
             stack.getPositions() == 1 && stack.getAxes().front().size == plain.getPositions();
    };
    ValueType from = reshape.getInput().getType(), to = reshape.getResult().getType();
    return isStackOf(to, from) || isStackOf(from, to);
  }
  return isa<EncodeOp, LookupOp, BroadcastOp, SpreadOp, ReduceOp, JoinOp, RotateOp, MapOp, AddOp,
             ZeroOp, NormOp, SliceOp, AttentionOp, FlattenOp, LstmGatesOp, CopyOp, YieldOp,
             func::ReturnOp, arith::ConstantOp>(op);
}

bool Inference::arrange(OpOperand &use, PreparedWeight form) {
  return arrange(use.get(), form) || arrangeAgain(use, form);
}

bool Inference::arrange(Value weight, PreparedWeight form) {
  // From the op to the function's argument, through the repeats that slice it.
  while (true) {
    auto [known, fresh] = forms.try_emplace(weight, form);
    if (!fresh && !(known->second == form))
      return false; // read in two ways
    auto argument = dyn_cast<BlockArgument>(weight);
    if (!argument)
      return false;
    auto repeat = dyn_cast<RepeatOp>(argument.getOwner()->getParentOp());
    if (!repeat) {
      StringAttr symbol = symbolOf(argument);
      if (!symbol)
        return false;
      auto [entry, isNew] = weights.try_emplace(symbol, form);
      return isNew || entry->second == form;
    }
    if (argument.getArgNumber() < repeat.getNumCarried())
      return false;
    weight = repeat.getSlices()[argument.getArgNumber() - repeat.getNumCarried()];
    form.outer *= repeat.getCount();
  }
}

StringAttr Inference::symbolOf(BlockArgument argument) {
  auto symbol = function.getArgAttrOfType<FlatSymbolRefAttr>(argument.getArgNumber(), kWeightAttr);
  return symbol ? symbol.getAttr() : StringAttr();
}

/// A weight that is read in two ways, such as in a recurrence and outside of it, is prepared twice.
bool Inference::arrangeAgain(OpOperand &use, PreparedWeight form) {
  auto argument = dyn_cast<BlockArgument>(use.get());
  Value copy = argument ? copyOf(argument, form) : Value();
  if (!copy)
    return false;
  use.set(copy);
  return arrange(copy, form);
}

Value Inference::copyOf(BlockArgument argument, PreparedWeight form) {
  if (auto repeat = dyn_cast<RepeatOp>(argument.getOwner()->getParentOp())) {
    // A slice of a copy.
    unsigned carried = repeat.getNumCarried();
    auto whole =
        argument.getArgNumber() < carried
            ? BlockArgument()
            : dyn_cast<BlockArgument>(repeat.getSlices()[argument.getArgNumber() - carried]);
    form.outer *= repeat.getCount();
    Value copy = whole ? copyOf(whole, form) : Value();
    if (!copy)
      return {};
    for (auto [slice, other] : llvm::zip(repeat.getSlices(), repeat.getSliceArguments()))
      if (slice == copy)
        return other;
    repeat.getSlicesMutable().append(copy);
    return repeat.getBodyBlock().addArgument(argument.getType(), argument.getLoc());
  }
  StringAttr source = symbolOf(argument);
  if (!source)
    return {};
  for (BlockArgument other : function.front().getArguments())
    if (StringAttr symbol = symbolOf(other);
        symbol && sourceOf(symbol) == source && forms.lookup(other) == form)
      return other;
  // No weight of a model has such a name.
  MLIRContext *context = function.getContext();
  auto name = StringAttr::get(context, source.getValue() + "#" + Twine(copies.size()));
  copies[name] = source;
  unsigned number = function.getNumArguments();
  NamedAttribute entry(StringAttr::get(context, kWeightAttr), FlatSymbolRefAttr::get(name));
  if (failed(function.insertArgument(number, argument.getType(),
                                     DictionaryAttr::get(context, entry), argument.getLoc())))
    return {};
  return function.getArgument(number);
}

bool Inference::arrange(LinearOp op) {
  WeightType weight = op.getWeight().getType();
  bool single = op.getInput().getType().getPositions() == 1;
  PreparedWeight form;
  form.positions = single ? 1 : context;
  form.out = weight.getSize("out");
  form.in = weight.getSize("in");
  if (single) {
    form.form = PreparedForm::Outputs;
    form.lanes = featureLanes;
    int64_t vectors = llvm::divideCeil(form.out, featureLanes);
    form.rows = chooseRows(vectors, target.vectorRegisters);
    form.elements = vectors * featureLanes * form.in;
  } else if (weight.isPerPosition() || weight.isAcrossPositions()) {
    form.form = weight.isPerPosition() ? PreparedForm::Positions : PreparedForm::Pairs;
    form.lanes = positionLanes;
    form.rows = chooseRows(form.out, target.vectorRegisters);
    int64_t vectors = 0;
    for (int64_t group = 0; group < groups; ++group)
      vectors += weight.isPerPosition() ? 1 : std::min(context, (group + 1) * positionLanes);
    form.elements = vectors * positionLanes * form.out * form.in;
  } else {
    form.elements = form.out * form.in;
  }
  if (!arrange(op.getWeightMutable(), form))
    return false;
  if (!op.getBias())
    return true;
  PreparedWeight bias = form;
  bias.in = 1;
  if (form.form == PreparedForm::Outputs) {
    bias.elements = form.elements / form.in;
  } else if (op.getBias().getType().isPerPosition()) {
    if (form.form == PreparedForm::Stored) // the language gives both the same placement
      return false;
    bias.form = PreparedForm::Positions;
    bias.lanes = positionLanes;
    bias.elements = paddedPositions() * form.out;
  } else {
    bias.form = PreparedForm::Stored;
    bias.rows = bias.lanes = 1;
    bias.elements = form.out;
  }
  return arrange(op.getBiasMutable()[0], bias);
}

/// Rows are read as they are stored.
bool Inference::arrange(LookupOp op) {
  WeightType weight = op.getWeight().getType();
  PreparedWeight form;
  form.positions = context;
  form.out = weight.getSize("out");
  form.in = weight.getSize("in");
  form.elements = form.out * form.in;
  return arrange(op.getWeightMutable(), form);
}

bool Inference::arrange(BroadcastOp op) {
  WeightType weight = op.getWeight().getType();
  PreparedWeight form;
  form.out = weight.getSize("out");
  if (weight.isPerPosition() && op.getResult().getType().getPositions() > 1) {
    form.form = PreparedForm::Positions;
    form.positions = context;
    form.lanes = positionLanes;
    form.rows = chooseRows(form.out, target.vectorRegisters);
    form.elements = paddedPositions() * form.out;
  } else {
    form.elements = form.out;
  }
  return arrange(op.getWeightMutable(), form);
}

bool Inference::analyse() {
  bool all = true;
  function.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
    all = all && isSupported(op) && (!isa<LinearOp>(op) || arrange(cast<LinearOp>(op))) &&
          (!isa<BroadcastOp>(op) || arrange(cast<BroadcastOp>(op))) &&
          (!isa<LookupOp>(op) || arrange(cast<LookupOp>(op)));
    // What is within the other ops are scalar regions.
    return isa<RepeatOp>(op) ? WalkResult::advance() : WalkResult::skip();
  });
  for (auto &[symbol, weight] : weights) {
    offsets.offsets[symbol] = offsets.elements;
    offsets.elements += llvm::divideCeil(weight.elements * weight.outer, kPadding) * kPadding;
  }
  return all;
}

} // namespace iarc
