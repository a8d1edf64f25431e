//===- EmitGradients.cpp - The gradients of matrices ------------------------===//
//
// dW[o, i] is a sum over samples of dy[o] x[i]. With samples in all lanes each sum leaves a vector
// whose lanes have to be added up, and with features in all lanes one operand has to be transposed:
// for the 200 samples of a step either takes half as long as the multiply-adds. Here a vector holds
// chunks of 16 bytes, four samples of f32, of neighbouring features. One operand is brought into
// this order once a task, chunk by chunk (it is interleaved); a chunk of the other one is repeated
// in the whole vector by the instruction that loads it. What is left to add up are the samples of a
// chunk. With vectors of 16 bytes both are what lies in memory.
//
//===----------------------------------------------------------------------===//
#include "Emitter.h"
#include "LargeProducts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <algorithm>
#include <numeric>
#include <tuple>

using namespace mlir;

namespace iarc {

/// Features of a task of a large gradient: 96 x 96 of f32 in the second cache with the interleaved
/// operand.
static constexpr int64_t kTaskRows = 96;
static constexpr int64_t kTaskColumnBytes = 384;

/// Rows of a task where only rows can be shared out among threads.
static constexpr int64_t kSharedRows = 32;

/// Bytes of an operand that are interleaved at once.
static constexpr int64_t kInterleavedBytes = 98304;

static bool isSummedOverPositions(WeightType weight) {
  return !weight.isPerPosition() && !weight.isAcrossPositions();
}

namespace {

/// How the gradient of one matrix is cut into tasks. Rows are features of the broadcast operand and
/// columns those of the interleaved one, whichever of the two is the output adjoint.
struct GradientCut {
  GradientCut(WeightGradientOp op, const Layout &layout, const Target &target)
      : out(op.getResult().getType().getSize("out")), in(op.getResult().getType().getSize("in")),
        chunks(layout) {
    WeightType weight = op.getResult().getType();
    GradientPlan plan = chooseGradient(weight, layout, target);
    block = plan.block;
    interleavesOut = plan.interleavesOut;
    strip = block.columns * chunks.features;
    // What is stored of whole tasks are whole vectors.
    int64_t unit = interleavesOut ? std::lcm(block.rows, layout.lanes) : block.rows;
    rows = kTaskRows;
    if (isSummedOverPositions(weight) && !isLargeProduct(op))
      rows = std::clamp<int64_t>(llvm::divideCeil(countRows(), 4), 2 * block.rows, kSharedRows);
    rows = llvm::alignTo(rows, unit);
    if (rows >= countRows())
      rows = llvm::alignTo(countRows(), block.rows);
    columns = std::min(llvm::alignTo(kTaskColumnBytes / layout.elementBytes, strip),
                       llvm::alignTo(countColumns(), strip));
    rowTasks = llvm::divideCeil(countRows(), rows);
    columnTasks = llvm::divideCeil(countColumns(), columns);
    groups =
        std::max<int64_t>(kInterleavedBytes / (columns * layout.lanes * layout.elementBytes), 1);
  }
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

} // namespace

/// A task: some rows and columns of the gradient of one matrix. Their sums lie on the stack, block
/// by block, and behind them the interleaved operand.
class MatrixGradient {
public:
  using Value = mlir::Value;

