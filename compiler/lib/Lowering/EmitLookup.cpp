//===- EmitLookup.cpp - Embeddings and their gradients ----------------------===//
//
// Samples lie in the lanes, each with a row of its own: rows are copied number by number. The
// one-hot token and the product with it never exist, whatever the number of symbols.
//
//===----------------------------------------------------------------------===//
#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace iarc {

/// Features and rows of the gradient that one task sums. Every task looks at all tokens: few rows
/// would make that the larger part of the work, and of the features alone there may be too few
/// for the threads. Features are divided because a few tokens may be most of a text.
static constexpr int64_t kLookupFeatures = 16;
static constexpr int64_t kLookupRows = 8192;

int64_t countLookupTasks(LookupGradientOp op) {
  WeightType weight = op.getResult().getType();
  return llvm::divideCeil(weight.getSize("in"), kLookupFeatures) *
         llvm::divideCeil(weight.getSize("out"), kLookupRows);
}

void Emitter::forTokens(unsigned field, Value p, Value g, Value first, Value last,
                        llvm::function_ref<void(Value, Value)> body,
                        llvm::function_ref<void(Value)> other) {
  Value from = tokens(field, p, g), count = sub(last, first);
  forLoop(index(0), index(layout.lanes), 1, [&](Value lane) {
    Value place =
        LLVM::GEPOp::create(b, from.getType(), b.getI32Type(), from, ArrayRef<LLVM::GEPArg>{lane});
    Value token = arith::ExtSIOp::create(
        b, b.getI64Type(), LLVM::LoadOp::create(b, b.getI32Type(), place, /*alignment=*/4));
    // Unsigned, so that -1, no token, is above them.
    Value here = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, sub(token, first), count);
    auto branch = scf::IfOp::create(b, here, /*withElseRegion=*/bool(other));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    body(lane, token);
    if (!other)
      return;
    b.setInsertionPointToStart(branch.elseBlock());
    other(lane);
  });
}

void Emitter::emitLookup(LookupOp op, Value p, Value begin, Value end) {
  BatchType batch = op.getBatch().getType();
  WeightType weight = op.getWeight().getType();
  int64_t features = op.getResult().getType().getFeatures(), width = weight.getSize("in");
  Value rows = address(op.getWeight()), base = address(op.getResult());
  unsigned field = op.getControls() ? Controls : Symbols;
  forLoop(begin, end, 1, [&](Value g) {
    Value to = row(base, features, p, g);
    auto forFeatures = [&](Value lane, llvm::function_ref<Value(Value)> numberOf) {
      Value first = offset(to, lane);
      forLoop(index(0), index(width), 1,
              [&](Value f) { storeScalar(numberOf(f), offset(first, mul(f, layout.lanes))); });
    };
    forTokens(
        field, p, g, index(0), index(weight.getSize("out")),
        [&](Value lane, Value token) {
          Value from = offset(rows, mul(token, width));
          forFeatures(lane, [&](Value f) { return loadScalar(offset(from, f)); });
        },
        [&](Value lane) {
          forFeatures(lane, [&](Value) -> Value {
            return arith::ConstantOp::create(b, b.getFloatAttr(element, 0.0));
          });
        });
    if (op.appendsControls())
      emitOneHot(Controls, p, g, offset(to, width * layout.lanes), batch.getControls());
  });
}

/// A task is a range of features of a range of rows, which nobody else writes. It adds the samples
/// in one order, whatever the threads.
void Emitter::emitLookupGradient(LookupGradientOp op, Value task) {
  WeightType weight = op.getResult().getType();
  ValueType adjoint = op.getOutputAdjoint().getType();
  int64_t rows = weight.getSize("out"), width = weight.getSize("in");
  Value blocks = index(llvm::divideCeil(width, kLookupFeatures));
  Value feature = mul(arith::RemSIOp::create(b, task, blocks), kLookupFeatures);
  Value featureEnd = minimum(add(feature, index(kLookupFeatures)), index(width));
  Value first = mul(arith::DivSIOp::create(b, task, blocks), kLookupRows);
  Value last = minimum(add(first, index(kLookupRows)), index(rows));
  Value gradient = address(op.getResult()), base = address(op.getOutputAdjoint());
  Value zero = arith::ConstantOp::create(b, b.getFloatAttr(element, 0.0));
  forLoop(first, last, 1, [&](Value r) {
    Value to = offset(gradient, mul(r, width));
    forLoop(feature, featureEnd, 1, [&](Value f) { storeScalar(zero, offset(to, f)); });
  });
  forLoop(index(0), index(adjoint.getPositions()), 1, [&](Value p) {
    forLoop(index(0), groups(), 1, [&](Value g) {
      Value dy = row(base, adjoint.getFeatures(), p, g);
      forTokens(op.getControls() ? Controls : Symbols, p, g, first, last,
                [&](Value lane, Value token) {
                  Value to = offset(gradient, mul(token, width)), from = offset(dy, lane);
                  forLoop(feature, featureEnd, 1, [&](Value f) {
                    Value place = offset(to, f);
                    Value term = loadScalar(offset(from, mul(f, layout.lanes)));
                    storeScalar(addF(loadScalar(place), term), place);
                  });
                });
    });
  });
}

} // namespace iarc
