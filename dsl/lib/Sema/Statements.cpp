//===- Statements.cpp - let, assignment and repeat ------------------------===//
#include "Sema/Elaborator.h"

#include <algorithm>

namespace iarc::dsl {

using ast::StatementKind;

void Elaborator::execute(const std::vector<const Statement *> &body, Scope &scope) {
  for (const Statement *statement : body) {
    if (returned)
      return;
    execute(*statement, scope);
  }
}

void Elaborator::execute(const Statement &statement, Scope &scope) {
  bool atTop = frames.empty() && regions.size() == 1;
  switch (statement.kind) {
  case StatementKind::Let:
    assign(statement, scope, true);
    break;
  case StatementKind::Assign:
    assign(statement, scope, false);
    break;
  case StatementKind::Weight:
    declareWeight(statement, scope);
    break;
  case StatementKind::For:
    forEach(statement, scope);
    break;
  case StatementKind::If:
    branch(statement, scope);
    break;
  case StatementKind::Repeat:
    repeat(statement, scope);
    break;
  case StatementKind::Recur:
    recur(statement, scope);
    break;
  case StatementKind::Predict:
    if (atTop && &statement == setting(StatementKind::Predict))
      predict(statement, scope);
    break;
  case StatementKind::Return:
    if (!frames.empty() && scope.levels.size() == 1)
      returned = statement.value ? evaluate(*statement.value, scope) : Value::poison();
    if (returned && statement.value)
      returned = settled(*returned, statement.value->range, "what a block returns", scope);
    break;
  default:
    break; // settings, read before
  }
}

void Elaborator::assign(const Statement &statement, Scope &scope, bool isLet) {
  const std::string &name = statement.name.text;
  if (name.empty())
    return;
  Value value = statement.value ? evaluate(*statement.value, scope) : Value::poison();
  std::string what = "what '" + name + "' stands for";
  if (statement.value)
    value = settled(value, statement.value->range, what.c_str(), scope);
  noteValue(statement.name.range, value);
  nameValue(value, pathTo(name));
  if (program.written)
    if (std::optional<ValueId> plain = plainValueOf(value)) {
      // Outside of a block its result has the name that it is given there.
      if (statement.value->kind == ast::ExpressionKind::Call)
        program.written->names[*plain] = name;
      else
        program.written->names.emplace(*plain, name);
    }
  Value *known = isLet ? nullptr : find(scope, name);
  if (known)
    *known = std::move(value);
  else if (!isPredefined(name)) // refused: what follows means the predefined one
    scope.levels.back()[name] = std::move(value);
}

void Elaborator::collectAssigned(const std::vector<const Statement *> &body, Scope &scope,
                                 std::vector<std::string> &names) {
  // A name that the body introduces itself with 'let' cannot be one from outside.
  for (const Statement *statement : body) {
    collectAssigned(statement->body, scope, names);
    collectAssigned(statement->otherwise, scope, names);
    if (statement->kind == StatementKind::Assign && find(scope, statement->name.text) &&
        std::find(names.begin(), names.end(), statement->name.text) == names.end())
      names.push_back(statement->name.text);
  }
}

void Elaborator::poisonAssigned(const std::vector<const Statement *> &body, Scope &scope) {
  std::vector<std::string> names;
  collectAssigned(body, scope, names);
  for (const std::string &name : names)
    *find(scope, name) = Value::poison();
}

void Elaborator::forEach(const Statement &statement, Scope &scope) {
  if (statement.broken || !statement.value || statement.name.text.empty()) {
    poisonAssigned(statement.body, scope);
    return;
  }
  const Expression &over = *statement.value;
  std::vector<Value> values;
  bool valid = true;
  if (over.kind == ast::ExpressionKind::Range) {
    std::optional<int64_t> bounds[2];
    for (size_t i = 0; i < 2; ++i) {
      const Expression &bound = *over.operands[i];
      bounds[i] = integer(evaluate(bound, scope), bound.range, "a bound of a 'for'", -limits::width,
                          limits::width, Code::InvalidLoop);
      valid = valid && bounds[i];
    }
    int64_t count = valid ? *bounds[1] - *bounds[0] + (over.includesEnd ? 1 : 0) : 0;
    if (count > limits::unrolled) {
      report(Code::InvalidLoop, over.range,
             "a 'for' of " + std::to_string(count) + " iterations, more than the " +
                 std::to_string(limits::unrolled) + " allowed")
          .hint("each iteration is written out; 'repeat' stays a loop");
      valid = false;
    }
    for (int64_t i = 0; valid && i < count; ++i)
      values.push_back(Value::ofInteger(*bounds[0] + i));
  } else {
    Value list = evaluate(over, scope);
    valid = list.is(ValueKind::List);
    if (!valid && !list.isPoison())
      report(Code::InvalidLoop, over.range,
             "a 'for' goes over a range or a list, not " + describe(list))
          .hint("such as 'for i in 0..<4' or 'for k in [softmax, expressive]'");
    values = std::move(list.elements);
  }
  if (!valid) {
    poisonAssigned(statement.body, scope);
    return;
  }
  for (Value &value : values) {
    scope.levels.emplace_back();
    scope.levels.back()[statement.name.text] = std::move(value);
    execute(statement.body, scope);
    scope.levels.pop_back();
  }
}

void Elaborator::branch(const Statement &statement, Scope &scope) {
  Value condition =
      statement.value && !statement.broken ? evaluate(*statement.value, scope) : Value::poison();
  if (!condition.is(ValueKind::Truth)) {
    if (!condition.isPoison())
      report(Code::Condition, statement.value->range,
             "the condition of this 'if' must be known at compile time, not " +
                 describe(condition))
          .hint(condition.isCondition()
                    ? "to choose element by element write 'x = if ... then ... else ...'"
                    : "compare it: 'if layers > 4 {'");
    poisonAssigned(statement.body, scope);
    poisonAssigned(statement.otherwise, scope);
    return;
  }
  scope.levels.emplace_back();
  execute(condition.truth ? statement.body : statement.otherwise, scope);
  scope.levels.pop_back();
}

void Elaborator::repeat(const Statement &statement, Scope &scope) {
  if (recurrence) {
    notInRecur(statement.keyword, "'repeat'", "repeat around the recur instead");
    poisonAssigned(statement.body, scope);
    return;
  }
  std::optional<int64_t> count;
  if (statement.value)
    count = integer(evaluate(*statement.value, scope), statement.value->range,
                    "the count of a repeat", 1, limits::repeat, Code::InvalidRepeat);
  std::vector<std::string> carried;
  collectAssigned(statement.body, scope, carried);
  bool valid = count.has_value() && !statement.broken;
  auto op = std::make_unique<Op>();
  op->kind = OpKind::Repeat;
  op->count = count.value_or(1);
  op->location = statement.keyword.location();
  op->body = std::make_unique<Region>();
  std::vector<std::string> values;
  for (const std::string &name : carried) {
    Value &value = *find(scope, name);
    if (value.isPoison())
      continue;
    if (!value.is(ValueKind::Tensor)) {
      report(Code::CarriedKind, statement.keyword,
             "'" + name + "' is " + describe(value) +
                 ", which a repeat cannot change from one iteration to the next")
          .hint("a repeat carries values [position, feature]; a number is the same in all "
                "iterations");
      value = Value::poison();
      valid = false;
      continue;
    }
    settleState(value, statement.keyword);
    if (value.isPoison())
      continue;
    ValueId initial = value.graph->plainValue();
    ValueId argument =
        newValue(positions(initial), features(initial), origins[static_cast<size_t>(initial)]);
    nameValue(argument, pathTo(name + ".in"));
    op->operands.push_back(initial);
    op->body->arguments.push_back(argument);
    if (program.written)
      program.written->names.emplace(argument, name);
    value = Value::ofGraph(Graph::ofValue(argument));
    values.push_back(name);
  }

  regions.push_back(op->body.get());
  layers.push_back(op->count);
  scope.levels.emplace_back();
  execute(statement.body, scope);
  scope.levels.pop_back();
  for (const std::string &name : values)
    settleState(*find(scope, name), statement.keyword);
  layers.pop_back();
  regions.pop_back();

  std::vector<ValueId> results;
  for (size_t i = 0; i < values.size(); ++i) {
    Value &value = *find(scope, values[i]);
    if (value.isPoison()) {
      valid = false;
      continue;
    }
    if (!value.is(ValueKind::Tensor)) {
      report(Code::CarriedKind, statement.keyword,
             "'" + values[i] + "' enters the repeat as a value and leaves it as " +
                 describe(value))
          .hint("give the new thing a name of its own with 'let'");
      value = Value::poison();
      valid = false;
      continue;
    }
    ValueId end = value.graph->plainValue(), begin = op->body->arguments[i];
    if (!fits(begin, end)) {
      bool onPositions = positions(begin) != positions(end);
      Diagnostic &diagnostic =
          report(Code::CarriedShape, statement.keyword,
                 "'" + values[i] + "' enters the repeat as " + shapeText(begin) +
                     " and leaves it as " + shapeText(end) + ": axis '" +
                     (onPositions ? "position" : "feature") + "' changes");
      noteOrigin(diagnostic, begin);
      noteOrigin(diagnostic, end);
      diagnostic.hint(onPositions ? "every iteration must begin with the same shape: flatten "
                                    "before the repeat or after it"
                                  : "every iteration must begin with the same shape: end it with "
                                    "a 'linear' back to " +
                                        std::to_string(features(begin)) + " features");
      value = Value::poison();
      valid = false;
      continue;
    }
    op->body->yields.push_back(end);
    ValueId result = newValue(positions(begin), features(begin),
                              origins[static_cast<size_t>(end)]);
    results.push_back(result);
    if (program.written)
      program.written->names.emplace(result, values[i]);
    value = Value::ofGraph(Graph::ofValue(result));
  }
  if (!valid) {
    poisonAssigned(statement.body, scope);
    return;
  }
  if (carried.empty()) {
    bool unknown = std::any_of(statement.body.begin(), statement.body.end(),
                               [](const Statement *s) { return s->broken; });
    if (!unknown)
      report(Code::InvalidRepeat, statement.keyword, "the repeat changes nothing")
          .hint("assign to a value that exists before it, such as 'x = layer(x, ...)'");
    return;
  }
  if (values.empty())
    return;
  op->results = std::move(results);
  regions.back()->ops.push_back(std::move(*op));
}

Elaborator::WeightDefaults
Elaborator::blockWeights(const std::vector<const Statement *> &body, Scope &scope,
                         WeightDefaults inherited) {
  const Statement *seen = nullptr;
  for (const Statement *statement : body) {
    if (statement->kind != StatementKind::Weights)
      continue;
    if (seen) {
      diagnostics
          .report(Code::RepeatedStatement, statement->keyword, "'weights' is given twice")
          .note(seen->keyword, "the first one is here");
      continue;
    }
    seen = statement;
    if (statement->broken)
      continue;
    Value placement = evaluate(*statement->value, scope);
    if (placement.is(ValueKind::Placement))
      inherited.placement = placement.placement;
    else if (!placement.isPoison())
      report(Code::UnknownOption, statement->value->range,
             "a placement is expected after 'weights', not " + describe(placement))
          .hint("a placement is 'shared', 'per position' or 'across positions'");
    if (!statement->second)
      continue;
    Value init = evaluate(*statement->second, scope);
    if (init.is(ValueKind::Initialiser))
      inherited.initialiser = init.initialiser;
    else
      badArgument("the second part of 'weights'", "an initialiser", init,
                  statement->second->range,
                  "such as 'normal(0, 0.1)', 'uniform(-0.1, 0.1)' or 'constant(0)'");
  }
  return inherited;
}

} // namespace iarc::dsl
