//===- EmitElementwise.cpp - Encode, maps, norms, moves, updates ------------===//
#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace iarc {

/// Elements of one task of elementwise work on flat memory: 32 KiB of f32.
static constexpr int64_t kElementsPerTask = 8192;

static bool isStacked(Type type) {
  auto value = dyn_cast<ValueType>(type);
  return value && value.getAxes().size() > 2;
}

bool Emitter::isTileOp(Operation *op) {
  if (isAcrossOp(op) || isLargeProduct(op))
    return false;
  if (isa<EncodeOp, LookupOp, LinearOp, MapOp, NormOp, NormAdjointOp, SliceOp, EmbedOp, LstmGatesOp,
          LstmGatesAdjointOp, BroadcastOp, SpreadOp, ReduceOp, JoinOp, RotateOp, TargetOp>(op))
    return llvm::none_of(op->getOperandTypes(), isStacked);
  if (isa<AddOp, CopyOp, ZeroOp>(op))
    return isa<ValueType>(op->getResult(0).getType()) && !isStacked(op->getResult(0).getType());
  return false;
}

bool Emitter::isAcrossOp(Operation *op) {
  auto linear = dyn_cast<LinearOp>(op);
  return linear && linear.getWeight().getType().isAcrossPositions();
}

bool Emitter::isPositionOp(Operation *op) {
  auto gradient = dyn_cast<WeightGradientOp>(op);
  return gradient && !isLargeProduct(op) && gradient.getResult().getType().isPerPosition() &&
         gradient.getInput().getType().getPositions() >= kPositionsToShare;
}

Value Emitter::firstPosition(Operation *op, int64_t positions) {
  if (!plan.live.onlyLast.contains(op) && !plan.live.zeroInput.contains(op))
    return index(0);
  auto repeat = dyn_cast<RepeatOp>(op->getParentOp());
  Value last = index(positions - 1);
  if (!repeat)
    return last;
  Value iteration = LLVM::LoadOp::create(b, b.getI64Type(), loop, /*alignment=*/8);
  Value atEdge = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, iteration,
                                       index(int64_t(repeat.getCount()) - 1));
  return select(atEdge, last, index(0));
}

void Emitter::emitTile(Operation *op, Value p, Value begin, Value end) {
  auto emit = [&] {
    if (isTileKernel(op))
      emitTileKernel(op, p, begin, end);
    else
      emitWholeTile(op, p, begin, end);
  };
  // A gradient has a sum of nothing, but an update, where its output adjoint is zero.
  if (!plan.live.onlyLast.contains(op) || isPositionOp(op))
    return emit();
  int64_t positions = cast<ValueType>(op->getResult(0).getType()).getPositions();
  Value live = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, p, firstPosition(op, positions));
  SmallVector<Value> zeros;
  for (Value result : op->getResults())
    if (plan.live.zeroElsewhere.contains(result))
      zeros.push_back(result);
  auto branch = scf::IfOp::create(b, live, /*withElseRegion=*/!zeros.empty());
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  emit();
  if (zeros.empty())
    return;
  b.setInsertionPointToStart(branch.elseBlock());
  for (Value zero : zeros)
    emitFill(zero, p, begin, end);
}