  MatrixGradient(Emitter &emitter, WeightGradientOp op, Value task, Value matrix)
      : e(emitter), b(emitter.b), op(op), cut(op, e.layout, e.target), matrix(matrix),
        lanes(e.layout.lanes), samples(cut.chunks.samples), features(cut.chunks.features),
        restRows(cut.countRows() % cut.block.rows), restColumns(cut.countColumns() % cut.strip),
        broadcast(cut.interleavesOut ? op.getInput() : op.getOutputAdjoint()),
        interleaved(cut.interleavesOut ? op.getOutputAdjoint() : op.getInput()) {
    firstRow = e.mul(arith::DivSIOp::create(b, task, e.index(cut.columnTasks)), cut.rows);
    firstColumn = e.mul(arith::RemSIOp::create(b, task, e.index(cut.columnTasks)), cut.columns);
    rowEnd = e.minimum(e.add(firstRow, e.index(cut.rows)), e.index(cut.countRows()));
    columnEnd = e.minimum(e.add(firstColumn, e.index(cut.columns)), e.index(cut.countColumns()));
    bool isShared = e.sharedOperand.count > 1;
    sums = e.sharedScratch(cut.sums() + (isShared ? 0 : cut.inputs()));
    inputs = isShared ? e.sharedOperand.place : e.offset(sums, cut.sums() * lanes);
    broadcastBase = e.address(broadcast);
    interleavedBase = e.address(interleaved);
  }

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
    int64_t rows, columns;
  };
  /// The operand that passes is that of which a block reads more vectors: where all strips of the
  /// interleaved one stay in the first cache, the rows, else the strips.
  void forBlocks(llvm::function_ref<void(const Block &)> body) {
    auto block = [&](Value row, int64_t rows, Value column, int64_t columns) {
      Value number = arith::DivSIOp::create(b, e.sub(row, firstRow), e.index(cut.block.rows));
      Value place = e.mul(number, cut.sumsOfBlock(cut.block.rows) * lanes);
      body({row, column, e.offset(stripSums(column), place), rows, columns});
    };
    if (cut.columns * kUsualSamples * e.layout.elementBytes <= kPassingBytes)
      forRows([&](Value row, int64_t rows) {
        forColumns([&](Value column, int64_t columns) { block(row, rows, column, columns); });
      });
    else
      forColumns([&](Value column, int64_t columns) {
        forRows([&](Value row, int64_t rows) { block(row, rows, column, columns); });
      });
  }
  Value stripNumber(Value column) {
    return arith::DivSIOp::create(b, e.sub(column, firstColumn), e.index(cut.strip));
  }
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
  SmallVector<Value> addSamples(const Block &block, Positions at, Value group, Value count);
  void prefetchBeside(const Block &block, Positions at, Value group);
  void prefetchUpdated(const Block &block);
  SmallVector<Value> sumChunks(ArrayRef<Value> sums, const Block &block);
  void finishRows();
  void finishColumns();

