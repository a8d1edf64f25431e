//===- EmitAttentionAdjoint.cpp - The adjoint of attention ------------------===//
//
// Two passes over the keys of a block of queries: the rows of weights are made again, then turned
// into adjoints. Nothing of size context x context is stored.
//
//===----------------------------------------------------------------------===//
#include "AttentionHead.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"

#include <optional>

using namespace mlir;

namespace iarc {

namespace {

/// Emits the adjoint for blocks of neighbouring queries: what is loaded and stored for a key is
/// shared by the block's rows.
class AdjointRows {
public:
  using Op = AttentionAdjointOp;
  using Value = mlir::Value;

  AdjointRows(Emitter &e, AttentionHead<Op> &head, int64_t mostRows)
      : e(e), op(head.op), head(head) {
    numbers = FirstSlope;
    for (Value slope : op.getKernel().front().getTerminator()->getOperands().drop_front()) {
      FloatAttr constant;
      bool decays = head.decays && !op.getExponential();
      if (!decays && matchPattern(slope, m_Constant(&constant)))
        slopes.push_back({constant.getValueAsDouble(), 0});
      else
        slopes.push_back({std::nullopt, numbers++});
    }
    int64_t vectors = mostRows * numbers * head.positions;
    overlaps = vectors * e.layout.lanes * e.layout.elementBytes <= kPassingBytes;
    kept = e.scratch(overlaps ? 2 * vectors : vectors);
    keptOfBlock = e.index(vectors * e.layout.lanes);
  }

