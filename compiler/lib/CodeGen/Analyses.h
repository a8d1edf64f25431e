//===- Analyses.h - What LLVM's passes run with ------------------------------===//
#ifndef IARC_LIB_CODEGEN_ANALYSES_H
#define IARC_LIB_CODEGEN_ANALYSES_H

#include "iarc/CodeGen/Target.h"

#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"

namespace iarc {

/// The analysis managers of LLVM's pass manager, registered for a target; `module` is the one that
/// passes over a module take.
struct Analyses {
  llvm::LoopAnalysisManager loop;
  llvm::FunctionAnalysisManager function;
  llvm::CGSCCAnalysisManager cgscc;
  llvm::ModuleAnalysisManager module;
  llvm::PassBuilder builder;

  explicit Analyses(const Target &target) : builder(&target.machine()) {
    builder.registerModuleAnalyses(module);
    builder.registerCGSCCAnalyses(cgscc);
    builder.registerFunctionAnalyses(function);
    builder.registerLoopAnalyses(loop);
    builder.crossRegisterProxies(loop, function, cgscc, module);
  }
};

} // namespace iarc
#endif
