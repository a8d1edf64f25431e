//===- MergeFactors.h - Constant factors of scalar regions ------------------===//
#ifndef IARC_FUSION_MERGEFACTORS_H
#define IARC_FUSION_MERGEFACTORS_H

#include "mlir/IR/PatternMatch.h"

namespace iarc {

/// Patterns that make one of the constant factors and divisors of a product. A factor that would
/// become zero, infinite or lose bits stays where it is.
void populateMergeFactorsPatterns(mlir::RewritePatternSet &patterns);

} // namespace iarc

#endif
