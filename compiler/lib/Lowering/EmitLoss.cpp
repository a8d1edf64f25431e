//===- EmitLoss.cpp - Loss and its gradient ---------------------------------===//
#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace iarc {
namespace {

/// The logits of one position and lane group, and the symbols they predict.
struct Prediction {
  Value logits;  ///< pointer to the features
  Value targets; ///< lanes of i32
  int64_t symbols;
  Value isPredicted; ///< lanes of i1: the target is a symbol; null where it always is
};

Value isTarget(Emitter &e, const Prediction &prediction, Value symbol) {
  Value number = arith::TruncIOp::create(e.b, e.b.getI32Type(), symbol);
  return arith::CmpIOp::create(e.b, arith::CmpIPredicate::eq, prediction.targets,
                               vector::BroadcastOp::create(e.b, e.integers, number));
}

Value loadLogit(Emitter &e, const Prediction &prediction, Value symbol) {
  return e.load(e.offset(prediction.logits, e.mul(symbol, e.layout.lanes)));
}

/// Maximum of the logits and the sum of exp(logit - maximum).
std::pair<Value, Value> emitPartition(Emitter &e, const Prediction &prediction) {
  Value first = loadLogit(e, prediction, e.index(0)), end = e.index(prediction.symbols);
  Value maximum = e.forLoop(e.index(1), end, 1, first, [&](Value s, ValueRange carried) {
    return SmallVector<Value>{e.maxF(carried[0], loadLogit(e, prediction, s))};
  })[0];
  Value sum = e.forLoop(e.index(0), end, 1, e.splat(0.0), [&](Value s, ValueRange carried) {
    return SmallVector<Value>{
        e.addF(carried[0], e.expF(e.subF(loadLogit(e, prediction, s), maximum)))};
  })[0];
  return {maximum, sum};
}

/// Of the position whose logits stand in row t of `rows`: logits of one row are those of the last
/// position.
template <typename Op>
Prediction predictionAt(Emitter &e, Op op, int64_t rows, Value logits, Value t, Value group) {
  BatchType batch = op.getBatch().getType();
  int64_t before = batch.getPositions() - rows;
  // The next symbol, or what the call says of this position.
  Value position = e.add(t, e.index(op.getMasked() ? before : before + 1));
  auto array = op.getMasked() ? Emitter::Targets : Emitter::Symbols;
  Prediction prediction{logits, e.loadIntegers(e.tokens(array, position, group)),
                        batch.getSymbols(), Value()};
  if (op.getInterspersed() || op.getMasked()) {
    Value zero = arith::ConstantOp::create(e.b, DenseElementsAttr::get(e.integers, int32_t(0)));
    prediction.isPredicted =
        arith::CmpIOp::create(e.b, arith::CmpIPredicate::sge, prediction.targets, zero);
  }
  return prediction;
}

/// `value`, or zero where there is nothing to predict.
Value whereTarget(Emitter &e, const Prediction &prediction, Value value) {
  return prediction.isPredicted ? e.select(prediction.isPredicted, value, e.splat(0.0)) : value;
}

} // namespace

void Emitter::emitLossTask(LossOp op, Value group) {
  ValueType type = op.getLogits().getType();
  int64_t positions = type.getPositions(), symbols = type.getFeatures();
  bool all = op.getAt() == LossAt::All;
  Value base = address(op.getLogits()), partial = address(plan.scratch.find(op)->second);
  Value sum =
      forLoop(index(all ? 0 : positions - 1), index(positions), 1, splat(0.0),
              [&](Value t, ValueRange carried) {
                Prediction prediction =
                    predictionAt(*this, op, positions, row(base, symbols, t, group), t, group);
                Value loss, end = index(symbols), zero = splat(0.0);
                if (op.getKind() == LossKind::Own) {
                  loss = load(prediction.logits);
                } else if (op.getKind() == LossKind::CrossEntropy) {
                  auto [maximum, partition] = emitPartition(*this, prediction);
                  Value target = forLoop(index(0), end, 1, zero, [&](Value s, ValueRange found) {
                    return SmallVector<Value>{select(isTarget(*this, prediction, s),
                                                     loadLogit(*this, prediction, s), found[0])};
                  })[0];
                  Value logarithm = math::LogOp::create(b, partition);
                  loss = subF(addF(logarithm, maximum), target);
                } else {
                  loss = forLoop(index(0), end, 1, zero, [&](Value s, ValueRange sums) {
                    Value hot = select(isTarget(*this, prediction, s), splat(1.0), zero);
                    Value difference = subF(loadLogit(*this, prediction, s), hot);
                    return SmallVector<Value>{fma(difference, difference, sums[0])};
                  })[0];
                }
                return SmallVector<Value>{addF(carried[0], whereTarget(*this, prediction, loss))};
              })[0];
  Value scaled = mulF(sum, sampleWeights(group));
  if (all)
    scaled = mulF(scaled, splat(1.0 / positions));
  store(scaled, offset(partial, mul(group, layout.lanes)));
}

void Emitter::emitLossAdjointTask(LossAdjointOp op, Value group) {
  ValueType type = op.getLogits().getType();
  int64_t positions = type.getPositions(), symbols = type.getFeatures();
  bool all = op.getAt() == LossAt::All;
  Value base = address(op.getLogits()), target = address(op.getResult());
  Value seed = sampleWeights(group), end = index(symbols), zero = splat(0.0);
  if (all)
    seed = mulF(seed, splat(1.0 / positions));
  if (!all)
    forLoop(index(0), index(positions - 1), 1, [&](Value t) {
      Value to = row(target, symbols, t, group);
      forLoop(index(0), end, 1, [&](Value s) { store(zero, offset(to, mul(s, layout.lanes))); });
    });
  forLoop(index(all ? 0 : positions - 1), index(positions), 1, [&](Value t) {
    Prediction prediction =
        predictionAt(*this, op, positions, row(base, symbols, t, group), t, group);
    Value to = row(target, symbols, t, group);
    if (op.getKind() == LossKind::Own)
      return store(whereTarget(*this, prediction, seed), to);
    Value maximum, scale;
    if (op.getKind() == LossKind::CrossEntropy) {
      auto [top, partition] = emitPartition(*this, prediction);
      maximum = top;
      scale = divF(splat(1.0), partition);
    }
    forLoop(index(0), end, 1, [&](Value s) {
      Value hot = select(isTarget(*this, prediction, s), splat(1.0), zero);
      Value logit = loadLogit(*this, prediction, s), slope;
      if (op.getKind() == LossKind::CrossEntropy)
        slope = subF(mulF(expF(subF(logit, maximum)), scale), hot);
      else
        slope = mulF(splat(2.0), subF(logit, hot));
      store(whereTarget(*this, prediction, mulF(seed, slope)), offset(to, mul(s, layout.lanes)));
    });
  });
}

void Emitter::emitTarget(TargetOp op, Value p, Value begin, Value end) {
  ValueType type = op.getResult().getType();
  int64_t symbols = type.getFeatures();
  Value base = address(op.getResult());
  forLoop(begin, end, 1, [&](Value g) {
    Value to = row(base, symbols, p, g);
    Prediction prediction = predictionAt(*this, op, type.getPositions(), to, p, g);
    forLoop(index(0), index(symbols), 1, [&](Value s) {
      Value hot = select(isTarget(*this, prediction, s), splat(1.0), splat(0.0));
      store(hot, offset(to, mul(s, layout.lanes)));
    });
  });
}

} // namespace iarc
