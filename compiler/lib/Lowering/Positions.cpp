//===- Positions.cpp - Which positions an op must compute -------------------===//
#include "Positions.h"
#include "LargeProducts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace iarc {
namespace {

enum class Extent { None, Last, All };

/// Whether each number that the scalar region yields is zero when the marked arguments are. A
/// factor of zero makes a product zero: what is infinite where nothing is read stays unread.
SmallVector<bool> yieldsZero(Block &block, ArrayRef<bool> zeroArguments) {
  DenseSet<Value> zeros;
  for (auto [argument, zero] : llvm::zip(block.getArguments(), zeroArguments))
    if (zero)
      zeros.insert(argument);
  auto isZero = [&](Value value) {
    return zeros.contains(value) || matchPattern(value, m_AnyZeroFloat());
  };
  for (Operation &op : block.without_terminator()) {
    bool zero = llvm::TypeSwitch<Operation *, bool>(&op)
                    .Case<arith::AddFOp, arith::SubFOp, arith::MaximumFOp, arith::MinimumFOp>(
                        [&](Operation *op) { return llvm::all_of(op->getOperands(), isZero); })
                    .Case<arith::MulFOp>(
                        [&](Operation *op) { return llvm::any_of(op->getOperands(), isZero); })
                    .Case<arith::DivFOp, arith::NegFOp, math::TanhOp, math::AbsFOp, math::SqrtOp,
                          math::ErfOp, math::SinOp>(
                        [&](Operation *op) { return isZero(op->getOperand(0)); })
                    .Case<arith::SelectOp>([&](arith::SelectOp op) {
                      return isZero(op.getTrueValue()) && isZero(op.getFalseValue());
                    })
                    .Default(false);
    if (zero)
      zeros.insert(op.getResult(0));
  }
  SmallVector<bool> yielded;
  for (Value value : block.getTerminator()->getOperands())
    yielded.push_back(isZero(value));
  return yielded;
}

class Analysis {
public:
  explicit Analysis(func::FuncOp function) : function(function) {}
  LivePositions run();

private:
  bool isZero(Value value) { return zeros.contains(value); }
  /// Finds the values that are zero but for the last position, at the edge.
  void propagateZeros(Block &block);
  void propagateZeros(Operation &op);
  /// Finds where values are read, from the block's end to its start.
  void propagateReads(Block &block);
  void propagateReads(Operation &op);
  void propagateReads(RepeatOp repeat);
  void read(Value value, Extent extent) {
    // What a repeat reads from outside it reads in every iteration.
    if (value.getParentBlock() != current)
      extent = Extent::All;
    Extent &known = reads[value];
    known = std::max(known, extent);
  }
  Extent readsOf(Value value) { return reads.lookup(value); }

