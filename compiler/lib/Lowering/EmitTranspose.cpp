//===- EmitTranspose.cpp - A weight in the other order ----------------------===//
#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace iarc {

/// Rows of the copy that a task writes: four cache lines of f32 in each row of the weight.
static constexpr int64_t kColumnsPerTask = 64;

int64_t countTransposeTasks(TransposeOp op) {
  return llvm::divideCeil(op.getWeight().getType().getSize("in"), kColumnsPerTask);
}

/// Squares of as many rows and columns as there are lanes, and number by number what they leave.
void Emitter::emitTranspose(TransposeOp op, Value task) {
  WeightType weight = op.getWeight().getType();
  int64_t rows = weight.getSize("out"), columns = weight.getSize("in"), lanes = layout.lanes;
  Value from = address(op.getWeight()), to = address(op.getResult());
  Value first = mul(task, kColumnsPerTask);
  Value last = minimum(add(first, index(kColumnsPerTask)), index(columns));
  Value lastSquare = sub(last, arith::RemSIOp::create(b, sub(last, first), index(lanes)));
  int64_t rowsOfSquares = rows / lanes * lanes;
  auto placeIn = [&](Value r, Value c) { return offset(from, add(mul(r, columns), c)); };
  auto placeOut = [&](Value r, Value c) { return offset(to, add(mul(c, rows), r)); };
  auto copyNumbers = [&](Value row, int64_t lastRow, Value column) {
    forLoop(row, index(lastRow), 1, [&](Value r) {
      forLoop(column, last, 1,
              [&](Value c) { storeScalar(loadScalar(placeIn(r, c)), placeOut(r, c)); });
    });
  };
  forLoop(index(0), index(rowsOfSquares), lanes, [&](Value r) {
    forLoop(first, lastSquare, lanes, [&](Value c) {
      SmallVector<Value> square;
      for (int64_t i = 0; i < lanes; ++i)
        square.push_back(loadUnaligned(offset(placeIn(r, c), i * columns)));
      for (auto [i, vector] : llvm::enumerate(transposeLanes(square)))
        storeUnaligned(vector, offset(placeOut(r, c), int64_t(i) * rows));
    });
  });
  copyNumbers(index(0), rowsOfSquares, lastSquare);
  copyNumbers(index(rowsOfSquares), rows, first);
}

} // namespace iarc
