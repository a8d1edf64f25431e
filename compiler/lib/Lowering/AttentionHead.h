//===- AttentionHead.h - One head of one lane group -------------------------===//
#ifndef IARC_LOWERING_ATTENTIONHEAD_H
#define IARC_LOWERING_ATTENTIONHEAD_H

#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>
#include <limits>

namespace iarc {

/// Heads of up to this many features are held in registers and unrolled.
inline constexpr int64_t kUnrolledFeatures = 16;

/// How many neighbouring queries of a training step share what is loaded for a key: two where their
/// features lie in registers, of attention itself together with their sums.
int64_t queriesAtOnce(AttentionOp op, const Target &target);
int64_t queriesAtOnce(AttentionAdjointOp op, const Target &target);

/// How a row of weights is summed and divided, whatever lies in the lanes.
template <typename Op> class AttentionRow {
public:
  using Value = mlir::Value;

  AttentionRow(Emitter &e, Op op) : e(e), op(op) {}

  Value magnitude(Value weight) {
    return op.getNormalise() == Normalise::AbsoluteSum
               ? mlir::math::AbsFOp::create(e.b, weight).getResult()
               : weight;
  }
  /// 1 / divisor of a row whose weights sum to `sum`; `shift` is what was subtracted in the
  /// exponent.
  Value reciprocal(Value sum, Value shift) {
    if (op.getNormalise() == Normalise::None)
      return e.splat(1.0);
    double eps = op.getEps().convertToDouble();
    Value one = e.splat(1.0), zero = e.splat(0.0);
    if (eps == 0) {
      Value empty = mlir::arith::CmpFOp::create(e.b, mlir::arith::CmpFPredicate::OEQ, sum, zero);
      return e.select(empty, zero, e.divF(one, sum));
    }
    Value addend = e.splat(eps);
    if (shift)
      addend = e.mulF(addend, e.expF(e.subF(zero, shift)));
    return e.divF(one, e.addF(sum, addend));
  }
  /// Whether the exponent is shifted by its maximum: only where a divisor undoes it.
  bool shifted() { return op.getExponential() && op.getNormalise() != Normalise::None; }
  Value lowest() {
    return e.splat(op.getQuery().getType().getElementType().isF64()
                       ? std::numeric_limits<double>::lowest()
                       : double(std::numeric_limits<float>::lowest()));
  }

  Emitter &e;
  Op op;
};

/// What attention and its adjoint have in common: one head of one lane group.
template <typename Op> class AttentionHead : public AttentionRow<Op> {
public:
  using Value = mlir::Value;
  using AttentionRow<Op>::e;
  using AttentionRow<Op>::op;

  AttentionHead(Emitter &e, Op op, Value task)
      : AttentionRow<Op>(e, op), features(op.getQuery().getType().getFeatures()),
        positions(op.getQuery().getType().getPositions()), size(features / int64_t(op.getHeads())),
        unrolled(size <= kUnrolledFeatures) {
    group = mlir::arith::DivSIOp::create(e.b, task, e.index(op.getHeads()));
    head = mlir::arith::RemSIOp::create(e.b, task, e.index(op.getHeads()));
    scale = e.splat(op.getScale().convertToDouble());
    // Rows of positions lie this far apart. Said once, so that the visits of keys count it up.
    stride = e.mul(e.groups(), features * e.layout.lanes);
    start = e.mul(e.add(e.mul(group, features), e.mul(head, size)), e.layout.lanes);
    if (op.getSlopes().empty())
      return;
    llvm::SmallVector<double> numbers;
    for (double slope : op.getSlopes())
      for (int64_t distance = 0; distance < positions; ++distance)
        numbers.push_back(op.getExponential() ? -slope * distance : std::exp(-slope * distance));
    decays = e.offset(e.table(numbers), e.mul(head, positions));
  }

  /// Start of this head's features of a value's position.
  Value at(Value value, Value position) {
    return e.offset(e.offset(e.address(value), start), e.mul(position, stride));
  }
  /// The numbers of the kernel's parameters for query i.
  llvm::SmallVector<Value> parametersAt(Value i) {
    llvm::SmallVector<Value> numbers;
    Value place = e.mul(e.add(e.mul(i, e.groups()), group), e.layout.lanes);
    for (Value parameter : op.getParameters())
      numbers.push_back(e.load(e.offset(e.address(parameter), place)));
    return numbers;
  }
  /// Where the adjoint of a parameter, one number a head, lies for query i.
  Value adjointAt(Value adjoint, Value i) {
    Value row = e.mul(e.add(e.mul(i, e.groups()), group), int64_t(op.getHeads()));
    return e.offset(e.address(adjoint), e.mul(e.add(row, head), e.layout.lanes));
  }
  /// How many keys the blocks of `rows` queries visit together before the one from query i on.
  Value keysBefore(Value i, int64_t rows) {
    Value blocks = mlir::arith::DivUIOp::create(e.b, i, e.index(rows));
    if (!op.getCausal())
      return e.mul(blocks, positions);
    // Each block sees `rows` keys more than the one before, the first one key.
    Value pairs =
        mlir::arith::DivUIOp::create(e.b, e.mul(blocks, e.sub(blocks, e.index(1))), e.index(2));
    return e.add(e.mul(pairs, rows), blocks);
  }
  /// The same for all queries, but for those that fill no block.
  int64_t keysInAll(int64_t rows) {
    int64_t blocks = positions / rows;
    return op.getCausal() ? rows * (blocks * (blocks - 1) / 2) + blocks : blocks * positions;
  }
  /// Fetches, beside the visit of key j by the block of `rows` queries from i on, a share of what
  /// the next task reads or writes of `values`: the following head, or the first one of the next
  /// lane group, whose features follow in memory. The rows of a head lie far apart, so that no
  /// processor guesses them. All visits of a task together fetch all: as many lines at once would
  /// keep the loads behind them waiting.
  void prefetchBesideKey(llvm::ArrayRef<Value> values, Value i, Value j, int64_t rows) {
    if (!unrolled || values.empty())
      return;
    int64_t line = e.lineElements(), rowLines = llvm::divideCeil(size * e.layout.lanes, line);
    int64_t lines = rowLines * positions, visits = keysInAll(rows);
    int64_t atOnce = llvm::divideCeil(lines, visits);
    Value visit = e.add(keysBefore(i, rows), j);
    Value first = atOnce > 1 ? e.mul(visit, atOnce)
                             : mlir::arith::DivUIOp::create(e.b, visit, e.index(visits / lines));
    for (int64_t k = 0; k < atOnce; ++k) {
      Value number = e.minimum(e.add(first, e.index(k)), e.index(lines - 1));
      Value position = mlir::arith::DivUIOp::create(e.b, number, e.index(rowLines));
      // What is left of the division by the lines of a row times a line, and that row.
      Value lineOfRow = e.mul(number, line);
      Value row = e.mul(position, e.sub(stride, e.index(rowLines * line)));
      Value next = e.add(e.add(start, e.index(size * e.layout.lanes)), e.add(lineOfRow, row));
      for (Value value : values)
        e.prefetch(e.offset(e.address(value), next), line);
    }
  }
  /// A head's features: in registers, or nothing where they are read from memory as needed.
  llvm::SmallVector<Value> registers(Value pointer) {
    llvm::SmallVector<Value> values;
    if (unrolled)
      for (int64_t c = 0; c < size; ++c)
        values.push_back(e.load(e.offset(pointer, c * e.layout.lanes)));
    return values;
  }
  /// The products of what several rows hold with one vector of memory; of heads whose features are
  /// not held, of the only row, which lies at `own`.
  llvm::SmallVector<Value> dots(llvm::ArrayRef<llvm::ArrayRef<Value>> held, Value own,
                                Value pointer) {
    llvm::SmallVector<Value> sums(held.size());
    if (!unrolled)
      return e.forLoop(
          e.index(0), e.index(size), 1, e.splat(0.0), [&](Value c, mlir::ValueRange carried) {
            Value place = e.mul(c, e.layout.lanes);
            return llvm::SmallVector<Value>{
                e.fma(e.load(e.offset(own, place)), e.load(e.offset(pointer, place)), carried[0])};
          });
    forFeatures([&](Value place, int64_t c) {
      Value other = e.load(e.offset(pointer, place));
      for (auto [sum, mine] : llvm::zip(sums, held))
        sum = sum ? e.fma(mine[c], other, sum) : e.mulF(mine[c], other);
    });
    return sums;
  }
  /// Calls `body` with the offset of each feature of the head; for small heads, feature by
  /// feature with its number.
  void forFeatures(llvm::function_ref<void(Value place, int64_t feature)> body) {
    if (unrolled) {
      for (int64_t c = 0; c < size; ++c)
        body(e.index(c * e.layout.lanes), c);
      return;
    }
    e.forLoop(e.index(0), e.index(size), 1, [&](Value c) { body(e.mul(c, e.layout.lanes), -1); });
  }
  using KeyBody = llvm::function_ref<void(Value j, llvm::ArrayRef<int64_t> rows,
                                          llvm::SmallVectorImpl<Value> &carried)>;
  /// Visits the keys of a block of rows, one for each of neighbouring queries by its `number`, with
  /// the rows that see them, carrying numbers; what is loaded for a key serves all of them.
  /// Meanwhile `fetched` are fetched for the next task.
  template <typename Rows>
  llvm::SmallVector<Value> overKeys(const Rows &block, llvm::ArrayRef<Value> inits,
                                    llvm::ArrayRef<Value> fetched, KeyBody body) {
    llvm::SmallVector<int64_t> rows;
    for (size_t r = 0; r < block.size(); ++r)
      rows.push_back(r);
    Value first = block.front().number, common = visibleEnd(first);
    llvm::SmallVector<Value> carried =
        e.forLoop(e.index(0), common, 1, inits, [&](Value j, mlir::ValueRange values) {
          llvm::SmallVector<Value> next(values);
          prefetchBesideKey(fetched, first, j, block.size());
          body(j, rows, next);
          return next;
        });
    // Each further row sees one key more than the one before.
    if (op.getCausal())
      for (size_t r = 1; r < block.size(); ++r)
        body(block[r].number, llvm::ArrayRef(rows).drop_front(r), carried);
    return carried;
  }
  /// Cuts the queries that are computed into runs of whole blocks of `most` rows and of single
  /// ones.
  void forBlocks(int64_t most,
                 llvm::function_ref<void(Value begin, Value end, int64_t rows)> emitRun) {
    Value end = e.index(positions), first = e.firstPosition(op, positions), middle = first;
    bool hasBlocks = most > 1 && positions >= most;
    if (hasBlocks) {
      middle = e.sub(end, mlir::arith::RemSIOp::create(e.b, e.sub(end, first), e.index(most)));
      emitRun(first, middle, most);
    }
    if (!hasBlocks || positions % most || e.getPlan().live.onlyLast.contains(op))
      emitRun(middle, end, 1);
  }
  Value visibleEnd(Value i) { return op.getCausal() ? e.add(i, e.index(1)) : e.index(positions); }
  /// The decay of key j for query i, or its logarithm for an exponential kernel; null when there is
  /// none.
  Value decay(Value i, Value j) {
    if (!decays)
      return {};
    Value distance = e.sub(i, j);
    if (!op.getCausal())
      distance = mlir::math::AbsIOp::create(e.b, distance);
    return e.loadSplat(e.offset(decays, distance));
  }

  int64_t features, positions, size;
  bool unrolled;
  Value group, head, scale, decays;
  Value start, stride; ///< elements: of this head at position 0, and between positions
};

} // namespace iarc
#endif
