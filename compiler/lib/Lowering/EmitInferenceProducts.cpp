//===- EmitInferenceProducts.cpp - Products with prepared weights -----------===//
//
// One window reads each weight once, so that what counts is to read them at the speed of the cache
// or memory they lie in: in one stream, in whole vectors, each of which is used by one
// multiply-add.
//
//===----------------------------------------------------------------------===//
#include "InferenceEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace iarc {

SmallVector<Value> InferenceEmitter::emitRows(Emitter &e, Value weights, int64_t rows, Value begin,
                                              Value end, ValueRange start,
                                              function_ref<Value(Value)> input) {
  int64_t lanes = e.layout.lanes;
  return e.forLoop(begin, end, 1, start, [&](Value i, ValueRange carried) {
    SmallVector<Value> next(carried);
    Value held = input(i), row = e.offset(weights, e.mul(i, rows * lanes));
    for (int64_t r = 0; r < rows; ++r)
      next[r] = e.fma(e.load(e.offset(row, r * lanes)), held, next[r]);
    return next;
  });
}

void InferenceEmitter::emitProduct(LinearOp op) {
  const PreparedWeight &form = inference.formOf(op.getWeight());
  bool single = form.form == PreparedForm::Outputs, pairs = form.form == PreparedForm::Pairs;
  Emitter &e = single ? features : window;
  int64_t lanes = form.lanes, in = form.in;
  int64_t count = single ? llvm::divideCeil(form.out, lanes) : form.out; // of vectors
  Value matrices = e.address(op.getWeight()), input = e.address(op.getInput());

  // The rows feature .. feature + rows - 1 of lane group g.
  auto emitBlock = [&](Value g, Value feature, int64_t rows) {
    SmallVector<Value> sums;
    if (!op.getBias()) {
      sums.assign(rows, e.splat(0.0));
    } else {
      Value bias = e.address(op.getBias());
      bool shared = inference.formOf(op.getBias()).form == PreparedForm::Stored;
      Value place = shared ? e.offset(bias, feature)
                           : e.offset(bias, e.mul(e.add(e.mul(g, count), feature), lanes));
      for (int64_t r = 0; r < rows; ++r)
        sums.push_back(shared ? e.loadSplat(e.offset(place, r))
                              : e.load(e.offset(place, r * lanes)));
    }
    if (pairs) {
      // Groups before this one have matrices for (g' + 1) lanes positions s, g' < g.
      Value before = arith::ShRUIOp::create(b, e.mul(g, e.add(g, e.index(1))), e.index(1));
      Value seen = e.minimum(e.mul(e.add(g, e.index(1)), lanes), e.index(inference.context));
      Value vectors = e.add(e.mul(before, lanes * count), e.mul(seen, feature));
      Value block = e.offset(matrices, e.mul(vectors, in * lanes));
      sums = e.forLoop(first, seen, 1, sums, [&](Value s, ValueRange carried) {
        Value x = e.offset(input, positionAt(s, in));
        Value matrix = e.offset(block, e.mul(s, in * rows * lanes));
        return emitRows(e, matrix, rows, e.index(0), e.index(in), carried,
                        [&](Value i) { return e.loadSplat(e.offset(x, e.mul(i, lanes))); });
      });
    } else {
      Value vectors = e.add(e.mul(g, count), feature);
      Value block = e.offset(matrices, e.mul(vectors, in * lanes));
      Value x = e.offset(input, e.mul(g, in * lanes));
      sums = emitRows(e, block, rows, e.index(0), e.index(in), sums, [&](Value i) {
        return single ? e.loadSplat(e.offset(x, i)) : e.load(e.offset(x, e.mul(i, lanes)));
      });
    }
    e.emitLinearEnd(op, sums, e.index(0), g, feature, rows, 1);
  };
  Value begin = single ? e.index(0) : firstGroup(op);
  e.forLoop(begin, e.groups(), 1, [&](Value g) {
    int64_t full = count / form.rows * form.rows;
    if (full)
      e.forLoop(e.index(0), e.index(full), form.rows,
                [&](Value feature) { emitBlock(g, feature, form.rows); });
    if (count > full)
      emitBlock(g, e.index(full), count - full);
  });
}

} // namespace iarc
