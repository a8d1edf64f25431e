//===- VectorMath.h - Elementary functions of f32 in vectors ----------------===//
//
// Each function emits straight-line code without tables, so that all lanes of a vector are computed
// at once. A NaN gives a NaN. The bounds are the largest errors over all 2^32 arguments, as
// `test/compiler/numerics/Inputs/vector-math.cpp` finds them (docs/measurements.md), with
// multiply-add contracted; an ulp is the distance of two floats at the exact result. The
// coefficients are minimax fits of scripts/fit-math.py.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_LOWERING_VECTORMATH_H
#define IARC_LOWERING_VECTORMATH_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace iarc {

/// e^x. 0 where the result is below 2^-126, infinity above the largest float. With vectors of 512
/// bits, as only x86 has them, sixteen numbers are scaled by its vscalef.
mlir::Value emitExp(mlir::ImplicitLocOpBuilder &b, mlir::Value x, int64_t vectorBits);

/// The natural logarithm; -infinity of 0, NaN of negative numbers.
mlir::Value emitLog(mlir::ImplicitLocOpBuilder &b, mlir::Value x);

/// x^y with the special values of C's pow, by which 0^0 and 1^NaN are 1. Within 0.51 ulp of the
/// pairs that were tried: a base of every 17 and random exponents.
mlir::Value emitPow(mlir::ImplicitLocOpBuilder &b, mlir::Value x, mlir::Value y);

/// tanh x, within [-1, 1].
mlir::Value emitTanh(mlir::ImplicitLocOpBuilder &b, mlir::Value x);

/// The error function, within [-1, 1].
mlir::Value emitErf(mlir::ImplicitLocOpBuilder &b, mlir::Value x);

/// sin x and cos x; NaN of an infinity. A vector with an argument beyond 8192 goes to the C
/// library.
mlir::Value emitSin(mlir::ImplicitLocOpBuilder &b, mlir::Value x);
mlir::Value emitCos(mlir::ImplicitLocOpBuilder &b, mlir::Value x);

} // namespace iarc

#endif
