//===- PlanRemarks.h - What was chosen for each region, and why --------------===//
#ifndef IARC_LOWERING_PLANREMARKS_H
#define IARC_LOWERING_PLANREMARKS_H

#include "Emitter.h"

namespace iarc {

/// What is predicted for a product that is cut into blocks; nothing for a large one and for any
/// other op.
std::optional<BlockPrediction> predictProduct(mlir::Operation *op, const Layout &layout,
                                              const Target &target);

/// Emits a remark for a region of tiles: `ops` are done one after the other on each tile of `tile`
/// lane groups at one position.
void remarkTiles(llvm::StringRef region, llvm::ArrayRef<mlir::Operation *> ops, int64_t positions,
                 int64_t tile, bool wholePositions, const Plan &plan, const Layout &layout,
                 const Target &target);

/// Emits a remark for a region that is one op.
void remarkOp(llvm::StringRef region, mlir::Operation *op, const Plan &plan, const Layout &layout,
              const Target &target);

/// Emits a remark on the memory of a function's plan.
void remarkMemory(mlir::Operation *function, const Plan &plan, const Layout &layout);

} // namespace iarc
#endif
