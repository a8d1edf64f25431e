//===- VectorMath.cpp - Elementary functions of f32 in vectors --------------===//
#include "VectorMath.h"
#include "iarc/Dialect/Iarc.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include <limits>

using namespace mlir;

namespace iarc {

namespace {

/// Arithmetic on floats and integers of the same size and shape: a vector or a single number.
struct Lanes {
  ImplicitLocOpBuilder &b;
  Type floats, integers;

  Lanes(ImplicitLocOpBuilder &b, Type type) : b(b), floats(type) {
    integers = b.getIntegerType(getElementTypeOrSelf(type).getIntOrFloatBitWidth());
    if (auto vector = dyn_cast<VectorType>(type))
      integers = vector.clone(integers);
  }

  Value constant(Type type, TypedAttr element) {
    if (auto vector = dyn_cast<VectorType>(type))
      return arith::ConstantOp::create(b, DenseElementsAttr::get(vector, Attribute(element)));
    return arith::ConstantOp::create(b, element);
  }
  Value f(double value) {
    return constant(floats, b.getFloatAttr(getElementTypeOrSelf(floats), value));
  }
  Value i(int64_t value) {
    return constant(integers, b.getIntegerAttr(getElementTypeOrSelf(integers), value));
  }

  Value add(Value x, Value y) { return arith::AddFOp::create(b, x, y); }
  Value sub(Value x, Value y) { return arith::SubFOp::create(b, x, y); }
  Value mul(Value x, Value y) { return arith::MulFOp::create(b, x, y); }
  Value div(Value x, Value y) { return arith::DivFOp::create(b, x, y); }
  /// x y + z, rounded once where the target can and twice where not.
  Value fma(Value x, Value y, Value z) {
    if (isa<VectorType>(floats))
      return vector::FMAOp::create(b, x, y, z);
    auto contract = arith::FastMathFlags::contract;
    return arith::AddFOp::create(b, arith::MulFOp::create(b, x, y, contract), z, contract);
  }
  Value bits(Value x) { return arith::BitcastOp::create(b, integers, x); }
  Value number(Value x) { return arith::BitcastOp::create(b, floats, x); }
  Value shiftLeft(Value x, int64_t n) { return arith::ShLIOp::create(b, x, i(n)); }
  Value addBits(Value x, Value y) { return arith::AddIOp::create(b, x, y); }
  Value andBits(Value x, Value y) { return arith::AndIOp::create(b, x, y); }
  Value xorBits(Value x, Value y) { return arith::XOrIOp::create(b, x, y); }
  Value isZero(Value bits) {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, bits, i(0));
  }
  Value less(Value x, Value y) { return arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, y); }
  Value equal(Value x, Value y) {
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, x, y);
  }
  Value select(Value condition, Value x, Value y) {
    return arith::SelectOp::create(b, condition, x, y);
  }
  /// x kept within [-bound, bound]. A NaN stays one: a min or max instruction returns its second
  /// operand then, and comes out of this form.
  Value clamp(Value x, double bound) {
    x = select(less(f(bound), x), f(bound), x);
    return select(less(x, f(-bound)), f(-bound), x);
  }
  /// The polynomial with these coefficients, the constant one first, by Horner's rule.
  template <class Real> Value polynomial(Value x, ArrayRef<Real> coefficients) {
    Value sum = f(coefficients.back());
    for (Real coefficient : llvm::reverse(coefficients.drop_back()))
      sum = fma(sum, x, f(coefficient));
    return sum;
  }
  /// x times a quotient of polynomials in x^2, for odd functions; `x` must be bounded.
  Value oddRational(Value x, ArrayRef<float> numerator, ArrayRef<float> denominator) {
    Value square = mul(x, x);
    return div(mul(x, polynomial(square, numerator)), polynomial(square, denominator));
  }
};

/// The nearest integer as a float and, plus the constant below, as the low bits of a sum.
struct Rounded {
  Value number, sum;
};

/// Adding 1.5 * 2^23, in f64 1.5 * 2^52, leaves the nearest integer in the low bits of the
/// significand.
double rounderOf(Type floats) { return getElementTypeOrSelf(floats).isF32() ? 0x1.8p23 : 0x1.8p52; }

