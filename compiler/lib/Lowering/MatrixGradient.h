//===- MatrixGradient.h - A task of the gradient of a matrix -----------------===//
#ifndef IARC_LOWERING_MATRIXGRADIENT_H
#define IARC_LOWERING_MATRIXGRADIENT_H

#include "Emitter.h"

namespace iarc {

/// Whether a weight's gradient is summed over positions too: each has no matrix of its own.
inline bool isSummedOverPositions(WeightType weight) {
  return !weight.isPerPosition() && !weight.isAcrossPositions();
}

/// How the gradient of one matrix is cut into tasks. Rows are features of the broadcast operand and
/// columns those of the interleaved one, whichever of the two is the output adjoint.
struct GradientCut {
  GradientCut(WeightGradientOp op, const Layout &layout, const Target &target);
  int64_t countRows() const { return interleavesOut ? in : out; }
  int64_t countColumns() const { return interleavesOut ? out : in; }
  int64_t tasks() const { return rowTasks * columnTasks; }
  int64_t strips() const { return columns / strip; }
  /// Vectors that hold the sums of a block of `height` rows.
  int64_t sumsOfBlock(int64_t height) const {
    return interleavesOut ? block.columns * llvm::divideCeil(height, chunks.samples)
                          : llvm::divideCeil(height * block.columns, chunks.samples);
  }
  /// Vectors of a task's sums, and of its interleaved operand.
  int64_t sums() const { return strips() * (rows / block.rows) * sumsOfBlock(block.rows); }
  int64_t inputs() const { return chunks.features == 1 ? 0 : columns * groups; }

  int64_t out, in;
  Chunks chunks;
  RegisterBlock block; ///< rows by vectors of columns
  bool interleavesOut;
  int64_t strip;                 ///< columns of a block
  int64_t rows, columns;         ///< of a task, but for the last ones
  int64_t rowTasks, columnTasks; ///< of a matrix
  int64_t groups;                ///< lane groups that are interleaved at once
};

/// A task: some rows and columns of the gradient of one matrix. Their sums lie on the stack, block
/// by block, and behind them the interleaved operand.
class MatrixGradient {
public:
  using Value = mlir::Value;

  MatrixGradient(Emitter &emitter, WeightGradientOp op, Value task, Value matrix);

  void clear() {
    e.forLoop(e.index(0), e.index(cut.sums() * lanes), lanes,
              [&](Value i) { e.store(e.splat(0.0), e.offset(sums, i)); });
  }

  /// Positions of the output adjoint and of the input.
  struct Positions {
    Value out, in;
  };
  /// Adds `count` lane groups from `group` on, at most as many as the cut says. Where the operand
  /// to interleave already is, from an earlier matrix, `isInterleaved` holds.
  void addGroups(Positions positions, Value group, Value count, Value isInterleaved = {});
  /// Stores the sums, or updates the weight by them.
  void finish() { cut.interleavesOut ? finishColumns() : finishRows(); }

private:
  using Strip = llvm::function_ref<void(Value first, int64_t count)>;
  /// Runs `body` for each strip of the task's columns, or block of its rows: how many there are is
  /// a constant.
  void forColumns(Strip body) {
    forStrips(firstColumn, columnEnd, cut.countColumns(), restColumns, cut.strip, body);
  }
  void forRows(Strip body) {
    forStrips(firstRow, rowEnd, cut.countRows(), restRows, cut.block.rows, body);
  }
  void forStrips(Value first, Value end, int64_t size, int64_t rest, int64_t step, Strip body);
  struct Block {
    Value row, column, sums;
    int64_t rows, columns;
  };
  /// Runs `body` for each block. The operand that passes is that of which a block reads more
  /// vectors: where all strips of the interleaved one stay in the first cache, the rows, else the
  /// strips.
  void forBlocks(llvm::function_ref<void(const Block &)> body);
  /// Where the sums of the block lie that begins at a row and a column.
  Value sumsOf(Value row, Value column);
  /// The number of a block's rows, and of its columns, in the task.
  Value rowNumber(Value row);
  Value stripNumber(Value column);
  Value stripSums(Value column) {
    return e.offset(sums, e.mul(stripNumber(column), cut.sums() / cut.strips() * lanes));
  }
  int64_t vectorsOf(int64_t columns) const { return llvm::divideCeil(columns, features); }
  /// Elements from the tensor's start to a place in the matrix.
  Value placeOf(Value row, Value column) {
    if (cut.interleavesOut)
      std::swap(row, column);
    return e.add(e.mul(matrix, cut.out * cut.in), e.add(e.mul(row, cut.in), column));
  }

  Value broadcastAt(Positions at) const { return cut.interleavesOut ? at.in : at.out; }
  Value interleavedAt(Positions at) const { return cut.interleavesOut ? at.out : at.in; }
  void interleave(Value p, Value group, Value count);
  llvm::SmallVector<Value> addSamples(const Block &block, Positions at, Value group, Value count);
  void prefetchBeside(const Block &block, Positions at, Value group);
  void prefetchUpdated(const Block &block);
  void sumChunks(llvm::ArrayRef<Value> sums, const Block &block);
  void finishRows();
  void finishColumns();

  Emitter &e;
  mlir::ImplicitLocOpBuilder &b;
  WeightGradientOp op;
  GradientCut cut;
  Value matrix;
  int64_t lanes, samples, features; ///< of a vector: samples of a chunk, chunks
  int64_t restRows, restColumns;
  Value broadcast, interleaved; ///< the operands
  Value firstRow, firstColumn, rowEnd, columnEnd;
  Value sums, inputs, broadcastBase, interleavedBase;
};

} // namespace iarc
#endif
