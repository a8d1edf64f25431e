//===- EmitAttentionAdjoint.cpp - The adjoint of attention ------------------===//
//
// Two passes over the keys of a block of queries: the rows of weights are made again, then turned
// into adjoints. Nothing of size context x context is stored.
//
//===----------------------------------------------------------------------===//
#include "AttentionHead.h"

using namespace mlir;

namespace iarc {

namespace {

/// Emits the adjoint for a block of neighbouring queries: what is loaded and stored for a key is
/// shared by the block's rows.
class AdjointRows {
public:
  using Op = AttentionAdjointOp;
  using Value = mlir::Value;

  AdjointRows(Emitter &e, AttentionHead<Op> &head, int64_t rows) : e(e), op(head.op), head(head) {
    for (int64_t r = 0; r < rows; ++r) {
      scratch.push_back(
          {e.scratch(head.positions), e.scratch(head.positions), e.scratch(head.positions), {}});
      for (size_t i = 0; i < op.getParameters().size(); ++i)
        scratch.back().parameterSlopes.push_back(e.scratch(head.positions));
    }
  }

  /// Rows first .. first + rows - 1, at most as many as the scratch was made for.
  void emit(Value first, int64_t rows);

private:
  /// Of one row: numbers for each key, on the stack.
  struct Scratch {
    Value weights, slopes, products;
    SmallVector<Value> parameterSlopes;
  };
  struct Row {
    Value number, queryPointer, outPointer;
    SmallVector<Value> query, out, parameters;
    Value step, share, projection; ///< what turns t_j and w_j into the adjoints of z_j and v_j
  };
  using KeyBody =
      llvm::function_ref<void(Value j, ArrayRef<int64_t> rows, SmallVectorImpl<Value> &)>;

  Value at(Value numbers, Value j) { return e.offset(numbers, e.mul(j, e.layout.lanes)); }
  /// Visits the keys with the rows that see them, carrying numbers.
  SmallVector<Value> overKeys(ArrayRef<Value> inits, KeyBody body);
  /// For each row the product of what it holds with one vector of memory.
  SmallVector<Value> dots(ArrayRef<int64_t> rows, Value pointer, SmallVector<Value> Row::*held,
                          Value Row::*own);
  void emitScores(Value j, ArrayRef<int64_t> rows, SmallVectorImpl<Value> &sums);
  void emitExponentials(Value j, ArrayRef<int64_t> rows, ArrayRef<Value> shifts,
                        SmallVectorImpl<Value> &sums);
  /// `adjoints`: of each row's query where its features are in registers, then of its parameters.
  void emitAdjoints(Value j, ArrayRef<int64_t> rows, SmallVectorImpl<Value> &adjoints);
  int64_t adjointsOfRow() {
    return (head.unrolled ? head.size : 0) + int64_t(op.getParameters().size());
  }

