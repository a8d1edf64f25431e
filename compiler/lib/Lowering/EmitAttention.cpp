//===- EmitAttention.cpp - Attention ----------------------------------------===//
//
// A task is one head of one lane group: its queries, keys and values are a few KiB that stay in the
// nearest cache. Two queries at once, or one; nothing of size context x context is stored.
//
//===----------------------------------------------------------------------===//
#include "AttentionHead.h"

using namespace mlir;

namespace iarc {

namespace {

/// Emits blocks of neighbouring queries: what is loaded of a key and its value serves all of them.
class AttentionRows {
public:
  using Op = AttentionOp;
  using Value = mlir::Value;

  AttentionRows(Emitter &e, AttentionHead<Op> &head, int64_t mostRows)
      : e(e), op(head.op), head(head) {
    // An exponential kernel is visited twice: for the maximum, then for the weights.
    if (op.getExponential())
      exponents = e.scratch(mostRows * head.positions);
  }

  /// Rows begin to end - 1 in blocks of `rows`, which divide them.
  void emit(Value begin, Value end, int64_t rows) {
    e.forLoop(begin, end, rows, [&](Value first) { emitBlock(first, rows); });
  }

private:
  struct Row {
    Value number, queryPointer, result;
    SmallVector<Value> query, parameters;
  };

  void emitBlock(Value first, int64_t rows);
  /// The kernel of each row's score for key j: its weight, or its exponent.
  SmallVector<Value> kernels(Value j, ArrayRef<int64_t> rows);
  /// Keeps each row's exponents and returns what is subtracted from them, if anything.
  SmallVector<Value> emitExponents();
  Value exponentAt(int64_t r, Value j) {
    return e.offset(exponents, e.mul(e.add(j, e.index(r * head.positions)), e.layout.lanes));
  }
  /// How many numbers are carried of a row: the sum of its weights, then that of each feature.
  int64_t carriedOfRow() { return 1 + (head.unrolled ? head.size : 0); }
  void emitResult(const Row &row, ArrayRef<Value> sums, Value shift);

  Emitter &e;
  Op op;
  AttentionHead<Op> &head;
  Value exponents;
  SmallVector<Row, 2> block;
};

SmallVector<Value> AttentionRows::kernels(Value j, ArrayRef<int64_t> rows) {
  Value key = head.at(op.getKey(), j);
  SmallVector<ArrayRef<Value>> queries;
  for (int64_t r : rows)
    queries.push_back(block[r].query);
  SmallVector<Value> results;
  for (auto [r, score] : llvm::zip(rows, head.dots(queries, block[rows[0]].queryPointer, key))) {
    SmallVector<Value> arguments{e.mulF(score, head.scale)};
    arguments.append(block[r].parameters);
    Value kernel = e.inlineRegion(op.getKernel().front(), arguments).front();
    if (Value decay = head.decay(block[r].number, j))
      kernel = op.getExponential() ? e.addF(kernel, decay) : e.mulF(kernel, decay);
    results.push_back(kernel);
  }
  return results;
}

SmallVector<Value> AttentionRows::emitExponents() {
  SmallVector<Value> largest(block.size(), head.lowest());
  largest = head.overKeys(block, largest, {op.getQuery(), op.getKey()},
                          [&](Value j, ArrayRef<int64_t> rows, SmallVectorImpl<Value> &next) {
                            for (auto [r, exponent] : llvm::zip(rows, kernels(j, rows))) {
                              e.store(exponent, exponentAt(r, j));
                              next[r] = e.maxF(next[r], exponent);
                            }
                          });
  return head.shifted() ? largest : SmallVector<Value>(block.size());
}

void AttentionRows::emitBlock(Value first, int64_t rows) {
  block.clear();
  for (int64_t r = 0; r < rows; ++r) {
    Row row;
    row.number = r ? e.add(first, e.index(r)) : first;
    row.queryPointer = head.at(op.getQuery(), row.number);
    row.result = head.at(op.getResult(), row.number);
    row.query = head.registers(row.queryPointer);
    row.parameters = head.parametersAt(row.number);
    if (!head.unrolled)
      head.forFeatures(
          [&](Value place, int64_t) { e.store(e.splat(0.0), e.offset(row.result, place)); });
    block.push_back(row);
  }
  SmallVector<Value> shifts(rows), fetched{op.getValue(), op.getResult()};
  llvm::append_range(fetched, op.getExtras());
  if (op.getExponential())
    shifts = emitExponents();
  else
    fetched.append({op.getQuery(), op.getKey()});
  SmallVector<Value> inits(rows * carriedOfRow(), e.splat(0.0));
  SmallVector<Value> sums = head.overKeys(
      block, inits, fetched, [&](Value j, ArrayRef<int64_t> rows, SmallVectorImpl<Value> &next) {
        SmallVector<Value> weights;
        if (op.getExponential())
          for (int64_t r : rows) {
            Value exponent = e.load(exponentAt(r, j));
            weights.push_back(e.expF(shifts[r] ? e.subF(exponent, shifts[r]) : exponent));
          }
        else
          weights = kernels(j, rows);
        for (auto [r, weight] : llvm::zip(rows, weights)) {
          Value &sum = next[r * carriedOfRow()];
          sum = e.addF(sum, head.magnitude(weight));
        }
        Value value = head.at(op.getValue(), j);
        head.forFeatures([&](Value place, int64_t c) {
          Value feature = e.load(e.offset(value, place));
          for (auto [r, weight] : llvm::zip(rows, weights)) {
            if (c >= 0) {
              Value &sum = next[r * carriedOfRow() + 1 + c];
              sum = e.fma(weight, feature, sum);
            } else {
              Value sum = e.offset(block[r].result, place);
              e.store(e.fma(weight, feature, e.load(sum)), sum);
            }
          }
        });
      });
  for (auto [r, row] : llvm::enumerate(block))
    emitResult(row, ArrayRef(sums).slice(r * carriedOfRow(), carriedOfRow()), shifts[r]);
}

void AttentionRows::emitResult(const Row &row, ArrayRef<Value> sums, Value shift) {
  Value reciprocal = head.reciprocal(sums[0], shift);
  SmallVector<Value> extras;
  for (Value extra : op.getExtras())
    extras.push_back(head.at(extra, row.number));
  head.forFeatures([&](Value place, int64_t c) {
    Value sum = c >= 0 ? sums[1 + c] : e.load(e.offset(row.result, place));
    SmallVector<Value> values{e.mulF(sum, reciprocal)};
    if (op.hasEpilogue()) {
      for (Value extra : extras)
        values.push_back(e.load(e.offset(extra, place)));
      values = e.inlineRegion(op.getEpilogue().front(), values);
    }
    e.store(values.front(), e.offset(row.result, place));
  });
}

} // namespace

int64_t queriesAtOnce(AttentionOp op, const Target &target) {
  constexpr int64_t kPassing = 8; // registers of what passes by
  int64_t size = op.getQuery().getType().getFeatures() / int64_t(op.getHeads());
  return size <= kUnrolledFeatures && 4 * size + kPassing <= target.vectorRegisters ? 2 : 1;
}

void Emitter::emitAttention(AttentionOp op, Value task) {
  AttentionHead<AttentionOp> head(*this, op, task);
  int64_t most = queriesAtOnce(op, target);
  AttentionRows rows(*this, head, most);
  head.forBlocks(most,
                 [&](Value begin, Value end, int64_t count) { rows.emit(begin, end, count); });
}

} // namespace iarc
