//===- Assemble.h - From assembly to an object ------------------------------===//
#ifndef IARC_LIB_CODEGEN_ASSEMBLE_H
#define IARC_LIB_CODEGEN_ASSEMBLE_H

#include "iarc/CodeGen/Target.h"

#include "llvm/ADT/SmallVector.h"

namespace iarc {

/// Appends the ELF object that assembly `text` describes. The error of text that is not for the
/// target is what LLVM says of its first wrong line.
llvm::Error assemble(llvm::StringRef text, const Target &target,
                     llvm::SmallVectorImpl<char> &object);

} // namespace iarc
#endif
