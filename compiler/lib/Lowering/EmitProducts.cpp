//===- EmitProducts.cpp - Register-blocked products -------------------------===//
//
// A small product is a kernel for exactly its shape: accumulators stay in registers while the
// reduced features pass by, weights are broadcast from memory, samples lie in the lanes.
//
//===----------------------------------------------------------------------===//
#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include <algorithm>

using namespace mlir;

namespace iarc {

void Emitter::emitOuterProduct(SmallVectorImpl<Value> &next, int64_t rows, int64_t columns,
                               llvm::function_ref<Value(int64_t)> left,
                               llvm::function_ref<Value(int64_t)> right) {
  bool holdRows = rows < columns;
  SmallVector<Value> held;
  for (int64_t i = 0; i < std::min(rows, columns); ++i)
    held.push_back(holdRows ? left(i) : right(i));
  for (int64_t i = 0; i < std::max(rows, columns); ++i) {
    Value passing = holdRows ? right(i) : left(i);
    for (auto [k, value] : llvm::enumerate(held)) {
      Value &sum = holdRows ? next[k * columns + i] : next[i * columns + k];
      sum = fma(value, passing, sum);
    }
  }
}

//===----------------------------------------------------------------------===//
// linear
//===----------------------------------------------------------------------===//

SmallVector<Value> Emitter::emitLinearSums(LinearOp op, Value p, Value group, Value feature,
                                           RegisterBlock block, Value begin, Value end,
                                           ValueRange inits,
                                           llvm::function_ref<void(Value)> beside) {
  int64_t lanes = layout.lanes, reduced = op.getReduced(), produced = op.getProduced();
  WeightType weight = op.getWeight().getType();
  Value matrix = address(op.getWeight());
  if (weight.isPerPosition())
    matrix = offset(matrix, mul(p, reduced * produced));
  Value x = row(address(op.getInput()), reduced, p, group);

  return forLoop(begin, end, 1, inits, [&](Value i, ValueRange carried) {
    if (beside)
      beside(i);
    SmallVector<Value> next(carried);
    Value column = offset(x, mul(i, lanes));
    // W[feature + r, i], or W[i, feature + r] when transposed.
    Value first = op.getTransposed() ? offset(matrix, add(mul(i, produced), feature))
                                     : offset(matrix, add(mul(feature, reduced), i));
    emitOuterProduct(
        next, block.rows, block.columns,
        [&](int64_t r) { return loadSplat(offset(first, op.getTransposed() ? r : r * reduced)); },
        [&](int64_t c) { return load(offset(column, c * reduced * lanes)); });
    return next;
  });
}

void Emitter::emitLinearBlock(LinearOp op, Value p, Value group, Value feature, int64_t rows,
                              int64_t columns) {
  int64_t reduced = op.getReduced();
  SmallVector<PrefetchRun> runs = runsBesideBlock(op, p, group, feature, {rows, columns});
  SmallVector<Value> sums = emitLinearSums(op, p, group, feature, {rows, columns}, index(0),
                                           index(reduced), emitStart(op, p, feature, rows, columns),
                                           [&](Value i) { prefetchPart(runs, i, reduced); });
  emitLinearEnd(op, sums, p, group, feature, rows, columns);
}

SmallVector<Value> Emitter::emitStart(LinearOp op, Value p, Value feature, int64_t rows,
                                      int64_t columns) {
  if (!op.getBias())
    return SmallVector<Value>(rows * columns, splat(0.0));
  Value bias = offset(address(op.getBias()), feature);
  if (op.getBias().getType().isPerPosition())
    bias = offset(bias, mul(p, op.getProduced()));
  SmallVector<Value> start;
  for (int64_t r = 0; r < rows; ++r)
    start.append(columns, loadSplat(offset(bias, r)));
  return start;
}

void Emitter::emitLinearEnd(LinearOp op, ArrayRef<Value> sums, Value p, Value group, Value feature,
                            int64_t rows, int64_t columns) {
  int64_t lanes = layout.lanes, produced = op.getProduced();
  SmallVector<Value> extras, results;
  Value place = mul(feature, lanes);
  for (Value extra : op.getExtras())
    extras.push_back(offset(row(address(extra), produced, p, group), place));
  for (Value result : op.getResults())
    results.push_back(offset(row(address(result), produced, p, group), place));
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c) {
      int64_t at = (c * produced + r) * lanes;
      SmallVector<Value> values{sums[r * columns + c]};
      if (op.hasEpilogue()) {
        for (Value extra : extras)
          values.push_back(load(offset(extra, at)));
        values = inlineRegion(op.getEpilogue().front(), values);
      }
      for (auto [value, result] : llvm::zip(values, results))
        store(value, offset(result, at));
    }
}

