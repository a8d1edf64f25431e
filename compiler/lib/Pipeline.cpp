//===- Pipeline.cpp - The stages from a model to the LLVM dialect -----------===//
#include "iarc/Pipeline.h"
#include "iarc/Dialect/Iarc.h"
#include "iarc/Transforms/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace iarc {

void registerDialects(DialectRegistry &registry) {
  registry.insert<IarcDialect, func::FuncDialect, arith::ArithDialect, math::MathDialect,
                  scf::SCFDialect, cf::ControlFlowDialect, vector::VectorDialect, ub::UBDialect,
                  LLVM::LLVMDialect>();
}

void addGradientPasses(OpPassManager &passes) {
  // What does not reach the loss is not differentiated either.
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createIarcGradient());
  passes.addPass(createCanonicalizerPass());
  passes.addNestedPass<func::FuncOp>(createIarcHoistWeightGradients());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
}

void addFusionPasses(OpPassManager &passes, int optLevel, Memory memory) {
  if (optLevel == 0)
    return;
  passes.addNestedPass<func::FuncOp>(createIarcFuseEpilogues());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  if (memory == Memory::Low) {
    passes.addNestedPass<func::FuncOp>(createIarcRecompute());
    passes.addPass(createCanonicalizerPass());
  }
  passes.addPass(createIarcFuseUpdates());
  passes.addNestedPass<func::FuncOp>(createIarcSplitGradients());
}

void addLoweringPasses(OpPassManager &passes, const TargetOptions &target, int optLevel) {
  IarcLowerOptions options;
  options.vectorBits = target.vectorBits;
  options.vectorRegisters = target.vectorRegisters;
  options.matmul = target.matmul;
  options.remarks = target.remarks;
  auto set = [](auto &option, RegisterBlock block) {
    if (block.rows)
      option = {block.rows, block.columns};
  };
  set(options.linearBlock, target.plan.linear);
  set(options.gradientBlock, target.plan.gradient);
  // OpenBLAS packs what it multiplies by itself.
  if (optLevel > 0 && target.matmul != Matmul::Blas)
    passes.addNestedPass<func::FuncOp>(createIarcTransposeWeights());
  passes.addPass(createIarcLower(options));
  if (optLevel > 0)
    passes.addPass(createCSEPass());
  passes.addPass(createIarcExpandMath({target.vectorBits}));
  passes.addPass(createSCFToControlFlowPass());
  passes.addPass(createIarcConvertToLLVM());
}

} // namespace iarc
