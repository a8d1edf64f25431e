//===- Scalar.h - Scalar functions of a model ------------------------------===//
//
// A scalar function is what a kernel, an activation or an arithmetic operator
// of the language becomes: a small graph of real-valued nodes in which operands
// come before their users.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_SCALAR_H
#define IARC_DSL_SCALAR_H

#include <array>
#include <cstdint>
#include <vector>

namespace iarc::dsl {

/// What one node computes. `a`, `b`, `c` stand for its operands in order.
enum class ScalarOp {
  Argument,     ///< the function's argument number `index`
  Constant,     ///< the number `value`
  Add,          ///< a + b
  Subtract,     ///< a - b
  Multiply,     ///< a * b
  Divide,       ///< a / b
  Power,        ///< a ^ b for any real b, a > 0
  IntegerPower, ///< a ^ index, index a non-negative integer
  Negate,       ///< -a
  Exp,
  Log,
  Sqrt,
  Tanh,
  Erf,
  Sin,
  Cos,
  Abs,
  Maximum,      ///< max(a, b)
  Minimum,      ///< min(a, b)
  Less,         ///< a < b, usable as the condition of Select and of And, Or, Not only
  LessEqual,    ///< a <= b
  Equal,        ///< a == b
  And,
  Or,
  Not,
  Select,       ///< b where the condition a holds, else c
};

struct ScalarNode {
  ScalarOp op = ScalarOp::Constant;
  std::array<int32_t, 3> operands = {-1, -1, -1}; ///< indices of earlier nodes, -1 where absent
  double value = 0;                               ///< of Constant
  int32_t index = 0;                              ///< of Argument and IntegerPower
};

/// A function of `arity` real arguments; `result` is the node it returns.
struct ScalarFunction {
  int32_t arity = 0;
  std::vector<ScalarNode> nodes;
  int32_t result = -1;
};

} // namespace iarc::dsl
#endif
