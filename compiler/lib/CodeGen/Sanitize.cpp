//===- Sanitize.cpp - Checks in the generated code ---------------------------===//
#include "iarc/CodeGen/Sanitize.h"

#include "Analyses.h"

#include "llvm/IR/Module.h"
#include "llvm/Transforms/Instrumentation/AddressSanitizer.h"
#include "llvm/Transforms/Instrumentation/ThreadSanitizer.h"

using namespace iarc;

llvm::StringRef iarc::sanitizerName(Sanitizer sanitizer) {
  switch (sanitizer) {
  case Sanitizer::None:
    return "";
  case Sanitizer::Address:
    return "address";
  case Sanitizer::Thread:
    return "thread";
  }
  llvm_unreachable("not a sanitizer");
}

void iarc::instrument(llvm::Module &module, const Target &target, Sanitizer sanitizer) {
  if (sanitizer == Sanitizer::None)
    return;
  bool address = sanitizer == Sanitizer::Address;
  for (llvm::Function &function : module)
    if (!function.isDeclaration())
      function.addFnAttr(address ? llvm::Attribute::SanitizeAddress
                                 : llvm::Attribute::SanitizeThread);
  llvm::ModulePassManager passes;
  if (address) {
    passes.addPass(llvm::AddressSanitizerPass(llvm::AddressSanitizerOptions()));
  } else {
    passes.addPass(llvm::ModuleThreadSanitizerPass());
    passes.addPass(llvm::createModuleToFunctionPassAdaptor(llvm::ThreadSanitizerPass()));
  }
  Analyses analyses(target);
  passes.run(module, analyses.module);
}
