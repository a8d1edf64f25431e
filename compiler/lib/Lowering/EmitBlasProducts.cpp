//===- EmitBlasProducts.cpp - Large products by OpenBLAS --------------------===//
//
// A BLAS takes matrices with one stride, but the samples of a lane group lie side by side and the
// features between the groups. So the operands are packed to [feature][sample] first, by a region
// of their own, and a linear map's sums are unpacked in the epilogue. The serial OpenBLAS is called
// on fixed pieces: bits do not depend on the number of threads.
//
//===----------------------------------------------------------------------===//
#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace iarc {

/// Rows of the result of one call.
static constexpr int64_t kBlasRows = 120;

/// Lane groups of a linear map's call: its sums lie on the stack, 120 x 400 of f32 with 16 lanes.
static constexpr int64_t kBlasGroups = 25;

/// Features of one packing task.
static constexpr int64_t kPackFeatures = 64;

bool usesBlas(Operation *op, const Target &target) {
  // auto: the blocked kernels. Of the one size measured so far, an LSTM of 480 units at batch 200
  // on two threads, OpenBLAS took 1.00 s a step and they 1.05 s, which is within the noise of that
  // machine; they need no packing and no library.
  return isLargeProduct(op) && target.matmul == Matmul::Blas;
}

namespace {

struct Operand {
  Value value;
  int64_t positions, features;
  explicit Operand(Value value)
      : value(value), positions(cast<ValueType>(value.getType()).getPositions()),
        features(cast<ValueType>(value.getType()).getFeatures()) {}
  int64_t packTasks() const { return positions * llvm::divideCeil(features, kPackFeatures); }
};

/// What is packed: a linear map's input, or the two operands of a gradient.
SmallVector<Operand> packedOperands(Operation *op) {
  if (auto linear = dyn_cast<LinearOp>(op))
    return {Operand(linear.getInput())};
  return {Operand(op->getOperand(0)), Operand(op->getOperand(1))};
}

} // namespace

int64_t countPackedElements(Operation *op, const Target &target, const Layout &layout) {
  if (!usesBlas(op, target))
    return 0;
  int64_t elements = 0;
  for (const Operand &operand : packedOperands(op))
    elements += operand.positions * operand.features * layout.lanes;
  return elements;
}

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

Value Emitter::countPackTasks(Operation *op) {
  int64_t tasks = 0;
  for (const Operand &operand : packedOperands(op))
    tasks += operand.packTasks();
  return index(tasks);
}

/// A linear map's input becomes [position][feature][sample]; a gradient's operands become
/// [feature][position][sample], so that one call sums over all positions.
void Emitter::emitPackTask(Operation *op, Value task) {
  bool isLinear = isa<LinearOp>(op);
  Value samples = mul(groups(), layout.lanes), to = address(plan.packed);
  int64_t firstTask = 0;
  for (const Operand &operand : packedOperands(op)) {
    int64_t chunks = llvm::divideCeil(operand.features, kPackFeatures);
    Value own = sub(task, index(firstTask));
    Value isOwn = arith::AndIOp::create(
        b, arith::CmpIOp::create(b, arith::CmpIPredicate::sge, own, index(0)),
        arith::CmpIOp::create(b, arith::CmpIPredicate::slt, own, index(operand.packTasks())));
    ifThen(isOwn, [&] {
      Value p = arith::DivSIOp::create(b, own, index(chunks));
      Value first = mul(arith::RemSIOp::create(b, own, index(chunks)), kPackFeatures);
      Value last = minimum(add(first, index(kPackFeatures)), index(operand.features));
      Value place = mul(p, samples), leading = samples;
      if (isLinear)
        place = mul(place, operand.features);
      else
        leading = mul(samples, operand.positions);
      Value base = offset(to, place), from = address(operand.value);
      forLoop(first, last, 1, [&](Value f) {
        Value target = offset(base, mul(f, leading));
        forLoop(index(0), groups(), 1, [&](Value g) {
          Value x = offset(row(from, operand.features, p, g), mul(f, layout.lanes));
          store(load(x), offset(target, mul(g, layout.lanes)));
        });
      });
    });
    to = offset(to, mul(samples, operand.positions * operand.features));
    firstTask += operand.packTasks();
  }
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

int64_t Emitter::countBlasTasks(Operation *op) {
  if (auto linear = dyn_cast<LinearOp>(op))
    return linear.getInput().getType().getPositions() *
           llvm::divideCeil(linear.getProduced(), kBlasRows);
  auto gradient = cast<WeightGradientOp>(op);
  WeightType weight = gradient.getResult().getType();
  return llvm::divideCeil(weight.getSize("out"), kBlasRows) *
         (weight.isPerPosition() ? weight.getSize("position") : 1);
}

/// c = a b, or with either transposed, c being m x n and k the summed size; all are row-major.
void Emitter::callBlas(bool transposeA, bool transposeB, Value m, Value n, Value k, Value a,
                       Value lda, Value b_, Value ldb, Value c, Value ldc) {
  auto module = call.getParentRegion()->getParentOfType<ModuleOp>();
  StringRef name = "iarc_blas_product";
  Type i64 = b.getI64Type(), pointer = call.getType();
  if (!module.lookupSymbol(name)) {
    OpBuilder atModule = OpBuilder::atBlockBegin(module.getBody());
    SmallVector<Type> types{i64, i64, i64, i64, i64, i64, pointer, i64, pointer, i64, pointer, i64};
    LLVM::LLVMFuncOp::create(
        atModule, b.getLoc(), name,
        LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()), types));
  }
  LLVM::CallOp::create(b, TypeRange{}, name,
                       ValueRange{index(layout.elementBytes), index(transposeA), index(transposeB),
                                  m, n, k, a, lda, b_, ldb, c, ldc});
}