/// Rounds factor * x, which must be below 2^22.
Rounded roundProduct(Lanes &l, Value x, double factor) {
  Value rounder = l.f(rounderOf(l.floats));
  Value sum = l.fma(x, l.f(factor), rounder);
  return {l.sub(sum, rounder), sum};
}

/// A positive finite f32 as 2^exponent * significand with the significand in [sqrt(1/2), sqrt(2)).
struct Scaled {
  Value exponent, significand; ///< both as f32
};

Scaled splitExponent(Lanes &l, Value x) {
  // Numbers without the leading bit are made 2^24 times as large.
  Value isSmall = l.less(x, l.f(std::numeric_limits<float>::min()));
  Value y = l.select(isSmall, l.mul(x, l.f(16777216.0f)), x);
  // The bits of sqrt(1/2) taken off, the exponent's field is n, and the rest that of the
  // significand.
  constexpr int32_t kRoot = 0x3f3504f3;
  Value moved = arith::SubIOp::create(l.b, l.bits(y), l.i(kRoot));
  Value n = arith::SIToFPOp::create(l.b, l.floats, arith::ShRSIOp::create(l.b, moved, l.i(23)));
  n = l.select(isSmall, l.sub(n, l.f(24.0f)), n);
  return {n, l.number(l.addBits(l.andBits(moved, l.i(0x007fffff)), l.i(kRoot)))};
}

} // namespace

/// Whether x86's vscalef takes such vectors: y 2^n for any n, in one instruction.
static bool hasScalef(Type type, int64_t vectorBits) {
  auto vector = dyn_cast<VectorType>(type);
  return vector && vectorBits == 512 && vector.getNumElements() == 16;
}

/// x 2^n of sixteen numbers; infinite where that is too large.
static Value scale(Lanes &l, Value x, Value n) {
  Value everyLane = arith::ConstantOp::create(l.b, l.b.getI16IntegerAttr(-1));
  // MXCSR's direction of rounding.
  Value rounding = arith::ConstantOp::create(l.b, l.b.getI32IntegerAttr(4));
  return LLVM::CallIntrinsicOp::create(l.b, l.floats,
                                       l.b.getStringAttr("llvm.x86.avx512.mask.scalef.ps.512"),
                                       ValueRange{x, n, x, everyLane, rounding})
      .getResults();
}

// e^x = 2^n e^r with n the integer nearest to x / ln 2, hence |r| <= ln 2 / 2. Reduction with ln 2
// in two parts: W. J. Cody, W. Waite, "Software manual for the elementary functions", 1980.
Value emitExp(ImplicitLocOpBuilder &b, Value x, int64_t vectorBits) {
  Lanes l(b, x.getType());
  // log(2^128 (1 - 2^-25)) and log(2^-126), rounded inwards.
  constexpr float kLargest = 88.7228317f, kSmallest = -87.336544f;
  bool scales = hasScalef(x.getType(), vectorBits);
  // Far above the range and near enough for the rounding.
  constexpr float kInfinite = 90.0f;
  Value bounded = scales ? l.select(l.less(l.f(kInfinite), x), l.f(kInfinite), x) : x;
  auto [n, sum] = roundProduct(l, bounded, 1.44269504f);
  Value r = l.fma(n, l.f(-0.693145751953125f), bounded);
  r = l.fma(n, l.f(-1.42860677e-06f), r);
  // e^r = 1 + r + r^2 q(r)
  Value power =
      l.polynomial<float>(r, {1.0f, 1.0f, 0.5f, 0.16666576266288757f, 0.04166637361049652f,
                              0.008363205008208752f, 0.0013941162033006549f});
  Value isSmall = l.less(x, l.f(kSmallest));
  if (scales)
    return l.select(isSmall, l.f(0.0f), scale(l, power, n));
  // The low bits of `sum` are n, and move into the exponent.
  Value scaled = l.number(l.addBits(l.bits(power), l.shiftLeft(l.bits(sum), 23)));
  // What is above the range, or NaN, stays so when infinity is added.
  Value isInside = arith::CmpFOp::create(b, arith::CmpFPredicate::OLE, x, l.f(kLargest));
  scaled = l.select(isInside, scaled, l.add(x, l.f(std::numeric_limits<float>::infinity())));
  return l.select(isSmall, l.f(0.0f), scaled);
}