void Emitter::emitWholeTile(Operation *op, Value p, Value begin, Value end) {
  llvm::TypeSwitch<Operation *>(op)
      .Case<EncodeOp>([&](auto op) { emitEncode(op, p, begin, end); })
      .Case<LookupOp>([&](auto op) { emitLookup(op, p, begin, end); })
      .Case<LinearOp>([&](auto op) { emitLinear(op, p, begin, end); })
      .Case<MapOp>([&](auto op) { emitMap(op, p, begin, end); })
      .Case<LstmGatesOp>([&](auto op) { emitLstmGates(op, p, begin, end); })
      .Case<LstmGatesAdjointOp>([&](auto op) { emitLstmGatesAdjoint(op, p, begin, end); })
      .Case<BroadcastOp>([&](auto op) {
        if (!isReadByMapsOnly(op))
          emitBroadcast(op, p, begin, end);
      })
      .Case<SpreadOp>([&](auto op) {
        if (!isReadByMapsOnly(op))
          emitSpread(op, p, begin, end);
      })
      .Case<ReduceOp>([&](auto op) { emitReduce(op, p, begin, end); })
      .Case<JoinOp>([&](auto op) { emitJoin(op, p, begin, end); })
      .Case<RotateOp>([&](auto op) { emitRotate(op, p, begin, end); })
      .Case<TargetOp>([&](auto op) { emitTarget(op, p, begin, end); })
      .Case<NormOp>([&](auto op) { emitNorm(op, p, begin, end); })
      .Case<NormAdjointOp>([&](auto op) { emitNormAdjoint(op, p, begin, end); })
      .Case<WeightGradientOp>([&](auto op) { emitGradientOfPosition(op, p); })
      .Case<SliceOp>([&](SliceOp op) {
        int64_t count = op.getResult().getType().getFeatures();
        emitMove(op.getInput(), op.getInput().getType().getFeatures(), op.getBegin(),
                 op.getResult(), count, 0, count, p, begin, end);
      })
      .Case<EmbedOp>([&](EmbedOp op) {
        int64_t count = op.getInput().getType().getFeatures();
        emitFill(op.getResult(), p, begin, end);
        emitMove(op.getInput(), count, 0, op.getResult(), op.getResult().getType().getFeatures(),
                 op.getBegin(), count, p, begin, end);
      })
      .Case<ZeroOp>([&](ZeroOp op) { emitFill(op.getResult(), p, begin, end); })
      .Case<CopyOp>([&](CopyOp op) {
        int64_t features = cast<ValueType>(op.getResult().getType()).getFeatures();
        emitMove(op.getSource(), features, 0, op.getResult(), features, 0, features, p, begin, end);
      })
      .Case<AddOp>([&](AddOp op) {
        int64_t features = cast<ValueType>(op.getResult().getType()).getFeatures();
        Value x = row(address(op.getLhs()), features, p, begin);
        Value y = row(address(op.getRhs()), features, p, begin);
        Value to = row(address(op.getResult()), features, p, begin);
        forLoop(index(0), mul(sub(end, begin), features), 1, [&](Value i) {
          Value at = mul(i, layout.lanes);
          store(addF(load(offset(x, at)), load(offset(y, at))), offset(to, at));
        });
      });
}

void Emitter::emitEncode(EncodeOp op, Value p, Value begin, Value end) {
  BatchType batch = op.getBatch().getType();
  int64_t features = op.getResult().getType().getFeatures();
  Value base = address(op.getResult());
  forLoop(begin, end, 1, [&](Value g) {
    Value to = row(base, features, p, g);
    emitOneHot(Symbols, p, g, to, batch.getSymbols());
    emitOneHot(Controls, p, g, offset(to, batch.getSymbols() * layout.lanes), batch.getControls());
  });
}

void Emitter::emitOneHot(unsigned field, Value p, Value g, Value to, int64_t count) {
  Value one = splat(1.0), zero = splat(0.0), token = loadIntegers(tokens(field, p, g));
  forLoop(index(0), index(count), 1, [&](Value f) {
    Value number = arith::TruncIOp::create(b, b.getI32Type(), f);
    Value hit = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, token,
                                      vector::BroadcastOp::create(b, integers, number));
    store(select(hit, one, zero), offset(to, mul(f, layout.lanes)));
  });
}

bool Emitter::isReadByMapsOnly(Operation *op) {
  return mapsReadSources && llvm::all_of(op->getUsers(), [&](Operation *user) {
           return isa<MapOp>(user) && user->getBlock() == op->getBlock();
         });
}

