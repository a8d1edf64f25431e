//===- Rows.cpp - Rows of features: reductions, joins, rotations ----------===//
#include "Sema/Elaborator.h"

namespace iarc::dsl {

Value Elaborator::reduce(Primitive which, const Expression &call, const Binding &binding,
                         Scope &scope) {
  const Expression &node = *binding.slots[0]->value;
  std::string what = "the argument of '" + call.text + "'";
  std::optional<ValueId> x = tensor(evaluate(node, scope), node.range, what.c_str());
  if (!x)
    return Value::poison();
  Op op;
  op.kind = OpKind::Reduce;
  op.operands = {*x};
  op.largest = which == Primitive::RowMax;
  int64_t width = features(*x);
  Value result = operation(std::move(op), 1, call.range);
  if (which != Primitive::RowMean)
    return result;
  return Value::ofGraph(
      apply(ScalarOp::Multiply, *result.graph, Graph::ofConstant(1 / static_cast<double>(width))));
}

Value Elaborator::joined(const std::vector<ValueId> &parts, SourceRange where) {
  if (parts.size() == 1)
    return Value::ofGraph(Graph::ofValue(parts[0]));
  int64_t width = 0; // at most 2^20 for each of fewer than 2^20 operations
  for (ValueId part : parts)
    width += features(part);
  if (width > limits::width) {
    report(Code::SizeOverflow, where,
           "the joined value has " + std::to_string(width) + " features, more than the " +
               std::to_string(limits::width) + " allowed");
    return Value::poison();
  }
  Op op;
  op.kind = OpKind::Join;
  op.operands = parts;
  return operation(std::move(op), width, where);
}

Value Elaborator::joinValues(const Expression &call, const Binding &binding, Scope &scope) {
  const Expression &node = *binding.slots[0]->value;
  Value list = evaluate(node, scope);
  if (!list.is(ValueKind::List) || list.elements.empty())
    return badArgument("the argument of 'join'", "a list of values", list, node.range,
                       "such as 'join([x, y])'");
  std::vector<ValueId> parts;
  bool valid = true;
  for (size_t i = 0; i < list.elements.size(); ++i) {
    SourceRange where =
        node.kind == ast::ExpressionKind::List ? node.operands[i]->range : node.range;
    std::optional<ValueId> part = tensor(list.elements[i], where, "what is joined");
    if (!part) {
      valid = false;
      continue;
    }
    if (!parts.empty() && positions(parts[0]) != positions(*part)) {
      Diagnostic &diagnostic =
          report(Code::ShapeMismatch, where,
                 "shapes " + shapeText(parts[0]) + " and " + shapeText(*part) +
                     " cannot be joined: " + differenceOf(parts[0], *part));
      noteOrigin(diagnostic, parts[0]);
      noteOrigin(diagnostic, *part);
      return Value::poison();
    }
    parts.push_back(*part);
  }
  return valid ? joined(parts, call.range) : Value::poison();
}

Value Elaborator::rope(const Expression &call, const Binding &binding, Scope &scope) {
  if (recurrence)
    return notInRecur(call.focus, "'rope'",
                      "a step does not know its position: rotate before or after");
  const Expression &xNode = *binding.slots[0]->value, &headsNode = *binding.slots[1]->value;
  std::optional<ValueId> x =
      tensor(evaluate(xNode, scope), xNode.range, "the argument of 'rope'");
  std::optional<int64_t> heads = integer(evaluate(headsNode, scope), headsNode.range, "'heads'", 1,
                                         limits::heads, Code::InvalidArgument);
  Op op;
  op.kind = OpKind::Rotate;
  op.base = 10000;
  if (binding.slots[2]) {
    const Expression &node = *binding.slots[2]->value;
    std::optional<double> base =
        real(evaluate(node, scope), node.range, "'base'", Code::InvalidArgument);
    if (!base)
      return Value::poison();
    if (*base <= 0) {
      report(Code::InvalidArgument, node.range, "'base' of 'rope' must be positive")
          .hint("the slowest pair turns by about 1 / base a position; the default is 10000");
      return Value::poison();
    }
    op.base = *base;
  }
  if (!x || !heads)
    return Value::poison();
  if (features(*x) % (2 * *heads) != 0) {
    Diagnostic &diagnostic =
        report(Code::HeadsDoNotDivide, headsNode.range,
               "'rope' turns pairs of features: " + std::to_string(*heads) +
                   (*heads == 1 ? " head" : " heads") + " of an even number of features do not "
                   "divide the " + std::to_string(features(*x)) + " features of " + shapeText(*x));
    noteOrigin(diagnostic, *x);
    return Value::poison();
  }
  op.size = features(*x) / *heads;
  op.operands = {*x};
  return operation(std::move(op), features(*x), call.range);
}

} // namespace iarc::dsl
