//===- AdjointInterface.td - How an op differentiates itself ---*- tablegen -*-===//
#ifndef IARC_ADJOINT_INTERFACE_TD
#define IARC_ADJOINT_INTERFACE_TD

include "mlir/IR/OpBase.td"

def Iarc_AdjointInterface : OpInterface<"AdjointOpInterface"> {
  let cppNamespace = "::iarc";
  let description = [{
    Every op of the dialect either builds its own adjoint or says why it has none; a unit test
    walks the dialect and fails for an op that does neither.
  }];
  let methods = [
    InterfaceMethod<[{
        The reason why this op has no adjoint, or an empty string when it has one.
      }], "::llvm::StringRef", "getNoAdjointReason", (ins), [{}], [{ return ""; }]>,
    InterfaceMethod<[{
        Builds at the builder's insertion point what the adjoints of the results contribute to
        the adjoints of the operands, and adds each contribution to `adjoints`. Called only when
        at least one result has an adjoint; `adjoints` tells which operands need one.
      }], "::llvm::LogicalResult", "buildAdjoint",
      (ins "::mlir::OpBuilder &":$builder, "::iarc::AdjointMap &":$adjoints), [{}], [{
        return ::llvm::failure();
      }]>
  ];
}

#endif
