//===- DeclaredWeights.cpp - Weights with a name of their own -------------===//
//
// `weight W[80, 20] = ...` is a matrix for `linear(x, W)`, to be shared by
// several of them. `weight g[20] = ...` and `weight b = 1` are vectors and
// scalars: operands of elementwise expressions. While an expression is
// evaluated such a weight is a value with as many positions as its partners;
// it becomes an operation where the expression does.
//
//===----------------------------------------------------------------------===//
#include "Diagnostics/Wording.h"
#include "Sema/Elaborator.h"

#include <algorithm>

namespace iarc::dsl {

bool Elaborator::isWeight(ValueId value) const { return weightOfValue.count(value) != 0; }

void Elaborator::declareWeight(const Statement &statement, Scope &scope, const std::string &owner) {
  const std::string &name = statement.name.text;
  if (name.empty())
    return;
  Value &made = scope.levels.back()[name];
  made = Value::poison();
  if (statement.broken)
    return;
  bool valid = true;
  std::vector<int64_t> sizes;
  for (const Expression *dimension : statement.dimensions) {
    std::optional<int64_t> size =
        integer(evaluate(*dimension, scope), dimension->range, "a size of a weight", 1,
                limits::width, Code::InvalidArgument);
    valid = valid && size;
    sizes.push_back(size.value_or(1));
  }
  if (sizes.size() > 2) {
    report(Code::WeightUse, join(statement.dimensions[0]->range, statement.dimensions.back()->range),
           "a weight has at most two sizes, not " + std::to_string(sizes.size()))
        .hint("a matrix is 'weight " + name + "[out, in] = ...', a vector 'weight " + name +
              "[features] = ...'");
    valid = false;
  }
  if (scope.scalar && !sizes.empty()) {
    report(Code::WeightUse, statement.dimensions[0]->range,
           "a weight of a kernel or function is one number")
        .hint("leave the size out, or write a block");
    valid = false;
  }
  Placement placement = recurrence ? Placement::Shared : weights.placement;
  if (statement.second) {
    Value value = evaluate(*statement.second, scope);
    if (value.is(ValueKind::Placement)) {
      placement = value.placement;
    } else if (statement.mayLackInitialiser()) {
      if (!value.isPoison())
        report(Code::Syntax, statement.name.range, lacksInitialiser(statement.name.text))
            .hint(initialiserHint);
      Statement after = statement;
      after.kind = ast::StatementKind::Assign;
      after.name = {statement.second->text, statement.second->range};
      assign(after, scope, /*isLet=*/false);
      return;
    } else {
      badArgument("a placement", "'shared', 'per position' or 'across positions'", value,
                  statement.second->range);
      valid = false;
    }
    if (valid && recurrence && placement != Placement::Shared) {
      notInRecur(statement.second->range, "weights that differ by position",
                 "all steps share its weights: leave the placement out");
      valid = false;
    }
  }
  Initialiser init;
  Value initial = evaluate(*statement.value, scope);
  if (initial.is(ValueKind::Initialiser)) {
    init = initial.initialiser;
  } else if (initial.is(ValueKind::Number)) {
    init = {Initialiser::Kind::Constant, initial.number, 0, 0, false};
  } else if (initial.isPoison() && statement.mayLackInitialiser()) {
    // Nothing may have been said yet: here the weight itself was in scope.
    report(Code::InvalidArgument, statement.value->range,
           "what a weight starts from must be a number or an initialiser")
        .hint(initialiserHint);
    return;
  } else {
    badArgument("what a weight starts from", "a number or an initialiser", initial,
                statement.value->range,
                "such as 'constant(1)', 'normal(0, 0.1)' or 'uniform(-0.1, 0.1)'");
    valid = false;
  }
  if (!valid)
    return;
  // Before the task is known a function's body is only checked; see substitute().
  if (scope.scalar && !settingsReady) {
    made = Value::ofGraph(Graph::ofValue(~freePlaceholder));
    return;
  }
  const std::string full = owner.empty() ? name : owner + "_" + name;
  if (sizes.size() == 2) {
    made.kind = ValueKind::Weight;
    made.weight = weight(full, placement, init, /*isBias=*/false, model->context, sizes[0],
                         sizes[1], statement.name.range);
    made.placement = placement;
    return;
  }
  // A vector or scalar across positions is one a position, as a bias is.
  if (placement == Placement::AcrossPositions)
    placement = Placement::PerPosition;
  int64_t size = sizes.empty() ? 1 : sizes[0];
  // That of a function is made for what the function is applied to.
  int64_t count = scope.scalar && appliedPositions ? appliedPositions : model->context;
  WeightId id =
      weight(full, placement, init, /*isBias=*/true, count, size, size, statement.name.range);
  bool fixed = placement == Placement::PerPosition;
  ValueId value = newValue(fixed ? count : 0, size, statement.name.range);
  weightOfValue[value] = id;
  made = Value::ofGraph(Graph::ofValue(value));
}

/// A declared matrix and the value that it maps.
Value Elaborator::linearBy(const Value &matrix, const Expression &call, const Binding &binding,
                           Scope &scope, ValueId x) {
  for (size_t slot : {size_t(2), size_t(3), size_t(4)})
    if (binding.slots[slot]) {
      report(Code::WeightUse, binding.slots[slot]->range,
             "a declared weight has its name, placement and initialiser already")
          .note(binding.slots[1]->value->range, "the weight is given here")
          .hint("leave it out, or give the number of features instead of the weight");
      return Value::poison();
    }
  const Weight &weight = model->weights[static_cast<size_t>(matrix.weight)];
  auto sizeOf = [&](const char *axis) -> int64_t {
    for (const Axis &a : weight.shape)
      if (a.name == axis)
        return a.size;
    return 0;
  };
  int64_t out = sizeOf("out"), in = sizeOf("in"), count = positions(x);
  bool perPosition = matrix.placement == Placement::PerPosition && sizeOf("position") != count;
  bool across = matrix.placement == Placement::AcrossPositions &&
                sizeOf("pair") != count * (count + 1) / 2;
  if (in != features(x) || perPosition || across) {
    bool onPositions = perPosition || across;
    Diagnostic &diagnostic = report(
        Code::ShapeMismatch, call.range,
        "the weight '" + weight.name + "' [out " + std::to_string(out) + ", in " +
            std::to_string(in) + "] and " + shapeText(x) + " do not fit: " +
            (onPositions ? "it was declared for " + std::to_string(model->context) + " positions"
                         : "axis 'in' is " + std::to_string(in) + ", axis 'feature' " +
                               std::to_string(features(x))));
    noteOrigin(diagnostic, x);
    diagnostic.hint(onPositions ? "declare it 'shared'" : "");
    return Value::poison();
  }
  if (recurrence && matrix.placement != Placement::Shared)
    return notInRecur(call.range, "weights that differ by position",
                      "all steps share its weights: declare it 'shared'");
  Op op;
  op.kind = OpKind::Linear;
  op.operands = {x};
  op.weight = matrix.weight;
  op.placement = matrix.placement;
  if (binding.slots[5]) {
    const Expression &node = *binding.slots[5]->value;
    Value value = evaluate(node, scope);
    if (value.is(ValueKind::Initialiser)) {
      op.bias = this->weight(weight.name + "_bias", matrix.placement, value.initialiser,
                             /*isBias=*/true, count, out, in, call.range);
    } else if (!value.is(ValueKind::Word) || value.word != "none") {
      return badArgument("'bias'", "an initialiser or 'none'", value, node.range,
                         "such as 'constant(0)'");
    }
  }
  return operation(std::move(op), out, call.range);
}

//===----------------------------------------------------------------------===//
// Shapes of elementwise expressions
//===----------------------------------------------------------------------===//

Elaborator::Extent Elaborator::extentOf(const Graph &graph) const {
  Extent extent;
  for (ValueId operand : graph.operands) {
    if (operand < 0)
      continue;
    if (extent.features < 0 || (extent.featureCount == 1 && features(operand) != 1)) {
      extent.features = operand;
      extent.featureCount = features(operand);
    }
    if (positions(operand) && extent.positions < 0) {
      extent.positions = operand;
      extent.positionCount = positions(operand);
    }
  }
  return extent;
}

/// The value with that many positions and features: a weight at every position, one feature
/// for all.
ValueId Elaborator::adapted(ValueId value, int64_t count, int64_t width, SourceRange where) {
  auto weight = weightOfValue.find(value);
  if (weight != weightOfValue.end()) {
    Op op;
    op.kind = OpKind::Broadcast;
    op.weight = weight->second;
    value = operationAt(std::move(op), count, features(value), where).graph->plainValue();
  }
  if (features(value) == width)
    return value;
  Op op;
  op.kind = OpKind::Spread;
  op.operands = {value};
  return operationAt(std::move(op), count, width, where).graph->plainValue();
}

Value Elaborator::settled(const Value &value, SourceRange where, const char *what, Scope &scope) {
  if (!value.is(ValueKind::Tensor) || scope.scalar)
    return value;
  bool ofWeights = !value.graph->isCondition && !value.graph->operands.empty() &&
                   std::all_of(value.graph->operands.begin(), value.graph->operands.end(),
                               [&](ValueId operand) { return isWeight(operand); });
  if (ofWeights)
    return value;
  std::optional<ValueId> id = tensor(value, where, what);
  return id ? Value::ofGraph(Graph::ofValue(*id)) : Value::poison();
}

} // namespace iarc::dsl
