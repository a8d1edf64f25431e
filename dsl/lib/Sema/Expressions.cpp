//===- Expressions.cpp - Names, calls, choices and slices -----------------===//
#include "Sema/Elaborator.h"

#include "Diagnostics/Suggest.h"

#include <cmath>

namespace iarc::dsl {

Value Elaborator::evaluate(const Expression &top, Scope &scope) {
  if (depth > limits::evaluationDepth) {
    report(Code::ElaborationLimit, top.range, "expressions and calls nest too deeply")
        .hint("name parts of it with 'let'");
    throw ElaborationStopped();
  }
  ++depth;
  std::vector<const Expression *> spine;
  const Expression *node = &top;
  while (node->kind == ast::ExpressionKind::Binary || node->kind == ast::ExpressionKind::Slice ||
         node->kind == ast::ExpressionKind::Index) {
    spine.push_back(node);
    node = node->operands[0];
  }
  size_t weightsBefore = model->weights.size();
  Value value = leaf(*node, scope);
  if (program.facts)
    noteFacts(*node, value, weightsBefore);
  for (auto next = spine.rbegin(); next != spine.rend(); ++next) {
    step((*next)->range);
    if ((*next)->kind == ast::ExpressionKind::Slice)
      value = slice(**next, value, scope);
    else if ((*next)->kind == ast::ExpressionKind::Index)
      value = index(**next, value);
    else
      value = binary(**next, value, evaluate(*(*next)->operands[1], scope));
  }
  --depth;
  return value;
}

Value Elaborator::leaf(const Expression &expression, Scope &scope) {
  step(expression.range);
  switch (expression.kind) {
  case ast::ExpressionKind::Number:
    if (expression.broken)
      return Value::poison();
    return expression.isInteger ? Value::ofInteger(expression.integer)
                                : Value::ofReal(expression.number);
  case ast::ExpressionKind::Truth:
    return Value::ofTruth(expression.isTrue);
  case ast::ExpressionKind::Text:
    return Value::ofText(expression.text);
  case ast::ExpressionKind::Name:
    return name(expression, scope);
  case ast::ExpressionKind::Call:
    return call(expression, scope);
  case ast::ExpressionKind::Unary:
    return unary(expression, evaluate(*expression.operands[0], scope));
  case ast::ExpressionKind::Choice:
    return choice(expression, scope);
  case ast::ExpressionKind::Placement:
    return placement(expression);
  case ast::ExpressionKind::List: {
    Value list;
    list.kind = ValueKind::List;
    for (const Expression *element : expression.operands) {
      list.elements.push_back(evaluate(*element, scope));
      if (list.elements.back().isPoison())
        return Value::poison();
    }
    return list;
  }
  case ast::ExpressionKind::Range:
    report(Code::WrongKind, expression.range, "a range stands in 'gap' and in brackets only")
        .hint("a slice of features is written 'x[a..b]'");
    return Value::poison();
  case ast::ExpressionKind::Binary:
  case ast::ExpressionKind::Slice:
  case ast::ExpressionKind::Index:
    break; // walked by evaluate
  }
  return Value::poison();
}

Value Elaborator::index(const Expression &expression, const Value &base) {
  if (!base.isPoison())
    report(Code::WrongKind, expression.focus, "an index stands in the rules of a task only")
        .hint("a slice of one feature is written '" +
              std::string(expression.operands[0]->range.text().substr(0, 40)) + "[a..a]'");
  return Value::poison();
}

Value Elaborator::placement(const Expression &expression) {
  Value value;
  value.kind = ValueKind::Placement;
  const std::string &word = expression.word.text;
  bool per = expression.text == "per";
  if (word == (per ? "position" : "positions")) {
    value.placement = per ? Placement::PerPosition : Placement::AcrossPositions;
    return value;
  }
  report(Code::UnknownOption, expression.word.range,
         "unknown placement '" + expression.text + " " + word + "'")
      .hint("a placement is 'shared', 'per position' or 'across positions'");
  return Value::poison();
}

Value Elaborator::name(const Expression &expression, Scope &scope) {
  const std::string &text = expression.text;
  if (Value *variable = find(scope, text))
    return seenHere(*variable, expression.range);
  auto entry = scope.unit->names.find(text);
  if (entry != scope.unit->names.end()) {
    if (entry->second->isBlock() || entry->second->poisoned)
      return Value::poison();
    Value value;
    value.kind = ValueKind::Function;
    value.function.definition = entry->second;
    return value;
  }
  if (const Intrinsic *intrinsic = findIntrinsic(text)) {
    Value value;
    value.kind = ValueKind::Function;
    value.function.intrinsic = intrinsic;
    return value;
  }
  if (text == "shared") {
    Value value;
    value.kind = ValueKind::Placement;
    return value;
  }
  if (text == "sum" || text == "absolute_sum") {
    Value value;
    value.kind = ValueKind::Normaliser;
    value.normalise = text == "sum" ? Normalise::Sum : Normalise::AbsoluteSum;
    return value;
  }
  if (isWord(text))
    return Value::ofWord(text);
  if (isTaskValue(text)) {
    if (text == "encode" && scope.scalar) {
      report(Code::WrongKind, expression.range, "a kernel or function cannot use 'encode'")
          .hint("it works on single numbers: pass the value as an argument");
      return Value::poison();
    }
    if (program.model && !settingsReady && !scope.scalar) {
      report(Code::WrongKind, expression.range,
             "'" + text + "' cannot be used in a setting of the model")
          .hint("it has a value only once the task is known; use a 'param' for both");
      return Value::poison();
    }
    if (text == "symbols") {
      if (symbolCount)
        return Value::ofInteger(*symbolCount);
      // Before the task is known a function body is only checked.
      return scope.scalar && !settingsReady ? Value::ofInteger(2) : Value::poison();
    }
    return encoded ? seenHere(Value::ofGraph(Graph::ofValue(*encoded)), expression.range)
                   : Value::poison();
  }
  return Value::poison(); // reported by the resolver
}

Value Elaborator::call(const Expression &expression, Scope &scope) {
  if (Value *variable = find(scope, expression.text)) {
    Value callee = *variable;
    if (callee.isPoison())
      return callee;
    if (callee.is(ValueKind::Function))
      return callFunction(callee.function, expression, scope);
    report(Code::NotCallable, expression.focus,
           "'" + expression.text + "' cannot be called: it is " + describe(callee))
        .hint("only kernels, functions and blocks are called; a product is written 'a * b'");
    return Value::poison();
  }
  if (const PrimitiveEntry *entry = findPrimitive(expression.text))
    return primitive(*entry, expression, scope);
  FunctionValue function;
  function.intrinsic = findIntrinsic(expression.text);
  if (!function.intrinsic) {
    auto entry = scope.unit->names.find(expression.text);
    if (entry == scope.unit->names.end() || entry->second->poisoned)
      return Value::poison();
    if (entry->second->isBlock()) {
      if (scope.scalar) {
        report(Code::WrongKind, expression.focus,
               "a kernel or function cannot call block '" + expression.text + "'")
            .hint("it works on single numbers: write a block instead");
        return Value::poison();
      }
      Binding binding =
          bindArguments(calleeOf(*entry->second), expression.arguments, expression.focus, nullptr);
      return binding.valid ? callBlock(*entry->second, expression, binding, scope)
                           : Value::poison();
    }
    function.definition = entry->second;
  }
  return callFunction(function, expression, scope);
}

Value Elaborator::callFunction(const FunctionValue &function, const Expression &expression,
                               Scope &scope) {
  if (function.definition && function.definition->poisoned)
    return Value::poison();
  Callee callee = function.definition ? calleeOf(*function.definition)
                                      : calleeOf(*function.intrinsic);
  // A variable's callee is known only here; any other was checked by the resolver.
  bool dynamic = find(scope, expression.text) != nullptr;
  Binding binding = bindArguments(callee, expression.arguments, expression.focus,
                                  dynamic ? &diagnostics : nullptr);
  if (!binding.valid)
    return Value::poison();

  std::vector<Value> arguments;
  std::vector<SourceRange> ranges;
  Scope defaults;
  if (function.definition) {
    defaults.unit = function.definition->unit;
    defaults.scalar = true;
  }
  if (binding.partial) {
    Value result;
    result.kind = ValueKind::Function;
    result.function = function;
    for (size_t i = 0; i < binding.slots.size(); ++i) {
      if (!binding.slots[i])
        continue;
      const Expression &given = *binding.slots[i]->value;
      Value value = evaluate(given, scope);
      if (value.isPoison())
        return value;
      if (!value.is(ValueKind::Number)) {
        report(Code::InvalidArgument, given.range,
               "a parameter set in advance must be a number, not " + describe(value))
            .hint("to apply '" + function.name() + "' give its first argument too");
        return Value::poison();
      }
      result.function.numbers[callee.formals[i].name] = value.number;
    }
    return result;
  }
  // In another kernel it is what it says; of values a reader would take it for more.
  if (!scope.scalar && function.definition && function.definition->isKernel() &&
      function.name() == "softmax")
    report(Code::SoftmaxOfNumbers, expression.focus,
           "'softmax' is a kernel: this applies it to each number, and is not the softmax of a row")
        .hint("the logarithm of a row's softmax is 'log_softmax(x)' of losses; of logits "
              "'loss cross_entropy' takes the softmax itself");
  for (size_t i = 0; i < binding.slots.size(); ++i) {
    auto set = function.numbers.find(callee.formals[i].name);
    if (binding.slots[i]) {
      arguments.push_back(evaluate(*binding.slots[i]->value, scope));
      ranges.push_back(binding.slots[i]->value->range);
    } else if (set != function.numbers.end()) {
      arguments.push_back(Value::ofNumber(set->second));
      ranges.push_back(expression.range);
    } else {
      arguments.push_back(evaluate(*function.definition->item->parameters[i].value, defaults));
      ranges.push_back(expression.range);
    }
    defaults.levels[0][callee.formals[i].name] = arguments.back(); // for the defaults after it
  }
  return applyFunction(function, std::move(arguments), expression.range, ranges);
}

Value Elaborator::choice(const Expression &expression, Scope &scope) {
  Value condition = evaluate(*expression.operands[0], scope);
  if (condition.isPoison())
    return condition;
  // Known now: only the branch taken is elaborated, and it may be of any kind.
  if (condition.is(ValueKind::Truth))
    return evaluate(*expression.operands[condition.truth ? 1 : 2], scope);
  if (!condition.isCondition()) {
    report(Code::Condition, expression.operands[0]->range,
           "a condition is expected here, not " + describe(condition))
        .hint("compare it: 'if x > 0 then ...'");
    return Value::poison();
  }
  Value yes = evaluate(*expression.operands[1], scope);
  Value no = evaluate(*expression.operands[2], scope);
  if (yes.isPoison() || no.isPoison())
    return Value::poison();
  SourceRange yesRange = expression.operands[1]->range, noRange = expression.operands[2]->range;
  if (!scalarOperand(yes, yesRange, expression.focus, "if") ||
      !scalarOperand(no, noRange, expression.focus, "if"))
    return Value::poison();
  Graph first = graphOf(yes), second = graphOf(no);
  SourceRange conditionRange = expression.operands[0]->range;
  if (!sameShape(*condition.graph, first, expression.focus, conditionRange, yesRange) ||
      !sameShape(*condition.graph, second, expression.focus, conditionRange, noRange) ||
      !sameShape(first, second, expression.focus, yesRange, noRange))
    return Value::poison();
  return Value::ofGraph(apply(ScalarOp::Select, *condition.graph, first, second));
}

Value Elaborator::slice(const Expression &expression, const Value &base, Scope &scope) {
  const Expression &beginNode = *expression.operands[1], &endNode = *expression.operands[2];
  Value beginValue = evaluate(beginNode, scope), endValue = evaluate(endNode, scope);
  if (base.isPoison() || beginValue.isPoison() || endValue.isPoison())
    return Value::poison();
  std::optional<ValueId> value = tensor(base, expression.operands[0]->range, "what is sliced");
  if (!value)
    return Value::poison();
  int64_t width = features(*value), last = width - 1;
  auto bound = [&](const Value &v, const Expression &node) -> std::optional<int64_t> {
    if (v.is(ValueKind::Number) && v.isInteger)
      return v.integer;
    report(Code::WrongKind, node.range,
           "a bound of a slice must be an integer, not " + describe(v));
    return std::nullopt;
  };
  std::optional<int64_t> begin = bound(beginValue, beginNode), end = bound(endValue, endNode);
  if (!begin || !end)
    return Value::poison();
  bool inside = *begin >= 0 && *begin <= last &&
                (expression.includesEnd ? *end >= *begin && *end <= last
                                        : *end > *begin && *end <= width);
  if (!inside) {
    std::string range = std::to_string(*begin) + (expression.includesEnd ? ".." : "..<") +
                        std::to_string(*end);
    bool empty = expression.includesEnd ? *end < *begin : *end <= *begin;
    Diagnostic &diagnostic =
        report(Code::InvalidSlice, join(beginNode.range, endNode.range),
               empty ? "the slice " + range + " holds no feature"
                     : "the slice " + range + " is outside the features 0.." +
                           std::to_string(last) + " of " + shapeText(*value));
    if (SourceRange origin = origins[static_cast<size_t>(*value)])
      diagnostic.note(origin, shapeText(*value) + " comes from here");
    diagnostic.hint(!empty && expression.includesEnd && *end == width && *begin < width
                        ? "'a..b' includes b: write '" + std::to_string(*begin) + "..<" +
                              std::to_string(*end) + "'"
                        : "");
    return Value::poison();
  }
  Op op;
  op.kind = OpKind::Slice;
  op.operands = {*value};
  op.begin = *begin;
  op.end = expression.includesEnd ? *end + 1 : *end;
  return operation(std::move(op), op.end - op.begin, expression.range);
}

std::optional<ValueId> Elaborator::tensor(const Value &value, SourceRange where,
                                          const char *what) {
  if (value.isPoison())
    return std::nullopt;
  if (!value.is(ValueKind::Tensor) || value.graph->isCondition ||
      (!value.graph->operands.empty() && value.graph->operands[0] < 0)) {
    Code code = value.isCondition() ? Code::Condition : Code::WrongKind;
    report(code, where,
           std::string(what) + " must be a value [position, feature], not " + describe(value))
        .hint(value.isCondition() ? "choose between two numbers: 'if ... then 1 else 0'" : "");
    return std::nullopt;
  }
  if (value.graph->isPlain() && !isWeight(value.graph->plainValue()))
    return value.graph->plainValue();
  Graph graph = *value.graph;
  simplify(graph);
  if (graph.operands.empty()) {
    // Cannot happen: a graph of numbers alone is folded.
    report(Code::WrongKind, where, std::string(what) + " must depend on a value");
    return std::nullopt;
  }
  Extent extent = extentOf(graph);
  int64_t count = extent.positionCount ? extent.positionCount : recurrence ? 1 : model->context;
  // What is the same for all features is computed once.
  if (extent.featureCount > 1)
    hoistNarrow(
        graph, [&](ValueId operand) { return features(operand) == 1; },
        [&](Graph part) {
          Op narrow;
          narrow.kind = OpKind::Map;
          for (ValueId operand : part.operands)
            narrow.operands.push_back(adapted(operand, count, 1, where));
          narrow.scalar = std::move(part.scalar);
          return operationAt(std::move(narrow), count, 1, where).graph->plainValue();
        });
  Op op;
  op.kind = OpKind::Map;
  for (ValueId operand : graph.operands)
    op.operands.push_back(adapted(operand, count, extent.featureCount, where));
  if (graph.isPlain())
    return op.operands[0];
  op.scalar = std::move(graph.scalar);
  Value made = operation(std::move(op), extent.featureCount, where);
  return made.graph->plainValue();
}

std::optional<int64_t> Elaborator::integer(const Value &value, SourceRange where,
                                           const std::string &what, int64_t low, int64_t high,
                                           Code code) {
  if (value.isPoison())
    return std::nullopt;
  std::string range = std::to_string(low) + " to " + std::to_string(high);
  if (!value.is(ValueKind::Number) || !value.isInteger) {
    report(code, where, what + " must be an integer, not " + describe(value))
        .hint("allowed are " + range);
    return std::nullopt;
  }
  if (value.integer < low || value.integer > high) {
    report(code, where, what + " is " + std::to_string(value.integer) + ", out of range")
        .hint("allowed are " + range);
    return std::nullopt;
  }
  return value.integer;
}

std::optional<double> Elaborator::real(const Value &value, SourceRange where,
                                       const std::string &what, Code code) {
  if (value.isPoison())
    return std::nullopt;
  if (!value.is(ValueKind::Number)) {
    report(code, where, what + " must be a number, not " + describe(value));
    return std::nullopt;
  }
  return value.number;
}

} // namespace iarc::dsl
