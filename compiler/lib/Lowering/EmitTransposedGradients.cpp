//===- EmitTransposedGradients.cpp - Gradients summed sample by sample ------===//
//
// A weight's gradient whose lanes are features: the input's lanes are transposed once a task into
// vectors of features, so that a block of the gradient lies in registers as it lies in memory and
// no lanes are summed, and the output adjoint is broadcast. It is worth the transposition where the
// input of a position does not stay in the first cache (EmitProducts.cpp would load it from the
// second one for every few rows), and for all large products.
//
//===----------------------------------------------------------------------===//
#include "Emitter.h"
#include "LargeProducts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <algorithm>

using namespace mlir;

namespace iarc {

/// Rows and bytes of a row of a task: 96 x 96 of f32 in the second cache with the transposed
/// inputs.
static constexpr int64_t kGradientRows = 96;
static constexpr int64_t kGradientColumnBytes = 384;

/// Rows of a task where only rows can be shared out among threads.
static constexpr int64_t kSharedRows = 32;

/// Bytes of transposed inputs that are summed over at once.
static constexpr int64_t kTransposedBytes = 98304;

/// Samples of a lane group that are added in one iteration: enough that a loop's own instructions
/// cost nothing, and a quarter of the code of a whole group.
static constexpr int64_t kSamplesAtOnce = 4;

bool transposesInput(WeightGradientOp op, const Layout &layout, const Target &target) {
  WeightType weight = op.getResult().getType();
  if (isLargeProduct(op))
    return true;
  int64_t input = weight.getSize("in") * kUsualSamples * layout.elementBytes;
  return !weight.isAcrossPositions() && !target.plan.gradient.rows && input > kPassingBytes;
}

namespace {

/// How the gradient of one matrix is cut into tasks.
struct GradientCut {
  GradientCut(WeightGradientOp op, const Layout &layout, const Target &target)
      : out(op.getResult().getType().getSize("out")), in(op.getResult().getType().getSize("in")) {
    int64_t vectors = llvm::divideCeil(in, layout.lanes);
    block = chooseLinearBlock(out, vectors, target);
    strip = block.columns * layout.lanes;
    bool isShared = !op.getResult().getType().isPerPosition() && !isLargeProduct(op);
    rows = llvm::alignTo(std::min(isShared ? kSharedRows : kGradientRows, out), block.rows);
    columns = std::min(llvm::alignTo(kGradientColumnBytes / layout.elementBytes, strip),
                       llvm::alignTo(in, strip));
    rowTasks = llvm::divideCeil(out, rows);
    columnTasks = llvm::divideCeil(in, columns);
    int64_t groupBytes = columns * layout.lanes * layout.elementBytes;
    groups = std::max<int64_t>(kTransposedBytes / groupBytes, 1);
  }
  int64_t tasks() const { return rowTasks * columnTasks; }
  /// Vectors of a task's sums, and of its transposed inputs.
  int64_t sums(const Layout &layout) const { return rows * columns / layout.lanes; }
  int64_t inputs() const { return columns * groups; }

  int64_t out, in;
  RegisterBlock block;           ///< rows by vectors of columns
  int64_t strip;                 ///< columns of a block
  int64_t rows, columns;         ///< of a task, but for the last ones
  int64_t rowTasks, columnTasks; ///< of a matrix
  int64_t groups;                ///< lane groups whose inputs are transposed at once
};

} // namespace

/// A task: some rows and columns of the gradient of one matrix. Their sums lie on the stack, block
/// by block, and behind them the inputs whose lanes have become features.
class TransposedGradient {
public:
  using Value = mlir::Value;

