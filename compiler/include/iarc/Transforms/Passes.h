//===- Passes.h - The passes of the compiler --------------------------------===//
//
// What each pass does, and its options, stands in Passes.td.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_TRANSFORMS_PASSES_H
#define IARC_TRANSFORMS_PASSES_H

#include "iarc/Pipeline.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <memory>

namespace iarc {
#define GEN_PASS_DECL
#include "iarc/Transforms/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "iarc/Transforms/Passes.h.inc"
} // namespace iarc

#endif