void Emitter::emitBlasLinear(LinearOp op, Value task) {
  int64_t produced = op.getProduced(), reduced = op.getReduced(), lanes = layout.lanes;
  int64_t tasks = llvm::divideCeil(produced, kBlasRows), leading = kBlasGroups * lanes;
  Value p = arith::DivSIOp::create(b, task, index(tasks));
  Value first = mul(arith::RemSIOp::create(b, task, index(tasks)), kBlasRows);
  Value rows = minimum(index(kBlasRows), sub(index(produced), first));
  Value matrix = address(op.getWeight());
  if (op.getWeight().getType().isPerPosition())
    matrix = offset(matrix, mul(p, reduced * produced));
  matrix = offset(matrix, op.getTransposed() ? first : mul(first, reduced));
  Value samples = mul(groups(), lanes);
  Value x = offset(address(plan.packed), mul(mul(p, samples), reduced));
  Value sums = scratch(kBlasRows * kBlasGroups);
  forLoop(index(0), groups(), kBlasGroups, [&](Value group) {
    Value count = minimum(index(kBlasGroups), sub(groups(), group));
    callBlas(op.getTransposed(), false, rows, mul(count, lanes), index(reduced), matrix,
             index(op.getTransposed() ? produced : reduced), offset(x, mul(group, lanes)), samples,
             sums, index(leading));
    forLoop(index(0), count, 1, [&](Value g) {
      forLoop(index(0), rows, 1, [&](Value r) {
        Value sum = load(offset(sums, add(mul(r, leading), mul(g, lanes))));
        Value feature = add(first, r);
        if (op.getBias())
          sum = addF(sum, emitStart(op, p, feature, 1, 1).front());
        emitLinearEnd(op, sum, p, add(group, g), feature, 1, 1);
      });
    });
  });
}

void Emitter::emitBlasGradient(WeightGradientOp op, Value task) {
  WeightType weight = op.getResult().getType();
  int64_t out = weight.getSize("out"), in = weight.getSize("in");
  int64_t positions = op.getInput().getType().getPositions();
  Value samples = mul(groups(), layout.lanes), leading = mul(samples, positions);
  Value dy = address(plan.packed), x = offset(dy, mul(leading, out));
  Value matrix = address(op.getResult()), summed = leading;
  if (weight.isPerPosition()) {
    int64_t tasks = llvm::divideCeil(out, kBlasRows);
    Value p = arith::DivSIOp::create(b, task, index(tasks));
    task = arith::RemSIOp::create(b, task, index(tasks));
    matrix = offset(matrix, mul(p, out * in));
    dy = offset(dy, mul(p, samples));
    x = offset(x, mul(p, samples));
    summed = samples;
  }
  Value first = mul(task, kBlasRows);
  Value rows = minimum(index(kBlasRows), sub(index(out), first));
  callBlas(false, true, rows, index(in), summed, offset(dy, mul(first, leading)), leading, x,
           leading, offset(matrix, mul(first, in)), index(in));
}

} // namespace iarc
