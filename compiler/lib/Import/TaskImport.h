//===- TaskImport.h - The function that fills a batch -----------------------===//
#ifndef IARC_IMPORT_TASKIMPORT_H
#define IARC_IMPORT_TASKIMPORT_H

#include "iarc/dsl/Model.h"
#include "mlir/IR/BuiltinOps.h"

namespace iarc {

/// Adds @fill_batch(iarc_fill_call *), which makes windows of `context` positions of the task, and
/// what it calls, to the end of the module. Scalar integer code of arith and scf on memory that
/// the call points to; docs/task.md says what it computes.
void importTask(mlir::ModuleOp module, const dsl::Task &task, int64_t context);

/// Bytes of scratch memory that one call of it needs.
int64_t taskScratchBytes(const dsl::Task &task, int64_t context);

} // namespace iarc
#endif
