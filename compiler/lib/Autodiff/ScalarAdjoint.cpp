//===- ScalarAdjoint.cpp - Derivatives of scalar regions --------------------===//
//
// Reverse accumulation over arith and math ops. Rules name the op's result where that is
// cheaper than its operand, so that a caller who has the result need not keep the operand.
//
//===----------------------------------------------------------------------===//
#include "iarc/Autodiff.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

#include <numbers>

using namespace mlir;

namespace iarc {
namespace {

class ScalarAdjoint {
public:
  ScalarAdjoint(OpBuilder &builder, Location location, bool seedsMayBeZero)
      : b(location, builder),
        flags(arith::FastMathFlagsAttr::get(builder.getContext(), arith::FastMathFlags::contract)),
        maybeZero(seedsMayBeZero) {}

  Value get(Value value) { return adjoints.lookup(value); }

  static bool isConstant(Value value) { return matchPattern(value, m_Constant()); }

  void add(Value value, Value contribution) {
    if (isConstant(value))
      return;
    Value &sum = adjoints[value];
    sum = sum ? arith::AddFOp::create(b, sum, contribution, flags).getResult() : contribution;
    if (maybeZero)
      guarded.insert(value);
  }

  LogicalResult visit(Operation *op);

private:
  Value constant(double number, Value like) {
    return arith::ConstantOp::create(b, b.getFloatAttr(like.getType(), number));
  }
  Value mul(Value x, Value y) { return b.createOrFold<arith::MulFOp>(x, y, flags); }
  Value sub(Value x, Value y) { return arith::SubFOp::create(b, x, y, flags); }
  Value neg(Value x) { return arith::NegFOp::create(b, x); }
  Value div(Value x, Value y) { return b.createOrFold<arith::DivFOp>(x, y, flags); }
  Value select(Value condition, Value yes, Value no) {
    return arith::SelectOp::create(b, condition, yes, no);
  }
  Value compare(arith::CmpFPredicate predicate, Value x, Value y) {
    return arith::CmpFOp::create(b, predicate, x, y);
  }
  /// A branch that was not taken hands down d = 0, and so does a seed that may be zero: what is made
  /// of it is guarded.
  Value guard(Value d, Value product) { return maybeZero ? zeroWhere(d, product) : product; }
  /// `product`, a multiple of `d` whose other factor may be infinite, but zero where d is: 0 * inf
  /// must not become NaN.
  Value zeroWhere(Value d, Value product) {
    Value zero = constant(0, d);
    return select(compare(arith::CmpFPredicate::OEQ, d, zero), zero, product);
  }
  /// Adds d times the slope, which is built only where it is wanted.
  void scale(Value value, Value d, function_ref<Value()> slope) {
    if (!isConstant(value))
      add(value, guard(d, mul(d, slope())));
  }
  /// The first operand's share where `condition` holds, else the second's.
  void choose(Value condition, Value d, Value x, Value y) {
    maybeZero = true;
    Value zero = constant(0, d);
    add(x, select(condition, d, zero));
    add(y, select(condition, zero, d));
  }

