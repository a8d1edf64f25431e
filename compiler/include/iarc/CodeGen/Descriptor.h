//===- Descriptor.h - The model descriptor as constant data ----------------===//
//
// Turns the module attribute `iarc.descriptor` that lowering leaves behind into
// the constant `iarc_model_descriptor` of iarc/runtime/Descriptor.h.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_CODEGEN_DESCRIPTOR_H
#define IARC_CODEGEN_DESCRIPTOR_H

#include "iarc/Pipeline.h"

#include "mlir/IR/BuiltinAttributes.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace llvm {
class Module;
} // namespace llvm

namespace iarc {

/// The function of inference as another processor than the program's has it.
struct InferenceCode {
  std::string target;       ///< what the program calls it: TRIPLE or TRIPLE:CPU
  std::string architecture; ///< as in a triple
  TargetOptions options;
  mlir::DictionaryAttr descriptor; ///< of the module that was lowered for it: its infer_ entries
  std::string text;                ///< assembly of iarc_infer
};

/// Adds the constant to `module`, which already defines the functions it points to and has
/// its final data layout. `compiler` and what `target` requires are recorded in it, the `graph` of
/// graphText, and what the program `exports` for other processors. The attribute's entries
/// (integers are i64, reals f64):
///
///   name: string, context, width, predicted_positions, element_bytes, lanes, loss, loss_at:
///   integers
///   task: {name: string, controls: [{name, label: strings, governs: integer}...],
///          arguments: [{name, value: strings}...], symbols, gap_minimum, gap_maximum,
///          interspersed, masked, scratch_bytes: integers; of a task whose stream is a file data:
///          {path, vocabulary: strings, form: integer, split: real}}
///   weights: [{name: string, axes: [{name: string, size: integer}...], offset, count,
///              initialiser: integers, first, second: reals, fan_in, fan_in_grows: integers}...]
///   weight_elements, workspace_bytes, workspace_bytes_per_group, batch, steps: integers
///   training: {optimiser, states, decays, schedule, rate_every, warm_up, accumulate,
///   evaluate_every,
///              stop: integers, beta2, epsilon, decay, rate_to, rate_factor, clip, stop_at: reals}
///   infer_supported, infer_rows, infer_positions, infer_workspace_bytes, infer_weight_elements:
///   integers, infer_weights: [{source, target, form, outer, elements, positions, out, in, rows,
///                              lanes: integers}...]
///   regions: [{function, operations, place: strings, product_flop, predicted: reals}...]
///   rate, momentum, product_flop, attention_flop, executed_product_flop: reals
///
/// with loss, loss_at and initialiser numbered as in iarc/runtime/Descriptor.h. An entry that is
/// missing or of the wrong type, and a function that is missing, are errors that name it.
llvm::Error addDescriptor(llvm::Module &module, mlir::DictionaryAttr descriptor,
                          llvm::StringRef compiler, const TargetOptions &target,
                          llvm::StringRef graph = "", llvm::ArrayRef<InferenceCode> exports = {});

/// The global that stands for the text of the program's own iarc_inference::code, an empty string
/// until embedInference replaces it.
inline constexpr llvm::StringLiteral kInferenceCode = "iarc.infer_code";

} // namespace iarc
#endif