  TransposedGradient(Emitter &emitter, WeightGradientOp op, Value task, Value matrix)
      : e(emitter), b(emitter.b), op(op), cut(op, e.layout, e.target), matrix(matrix),
        lanes(e.layout.lanes), restRows(cut.out % cut.block.rows), restColumns(cut.in % cut.strip) {
    firstRow = e.mul(arith::DivSIOp::create(b, task, e.index(cut.columnTasks)), cut.rows);
    firstColumn = e.mul(arith::RemSIOp::create(b, task, e.index(cut.columnTasks)), cut.columns);
    rowEnd = e.minimum(e.add(firstRow, e.index(cut.rows)), e.index(cut.out));
    columnEnd = e.minimum(e.add(firstColumn, e.index(cut.columns)), e.index(cut.in));
    sums = e.sharedScratch(cut.sums(e.layout) + cut.inputs());
    inputs = e.offset(sums, cut.sums(e.layout) * lanes);
    dyBase = e.address(op.getOutputAdjoint());
    xBase = e.address(op.getInput());
  }

  void clear() {
    e.forLoop(e.index(0), e.index(cut.rows * cut.columns), lanes,
              [&](Value i) { e.store(e.splat(0.0), e.offset(sums, i)); });
  }

  /// Adds `count` lane groups from `group` on of position p, at most as many as the cut says.
  void addGroups(Value p, Value group, Value count);
  /// Stores the sums, or updates the weight by them.
  void finish();

private:
  using Strip = llvm::function_ref<void(Value first, int64_t count)>;
  /// Runs `body` for each strip of the task's columns, or block of its rows: how many there are is
  /// a constant.
  void forColumns(Strip body) {
    forStrips(firstColumn, columnEnd, cut.in, restColumns, cut.strip, body);
  }
  void forRows(Strip body) { forStrips(firstRow, rowEnd, cut.out, restRows, cut.block.rows, body); }
  void forStrips(Value first, Value end, int64_t size, int64_t rest, int64_t step, Strip body) {
    Value fullEnd = e.minimum(end, e.index(size - rest));
    e.forLoop(first, fullEnd, step, [&](Value at) { body(at, step); });
    if (!rest)
      return;
    Value hasRest = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, end, e.index(size));
    e.ifThen(hasRest, [&] { body(e.index(size - rest), rest); });
  }
  struct Block {
    Value row, column, sums;
    int64_t rows, columns, vectors;
  };
  void forBlocks(llvm::function_ref<void(const Block &)> body) {
    forColumns([&](Value column, int64_t columns) {
      Value strip = e.offset(sums, e.mul(e.sub(column, firstColumn), cut.rows));
      forRows([&](Value row, int64_t rows) {
        Value place = e.offset(strip, e.mul(e.sub(row, firstRow), cut.strip));
        body({row, column, place, rows, columns, vectorsOf(columns)});
      });
    });
  }
  SmallVector<Value> loadSums(const Block &block) {
    SmallVector<Value> loaded;
    for (int64_t i = 0; i < block.rows * block.vectors; ++i)
      loaded.push_back(e.load(e.offset(block.sums, i * lanes)));
    return loaded;
  }
  void storeSums(ArrayRef<Value> values, const Block &block) {
    for (auto [i, value] : llvm::enumerate(values))
      e.store(value, e.offset(block.sums, int64_t(i) * lanes));
  }
  /// Where the features of a strip of columns lie.
  Value inputsOf(Value column) {
    Value number = arith::DivSIOp::create(b, e.sub(column, firstColumn), e.index(cut.strip));
    return e.offset(inputs, e.mul(number, cut.groups * lanes * cut.strip));
  }
  int64_t vectorsOf(int64_t columns) const { return llvm::divideCeil(columns, lanes); }
  /// Elements from the tensor's start to a place in the matrix.
  Value placeOf(Value row, Value column) {
    return e.add(e.mul(matrix, cut.out * cut.in), e.add(e.mul(row, cut.in), column));
  }
  bool isPerPosition() { return op.getResult().getType().isPerPosition(); }
  void transposeGroup(Value x, Value place, int64_t columns);
  /// Adds what the samples of one lane group contribute to a block.
  SmallVector<Value> addSamples(ValueRange start, const Block &block, Value dy, Value features) {
    int64_t atOnce = std::min(kSamplesAtOnce, lanes);
    return e.forLoop(
        e.index(0), e.index(lanes), atOnce, start, [&](Value lane, ValueRange carried) {
          SmallVector<Value> next(carried);
          Value left = e.offset(dy, lane), right = e.offset(features, e.mul(lane, cut.strip));
          for (int64_t i = 0; i < atOnce; ++i)
            addRow(next, block, e.offset(left, i), e.offset(right, i * cut.strip));
          return next;
        });
  }
  /// Adds a sample's output adjoint, whose feature r lies r lane groups behind `dy`, times its row
  /// of features.
  void addRow(SmallVectorImpl<Value> &next, const Block &block, Value dy, Value features) {
    e.emitOuterProduct(
        next, block.rows, block.vectors,
        [&](int64_t r) { return e.loadSplat(e.offset(dy, r * lanes)); },
        [&](int64_t c) { return e.load(e.offset(features, c * lanes)); });
  }

