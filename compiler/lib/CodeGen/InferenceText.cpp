//===- InferenceText.cpp - The function of inference as assembly ------------===//
#include "InferenceText.h"

#include "iarc/CodeGen/Descriptor.h"
#include "iarc/CodeGen/Emit.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Transforms/IPO/GlobalDCE.h"
#include "llvm/Transforms/Utils/Cloning.h"

using namespace iarc;

static constexpr llvm::StringLiteral kFunction = "iarc_infer";

bool iarc::definesInference(const llvm::Module &module) {
  const llvm::Function *function = module.getFunction(kFunction);
  return function && !function->isDeclaration() &&
         module.getGlobalVariable(kInferenceCode, /*AllowInternal=*/true);
}

bool iarc::isInference(const llvm::Function &function) { return function.getName() == kFunction; }

void iarc::keepInference(llvm::Module &module, const Target &target) {
  for (llvm::GlobalValue &value : module.global_values())
    if (!value.isDeclaration() && value.getName() != kFunction)
      value.setLinkage(llvm::GlobalValue::InternalLinkage);
  llvm::ModuleAnalysisManager analyses;
  llvm::PassBuilder(&target.machine()).registerModuleAnalyses(analyses);
  llvm::GlobalDCEPass().run(module, analyses);
}

void iarc::setInferenceText(llvm::Module &module, llvm::StringRef text) {
  llvm::GlobalVariable *place = module.getGlobalVariable(kInferenceCode, /*AllowInternal=*/true);
  llvm::Constant *code = llvm::ConstantDataArray::getString(module.getContext(), text);
  auto *variable = new llvm::GlobalVariable(module, code->getType(), /*isConstant=*/true,
                                            place->getLinkage(), code, kInferenceCode);
  variable->copyAttributesFrom(place);
  place->replaceAllUsesWith(variable);
  place->eraseFromParent();
}

llvm::Error iarc::embedInference(llvm::Module &module, const Target &target) {
  if (!definesInference(module))
    return llvm::Error::success();
  std::unique_ptr<llvm::Module> alone = llvm::CloneModule(module);
  keepInference(*alone, target);
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream stream(text);
  if (llvm::Error error = emit(*alone, target, OutputKind::Assembly, stream))
    return error;
  setInferenceText(module, text);
  return llvm::Error::success();
}
