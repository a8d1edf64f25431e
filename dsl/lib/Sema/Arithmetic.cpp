//===- Arithmetic.cpp - Operators on numbers, conditions and values -------===//
#include "Sema/Elaborator.h"

#include <cmath>
#include <limits>

namespace iarc::dsl {

namespace {

bool isComparison(const std::string &op) {
  return op == "<" || op == "<=" || op == ">" || op == ">=" || op == "==" || op == "!=";
}

} // namespace

Graph Elaborator::graphOf(const Value &value) {
  return value.is(ValueKind::Number) ? Graph::ofConstant(value.number) : *value.graph;
}

Value Elaborator::finite(double value, const Expression &expression) {
  if (std::isfinite(value))
    return Value::ofReal(value);
  report(Code::Arithmetic, expression.range,
         std::isnan(value) ? "the result is not a number" : "the result is not finite")
      .hint("numbers are 64-bit reals up to about 1.8e308; log and sqrt need positive arguments");
  return Value::poison();
}

bool Elaborator::scalarOperand(const Value &value, SourceRange where, SourceRange op,
                               const std::string &opText) {
  if (value.is(ValueKind::Number) || (value.is(ValueKind::Tensor) && !value.isCondition()))
    return true;
  bool condition = value.isCondition() || value.is(ValueKind::Truth);
  Diagnostic &diagnostic =
      report(condition ? Code::Condition : Code::WrongKind, where,
             "'" + opText + "' takes numbers and values, not " + describe(value));
  if (condition)
    diagnostic.hint("choose between two numbers: 'if ... then 1 else 0'");
  else if (value.is(ValueKind::Function))
    diagnostic.hint("apply it: '" + value.function.name() + "(...)'");
  return false;
}

bool Elaborator::sameShape(const Graph &left, const Graph &right, SourceRange where,
                           SourceRange leftRange, SourceRange rightRange) {
  Extent a = extentOf(left), b = extentOf(right);
  const bool onPositions =
      a.positionCount && b.positionCount && a.positionCount != b.positionCount;
  const bool onFeatures = a.featureCount > 1 && b.featureCount > 1 &&
                          a.featureCount != b.featureCount;
  if (!onPositions && !onFeatures)
    return true;
  ValueId first = onPositions ? a.positions : a.features;
  ValueId second = onPositions ? b.positions : b.features;
  auto sizeOf = [&](ValueId value) {
    return std::to_string(onPositions ? positions(value) : features(value));
  };
  Diagnostic &diagnostic = report(
      Code::ShapeMismatch, where,
      "shapes " + shapeText(first) + " and " + shapeText(second) + " do not fit: axis '" +
          (onPositions ? "position" : "feature") + "' is " + sizeOf(first) + " on the left and " +
          sizeOf(second) + " on the right");
  auto origin = [&](ValueId value, SourceRange use) {
    SourceRange range = origins[static_cast<size_t>(value)];
    diagnostic.note(range ? range : use, shapeText(value) + " comes from here");
  };
  origin(first, leftRange);
  origin(second, rightRange);
  return false;
}

Value Elaborator::combine(ScalarOp op, const Value &left, const Value &right,
                          const Expression &expression, SourceRange leftRange,
                          SourceRange rightRange) {
  Graph first = graphOf(left), second = graphOf(right);
  if (!sameShape(first, second, expression.focus, leftRange, rightRange))
    return Value::poison();
  if (first.scalar.nodes.size() + second.scalar.nodes.size() > limits::scalarNodes) {
    report(Code::ElaborationLimit, expression.range,
           "the elementwise expression has more than " + std::to_string(limits::scalarNodes) +
               " operations")
        .hint("name parts of it with 'let'");
    throw ElaborationStopped();
  }
  return Value::ofGraph(apply(op, std::move(first), second));
}

Value Elaborator::unary(const Expression &expression, const Value &operand) {
  if (operand.isPoison())
    return operand;
  SourceRange where = expression.operands[0]->range;
  if (expression.text == "not") {
    if (operand.is(ValueKind::Truth))
      return Value::ofTruth(!operand.truth);
    if (operand.isCondition())
      return Value::ofGraph(apply(ScalarOp::Not, *operand.graph));
    report(Code::Condition, where, "'not' takes a condition, not " + describe(operand))
        .hint("compare it first: 'not x > 0'");
    return Value::poison();
  }
  if (!scalarOperand(operand, where, expression.focus, "-"))
    return Value::poison();
  if (operand.is(ValueKind::Tensor))
    return Value::ofGraph(apply(ScalarOp::Negate, *operand.graph));
  if (operand.isInteger && operand.integer == std::numeric_limits<int64_t>::min()) {
    report(Code::SizeOverflow, expression.range,
           "-(" + std::to_string(operand.integer) + ") does not fit 64 bits");
    return Value::poison();
  }
  return operand.isInteger ? Value::ofInteger(-operand.integer) : Value::ofReal(-operand.number);
}

Value Elaborator::binary(const Expression &expression, const Value &left, const Value &right) {
  if (left.isPoison() || right.isPoison())
    return Value::poison();
  const std::string &op = expression.text;
  SourceRange leftRange = expression.operands[0]->range;
  SourceRange rightRange = expression.operands[1]->range;

  if (op == "and" || op == "or") {
    auto conditional = [&](const Value &value, SourceRange where) {
      if (value.is(ValueKind::Truth) || value.isCondition())
        return true;
      report(Code::Condition, where, "'" + op + "' takes conditions, not " + describe(value))
          .hint("compare it first: 'x > 0 " + op + " x < 1'");
      return false;
    };
    if (!conditional(left, leftRange) || !conditional(right, rightRange))
      return Value::poison();
    bool isAnd = op == "and";
    if (left.is(ValueKind::Truth))
      return left.truth == isAnd ? right : left;
    if (right.is(ValueKind::Truth))
      return right.truth == isAnd ? left : right;
    return combine(isAnd ? ScalarOp::And : ScalarOp::Or, left, right, expression, leftRange,
                   rightRange);
  }

  if (op == "mod") {
    bool integers = left.is(ValueKind::Number) && right.is(ValueKind::Number) && left.isInteger &&
                    right.isInteger;
    if (!integers || right.integer < 1) {
      report(integers ? Code::Arithmetic : Code::WrongKind, expression.focus,
             integers ? "'mod' by " + std::to_string(right.integer)
                      : "'mod' takes integers, not " +
                            describe(left.is(ValueKind::Number) && left.isInteger ? right : left))
          .hint(integers ? "what is divided by is at least 1" : "");
      return Value::poison();
    }
    int64_t rest = left.integer % right.integer;
    return Value::ofInteger(rest < 0 ? rest + right.integer : rest);
  }

  // Words, truths and functions can be told apart, which lets a block choose.
  if (op == "==" || op == "!=") {
    bool comparable = left.kind == right.kind &&
                      (left.is(ValueKind::Word) || left.is(ValueKind::Truth) ||
                       left.is(ValueKind::Placement) || left.is(ValueKind::Function));
    bool words = left.is(ValueKind::Word) || right.is(ValueKind::Word);
    if (comparable) {
      bool equal = left.is(ValueKind::Word)        ? left.word == right.word
                   : left.is(ValueKind::Truth)     ? left.truth == right.truth
                   : left.is(ValueKind::Placement) ? left.placement == right.placement
                                                   : left.function.name() == right.function.name();
      return Value::ofTruth(equal == (op == "=="));
    }
    if (words)
      return Value::ofTruth(op == "!=");
  }

  if (!scalarOperand(left, leftRange, expression.focus, op) ||
      !scalarOperand(right, rightRange, expression.focus, op))
    return Value::poison();
  bool numbers = left.is(ValueKind::Number) && right.is(ValueKind::Number);
  if (isComparison(op)) {
    if (numbers) {
      double a = left.number, b = right.number;
      bool exact = left.isInteger && right.isInteger;
      bool less = exact ? left.integer < right.integer : a < b;
      bool equal = exact ? left.integer == right.integer : a == b;
      return Value::ofTruth(op == "<"    ? less
                            : op == "<=" ? less || equal
                            : op == ">"  ? !less && !equal
                            : op == ">=" ? !less
                            : op == "==" ? equal
                                         : !equal);
    }
    bool swap = op == ">" || op == ">=";
    ScalarOp scalar = op == "<" || op == ">"     ? ScalarOp::Less
                      : op == "<=" || op == ">=" ? ScalarOp::LessEqual
                                                 : ScalarOp::Equal;
    Value result = swap ? combine(scalar, right, left, expression, rightRange, leftRange)
                        : combine(scalar, left, right, expression, leftRange, rightRange);
    if (op == "!=" && !result.isPoison())
      return Value::ofGraph(apply(ScalarOp::Not, *result.graph));
    return result;
  }
  if (numbers)
    return foldNumbers(expression, left, right);
  if (op == "^")
    return power(expression, left, right);
  ScalarOp scalar = op == "+"   ? ScalarOp::Add
                    : op == "-" ? ScalarOp::Subtract
                    : op == "*" ? ScalarOp::Multiply
                                : ScalarOp::Divide;
  if (scalar == ScalarOp::Divide && right.is(ValueKind::Number) && right.number == 0) {
    report(Code::Arithmetic, expression.focus, "division by zero");
    return Value::poison();
  }
  return combine(scalar, left, right, expression, leftRange, rightRange);
}

Value Elaborator::power(const Expression &expression, const Value &left, const Value &right) {
  SourceRange leftRange = expression.operands[0]->range;
  SourceRange rightRange = expression.operands[1]->range;
  bool whole = right.is(ValueKind::Number) && right.number == std::floor(right.number);
  if (!whole)
    return combine(ScalarOp::Power, left, right, expression, leftRange, rightRange);
  if (std::fabs(right.number) > static_cast<double>(limits::power)) {
    report(Code::Arithmetic, rightRange,
           "the exponent is out of range: at most " + std::to_string(limits::power));
    return Value::poison();
  }
  // A number to a value is not a whole power, so the left side is a value here.
  int32_t exponent = static_cast<int32_t>(std::fabs(right.number));
  Graph result = applyPower(*left.graph, exponent);
  if (right.number < 0)
    result = apply(ScalarOp::Divide, Graph::ofConstant(1), result);
  return Value::ofGraph(std::move(result));
}

Value Elaborator::foldNumbers(const Expression &expression, const Value &left,
                              const Value &right) {
  const std::string &op = expression.text;
  bool integers = left.isInteger && right.isInteger;
  int64_t a = left.integer, b = right.integer, result = 0;
  auto overflow = [&]() {
    report(Code::SizeOverflow, expression.range,
           std::to_string(a) + " " + op + " " + std::to_string(b) + " does not fit 64 bits")
        .hint("write a real number, such as 1e20, if a real will do");
    return Value::poison();
  };
  if (op == "/") {
    if (right.number == 0) {
      report(Code::Arithmetic, expression.focus, "division by zero");
      return Value::poison();
    }
    bool minimum = a == std::numeric_limits<int64_t>::min() && b == -1;
    if (integers && !minimum && a % b == 0)
      return Value::ofInteger(a / b);
    return finite(left.number / right.number, expression);
  }
  if (op == "^") {
    if (!integers || b < 0)
      return finite(std::pow(left.number, right.number), expression);
    result = 1;
    // Beyond 63 only 0, 1 and -1 have powers that fit.
    if (a == 0 || a == 1)
      return Value::ofInteger(b == 0 ? 1 : a);
    if (a == -1)
      return Value::ofInteger(b % 2 == 0 ? 1 : -1);
    for (int64_t i = 0; i < b; ++i)
      if (__builtin_mul_overflow(result, a, &result))
        return overflow();
    return Value::ofInteger(result);
  }
  if (integers) {
    bool failed = op == "+"   ? __builtin_add_overflow(a, b, &result)
                  : op == "-" ? __builtin_sub_overflow(a, b, &result)
                              : __builtin_mul_overflow(a, b, &result);
    return failed ? overflow() : Value::ofInteger(result);
  }
  double x = left.number, y = right.number;
  return finite(op == "+" ? x + y : op == "-" ? x - y : x * y, expression);
}

} // namespace iarc::dsl