  Emitter &e;
  ImplicitLocOpBuilder &b;
  WeightGradientOp op;
  GradientCut cut;
  Value matrix;
  int64_t lanes, samples, features; ///< of a vector: samples of a chunk, chunks
  int64_t restRows, restColumns;
  Value broadcast, interleaved; ///< the operands
  Value firstRow, firstColumn, rowEnd, columnEnd;
  Value sums, inputs, broadcastBase, interleavedBase;
};

/// From the columns of some lane groups to vectors of chunks: of a strip the vectors of one chunk,
/// then those of the next.
void MatrixGradient::interleave(Value p, Value group, Value count) {
  forColumns([&](Value column, int64_t columns) {
    Value strip = e.offset(inputs, e.mul(stripNumber(column), cut.groups * lanes * cut.strip));
    e.forLoop(e.index(0), count, 1, [&](Value g) {
      Value from = e.offset(e.row(interleavedBase, cut.countColumns(), p, e.add(group, g)),
                            e.mul(column, lanes));
      Value to = e.offset(strip, e.mul(g, lanes * cut.strip));
      for (int64_t v = 0; v < vectorsOf(columns); ++v)
        for (int64_t chunk = 0; chunk < features; ++chunk) {
          SmallVector<Value> parts;
          for (int64_t f = v * features; f < (v + 1) * features; ++f)
            // Of a vector that the columns do not fill the rest is not used.
            parts.push_back(e.loadPiece(
                e.offset(from, std::min(f, columns - 1) * lanes + chunk * samples), samples));
          e.store(e.concatenate(parts), e.offset(to, (chunk * cut.block.columns + v) * lanes));
        }
    });
  });
}

/// What the samples of `count` lane groups contribute to a block: for each of its rows, vectors of
/// columns.
SmallVector<Value> MatrixGradient::addSamples(const Block &block, Positions at, Value group,
                                              Value count) {
  int64_t vectors = vectorsOf(block.columns);
  Value left = e.offset(e.row(broadcastBase, cut.countRows(), broadcastAt(at), group),
                        e.mul(block.row, lanes));
  Value right = inputs;
  int64_t rightStride = lanes * cut.strip, chunkStride = lanes * cut.block.columns;
  if (features == 1) {
    right = e.offset(e.row(interleavedBase, cut.countColumns(), interleavedAt(at), group),
                     e.mul(block.column, lanes));
    rightStride = lanes * cut.countColumns();
  } else {
    right = e.offset(right, e.mul(stripNumber(block.column), cut.groups * lanes * cut.strip));
  }
  auto sumOver = [&](Value begin, Value end, int64_t step, ValueRange start) {
    return e.forLoop(begin, end, step, start, [&](Value g, ValueRange carried) {
      SmallVector<Value> next(carried);
      for (int64_t chunk = 0; chunk < step * features; ++chunk) {
        if (chunk % features == 0)
          prefetchBeside(block, at, e.add(group, e.add(g, e.index(chunk / features))));
        Value pieces = e.offset(left, e.mul(g, cut.countRows() * lanes));
        pieces = e.offset(pieces,
                          chunk / features * cut.countRows() * lanes + chunk % features * samples);
        Value from = e.offset(right, e.mul(g, rightStride));
        from = e.offset(from, chunk / features * rightStride + chunk % features * chunkStride);
        e.emitOuterProduct(
            next, block.rows, vectors,
            [&](int64_t r) {
              return e.repeatPiece(e.loadPiece(e.offset(pieces, r * lanes), samples));
            },
            [&](int64_t v) { return e.load(e.offset(from, v * lanes)); });
      }
      return next;
    });
  };
  SmallVector<Value> zeros(block.rows * vectors, e.splat(0.0));
  // Four chunks a round at least: a small block makes so few multiply-adds of what it loads that
  // the loop's own instructions would keep the processor from starting two of them a cycle.
  constexpr int64_t kChunksAtOnce = 4;
  int64_t atOnce = std::max<int64_t>(kChunksAtOnce / features, 1);
  if (atOnce == 1)
    return sumOver(e.index(0), count, 1, zeros);
  Value rest = arith::RemSIOp::create(b, count, e.index(atOnce));
  Value middle = e.sub(count, rest);
  return sumOver(middle, count, 1, sumOver(e.index(0), middle, atOnce, zeros));
}

/// Fetches what the next position reads, which was made long ago: the blocks of a task fetch a
/// lane group's rows and columns, each a part.
void MatrixGradient::prefetchBeside(const Block &block, Positions at, Value group) {
  int64_t rowBlocks = cut.rows / cut.block.rows, strips = cut.strips();
  auto fetch = [&](Value operand, Value base, int64_t size, Value p, Value first, Value number,
                   int64_t count, int64_t parts) {
    if (e.isMadeHere(operand))
      return;
    int64_t part = llvm::divideCeil(count, parts);
    Value next = e.offset(e.row(base, size, e.add(p, e.index(1)), group), e.mul(first, lanes));
    e.prefetch(e.offset(next, e.mul(number, part * lanes)), part * lanes);
  };
  fetch(broadcast, broadcastBase, cut.countRows(), broadcastAt(at), block.row,
        stripNumber(block.column), block.rows, strips);
  Value number = arith::DivSIOp::create(b, e.sub(block.row, firstRow), e.index(cut.block.rows));
  if (e.sharedOperand.count > 1)
    number = e.add(e.mul(e.sharedOperand.number, rowBlocks), number);
  fetch(interleaved, interleavedBase, cut.countColumns(), interleavedAt(at), block.column, number,
        block.columns, rowBlocks * e.sharedOperand.count);
}

/// Fetches a block's share of the weight and velocity that the update will read and write.
void MatrixGradient::prefetchUpdated(const Block &block) {
  if (isSummedOverPositions(op.getResult().getType()))
    return;
  if (cut.tasks() == 1 && cut.strips() == 1) {
    int64_t part = llvm::divideCeil(cut.out * cut.in, cut.rows / cut.block.rows);
    Value number = arith::DivSIOp::create(b, block.row, e.index(cut.block.rows));
    Value first = e.add(e.mul(matrix, cut.out * cut.in), e.mul(number, part));
    return e.prefetchUpdated(op.getResult(), first, part);
  }
  int64_t outer = cut.interleavesOut ? block.columns : block.rows;
  for (int64_t k = 0; k < outer; ++k)
    e.prefetchUpdated(op.getResult(), e.add(placeOf(block.row, block.column), e.index(k * cut.in)),
                      cut.interleavesOut ? block.rows : block.columns);
}

void MatrixGradient::addGroups(Positions positions, Value group, Value count, Value isInterleaved) {
  auto prepare = [&] { interleave(interleavedAt(positions), group, count); };
  if (features > 1 && isInterleaved)
    e.ifThen(e.select(isInterleaved, e.truth(false), e.truth(true)), prepare);
  else if (features > 1)
    prepare();
  forBlocks([&](const Block &block) {
    prefetchUpdated(block);
    SmallVector<Value> added = sumChunks(addSamples(block, positions, group, count), block);
    for (auto [i, value] : llvm::enumerate(added)) {
      Value place = e.offset(block.sums, int64_t(i) * lanes);
      e.store(e.addF(e.load(place), value), place);
    }
  });
}

/// Adds up the samples of each chunk. Where columns are neighbours in memory (the input is
/// interleaved), the block's sums come out row after row; else for each `samples` rows, which then
/// are neighbours, vector after vector: a column's rows, then the next column's.
SmallVector<Value> MatrixGradient::sumChunks(ArrayRef<Value> sums, const Block &block) {
  int64_t vectors = vectorsOf(block.columns);
  SmallVector<Value> added;
  if (cut.interleavesOut) {
    for (int64_t row = 0; row < block.rows; row += samples)
      for (int64_t v = 0; v < cut.block.columns; ++v) {
        SmallVector<Value> column;
        for (int64_t r = row; r < row + samples; ++r)
          column.push_back(sums[std::min(r, block.rows - 1) * vectors + std::min(v, vectors - 1)]);
        if (v < vectors)
          added.push_back(e.sumPieces(column, samples, Emitter::SumOrder::Pieces));
        else
          added.push_back(e.splat(0.0));
      }
    return added;
  }
  for (int64_t first = 0; first < block.rows * vectors; first += samples) {
    SmallVector<Value> next;
    for (int64_t i = first; i < first + samples; ++i)
      next.push_back(sums[std::min(i, block.rows * vectors - 1)]);
    added.push_back(e.sumPieces(next, samples, Emitter::SumOrder::Vectors));
  }
  return added;
}

void MatrixGradient::finishRows() {
  forBlocks([&](const Block &block) {
    Value corner = placeOf(block.row, block.column);
    auto finish = [&](int64_t row, int64_t count) {
      SmallVector<Emitter::GradientPart> parts;
      int64_t stride = vectorsOf(block.columns) * features;
      for (int64_t first = 0; first < count;) {
        int64_t size = std::min<int64_t>(llvm::bit_floor(uint64_t(count - first)), lanes);
        parts.push_back({e.loadPiece(e.offset(block.sums, row * stride + first), size),
                         e.add(corner, e.index(row * cut.in + first))});
        first += size;
      }
      e.finishGradient(op.getResult(), parts);
    };
    if (block.columns == cut.in && block.columns % features == 0)
      return finish(0, block.rows * block.columns);
    for (int64_t row = 0; row < block.rows; ++row)
      finish(row, block.columns);
  });
}

void MatrixGradient::finishColumns() {
  int64_t chunksOfVector = lanes / samples;
  forColumns([&](Value column, int64_t columns) {
    Value strip = stripSums(column);
    // `count` features of one column of the gradient's transpose, which are neighbours in memory.
    auto finish = [&](Value first, int64_t count) {
      e.forLoop(e.index(0), e.index(columns), 1, [&](Value c) {
        Value vector = arith::DivSIOp::create(b, c, e.index(features));
        Value piece = arith::RemSIOp::create(b, c, e.index(features));
        Value number = arith::DivSIOp::create(b, e.sub(first, firstRow), e.index(samples));
        Value from =
            e.offset(strip, e.add(e.mul(e.add(e.mul(number, cut.block.columns), vector), lanes),
                                  e.mul(piece, samples)));
        Value at = placeOf(first, e.add(column, c));
        int64_t stride = cut.block.columns * lanes;
        SmallVector<Emitter::GradientPart> parts;
        if (count == lanes) {
          SmallVector<Value> chunks;
          for (int64_t k = 0; k < chunksOfVector; ++k)
            chunks.push_back(e.loadPiece(e.offset(from, k * stride), samples));
          parts.push_back({e.concatenate(chunks), at});
        } else {
          for (int64_t done = 0; done < count;) {
            int64_t inChunk = done % samples;
            int64_t size =
                std::min<int64_t>(llvm::bit_floor(uint64_t(count - done)), samples - inChunk);
            parts.push_back({e.loadPiece(e.offset(from, done / samples * stride + inChunk), size),
                             e.add(at, e.index(done))});
            done += size;
          }
        }
        e.finishGradient(op.getResult(), parts);
      });
    };
    int64_t size = cut.countRows();
    forStrips(firstRow, rowEnd, size, size % lanes, lanes, finish);
  });
}

int64_t Emitter::gradientScratch(WeightGradientOp op) const {
  GradientCut cut(op, layout, target);
  return cut.sums() + cut.inputs();
}

Value Emitter::countGradientTasks(WeightGradientOp op) {
  GradientCut cut(op, layout, target);
  bool isPerPosition = op.getResult().getType().isPerPosition();
  Value many = index(cut.tasks() * (isPerPosition ? op.getInput().getType().getPositions() : 1));
  return hasCodeOfSample(op) ? select(isOneSample(), countSampleTasks(op), many) : many;
}

void Emitter::emitWeightGradient(WeightGradientOp op, Value task) {
  auto many = [&] {
    int64_t tasks = GradientCut(op, layout, target).tasks();
    if (!op.getResult().getType().isPerPosition()) {
      int64_t positions = op.getInput().getType().getPositions();
      return emitGradientTask(op, task, index(0), firstPosition(op, positions), index(positions));
    }
    Value p = arith::DivSIOp::create(b, task, index(tasks));
    emitGradientTask(op, arith::RemSIOp::create(b, task, index(tasks)), p, p, add(p, index(1)));
  };
  if (hasCodeOfSample(op))
    ifOneSample([&] { emitSampleGradient(op, task); }, many);
  else
    many();
}

void Emitter::emitGradientOfPosition(WeightGradientOp op, Value p) {
  forLoop(index(0), index(GradientCut(op, layout, target).tasks()), 1,
          [&](Value task) { emitGradientTask(op, task, p, p, add(p, index(1))); });
}

void Emitter::emitGradientsOfPairs(WeightGradientOp op, PairRange range,
                                   llvm::function_ref<Value(Value, Value)> matrixOf) {
  GradientCut cut(op, layout, target);
  auto pair = [&](Value task, Value t, Value s, Value isInterleaved) {
    MatrixGradient gradient(*this, op, task, matrixOf(t, s));
    gradient.clear();
    addAllGroups(gradient, op, t, s, isInterleaved);
    gradient.finish();
  };
  auto later = [&](Value x, Value y) {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::sgt, x, y).getResult();
  };
  // The interleaved operand stays while the other one passes.
  auto body = [&](Value task) {
    if (cut.interleavesOut)
      return forLoop(range.firstT, range.lastT, 1, [&](Value t) {
        forLoop(range.firstS, minimum(range.lastS, add(t, index(1))), 1,
                [&](Value s) { pair(task, t, s, later(s, range.firstS)); });
      });
    forLoop(range.firstS, minimum(range.lastS, range.lastT), 1, [&](Value s) {
      Value firstT = arith::MaxSIOp::create(b, range.firstT, s);
      Value isRead = later(summedGroups(op, firstT), index(0));
      forLoop(firstT, range.lastT, 1,
              [&](Value t) { pair(task, t, s, select(isRead, later(t, firstT), truth(false))); });
    });
  };
  forLoop(index(0), index(cut.tasks()), 1, body);
}