void Emitter::emitLinear(LinearOp op, Value p, Value begin, Value end) {
  int64_t produced = op.getProduced();
  auto strip = [&](Value group, RegisterBlock block) {
    if (isAcrossOp(op))
      return emitAcrossStrip(op, p, group, block);
    int64_t full = produced / block.rows * block.rows;
    if (full)
      forLoop(index(0), index(full), block.rows, [&](Value feature) {
        emitLinearBlock(op, p, group, feature, block.rows, block.columns);
      });
    if (produced > full)
      emitLinearBlock(op, p, group, index(full), produced - full, block.columns);
  };
  SmallVector<int64_t> sizes = usualTiles(isAcrossOp(op) ? kGroupsAcross : kGroupsPerTile, layout);
  LinearCut cut = chooseLinearCut(produced, sizes, target);
  int64_t columns = cut.block.columns;
  Value count = sub(end, begin), blocks = arith::DivSIOp::create(b, count, index(columns));
  if (cut.wide.rows) {
    Value wides = minimum(blocks, sub(count, mul(blocks, columns)));
    Value wideEnd = add(begin, mul(wides, columns + 1));
    forLoop(begin, wideEnd, columns + 1, [&](Value group) { strip(group, cut.wide); });
    begin = wideEnd;
    blocks = sub(blocks, wides);
  }
  Value middle = add(begin, mul(blocks, columns));
  forLoop(begin, middle, columns, [&](Value group) { strip(group, cut.block); });
  if (columns > 1)
    forLoop(middle, end, 1, [&](Value group) { strip(group, cut.single); });
}

//===----------------------------------------------------------------------===//
// weight_gradient
//===----------------------------------------------------------------------===//

void Emitter::prefetchUpdated(Value gradient, Value first, int64_t elements) {
  UpdateOp op = updateOf(gradient, target.matmul);
  if (!op)
    return;
  for (Value tensor : op.getUpdated())
    prefetch(offset(address(tensor), first), elements, Prefetch::ToWrite);
}

void Emitter::finishGradientBlock(Value gradient, Value corner, int64_t rows, int64_t columns,
                                  int64_t rowStride, ArrayRef<Value> sums) {
  SmallVector<Value> totals = sumLanes(sums);
  // A row's sums lie side by side, in memory as in the vectors: they are stored in pieces.
  SmallVector<GradientPart> parts;
  forPiecesOfRows(rows, columns, layout.lanes, [&](int64_t r, int64_t c, int64_t size) {
    int64_t number = r * columns + c;
    parts.push_back({piece(totals[number / layout.lanes], number % layout.lanes, size),
                     add(corner, index(r * rowStride + c))});
  });
  finishGradient(gradient, parts);
}

void Emitter::finishGradient(Value gradient, ArrayRef<GradientPart> parts) {
  auto storeGradient = [&] {
    for (GradientPart part : parts)
      storeUnaligned(part.sum, offset(address(gradient), part.at));
  };
  UpdateOp op = updateOf(gradient, target.matmul);
  if (!op)
    return storeGradient();
  auto branch = scf::IfOp::create(b, updates(), /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  for (GradientPart part : parts) {
    SmallVector<Value> places, old;
    for (Value tensor : op.getUpdated())
      places.push_back(offset(address(tensor), part.at));
    for (Value pointer : places)
      old.push_back(LLVM::LoadOp::create(b, part.sum.getType(), pointer, layout.elementBytes));
    for (auto [value, pointer] :
         llvm::zip(update(op.getRule(), op.getDecay(), old, part.sum), places))
      storeUnaligned(value, pointer);
  }
  b.setInsertionPointToStart(branch.elseBlock());
  storeGradient();
}

Value Emitter::summedGroups(WeightGradientOp op, Value p) {
  if (kernelSummed)
    return kernelSummed;
  if (!plan.live.onlyLast.contains(op))
    return groups();
  Value first = firstPosition(op, op.getInput().getType().getPositions());
  Value live = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, p, first);
  return select(live, groups(), index(0));
}

} // namespace iarc
