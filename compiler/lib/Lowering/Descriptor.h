//===- Descriptor.h - What the descriptor says about a module ---------------===//
#ifndef IARC_LOWERING_DESCRIPTOR_H
#define IARC_LOWERING_DESCRIPTOR_H

#include "Inference.h"
#include "Plan.h"

namespace iarc {

/// Operations of a product for one sample each time it runs (a fused multiply-add counts two); 0
/// for an op that is none.
double productFlop(mlir::Operation *op);

/// Figures of the descriptor that follow from the functions.
struct DescriptorFacts {
  int64_t context = 0, width = 0, predictedPositions = 0, loss = 0, lossAt = 0;
  int64_t fixedElements = 0, elementsPerGroup = 0;
  double productFlop = 0, attentionFlop = 0, executedProductFlop = 0; ///< one sample, one step
  mlir::ArrayAttr regions;
};

/// Reads them off the functions before lowering, all but the workspace.
DescriptorFacts gatherFacts(mlir::ModuleOp module);

/// The dictionary `iarc.descriptor`, entry by entry the fields of iarc_model.
mlir::DictionaryAttr makeDescriptor(mlir::ModuleOp module, const Layout &layout,
                                    const WeightOffsets &weights, const DescriptorFacts &facts);

/// The dictionary with the entries of inference: the fields of iarc_model from `infer_rows` on.
mlir::DictionaryAttr withInference(mlir::DictionaryAttr descriptor, const Inference &inference,
                                   const WeightOffsets &weights, int64_t workspaceBytes);

} // namespace iarc
#endif
