//===- Emit.h - From the LLVM dialect to assembly and objects --------------===//
//
// The stages after lowering: translation to LLVM IR, LLVM's optimiser, and the
// back end.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_CODEGEN_EMIT_H
#define IARC_CODEGEN_EMIT_H

#include "iarc/CodeGen/Descriptor.h"
#include "iarc/CodeGen/Target.h"

#include "mlir/IR/BuiltinOps.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>
#include <vector>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace iarc {

/// Registers what translateToLLVM needs; call before the context loads dialects.
void registerTranslations(mlir::DialectRegistry &registry);

/// The lowered module as LLVM IR for `target`, with the model descriptor as constant data, in it
/// the graph of graphText where the module's `iarc.descriptor` has that entry, and what is exported
/// for other processors. Its errors are internal: a lowered module always translates.
llvm::Expected<std::unique_ptr<llvm::Module>>
translateToLLVM(mlir::ModuleOp lowered, llvm::LLVMContext &context, const Target &target,
                llvm::ArrayRef<InferenceCode> exports = {});

/// The assembly of the lowered module's function of inference alone, with what it reaches. Its
/// errors are internal.
llvm::Expected<std::string> inferenceAssembly(mlir::ModuleOp lowered, llvm::LLVMContext &context,
                                              const Target &target, int optLevel);

/// Runs LLVM's passes of -O`optLevel`: what must run at 0, the same few at 1 to 3. The back end
/// tells these levels apart.
void optimise(llvm::Module &module, const Target &target, int optLevel);

/// Puts the assembly text of the function of inference into the descriptor of the optimised module,
/// where it has such a function: what the program's `export --format c` writes.
llvm::Error embedInference(llvm::Module &module, const Target &target);

enum class OutputKind { Assembly, Object };

/// Writes `module` as assembly text or as an ELF object. `module` is consumed by the back end and
/// must not be used again.
llvm::Error emit(llvm::Module &module, const Target &target, OutputKind kind,
                 llvm::raw_pwrite_stream &output);

/// Optimises the module and writes it as several ELF objects to be linked together, on as many
/// threads as the process has cores: as many objects with the same contents on every machine. The
/// text of the function of inference is in them, as embedInference puts it there. What was local to
/// the module becomes hidden. `module` must not be used again.
llvm::Expected<std::vector<llvm::SmallString<0>>> emitObjects(llvm::Module &module,
                                                              const Target &target, int optLevel);

} // namespace iarc
#endif
