//===- EmitInference.cpp - The function of inference ------------------------===//
//
// One function without parallel regions: ops in order, repeats as loops. Most ops are the emitters
// of the training step, to which a window is a batch whose samples are its positions; products with
// prepared weights and attention have code of their own.
//
//===----------------------------------------------------------------------===//
#include "InferenceEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace iarc {

InferenceEmitter::InferenceEmitter(ImplicitLocOpBuilder &b, const Inference &inference,
                                   const Plan &plan, const Layout &layout, const Target &target,
                                   Type element, SharedCode &shared, Value call, Value loop,
                                   Value first)
    : b(b), inference(inference), plan(plan),
      window(b, plan, {inference.positionLanes, layout.elementBytes, inference.groups, false},
             target, element, shared, call, loop),
      features(b, plan, {inference.featureLanes, layout.elementBytes, 1, true}, target, element,
               shared, call, loop),
      scalar(b, plan, {1, layout.elementBytes, 1, false}, target, element, shared, call, loop),
      first(first) {
  window.mapsReadSources = features.mapsReadSources = scalar.mapsReadSources = false;
}

static ValueType valueOf(Operation *op) { return cast<ValueType>(op->getResult(0).getType()); }

Value InferenceEmitter::firstGroup(Operation *op) {
  Value group = arith::ShRUIOp::create(
      b, first, window.index(llvm::Log2_64(uint64_t(inference.positionLanes))));
  // What is zero elsewhere is read there: nothing fills it here, so that it is computed.
  bool isReadElsewhere = llvm::any_of(
      op->getResults(), [&](Value result) { return plan.live.zeroElsewhere.contains(result); });
  if (!plan.live.onlyLast.contains(op) || isReadElsewhere)
    return group;
  Value last = window.index(inference.groups - 1);
  auto repeat = dyn_cast<RepeatOp>(op->getParentOp());
  if (!repeat)
    return last;
  Value iteration = LLVM::LoadOp::create(b, b.getI64Type(), window.loop, /*alignment=*/8);
  Value atEdge = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, iteration,
                                       window.index(int64_t(repeat.getCount()) - 1));
  return window.select(atEdge, last, group);
}

//===----------------------------------------------------------------------===//
// Moves
//===----------------------------------------------------------------------===//

Value InferenceEmitter::positionAt(Value p, int64_t count) {
  int64_t lanes = inference.positionLanes;
  Value group = arith::ShRUIOp::create(b, p, window.index(llvm::Log2_64(uint64_t(lanes))));
  Value lane = arith::AndIOp::create(b, p, window.index(lanes - 1));
  return window.add(window.mul(group, count * lanes), lane);
}

void InferenceEmitter::forElements(Value begin, int64_t count, int64_t stride,
                                   function_ref<void(Value, Value, Value)> body) {
  scalar.forLoop(begin, scalar.index(inference.context), 1, [&](Value t) {
    Value place = positionAt(t, count), row = scalar.mul(t, stride);
    scalar.forLoop(scalar.index(0), scalar.index(count), 1, [&](Value f) {
      body(scalar.add(place, scalar.mul(f, inference.positionLanes)), scalar.add(row, f), t);
    });
  });
}

void InferenceEmitter::emitCopy(Value from, Value to) {
  int64_t elements = inference.elementsOf(cast<ValueType>(from.getType()));
  Value source = scalar.address(from), target = scalar.address(to);
  Emitter &e = features;
  e.forLoop(e.index(0), e.index(elements), e.layout.lanes,
            [&](Value i) { e.store(e.load(e.offset(source, i)), e.offset(target, i)); });
}

