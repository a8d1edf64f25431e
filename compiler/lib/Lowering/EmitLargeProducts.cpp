//===- EmitLargeProducts.cpp - Products whose weight outgrows the caches ----===//
//
// The register blocks are those of the small products; what is added is the order in which they
// run. A linear map holds a piece of the reduced features of a few lane groups in the first cache
// while the strips of a task's rows pass, and their partial sums on the stack. A weight's gradient
// is summed sample by sample: the input's lanes are transposed once a task into vectors of
// features, so that a block of the gradient lies in registers as it lies in memory and no lanes are
// summed.
//
//===----------------------------------------------------------------------===//
#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <algorithm>

using namespace mlir;

namespace iarc {

/// A weight matrix of this many elements (128 KiB of f32) no longer shares the second cache with
/// what a tile reads and writes beside it.
static constexpr int64_t kLargeWeight = 32768;

/// Bytes of the reduced features of one block's lane groups that pass at once: half of the first
/// cache of all processors since 2008, the other half being for the weights' rows.
static constexpr int64_t kPassingBytes = 16384;

/// Lane groups of a block: few, so that the sums of a piece are long and few streams of features
/// pass.
static constexpr int64_t kPassingGroups = 2;

/// Rows of a linear map's task: 10 tasks for 480 rows, so that the one position of a recurrence can
/// be shared out among threads.
static constexpr int64_t kLinearRows = 48;

/// Rows and bytes of a row of a gradient's task: 96 x 96 of f32 in the second cache with the
/// transposed inputs.
static constexpr int64_t kGradientRows = 96;
static constexpr int64_t kGradientColumnBytes = 384;

/// Bytes of transposed inputs that are summed over at once.
static constexpr int64_t kTransposedBytes = 98304;

static WeightType weightOf(Operation *op) {
  if (auto linear = dyn_cast<LinearOp>(op))
    return linear.getWeight().getType();
  return cast<WeightGradientOp>(op).getResult().getType();
}

bool isLargeProduct(Operation *op) {
  if (!isa<LinearOp, WeightGradientOp>(op))
    return false;
  WeightType weight = weightOf(op);
  return !weight.isAcrossPositions() &&
         weight.getSize("out") * weight.getSize("in") >= kLargeWeight;
}

static int64_t roundUp(int64_t value, int64_t multiple) {
  return llvm::divideCeil(value, multiple) * multiple;
}

//===----------------------------------------------------------------------===//
// linear
//===----------------------------------------------------------------------===//

/// Rows of one task: whole strips.
static int64_t rowsOfLinearTask(RegisterBlock block) { return roundUp(kLinearRows, block.rows); }

/// A task is a range of rows at one position, for all lane groups; the tasks of a position follow
/// each other, so that its input stays in the second cache.
void Emitter::emitLargeLinear(LinearOp op, Value task) {
  int64_t produced = op.getProduced(), reduced = op.getReduced();
  int64_t vectorBytes = layout.lanes * layout.elementBytes;
  RegisterBlock block = chooseLinearBlock(produced, kPassingGroups, target);
  int64_t taskRows = rowsOfLinearTask(block), tasks = llvm::divideCeil(produced, taskRows);
  int64_t rest = produced % block.rows;
  int64_t pieces = llvm::divideCeil(reduced * block.columns * vectorBytes, kPassingBytes);
  int64_t piece = llvm::divideCeil(reduced, pieces);
  pieces = llvm::divideCeil(reduced, piece);

  Value p = arith::DivSIOp::create(b, task, index(tasks));
  Value first = mul(arith::RemSIOp::create(b, task, index(tasks)), taskRows);
  Value last = minimum(add(first, index(taskRows)), index(produced));
  Value fullEnd = minimum(last, index(produced - rest));
  Value hasRest = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, last, index(produced));
  Value partial = pieces > 1 ? scratch((taskRows + block.rows) * block.columns) : Value();

