//===- SplitGradients.cpp - The pass iarc-split-gradients -------------------===//
#include "../Lowering/LargeProducts.h"
#include "iarc/Dialect/Iarc.h"
#include "iarc/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace iarc {
#define GEN_PASS_DEF_IARCSPLITGRADIENTS
#include "iarc/Transforms/Passes.h.inc"

namespace {

/// Samples of a batch of the model's own training, 0 where the module does not say.
int64_t batchOf(func::FuncOp function) {
  auto module = function->getParentOfType<ModuleOp>();
  auto model = module->getAttrOfType<DictionaryAttr>(kModelAttr);
  auto batch = model ? model.getAs<IntegerAttr>("batch") : IntegerAttr();
  return batch ? batch.getInt() : 0;
}

/// Whether a small product makes the output adjoint or reads it too: then a task that has both has
/// the operands in its caches.
bool sharesTask(WeightGradientOp op) {
  auto isSmallProduct = [&](Operation *other) {
    auto linear = dyn_cast_or_null<LinearOp>(other);
    return linear && linear->getBlock() == op->getBlock() && !isLargeProduct(linear) &&
           !linear.getWeight().getType().isAcrossPositions();
  };
  Value adjoint = op.getOutputAdjoint();
  return isSmallProduct(adjoint.getDefiningOp()) ||
         llvm::any_of(adjoint.getUsers(), isSmallProduct);
}

struct SplitGradients : impl::IarcSplitGradientsBase<SplitGradients> {
  using IarcSplitGradientsBase::IarcSplitGradientsBase;

  bool isWorthwhile(WeightGradientOp op, int64_t batch) {
    WeightType weight = op.getResult().getType();
    int64_t out = weight.getSize("out"), in = weight.getSize("in");
    return !weight.isPerPosition() && !weight.isAcrossPositions() && !isLargeProduct(op) &&
           sharesTask(op) && op.getInput().getType().getPositions() >= leastPositions &&
           2 * out * in <= batch * (out + in);
  }

  void runOnOperation() override {
    int64_t batch = batchOf(getOperation());
    if (batch < leastBatch)
      return;
    SmallVector<WeightGradientOp> gradients;
    getOperation().walk([&](WeightGradientOp op) {
      if (isWorthwhile(op, batch))
        gradients.push_back(op);
    });
    for (WeightGradientOp op : gradients) {
      OpBuilder builder(op);
      int64_t positions = op.getInput().getType().getPositions();
      auto parts = WeightGradientOp::create(builder, op.getLoc(),
                                            op.getResult().getType().perPosition(positions),
                                            op.getOutputAdjoint(), op.getInput());
      auto sum = SumPositionsOp::create(builder, op.getLoc(), op.getResult().getType(), parts);
      op.replaceAllUsesWith(sum.getResult());
      op.erase();
    }
  }
};

} // namespace
} // namespace iarc