/// The sum over the samples, and for a shared weight over the positions, is taken in one order
/// whatever the threads.
void Emitter::emitGradientTask(WeightGradientOp op, Value task, Value matrix, Value firstPosition,
                               Value lastPosition) {
  MatrixGradient gradient(*this, op, task, matrix);
  gradient.clear();
  forLoop(firstPosition, lastPosition, 1,
          [&](Value p) { addAllGroups(gradient, op, p, p, sharedOperand.isInterleaved); });
  gradient.finish();
}

/// Adds the lane groups of a pair of positions, as many at a time as can be interleaved. Only where
/// all can at once they are still there for the next matrix.
void Emitter::addAllGroups(MatrixGradient &gradient, WeightGradientOp op, Value t, Value s,
                           Value isInterleaved) {
  int64_t most = GradientCut(op, layout, target).groups;
  Value end = summedGroups(op, t);
  if (isInterleaved) {
    Value fits = arith::CmpIOp::create(b, arith::CmpIPredicate::sle, end, index(most));
    isInterleaved = select(fits, isInterleaved, truth(false));
  }
  forLoop(index(0), end, most, [&](Value group) {
    gradient.addGroups({t, s}, group, minimum(index(most), sub(end, group)), isInterleaved);
  });
}

Emitter::SharedOperand Emitter::shareOperand(WeightGradientOp op, Value summed) {
  GradientCut cut(op, layout, target);
  auto operandOf = [](WeightGradientOp gradient, const GradientCut &cut) {
    return cut.interleavesOut ? gradient.getOutputAdjoint() : gradient.getInput();
  };
  Value operand = operandOf(op, cut);
  SharedOperand shared;
  if (!cut.inputs() || cut.columnTasks > 1)
    return shared;
  // Those of the tile that interleave it in the same way, in their order.
  shared.count = 0;
  int64_t number = 0;
  for (auto other : op->getBlock()->getOps<WeightGradientOp>()) {
    GradientCut otherCut(other, layout, target);
    if (!tileOps.contains(other) || operandOf(other, otherCut) != operand ||
        otherCut.columnTasks > 1 || otherCut.strip != cut.strip || otherCut.groups != cut.groups)
      continue;
    if (other == op)
      number = shared.count;
    ++shared.count;
  }
  if (shared.count == 1)
    return shared;
  auto [entry, isFirst] = interleavedOperands.try_emplace(operand);
  if (isFirst)
    entry->second = {scratch(cut.inputs()), truth(false)};
  shared.number = index(number);
  std::tie(shared.place, shared.isInterleaved) = entry->second;
  // Where the output adjoint is zero nothing is read, so that nothing is interleaved either.
  Value reads = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, summed, index(0));
  entry->second.second = arith::OrIOp::create(b, shared.isInterleaved, reads);
  return shared;
}

} // namespace iarc
