//===- Assemble.cpp - From assembly to an object ----------------------------===//
#include "Assemble.h"

#include "Complaints.h"
#include "iarc/CodeGen/Emit.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"

using namespace iarc;

llvm::Error iarc::assemble(llvm::StringRef text, const Target &target,
                           llvm::SmallVectorImpl<char> &object) {
  llvm::LLVMContext context;
  std::string complaint;
  collectComplaints(context, complaint);
  // A module of its own: what the text calls local must not meet names of another one.
  llvm::Module module("assembly", context);
  module.setTargetTriple(target.machine().getTargetTriple());
  module.setDataLayout(target.machine().createDataLayout());
  module.setModuleInlineAsm(text);
  llvm::raw_svector_ostream stream(object);
  if (llvm::Error error = emit(module, target, OutputKind::Object, stream))
    return error;
  return complaint.empty() ? llvm::Error::success() : llvm::createStringError(complaint);
}
