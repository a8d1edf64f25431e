//===- TransposeWeights.cpp - The pass iarc-transpose-weights ---------------===//
#include "../Lowering/LargeProducts.h"
#include "iarc/Dialect/Iarc.h"
#include "iarc/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace iarc {
#define GEN_PASS_DEF_IARCTRANSPOSEWEIGHTS
#include "iarc/Transforms/Passes.h.inc"

namespace {

struct TransposeWeights : impl::IarcTransposeWeightsBase<TransposeWeights> {
  void runOnOperation() override {
    DenseMap<Value, Value> copies;
    SmallVector<LinearOp> products;
    getOperation().walk([&](LinearOp op) {
      if (op.getTransposed() && isLargeProduct(op) &&
          op.getWeight().getType().getAxes().size() == 2)
        products.push_back(op);
    });
    for (LinearOp op : products) {
      Value weight = op.getWeight();
      Value &copy = copies[weight];
      if (!copy) {
        // The first reader comes first: the copy is made before it, in the block of the weight.
        OpBuilder builder(weight.getParentBlock()->findAncestorOpInBlock(*op));
        WeightType type = op.getWeight().getType();
        SmallVector<Axis> axes(type.getAxes());
        std::swap(axes[0].size, axes[1].size);
        copy = TransposeOp::create(builder, op.getLoc(),
                                   WeightType::get(axes, type.getElementType()), weight);
      }
      op.getWeightMutable().assign(copy);
      op.setTransposed(false);
    }
  }
};

} // namespace

} // namespace iarc
