//===- Interval.cpp - Whether a kernel can go negative --------------------===//
//
// Interval arithmetic over the nodes, every argument ranging over all reals.
// What it cannot show counts as possibly negative.
//
//===----------------------------------------------------------------------===//
#include "Sema/Graph.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace iarc::dsl {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

struct Interval {
  double low = -infinity;
  double high = infinity;
};

double product(double a, double b) { return a == 0 || b == 0 ? 0 : a * b; }

Interval multiply(Interval a, Interval b) {
  double corners[] = {product(a.low, b.low), product(a.low, b.high), product(a.high, b.low),
                      product(a.high, b.high)};
  return {*std::min_element(corners, corners + 4), *std::max_element(corners, corners + 4)};
}

Interval divide(Interval a, Interval b) {
  if (b.low < 0 && b.high > 0)
    return {};
  Interval inverse;
  if (b.low >= 0)
    inverse = {b.high == infinity ? 0 : 1 / b.high, b.low == 0 ? infinity : 1 / b.low};
  else
    inverse = {b.high == 0 ? -infinity : 1 / b.high, b.low == -infinity ? 0 : 1 / b.low};
  return multiply(a, inverse);
}

Interval absolute(Interval a) {
  double high = std::max(std::fabs(a.low), std::fabs(a.high));
  if (a.low <= 0 && a.high >= 0)
    return {0, high};
  return {std::min(std::fabs(a.low), std::fabs(a.high)), high};
}

} // namespace

bool neverNegative(const ScalarFunction &function) {
  std::vector<Interval> ranges;
  for (const ScalarNode &node : function.nodes) {
    auto at = [&](int i) { return ranges[static_cast<size_t>(node.operands[i])]; };
    Interval r;
    switch (node.op) {
    case ScalarOp::Argument: break;
    case ScalarOp::Constant: r = {node.value, node.value}; break;
    case ScalarOp::Add: r = {at(0).low + at(1).low, at(0).high + at(1).high}; break;
    case ScalarOp::Subtract: r = {at(0).low - at(1).high, at(0).high - at(1).low}; break;
    case ScalarOp::Multiply:
      r = node.operands[0] == node.operands[1]
              ? multiply(absolute(at(0)), absolute(at(0)))
              : multiply(at(0), at(1));
      break;
    case ScalarOp::Divide: r = divide(at(0), at(1)); break;
    case ScalarOp::Power: r = {0, infinity}; break;
    case ScalarOp::IntegerPower: {
      Interval base = node.index % 2 == 0 ? absolute(at(0)) : at(0);
      r = {std::pow(base.low, node.index), std::pow(base.high, node.index)};
      break;
    }
    case ScalarOp::Negate: r = {-at(0).high, -at(0).low}; break;
    case ScalarOp::Exp: r = {std::exp(at(0).low), std::exp(at(0).high)}; break;
    case ScalarOp::Log:
      r = {at(0).low > 0 ? std::log(at(0).low) : -infinity,
           at(0).high > 0 ? std::log(at(0).high) : infinity};
      break;
    case ScalarOp::Sqrt: r = {std::sqrt(std::max(0.0, at(0).low)), infinity}; break;
    case ScalarOp::Tanh: r = {std::tanh(at(0).low), std::tanh(at(0).high)}; break;
    case ScalarOp::Erf: r = {std::erf(at(0).low), std::erf(at(0).high)}; break;
    case ScalarOp::Sin:
    case ScalarOp::Cos: r = {-1, 1}; break;
    case ScalarOp::Abs: r = absolute(at(0)); break;
    case ScalarOp::Maximum:
      r = {std::max(at(0).low, at(1).low), std::max(at(0).high, at(1).high)};
      break;
    case ScalarOp::Minimum:
      r = {std::min(at(0).low, at(1).low), std::min(at(0).high, at(1).high)};
      break;
    case ScalarOp::Select:
      r = {std::min(at(1).low, at(2).low), std::max(at(1).high, at(2).high)};
      break;
    case ScalarOp::Less:
    case ScalarOp::LessEqual:
    case ScalarOp::Equal:
    case ScalarOp::And:
    case ScalarOp::Or:
    case ScalarOp::Not: r = {0, 1}; break;
    }
    // Infinity minus infinity and the like prove nothing.
    if (std::isnan(r.low))
      r.low = -infinity;
    if (std::isnan(r.high))
      r.high = infinity;
    ranges.push_back(r);
  }
  return ranges[static_cast<size_t>(function.result)].low >= 0;
}

} // namespace iarc::dsl
