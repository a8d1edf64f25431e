//===- EmitKernels.cpp - Products and attention as functions ----------------===//
//
// The products of a region's tiles, and the tasks of products and attention that are regions, are
// functions that take the addresses of their tensors. Those of one shape and epilogue are the same
// code, which is compiled once: of queries, keys and values, of the step and of the forward pass,
// of layers that are written out. And what one product holds in registers for all of its loops,
// such as the order of a shuffle, takes none from another one's accumulators.
//
//===----------------------------------------------------------------------===//
#include "Emitter.h"

using namespace mlir;

namespace iarc {

LLVM::LLVMFuncOp SharedCode::keepOnce(LLVM::LLVMFuncOp function) {
  auto same = llvm::find_if(functions, [&](LLVM::LLVMFuncOp other) {
    return OperationEquivalence::isRegionEquivalentTo(&function.getBody(), &other.getBody(),
                                                      OperationEquivalence::IgnoreLocations);
  });
  if (same == functions.end()) {
    functions.push_back(function);
    return function;
  }
  function.erase();
  return *same;
}

bool Emitter::isTileKernel(Operation *op) {
  return isa<LinearOp>(op) || (isa<WeightGradientOp>(op) && !isAcrossOp(op));
}

bool Emitter::isTaskKernel(Operation *op) const {
  return isa<LinearOp, WeightGradientOp, AttentionOp, AttentionAdjointOp>(op) &&
         !usesBlas(op, target);
}

void Emitter::emitTileKernel(Operation *op, Value p, Value begin, Value end) {
  SmallVector<Value> numbers{p, begin, end};
  SharedOperand operand;
  auto gradient = dyn_cast<WeightGradientOp>(op);
  if (gradient) {
    numbers.back() = summedGroups(gradient, p);
    operand = shareOperand(gradient, numbers.back());
    if (operand.count > 1)
      numbers.append({operand.number, operand.isInterleaved, operand.place});
  }
  emitKernel(op, numbers, [&](Emitter &e, ValueRange arguments) {
    if (gradient)
      e.kernelSummed = arguments[2];
    if (operand.count > 1)
      e.sharedOperand = {operand.count, arguments[3], arguments[4], arguments[5]};
    e.emitWholeTile(op, arguments[0], arguments[1], arguments[2]);
  });
}

void Emitter::emitKernel(Operation *op, ValueRange numbers,
                         llvm::function_ref<void(Emitter &, ValueRange)> body) {
  Location location = op->getLoc();
  MLIRContext *context = b.getContext();
  Type none = LLVM::LLVMVoidType::get(context);
  auto module = call.getParentRegion()->getParentOfType<ModuleOp>();
  SmallVector<Value> operands{call, loop};
  operands.append(numbers.begin(), numbers.end());

  OpBuilder atEnd = OpBuilder::atBlockEnd(module.getBody());
  std::string name = (op->getName().stripDialect() + "_" + Twine(shared.functions.size())).str();
  auto function = LLVM::LLVMFuncOp::create(
      atEnd, location, name,
      LLVM::LLVMFunctionType::get(none, llvm::to_vector(ValueRange(operands).getTypes())));
  function.setLinkage(LLVM::Linkage::Internal);
  ImplicitLocOpBuilder inside(location, context);
  Block *entry = function.addEntryBlock(inside);
  inside.setInsertionPointToEnd(entry);
  SmallVector<Value> arguments(entry->getArguments()), tensors;
  Emitter kernel(inside, plan, layout, target, element, shared, arguments[0], arguments[1]);
  kernel.kernelTensors = &tensors;
  kernel.tileOps = tileOps;
  kernel.locals = locals;
  kernel.mapsReadSources = mapsReadSources;
  body(kernel, ArrayRef(arguments).drop_front(2));
  LLVM::ReturnOp::create(inside, ValueRange{});
  function.setFunctionType(
      LLVM::LLVMFunctionType::get(none, llvm::to_vector(entry->getArgumentTypes())));

  for (Value tensor : tensors)
    operands.push_back(address(tensor));
  LLVM::CallOp::create(b, TypeRange{}, shared.keepOnce(function).getName(), operands);
}

} // namespace iarc