// log x = n ln 2 + log(1 + f) with 1 + f in [sqrt(1/2), sqrt(2)),
// log(1 + f) = f - f^2 / 2 + f^3 p(f).
Value emitLog(ImplicitLocOpBuilder &b, Value x) {
  Lanes l(b, x.getType());
  auto [n, significand] = splitExponent(l, x);
  Value f = l.sub(significand, l.f(1.0f));
  Value p = l.polynomial<float>(
      f, {0.33333325386047363f, -0.25000280141830444f, 0.20001879334449768f, -0.1664348840713501f,
          0.1419023871421814f, -0.12943418323993683f, 0.12798893451690674f, -0.08305378258228302f});
  Value square = l.mul(f, f);
  Value tail = l.fma(square, l.mul(f, p), l.mul(n, l.f(1.42860677e-06f)));
  Value sum = l.add(l.fma(square, l.f(-0.5f), tail), f);
  Value result = l.fma(n, l.f(0.693145751953125f), sum);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  // Infinity and NaN are their own logarithms.
  Value isFinite = l.less(x, l.f(kInfinity));
  result = l.select(isFinite, result, x);
  result = l.select(l.less(x, l.f(0.0f)), l.f(std::numeric_limits<float>::quiet_NaN()), result);
  return l.select(l.equal(x, l.f(0.0f)), l.f(-kInfinity), result);
}

// x^y = 2^(y log2 |x|) with the sign of an odd power. In between in f64: the exponent, and with it
// the error of the logarithm, is up to 150. log2 m = 2 / ln 2 artanh((m - 1) / (m + 1)), by its
// series and that of 2^r for |r| <= 1/2, which end where they are below 2^-37.
Value emitPow(ImplicitLocOpBuilder &b, Value x, Value y) {
  Lanes l(b, x.getType());
  Type wide = b.getF64Type();
  if (auto vector = dyn_cast<VectorType>(x.getType()))
    wide = vector.clone(wide);
  Lanes d(b, wide);
  auto widen = [&](Value number) { return arith::ExtFOp::create(b, wide, number).getResult(); };
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  Value one = l.f(1.0f), zero = l.f(0.0f), infinity = l.f(kInfinity);

  Value size = l.number(l.andBits(l.bits(x), l.i(0x7fffffff)));
  auto [n, significand] = splitExponent(l, size);
  Value m = widen(significand);
  Value s = d.div(d.sub(m, d.f(1.0)), d.add(m, d.f(1.0)));
  constexpr double kTwice = 2.8853900817779268; // 2 / ln 2
  Value series = d.polynomial<double>(d.mul(s, s), {kTwice, kTwice / 3, kTwice / 5, kTwice / 7,
                                                    kTwice / 9, kTwice / 11, kTwice / 13});
  Value logarithm = d.fma(s, series, widen(n));
  logarithm = d.select(l.equal(size, zero), d.f(-kInfinity), logarithm);
  logarithm = d.select(l.equal(size, infinity), d.f(kInfinity), logarithm);

  // Beyond the bound every f32 is 0 or infinite.
  Value exponent = d.clamp(d.mul(widen(y), logarithm), 300.0);
  auto [whole, sum] = roundProduct(d, exponent, 1.0);
  constexpr double kLn2 = 0.69314718055994531;
  SmallVector<double> coefficients{1.0};
  for (int k = 1; k <= 9; ++k)
    coefficients.push_back(coefficients.back() * kLn2 / k);
  Value power = d.polynomial<double>(d.sub(exponent, whole), coefficients);
  power = d.number(d.addBits(d.bits(power), d.shiftLeft(d.bits(sum), 52)));
  Value result = l.select(l.equal(size, one), one, arith::TruncFOp::create(b, l.floats, power));

  // Odd integers are below 2^24, and so is everything with a fraction. A NaN is no number to
  // convert.
  Value isNaN = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, x, y);
  Value near = l.select(isNaN, zero, l.clamp(y, 16777216.0));
  Value integer = arith::FPToSIOp::create(b, l.integers, near);
  Value back = arith::SIToFPOp::create(b, l.floats, integer);
  Value sign = l.andBits(l.bits(x), l.shiftLeft(integer, 31));
  sign = l.select(l.equal(back, near), sign, l.i(0));
  result = l.number(l.xorBits(l.bits(result), sign));
  // Negative numbers have no broken powers, but for -infinity and -0.
  Value isNegative = arith::AndIOp::create(b, l.less(x, zero), l.less(size, infinity));
  Value isBroken = arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, back, near);
  isNaN = arith::OrIOp::create(b, isNaN, arith::AndIOp::create(b, isNegative, isBroken));
  result = l.select(isNaN, l.f(std::numeric_limits<float>::quiet_NaN()), result);
  // Whatever the other one is.
  result = l.select(l.equal(y, zero), one, result);
  return l.select(l.equal(x, one), one, result);
}

