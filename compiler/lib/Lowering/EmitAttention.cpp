//===- EmitAttention.cpp - Attention ----------------------------------------===//
//
// A task is one head of one lane group: its queries, keys and values are a few KiB that stay in the
// nearest cache. Row by row; nothing of size context x context is stored.
//
//===----------------------------------------------------------------------===//
#include "AttentionHead.h"

using namespace mlir;

namespace iarc {

void Emitter::emitAttention(AttentionOp op, Value task) {
  AttentionHead<AttentionOp> head(*this, op, task);
  Block &kernel = op.getKernel().front();
  int64_t lanes = layout.lanes, size = head.size;
  // An exponential kernel is visited twice: for the maximum, then for the weights.
  Value exponents = op.getExponential() ? scratch(head.positions) : Value();
  auto rowAt = [&](Value rows, Value j) { return offset(rows, mul(j, lanes)); };
  Value first = firstPosition(op, head.positions);
  forLoop(first, index(head.positions), 1, [&](Value i) {
    Value queryPointer = head.at(op.getQuery(), i), end = head.visibleEnd(i);
    SmallVector<Value> query = head.registers(queryPointer);
    head.prefetchNext({op.getQuery(), op.getKey(), op.getValue()}, i);
    head.prefetchNext(op.getResult(), i);
    SmallVector<Value> parameters = head.parametersAt(i);
    auto kernelAt = [&](Value j) {
      SmallVector<Value> arguments{
          mulF(head.dot(query, queryPointer, head.at(op.getKey(), j)), head.scale)};
      arguments.append(parameters);
      return inlineRegion(kernel, arguments).front();
    };
    Value shift;
    if (op.getExponential()) {
      shift = forLoop(index(0), end, 1, head.lowest(), [&](Value j, ValueRange carried) {
        Value exponent = kernelAt(j);
        if (Value decay = head.decay(i, j))
          exponent = addF(exponent, decay);
        store(exponent, rowAt(exponents, j));
        return SmallVector<Value>{maxF(carried[0], exponent)};
      })[0];
      if (!head.shifted())
        shift = {};
    }
    Value result = head.at(op.getResult(), i);
    SmallVector<Value> inits{splat(0.0)};
    if (head.unrolled)
      inits.append(size, splat(0.0));
    else
      head.forFeatures([&](Value place, int64_t) { store(splat(0.0), offset(result, place)); });
    SmallVector<Value> sums = forLoop(index(0), end, 1, inits, [&](Value j, ValueRange carried) {
      SmallVector<Value> next(carried);
      Value weight;
      if (op.getExponential()) {
        Value exponent = load(rowAt(exponents, j));
        weight = expF(shift ? subF(exponent, shift) : exponent);
      } else {
        weight = kernelAt(j);
        if (Value decay = head.decay(i, j))
          weight = mulF(weight, decay);
      }
      next[0] = addF(next[0], head.magnitude(weight));
      Value value = head.at(op.getValue(), j);
      head.forFeatures([&](Value place, int64_t c) {
        Value feature = load(offset(value, place));
        if (c >= 0)
          next[1 + c] = fma(weight, feature, next[1 + c]);
        else
          store(fma(weight, feature, load(offset(result, place))), offset(result, place));
      });
      return next;
    });
    Value reciprocal = head.reciprocal(sums[0], shift);
    SmallVector<Value> extras;
    for (Value extra : op.getExtras())
      extras.push_back(head.at(extra, i));
    head.forFeatures([&](Value place, int64_t c) {
      Value sum = c >= 0 ? sums[1 + c] : load(offset(result, place));
      SmallVector<Value> values{mulF(sum, reciprocal)};
      if (op.hasEpilogue()) {
        for (Value extra : extras)
          values.push_back(load(offset(extra, place)));
        values = inlineRegion(op.getEpilogue().front(), values);
      }
      store(values.front(), offset(result, place));
    });
  });
}

} // namespace iarc