  Emitter &e;
  Op op;
  AttentionHead<Op> &head;
  SmallVector<Scratch, 2> scratch;
  SmallVector<Row, 2> block;
};

SmallVector<Value> AdjointRows::overKeys(ArrayRef<Value> inits, KeyBody body) {
  SmallVector<int64_t> rows;
  for (size_t r = 0; r < block.size(); ++r)
    rows.push_back(r);
  Value common = head.visibleEnd(block.front().number);
  SmallVector<Value> carried =
      e.forLoop(e.index(0), common, 1, inits, [&](Value j, ValueRange values) {
        SmallVector<Value> next(values);
        body(j, rows, next);
        return next;
      });
  // Each further row sees one key more than the one before.
  if (op.getCausal())
    for (size_t r = 1; r < block.size(); ++r)
      body(block[r].number, ArrayRef(rows).drop_front(r), carried);
  return carried;
}

SmallVector<Value> AdjointRows::dots(ArrayRef<int64_t> rows, Value pointer,
                                     SmallVector<Value> Row::*held, Value Row::*own) {
  if (!head.unrolled)
    return {head.dot({}, block[rows.front()].*own, pointer)};
  SmallVector<Value> sums(rows.size());
  head.forFeatures([&](Value place, int64_t c) {
    Value other = e.load(e.offset(pointer, place));
    for (auto [sum, r] : llvm::zip(sums, rows)) {
      Value mine = (block[r].*held)[c];
      sum = sum ? e.fma(mine, other, sum) : e.mulF(mine, other);
    }
  });
  return sums;
}

/// The row's weights w_j, their slopes dw_j/dz_j, and t_j = do . v_j, with the sums over j of |w_j|
/// and w_j t_j; of an exponential kernel the exponents, and their maximum.
void AdjointRows::emitScores(Value j, ArrayRef<int64_t> rows, SmallVectorImpl<Value> &sums) {
  bool exponential = op.getExponential();
  SmallVector<Value> scores = dots(rows, head.at(op.getKey(), j), &Row::query, &Row::queryPointer);
  SmallVector<Value> products = dots(rows, head.at(op.getValue(), j), &Row::out, &Row::outPointer);
  for (auto [r, score, product] : llvm::zip(rows, scores, products)) {
    SmallVector<Value> arguments{e.mulF(score, head.scale)};
    arguments.append(block[r].parameters);
    SmallVector<Value> values = e.inlineRegion(op.getKernel().front(), arguments);
    Value &weight = values[0];
    if (Value decay = head.decay(block[r].number, j)) {
      weight = exponential ? e.addF(weight, decay) : e.mulF(weight, decay);
      for (Value &slope : llvm::drop_begin(values))
        slope = exponential ? slope : e.mulF(slope, decay);
    }
    e.store(weight, at(scratch[r].weights, j));
    e.store(values[1], at(scratch[r].slopes, j));
    for (auto [slopes, slope] : llvm::zip(scratch[r].parameterSlopes, llvm::drop_begin(values, 2)))
      e.store(slope, at(slopes, j));
    e.store(product, at(scratch[r].products, j));
    if (exponential) {
      sums[2 * r] = e.maxF(sums[2 * r], weight);
    } else {
      sums[2 * r] = e.addF(sums[2 * r], head.magnitude(weight));
      sums[2 * r + 1] = e.fma(weight, product, sums[2 * r + 1]);
    }
  }
}

/// Turns the exponents into weights, and sums as above.
void AdjointRows::emitExponentials(Value j, ArrayRef<int64_t> rows, ArrayRef<Value> shifts,
                                   SmallVectorImpl<Value> &sums) {
  for (int64_t r : rows) {
    Value exponent = e.load(at(scratch[r].weights, j));
    Value weight = e.expF(shifts[r] ? e.subF(exponent, shifts[r]) : exponent);
    e.store(weight, at(scratch[r].weights, j));
    e.store(e.mulF(weight, e.load(at(scratch[r].slopes, j))), at(scratch[r].slopes, j));
    for (Value slopes : scratch[r].parameterSlopes)
      e.store(e.mulF(weight, e.load(at(slopes, j))), at(slopes, j));
    sums[2 * r] = e.addF(sums[2 * r], weight);
    sums[2 * r + 1] = e.fma(weight, e.load(at(scratch[r].products, j)), sums[2 * r + 1]);
  }
}

void AdjointRows::emitAdjoints(Value j, ArrayRef<int64_t> rows, SmallVectorImpl<Value> &adjoints) {
  SmallVector<Value> steps(block.size()), shares(block.size());
  for (int64_t r : rows) {
    const Row &row = block[r];
    Value weight = e.load(at(scratch[r].weights, j)), dw = e.load(at(scratch[r].products, j));
    if (op.getNormalise() == Normalise::AbsoluteSum) {
      Value zero = e.splat(0.0);
      Value negative = arith::CmpFOp::create(e.b, arith::CmpFPredicate::OLT, weight, zero);
      Value positive = arith::CmpFOp::create(e.b, arith::CmpFPredicate::OGT, weight, zero);
      Value signedProjection = e.select(positive, row.projection,
                                        e.select(negative, e.subF(zero, row.projection), zero));
      dw = e.subF(dw, signedProjection);
    } else if (row.projection) {
      dw = e.subF(dw, row.projection);
    }
    steps[r] = e.mulF(e.mulF(dw, row.step), e.load(at(scratch[r].slopes, j)));
    shares[r] = e.mulF(weight, row.share);
    Value share = op.getParameters().empty() ? Value() : e.mulF(dw, row.share);
    for (auto [i, slopes] : llvm::enumerate(scratch[r].parameterSlopes)) {
      Value &sum = adjoints[(r + 1) * adjointsOfRow() - int64_t(op.getParameters().size()) + i];
      sum = e.fma(share, e.load(at(slopes, j)), sum);
    }
  }
  Value key = head.at(op.getKey(), j), keyAdjoint = head.at(op.getKeyAdjoint(), j),
        valueAdjoint = head.at(op.getValueAdjoint(), j);
  head.forFeatures([&](Value place, int64_t c) {
    Value k = e.load(e.offset(key, place)), dk = e.load(e.offset(keyAdjoint, place)),
          dv = e.load(e.offset(valueAdjoint, place));
    for (int64_t r : rows) {
      const Row &row = block[r];
      Value o = c >= 0 ? row.out[c] : e.load(e.offset(row.outPointer, place));
      Value q = c >= 0 ? row.query[c] : e.load(e.offset(row.queryPointer, place));
      dv = e.fma(shares[r], o, dv);
      dk = e.fma(steps[r], q, dk);
      if (c >= 0) {
        Value &dq = adjoints[r * adjointsOfRow() + c];
        dq = e.fma(steps[r], k, dq);
      } else {
        Value dq = e.offset(head.at(op.getQueryAdjoint(), row.number), place);
        e.store(e.fma(steps[r], k, e.load(dq)), dq);
      }
    }
    e.store(dv, e.offset(valueAdjoint, place));
    e.store(dk, e.offset(keyAdjoint, place));
  });
}

void AdjointRows::emit(Value first, int64_t rows) {
  block.clear();
  for (int64_t r = 0; r < rows; ++r) {
    Row row;
    row.number = r ? e.add(first, e.index(r)) : first;
    head.prefetchNext({op.getQuery(), op.getKey(), op.getValue(), op.getResultAdjoint()},
                      row.number);
    // Only as far as the second cache: in the first one they would push out what this task reads.
    head.prefetchNext({op.getQueryAdjoint(), op.getKeyAdjoint(), op.getValueAdjoint()}, row.number);
    row.queryPointer = head.at(op.getQuery(), row.number);
    row.outPointer = head.at(op.getResultAdjoint(), row.number);
    row.query = head.registers(row.queryPointer);
    row.out = head.registers(row.outPointer);
    row.parameters = head.parametersAt(row.number);
    block.push_back(row);
  }
  Value zero = e.splat(0.0);
  SmallVector<Value> inits;
  for (int64_t r = 0; r < rows; ++r)
    inits.append({op.getExponential() ? head.lowest() : zero, zero});
  SmallVector<Value> sums =
      overKeys(inits, [&](Value j, ArrayRef<int64_t> rows, SmallVectorImpl<Value> &sums) {
        emitScores(j, rows, sums);
      });
  SmallVector<Value> shifts(rows);
  if (op.getExponential()) {
    for (int64_t r = 0; head.shifted() && r < rows; ++r)
      shifts[r] = sums[2 * r];
    sums = overKeys(SmallVector<Value>(2 * rows, zero),
                    [&](Value j, ArrayRef<int64_t> rows, SmallVectorImpl<Value> &sums) {
                      emitExponentials(j, rows, shifts, sums);
                    });
  }
  for (auto [r, row] : llvm::enumerate(block)) {
    row.share = head.reciprocal(sums[2 * r], shifts[r]);
    row.step = e.mulF(row.share, head.scale);
    if (op.getNormalise() != Normalise::None)
      row.projection = e.mulF(sums[2 * r + 1], row.share);
  }
  inits.clear();
  for (const Row &row : block) {
    Value pointer = head.at(op.getQueryAdjoint(), row.number);
    inits.append(adjointsOfRow(), zero);
    if (!head.unrolled)
      head.forFeatures([&](Value place, int64_t) { e.store(zero, e.offset(pointer, place)); });
  }
  SmallVector<Value> adjoints =
      overKeys(inits, [&](Value j, ArrayRef<int64_t> rows, SmallVectorImpl<Value> &adjoints) {
        emitAdjoints(j, rows, adjoints);
      });
  for (auto [r, row] : llvm::enumerate(block)) {
    int64_t begin = r * adjointsOfRow();
    if (head.unrolled) {
      Value pointer = head.at(op.getQueryAdjoint(), row.number);
      head.forFeatures(
          [&](Value place, int64_t c) { e.store(adjoints[begin + c], e.offset(pointer, place)); });
      begin += head.size;
    }
    for (auto [i, adjoint] : llvm::enumerate(op.getParameterAdjoints()))
      e.store(adjoints[begin + i], head.adjointAt(adjoint, row.number));
  }
}

} // namespace

void Emitter::emitAttentionAdjoint(AttentionAdjointOp op, Value task) {
  AttentionHead<AttentionAdjointOp> head(*this, op, task);
  auto fill = [&](Value adjoint, Value end) {
    forLoop(index(0), end, 1, [&](Value j) {
      Value pointer = head.at(adjoint, j);
      head.forFeatures([&](Value place, int64_t) { store(splat(0.0), offset(pointer, place)); });
    });
  };
  Value end = index(head.positions), first = firstPosition(op, head.positions);
  fill(op.getKeyAdjoint(), end);
  fill(op.getValueAdjoint(), end);
  if (plan.live.zeroElsewhere.contains(op.getQueryAdjoint()))
    fill(op.getQueryAdjoint(), first);
  for (Value adjoint : op.getParameterAdjoints())
    if (plan.live.zeroElsewhere.contains(adjoint))
      forLoop(index(0), first, 1, [&](Value i) { store(splat(0.0), head.adjointAt(adjoint, i)); });
  // Two rows at once where a row's features are in registers, and one that is left over.
  bool single = !head.unrolled || head.positions % 2 || plan.live.onlyLast.contains(op);
  AdjointRows rows(*this, head, head.unrolled ? 2 : 1);
  Value middle = first;
  if (head.unrolled && head.positions > 1) {
    middle = sub(end, arith::RemSIOp::create(b, sub(end, first), index(2)));
    forLoop(first, middle, 2, [&](Value i) { rows.emit(i, 2); });
  }
  if (single || head.positions == 1)
    forLoop(middle, end, 1, [&](Value i) { rows.emit(i, 1); });
}

} // namespace iarc
