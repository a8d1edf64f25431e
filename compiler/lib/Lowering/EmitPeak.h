//===- EmitPeak.h - The loop that measures the processor --------------------===//
#ifndef IARC_LOWERING_EMITPEAK_H
#define IARC_LOWERING_EMITPEAK_H

#include "Emitter.h"

namespace iarc {

/// Adds the function `iarc_peak` of the descriptor: chains of multiply-adds at the full vector
/// width, as many as hide their latency.
void emitPeak(mlir::ModuleOp module, const Target &target, mlir::Type element);

} // namespace iarc
#endif
