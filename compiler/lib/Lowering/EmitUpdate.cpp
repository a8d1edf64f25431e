//===- EmitUpdate.cpp - The optimiser's step --------------------------------===//
#include "EmitUpdate.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace iarc {

// Coefficients are doubles of the call, rounded to the element type after what is computed with
// them. Every product with a sum is one operation, here and in the epilogues of gradients alike, so
// that both ways of a step give the same bits.
SmallVector<Value> Emitter::update(UpdateRule rule, bool decay, ValueRange old, Value gradient) {
  auto as = [&](Value real) -> Value {
    if (!element.isF64())
      real = arith::TruncFOp::create(b, element, real);
    auto type = dyn_cast<VectorType>(gradient.getType());
    return type ? vector::BroadcastOp::create(b, type, real).getResult() : real;
  };
  auto coefficient = [&](unsigned number) { return as(field(number, b.getF64Type())); };
  /// 1 - the coefficient.
  auto rest = [&](unsigned number) {
    Value one = arith::ConstantOp::create(b, b.getF64FloatAttr(1.0));
    return as(subF(one, field(number, b.getF64Type())));
  };
  auto fuse = [&](Value x, Value y, Value sum) {
    return LLVM::FMulAddOp::create(b, x, y, sum).getResult();
  };
  auto negated = [&](Value x) { return arith::NegFOp::create(b, x).getResult(); };
  Value weight = old[0], velocity = old[1];
  switch (rule) {
  case UpdateRule::Sgd:
  case UpdateRule::Nesterov: {
    if (decay)
      gradient = fuse(coefficient(Decay), weight, gradient);
    Value newVelocity = fuse(coefficient(Momentum), velocity, gradient);
    Value change =
        rule == UpdateRule::Sgd ? newVelocity : fuse(coefficient(Momentum), newVelocity, gradient);
    return {fuse(negated(coefficient(Rate)), change, weight), newVelocity};
  }
  case UpdateRule::Adam: {
    Value first = fuse(coefficient(Momentum), velocity, mulF(rest(Momentum), gradient));
    Value square = mulF(gradient, gradient);
    Value second = fuse(coefficient(Beta2), old[2], mulF(rest(Beta2), square));
    Value root = math::SqrtOp::create(b, second);
    Value change = divF(first, fuse(coefficient(Root), root, coefficient(Epsilon)));
    if (decay)
      weight = mulF(coefficient(Decay), weight);
    return {fuse(negated(coefficient(Rate)), change, weight), first, second};
  }
  case UpdateRule::Lion: {
    Value mixed = fuse(coefficient(Momentum), velocity, mulF(rest(Momentum), gradient));
    Value newVelocity = fuse(coefficient(Beta2), velocity, mulF(rest(Beta2), gradient));
    Value rate = coefficient(Rate), zero = mulF(rate, negated(mixed));
    // The sign of zero is zero. What is no number stays so: rate times it.
    auto compare = [&](arith::CmpFPredicate predicate, Value x, Value y) {
      return arith::CmpFOp::create(b, predicate, x, y).getResult();
    };
    Value nothing = arith::ConstantOp::create(b, b.getZeroAttr(mixed.getType()));
    Value change = select(compare(arith::CmpFPredicate::OGT, mixed, nothing), negated(rate),
                          select(compare(arith::CmpFPredicate::OLT, mixed, nothing), rate, zero));
    if (decay)
      weight = mulF(coefficient(Decay), weight);
    return {addF(weight, change), newVelocity};
  }
  }
  llvm_unreachable("all rules are above");
}

void emitUpdate(ModuleOp module, const WeightOffsets &weights, const Layout &layout,
                const Target &target, Type element, SharedCode &shared, RegionTable &table) {
  // Elements of one task: enough that dealing them out costs nothing.
  constexpr int64_t kElementsPerTask = 16384;
  UpdateForm form = updateFormOf(module);
  Location location = module.getLoc();
  ImplicitLocOpBuilder b(location, module.getContext());
  auto pointer = LLVM::LLVMPointerType::get(module.getContext());
  Type i64 = b.getI64Type(), none = LLVM::LLVMVoidType::get(module.getContext());

  b.setInsertionPointToEnd(module.getBody());
  auto region = LLVM::LLVMFuncOp::create(
      b, "iarc_update_region", LLVM::LLVMFunctionType::get(none, {pointer, pointer, i64, i64}));
  region.setLinkage(LLVM::Linkage::Internal);
  Block *entry = region.addEntryBlock(b);
  b.setInsertionPointToEnd(entry);
  Plan plan;
  Emitter e(b, plan, layout, target, element, shared, entry->getArgument(0), entry->getArgument(1));
  SmallVector<Buffer> buffers{{Storage::Weights, 0, {}}, {Storage::Velocity, 0, {}}};
  if (form.second)
    buffers.push_back({Storage::Velocity, weights.elements, {}});
  SmallVector<Value> bases;
  for (const Buffer &buffer : buffers)
    bases.push_back(e.address(buffer));
  Value gradients = e.address(Buffer{Storage::Gradients, 0, {}});
  Value begin = e.mul(entry->getArgument(2), kElementsPerTask);
  Value end = e.minimum(e.mul(entry->getArgument(3), kElementsPerTask), e.index(weights.elements));
  // The arrays are whole vectors long: tensors begin at multiples of 16 elements, with zeros
  // between.
  Value scale = e.field(Emitter::Scale, b.getF64Type());
  if (!element.isF64())
    scale = arith::TruncFOp::create(b, element, scale);
  Value factor = e.splat(scale);
  // A run may decay weights although the program does not say so: without, by nothing.
  constexpr bool decay = true;
  e.forLoop(begin, end, layout.lanes, [&](Value i) {
    Value gradient = e.mulF(e.load(e.offset(gradients, i)), factor);
    SmallVector<Value> places, old;
    for (Value base : bases)
      places.push_back(e.offset(base, i));
    for (Value place : places)
      old.push_back(e.load(place));
    for (auto [value, place] : llvm::zip(e.update(form.rule, decay, old, gradient), places))
      e.store(value, place);
  });
  LLVM::ReturnOp::create(b, ValueRange{});
  table.add(region, "update of all weights by given gradients", nullptr);

  b.setInsertionPointToEnd(module.getBody());
  auto function =
      LLVM::LLVMFuncOp::create(b, "iarc_update", LLVM::LLVMFunctionType::get(none, {pointer}));
  Block *body = function.addEntryBlock(b);
  b.setInsertionPointToEnd(body);
  Value tasks = arith::ConstantOp::create(
      b, b.getI64IntegerAttr(llvm::divideCeil(weights.elements, kElementsPerTask)));
  Value address = LLVM::AddressOfOp::create(b, pointer, "iarc_update_region");
  Value null = LLVM::ZeroOp::create(b, pointer);
  LLVM::CallOp::create(b, TypeRange{}, "iarc_parallel",
                       ValueRange{body->getArgument(0), address, null, tasks});
  LLVM::ReturnOp::create(b, ValueRange{});
}

} // namespace iarc