  auto pass = [&](Value group, int64_t columns) {
    /// Runs `body` for each strip of rows; `place` is where its partial sums lie.
    auto strips = [&](llvm::function_ref<void(Value, RegisterBlock, Value)> body) {
      auto strip = [&](Value feature, int64_t rows) {
        Value place =
            partial ? offset(partial, mul(sub(feature, first), columns * layout.lanes)) : Value();
        body(feature, {rows, columns}, place);
      };
      forLoop(first, fullEnd, block.rows, [&](Value feature) { strip(feature, block.rows); });
      if (rest)
        ifThen(hasRest, [&] { strip(index(produced - rest), rest); });
    };
    auto at = [&](int64_t i) { return i * layout.lanes; };
    auto loadSums = [&](RegisterBlock size, Value place) {
      SmallVector<Value> sums;
      for (int64_t i = 0; i < size.rows * size.columns; ++i)
        sums.push_back(load(offset(place, at(i))));
      return sums;
    };
    auto storeSums = [&](ArrayRef<Value> sums, Value place) {
      for (auto [i, sum] : llvm::enumerate(sums))
        store(sum, offset(place, at(i)));
    };
    auto start = [&](Value feature, RegisterBlock size) {
      return emitStart(op, p, feature, size.rows, size.columns);
    };
    if (pieces > 1) {
      strips([&](Value feature, RegisterBlock size, Value place) {
        storeSums(emitLinearSums(op, p, group, feature, size, index(0), index(piece),
                                 start(feature, size)),
                  place);
      });
      if (pieces > 2)
        forLoop(index(1), index(pieces - 1), 1, [&](Value number) {
          Value begin = mul(number, piece), end = add(begin, index(piece));
          strips([&](Value feature, RegisterBlock size, Value place) {
            storeSums(
                emitLinearSums(op, p, group, feature, size, begin, end, loadSums(size, place)),
                place);
          });
        });
    }
    strips([&](Value feature, RegisterBlock size, Value place) {
      SmallVector<Value> sums = pieces > 1 ? loadSums(size, place) : start(feature, size);
      sums = emitLinearSums(op, p, group, feature, size, index((pieces - 1) * piece),
                            index(reduced), sums);
      emitLinearEnd(op, sums, p, group, feature, size.rows, size.columns);
    });
  };
  Value middle = mul(arith::DivSIOp::create(b, groups(), index(block.columns)), block.columns);
  forLoop(index(0), middle, block.columns, [&](Value group) { pass(group, block.columns); });
  if (block.columns > 1)
    forLoop(middle, groups(), 1, [&](Value group) { pass(group, 1); });
}

//===----------------------------------------------------------------------===//
// weight_gradient
//===----------------------------------------------------------------------===//

namespace {

/// How the gradient of one matrix is cut into tasks.
struct GradientCut {
  GradientCut(WeightGradientOp op, const Layout &layout, const Target &target)
      : out(op.getResult().getType().getSize("out")), in(op.getResult().getType().getSize("in")) {
    int64_t vectors = llvm::divideCeil(in, layout.lanes);
    block = chooseLinearBlock(out, vectors, target);
    strip = block.columns * layout.lanes;
    rows = roundUp(std::min(kGradientRows, out), block.rows);
    columns =
        std::min(roundUp(kGradientColumnBytes / layout.elementBytes, strip), roundUp(in, strip));
    rowTasks = llvm::divideCeil(out, rows);
    columnTasks = llvm::divideCeil(in, columns);
    int64_t groupBytes = columns * layout.lanes * layout.elementBytes;
    groups = std::max<int64_t>(kTransposedBytes / groupBytes, 1);
  }
  int64_t out, in;
  RegisterBlock block;           ///< rows by vectors of columns
  int64_t strip;                 ///< columns of a block
  int64_t rows, columns;         ///< of a task, but for the last ones
  int64_t rowTasks, columnTasks; ///< of a matrix
  int64_t groups;                ///< lane groups whose inputs are transposed at once
};

} // namespace

