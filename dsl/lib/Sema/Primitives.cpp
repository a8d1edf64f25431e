//===- Primitives.cpp - Operations, norm and the words they take ----------===//
#include "Sema/Elaborator.h"

#include <cmath>
#include <cstdio>

namespace iarc::dsl {

ValueId Elaborator::newValue(int64_t positions, int64_t width, SourceRange origin) {
  model->valueShapes.push_back({{"position", positions}, {"feature", width}});
  model->valueNames.emplace_back();
  origins.push_back(origin);
  isNamed.push_back(false);
  return static_cast<ValueId>(model->valueShapes.size() - 1);
}

std::string Elaborator::shapeText(ValueId value) const {
  const Shape &shape = model->valueShapes[static_cast<size_t>(value)];
  if (!shape[0].size) // a weight
    return "[feature " + std::to_string(shape[1].size) + "]";
  return "[position " + std::to_string(shape[0].size) + ", feature " +
         std::to_string(shape[1].size) + "]";
}

std::string Elaborator::differenceOf(ValueId left, ValueId right) const {
  auto axis = [](const char *name, int64_t a, int64_t b) {
    return std::string("axis '") + name + "' is " + std::to_string(a) + " and " +
           std::to_string(b);
  };
  return positions(left) != positions(right)
             ? axis("position", positions(left), positions(right))
             : axis("feature", features(left), features(right));
}

void Elaborator::noteOrigin(Diagnostic &diagnostic, ValueId value) const {
  if (SourceRange origin = origins[static_cast<size_t>(value)])
    diagnostic.note(origin, shapeText(value) + " comes from here");
}

Value Elaborator::operation(Op op, int64_t width, SourceRange where) {
  bool readsTokens = op.kind == OpKind::Encode || op.kind == OpKind::Embed;
  int64_t count = readsTokens                  ? model->context
                  : op.kind == OpKind::Flatten ? 1
                                               : positions(op.operands[0]);
  return operationAt(std::move(op), count, width, where);
}

/// What a value is called that has no variable.
static std::string defaultName(const Model &model, const Op &op) {
  switch (op.kind) {
  case OpKind::Encode: return "encode";
  case OpKind::Embed:
  case OpKind::Linear:
  case OpKind::Broadcast: return model.weights[static_cast<size_t>(op.weight)].name;
  case OpKind::Attention: return "attend";
  case OpKind::Map: return "map";
  case OpKind::Norm: return "norm";
  case OpKind::Slice: return "slice";
  case OpKind::Flatten: return "flatten";
  case OpKind::LstmGates: return "lstm_gates";
  case OpKind::Spread: return "spread";
  case OpKind::Reduce: return op.largest ? "row_max" : "row_sum";
  case OpKind::Join: return "join";
  case OpKind::Rotate: return "rope";
  case OpKind::Target: return "target";
  case OpKind::Recur:
  case OpKind::Repeat: break;
  }
  return "";
}

Value Elaborator::operationAt(Op op, int64_t count, int64_t width, SourceRange where) {
  if (++operations > limits::operations) {
    report(Code::ElaborationLimit, where,
           "the model has more than " + std::to_string(limits::operations) + " operations")
        .hint("state a repetition with 'repeat'");
    throw ElaborationStopped();
  }
  ValueId result = newValue(count, width, where);
  model->valueNames.back() = pathTo(defaultName(*model, op));
  op.results = {result};
  op.location = where.location();
  regions.back()->ops.push_back(std::move(op));
  return Value::ofGraph(Graph::ofValue(result));
}

Value Elaborator::badArgument(const std::string &what, const std::string &wanted,
                              const Value &value, SourceRange where, std::string hint) {
  if (!value.isPoison())
    report(Code::InvalidArgument, where, what + " must be " + wanted + ", not " + describe(value))
        .hint(std::move(hint));
  return Value::poison();
}

Value Elaborator::primitive(const PrimitiveEntry &entry, const Expression &call, Scope &scope) {
  // Errors in the binding were reported by the resolver; nothing more is to be said.
  Binding binding = bindArguments(calleeOf(entry), call.arguments, call.focus, nullptr);
  if (!binding.valid)
    return Value::poison();
  const Primitive which = entry.primitive;
  bool makesValue = which == Primitive::Linear || which == Primitive::Attend ||
                    which == Primitive::Norm || which == Primitive::Width ||
                    which == Primitive::Flatten || which == Primitive::LstmGates ||
                    which == Primitive::RowSum || which == Primitive::RowMean ||
                    which == Primitive::RowMax || which == Primitive::Join ||
                    which == Primitive::Rope || which == Primitive::Embed ||
                    which == Primitive::Unembed;
  if (makesValue && scope.scalar) {
    report(Code::WrongKind, call.focus, "a kernel or function cannot call '" + entry.name + "'")
        .hint("it works on single numbers: write a block instead");
    return Value::poison();
  }
  switch (which) {
  case Primitive::Linear: return linear(call, binding, scope);
  case Primitive::Attend: return attend(call, binding, scope);
  case Primitive::Norm: return norm(call, binding, scope);
  case Primitive::Flatten: return flatten(call, binding, scope);
  case Primitive::LstmGates: return lstmGates(call, binding, scope);
  case Primitive::Embed: return embed(call, binding, scope);
  case Primitive::Unembed: return unembed(call, binding, scope);
  case Primitive::RowSum:
  case Primitive::RowMean:
  case Primitive::RowMax: return reduce(which, call, binding, scope);
  case Primitive::Join: return joinValues(call, binding, scope);
  case Primitive::Rope: return rope(call, binding, scope);
  case Primitive::Width: {
    const Expression &given = *binding.slots[0]->value;
    Value measured = evaluate(given, scope);
    if (measured.is(ValueKind::Tensor) && measured.graph->isPlain() &&
        measured.graph->plainValue() >= 0)
      return Value::ofInteger(features(measured.graph->plainValue()));
    std::optional<ValueId> value = tensor(measured, given.range, "the argument of 'width'");
    return value ? Value::ofInteger(features(*value)) : Value::poison();
  }
  case Primitive::Sum:
  case Primitive::AbsoluteSum: return normaliser(which, call, binding, scope);
  case Primitive::Normal:
  case Primitive::Uniform:
  case Primitive::Constant: return initialiser(which, call, binding, scope);
  }
  return Value::poison();
}

Value Elaborator::norm(const Expression &call, const Binding &binding, Scope &scope) {
  const Expression &xNode = *binding.slots[0]->value;
  std::optional<ValueId> x =
      tensor(evaluate(xNode, scope), xNode.range, "the argument of 'norm'");
  Op op;
  op.kind = OpKind::Norm;
  op.eps = 1e-5;
  if (binding.slots[1]) {
    const Expression &node = *binding.slots[1]->value;
    Value value = evaluate(node, scope);
    std::optional<double> eps = real(value, node.range, "'eps'", Code::InvalidArgument);
    if (!eps)
      return Value::poison();
    if (*eps <= 0) {
      report(Code::InvalidArgument, node.range, "'eps' of 'norm' must be positive")
          .hint("it keeps a constant vector from being divided by zero; the default is 1e-5");
      return Value::poison();
    }
    op.eps = *eps;
  }
  if (!x)
    return Value::poison();
  op.operands = {*x};
  return operation(std::move(op), features(*x), call.range);
}

Value Elaborator::normaliser(Primitive which, const Expression &call, const Binding &binding,
                             Scope &scope) {
  const Expression &node = *binding.slots[0]->value;
  Value given = evaluate(node, scope);
  if (given.is(ValueKind::Tensor)) {
    report(Code::InvalidArgument, node.range,
           "'" + call.text + "' is a normaliser of attention, whose 'eps' is a number")
        .hint("the sum over the features of a value is 'row_sum(x)'");
    return Value::poison();
  }
  std::optional<double> eps = real(given, node.range, "'eps'", Code::InvalidArgument);
  if (!eps)
    return Value::poison();
  if (*eps < 0) {
    report(Code::InvalidArgument, node.range, "'eps' must not be negative");
    return Value::poison();
  }
  Value value;
  value.kind = ValueKind::Normaliser;
  value.normalise = which == Primitive::Sum ? Normalise::Sum : Normalise::AbsoluteSum;
  value.eps = *eps;
  return value;
}

ValueId Elaborator::sliced(ValueId value, int64_t begin, int64_t end, SourceRange where) {
  if (begin == 0 && end == features(value))
    return value;
  Op op;
  op.kind = OpKind::Slice;
  op.operands = {value};
  op.begin = begin;
  op.end = end;
  return operation(std::move(op), end - begin, where).graph->plainValue();
}

} // namespace iarc::dsl