  func::FuncOp function;
  DenseSet<Value> zeros;
  DenseMap<Value, Extent> reads;
  /// Of a stack: where the slice of the edge is read, if by slices of other repeats only.
  DenseMap<Value, Extent> edgeReads;
  Block *current = nullptr; ///< whose ops are visited
  LivePositions live;
};

void Analysis::propagateZeros(Operation &op) {
  auto mark = [&](Value result, bool zero) {
    if (zero)
      zeros.insert(result);
  };
  auto throughRegion = [&](Block &block, ArrayRef<bool> arguments) {
    for (auto [result, zero] : llvm::zip(op.getResults(), yieldsZero(block, arguments)))
      mark(result, zero);
  };
  llvm::TypeSwitch<Operation *>(&op)
      .Case<LossAdjointOp>(
          [&](LossAdjointOp op) { mark(op.getResult(), op.getAt() == LossAt::Last); })
      .Case<ZeroOp>([&](ZeroOp op) { mark(op.getResult(), isa<ValueType>(op.getType())); })
      .Case<SliceOp, EmbedOp, SpreadOp, ReduceOp, JoinOp, RotateOp>([&](Operation *op) {
        mark(op->getResult(0),
             llvm::all_of(op->getOperands(), [&](Value operand) { return isZero(operand); }));
      })
      .Case<NormOp>([&](NormOp op) { mark(op.getResult(), isZero(op.getInput())); })
      .Case<CopyOp>([&](CopyOp op) { mark(op.getResult(), isZero(op.getSource())); })
      .Case<AddOp>(
          [&](AddOp op) { mark(op.getResult(), isZero(op.getLhs()) && isZero(op.getRhs())); })
      .Case<NormAdjointOp>([&](NormAdjointOp op) {
        mark(op.getInputAdjoint(),
             isZero(op.getResultAdjoint()) && (!op.getResidual() || isZero(op.getResidual())));
      })
      .Case<MapOp>([&](MapOp op) {
        SmallVector<bool> arguments;
        for (Value input : op.getInputs())
          arguments.push_back(isZero(input));
        throughRegion(op.getBody().front(), arguments);
      })
      .Case<LinearOp>([&](LinearOp op) {
        bool mixes = op.getWeight().getType().isAcrossPositions();
        SmallVector<bool> arguments{isZero(op.getInput()) && !op.getBias() && !mixes};
        for (Value extra : op.getExtras())
          arguments.push_back(isZero(extra));
        if (op.hasEpilogue())
          throughRegion(op.getEpilogue().front(), arguments);
        else
          mark(op.getResult(0), arguments.front());
      })
      .Case<AttentionAdjointOp>([&](AttentionAdjointOp op) {
        mark(op.getQueryAdjoint(), isZero(op.getResultAdjoint()));
        for (Value adjoint : op.getParameterAdjoints())
          mark(adjoint, isZero(op.getResultAdjoint()));
      })
      .Case<RepeatOp>([&](RepeatOp repeat) {
        if (repeat->getParentOp() != function)
          return;
        if (repeat.getReverse())
          for (auto [init, argument] : llvm::zip(repeat.getInits(), repeat.getCarriedArguments()))
            mark(argument, isZero(init));
        propagateZeros(repeat.getBodyBlock());
      });
}

void Analysis::propagateZeros(Block &block) {
  for (Operation &op : block)
    propagateZeros(op);
}

void Analysis::propagateReads(Operation &op) {
  if (auto repeat = dyn_cast<RepeatOp>(op); repeat && repeat->getParentOp() == function)
    return propagateReads(repeat);
  auto readAll = [&](OperandRange operands, Extent extent) {
    for (Value operand : operands)
      read(operand, extent);
  };
  // Every result is either zero elsewhere, or read nowhere else.
  bool onlyLast = llvm::any_of(op.getResultTypes(), llvm::IsaPred<ValueType>);
  for (Value result : op.getResults())
    onlyLast &= isZero(result) || readsOf(result) != Extent::All;
  Extent extent = onlyLast ? Extent::Last : Extent::All;
  llvm::TypeSwitch<Operation *>(&op)
      .Case<EncodeOp, LookupOp, SliceOp, EmbedOp, CopyOp, AddOp, ZeroOp, MapOp, NormOp,
            NormAdjointOp, BroadcastOp, SpreadOp, ReduceOp, JoinOp, RotateOp, TargetOp>(
          [&](Operation *op) { readAll(op->getOperands(), extent); })
      .Case<LinearOp>([&](LinearOp op) {
        onlyLast &= !isLargeProduct(op);
        if (!op.getWeight().getType().isAcrossPositions())
          return readAll(op->getOperands(), onlyLast ? Extent::Last : Extent::All);
        // Position t reads the positions s <= t of its input, or transposed the positions t >= s.
        readAll(op.getExtras(), onlyLast ? Extent::Last : Extent::All);
        bool zeroInput = op.getTransposed() && isZero(op.getInput());
        read(op.getInput(),
             zeroInput || (onlyLast && op.getTransposed()) ? Extent::Last : Extent::All);
        if (zeroInput)
          live.zeroInput.insert(op);
      })
      .Case<AttentionOp>([&](AttentionOp op) {
        read(op.getQuery(), extent);
        readAll(op.getParameters(), extent);
        readAll(op.getExtras(), extent);
        read(op.getKey(), Extent::All);
        read(op.getValue(), Extent::All);
      })
      .Case<AttentionAdjointOp>([&](AttentionAdjointOp op) {
        onlyLast = isZero(op.getResultAdjoint());
        extent = onlyLast ? Extent::Last : Extent::All;
        read(op.getQuery(), extent);
        readAll(op.getParameters(), extent);
        read(op.getResultAdjoint(), extent);
        read(op.getKey(), Extent::All);
        read(op.getValue(), Extent::All);
      })
      .Case<WeightGradientOp>([&](WeightGradientOp op) {
        onlyLast = isZero(op.getOutputAdjoint()) && !isLargeProduct(op);
        read(op.getOutputAdjoint(), onlyLast ? Extent::Last : Extent::All);
        // Across positions the last row of pairs reads all of its input.
        bool across = op.getResult().getType().isAcrossPositions();
        read(op.getInput(), onlyLast && !across ? Extent::Last : Extent::All);
      })
      .Case<LossOp, LossAdjointOp>([&](auto op) {
        read(op.getLogits(), op.getAt() == LossAt::Last ? Extent::Last : Extent::All);
        onlyLast = false; // they know themselves what they read
      })
      .Default([&](Operation *op) {
        onlyLast = false;
        readAll(op->getOperands(), Extent::All);
        op->walk([&](Operation *inner) {
          if (inner != op)
            readAll(inner->getOperands(), Extent::All);
        });
      });
  if (!onlyLast)
    return;
  live.onlyLast.insert(&op);
  for (Value result : op.getResults())
    if (isZero(result) && readsOf(result) == Extent::All)
      live.zeroElsewhere.insert(result);
}

void Analysis::propagateReads(RepeatOp repeat) {
  Operation *yield = repeat.getYield();
  unsigned carried = repeat.getNumCarried();
  for (unsigned i = 0; i < repeat.getNumResults(); ++i) {
    Value result = repeat.getResult(i);
    Extent extent = Extent::All;
    if (i >= carried)
      extent = readsOf(result) == Extent::None ? edgeReads.lookup(result) : Extent::All;
    else if (!repeat.getReverse())
      extent = readsOf(result);
    Extent &known = reads[yield->getOperand(i)];
    known = std::max(known, extent);
  }
  propagateReads(repeat.getBodyBlock());
  for (auto [init, argument] : llvm::zip(repeat.getInits(), repeat.getCarriedArguments()))
    read(init, repeat.getReverse() ? readsOf(argument) : Extent::All);
  for (auto [slice, argument] : llvm::zip(repeat.getSlices(), repeat.getSliceArguments())) {
    Extent &known = edgeReads[slice];
    known = std::max(known, readsOf(argument));
  }
}

void Analysis::propagateReads(Block &block) {
  Block *outer = std::exchange(current, &block);
  for (Operation &op : llvm::reverse(block.without_terminator()))
    propagateReads(op);
  current = outer;
}

LivePositions Analysis::run() {
  Block &block = function.front();
  propagateZeros(block);
  bool isStep = function.getName() == "train_step" || function.getName() == "gradients";
  Extent logits = Extent::All;
  for (auto loss : block.getOps<LossOp>())
    if (isStep && loss.getAt() == LossAt::Last)
      logits = Extent::Last;
  if (function->hasAttr(kReadsLastAttr))
    logits = Extent::Last;
  current = &block;
  for (Value value : block.getTerminator()->getOperands())
    read(value, logits);
  propagateReads(block);
  return std::move(live);
}

} // namespace

LivePositions findLivePositions(func::FuncOp function) { return Analysis(function).run(); }

double computedShare(Operation *op, const LivePositions &live) {
  if (!live.onlyLast.contains(op) && !live.zeroInput.contains(op))
    return 1;
  auto value =
      llvm::find_if(op->getOperands(), [](Value v) { return isa<ValueType>(v.getType()); });
  double positions = double(cast<ValueType>((*value).getType()).getPositions());
  auto linear = dyn_cast<LinearOp>(op);
  bool across = linear ? linear.getWeight().getType().isAcrossPositions()
                       : isa<WeightGradientOp>(op) &&
                             cast<WeightType>(op->getResult(0).getType()).isAcrossPositions();
  // Of positions (positions + 1) / 2 pairs the last row has one for each position.
  double last = across ? 2 / (positions + 1) : 1 / positions;
  auto repeat = dyn_cast<RepeatOp>(op->getParentOp());
  return repeat ? (double(repeat.getCount()) - 1 + last) / double(repeat.getCount()) : last;
}

} // namespace iarc