  ImplicitLocOpBuilder b;
  arith::FastMathFlagsAttr flags;
  DenseMap<Value, Value> adjoints;
  DenseSet<Value> guarded; ///< values whose adjoint may be 0, as that of a branch not taken is
  bool maybeZero;          ///< so it is with what is added now: the seeds, then by the visited op
};

LogicalResult ScalarAdjoint::visit(Operation *op) {
  if (op->getNumResults() != 1)
    return success();
  Value y = op->getResult(0), d = get(y);
  if (!d)
    return success();
  maybeZero = guarded.contains(y);
  auto in = [&](unsigned i) { return op->getOperand(i); };
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<arith::AddFOp>([&](auto) {
        add(in(0), d);
        add(in(1), d);
        return success();
      })
      .Case<arith::SubFOp>([&](auto) {
        add(in(0), d);
        add(in(1), neg(d));
        return success();
      })
      .Case<arith::MulFOp>([&](auto) {
        scale(in(0), d, [&] { return in(1); });
        scale(in(1), d, [&] { return in(0); });
        return success();
      })
      .Case<arith::DivFOp>([&](auto) {
        Value share = guard(d, div(d, in(1)));
        add(in(0), share);
        if (!isConstant(in(1)))
          add(in(1), guard(d, neg(mul(share, y))));
        return success();
      })
      .Case<arith::NegFOp>([&](auto) {
        add(in(0), neg(d));
        return success();
      })
      .Case<arith::MaximumFOp>([&](auto) {
        // At a tie the second operand is the one: relu = max(x, 0) has slope 0 at 0.
        choose(compare(arith::CmpFPredicate::OGT, y, in(1)), d, in(0), in(1));
        return success();
      })
      .Case<arith::MinimumFOp>([&](auto) {
        choose(compare(arith::CmpFPredicate::OLT, y, in(1)), d, in(0), in(1));
        return success();
      })
      .Case<arith::SelectOp>([&](auto) {
        choose(in(0), d, in(1), in(2));
        return success();
      })
      .Case<math::ExpOp>([&](auto) {
        // Of exp(x) that overflowed what follows may have made 0 = 1 / inf, as a logistic function
        // does: guarded wherever it stands.
        add(in(0), zeroWhere(d, mul(d, y)));
        return success();
      })
      .Case<math::LogOp>([&](auto) {
        add(in(0), guard(d, div(d, in(0))));
        return success();
      })
      .Case<math::SqrtOp>([&](auto) {
        add(in(0), guard(d, div(mul(d, constant(0.5, d)), y)));
        return success();
      })
      .Case<math::TanhOp>([&](auto) {
        scale(in(0), d, [&] { return sub(constant(1, d), mul(y, y)); });
        return success();
      })
      .Case<math::ErfOp>([&](auto) {
        // 2 / sqrt(pi) exp(-x^2)
        scale(in(0), d, [&] {
          Value bell = math::ExpOp::create(b, neg(mul(in(0), in(0))));
          return mul(constant(2 * std::numbers::inv_sqrtpi, d), bell);
        });
        return success();
      })
      .Case<math::SinOp>([&](auto) {
        scale(in(0), d, [&] { return math::CosOp::create(b, in(0)).getResult(); });
        return success();
      })
      .Case<math::CosOp>([&](auto) {
        scale(in(0), d, [&] { return neg(math::SinOp::create(b, in(0))); });
        return success();
      })
      .Case<math::AbsFOp>([&](auto) {
        // The sign of x, 0 at 0.
        maybeZero = true;
        Value zero = constant(0, d);
        Value negative = select(compare(arith::CmpFPredicate::OLT, in(0), zero), neg(d), zero);
        add(in(0), select(compare(arith::CmpFPredicate::OGT, in(0), zero), d, negative));
        return success();
      })
      .Case<math::PowFOp>([&](auto) {
        Value x = in(0), n = in(1);
        if (!isConstant(x)) {
          Value lower = math::PowFOp::create(b, x, sub(n, constant(1, n)));
          add(x, guard(d, mul(d, mul(n, lower))));
        }
        if (!isConstant(n)) {
          // x^n ln x tends to 0 at x = 0 for n > 0.
          Value atZero = compare(arith::CmpFPredicate::OEQ, y, constant(0, y));
          Value slope = select(atZero, constant(0, d), mul(y, math::LogOp::create(b, x)));
          add(n, guard(d, mul(d, slope)));
        }
        return success();
      })
      .Case<arith::ConstantOp>([&](auto) { return success(); })
      .Default(
          [&](Operation *op) -> LogicalResult { return op->emitOpError("has no derivative"); });
}

} // namespace

FailureOr<SmallVector<Value>> buildScalarAdjoint(OpBuilder &builder, Location location,
                                                 Block &block, ValueRange arguments,
                                                 ValueRange results, ValueRange seeds,
                                                 bool seedsMayBeZero) {
  ScalarAdjoint adjoint(builder, location, seedsMayBeZero);
  for (auto [result, seed] : llvm::zip(results, seeds))
    if (seed)
      adjoint.add(result, seed);
  SmallVector<Operation *> ops;
  for (Operation &op : block)
    ops.push_back(&op);
  for (Operation *op : llvm::reverse(ops))
    if (failed(adjoint.visit(op)))
      return failure();
  SmallVector<Value> found;
  for (Value argument : arguments)
    found.push_back(adjoint.get(argument));
  return found;
}

} // namespace iarc