void InferenceEmitter::emitLogits(Value logits) {
  auto type = cast<ValueType>(logits.getType());
  int64_t symbols = type.getFeatures();
  Value from = scalar.address(logits), to = scalar.fields[Emitter::LogitsField];
  auto move = [&](Value source, Value target) {
    scalar.storeScalar(scalar.loadScalar(scalar.offset(from, source)), scalar.offset(to, target));
  };
  if (Inference::hasPositionLanes(type) && inference.rows > 1)
    return forElements(first, symbols, symbols,
                       [&](Value lanes, Value rows, Value) { move(lanes, rows); });
  bool single = !Inference::hasPositionLanes(type);
  Value last = positionAt(scalar.index(inference.context - 1), symbols);
  scalar.forLoop(scalar.index(0), scalar.index(symbols), 1, [&](Value s) {
    move(single ? s : scalar.add(last, scalar.mul(s, inference.positionLanes)), s);
  });
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

/// Ops on a window: as those of a batch.
void InferenceEmitter::emitPositions(Operation *op) {
  window.emitWholeTile(op, window.index(0), firstGroup(op), window.groups());
}

/// Ops on one position: vectors of features, as far as features do not meet.
void InferenceEmitter::emitFeatures(Operation *op) {
  Emitter &e = features;
  int64_t lanes = e.layout.lanes;
  auto forVectors = [&](int64_t elements, Emitter::Body body) {
    e.forLoop(e.index(0), e.index(llvm::divideCeil(elements, lanes)), 1,
              [&](Value i) { body(e.mul(i, lanes)); });
  };
  auto scalarTile = [&] {
    scalar.emitWholeTile(op, scalar.index(0), scalar.index(0), scalar.index(1));
  };
  llvm::TypeSwitch<Operation *>(op)
      .Case<LinearOp>([&](LinearOp op) { emitProduct(op); })
      .Case<AttentionOp>([&](AttentionOp op) { emitAttention(op); })
      .Case<SliceOp>([&](SliceOp op) {
        Value from = e.offset(e.address(op.getInput()), op.getBegin()); // anywhere
        Value to = e.address(op.getResult());
        forVectors(valueOf(op).getFeatures(), [&](Value at) {
          e.store(e.loadUnaligned(e.offset(from, at)), e.offset(to, at));
        });
      })
      .Case<MapOp, AddOp, ZeroOp>([&](Operation *op) {
        SmallVector<Value> from, to;
        for (Value operand : op->getOperands())
          from.push_back(e.address(operand));
        for (Value result : op->getResults())
          to.push_back(e.address(result));
        forVectors(inference.elementsOf(valueOf(op)), [&](Value at) {
          SmallVector<Value> values;
          for (Value pointer : from)
            values.push_back(e.load(e.offset(pointer, at)));
          if (auto map = dyn_cast<MapOp>(op))
            values = e.inlineRegion(map.getBody().front(), values);
          else
            values = {isa<AddOp>(op) ? e.addF(values[0], values[1]) : e.splat(0.0)};
          for (auto [value, pointer] : llvm::zip(values, to))
            e.store(value, e.offset(pointer, at));
        });
      })
      .Case<LstmGatesOp>(
          [&](LstmGatesOp op) { e.emitLstmGates(op, e.index(0), e.index(0), e.index(1)); })
      .Case<FlattenOp>([&](FlattenOp op) {
        int64_t count = op.getInput().getType().getFeatures();
        if (!Inference::hasPositionLanes(op.getInput().getType()))
          return emitCopy(op.getInput(), op.getResult());
        Value from = scalar.address(op.getInput()), to = scalar.address(op.getResult());
        Value zero = arith::ConstantOp::create(b, b.getFloatAttr(scalar.element, 0.0));
        forElements(scalar.index(0), count, count, [&](Value lanes, Value rows, Value t) {
          // An absent position's features are zero.
          Value present = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, t, first);
          Value number = scalar.loadScalar(scalar.offset(from, lanes));
          scalar.storeScalar(scalar.select(present, number, zero), scalar.offset(to, rows));
        });
      })
      .Default([&](Operation *) { scalarTile(); }); // encode, norm
}

/// A weight that was prepared as the value is arranged.
void InferenceEmitter::emitPrepared(BroadcastOp op) {
  Emitter &e = window;
  Value from = e.address(op.getWeight()), to = e.address(op.getResult());
  e.forLoop(e.index(0), e.index(inference.groups * valueOf(op).getFeatures()), 1, [&](Value i) {
    Value at = e.mul(i, e.layout.lanes);
    e.store(e.load(e.offset(from, at)), e.offset(to, at));
  });
}

