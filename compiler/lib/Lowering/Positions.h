//===- Positions.h - Which positions an op must compute ---------------------===//
//
// A loss at the last position reads one row of the last layer, so most of that layer is dead, and
// the adjoint that comes back through it is zero but for that row. Layers stay rolled: what changes
// is where the loops over positions begin in the one iteration that borders on the loss, the edge.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_LOWERING_POSITIONS_H
#define IARC_LOWERING_POSITIONS_H

#include "iarc/Dialect/Iarc.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"

namespace iarc {

/// What a function may skip. The edge is the iteration `count - 1` of a repeat in the function's
/// own block, the last one of a repeat and the first one of a reverse repeat. "At the edge" covers
/// ops outside of any repeat too; ops of nested repeats are never mentioned.
struct LivePositions {
  /// Ops that need only the last position at the edge: of an attention the query's row; of a
  /// weight's gradient the position whose output adjoint is not zero.
  llvm::DenseSet<mlir::Operation *> onlyLast;
  /// Results of such ops that are read at other positions too, where they are zero.
  llvm::DenseSet<mlir::Value> zeroElsewhere;
  /// Products across positions that have a result everywhere, from an input that is zero elsewhere.
  llvm::DenseSet<mlir::Operation *> zeroInput;
};

/// Of a function of which the logits of the last position alone are wanted.
inline constexpr llvm::StringLiteral kReadsLastAttr = "reads_last";

/// A training step and its gradients need the logits where the loss reads them, inference too, any
/// other function everywhere.
LivePositions findLivePositions(mlir::func::FuncOp function);

/// The share of the op's positions that are computed, over all iterations of its repeat.
double computedShare(mlir::Operation *op, const LivePositions &live);

} // namespace iarc
#endif
