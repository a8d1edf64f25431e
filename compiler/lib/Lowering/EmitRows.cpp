//===- EmitRows.cpp - Rows of features and declared weights -----------------===//
#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cmath>

using namespace mlir;

namespace iarc {

void Emitter::emitBroadcast(BroadcastOp op, Value p, Value begin, Value end) {
  int64_t features = op.getResult().getType().getFeatures();
  Value numbers = address(op.getWeight()), base = address(op.getResult());
  if (op.getWeight().getType().isPerPosition())
    numbers = offset(numbers, mul(p, features));
  forLoop(begin, end, 1, [&](Value g) {
    Value to = row(base, features, p, g);
    forLoop(index(0), index(features), 1, [&](Value f) {
      store(loadSplat(offset(numbers, f)), offset(to, mul(f, layout.lanes)));
    });
  });
}

void Emitter::emitSpread(SpreadOp op, Value p, Value begin, Value end) {
  int64_t features = op.getResult().getType().getFeatures();
  Value source = address(op.getInput()), base = address(op.getResult());
  forLoop(begin, end, 1, [&](Value g) {
    Value number = load(row(source, 1, p, g)), to = row(base, features, p, g);
    forLoop(index(0), index(features), 1,
            [&](Value f) { store(number, offset(to, mul(f, layout.lanes))); });
  });
}

void Emitter::emitReduce(ReduceOp op, Value p, Value begin, Value end) {
  int64_t features = op.getInput().getType().getFeatures();
  Value source = address(op.getInput()), base = address(op.getResult());
  bool isSum = op.getKind() == Reduction::Sum;
  forLoop(begin, end, 1, [&](Value g) {
    Value x = row(source, features, p, g);
    auto at = [&](Value f) { return load(offset(x, mul(f, layout.lanes))); };
    Value first = isSum ? splat(0.0) : at(index(0));
    Value result =
        forLoop(index(isSum ? 0 : 1), index(features), 1, first, [&](Value f, ValueRange carried) {
          return SmallVector<Value>{isSum ? addF(carried[0], at(f)) : maxF(carried[0], at(f))};
        })[0];
    store(result, row(base, 1, p, g));
  });
}

void Emitter::emitJoin(JoinOp op, Value p, Value begin, Value end) {
  int64_t features = op.getResult().getType().getFeatures(), first = 0;
  for (Value input : op.getInputs()) {
    int64_t count = cast<ValueType>(input.getType()).getFeatures();
    emitMove(input, count, 0, op.getResult(), features, first, count, p, begin, end);
    first += count;
  }
}

std::pair<double, double> rotationOf(RotateOp op, int64_t position, int64_t pair) {
  double size = double(int64_t(op.getSize())), base = op.getBase().convertToDouble();
  double angle = double(position) * std::pow(base, -2.0 * double(pair) / size);
  return {std::cos(angle), op.getInverse() ? -std::sin(angle) : std::sin(angle)};
}

void Emitter::emitRotation(RotateOp op, Value from, Value to,
                           llvm::function_ref<std::pair<Value, Value>(Value)> turn) {
  int64_t features = op.getResult().getType().getFeatures(), pairs = int64_t(op.getSize()) / 2;
  forLoop(index(0), index(pairs), 1, [&](Value pair) {
    auto [cosine, sine] = turn(pair);
    // All heads turn alike.
    forLoop(index(0), index(features), op.getSize(), [&](Value head) {
      Value first = mul(add(head, mul(pair, 2)), layout.lanes);
      Value second = add(first, index(layout.lanes));
      Value x = load(offset(from, first)), y = load(offset(from, second));
      store(subF(mulF(x, cosine), mulF(y, sine)), offset(to, first));
      store(fma(x, sine, mulF(y, cosine)), offset(to, second));
    });
  });
}

void Emitter::emitRotate(RotateOp op, Value p, Value begin, Value end) {
  ValueType type = op.getResult().getType();
  int64_t features = type.getFeatures(), pairs = int64_t(op.getSize()) / 2;
  SmallVector<double> numbers;
  for (int64_t position = 0; position < type.getPositions(); ++position)
    for (int64_t pair = 0; pair < pairs; ++pair) {
      auto [cosine, sine] = rotationOf(op, position, pair);
      numbers.append({cosine, sine});
    }
  Value turns = offset(table(numbers), mul(p, 2 * pairs));
  Value source = address(op.getInput()), target = address(op.getResult());
  forLoop(begin, end, 1, [&](Value g) {
    emitRotation(op, row(source, features, p, g), row(target, features, p, g), [&](Value pair) {
      Value place = offset(turns, mul(pair, 2));
      return std::pair(loadSplat(place), loadSplat(offset(place, 1)));
    });
  });
}

} // namespace iarc
