//===- EmitKernels.cpp - Products as functions of their own -----------------===//
//
// The products of a region's tiles are functions that take the addresses of their tensors. Those of
// one shape and epilogue are the same code, which is compiled once: of queries, keys and values, of
// the step and of the forward pass. And what one product holds in registers for all of its loops,
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

bool Emitter::isKernel(Operation *op) {
  return isa<LinearOp, WeightGradientOp>(op) && !isAcrossOp(op);
}

void Emitter::emitKernel(Operation *op, Value p, Value begin, Value end) {
  Location location = op->getLoc();
  MLIRContext *context = b.getContext();
  Type none = LLVM::LLVMVoidType::get(context);
  auto module = call.getParentRegion()->getParentOfType<ModuleOp>();
  auto gradient = dyn_cast<WeightGradientOp>(op);
  SmallVector<Value> operands{call, loop, p, begin, gradient ? summedGroups(gradient, p) : end};

  OpBuilder atEnd = OpBuilder::atBlockEnd(module.getBody());
  std::string name = (op->getName().stripDialect() + "_" + Twine(shared.functions.size())).str();
  auto function = LLVM::LLVMFuncOp::create(
      atEnd, location, name,
      LLVM::LLVMFunctionType::get(none, llvm::to_vector(ValueRange(operands).getTypes())));
  function.setLinkage(LLVM::Linkage::Internal);
  ImplicitLocOpBuilder inside(location, context);
  Block *entry = function.addEntryBlock(inside);
  inside.setInsertionPointToEnd(entry);
  SmallVector<Value> tensors;
  Emitter kernel(inside, plan, layout, target, element, shared, entry->getArgument(0),
                 entry->getArgument(1));
  kernel.kernelTensors = &tensors;
  kernel.tileOps = tileOps;
  kernel.locals = locals;
  kernel.mapsReadSources = mapsReadSources;
  if (gradient)
    kernel.kernelSummed = entry->getArgument(4);
  kernel.emitWholeTile(op, entry->getArgument(2), entry->getArgument(3), entry->getArgument(4));
  LLVM::ReturnOp::create(inside, ValueRange{});
  function.setFunctionType(
      LLVM::LLVMFunctionType::get(none, llvm::to_vector(entry->getArgumentTypes())));

  for (Value tensor : tensors)
    operands.push_back(address(tensor));
  LLVM::CallOp::create(b, TypeRange{}, shared.keepOnce(function).getName(), operands);
}

} // namespace iarc