void Emitter::emitMap(MapOp op, Value p, Value begin, Value end) {
  int64_t features = cast<ValueType>(op.getResultTypes().front()).getFeatures();
  // What is the same for all features or samples is read where it lies, not where it was spread to.
  auto sourceOf = [&](Value input) -> Operation * {
    Operation *source = input.getDefiningOp();
    bool isDirect = source && isa<SpreadOp, BroadcastOp>(source) && isReadByMapsOnly(source);
    return isDirect ? source : nullptr;
  };
  bool direct = llvm::any_of(op.getInputs(), sourceOf);
  SmallVector<Value> to;
  for (Value result : op.getResults())
    to.push_back(row(address(result), features, p, begin));
  auto emitElement = [&](Value at, llvm::function_ref<Value(unsigned)> argument) {
    SmallVector<Value> arguments;
    for (unsigned i = 0; i < op.getInputs().size(); ++i)
      arguments.push_back(argument(i));
    for (auto [value, pointer] : llvm::zip(inlineRegion(op.getBody().front(), arguments), to))
      store(value, offset(pointer, at));
  };
  if (!direct) {
    SmallVector<Value> from;
    for (Value input : op.getInputs())
      from.push_back(row(address(input), features, p, begin));
    // The features of neighbouring lane groups lie side by side.
    forLoop(index(0), mul(sub(end, begin), features), 1, [&](Value i) {
      Value at = mul(i, layout.lanes);
      emitElement(at, [&](unsigned input) { return load(offset(from[input], at)); });
    });
    return;
  }
  forLoop(begin, end, 1, [&](Value g) {
    Value before = mul(sub(g, begin), features);
    SmallVector<Value> from; // of a spread the number itself
    for (Value input : op.getInputs()) {
      Operation *source = sourceOf(input);
      if (auto spread = dyn_cast_or_null<SpreadOp>(source)) {
        from.push_back(load(row(address(spread.getInput()), 1, p, g)));
      } else if (auto broadcast = dyn_cast_or_null<BroadcastOp>(source)) {
        Value numbers = address(broadcast.getWeight());
        bool own = broadcast.getWeight().getType().isPerPosition();
        from.push_back(own ? offset(numbers, mul(p, features)) : numbers);
      } else {
        from.push_back(row(address(input), features, p, g));
      }
    }
    forLoop(index(0), index(features), 1, [&](Value f) {
      Value at = mul(f, layout.lanes);
      emitElement(mul(add(before, f), layout.lanes), [&](unsigned input) {
        Operation *source = sourceOf(op.getInputs()[input]);
        return isa_and_present<SpreadOp>(source)      ? from[input]
               : isa_and_present<BroadcastOp>(source) ? loadSplat(offset(from[input], f))
                                                      : load(offset(from[input], at));
      });
    });
  });
}

void Emitter::emitMove(Value from, int64_t fromFeatures, int64_t fromBegin, Value to,
                       int64_t toFeatures, int64_t toBegin, int64_t count, Value p, Value begin,
                       Value end) {
  Value source = address(from), target = address(to);
  forLoop(begin, end, 1, [&](Value g) {
    Value x = offset(row(source, fromFeatures, p, g), fromBegin * layout.lanes);
    Value y = offset(row(target, toFeatures, p, g), toBegin * layout.lanes);
    forLoop(index(0), index(count), 1, [&](Value f) {
      Value at = mul(f, layout.lanes);
      store(load(offset(x, at)), offset(y, at));
    });
  });
}

void Emitter::emitFill(Value to, Value p, Value begin, Value end) {
  int64_t features = cast<ValueType>(to.getType()).getFeatures();
  Value start = row(address(to), features, p, begin), zero = splat(0.0);
  forLoop(index(0), mul(sub(end, begin), features), 1,
          [&](Value i) { store(zero, offset(start, mul(i, layout.lanes))); });
}

//===----------------------------------------------------------------------===//
// Norm
//===----------------------------------------------------------------------===//

namespace {

/// Chains of additions that a sum over features is split into: the latency of a multiply-add.
constexpr int64_t kChains = 4;

/// Sums over the features; `terms` adds those of a feature to the sums that it is given. Four sums
/// of their own of every fourth feature each, added at the end.
SmallVector<Value> sumFeatures(Emitter &e, int64_t features, unsigned sums,
                               llvm::function_ref<SmallVector<Value>(Value, ValueRange)> terms) {
  int64_t rounds = features / kChains, whole = rounds * kChains;
  SmallVector<Value> zeros(sums * kChains, e.splat(0.0));
  auto addRound = [&](Value first, ValueRange carried, int64_t chains) {
    SmallVector<Value> next(carried);
    for (int64_t chain = 0; chain < chains; ++chain) {
      auto own = carried.slice(chain * sums, sums);
      llvm::copy(terms(e.add(first, e.index(chain)), own), next.begin() + chain * sums);
    }
    return next;
  };
  SmallVector<Value> partial =
      rounds ? e.forLoop(e.index(0), e.index(whole), kChains, zeros,
                         [&](Value f, ValueRange carried) { return addRound(f, carried, kChains); })
             : zeros;
  partial = addRound(e.index(whole), partial, features - whole);
  SmallVector<Value> total;
  for (unsigned i = 0; i < sums; ++i)
    total.push_back(e.addF(e.addF(partial[i], partial[sums + i]),
                           e.addF(partial[2 * sums + i], partial[3 * sums + i])));
  return total;
}

/// Mean and 1 / sqrt(variance + eps) of the features at `x`.
struct Moments {
  Value mean, scale;
};

Moments emitMoments(Emitter &e, Value x, int64_t features, double eps) {
  Value share = e.splat(1.0 / features);
  auto at = [&](Value f) { return e.load(e.offset(x, e.mul(f, e.layout.lanes))); };
  Value sum = sumFeatures(e, features, 1, [&](Value f, ValueRange sums) {
    return SmallVector<Value>{e.addF(sums[0], at(f))};
  })[0];
  Value mean = e.mulF(sum, share);
  // The two-pass form: zero, to rounding, for a constant vector.
  Value squares = sumFeatures(e, features, 1, [&](Value f, ValueRange sums) {
    Value deviation = e.subF(at(f), mean);
    return SmallVector<Value>{e.fma(deviation, deviation, sums[0])};
  })[0];
  Value deviation = math::SqrtOp::create(e.b, e.addF(e.mulF(squares, share), e.splat(eps)));
  return {mean, e.divF(e.splat(1.0), deviation)};
}

} // namespace

