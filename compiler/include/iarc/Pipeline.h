//===- Pipeline.h - The stages from a model to the LLVM dialect ------------===//
//
// The whole boundary between the compiler's passes and what drives them (the
// tools iarcc and iarc-opt). Implemented in compiler/lib/Pipeline.cpp. The
// stages run in this order; each leaves a module that prints and verifies:
//
//   importModel -> addGradientPasses -> addFusionPasses -> addLoweringPasses
//
//===----------------------------------------------------------------------===//
#ifndef IARC_PIPELINE_H
#define IARC_PIPELINE_H

#include "iarc/PlanOverrides.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <cstdint>
#include <string>

namespace mlir {
class DialectRegistry;
class MLIRContext;
class OpPassManager;
} // namespace mlir

namespace iarc {

namespace dsl {
struct Model;
} // namespace dsl

/// Element type of every real number of the generated code.
enum class Precision { F32, F64 };

/// What does the large products, whose weights outgrow the caches.
enum class Matmul {
  Auto, ///< the faster one, by size
  Own,  ///< kernels that the compiler emits
  Blas, ///< OpenBLAS
};

/// What the code is generated for.
struct TargetOptions {
  std::string cpu;          ///< LLVM's name of the processor, such as "znver4"
  std::string features;     ///< LLVM's feature string: "+avx2,-avx512f,..."
  /// Those of its extensions that iarc/runtime/ProcessorFeatures.def lists, separated by commas:
  /// the compiled program looks for them before it runs any generated code.
  std::string requiredFeatures;
  int64_t vectorBits = 128;     ///< width of the target's vector registers: 128, 256 or 512
  int64_t vectorRegisters = 16; ///< how many there are of that width
  Matmul matmul = Matmul::Auto;
  PlanOverrides plan;   ///< each block must fit the registers
  bool remarks = false; ///< the lowering says what it chose, as remarks
};

/// Registers every dialect (and interface extension) that a stage below creates.
void registerDialects(mlir::DialectRegistry &registry);

/// The model as one module of the `iarc` dialect. Null after an internal failure, which was
/// reported through the context's diagnostics.
mlir::OwningOpRef<mlir::ModuleOp> importModel(const dsl::Model &model, mlir::MLIRContext &context,
                                              Precision precision);

/// Adds the gradient function. `optLevel` of all stages is 0 to 3, as in -O0 to -O3.
void addGradientPasses(mlir::OpPassManager &passes);

/// What a training step keeps of its forward pass.
enum class Memory {
  Normal, ///< all that the adjoint reads
  Low,    ///< not what a cheap product makes again: iarc-recompute
};

/// Fuses operations. At -O0 it does nothing, whatever the memory.
void addFusionPasses(mlir::OpPassManager &passes, int optLevel, Memory memory = Memory::Normal);

/// Lowers to the LLVM dialect. The module then defines `iarc_forward`, `iarc_gradients` and
/// `iarc_train_step` (each void(ptr call)), `iarc_infer` (the same, for one window; not where an op
/// has no code there) and `iarc_peak` (f64(i64)), declares `iarc_parallel`,
/// `iarc_parallel_backward` and, where a product is left to OpenBLAS, `iarc_blas_product`,
/// and carries the attribute `iarc.descriptor` that CodeGen turns into the model descriptor
/// (compiler/lib/CodeGen/Descriptor.cpp lists its entries).
void addLoweringPasses(mlir::OpPassManager &passes, const TargetOptions &target, int optLevel);

} // namespace iarc
#endif
