//===- LargeProducts.h - Which products are large ---------------------------===//
#ifndef IARC_LOWERING_LARGEPRODUCTS_H
#define IARC_LOWERING_LARGEPRODUCTS_H

#include "mlir/IR/Operation.h"

namespace iarc {

/// Whether a product is large: a region of its own, cut so that the weight's rows in use stay in
/// the nearer caches (EmitLargeProducts.cpp). Every other one is a kernel that the ops around it
/// share their tiles with (EmitProducts.cpp).
bool isLargeProduct(mlir::Operation *op);

} // namespace iarc
#endif
