//===- RegionTable.h - What is said about the regions of a program -----------===//
#ifndef IARC_LOWERING_REGIONTABLE_H
#define IARC_LOWERING_REGIONTABLE_H

#include "Plan.h"
#include "Target.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace iarc {

/// What `bench --profile` shows beside a region's time: the entries of iarc_model::regions, one for
/// each region function.
class RegionTable {
public:
  explicit RegionTable(mlir::MLIRContext *context) : context(context) {}

  /// Notes that `function` makes `ops` as `plan` says, unless it is known: equal functions, as
  /// those of the forward pass and of a step, are one and do equal work.
  void add(mlir::LLVM::LLVMFuncOp function, llvm::ArrayRef<mlir::Operation *> ops, const Plan &plan,
           const Layout &layout, const Target &target);
  /// Notes that `function` does `task`, which has no product. `op` (may be null) is what it does
  /// that for.
  void add(mlir::LLVM::LLVMFuncOp function, llvm::StringRef task, mlir::Operation *op);
  /// The descriptor's entry `regions`, in the order in which functions were noted first.
  mlir::ArrayAttr describe() const;

private:
  struct Entry {
    std::string operations; ///< such as "linear 20 -> 80, linear 80 -> 20"
    std::string place;      ///< FILE:LINE of its first op; empty where unknown
    double productFlop = 0; ///< of one sample, in the mean of the iterations of its repeats
    double predicted = 0;   ///< share of the peak; 0 where a product has no prediction
  };
  mlir::MLIRContext *context;
  llvm::MapVector<mlir::StringAttr, Entry> entries; ///< by the function's name
};

} // namespace iarc
#endif
