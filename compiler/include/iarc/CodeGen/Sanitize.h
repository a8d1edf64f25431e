//===- Sanitize.h - Checks in the generated code ----------------------------===//
#ifndef IARC_CODEGEN_SANITIZE_H
#define IARC_CODEGEN_SANITIZE_H

#include "iarc/CodeGen/Target.h"

namespace llvm {
class Module;
} // namespace llvm

namespace iarc {

enum class Sanitizer { None, Address, Thread };

/// "address", "thread", or "" for none: the name of the folder of its runtime library and of the
/// linker's -fsanitize.
llvm::StringRef sanitizerName(Sanitizer sanitizer);

/// Puts the checks of AddressSanitizer or ThreadSanitizer around every access to memory of the
/// optimised module.
void instrument(llvm::Module &module, const Target &target, Sanitizer sanitizer);

} // namespace iarc
#endif
