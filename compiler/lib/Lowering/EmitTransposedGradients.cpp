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

/// Bytes of one position's input, of the usual samples, that stay in the first cache while the rows
/// of the gradient pass: half of it.
static constexpr int64_t kPassingBytes = 16384;

/// Rows and bytes of a row of a task: 96 x 96 of f32 in the second cache with the transposed
/// inputs.
static constexpr int64_t kGradientRows = 96;
static constexpr int64_t kGradientColumnBytes = 384;

/// Rows of a task where only rows can be shared out among threads.
static constexpr int64_t kSharedRows = 32;

/// Bytes of transposed inputs that are summed over at once.
static constexpr int64_t kTransposedBytes = 98304;

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

/// Lane j of result i is lane i of vector j.
SmallVector<Value> transposeLanes(Emitter &e, SmallVector<Value> vectors) {
  int64_t lanes = e.layout.lanes;
  for (int64_t distance = lanes / 2; distance >= 1; distance /= 2) {
    SmallVector<int64_t> low, high;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      bool isSecond = lane & distance;
      low.push_back(isSecond ? lanes + lane - distance : lane);
      high.push_back(isSecond ? lanes + lane : lane + distance);
    }
    for (int64_t i = 0; i < lanes; ++i)
      if (!(i & distance)) {
        Value x = vectors[i], y = vectors[i + distance];
        vectors[i] = vector::ShuffleOp::create(e.b, x, y, low);
        vectors[i + distance] = vector::ShuffleOp::create(e.b, x, y, high);
      }
  }
  return vectors;
}

} // namespace

int64_t Emitter::transposedScratch(WeightGradientOp op) const {
  GradientCut cut(op, layout, target);
  return cut.sums(layout) + cut.inputs();
}

int64_t Emitter::countTransposedTasks(WeightGradientOp op) {
  GradientCut cut(op, layout, target);
  bool isPerPosition = op.getResult().getType().isPerPosition();
  return cut.tasks() * (isPerPosition ? op.getInput().getType().getPositions() : 1);
}

void Emitter::emitTransposedGradient(WeightGradientOp op, Value task) {
  int64_t tasks = GradientCut(op, layout, target).tasks();
  if (!op.getResult().getType().isPerPosition()) {
    int64_t positions = op.getInput().getType().getPositions();
    Value first = isLargeProduct(op) ? index(0) : firstPosition(op, positions);
    return emitTransposedCut(op, task, index(0), first, index(positions));
  }
  Value p = arith::DivSIOp::create(b, task, index(tasks));
  emitTransposedCut(op, arith::RemSIOp::create(b, task, index(tasks)), p, p, add(p, index(1)));
}

void Emitter::emitTransposedGradientOfPosition(WeightGradientOp op, Value p) {
  forLoop(index(0), index(GradientCut(op, layout, target).tasks()), 1,
          [&](Value task) { emitTransposedCut(op, task, p, p, add(p, index(1))); });
}

