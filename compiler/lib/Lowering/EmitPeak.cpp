//===- EmitPeak.cpp - The loop that measures the processor ------------------===//
#include "EmitPeak.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace iarc {

void emitPeak(ModuleOp module, const Target &target, Type element) {
  // A step of few multiply-adds would measure the loop around it, which LLVM forms now so, now so.
  constexpr int64_t kChains = 12, kLinks = 8;
  Location location = module.getLoc();
  ImplicitLocOpBuilder b(location, module.getContext());
  b.setInsertionPointToEnd(module.getBody());
  Type i64 = b.getI64Type(), f64 = b.getF64Type();
  int64_t lanes = target.vectorBits / element.getIntOrFloatBitWidth();
  auto vector = VectorType::get({lanes}, element);
  auto function = LLVM::LLVMFuncOp::create(b, "iarc_peak", LLVM::LLVMFunctionType::get(f64, {i64}));
  Block *entry = function.addEntryBlock(b);
  b.setInsertionPointToEnd(entry);
  auto constant = [&](TypedAttr value) { return arith::ConstantOp::create(b, value).getResult(); };
  auto splat = [&](double value) {
    return constant(
        DenseElementsAttr::get(vector, ArrayRef<Attribute>(b.getFloatAttr(element, value))));
  };
  Value perStep = constant(b.getI64IntegerAttr(2 * lanes * kChains * kLinks));
  Value wanted =
      arith::MulIOp::create(b, entry->getArgument(0), constant(b.getI64IntegerAttr(1000000)));
  Value steps = arith::CeilDivSIOp::create(b, wanted, perStep);
  SmallVector<Value> chains;
  // A chain that started from 1 would stay there, which LLVM sees: it would count, but not run.
  for (int64_t i = 0; i < kChains; ++i)
    chains.push_back(splat(2.0 + i));
  Value factor = splat(0.999), addend = splat(0.001);
  auto loop = scf::ForOp::create(b, constant(b.getI64IntegerAttr(0)), steps,
                                 constant(b.getI64IntegerAttr(1)), chains);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    SmallVector<Value> next(loop.getRegionIterArgs());
    for (int64_t link = 0; link < kLinks; ++link)
      for (Value &chain : next)
        chain = vector::FMAOp::create(b, chain, factor, addend);
    scf::YieldOp::create(b, next);
  }
  // The sums must be used, or LLVM would drop the loop: a NaN, which never comes, adds one.
  Value total = loop.getResult(0);
  for (Value chain : loop.getResults().drop_front())
    total = arith::AddFOp::create(b, total, chain);
  Value lane = vector::ExtractOp::create(b, total, ArrayRef<int64_t>{0});
  Value isNan = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, lane, lane);
  Value one = arith::UIToFPOp::create(b, f64, isNan);
  Value executed = arith::SIToFPOp::create(b, f64, arith::MulIOp::create(b, steps, perStep));
  LLVM::ReturnOp::create(b, ValueRange{arith::AddFOp::create(b, executed, one)});
}

} // namespace iarc
