//===- EmitLargeProducts.cpp - Products whose weight outgrows the caches ----===//
//
// The register blocks are those of the small products; what is added is the order in which they
// run. A linear map holds a piece of the reduced features of a few lane groups in the first cache
// while the strips of a task's rows pass, and their partial sums on the stack. What a single
// sample takes instead is in EmitSampleProducts.cpp.
//
//===----------------------------------------------------------------------===//
#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace iarc {

/// A weight matrix of this many elements (128 KiB of f32) no longer shares the second cache with
/// what a tile reads and writes beside it.
static constexpr int64_t kLargeWeight = 32768;

/// Lane groups of a block: few, so that the sums of a piece are long and few streams of features
/// pass.
static constexpr int64_t kPassingGroups = 2;

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

//===----------------------------------------------------------------------===//
// linear
//===----------------------------------------------------------------------===//

/// Rows of one task: whole strips.
static int64_t rowsOfLinearTask(RegisterBlock block) {
  return llvm::alignTo(kLargeTaskRows, block.rows);
}

void Emitter::emitLargeLinear(LinearOp op, Value task) {
  if (!hasCodeOfSample(op))
    return emitLinearOfGroups(op, task);
  ifOneSample([&] { emitLinearOfSample(op, task); }, [&] { emitLinearOfGroups(op, task); });
}

/// A task is a range of rows at one position, for all lane groups; the tasks of a position follow
/// each other, so that its input stays in the second cache.
void Emitter::emitLinearOfGroups(LinearOp op, Value task) {
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

Value Emitter::countLargeTasks(LinearOp op) {
  RegisterBlock block = chooseLinearBlock(op.getProduced(), kPassingGroups, target);
  Value many = index(op.getInput().getType().getPositions() *
                     llvm::divideCeil(op.getProduced(), rowsOfLinearTask(block)));
  return hasCodeOfSample(op) ? select(isOneSample(), countSampleTasks(op), many) : many;
}

} // namespace iarc