Value emitTanh(ImplicitLocOpBuilder &b, Value x) {
  Lanes l(b, x.getType());
  Value y = l.oddRational(l.clamp(x, 9.0f),
                          {1.0f, 0.1338103860616684f, 0.0034956042654812336f,
                           2.0609310013242066e-05f, 1.335489852039018e-08f},
                          {1.0f, 0.46714353561401367f, 0.02587704546749592f,
                           0.00032856594771146774f, 7.776673101034248e-07f});
  return l.clamp(y, 1.0f);
}

Value emitErf(ImplicitLocOpBuilder &b, Value x) {
  Lanes l(b, x.getType());
  Value y = l.oddRational(l.clamp(x, 3.92f),
                          {1.1283791065216064f, 0.1904066801071167f, 0.05274864658713341f,
                           0.0037656030617654324f, 0.00028487766394391656f, 2.050018792942865e-06f},
                          {1.0f, 0.502076268196106f, 0.1141090989112854f, 0.014969187788665295f,
                           0.0011625236365944147f, 3.8090751331765205e-05f});
  return l.clamp(y, 1.0f);
}

/// sin(x + quarters * pi / 2). x = n pi / 2 + r with |r| <= pi / 4; pi / 2 in four parts, of which
/// the first three have 11 bits, so that their products with n are exact.
static Value emitSinOfQuarters(Lanes &l, Value x, int32_t quarters) {
  auto [n, sum] = roundProduct(l, x, 0.636619772f);
  Value r = x;
  for (float part :
       {-1.5703125f, -0.0004837512969970703125f, -7.5495336204767227173e-8f, -2.56334415159e-12f})
    r = l.fma(n, l.f(part), r);
  Value square = l.mul(r, r);
  Value sine =
      l.fma(l.mul(square, r),
            l.polynomial<float>(square, {-0.1666666716337204f, 0.008333331905305386f,
                                         -0.00019840085587929934f, 2.7249695904174587e-06f}),
            r);
  Value cosine =
      l.polynomial<float>(square, {1.0f, -0.5f, 0.0416666679084301f, -0.00138888880610466f,
                                   2.4800598112051375e-05f, -2.7300757210468873e-07f});
  Value quadrant = l.addBits(l.bits(sum), l.i(quarters));
  Value isSine = l.isZero(l.andBits(quadrant, l.i(1)));
  Value sign = l.shiftLeft(l.andBits(quadrant, l.i(2)), 30);
  return l.number(l.xorBits(l.bits(l.select(isSine, sine, cosine)), sign));
}

/// Arguments for which n above has at most 13 bits.
static constexpr float kLargestAngle = 8192.0f;

/// `fast` where all lanes are within kLargestAngle; else `Op`, marked to become a call of the C
/// library for each lane.
template <typename Op>
static Value emitPeriodic(ImplicitLocOpBuilder &b, Value x, int32_t quarters) {
  Lanes l(b, x.getType());
  Value isLarge = arith::CmpFOp::create(b, arith::CmpFPredicate::UGT, math::AbsFOp::create(b, x),
                                        l.f(kLargestAngle));
  if (isa<VectorType>(x.getType()))
    isLarge = vector::ReductionOp::create(b, vector::CombiningKind::OR, isLarge);
  auto branch = scf::IfOp::create(b, TypeRange{x.getType()}, isLarge, /*addThenBlock=*/true,
                                  /*addElseBlock=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  auto exact = Op::create(b, x);
  exact->setAttr(kLibraryCallAttr, b.getUnitAttr());
  scf::YieldOp::create(b, exact.getResult());
  b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(b, emitSinOfQuarters(l, x, quarters));
  return branch.getResult(0);
}

Value emitSin(ImplicitLocOpBuilder &b, Value x) { return emitPeriodic<math::SinOp>(b, x, 0); }

Value emitCos(ImplicitLocOpBuilder &b, Value x) { return emitPeriodic<math::CosOp>(b, x, 1); }

} // namespace iarc
