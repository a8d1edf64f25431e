//===- Import.h - Scalar functions as regions -------------------------------===//
#ifndef IARC_IMPORT_H
#define IARC_IMPORT_H

#include "iarc/dsl/Scalar.h"
#include "mlir/IR/Builders.h"

namespace iarc {

/// Emits `function` applied to `arguments` as arith and math ops. With `exponent` its root must be
/// an exponential, and the exponential's operand is returned instead of its value.
mlir::Value importScalar(mlir::OpBuilder &builder, mlir::Location location,
                         const dsl::ScalarFunction &function, mlir::ValueRange arguments,
                         bool exponent = false);

/// Whether the function's value is exp of something.
bool isExponential(const dsl::ScalarFunction &function);

} // namespace iarc
#endif