  Emitter &e;
  ImplicitLocOpBuilder &b;
  WeightGradientOp op;
  GradientCut cut;
  Value matrix;
  int64_t lanes, restRows, restColumns;
  Value firstRow, firstColumn, rowEnd, columnEnd;
  Value sums, inputs, dyBase, xBase;
};

/// From the columns of one lane group to a row of features for each of its samples.
void TransposedGradient::transposeGroup(Value x, Value place, int64_t columns) {
  auto transpose = [&](Value first, int64_t count) {
    SmallVector<Value> features(lanes, e.splat(0.0));
    Value from = e.offset(x, e.mul(first, lanes));
    for (int64_t f = 0; f < count; ++f)
      features[f] = e.load(e.offset(from, f * lanes));
    Value to = e.offset(place, first);
    for (auto [lane, vector] : llvm::enumerate(e.transposeLanes(features)))
      e.store(vector, e.offset(to, int64_t(lane) * cut.strip));
  };
  int64_t rest = columns % lanes;
  e.forLoop(e.index(0), e.index(columns - rest), lanes,
            [&](Value first) { transpose(first, lanes); });
  if (rest)
    transpose(e.index(columns - rest), rest);
}

void TransposedGradient::addGroups(Value p, Value group, Value count) {
  forColumns([&](Value column, int64_t columns) {
    Value to = inputsOf(column);
    e.forLoop(e.index(0), count, 1, [&](Value g) {
      Value x = e.offset(e.row(xBase, cut.in, p, e.add(group, g)), e.mul(column, lanes));
      transposeGroup(x, e.offset(to, e.mul(g, lanes * cut.strip)), columns);
    });
  });
  forBlocks([&](const Block &block) {
    Value right = inputsOf(block.column);
    Value dy = e.offset(e.row(dyBase, cut.out, p, group), e.mul(block.row, lanes));
    Value x = e.offset(e.row(xBase, cut.in, p, group), e.mul(block.column, lanes));
    // What the next position reads was made long ago. Each block fetches one line a group of
    // its rows and one of its columns: all blocks of a task together fetch all.
    int64_t line = e.lineElements();
    auto lineOf = [&](Value at, Value first, int64_t step) {
      return e.mul(arith::DivSIOp::create(b, e.sub(at, first), e.index(step)), line);
    };
    Value nextDy = e.offset(e.offset(dy, e.mul(e.groups(), cut.out * lanes)),
                            lineOf(block.column, firstColumn, cut.strip));
    Value nextX = e.offset(e.offset(x, e.mul(e.groups(), cut.in * lanes)),
                           lineOf(block.row, firstRow, cut.block.rows));
    if (isPerPosition())
      for (int64_t r = 0; r < block.rows; ++r)
        e.prefetchUpdated(op.getResult(), placeOf(e.add(block.row, e.index(r)), block.column),
                          block.columns);
    storeSums(e.forLoop(e.index(0), count, 1, loadSums(block),
                        [&](Value g, ValueRange carried) {
                          SmallVector<Value> next(carried);
                          Value left = e.offset(dy, e.mul(g, cut.out * lanes));
                          Value features = e.offset(right, e.mul(g, lanes * cut.strip));
                          if (!e.isMadeHere(op.getOutputAdjoint()))
                            e.prefetch(e.offset(nextDy, e.mul(g, cut.out * lanes)), line);
                          if (!e.isMadeHere(op.getInput()))
                            e.prefetch(e.offset(nextX, e.mul(g, cut.in * lanes)), line);
                          return addSamples(next, block, left, features);
                        }),
              block);
  });
}

