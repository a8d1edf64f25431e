//===- EmitAttention.cpp - Attention and its adjoint ------------------------===//
//
// A task is one head of one lane group: its queries, keys and values are a few KiB that stay in the
// nearest cache. Row by row; nothing of size context x context is stored.
//
//===----------------------------------------------------------------------===//
#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace iarc {
namespace {

/// Heads of up to this many features are held in registers and unrolled.
constexpr int64_t kUnrolledFeatures = 16;

/// What attention and its adjoint have in common: one head of one lane group.
template <typename Op> class Head {
public:
  using Value = mlir::Value;

  Head(Emitter &e, Op op, Value task)
      : e(e), op(op), features(op.getQuery().getType().getFeatures()),
        positions(op.getQuery().getType().getPositions()), size(features / int64_t(op.getHeads())),
        unrolled(size <= kUnrolledFeatures) {
    group = arith::DivSIOp::create(e.b, task, e.index(op.getHeads()));
    head = arith::RemSIOp::create(e.b, task, e.index(op.getHeads()));
    scale = e.splat(op.getScale().convertToDouble());
    if (op.getSlopes().empty())
      return;
    SmallVector<double> numbers;
    for (double slope : op.getSlopes())
      for (int64_t distance = 0; distance < positions; ++distance)
        numbers.push_back(op.getExponential() ? -slope * distance : std::exp(-slope * distance));
    decays = e.offset(e.table(numbers), e.mul(head, positions));
  }

  /// Start of this head's features of a value's position.
  Value at(Value value, Value position) {
    Value elements = e.mul(e.add(e.mul(position, e.groups()), group), features);
    return e.offset(e.address(value), e.mul(e.add(elements, e.mul(head, size)), e.layout.lanes));
  }
  /// A head's features: in registers, or nothing where they are read from memory as needed.
  SmallVector<Value> registers(Value pointer) {
    SmallVector<Value> values;
    if (unrolled)
      for (int64_t c = 0; c < size; ++c)
        values.push_back(e.load(e.offset(pointer, c * e.layout.lanes)));
    return values;
  }
  Value dot(ArrayRef<Value> held, Value pointer, Value other) {
    if (unrolled) {
      Value sum = e.mulF(held[0], e.load(other));
      for (int64_t c = 1; c < size; ++c)
        sum = e.fma(held[c], e.load(e.offset(other, c * e.layout.lanes)), sum);
      return sum;
    }
    return e.forLoop(e.index(0), e.index(size), 1, e.splat(0.0), [&](Value c, ValueRange sums) {
      Value place = e.mul(c, e.layout.lanes);
      return SmallVector<Value>{
          e.fma(e.load(e.offset(pointer, place)), e.load(e.offset(other, place)), sums[0])};
    })[0];
  }
  /// Calls `body` with the offset of each feature of the head; for small heads, feature by
  /// feature with its number.
  void forFeatures(llvm::function_ref<void(Value place, int64_t feature)> body) {
    if (unrolled) {
      for (int64_t c = 0; c < size; ++c)
        body(e.index(c * e.layout.lanes), c);
      return;
    }
    e.forLoop(e.index(0), e.index(size), 1, [&](Value c) { body(e.mul(c, e.layout.lanes), -1); });
  }
  Value visibleEnd(Value i) { return op.getCausal() ? e.add(i, e.index(1)) : e.index(positions); }
  /// The decay of key j for query i, or its logarithm for an exponential kernel; null when there is
  /// none.
  Value decay(Value i, Value j) {
    if (!decays)
      return {};
    Value distance = e.sub(i, j);
    if (!op.getCausal())
      distance = math::AbsIOp::create(e.b, distance);
    return e.loadSplat(e.offset(decays, distance));
  }
  Value magnitude(Value weight) {
    return op.getNormalise() == Normalise::AbsoluteSum
               ? math::AbsFOp::create(e.b, weight).getResult()
               : weight;
  }
  /// 1 / divisor of a row whose weights sum to `sum`; `shift` is what was subtracted in the
  /// exponent.
  Value reciprocal(Value sum, Value shift) {
    if (op.getNormalise() == Normalise::None)
      return e.splat(1.0);
    double eps = op.getEps().convertToDouble();
    Value one = e.splat(1.0), zero = e.splat(0.0);
    if (eps == 0) {
      Value empty = arith::CmpFOp::create(e.b, arith::CmpFPredicate::OEQ, sum, zero);
      return e.select(empty, zero, e.divF(one, sum));
    }
    Value addend = e.splat(eps);
    if (shift)
      addend = e.mulF(addend, e.expF(e.subF(zero, shift)));
    return e.divF(one, e.addF(sum, addend));
  }
  /// Whether the exponent is shifted by its maximum: only where a divisor undoes it.
  bool shifted() { return op.getExponential() && op.getNormalise() != Normalise::None; }
  Value lowest() {
    return e.splat(op.getQuery().getType().getElementType().isF64()
                       ? std::numeric_limits<double>::lowest()
                       : double(std::numeric_limits<float>::lowest()));
  }

  Emitter &e;
  Op op;
  int64_t features, positions, size;
  bool unrolled;
  Value group, head, scale, decays;
};

} // namespace

