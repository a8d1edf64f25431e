//===- EmitInferenceAttention.cpp - Attention of one window -----------------===//
//
// The lanes are queries, keys pass one by one: their features are broadcast, so that nothing is
// shuffled. A row's weights wait in memory between the pass that makes them and the one that sums
// the values.
//
//===----------------------------------------------------------------------===//
#include "AttentionHead.h"
#include "InferenceEmitter.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace iarc {

/// The decay, or its logarithm, of every head for the distances -(positions + lanes) ..
/// positions + lanes: a key's distances from the queries of a lane group are neighbours.
static Value decayTable(Emitter &e, AttentionOp op, int64_t reach) {
  SmallVector<double> numbers;
  for (double slope : op.getSlopes())
    for (int64_t distance = -reach; distance < reach; ++distance) {
      double exponent = -slope * double(std::abs(distance));
      numbers.push_back(op.getExponential() ? exponent : std::exp(exponent));
    }
  return e.table(numbers);
}

void InferenceEmitter::emitAttention(AttentionOp op) {
  ValueType type = op.getResult().getType();
  bool single = !Inference::hasPositionLanes(type);
  Emitter &e = single ? scalar : window;
  AttentionRow<AttentionOp> rules(e, op);
  int64_t lanes = e.layout.lanes, count = type.getFeatures(), heads = op.getHeads();
  int64_t size = count / heads, positions = type.getPositions();
  int64_t reach = positions + lanes;
  bool exponential = op.getExponential();
  Value decays = op.getSlopes().empty() ? Value() : decayTable(e, op, reach);
  Value scale = e.splat(op.getScale().convertToDouble());
  Value rowWeights = e.address(plan.scratch.find(op)->second);
  Value query = e.address(op.getQuery()), key = e.address(op.getKey()),
        value = e.address(op.getValue()), result = e.address(op.getResult());
  SmallVector<Value> extras;
  for (Value extra : op.getExtras())
    extras.push_back(e.address(extra));
  SmallVector<int64_t> numbers;
  for (int64_t lane = 0; lane < lanes; ++lane)
    numbers.push_back(lane);
  auto integers = VectorType::get({lanes}, b.getI64Type());
  Value laneNumbers =
      arith::ConstantOp::create(b, DenseElementsAttr::get(integers, ArrayRef<int64_t>(numbers)));

  auto emitHead = [&](Value g, Value head) {
    Value features0 = e.mul(head, size * lanes);
    auto headOf = [&](Value base) { // of the lane group's queries
      return e.offset(e.offset(base, e.mul(g, count * lanes)), features0);
    };
    auto keyHeadOf = [&](Value base, Value j) { // of one key
      return e.offset(e.offset(base, single ? e.index(0) : positionAt(j, count)), features0);
    };
    Value begin = single ? e.index(0) : first;
    Value start = e.mul(g, lanes), end = e.index(positions);
    if (op.getCausal())
      end = e.minimum(e.add(start, e.index(lanes)), end);
    Value from = headOf(query);
    SmallVector<Value> held;
    if (size <= kUnrolledFeatures)
      for (int64_t c = 0; c < size; ++c)
        held.push_back(e.load(e.offset(from, c * lanes)));
    auto dot = [&](Value other) {
      auto at = [&](Value c) { return e.mul(c, lanes); };
      if (!held.empty()) {
        Value sum = e.mulF(held[0], e.loadSplat(other));
        for (int64_t c = 1; c < size; ++c)
          sum = e.fma(held[c], e.loadSplat(e.offset(other, c * lanes)), sum);
        return sum;
      }
      return e.forLoop(e.index(0), e.index(size), 1, e.splat(0.0), [&](Value c, ValueRange sums) {
        return SmallVector<Value>{
            e.fma(e.load(e.offset(from, at(c))), e.loadSplat(e.offset(other, at(c))), sums[0])};
      })[0];
    };
    Value table;
    if (decays) {
      Value row = e.offset(decays, e.mul(head, 2 * reach));
      table = e.offset(row, e.add(start, e.index(reach)));
    }
    auto decayOf = [&](Value j) { return e.loadUnaligned(e.offset(table, e.sub(e.index(0), j))); };
    // Lanes whose query sees the key.
    auto whereVisible = [&](Value j, Value number, Value otherwise) {
      if (!op.getCausal())
        return number;
      Value distance = vector::BroadcastOp::create(b, integers, e.sub(j, start));
      Value visible = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, laneNumbers, distance);
      return e.select(visible, number, otherwise);
    };
    auto weightPlace = [&](Value j) { return e.offset(rowWeights, e.mul(j, lanes)); };
    // Weights, or exponents and their maximum.
    SmallVector<Value> arguments{Value()};
    for (Value parameter : op.getParameters())
      arguments.push_back(e.load(e.offset(e.address(parameter), e.mul(g, lanes))));
    Value initial = exponential ? rules.lowest() : e.splat(0.0);
    Value total = e.forLoop(begin, end, 1, initial, [&](Value j, ValueRange carried) {
      arguments[0] = e.mulF(dot(keyHeadOf(key, j)), scale);
      Value number = e.inlineRegion(op.getKernel().front(), arguments).front();
      if (table)
        number = exponential ? e.addF(number, decayOf(j)) : e.mulF(number, decayOf(j));
      number = whereVisible(j, number, initial);
      e.store(number, weightPlace(j));
      return SmallVector<Value>{exponential ? e.maxF(carried[0], number)
                                            : e.addF(carried[0], rules.magnitude(number))};
    })[0];
    Value shift;
    if (exponential) {
      shift = rules.shifted() ? total : Value();
      total = e.forLoop(begin, end, 1, e.splat(0.0), [&](Value j, ValueRange carried) {
        Value exponent = e.load(weightPlace(j));
        Value weight = e.expF(shift ? e.subF(exponent, shift) : exponent);
        weight = whereVisible(j, weight, e.splat(0.0));
        e.store(weight, weightPlace(j));
        return SmallVector<Value>{e.addF(carried[0], rules.magnitude(weight))};
      })[0];
    }
    Value reciprocal = rules.reciprocal(total, shift);
    // The sums of a few features at a time.
    auto emitSums = [&](Value feature, int64_t wide) {
      Value place = e.mul(feature, lanes);
      SmallVector<Value> sums(wide, e.splat(0.0));
      sums = e.forLoop(begin, end, 1, sums, [&](Value j, ValueRange carried) {
        SmallVector<Value> next(carried);
        Value weight = e.load(weightPlace(j));
        Value from = e.offset(keyHeadOf(value, j), place);
        for (int64_t c = 0; c < wide; ++c)
          next[c] = e.fma(weight, e.loadSplat(e.offset(from, c * lanes)), next[c]);
        return next;
      });
      Value to = e.offset(headOf(result), place);
      for (int64_t c = 0; c < wide; ++c) {
        SmallVector<Value> values{e.mulF(sums[c], reciprocal)};
        if (op.hasEpilogue()) {
          for (Value extra : extras)
            values.push_back(e.load(e.offset(e.offset(headOf(extra), place), c * lanes)));
          values = e.inlineRegion(op.getEpilogue().front(), values);
        }
        e.store(values.front(), e.offset(to, c * lanes));
      }
    };
    constexpr int64_t kSums = 8;
    int64_t full = size / kSums * kSums;
    if (full)
      e.forLoop(e.index(0), e.index(full), kSums, [&](Value feature) { emitSums(feature, kSums); });
    if (size > full)
      emitSums(e.index(full), size - full);
  };
  Value firstGroupOfQueries = single ? e.index(0) : firstGroup(op);
  e.forLoop(e.index(0), e.index(heads), 1, [&](Value head) {
    e.forLoop(firstGroupOfQueries, e.groups(), 1, [&](Value g) { emitHead(g, head); });
  });
}

} // namespace iarc