/// The lanes are positions, each with its own angles.
void InferenceEmitter::emitRotate(RotateOp op) {
  Emitter &e = window;
  int64_t features = valueOf(op).getFeatures(), pairs = int64_t(op.getSize()) / 2;
  int64_t lanes = e.layout.lanes;
  SmallVector<double> cosines, sines;
  for (int64_t group = 0; group < inference.groups; ++group)
    for (int64_t pair = 0; pair < pairs; ++pair)
      for (int64_t lane = 0; lane < lanes; ++lane) {
        auto [cosine, sine] = rotationOf(op, group * lanes + lane, pair);
        cosines.push_back(cosine);
        sines.push_back(sine);
      }
  Value cosineTable = e.table(cosines), sineTable = e.table(sines);
  Value from = e.address(op.getInput()), to = e.address(op.getResult());
  e.forLoop(firstGroup(op), e.groups(), 1, [&](Value g) {
    Value row = e.mul(g, features * lanes);
    e.emitRotation(op, e.offset(from, row), e.offset(to, row), [&](Value pair) {
      Value place = e.mul(e.add(e.mul(g, pairs), pair), lanes);
      auto loadAt = [&](Value table) { return e.loadUnaligned(e.offset(table, place)); };
      return std::pair(loadAt(cosineTable), loadAt(sineTable));
    });
  });
}

void InferenceEmitter::emit(Operation *op) {
  if (isa<arith::ConstantOp>(op))
    return;
  if (isa<CopyOp>(op))
    return emitCopy(op->getOperand(0), op->getResult(0));
  if (auto reshape = dyn_cast<ReshapeOp>(op)) {
    ValueType from = reshape.getInput().getType(), to = valueOf(op);
    bool toRows = Inference::hasPositionLanes(from);
    if (!toRows && !Inference::hasPositionLanes(to)) // of one position nothing moves
      return emitCopy(reshape.getInput(), reshape.getResult());
    Value source = scalar.address(reshape.getInput()), target = scalar.address(reshape.getResult());
    int64_t stride = inference.elementsOf(toRows ? to : from) / inference.context;
    return forElements(first, to.getFeatures(), stride, [&](Value lanes, Value rows, Value) {
      scalar.storeScalar(scalar.loadScalar(scalar.offset(source, toRows ? lanes : rows)),
                         scalar.offset(target, toRows ? rows : lanes));
    });
  }
  bool isStacked = valueOf(op).getAxes().size() > 2;
  if (!Inference::hasPositionLanes(valueOf(op)) || isStacked)
    return emitFeatures(op);
  auto linear = dyn_cast<LinearOp>(op);
  if (linear && inference.formOf(linear.getWeight()).form != PreparedForm::Stored)
    return emitProduct(linear);
  if (auto attention = dyn_cast<AttentionOp>(op))
    return emitAttention(attention);
  if (auto rotate = dyn_cast<RotateOp>(op))
    return emitRotate(rotate);
  if (auto broadcast = dyn_cast<BroadcastOp>(op);
      broadcast && inference.formOf(broadcast.getWeight()).form == PreparedForm::Positions)
    return emitPrepared(broadcast);
  emitPositions(op);
}

namespace {

class InferenceLowering {
public:
  InferenceLowering(ModuleOp module, const Inference &inference, const Plan &plan,
                    const Layout &layout, const Target &target, Type element, SharedCode &shared)
      : inference(inference), plan(plan), layout(layout), target(target), element(element),
        shared(shared), b(inference.function->getLoc(), module.getContext()), module(module) {}
  void run();

private:
  void lowerBlock(Block &block, unsigned depth);
  void lowerRepeat(RepeatOp repeat, unsigned depth);

