//===- EmitSampleProducts.cpp - Large products of a single sample -----------===//
//
// Of one sample a lane group holds one number in its first lane, so that vectors of samples would
// do `lanes` times the work. Vectors of features instead: what a task reads of the sample is copied
// to the stack, where features lie side by side as the weight's do, and the products are those of
// the two small matrices.
//
//===----------------------------------------------------------------------===//
#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <algorithm>

using namespace mlir;

namespace iarc {

/// Bytes of a sample's features that a task copies to the stack: 32,768 of f32. What needs more, a
/// readout of more symbols, takes the way of many samples.
static constexpr int64_t kMostSampleBytes = 131072;

Value Emitter::isOneSample() {
  return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, field(Samples, b.getI64Type()),
                               index(1));
}

void Emitter::ifOneSample(llvm::function_ref<void()> one, llvm::function_ref<void()> many) {
  auto branch = scf::IfOp::create(b, isOneSample(), /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  one();
  b.setInsertionPointToStart(branch.elseBlock());
  many();
}

void Emitter::copySample(Value value, int64_t features, Value p, Value first, Value count,
                         Value to) {
  // The sample is the first lane of its group.
  Value from = offset(row(address(value), features, p, index(0)), mul(first, layout.lanes));
  forLoop(index(0), count, 1, [&](Value f) {
    storeScalar(loadScalar(offset(from, mul(f, layout.lanes))), offset(to, f));
  });
}

//===----------------------------------------------------------------------===//
// linear
//===----------------------------------------------------------------------===//

namespace {

/// How the product of a single sample is cut into tasks.
struct SampleCut {
  SampleCut(LinearOp op, const Layout &layout, const Target &target)
      : positions(op.getInput().getType().getPositions()),
        vectors(llvm::divideCeil(op.getReduced(), layout.lanes)) {
    int64_t most = kMostSampleBytes / (vectors * layout.lanes * layout.elementBytes);
    if (positions > 1 && most > 1 && !op.getWeight().getType().isPerPosition()) {
      most = std::min({most, kMostPositions, positions});
      block = chooseLinearBlock(op.getProduced(), most, target);
      taskRows = llvm::alignTo(kRowsOfPositions, block.rows);
      int64_t tasks = llvm::divideCeil(positions, most / block.columns * block.columns);
      taskPositions = llvm::alignTo(llvm::divideCeil(positions, tasks), block.columns);
    }
    positionTasks = llvm::divideCeil(positions, taskPositions);
    rowTasks = llvm::divideCeil(op.getProduced(), taskRows);
  }

  /// Positions of a task: their features are copied to the stack, number by number from a line
  /// each, for every task of rows again.
  static constexpr int64_t kMostPositions = 12;
  static constexpr int64_t kRowsOfPositions = 160;

  int64_t positions, vectors; ///< vectors that the features of a position fill
  RegisterBlock block{8, 1};  ///< rows by positions
  int64_t taskRows = kLargeTaskRows, taskPositions = 1;
  int64_t rowTasks, positionTasks;
};

} // namespace

bool Emitter::hasCodeOfSample(LinearOp op) const {
  // Without optimisation there is no copy of a transposed weight in the other order.
  return plan.isStep && !op.getTransposed() &&
         op.getReduced() * layout.elementBytes <= kMostSampleBytes;
}

Value Emitter::countSampleTasks(LinearOp op) {
  SampleCut cut(op, layout, target);
  return index(cut.rowTasks * cut.positionTasks);
}

/// A task is a range of rows at some positions; the tasks of a range follow each other, so that its
/// weights stay in the second cache. Sums are taken over vectors of reduced features.
void Emitter::emitLinearOfSample(LinearOp op, Value task) {
  int64_t produced = op.getProduced(), reduced = op.getReduced(), lanes = layout.lanes;
  int64_t full = reduced / lanes * lanes;
  SampleCut cut(op, layout, target);
  int64_t width = cut.vectors * lanes;
  Value p = mul(arith::RemSIOp::create(b, task, index(cut.positionTasks)), cut.taskPositions);
  Value positions = minimum(index(cut.taskPositions), sub(index(cut.positions), p));
  Value first = mul(arith::DivSIOp::create(b, task, index(cut.positionTasks)), cut.taskRows);
  Value last = minimum(add(first, index(cut.taskRows)), index(produced));
  Value matrix = address(op.getWeight());
  if (op.getWeight().getType().isPerPosition())
    matrix = offset(matrix, mul(p, reduced * produced));

  Value x = sharedScratch(cut.taskPositions * cut.vectors);
  forLoop(index(0), positions, 1, [&](Value i) {
    Value to = offset(x, mul(i, width));
    if (full < reduced)
      store(splat(0.0), offset(to, full));
    copySample(op.getInput(), reduced, add(p, i), index(0), index(reduced), to);
  });

  // Padding stays zero: adjoints are summed over all lanes.
  auto firstLane = [&](Value scalar) -> Value {
    return vector::InsertOp::create(b, scalar, splat(0.0), ArrayRef<int64_t>{0});
  };
  auto emitBlock = [&](Value feature, Value position, int64_t rows, int64_t columns) {
    Value weights = offset(matrix, mul(feature, reduced)), xs = offset(x, mul(position, width));
    SmallVector<Value> sums =
        forLoop(index(0), index(full), lanes, SmallVector<Value>(rows * columns, splat(0.0)),
                [&](Value i, ValueRange carried) {
                  SmallVector<Value> next(carried);
                  Value rowsAt = offset(weights, i), columnsAt = offset(xs, i);
                  emitOuterProduct(
                      next, rows, columns,
                      [&](int64_t r) { return loadUnaligned(offset(rowsAt, r * reduced)); },
                      [&](int64_t c) { return load(offset(columnsAt, c * width)); });
                  return next;
                });
    if (full < reduced)
      emitOuterProduct(
          sums, rows, columns,
          [&](int64_t r) { return loadFirst(offset(weights, r * reduced + full), reduced - full); },
          [&](int64_t c) { return load(offset(xs, c * width + full)); });
    SmallVector<Value> totals = sumLanes(sums);
    for (int64_t c = 0; c < columns; ++c) {
      Value at = add(p, add(position, index(c)));
      SmallVector<Value> results = emitStart(op, at, feature, rows, 1);
      for (int64_t r = 0; r < rows; ++r) {
        int64_t number = r * columns + c;
        results[r] = addF(firstLane(piece(totals[number / lanes], number % lanes, 1)), results[r]);
      }
      emitLinearEnd(op, results, at, index(0), feature, rows, 1);
    }
  };
  /// The blocks of some rows, and of all positions.
  auto emitRows = [&](Value feature, int64_t rows) {
    Value middle = sub(positions, arith::RemSIOp::create(b, positions, index(cut.block.columns)));
    forLoop(index(0), middle, cut.block.columns,
            [&](Value position) { emitBlock(feature, position, rows, cut.block.columns); });
    if (cut.positions % cut.block.columns)
      forLoop(middle, positions, 1, [&](Value position) { emitBlock(feature, position, rows, 1); });
  };
  Value middle = sub(last, arith::RemSIOp::create(b, sub(last, first), index(cut.block.rows)));
  forLoop(first, middle, cut.block.rows, [&](Value feature) { emitRows(feature, cut.block.rows); });
  if (produced % cut.block.rows)
    forLoop(middle, last, 1, [&](Value feature) { emitRows(feature, 1); });
}

//===----------------------------------------------------------------------===//
// weight_gradient
//===----------------------------------------------------------------------===//

namespace {

/// How the gradient of one matrix is cut into tasks. A task sums over all positions in registers.
struct SampleGradientCut {
  SampleGradientCut(WeightGradientOp op, const Layout &layout, const Target &target)
      : out(op.getResult().getType().getSize("out")), in(op.getResult().getType().getSize("in")) {
    bool isPerPosition = op.getResult().getType().isPerPosition();
    positions = isPerPosition ? 1 : op.getInput().getType().getPositions();
    block = chooseLinearBlock(out, llvm::divideCeil(in, layout.lanes), target);
    int64_t strip = block.columns * layout.lanes;
    rows = llvm::alignTo(std::min(kRows, out), block.rows);
    // Features of a position that the stack has room for.
    int64_t most = kMostSampleBytes / layout.elementBytes / positions;
    columns = std::min<int64_t>((most - rows) / strip * strip, llvm::alignTo(in, strip));
    if (!fits())
      return;
    rowTasks = llvm::divideCeil(out, rows);
    columnTasks = llvm::divideCeil(in, columns);
  }
  bool fits() const { return columns > 0; }
  int64_t tasks() const { return rowTasks * columnTasks; }

  static constexpr int64_t kRows = 96;

  int64_t out, in, positions;
  RegisterBlock block;   ///< rows by vectors of columns
  int64_t rows, columns; ///< of a task, but for the last ones
  int64_t rowTasks = 0, columnTasks = 0;
};

} // namespace

bool Emitter::hasCodeOfSample(WeightGradientOp op) const {
  // A small gradient of one sample is not worth the code.
  return plan.isStep && isLargeProduct(op) && SampleGradientCut(op, layout, target).fits();
}

Value Emitter::countSampleTasks(WeightGradientOp op) {
  bool isPerPosition = op.getResult().getType().isPerPosition();
  return index(SampleGradientCut(op, layout, target).tasks() *
               (isPerPosition ? op.getInput().getType().getPositions() : 1));
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

/// A task: some rows and columns of the gradient of one matrix. The padding of a vector that the
/// matrix does not fill holds whatever lies on the stack, and is not stored.
void Emitter::emitSampleGradient(WeightGradientOp op, Value task) {
  SampleGradientCut cut(op, layout, target);
  int64_t lanes = layout.lanes, strip = cut.block.columns * lanes;
  Value p = index(0), positions = index(cut.positions), matrix = p;
  if (op.getResult().getType().isPerPosition()) {
    p = arith::DivSIOp::create(b, task, index(cut.tasks()));
    matrix = mul(p, cut.out * cut.in);
    task = arith::RemSIOp::create(b, task, index(cut.tasks()));
  } else {
    // Where the positions before are known to contribute nothing.
    p = firstPosition(op, cut.positions);
    positions = sub(positions, p);
  }
  Value row = mul(arith::DivSIOp::create(b, task, index(cut.columnTasks)), cut.rows);
  Value column = mul(arith::RemSIOp::create(b, task, index(cut.columnTasks)), cut.columns);
  Value rows = minimum(index(cut.rows), sub(index(cut.out), row));
  Value columns = minimum(index(cut.columns), sub(index(cut.in), column));

  Value x = sharedScratch(cut.positions * (cut.columns + cut.rows) / lanes + 1);
  Value dy = offset(x, cut.positions * cut.columns);
  forLoop(index(0), positions, 1, [&](Value i) {
    copySample(op.getInput(), cut.in, add(p, i), column, columns, offset(x, mul(i, cut.columns)));
    copySample(op.getOutputAdjoint(), cut.out, add(p, i), row, rows, offset(dy, mul(i, cut.rows)));
  });

  auto block = [&](Value r, int64_t height, Value c, int64_t width) {
    int64_t vectors = llvm::divideCeil(width, lanes);
    Value corner = add(matrix, add(mul(add(row, r), cut.in), add(column, c)));
    for (int64_t k = 0; k < height; ++k)
      prefetchUpdated(op.getResult(), add(corner, index(k * cut.in)), width);
    SmallVector<Value> sums =
        forLoop(index(0), positions, 1, SmallVector<Value>(height * vectors, splat(0.0)),
                [&](Value i, ValueRange carried) {
                  SmallVector<Value> next(carried);
                  Value left = offset(dy, add(mul(i, cut.rows), r));
                  Value right = offset(x, add(mul(i, cut.columns), c));
                  emitOuterProduct(
                      next, height, vectors, [&](int64_t k) { return loadSplat(offset(left, k)); },
                      [&](int64_t k) { return load(offset(right, k * lanes)); });
                  return next;
                });
    finishFeatureBlock(op.getResult(), corner, height, width, sums);
  };
  auto strips = [&](Value r, int64_t height) {
    int64_t rest = cut.in % strip;
    Value end = sub(columns, arith::RemSIOp::create(b, columns, index(strip)));
    forLoop(index(0), end, strip, [&](Value c) { block(r, height, c, strip); });
    if (rest)
      ifThen(arith::CmpIOp::create(b, arith::CmpIPredicate::slt, end, columns),
             [&] { block(r, height, end, rest); });
  };
  Value end = sub(rows, arith::RemSIOp::create(b, rows, index(cut.block.rows)));
  forLoop(index(0), end, cut.block.rows, [&](Value r) { strips(r, cut.block.rows); });
  if (int64_t rest = cut.out % cut.block.rows)
    ifThen(arith::CmpIOp::create(b, arith::CmpIPredicate::slt, end, rows),
           [&] { strips(end, rest); });
}

} // namespace iarc