void Emitter::emitAttention(AttentionOp op, Value task) {
  Head<AttentionOp> head(*this, op, task);
  Block &kernel = op.getKernel().front();
  int64_t lanes = layout.lanes, size = head.size;
  // An exponential kernel is visited twice: for the maximum, then for the weights.
  Value exponents = op.getExponential() ? scratch(head.positions) : Value();
  auto rowAt = [&](Value rows, Value j) { return offset(rows, mul(j, lanes)); };
  forLoop(index(0), index(head.positions), 1, [&](Value i) {
    Value queryPointer = head.at(op.getQuery(), i), end = head.visibleEnd(i);
    SmallVector<Value> query = head.registers(queryPointer);
    auto kernelAt = [&](Value j) {
      Value z = mulF(head.dot(query, queryPointer, head.at(op.getKey(), j)), head.scale);
      return inlineRegion(kernel, z).front();
    };
    Value shift;
    if (op.getExponential()) {
      shift = forLoop(index(0), end, 1, head.lowest(), [&](Value j, ValueRange carried) {
        Value exponent = kernelAt(j);
        if (Value decay = head.decay(i, j))
          exponent = addF(exponent, decay);
        store(exponent, rowAt(exponents, j));
        return SmallVector<Value>{maxF(carried[0], exponent)};
      })[0];
      if (!head.shifted())
        shift = {};
    }
    Value result = head.at(op.getResult(), i);
    SmallVector<Value> inits{splat(0.0)};
    if (head.unrolled)
      inits.append(size, splat(0.0));
    else
      head.forFeatures([&](Value place, int64_t) { store(splat(0.0), offset(result, place)); });
    SmallVector<Value> sums = forLoop(index(0), end, 1, inits, [&](Value j, ValueRange carried) {
      SmallVector<Value> next(carried);
      Value weight;
      if (op.getExponential()) {
        Value exponent = load(rowAt(exponents, j));
        weight = expF(shift ? subF(exponent, shift) : exponent);
      } else {
        weight = kernelAt(j);
        if (Value decay = head.decay(i, j))
          weight = mulF(weight, decay);
      }
      next[0] = addF(next[0], head.magnitude(weight));
      Value value = head.at(op.getValue(), j);
      head.forFeatures([&](Value place, int64_t c) {
        Value feature = load(offset(value, place));
        if (c >= 0)
          next[1 + c] = fma(weight, feature, next[1 + c]);
        else
          store(fma(weight, feature, load(offset(result, place))), offset(result, place));
      });
      return next;
    });
    Value reciprocal = head.reciprocal(sums[0], shift);
    head.forFeatures([&](Value place, int64_t c) {
      Value sum = c >= 0 ? sums[1 + c] : load(offset(result, place));
      store(mulF(sum, reciprocal), offset(result, place));
    });
  });
}

