//===- TransposeWeights.cpp - The pass iarc-transpose-weights ---------------===//
#include "Emitter.h"
#include "iarc/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

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

/// Columns of the weight, rows of the copy, that a task reads and writes: a cache line of f32.
static constexpr int64_t kColumnsPerTask = 16;

int64_t countTransposeTasks(TransposeOp op) {
  return llvm::divideCeil(op.getWeight().getType().getSize("in"), kColumnsPerTask);
}

void Emitter::emitTranspose(TransposeOp op, Value task) {
  WeightType weight = op.getWeight().getType();
  int64_t rows = weight.getSize("out"), columns = weight.getSize("in");
  Value from = address(op.getWeight()), to = address(op.getResult());
  Value first = mul(task, kColumnsPerTask);
  Value last = minimum(add(first, index(kColumnsPerTask)), index(columns));
  forLoop(index(0), index(rows), 1, [&](Value r) {
    forLoop(first, last, 1, [&](Value c) {
      Value number = loadScalar(offset(from, add(mul(r, columns), c)));
      storeScalar(number, offset(to, add(mul(c, rows), r)));
    });
  });
}

} // namespace iarc
