//===- MatrixGradient.cpp - A task of the gradient of a matrix ---------------===//
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
#include "MatrixGradient.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

#include <algorithm>
#include <numeric>

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

GradientCut::GradientCut(WeightGradientOp op, const Layout &layout, const Target &target)
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
  groups = std::clamp<int64_t>(kInterleavedBytes / (columns * layout.lanes * layout.elementBytes),
                               1, 2 * llvm::divideCeil(kUsualSamples, layout.lanes));
}
MatrixGradient::MatrixGradient(Emitter &emitter, WeightGradientOp op, Value task, Value matrix)
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

void MatrixGradient::forStrips(Value first, Value end, int64_t size, int64_t rest, int64_t step,
                               Strip body) {
  Value fullEnd = e.minimum(end, e.index(size - rest));
  e.forLoop(first, fullEnd, step, [&](Value at) { body(at, step); });
  if (!rest)
    return;
  Value hasRest = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, end, e.index(size));
  e.ifThen(hasRest, [&] { body(e.index(size - rest), rest); });
}

void MatrixGradient::forBlocks(llvm::function_ref<void(const Block &)> body) {
  auto block = [&](Value row, int64_t rows, Value column, int64_t columns) {
    body({row, column, sumsOf(row, column), rows, columns});
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

Value MatrixGradient::sumsOf(Value row, Value column) {
  return e.offset(stripSums(column),
                  e.mul(rowNumber(row), cut.sumsOfBlock(cut.block.rows) * lanes));
}

Value MatrixGradient::rowNumber(Value row) {
  return arith::DivSIOp::create(b, e.sub(row, firstRow), e.index(cut.block.rows));
}

Value MatrixGradient::stripNumber(Value column) {
  return arith::DivSIOp::create(b, e.sub(column, firstColumn), e.index(cut.strip));
}

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
  Value number = rowNumber(block.row);
  if (e.sharedOperand.count > 1)
    number = e.add(e.mul(e.sharedOperand.number, rowBlocks), number);
  fetch(interleaved, interleavedBase, cut.countColumns(), interleavedAt(at), block.column, number,
        block.columns, rowBlocks * e.sharedOperand.count);
}

/// Fetches a block's share of the weight and velocity that the update will read and write, line
/// after line of the task's rows of them.
void MatrixGradient::prefetchUpdated(const Block &block) {
  if (isSummedOverPositions(op.getResult().getType()))
    return;
  int64_t rowBlocks = cut.rows / cut.block.rows, blocks = rowBlocks * cut.strips();
  Value number = e.add(e.mul(stripNumber(block.column), rowBlocks), rowNumber(block.row));
  if (cut.tasks() == 1) {
    int64_t part = llvm::divideCeil(cut.out * cut.in, blocks);
    Value first = e.add(e.mul(matrix, cut.out * cut.in), e.mul(number, part));
    return e.prefetchUpdated(op.getResult(), first, part);
  }
  int64_t height = cut.interleavesOut ? cut.columns : cut.rows, line = e.lineElements();
  int64_t lines = llvm::divideCeil(cut.interleavesOut ? cut.rows : cut.columns, line);
  int64_t part = llvm::divideCeil(height * lines, blocks);
  Value corner = placeOf(firstRow, firstColumn);
  for (int64_t k = 0; k < part; ++k) {
    Value at = e.add(e.mul(number, part), e.index(k));
    Value row = arith::DivSIOp::create(b, at, e.index(lines));
    Value column = e.mul(arith::RemSIOp::create(b, at, e.index(lines)), line);
    e.prefetchUpdated(op.getResult(), e.add(corner, e.add(e.mul(row, cut.in), column)), line);
  }
}

void MatrixGradient::addGroups(Positions positions, Value group, Value count, Value isInterleaved) {
  auto prepare = [&] { interleave(interleavedAt(positions), group, count); };
  if (features > 1 && isInterleaved)
    e.ifThen(e.select(isInterleaved, e.truth(false), e.truth(true)), prepare);
  else if (features > 1)
    prepare();
  forBlocks([&](const Block &block) {
    prefetchUpdated(block);
    sumChunks(addSamples(block, positions, group, count), block);
  });
}

/// Adds up the samples of each chunk. Where columns are neighbours in memory (the input is
/// interleaved), the block's sums come out row after row; else for each `samples` rows, which then
/// are neighbours, vector after vector: a column's rows, then the next column's.
void MatrixGradient::sumChunks(ArrayRef<Value> sums, const Block &block) {
  int64_t vectors = vectorsOf(block.columns);
  auto add = [&](int64_t number, Value value) {
    Value place = e.offset(block.sums, number * lanes);
    e.store(e.addF(e.load(place), value), place);
  };
  if (!cut.interleavesOut) {
    for (int64_t first = 0; first < block.rows * vectors; first += samples) {
      int64_t count = std::min(samples, block.rows * vectors - first);
      add(first / samples,
          e.sumPieces(sums.slice(first, count), samples, Emitter::SumOrder::Vectors));
    }
    return;
  }
  for (int64_t row = 0; row < block.rows; row += samples)
    for (int64_t v = 0; v < vectors; ++v) {
      SmallVector<Value> column;
      for (int64_t r = row; r < std::min(row + samples, block.rows); ++r)
        column.push_back(sums[r * vectors + v]);
      add(row / samples * cut.block.columns + v,
          e.sumPieces(column, samples, Emitter::SumOrder::Pieces));
    }
}

void MatrixGradient::finishRows() {
  // `count` sums from `sums` on, which are neighbours in memory.
  auto finish = [&](Value sums, Value at, int64_t count) {
    SmallVector<Emitter::GradientPart> parts;
    for (int64_t first = 0; first < count;) {
      int64_t size = std::min<int64_t>(llvm::bit_floor(uint64_t(count - first)), lanes);
      parts.push_back({e.loadPiece(e.offset(sums, first), size), e.add(at, e.index(first))});
      first += size;
    }
    e.finishGradient(op.getResult(), parts);
  };
  if (cut.strips() == 1 && cut.in == cut.strip)
    return forBlocks([&](const Block &block) {
      finish(block.sums, placeOf(block.row, block.column), block.rows * block.columns);
    });
  // Row after row, whatever the order in which the blocks were summed.
  forRows([&](Value first, int64_t rows) {
    e.forLoop(e.index(0), e.index(rows), 1, [&](Value r) {
      forColumns([&](Value column, int64_t columns) {
        Value place = e.offset(sumsOf(first, column), e.mul(r, vectorsOf(columns) * features));
        finish(place, placeOf(e.add(first, r), column), columns);
      });
    });
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

} // namespace iarc
