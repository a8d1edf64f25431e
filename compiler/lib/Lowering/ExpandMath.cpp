//===- ExpandMath.cpp - The pass iarc-expand-math ---------------------------===//
#include "VectorMath.h"
#include "iarc/Dialect/Iarc.h"
#include "iarc/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace iarc {
#define GEN_PASS_DEF_IARCEXPANDMATH
#include "iarc/Transforms/Passes.h.inc"

namespace {

/// The expansion of a function of f32 numbers or vectors of them; null where there is none.
Value expand(Operation *op, ImplicitLocOpBuilder &b, int64_t vectorBits) {
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<math::ExpOp>([&](auto op) { return emitExp(b, op.getOperand(), vectorBits); })
      .Case<math::LogOp>([&](auto op) { return emitLog(b, op.getOperand()); })
      .Case<math::PowFOp>([&](auto op) { return emitPow(b, op.getLhs(), op.getRhs()); })
      .Case<math::TanhOp>([&](auto op) { return emitTanh(b, op.getOperand()); })
      .Case<math::ErfOp>([&](auto op) { return emitErf(b, op.getOperand()); })
      .Case<math::SinOp>([&](auto op) { return emitSin(b, op.getOperand()); })
      .Case<math::CosOp>([&](auto op) { return emitCos(b, op.getOperand()); })
      .Default([](Operation *) { return Value(); });
}

struct ExpandMath : impl::IarcExpandMathBase<ExpandMath> {
  using impl::IarcExpandMathBase<ExpandMath>::IarcExpandMathBase;

  void runOnOperation() override {
    SmallVector<Operation *> functions;
    getOperation().walk([&](Operation *op) {
      if (op->getNumResults() == 1 && isa_and_present<math::MathDialect>(op->getDialect()) &&
          getElementTypeOrSelf(op->getResult(0).getType()).isF32() &&
          !op->hasAttr(kLibraryCallAttr))
        functions.push_back(op);
    });
    for (Operation *op : functions) {
      ImplicitLocOpBuilder b(op->getLoc(), op);
      if (Value result = expand(op, b, vectorBits)) {
        op->getResult(0).replaceAllUsesWith(result);
        op->erase();
      }
    }
  }
};

} // namespace
} // namespace iarc
