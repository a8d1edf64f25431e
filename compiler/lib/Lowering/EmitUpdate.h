//===- EmitUpdate.h - The optimiser's step as a function of its own ---------===//
#ifndef IARC_LOWERING_EMITUPDATE_H
#define IARC_LOWERING_EMITUPDATE_H

#include "Emitter.h"
#include "RegionTable.h"

namespace iarc {

/// Adds the function `iarc_update` of the descriptor: one step of the module's optimiser for all
/// weights at once, by the gradients of the call times its scale. It runs where a training step
/// cannot update while it computes: when the length of the whole gradient must be known before, or
/// the batch is computed in parts.
void emitUpdate(mlir::ModuleOp module, const WeightOffsets &weights, const Layout &layout,
                const Target &target, mlir::Type element, SharedCode &shared, RegionTable &table);

} // namespace iarc
#endif
