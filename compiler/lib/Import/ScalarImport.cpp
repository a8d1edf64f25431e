//===- ScalarImport.cpp - Scalar functions as arith and math ops ------------===//
#include "iarc/Import.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;

namespace iarc {

bool isExponential(const dsl::ScalarFunction &function) {
  return function.result >= 0 && function.nodes[function.result].op == dsl::ScalarOp::Exp;
}

/// x^n by repeated squaring, so that a power costs about log2 n products.
static Value integerPower(ImplicitLocOpBuilder &b, Value base, int32_t exponent,
                          arith::FastMathFlagsAttr flags) {
  if (exponent == 0)
    return arith::ConstantOp::create(b, b.getFloatAttr(base.getType(), 1.0));
  Value result, square = base;
  for (; exponent; exponent >>= 1) {
    if (exponent & 1)
      result = result ? arith::MulFOp::create(b, result, square, flags).getResult() : square;
    if (exponent > 1)
      square = arith::MulFOp::create(b, square, square, flags);
  }
  return result;
}

Value importScalar(OpBuilder &builder, Location location, const dsl::ScalarFunction &function,
                   ValueRange arguments, bool exponent) {
  using dsl::ScalarOp;
  ImplicitLocOpBuilder b(location, builder);
  Type type = arguments.front().getType();
  // A product and a sum may become one fused operation, as they do in hand-written kernels.
  auto flags = arith::FastMathFlagsAttr::get(b.getContext(), arith::FastMathFlags::contract);
  int32_t root = exponent ? function.nodes[function.result].operands[0] : function.result;
  SmallVector<Value> values(function.nodes.size());
  for (int32_t index = 0; index <= root; ++index) {
    const dsl::ScalarNode &node = function.nodes[index];
    auto operand = [&](int i) { return values[node.operands[i]]; };
    auto compare = [&](arith::CmpFPredicate predicate) {
      return arith::CmpFOp::create(b, predicate, operand(0), operand(1)).getResult();
    };
    Value &value = values[index];
    switch (node.op) {
    case ScalarOp::Argument:
      value = arguments[node.index];
      break;
    case ScalarOp::Constant:
      value = arith::ConstantOp::create(b, b.getFloatAttr(type, node.value));
      break;
    case ScalarOp::Add:
      value = arith::AddFOp::create(b, operand(0), operand(1), flags);
      break;
    case ScalarOp::Subtract:
      value = arith::SubFOp::create(b, operand(0), operand(1), flags);
      break;
    case ScalarOp::Multiply:
      value = arith::MulFOp::create(b, operand(0), operand(1), flags);
      break;
    case ScalarOp::Divide:
      value = arith::DivFOp::create(b, operand(0), operand(1), flags);
      break;
    case ScalarOp::Power:
      value = math::PowFOp::create(b, operand(0), operand(1));
      break;
    case ScalarOp::IntegerPower:
      value = integerPower(b, operand(0), node.index, flags);
      break;
    case ScalarOp::Negate:
      value = arith::NegFOp::create(b, operand(0));
      break;
    case ScalarOp::Exp:
      value = math::ExpOp::create(b, operand(0));
      break;
    case ScalarOp::Log:
      value = math::LogOp::create(b, operand(0));
      break;
    case ScalarOp::Sqrt:
      value = math::SqrtOp::create(b, operand(0));
      break;
    case ScalarOp::Tanh:
      value = math::TanhOp::create(b, operand(0));
      break;
    case ScalarOp::Erf:
      value = math::ErfOp::create(b, operand(0));
      break;
    case ScalarOp::Sin:
      value = math::SinOp::create(b, operand(0));
      break;
    case ScalarOp::Cos:
      value = math::CosOp::create(b, operand(0));
      break;
    case ScalarOp::Abs:
      value = math::AbsFOp::create(b, operand(0));
      break;
    case ScalarOp::Maximum:
      value = arith::MaximumFOp::create(b, operand(0), operand(1));
      break;
    case ScalarOp::Minimum:
      value = arith::MinimumFOp::create(b, operand(0), operand(1));
      break;
    case ScalarOp::Less:
      value = compare(arith::CmpFPredicate::OLT);
      break;
    case ScalarOp::LessEqual:
      value = compare(arith::CmpFPredicate::OLE);
      break;
    case ScalarOp::Equal:
      value = compare(arith::CmpFPredicate::OEQ);
      break;
    case ScalarOp::And:
      value = arith::AndIOp::create(b, operand(0), operand(1));
      break;
    case ScalarOp::Or:
      value = arith::OrIOp::create(b, operand(0), operand(1));
      break;
    case ScalarOp::Not: {
      Value yes = arith::ConstantOp::create(b, b.getBoolAttr(true));
      value = arith::XOrIOp::create(b, operand(0), yes);
      break;
    }
    case ScalarOp::Select:
      value = arith::SelectOp::create(b, operand(0), operand(1), operand(2));
      break;
    }
  }
  return values[root];
}

} // namespace iarc