void Emitter::emitAttentionAdjoint(AttentionAdjointOp op, Value task) {
  Head<AttentionAdjointOp> head(*this, op, task);
  Block &kernel = op.getKernel().front();
  int64_t lanes = layout.lanes;
  bool exponential = op.getExponential();
  Value weights = scratch(head.positions), slopes = scratch(head.positions),
        products = scratch(head.positions);
  auto rowAt = [&](Value rows, Value j) { return offset(rows, mul(j, lanes)); };

  forLoop(index(0), index(head.positions), 1, [&](Value j) {
    for (Value adjoint : {Value(op.getKeyAdjoint()), Value(op.getValueAdjoint())}) {
      Value pointer = head.at(adjoint, j);
      head.forFeatures([&](Value place, int64_t) { store(splat(0.0), offset(pointer, place)); });
    }
  });
  forLoop(index(0), index(head.positions), 1, [&](Value i) {
    Value end = head.visibleEnd(i), zero = splat(0.0);
    Value queryPointer = head.at(op.getQuery(), i), outPointer = head.at(op.getResultAdjoint(), i);
    SmallVector<Value> query = head.registers(queryPointer), out = head.registers(outPointer);

    // The row's weights w_j, their slopes dw_j/dz_j, and t_j = do . v_j, with the sums over j.
    SmallVector<Value> sums =
        forLoop(index(0), end, 1, {exponential ? head.lowest() : zero, zero},
                [&](Value j, ValueRange carried) {
                  Value z =
                      mulF(head.dot(query, queryPointer, head.at(op.getKey(), j)), head.scale);
                  SmallVector<Value> values = inlineRegion(kernel, z);
                  Value weight = values[0], slope = values[1];
                  if (Value decay = head.decay(i, j)) {
                    weight = exponential ? addF(weight, decay) : mulF(weight, decay);
                    slope = exponential ? slope : mulF(slope, decay);
                  }
                  Value product = head.dot(out, outPointer, head.at(op.getValue(), j));
                  store(weight, rowAt(weights, j));
                  store(slope, rowAt(slopes, j));
                  store(product, rowAt(products, j));
                  if (exponential)
                    return SmallVector<Value>{maxF(carried[0], weight), zero};
                  return SmallVector<Value>{addF(carried[0], head.magnitude(weight)),
                                            fma(weight, product, carried[1])};
                });
    Value shift;
    if (exponential) {
      shift = head.shifted() ? sums[0] : Value();
      sums = forLoop(index(0), end, 1, {zero, zero}, [&](Value j, ValueRange carried) {
        Value exponent = load(rowAt(weights, j));
        Value weight = expF(shift ? subF(exponent, shift) : exponent);
        store(weight, rowAt(weights, j));
        store(mulF(weight, load(rowAt(slopes, j))), rowAt(slopes, j));
        return SmallVector<Value>{addF(carried[0], weight),
                                  fma(weight, load(rowAt(products, j)), carried[1])};
      });
    }
    Value reciprocal = head.reciprocal(sums[0], shift);
    bool normalised = op.getNormalise() != Normalise::None;
    Value projection = normalised ? mulF(sums[1], reciprocal) : Value();
    Value step = mulF(reciprocal, head.scale);

    Value queryAdjoint = head.at(op.getQueryAdjoint(), i);
    SmallVector<Value> inits;
    if (head.unrolled)
      inits.append(head.size, zero);
    else
      head.forFeatures([&](Value place, int64_t) { store(zero, offset(queryAdjoint, place)); });
    SmallVector<Value> adjoints =
        forLoop(index(0), end, 1, inits, [&](Value j, ValueRange carried) {
          SmallVector<Value> next(carried);
          Value weight = load(rowAt(weights, j)), dw = load(rowAt(products, j));
          if (op.getNormalise() == Normalise::AbsoluteSum) {
            Value negative = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, weight, zero);
            Value positive = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, weight, zero);
            Value signedProjection =
                select(positive, projection, select(negative, subF(zero, projection), zero));
            dw = subF(dw, signedProjection);
          } else if (normalised) {
            dw = subF(dw, projection);
          }
          Value dz = mulF(mulF(dw, step), load(rowAt(slopes, j)));
          Value share = mulF(weight, reciprocal);
          Value key = head.at(op.getKey(), j), keyAdjoint = head.at(op.getKeyAdjoint(), j),
                valueAdjoint = head.at(op.getValueAdjoint(), j);
          head.forFeatures([&](Value place, int64_t c) {
            Value o = c >= 0 ? out[c] : load(offset(outPointer, place));
            Value q = c >= 0 ? query[c] : load(offset(queryPointer, place));
            Value k = load(offset(key, place));
            store(fma(share, o, load(offset(valueAdjoint, place))), offset(valueAdjoint, place));
            store(fma(dz, q, load(offset(keyAdjoint, place))), offset(keyAdjoint, place));
            if (c >= 0)
              next[c] = fma(dz, k, next[c]);
            else
              store(fma(dz, k, load(offset(queryAdjoint, place))), offset(queryAdjoint, place));
          });
          return next;
        });
    if (head.unrolled)
      head.forFeatures(
          [&](Value place, int64_t c) { store(adjoints[c], offset(queryAdjoint, place)); });
  });
}

} // namespace iarc