void Emitter::emitNorm(NormOp op, Value p, Value begin, Value end) {
  int64_t features = op.getResult().getType().getFeatures();
  Value source = address(op.getInput()), target = address(op.getResult()),
        scales = address(op.getScale());
  forLoop(begin, end, 1, [&](Value g) {
    Value x = row(source, features, p, g), y = row(target, features, p, g);
    Moments moments = emitMoments(*this, x, features, op.getEps().convertToDouble());
    store(moments.scale, row(scales, 1, p, g));
    forLoop(index(0), index(features), 1, [&](Value f) {
      Value at = mul(f, layout.lanes);
      store(mulF(subF(load(offset(x, at)), moments.mean), moments.scale), offset(y, at));
    });
  });
}

void Emitter::emitNormAdjoint(NormAdjointOp op, Value p, Value begin, Value end) {
  int64_t features = op.getInputAdjoint().getType().getFeatures();
  Value output = address(op.getOutput()), scales = address(op.getScale()),
        adjoint = address(op.getResultAdjoint()), target = address(op.getInputAdjoint()),
        residual = op.getResidual() ? address(op.getResidual()) : Value();
  forLoop(begin, end, 1, [&](Value g) {
    Value y = row(output, features, p, g), dy = row(adjoint, features, p, g),
          dx = row(target, features, p, g), scale = load(row(scales, 1, p, g));
    Value rest = residual ? row(residual, features, p, g) : Value();
    Value share = splat(1.0 / features);
    SmallVector<Value> sums = sumFeatures(*this, features, 2, [&](Value f, ValueRange carried) {
      Value at = mul(f, layout.lanes), d = load(offset(dy, at));
      return SmallVector<Value>{addF(carried[0], d), fma(d, load(offset(y, at)), carried[1])};
    });
    Value mean = mulF(sums[0], share), projection = mulF(sums[1], share);
    forLoop(index(0), index(features), 1, [&](Value f) {
      Value at = mul(f, layout.lanes);
      Value own = subF(subF(load(offset(dy, at)), mean), mulF(load(offset(y, at)), projection));
      own = mulF(scale, own);
      store(rest ? addF(load(offset(rest, at)), own) : own, offset(dx, at));
    });
  });
}

//===----------------------------------------------------------------------===//
// Flat memory: weights, and stacks of values
//===----------------------------------------------------------------------===//

/// Elements of a value or a weight; of a value the elements of one lane group times their number.
static Value countElements(Emitter &e, Type type) {
  if (auto weight = dyn_cast<WeightType>(type))
    return e.index(weight.getNumElements());
  return e.mul(e.groups(), cast<ValueType>(type).getNumElements() * e.layout.lanes);
}