void TransposedGradient::finish() {
  forBlocks([&](const Block &block) {
    e.finishFeatureBlock(op.getResult(), placeOf(block.row, block.column), block.rows,
                         block.columns, loadSums(block));
  });
}

void Emitter::finishFeatureBlock(Value gradient, Value corner, int64_t rows, int64_t columns,
                                 ArrayRef<Value> sums) {
  int64_t lanes = layout.lanes, vectors = llvm::divideCeil(columns, lanes);
  int64_t in = cast<WeightType>(gradient.getType()).getSize("in");
  SmallVector<GradientPart> parts;
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < vectors; ++c)
      // A vector that the matrix does not fill is stored in pieces.
      for (int64_t first = 0, count = std::min(columns - c * lanes, lanes); first < count;) {
        int64_t size = llvm::bit_floor(uint64_t(count - first));
        parts.push_back({piece(sums[r * vectors + c], first, size),
                         add(corner, index(r * in + c * lanes + first))});
        first += size;
      }
  finishGradient(gradient, parts);
}

int64_t Emitter::transposedScratch(WeightGradientOp op) const {
  GradientCut cut(op, layout, target);
  return cut.sums(layout) + cut.inputs();
}

Value Emitter::countTransposedTasks(WeightGradientOp op) {
  GradientCut cut(op, layout, target);
  bool isPerPosition = op.getResult().getType().isPerPosition();
  Value many = index(cut.tasks() * (isPerPosition ? op.getInput().getType().getPositions() : 1));
  return hasCodeOfSample(op) ? select(isOneSample(), countSampleTasks(op), many) : many;
}

void Emitter::emitTransposedGradient(WeightGradientOp op, Value task) {
  auto many = [&] {
    int64_t tasks = GradientCut(op, layout, target).tasks();
    if (!op.getResult().getType().isPerPosition()) {
      int64_t positions = op.getInput().getType().getPositions();
      return emitTransposedCut(op, task, index(0), firstPosition(op, positions), index(positions));
    }
    Value p = arith::DivSIOp::create(b, task, index(tasks));
    emitTransposedCut(op, arith::RemSIOp::create(b, task, index(tasks)), p, p, add(p, index(1)));
  };
  if (hasCodeOfSample(op))
    ifOneSample([&] { emitSampleGradient(op, task); }, many);
  else
    many();
}

void Emitter::emitTransposedGradientOfPosition(WeightGradientOp op, Value p) {
  forLoop(index(0), index(GradientCut(op, layout, target).tasks()), 1,
          [&](Value task) { emitTransposedCut(op, task, p, p, add(p, index(1))); });
}

void Emitter::emitTransposedCut(WeightGradientOp op, Value task, Value matrix, Value firstPosition,
                                Value lastPosition) {
  int64_t most = GradientCut(op, layout, target).groups;
  TransposedGradient gradient(*this, op, task, matrix);
  gradient.clear();
  forLoop(firstPosition, lastPosition, 1, [&](Value p) {
    Value end = summedGroups(op, p);
    forLoop(index(0), end, most, [&](Value group) {
      gradient.addGroups(p, group, minimum(index(most), sub(end, group)));
    });
  });
  gradient.finish();
}

} // namespace iarc