  const Inference &inference;
  const Plan &plan;
  Layout layout;
  Target target;
  Type element;
  SharedCode &shared;
  ImplicitLocOpBuilder b;
  ModuleOp module;
  Value call, loop, first;
};

/// Whether the iterations are the window's positions: what they take or give is the window as a
/// stack, or what another recurrence gives or takes; `seen` are those that are being asked.
bool isRecurrence(RepeatOp repeat, SmallPtrSetImpl<Operation *> &seen) {
  if (!seen.insert(repeat).second)
    return false;
  auto isWindow = [](Operation *op) {
    auto reshape = dyn_cast_or_null<ReshapeOp>(op);
    return reshape && (Inference::hasPositionLanes(reshape.getInput().getType()) ||
                       Inference::hasPositionLanes(reshape.getResult().getType()));
  };
  auto passesWindow = [&](Operation *op) {
    auto other = dyn_cast_or_null<RepeatOp>(op);
    return isWindow(op) || (other && isRecurrence(other, seen));
  };
  return llvm::any_of(repeat.getSlices(),
                      [&](Value slice) { return passesWindow(slice.getDefiningOp()); }) ||
         llvm::any_of(repeat.getStackedResults(),
                      [&](Value result) { return llvm::any_of(result.getUsers(), passesWindow); });
}

void InferenceLowering::lowerRepeat(RepeatOp repeat, unsigned depth) {
  auto constant = [&](int64_t value) {
    return arith::ConstantOp::create(b, b.getI64IntegerAttr(value)).getResult();
  };
  auto body = scf::ForOp::create(b, constant(0), constant(repeat.getCount()), constant(1));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(body.getBody());
  Value iteration = body.getInductionVar();
  Value place = LLVM::GEPOp::create(b, loop.getType(), b.getI64Type(), loop,
                                    ArrayRef<LLVM::GEPArg>{int32_t(depth)});
  LLVM::StoreOp::create(b, iteration, place, /*alignment=*/8);
  SmallPtrSet<Operation *, 4> seen;
  if (!isRecurrence(repeat, seen))
    return lowerBlock(repeat.getBodyBlock(), depth + 1);
  // A position without a token leaves the state as it is.
  Value present = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, iteration, first);
  auto branch = scf::IfOp::create(b, present, /*withElseRegion=*/true);
  b.setInsertionPointToStart(branch.thenBlock());
  lowerBlock(repeat.getBodyBlock(), depth + 1);
  b.setInsertionPointToStart(branch.elseBlock());
  InferenceEmitter emitter(b, inference, plan, layout, target, element, shared, call, loop, first);
  for (auto [argument, next] :
       llvm::zip(repeat.getCarriedArguments(), repeat.getYield()->getOperands()))
    emitter.emitCopy(argument, next);
}

void InferenceLowering::lowerBlock(Block &block, unsigned depth) {
  InferenceEmitter emitter(b, inference, plan, layout, target, element, shared, call, loop, first);
  for (Operation &op : block.without_terminator()) {
    b.setLoc(op.getLoc());
    if (auto repeat = dyn_cast<RepeatOp>(op))
      lowerRepeat(repeat, depth);
    else
      emitter.emit(&op);
  }
  if (depth == 0)
    emitter.emitLogits(block.getTerminator()->getOperand(0));
}

void InferenceLowering::run() {
  auto pointer = LLVM::LLVMPointerType::get(module.getContext());
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(module.getContext()), {pointer});
  b.setInsertionPointToEnd(module.getBody());
  auto function = LLVM::LLVMFuncOp::create(b, "iarc_infer", type);
  Block *entry = function.addEntryBlock(b);
  b.setInsertionPointToEnd(entry);
  call = entry->getArgument(0);
  int64_t depth = 1;
  func::FuncOp source = inference.function;
  source.walk([&](RepeatOp repeat) {
    int64_t own = 1;
    for (Operation *parent = repeat->getParentOp(); parent; parent = parent->getParentOp())
      own += isa<RepeatOp>(parent);
    depth = std::max(depth, own);
  });
  Value size = arith::ConstantOp::create(b, b.getI64IntegerAttr(depth));
  loop = LLVM::AllocaOp::create(b, pointer, b.getI64Type(), size, /*alignment=*/8);
  Value place = LLVM::GEPOp::create(b, pointer, b.getI64Type(), call,
                                    ArrayRef<LLVM::GEPArg>{int32_t(Emitter::First)});
  first = LLVM::LoadOp::create(b, b.getI64Type(), place, /*alignment=*/8);
  lowerBlock(source.front(), 0);
  LLVM::ReturnOp::create(b, ValueRange{});
}

} // namespace

void lowerInference(ModuleOp module, const Inference &inference, const Plan &plan,
                    const Layout &layout, const Target &target, Type element, SharedCode &shared) {
  InferenceLowering(module, inference, plan, layout, target, element, shared).run();
}

} // namespace iarc
