//===- Autodiff.h - Reverse-mode differentiation ----------------------------===//
//
// The pieces that the ops' adjoints and the pass `iarc-gradient` share.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_AUTODIFF_H
#define IARC_AUTODIFF_H

#include "iarc/Dialect/Iarc.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace iarc {

/// Values that depend on a weight. Only they get adjoints.
using Activity = llvm::DenseSet<mlir::Value>;

/// Adds to `activity` every value of `block`, and of the regions inside, that depends on one that
/// is in it already.
void propagateActivity(mlir::Block &block, Activity &activity);

/// An AdjointMap that sums contributions with iarc.add.
class AdjointAccumulator : public AdjointMap {
public:
  explicit AdjointAccumulator(const Activity &activity) : activity(activity) {}
  mlir::Value get(mlir::Value value) override { return adjoints.lookup(value); }
  bool needs(mlir::Value value) override { return activity.contains(value); }
  void add(mlir::OpBuilder &builder, mlir::Value value, mlir::Value contribution) override;
  void setMasked(mlir::Value value) override { masked.insert(value); }
  bool isMasked(mlir::Value value) const override { return masked.contains(value); }
  const Activity &getActivity() const override { return activity; }

private:
  const Activity &activity;
  llvm::DenseSet<mlir::Value> masked;
  llvm::DenseMap<mlir::Value, mlir::Value> adjoints;
};

/// Visits the ops of `block` from the last to the first and lets each one whose results have an
/// adjoint contribute to its operands. Fails, with an error at the op, where one has none.
llvm::LogicalResult buildBlockAdjoint(mlir::Block &block, mlir::OpBuilder &builder,
                                      AdjointMap &adjoints);

/// For a scalar region that has been emitted into `block` (arith and math ops that compute
/// `results` from `arguments`): appends at the builder's insertion point, in the same block, the
/// adjoint of each argument given the results' adjoints `seeds` (null for one that has none). An
/// entry is null where no result depends on the argument. The derivative of a branch that is not
/// taken contributes zero, whatever its value; with `seedsMayBeZero` so does everything where the
/// seed is zero. Fails, with an error at the op, where a result depends on one that has no
/// derivative.
llvm::FailureOr<llvm::SmallVector<mlir::Value>>
buildScalarAdjoint(mlir::OpBuilder &builder, mlir::Location location, mlir::Block &block,
                   mlir::ValueRange arguments, mlir::ValueRange results, mlir::ValueRange seeds,
                   bool seedsMayBeZero = false);

} // namespace iarc
#endif
