//===- Schedule.h - In which order ops run, and which together --------------===//
#ifndef IARC_LOWERING_SCHEDULE_H
#define IARC_LOWERING_SCHEDULE_H

#include "Plan.h"

namespace iarc {

/// Ops that run as one parallel region: tiles of several, or a single op that is a region of its
/// own, or a repeat, which is a loop over regions.
using Run = llvm::SmallVector<mlir::Operation *, 1>;

/// Whether the run is tiles: each of its tasks runs all of its ops.
bool isTiles(const Run &run);

/// Positions that an op of a tile runs over.
int64_t positionsOf(mlir::Operation *op);

/// The block's runs in their order. Ops that only make weights come last: nothing but the block's
/// end reads them, and the others then form longer runs. A gradient whose update is made with it
/// comes after all that read the weight. Constants, views and the updates that are made with their
/// gradients are in no run, nor is the terminator.
llvm::SmallVector<Run> scheduleOf(mlir::Block &block, Matmul matmul);

} // namespace iarc
#endif