void Emitter::emitElements(Operation *op, Value task) {
  Value begin = mul(task, kElementsPerTask);
  Value end = minimum(add(begin, index(kElementsPerTask)),
                      countElements(*this, op->getResult(0).getType()));
  SmallVector<Value> operands, results;
  for (Value operand : op->getOperands())
    operands.push_back(address(operand));
  for (Value result : op->getResults())
    results.push_back(address(result));
  // `type` is a vector or, for the rest at the end, one number.
  auto body = [&](Value i, Type type) {
    SmallVector<Value> in, out;
    for (Value operand : operands)
      in.push_back(LLVM::LoadOp::create(b, type, offset(operand, i), layout.elementBytes));
    if (isa<ZeroOp>(op))
      out = {type == element
                 ? arith::ConstantOp::create(b, b.getFloatAttr(element, 0.0)).getResult()
                 : splat(0.0)};
    else if (isa<CopyOp>(op))
      out = in;
    else if (isa<AddOp>(op))
      out = {addF(in[0], in[1])};
    else { // update
      auto change = cast<UpdateOp>(op);
      SmallVector<Value> old(in);
      old.erase(old.begin() + 2); // the gradient
      out = update(change.getRule(), change.getDecay(), old, in[2]);
    }
    for (auto [value, pointer] : llvm::zip(out, results))
      storeUnaligned(value, offset(pointer, i));
  };
  Value rest = arith::RemSIOp::create(b, sub(end, begin), index(layout.lanes));
  Value middle = sub(end, rest);
  forLoop(begin, middle, layout.lanes, [&](Value i) { body(i, vector); });
  forLoop(middle, end, 1, [&](Value i) { body(i, element); });
}

Value Emitter::countTasks(Operation *op) {
  if (usesBlas(op, target))
    return index(countBlasTasks(op));
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<LinearOp>([&](LinearOp op) { return countLargeTasks(op); })
      .Case<WeightGradientOp>([&](WeightGradientOp op) {
        WeightType weight = op.getResult().getType();
        if (weight.isAcrossPositions())
          return index(countAcrossTasks(op));
        return countGradientTasks(op);
      })
      .Case<BiasGradientOp>([&](BiasGradientOp op) { return index(countBiasTasks(op)); })
      .Case<SumPositionsOp>([&](SumPositionsOp op) { return index(countSumTasks(op)); })
      .Case<TransposeOp>([&](TransposeOp op) { return index(countTransposeTasks(op)); })
      .Case<LookupGradientOp>([&](LookupGradientOp op) { return index(countLookupTasks(op)); })
      .Case<AttentionOp, AttentionAdjointOp>([&](auto op) { return mul(groups(), op.getHeads()); })
      .Case<FlattenOp>([&](FlattenOp op) { return index(op.getInput().getType().getPositions()); })
      .Case<UnflattenOp>(
          [&](UnflattenOp op) { return index(op.getResult().getType().getPositions()); })
      .Case<LossOp, LossAdjointOp>([&](auto) { return groups(); })
      .Default([&](Operation *op) {
        Value count =
            add(countElements(*this, op->getResult(0).getType()), index(kElementsPerTask - 1));
        return arith::DivSIOp::create(b, count, index(kElementsPerTask)).getResult();
      });
}

void Emitter::emitTask(Operation *op, Value task) {
  if (isTaskKernel(op))
    emitKernel(op, task,
               [&](Emitter &e, ValueRange arguments) { e.emitWholeTask(op, arguments.front()); });
  else
    emitWholeTask(op, task);
}

void Emitter::emitWholeTask(Operation *op, Value task) {
  bool isBlas = usesBlas(op, target);
  llvm::TypeSwitch<Operation *>(op)
      .Case<LinearOp>(
          [&](auto op) { isBlas ? emitBlasLinear(op, task) : emitLargeLinear(op, task); })
      .Case<WeightGradientOp>([&](WeightGradientOp op) {
        if (op.getResult().getType().isAcrossPositions())
          emitAcrossGradient(op, task);
        else if (isBlas)
          emitBlasGradient(op, task);
        else
          emitWeightGradient(op, task);
      })
      .Case<FlattenOp, UnflattenOp>([&](auto op) { emitFlatten(op, task); })
      .Case<BiasGradientOp>([&](auto op) { emitBiasGradient(op, task); })
      .Case<SumPositionsOp>([&](auto op) { emitSumPositions(op, task); })
      .Case<TransposeOp>([&](auto op) { emitTranspose(op, task); })
      .Case<LookupGradientOp>([&](auto op) { emitLookupGradient(op, task); })
      .Case<AttentionOp>([&](auto op) { emitAttention(op, task); })
      .Case<AttentionAdjointOp>([&](auto op) { emitAttentionAdjoint(op, task); })
      .Case<LossOp>([&](auto op) { emitLossTask(op, task); })
      .Case<LossAdjointOp>([&](auto op) { emitLossAdjointTask(op, task); })
      .Default([&](Operation *op) { emitElements(op, task); });
}

} // namespace iarc