/// Lane j of result i is lane i of vector j.
static SmallVector<Value> transposeLanes(Emitter &e, SmallVector<Value> vectors) {
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

/// A task is a range of rows and columns of one matrix, summed over all samples, and for a shared
/// weight all positions, in one order.
void Emitter::emitLargeGradient(WeightGradientOp op, Value task) {
  GradientCut cut(op, layout, target);
  WeightType weight = op.getResult().getType();
  int64_t lanes = layout.lanes, width = cut.block.columns;
  int64_t restRows = cut.out % cut.block.rows, restColumns = cut.in % cut.strip;
  Value matrix = address(op.getResult());
  Value firstPosition = index(0), lastPosition = index(op.getInput().getType().getPositions());
  if (weight.isPerPosition()) {
    firstPosition = arith::DivSIOp::create(b, task, index(cut.rowTasks * cut.columnTasks));
    lastPosition = add(firstPosition, index(1));
    task = arith::RemSIOp::create(b, task, index(cut.rowTasks * cut.columnTasks));
    matrix = offset(matrix, mul(firstPosition, cut.out * cut.in));
  }
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
  auto maskOf = [&](int64_t count) {
    SmallVector<bool> bits(lanes, false);
    std::fill_n(bits.begin(), count, true);
    auto type = VectorType::get({lanes}, b.getI1Type());
    return arith::ConstantOp::create(b, DenseElementsAttr::get(type, ArrayRef<bool>(bits)))
        .getResult();
  };
  auto loadSum = [&](Value place, int64_t count) -> Value {
    if (count == lanes)
      return LLVM::LoadOp::create(b, vector, place, layout.elementBytes);
    return LLVM::MaskedLoadOp::create(b, vector, place, maskOf(count), splat(0.0),
                                      uint32_t(layout.elementBytes));
  };
  auto storeSum = [&](Value sum, Value place, int64_t count) {
    if (count == lanes)
      LLVM::StoreOp::create(b, sum, place, layout.elementBytes);
    else
      LLVM::MaskedStoreOp::create(b, sum, place, maskOf(count),
                                  b.getI32IntegerAttr(layout.elementBytes));
  };

  Value transposed = scratch(cut.columns * cut.groups);
  Value dyBase = address(op.getOutputAdjoint()), xBase = address(op.getInput());
  int64_t stripElements = cut.groups * lanes * cut.strip;
  auto stripOf = [&](Value column) {
    Value number = arith::DivSIOp::create(b, sub(column, column0), index(cut.strip));
    return offset(transposed, mul(number, stripElements));
  };

  // Sums over `count` lane groups from `group` on of position p.
  auto accumulate = [&](Value p, Value group, Value count, bool isFirst) {
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
    columnStrips([&](Value column, int64_t columns) {
      Value right = stripOf(column);
      int64_t vectors = llvm::divideCeil(columns, lanes);
      rowStrips([&](Value row0, int64_t rows) {
        Value corner = offset(matrix, add(mul(row0, cut.in), column));
        auto place = [&](int64_t r, int64_t c) { return offset(corner, r * cut.in + c * lanes); };
        SmallVector<Value> sums;
        for (int64_t r = 0; r < rows; ++r)
          for (int64_t c = 0; c < vectors; ++c)
            sums.push_back(isFirst ? splat(0.0) : loadSum(place(r, c), lanesOf(columns, c)));
        Value dy = offset(row(dyBase, cut.out, p, group), mul(row0, lanes));
        // What the next position reads was made long ago. Each block fetches one line a group of
        // its rows and one of its columns: all blocks of a task together fetch all.
        int64_t line = lineElements();
        Value x = offset(row(xBase, cut.in, p, group), mul(column, lanes));
        Value rowLine =
            mul(arith::DivSIOp::create(b, sub(column, column0), index(cut.strip)), line);
        Value columnLine =
            mul(arith::DivSIOp::create(b, sub(row0, firstRow), index(cut.block.rows)), line);
        Value nextDy = offset(offset(dy, mul(groups(), cut.out * lanes)), rowLine);
        Value nextX = offset(offset(x, mul(groups(), cut.in * lanes)), columnLine);
        sums = forLoop(index(0), count, 1, sums, [&](Value g, ValueRange carried) {
          SmallVector<Value> next(carried);
          Value dyOfGroup = offset(dy, mul(g, cut.out * lanes));
          Value xOfGroup = offset(right, mul(g, lanes * cut.strip));
          prefetch(offset(nextDy, mul(g, cut.out * lanes)), line);
          prefetch(offset(nextX, mul(g, cut.in * lanes)), line);
          for (int64_t lane = 0; lane < lanes; ++lane)
            emitOuterProduct(
                next, rows, vectors,
                [&](int64_t r) { return loadSplat(offset(dyOfGroup, r * lanes + lane)); },
                [&](int64_t c) { return load(offset(xOfGroup, (lane * width + c) * lanes)); });
          return next;
        });
        for (int64_t r = 0; r < rows; ++r)
          for (int64_t c = 0; c < vectors; ++c)
            storeSum(sums[r * vectors + c], place(r, c), lanesOf(columns, c));
      });
    });
  };

  Value chunk = index(cut.groups);
  accumulate(firstPosition, index(0), minimum(chunk, groups()), /*isFirst=*/true);
  forLoop(firstPosition, lastPosition, 1, [&](Value p) {
    // The first lane groups of the first position are done.
    Value isFirst = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, p, firstPosition);
    Value begin = arith::SelectOp::create(b, isFirst, chunk, index(0));
    forLoop(begin, groups(), cut.groups, [&](Value group) {
      accumulate(p, group, minimum(chunk, sub(groups(), group)), /*isFirst=*/false);
    });
  });
}

//===----------------------------------------------------------------------===//
// Tasks
//===----------------------------------------------------------------------===//

static int64_t positionsOfProduct(Operation *op) {
  return cast<ValueType>(op->getOperand(0).getType()).getPositions();
}

int64_t Emitter::countLargeTasks(Operation *op) {
  if (auto linear = dyn_cast<LinearOp>(op)) {
    if (usesBlas(op, target))
      return countBlasTasks(op);
    RegisterBlock block = chooseLinearBlock(linear.getProduced(), kPassingGroups, target);
    return positionsOfProduct(op) * llvm::divideCeil(linear.getProduced(), rowsOfLinearTask(block));
  }
  if (usesBlas(op, target))
    return countBlasTasks(op);
  GradientCut cut(cast<WeightGradientOp>(op), layout, target);
  return cut.rowTasks * cut.columnTasks *
         (weightOf(op).isPerPosition() ? positionsOfProduct(op) : 1);
}

} // namespace iarc
