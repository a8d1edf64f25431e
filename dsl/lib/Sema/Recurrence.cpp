//===- Recurrence.cpp - recur, lstm_gates, flatten ------------------------===//
//
// In the body of a recur a value from outside is the slice of one position. It
// is replaced where a name is read, so that nothing else has to know of it.
//
//===----------------------------------------------------------------------===//
#include "Sema/Elaborator.h"

#include <algorithm>
#include <utility>

namespace iarc::dsl {

Value Elaborator::notInRecur(SourceRange where, const std::string &what, std::string hint) {
  report(Code::RecurBody, where, what + " cannot stand in the body of a recur")
      .hint(std::move(hint));
  return Value::poison();
}

Value Elaborator::flatten(const Expression &call, const Binding &binding, Scope &scope) {
  if (recurrence)
    return notInRecur(call.focus, "'flatten'",
                      "a step sees one position only: flatten before or after");
  const Expression &node = *binding.slots[0]->value;
  std::optional<ValueId> x = tensor(evaluate(node, scope), node.range, "the argument of 'flatten'");
  if (!x)
    return Value::poison();
  int64_t width = positions(*x) * features(*x); // at most 2^34
  if (width > limits::width) {
    Diagnostic &diagnostic =
        report(Code::SizeOverflow, call.range,
               shapeText(*x) + " flattened has " + std::to_string(width) +
                   " features, more than the " + std::to_string(limits::width) + " allowed");
    noteOrigin(diagnostic, *x);
    return Value::poison();
  }
  Op op;
  op.kind = OpKind::Flatten;
  op.operands = {*x};
  return operation(std::move(op), width, call.range);
}

Value Elaborator::lstmGates(const Expression &call, const Binding &binding, Scope &scope) {
  const Expression &zNode = *binding.slots[0]->value, &cellNode = *binding.slots[1]->value;
  std::optional<ValueId> z = tensor(evaluate(zNode, scope), zNode.range, "the gates' input");
  std::optional<ValueId> cell = tensor(evaluate(cellNode, scope), cellNode.range, "the cell");
  if (!z || !cell)
    return Value::poison();
  if (features(*z) != 4 * features(*cell) || positions(*z) != positions(*cell)) {
    bool onPositions = positions(*z) != positions(*cell);
    Diagnostic &diagnostic = report(
        Code::ShapeMismatch, join(zNode.range, cellNode.range),
        "the gates' input " + shapeText(*z) + " and the cell " + shapeText(*cell) +
            " do not fit: " +
            (onPositions ? differenceOf(*z, *cell)
                         : "axis 'feature' must be 4 * " + std::to_string(features(*cell)) +
                               " = " + std::to_string(4 * features(*cell)) + ", not " +
                               std::to_string(features(*z))));
    noteOrigin(diagnostic, *z);
    noteOrigin(diagnostic, *cell);
    diagnostic.hint("the input holds one part for each of input, forget, candidate and output");
    return Value::poison();
  }
  Op op;
  op.kind = OpKind::LstmGates;
  op.operands = {*z, *cell};
  return operation(std::move(op), 2 * features(*cell), call.range);
}

Value Elaborator::seenHere(const Value &value, SourceRange where) {
  if (!recurrence || !value.is(ValueKind::Tensor))
    return value;
  // One operand, but for an expression of weights alone.
  Graph graph = *value.graph;
  for (ValueId &operand : graph.operands) {
    bool outside = operand >= 0 && operand < recurrence->firstInside;
    if (!outside || (isWeight(operand) && !positions(operand)))
      continue;
    std::optional<ValueId> slice = sliceOf(operand, where);
    if (!slice)
      return Value::poison();
    operand = *slice;
  }
  return Value::ofGraph(std::move(graph));
}

std::optional<ValueId> Elaborator::sliceOf(ValueId outside, SourceRange where) {
  auto [entry, fresh] = recurrence->slices.insert({outside, -1});
  if (!fresh)
    return entry->second < 0 ? std::nullopt : std::optional(entry->second);
  ValueId source = outside;
  if (isWeight(outside)) {
    // Of each position its own: a value before the recur, whose slice is read.
    Region *body = regions.back();
    regions.pop_back();
    source = adapted(outside, positions(outside), features(outside), where);
    regions.push_back(body);
  }
  if (recurrence->positions && *recurrence->positions != positions(outside)) {
    Diagnostic &diagnostic =
        report(Code::ShapeMismatch, where,
               "a recur over " + std::to_string(*recurrence->positions) +
                   (*recurrence->positions == 1 ? " position" : " positions") + " cannot read " +
                   shapeText(outside));
    diagnostic.note(recurrence->first, "it goes over the positions of this value");
    noteOrigin(diagnostic, outside);
    return std::nullopt;
  }
  if (!recurrence->positions) {
    recurrence->positions = positions(outside);
    recurrence->first = where;
  }
  ValueId slice = newValue(1, features(outside), origins[static_cast<size_t>(outside)]);
  entry->second = slice;
  if (program.written)
    if (auto known = program.written->names.find(outside); known != program.written->names.end())
      program.written->names.emplace(slice, known->second);
  recurrence->op->operands.push_back(source);
  recurrence->op->body->arguments.push_back(slice);
  return slice;
}

/// What goes to the next position or iteration is a value, even if it is made of weights alone.
void Elaborator::settleState(Value &value, SourceRange where) {
  if (!value.is(ValueKind::Tensor))
    return;
  std::optional<ValueId> id = tensor(value, where, "what is carried");
  value = id ? Value::ofGraph(Graph::ofValue(*id)) : Value::poison();
}

void Elaborator::recur(const Statement &statement, Scope &scope) {
  if (recurrence)
    notInRecur(statement.keyword, "'recur'", "carry both in one recur, or put one after the other");
  bool valid = !recurrence && !statement.broken;
  Op op;
  op.kind = OpKind::Recur;
  op.location = statement.keyword.location();
  op.body = std::make_unique<Region>();
  // Sizes are those of the surroundings; a name given twice has been reported.
  std::vector<const ast::Argument *> states;
  std::vector<std::optional<int64_t>> sizes;
  for (const ast::Argument &state : statement.states) {
    std::optional<int64_t> size;
    if (state.value)
      size = integer(evaluate(*state.value, scope), state.value->range,
                     "the number of features of '" + state.name.text + "'", 1, limits::width,
                     Code::InvalidArgument);
    // A name that exists already has been reported.
    valid = valid && size && !find(scope, state.name.text);
    states.push_back(&state);
    sizes.push_back(size);
  }
  ValueId firstInside = static_cast<ValueId>(model->valueShapes.size());
  for (size_t i = 0; i < states.size(); ++i) {
    Value &value = scope.levels.back()[states[i]->name.text];
    value = Value::poison();
    if (!sizes[i])
      continue;
    ValueId argument = newValue(1, *sizes[i], states[i]->range);
    nameValue(argument, pathTo(states[i]->name.text + ".in"));
    op.body->arguments.push_back(argument);
    if (program.written)
      program.written->names.emplace(argument, states[i]->name.text);
    value = Value::ofGraph(Graph::ofValue(argument));
  }
  Recurrence here{&op, firstInside, {}, {}, {}};
  Recurrence *outer = std::exchange(recurrence, &here);
  regions.push_back(op.body.get());
  scope.levels.emplace_back();
  execute(statement.body, scope);
  scope.levels.pop_back();
  for (const ast::Argument *state : states)
    settleState(*find(scope, state->name.text), state->range);
  regions.pop_back();
  recurrence = outer;
  // An assignment to a name from outside has been reported.
  std::vector<std::string> assigned;
  collectAssigned(statement.body, scope, assigned);
  for (const std::string &name : assigned)
    if (std::none_of(states.begin(), states.end(),
                     [&](const ast::Argument *state) { return state->name.text == name; }))
      *find(scope, name) = Value::poison();

  for (size_t i = 0; i < states.size() && valid; ++i) {
    const std::string &name = states[i]->name.text;
    const Value &value = *find(scope, name);
    valid = !value.isPoison();
    if (!valid)
      break;
    if (!value.is(ValueKind::Tensor)) {
      report(Code::CarriedKind, states[i]->range,
             "'" + name + "' is a state of the recur and becomes " + describe(value))
          .hint("give the new thing a name of its own with 'let'");
      valid = false;
      break;
    }
    ValueId end = value.graph->plainValue();
    if (features(end) != *sizes[i]) {
      Diagnostic &diagnostic =
          report(Code::CarriedShape, states[i]->range,
                 "'" + name + "' begins a step with " + std::to_string(*sizes[i]) +
                     " features and ends it as " + shapeText(end) + ": axis 'feature' changes");
      noteOrigin(diagnostic, end);
      diagnostic.hint("every step must begin with the same shape: declare '" + name + "[" +
                      std::to_string(features(end)) + "]', or end with a 'linear' back to " +
                      std::to_string(*sizes[i]) + " features");
      valid = false;
      break;
    }
    op.body->yields.push_back(end);
  }
  if (valid && !here.positions) {
    report(Code::RecurInput, statement.keyword, "the recur reads no value from outside it")
        .hint("it steps over the positions of a value: read one in its body, such as 'encode'");
    valid = false;
  }
  for (size_t i = 0; i < states.size(); ++i) {
    Value &value = *find(scope, states[i]->name.text);
    value = Value::poison();
    if (!valid)
      continue;
    ValueId result = newValue(*here.positions, *sizes[i], states[i]->range);
    op.results.push_back(result);
    if (program.written)
      program.written->names.emplace(result, states[i]->name.text);
    value = Value::ofGraph(Graph::ofValue(result));
  }
  if (valid)
    regions.back()->ops.push_back(std::move(op));
}

} // namespace iarc::dsl
