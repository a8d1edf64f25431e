//===- EmitRecurrence.cpp - LSTM gates, flatten -----------------------------===//
#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace iarc {

//===----------------------------------------------------------------------===//
// Gates
//===----------------------------------------------------------------------===//

namespace {

/// 1 / (1 + exp(-x)) by the exponential of a number that is not positive: nothing overflows, and
/// both tails keep their relative precision.
Value sigmoid(Emitter &e, Value x) {
  Value one = e.splat(1.0), zero = e.splat(0.0);
  Value tail = e.expF(arith::NegFOp::create(e.b, math::AbsFOp::create(e.b, x)));
  Value positive = arith::CmpFOp::create(e.b, arith::CmpFPredicate::OGE, x, zero);
  Value share = e.divF(e.select(positive, one, tail), e.addF(one, tail));
  // A NaN stays one.
  return e.select(arith::CmpFOp::create(e.b, arith::CmpFPredicate::UNO, x, x), x, share);
}

Value tanhOf(Emitter &e, Value x) { return math::TanhOp::create(e.b, x); }

/// The gates after their functions.
struct Gates {
  Value input, forget, candidate, output;
};

Gates loadGates(Emitter &e, Value z, Value f, int64_t units) {
  int64_t lanes = e.layout.lanes;
  int64_t stride = e.layout.lanesAreFeatures ? 1 : lanes;
  auto at = [&](int64_t gate) -> Value {
    Value place = e.offset(z, e.add(e.mul(f, lanes), e.index(gate * units * stride)));
    if (units * stride % lanes == 0)
      return e.load(place);
    // The gates of lanes that are features begin anywhere.
    return e.loadUnaligned(place);
  };
  Gates gates;
  gates.input = sigmoid(e, at(0));
  gates.forget = sigmoid(e, at(1));
  gates.candidate = tanhOf(e, at(2));
  gates.output = sigmoid(e, at(3));
  return gates;
}

Value nextCell(Emitter &e, const Gates &gates, Value cell) {
  return e.fma(gates.forget, cell, e.mulF(gates.input, gates.candidate));
}

} // namespace

void Emitter::emitLstmGates(LstmGatesOp op, Value p, Value begin, Value end) {
  int64_t units = op.getCell().getType().getFeatures(), lanes = layout.lanes;
  Value zBase = address(op.getZ()), cellBase = address(op.getCell()),
        hiddenBase = address(op.getHidden()), nextBase = address(op.getNextCell());
  forLoop(begin, end, 1, [&](Value g) {
    Value z = row(zBase, 4 * units, p, g), cell = row(cellBase, units, p, g);
    Value hidden = row(hiddenBase, units, p, g), nextCells = row(nextBase, units, p, g);
    int64_t stride = layout.lanesAreFeatures ? 1 : lanes;
    // Where lanes are features, the last vector may reach beyond them, as far as values are padded.
    forLoop(index(0), index(llvm::divideCeil(units * stride, lanes)), 1, [&](Value f) {
      Value at = mul(f, lanes);
      Gates gates = loadGates(*this, z, f, units);
      Value next = nextCell(*this, gates, load(offset(cell, at)));
      store(mulF(gates.output, tanhOf(*this, next)), offset(hidden, at));
      store(next, offset(nextCells, at));
    });
  });
}

void Emitter::emitLstmGatesAdjoint(LstmGatesAdjointOp op, Value p, Value begin, Value end) {
  int64_t units = op.getCell().getType().getFeatures(), lanes = layout.lanes;
  Value zBase = address(op.getZ()), cellBase = address(op.getCell()),
        hiddenBase = address(op.getHiddenAdjoint()), nextBase = address(op.getNextCellAdjoint()),
        dzBase = address(op.getZAdjoint()), dcBase = address(op.getCellAdjoint());
  Value one = splat(1.0);
  auto sigmoidSlope = [&](Value s) { return mulF(s, subF(one, s)); };
  auto tanhSlope = [&](Value t) { return subF(one, mulF(t, t)); };
  forLoop(begin, end, 1, [&](Value g) {
    Value z = row(zBase, 4 * units, p, g), cells = row(cellBase, units, p, g);
    Value dHiddens = row(hiddenBase, units, p, g), dNexts = row(nextBase, units, p, g);
    Value dz = row(dzBase, 4 * units, p, g), dc = row(dcBase, units, p, g);
    forLoop(index(0), index(units), 1, [&](Value f) {
      Value at = mul(f, lanes);
      Value cell = load(offset(cells, at));
      Gates gates = loadGates(*this, z, f, units);
      Value t = tanhOf(*this, nextCell(*this, gates, cell));
      Value dHidden = load(offset(dHiddens, at));
      Value dNext = fma(mulF(dHidden, gates.output), tanhSlope(t), load(offset(dNexts, at)));
      auto put = [&](int64_t gate, Value value) {
        store(value, offset(offset(dz, gate * units * lanes), at));
      };
      put(0, mulF(mulF(dNext, gates.candidate), sigmoidSlope(gates.input)));
      put(1, mulF(mulF(dNext, cell), sigmoidSlope(gates.forget)));
      put(2, mulF(mulF(dNext, gates.input), tanhSlope(gates.candidate)));
      put(3, mulF(mulF(dHidden, t), sigmoidSlope(gates.output)));
      store(mulF(dNext, gates.forget), offset(dc, at));
    });
  });
}

//===----------------------------------------------------------------------===//
// Flatten
//===----------------------------------------------------------------------===//

/// A task moves one position, of all lane groups.
void Emitter::emitFlatten(Operation *op, Value t) {
  bool back = isa<UnflattenOp>(op);
  Value wide = back ? op->getOperand(0) : op->getResult(0);
  Value deep = back ? op->getResult(0) : op->getOperand(0);
  int64_t features = cast<ValueType>(deep.getType()).getFeatures();
  int64_t all = cast<ValueType>(wide.getType()).getFeatures();
  Value deepBase = address(deep), wideBase = address(wide);
  forLoop(index(0), groups(), 1, [&](Value g) {
    Value x = row(deepBase, features, t, g);
    Value y = offset(row(wideBase, all, index(0), g), mul(t, features * layout.lanes));
    forLoop(index(0), index(features), 1, [&](Value f) {
      Value at = mul(f, layout.lanes);
      store(load(offset(back ? y : x, at)), offset(back ? x : y, at));
    });
  });
}

} // namespace iarc
