//===- InferenceText.h - The function of inference as assembly --------------===//
#ifndef IARC_LIB_CODEGEN_INFERENCETEXT_H
#define IARC_LIB_CODEGEN_INFERENCETEXT_H

#include "iarc/CodeGen/Target.h"

namespace llvm {
class Function;
class Module;
} // namespace llvm

namespace iarc {

/// Whether the module has a function of inference and the descriptor's place for its text.
bool definesInference(const llvm::Module &module);

/// Whether a function is the one of inference.
bool isInference(const llvm::Function &function);

/// Leaves nothing but iarc_infer and what it reaches.
void keepInference(llvm::Module &module, const Target &target);

/// Puts the text in its place; the module must be one that definesInference() says has it.
void setInferenceText(llvm::Module &module, llvm::StringRef text);

} // namespace iarc
#endif