void Emitter::emitTransposedCut(WeightGradientOp op, Value task, Value matrix, Value firstPosition,
                                Value lastPosition) {
  GradientCut cut(op, layout, target);
  int64_t lanes = layout.lanes, width = cut.block.columns, line = lineElements();
  int64_t restRows = cut.out % cut.block.rows, restColumns = cut.in % cut.strip;
  auto equals = [&](Value x, int64_t y) {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, x, index(y));
  };
  Value firstRow = mul(arith::DivSIOp::create(b, task, index(cut.columnTasks)), cut.rows);
  Value column0 = mul(arith::RemSIOp::create(b, task, index(cut.columnTasks)), cut.columns);
  Value rowEnd = minimum(add(firstRow, index(cut.rows)), index(cut.out));
  Value columnEnd = minimum(add(column0, index(cut.columns)), index(cut.in));
  Value hasRestRows = equals(rowEnd, cut.out), hasRestColumns = equals(columnEnd, cut.in);
  Value fullRowEnd = minimum(rowEnd, index(cut.out - restRows));
  Value fullColumnEnd = minimum(columnEnd, index(cut.in - restColumns));

  /// Runs `body` for each strip of the task's columns, whose number of columns is a constant.
  auto columnStrips = [&](llvm::function_ref<void(Value, int64_t)> body) {
    forLoop(column0, fullColumnEnd, cut.strip, [&](Value column) { body(column, cut.strip); });
    if (restColumns)
      ifThen(hasRestColumns, [&] { body(index(cut.in - restColumns), restColumns); });
  };
  auto rowStrips = [&](llvm::function_ref<void(Value, int64_t)> body) {
    forLoop(firstRow, fullRowEnd, cut.block.rows, [&](Value row) { body(row, cut.block.rows); });
    if (restRows)
      ifThen(hasRestRows, [&] { body(index(cut.out - restRows), restRows); });
  };
  /// The lanes of vector `number` of a strip that are columns of the matrix.
  auto lanesOf = [&](int64_t columns, int64_t number) {
    return std::clamp<int64_t>(columns - number * lanes, 0, lanes);
  };
  /// Runs `body` for each block of the task, given where its sums lie on the stack.
  Value partial = sharedScratch(cut.sums(layout) + cut.inputs());
  auto blocks = [&](llvm::function_ref<void(Value, int64_t, Value, int64_t, Value)> body) {
    columnStrips([&](Value column, int64_t columns) {
      Value strip = offset(partial, mul(sub(column, column0), cut.rows));
      rowStrips([&](Value row, int64_t rows) {
        body(row, rows, column, columns, offset(strip, mul(sub(row, firstRow), cut.strip)));
      });
    });
  };
  auto loadSums = [&](Value place, int64_t count) {
    SmallVector<Value> sums;
    for (int64_t i = 0; i < count; ++i)
      sums.push_back(load(offset(place, i * lanes)));
    return sums;
  };
  auto storeSums = [&](ArrayRef<Value> sums, Value place) {
    for (auto [i, sum] : llvm::enumerate(sums))
      store(sum, offset(place, int64_t(i) * lanes));
  };

  /// Elements from the tensor's start to a place in this matrix.
  auto cornerOf = [&](Value row, Value column) {
    return add(mul(matrix, cut.out * cut.in), add(mul(row, cut.in), column));
  };

  Value transposed = offset(partial, cut.sums(layout) * lanes);
  Value dyBase = address(op.getOutputAdjoint()), xBase = address(op.getInput());
  int64_t stripElements = cut.groups * lanes * cut.strip;
  auto stripOf = [&](Value column) {
    Value number = arith::DivSIOp::create(b, sub(column, column0), index(cut.strip));
    return offset(transposed, mul(number, stripElements));
  };

  forLoop(index(0), index(cut.rows * cut.columns), lanes,
          [&](Value i) { store(splat(0.0), offset(partial, i)); });
  // Adds `count` lane groups from `group` on of position p.
  auto accumulate = [&](Value p, Value group, Value count) {
    columnStrips([&](Value column, int64_t columns) {
      Value to = stripOf(column);
      forLoop(index(0), count, 1, [&](Value g) {
        Value x = offset(row(xBase, cut.in, p, add(group, g)), mul(column, lanes));
        Value place = offset(to, mul(g, lanes * cut.strip));
        for (int64_t number = 0; number < width && lanesOf(columns, number); ++number) {
          SmallVector<Value> features(lanes, splat(0.0));
          for (int64_t f = 0; f < lanesOf(columns, number); ++f)
            features[f] = load(offset(x, (number * lanes + f) * lanes));
          for (auto [lane, vector] : llvm::enumerate(transposeLanes(*this, features)))
            store(vector, offset(place, (int64_t(lane) * width + number) * lanes));
        }
      });
    });
    blocks([&](Value row0, int64_t rows, Value column, int64_t columns, Value place) {
      Value right = stripOf(column);
      int64_t vectors = llvm::divideCeil(columns, lanes);
      Value dy = offset(row(dyBase, cut.out, p, group), mul(row0, lanes));
      // What the next position reads was made long ago. Each block fetches one line a group of
      // its rows and one of its columns: all blocks of a task together fetch all.
      Value x = offset(row(xBase, cut.in, p, group), mul(column, lanes));
      Value rowLine = mul(arith::DivSIOp::create(b, sub(column, column0), index(cut.strip)), line);
      Value columnLine =
          mul(arith::DivSIOp::create(b, sub(row0, firstRow), index(cut.block.rows)), line);
      Value nextDy = offset(offset(dy, mul(groups(), cut.out * lanes)), rowLine);
      Value nextX = offset(offset(x, mul(groups(), cut.in * lanes)), columnLine);
      if (op.getResult().getType().isPerPosition())
        for (int64_t r = 0; r < rows; ++r)
          prefetchUpdated(op.getResult(), cornerOf(add(row0, index(r)), column), columns);
      SmallVector<Value> sums = loadSums(place, rows * vectors);
      sums = forLoop(index(0), count, 1, sums, [&](Value g, ValueRange carried) {
        SmallVector<Value> next(carried);
        Value dyOfGroup = offset(dy, mul(g, cut.out * lanes));
        Value xOfGroup = offset(right, mul(g, lanes * cut.strip));
        if (!isMadeHere(op.getOutputAdjoint()))
          prefetch(offset(nextDy, mul(g, cut.out * lanes)), line);
        if (!isMadeHere(op.getInput()))
          prefetch(offset(nextX, mul(g, cut.in * lanes)), line);
        for (int64_t lane = 0; lane < lanes; ++lane)
          emitOuterProduct(
              next, rows, vectors,
              [&](int64_t r) { return loadSplat(offset(dyOfGroup, r * lanes + lane)); },
              [&](int64_t c) { return load(offset(xOfGroup, (lane * width + c) * lanes)); });
        return next;
      });
      storeSums(sums, place);
    });
  };
  auto sumOverGroups = [&] {
    forLoop(firstPosition, lastPosition, 1, [&](Value p) {
      bool mayBeDead = op.getResult().getType().isPerPosition() && !isLargeProduct(op);
      Value end = mayBeDead ? summedGroups(op, p) : groups();
      forLoop(index(0), end, cut.groups, [&](Value group) {
        accumulate(p, group, minimum(index(cut.groups), sub(end, group)));
      });
    });
  };
  // One sample, the first lane of its group: the positions are what is summed over.
  auto accumulateSample = [&](Value p, Value count) {
    columnStrips([&](Value column, int64_t columns) {
      Value to = stripOf(column);
      forLoop(index(0), count, 1, [&](Value i) {
        Value x = offset(row(xBase, cut.in, add(p, i), index(0)), mul(column, lanes));
        Value place = offset(to, mul(i, cut.strip));
        forLoop(index(0), index(columns), 1, [&](Value f) {
          storeScalar(loadScalar(offset(x, mul(f, lanes))), offset(place, f));
        });
      });
    });
    blocks([&](Value row0, int64_t rows, Value column, int64_t columns, Value place) {
      int64_t vectors = llvm::divideCeil(columns, lanes);
      Value right = stripOf(column);
      SmallVector<Value> sums = loadSums(place, rows * vectors);
      sums = forLoop(index(0), count, 1, sums, [&](Value i, ValueRange carried) {
        SmallVector<Value> next(carried);
        Value dy = offset(row(dyBase, cut.out, add(p, i), index(0)), mul(row0, lanes));
        Value features = offset(right, mul(i, cut.strip));
        emitOuterProduct(
            next, rows, vectors, [&](int64_t r) { return loadSplat(offset(dy, r * lanes)); },
            [&](int64_t c) { return load(offset(features, c * lanes)); });
        return next;
      });
      storeSums(sums, place);
    });
  };
  auto sumOverPositions = [&] {
    int64_t most = cut.groups * lanes;
    forLoop(firstPosition, lastPosition, most,
            [&](Value p) { accumulateSample(p, minimum(index(most), sub(lastPosition, p))); });
  };
  if (isLargeProduct(op))
    ifOneSample(sumOverPositions, sumOverGroups);
  else
    sumOverGroups();

  blocks([&](Value row0, int64_t rows, Value column, int64_t columns, Value place) {
    int64_t vectors = llvm::divideCeil(columns, lanes);
    SmallVector<Value> sums = loadSums(place, rows * vectors);
    Value corner = cornerOf(row0, column);
    SmallVector<GradientPart> parts;
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t c = 0; c < vectors; ++c)
        // A vector that the matrix does not fill is stored in pieces.
        for (int64_t first = 0, count = lanesOf(columns, c); first < count;) {
          int64_t size = llvm::bit_floor(uint64_t(count - first));
          parts.push_back({piece(sums[r * vectors + c], first, size),
                           add(corner, index(r * cut.in + c * lanes + first))});
          first += size;
        }
    finishGradient(op.getResult(), parts);
  });
}

} // namespace iarc