  /// Rows begin to end - 1 in blocks of `rows`, which divide them and are at most as many as the
  /// scratch was made for.
  void emit(Value begin, Value end, int64_t rows);

private:
  struct Row {
    Value number, queryPointer, outPointer;
    SmallVector<Value> query, out, parameters;
    Value kept;                    ///< numbers for each key, on the stack
    Value step, share, projection; ///< what turns t_j and w_j into the adjoints of z_j and v_j
  };
  /// What is kept of a row for each key: w_j, t_j, and of the slopes those that are not constant.
  enum Kept { Weight, Product, FirstSlope };
  /// A derivative of the kernel: dw_j/dz_j, or that by a parameter. Of an exponential kernel that
  /// of the exponent, which is kept times the weight.
  struct Slope {
    std::optional<double> constant;
    int64_t number; ///< among what is kept, where it is not constant
  };
  Value slopeAt(const Row &row, const Slope &slope, Value j, Value weight);
  Value at(const Row &row, int64_t number, Value j) {
    return e.offset(row.kept, e.mul(e.add(j, e.index(number * head.positions)), e.layout.lanes));
  }
  /// Makes `block` the rows from `first`, whose numbers are kept in one half of the scratch or the
  /// other.
  void enter(Value first, int64_t rows, Value half);
  /// The sums of each of the block's rows, and of an exponential kernel the shift of its exponents.
  SmallVector<Value> emitWeights();
  /// The adjoints of the block's rows, from what `emitWeights` returned.
  void emitBlock(ValueRange sums);
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
  int64_t numbers;           ///< that are kept of a row for each key
  SmallVector<Slope> slopes; ///< by z, then by each parameter
  bool overlaps; ///< whether a block's weights are made before the adjoints of the one before
  Value kept, keptOfBlock;
  SmallVector<Row, 2> block;
};

SmallVector<Value> AdjointRows::dots(ArrayRef<int64_t> rows, Value pointer,
                                     SmallVector<Value> Row::*held, Value Row::*own) {
  SmallVector<ArrayRef<Value>> vectors;
  for (int64_t r : rows)
    vectors.push_back(block[r].*held);
  return head.dots(vectors, block[rows.front()].*own, pointer);
}

/// The row's weights w_j, their slopes dw_j/dz_j, and t_j = do . v_j, with the sums over j of |w_j|
/// and w_j t_j; of an exponential kernel the exponents, their slopes and their maximum.
void AdjointRows::emitScores(Value j, ArrayRef<int64_t> rows, SmallVectorImpl<Value> &sums) {
  bool exponential = op.getExponential();
  SmallVector<Value> scores = dots(rows, head.at(op.getKey(), j), &Row::query, &Row::queryPointer);
  SmallVector<Value> products(rows.size());
  if (!exponential)
    products = dots(rows, head.at(op.getValue(), j), &Row::out, &Row::outPointer);
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
    e.store(weight, at(block[r], Weight, j));
    for (auto [slope, value] : llvm::zip(slopes, llvm::drop_begin(values)))
      if (!slope.constant)
        e.store(value, at(block[r], slope.number, j));
    if (exponential) {
      sums[2 * r] = e.maxF(sums[2 * r], weight);
    } else {
      e.store(product, at(block[r], Product, j));
      sums[2 * r] = e.addF(sums[2 * r], head.magnitude(weight));
      sums[2 * r + 1] = e.fma(weight, product, sums[2 * r + 1]);
    }
  }
}

/// Turns the exponents into weights, the slopes into those of the weights, and makes t_j and the
/// sums as above.
void AdjointRows::emitExponentials(Value j, ArrayRef<int64_t> rows, ArrayRef<Value> shifts,
                                   SmallVectorImpl<Value> &sums) {
  SmallVector<Value> products = dots(rows, head.at(op.getValue(), j), &Row::out, &Row::outPointer);
  for (auto [r, product] : llvm::zip(rows, products)) {
    Value exponent = e.load(at(block[r], Weight, j));
    Value weight = e.expF(shifts[r] ? e.subF(exponent, shifts[r]) : exponent);
    e.store(weight, at(block[r], Weight, j));
    for (int64_t i = FirstSlope; i < numbers; ++i)
      e.store(e.mulF(weight, e.load(at(block[r], i, j))), at(block[r], i, j));
    sums[2 * r] = e.addF(sums[2 * r], weight);
    e.store(product, at(block[r], Product, j));
    sums[2 * r + 1] = e.fma(weight, product, sums[2 * r + 1]);
  }
}

/// Null for a slope of 1.
Value AdjointRows::slopeAt(const Row &row, const Slope &slope, Value j, Value weight) {
  if (!slope.constant)
    return e.load(at(row, slope.number, j));
  Value constant = *slope.constant == 1 ? Value() : e.splat(*slope.constant);
  if (!op.getExponential())
    return constant;
  return constant ? e.mulF(weight, constant) : weight;
}

void AdjointRows::emitAdjoints(Value j, ArrayRef<int64_t> rows, SmallVectorImpl<Value> &adjoints) {
  SmallVector<Value> steps(block.size()), shares(block.size());
  for (int64_t r : rows) {
    const Row &row = block[r];
    Value weight = e.load(at(row, Weight, j)), dw = e.load(at(row, Product, j));
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
    steps[r] = e.mulF(dw, row.step);
    if (Value slope = slopeAt(row, slopes.front(), j, weight))
      steps[r] = e.mulF(steps[r], slope);
    shares[r] = e.mulF(weight, row.share);
    Value share = op.getParameters().empty() ? Value() : e.mulF(dw, row.share);
    Value *sum = adjoints.begin() + (r + 1) * adjointsOfRow() - op.getParameters().size();
    for (const Slope &slope : llvm::drop_begin(slopes)) {
      Value value = slopeAt(row, slope, j, weight);
      *sum = value ? e.fma(share, value, *sum) : e.addF(share, *sum);
      ++sum;
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

void AdjointRows::enter(Value first, int64_t rows, Value half) {
  block.clear();
  for (int64_t r = 0; r < rows; ++r) {
    Row row;
    row.number = r ? e.add(first, e.index(r)) : first;
    row.queryPointer = head.at(op.getQuery(), row.number);
    row.outPointer = head.at(op.getResultAdjoint(), row.number);
    row.query = head.registers(row.queryPointer);
    row.out = head.registers(row.outPointer);
    row.parameters = head.parametersAt(row.number);
    row.kept = e.offset(kept, e.mul(half, keptOfBlock));
    row.kept = e.offset(row.kept, r * numbers * head.positions * e.layout.lanes);
    block.push_back(row);
  }
}

SmallVector<Value> AdjointRows::emitWeights() {
  int64_t rows = block.size();
  Value zero = e.splat(0.0);
  // These rows are the first that see their own keys.
  if (op.getCausal())
    for (const Row &row : block)
      for (Value adjoint : {op.getKeyAdjoint(), op.getValueAdjoint()}) {
        Value pointer = head.at(adjoint, row.number);
        head.forFeatures([&](Value place, int64_t) { e.store(zero, e.offset(pointer, place)); });
      }
  SmallVector<Value> inits;
  for (int64_t r = 0; r < rows; ++r)
    inits.append({op.getExponential() ? head.lowest() : zero, zero});
  SmallVector<Value> sums = head.overKeys(
      block, inits, {op.getQuery(), op.getKey(), op.getValue(), op.getResultAdjoint()},
      [&](Value j, ArrayRef<int64_t> rows, SmallVectorImpl<Value> &sums) {
        emitScores(j, rows, sums);
      });
  if (!op.getExponential())
    return sums;
  SmallVector<Value> shifts(rows);
  for (int64_t r = 0; head.shifted() && r < rows; ++r)
    shifts[r] = sums[2 * r];
  sums = head.overKeys(block, SmallVector<Value>(2 * rows, zero), {},
                       [&](Value j, ArrayRef<int64_t> rows, SmallVectorImpl<Value> &sums) {
                         emitExponentials(j, rows, shifts, sums);
                       });
  if (head.shifted())
    sums.append(shifts);
  return sums;
}

void AdjointRows::emitBlock(ValueRange sums) {
  for (auto [r, row] : llvm::enumerate(block)) {
    row.share = head.reciprocal(sums[2 * r], head.shifted() ? sums[2 * block.size() + r] : Value());
    row.step = e.mulF(row.share, head.scale);
    if (op.getNormalise() != Normalise::None)
      row.projection = e.mulF(sums[2 * r + 1], row.share);
  }
  Value zero = e.splat(0.0);
  SmallVector<Value> inits;
  for (const Row &row : block) {
    Value pointer = head.at(op.getQueryAdjoint(), row.number);
    inits.append(adjointsOfRow(), zero);
    if (!head.unrolled)
      head.forFeatures([&](Value place, int64_t) { e.store(zero, e.offset(pointer, place)); });
  }
  SmallVector<Value> adjoints =
      head.overKeys(block, inits, {op.getQueryAdjoint(), op.getKeyAdjoint(), op.getValueAdjoint()},
                    [&](Value j, ArrayRef<int64_t> rows, SmallVectorImpl<Value> &adjoints) {
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

void AdjointRows::emit(Value begin, Value end, int64_t rows) {
  if (!overlaps)
    return e.forLoop(begin, end, rows, [&](Value first) {
      enter(first, rows, e.index(0));
      emitBlock(emitWeights());
    });
  // The weights of a block come before the adjoints of the one before: these do not wait for them,
  // so that the processor fills the time in which the last of a row's sums and its reciprocal come
  // about.
  ImplicitLocOpBuilder &b = e.b;
  Value some = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, begin, end);
  Value last = e.select(some, e.add(end, e.index(rows)), begin);
  SmallVector<Value> none((head.shifted() ? 3 : 2) * rows, e.splat(0.0));
  e.forLoop(begin, last, rows, none, [&](Value first, ValueRange before) {
    Value number = arith::DivUIOp::create(b, e.sub(first, begin), e.index(rows));
    Value half = arith::RemUIOp::create(b, number, e.index(2));
    Value exists = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, first, end);
    auto weights = scf::IfOp::create(b, before.getTypes(), exists, /*withElseRegion=*/true);
    {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(weights.thenBlock());
      enter(first, rows, half);
      SmallVector<Value> sums = emitWeights();
      scf::YieldOp::create(b, sums);
      b.setInsertionPointToStart(weights.elseBlock());
      scf::YieldOp::create(b, none);
    }
    Value hasBefore = arith::CmpIOp::create(b, arith::CmpIPredicate::sgt, first, begin);
    e.ifThen(hasBefore, [&] {
      enter(e.sub(first, e.index(rows)), rows, e.sub(e.index(1), half));
      emitBlock(before);
    });
    return SmallVector<Value>(weights.getResults());
  });
}

} // namespace

int64_t queriesAtOnce(AttentionAdjointOp op, const Target &) {
  return op.getQuery().getType().getFeatures() / int64_t(op.getHeads()) <= kUnrolledFeatures ? 2
                                                                                             : 1;
}

void Emitter::emitAttentionAdjoint(AttentionAdjointOp op, Value task) {
  AttentionHead<AttentionAdjointOp> head(*this, op, task);
  auto fill = [&](Value adjoint, Value end) {
    forLoop(index(0), end, 1, [&](Value j) {
      Value pointer = head.at(adjoint, j);
      head.forFeatures([&](Value place, int64_t) { store(splat(0.0), offset(pointer, place)); });
    });
  };
  Value end = index(head.positions), first = firstPosition(op, head.positions);
  // A causal row's own key is seen by no row before it.
  Value filled = op.getCausal() ? first : end;
  fill(op.getKeyAdjoint(), filled);
  fill(op.getValueAdjoint(), filled);
  if (plan.live.zeroElsewhere.contains(op.getQueryAdjoint()))
    fill(op.getQueryAdjoint(), first);
  for (Value adjoint : op.getParameterAdjoints())
    if (plan.live.zeroElsewhere.contains(adjoint))
      forLoop(index(0), first, 1, [&](Value i) { store(splat(0.0), head.adjointAt(adjoint, i)); });
  int64_t most = queriesAtOnce(op, target);
  AdjointRows rows(*this, head, most);
  head.forBlocks(most,
                 [&](Value begin, Value end, int64_t count) { rows.emit(begin, end, count); });
}

} // namespace iarc
