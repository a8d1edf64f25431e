//===- Elaborator.cpp - Scopes, messages and calls of definitions ---------===//
#include "Sema/Elaborator.h"

#include "Sema/Facts.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

namespace iarc::dsl {

std::unique_ptr<Model> elaborate(Program &program, const FrontendOptions &options,
                                 Diagnostics &diagnostics) {
  return Elaborator(program, options, diagnostics).run();
}

std::unique_ptr<Model> Elaborator::run() {
  auto owned = std::make_unique<Model>();
  model = owned.get();
  try {
    checkUncalledFunctions();
    checkUnusedTasks();
    if (!program.model)
      return owned;
    model->name = program.model->name.text;
    model->location = program.model->name.range.location();
    Scope scope;
    scope.unit = program.main;
    regions.push_back(&model->body);
    findSettings();
    if (program.task)
      declaration = readTask(*program.task, nullptr);
    settings(scope);
    settingsReady = true;
    if (program.preview) {
      for (const Statement *statement : program.preview->body)
        if (statement->kind == ast::StatementKind::Predict) {
          model->lossAt = LossAt::Last;
          found[ast::StatementKind::Predict] = statement;
          execute(*statement, scope);
        }
      return owned;
    }
    execute(program.model->body, scope);
  } catch (const ElaborationStopped &) {
  }
  makeValueNamesUnique();
  return owned;
}

Diagnostic &Elaborator::report(Code code, SourceRange where, std::string message) {
  Diagnostic &diagnostic = diagnostics.report(code, where, std::move(message));
  // A long chain says little: the calls next to the error and the outermost ones.
  constexpr size_t most = 8;
  for (size_t i = frames.size(); i-- > 0;) {
    if (frames.size() > most && i + most / 2 == frames.size()) {
      size_t hidden = frames.size() - most;
      diagnostic.note({}, std::to_string(hidden) + " calls are not shown");
      i = most / 2;
      continue;
    }
    diagnostic.note(frames[i].where, "in this call of '" + frames[i].name + "'");
  }
  return diagnostic;
}

void Elaborator::step(SourceRange where) {
  if (++evaluations > limits::evaluations) {
    report(Code::ElaborationLimit, where, "the model takes too many steps to elaborate")
        .hint("state a repetition with 'repeat' instead of definitions that use each other twice");
    throw ElaborationStopped();
  }
}

Value *Elaborator::find(Scope &scope, const std::string &name) {
  for (auto level = scope.levels.rbegin(); level != scope.levels.rend(); ++level) {
    auto entry = level->find(name);
    if (entry != level->end())
      return &entry->second;
  }
  return nullptr;
}

std::string Elaborator::describe(const Value &value) const {
  switch (value.kind) {
  case ValueKind::Poison: return "an erroneous value";
  case ValueKind::Number: return value.isInteger ? "an integer" : "a real number";
  case ValueKind::Truth: return value.truth ? "'true'" : "'false'";
  case ValueKind::Tensor:
    if (value.graph->isCondition)
      return "a condition";
    for (ValueId operand : value.graph->operands)
      if (operand >= 0)
        return (isWeight(operand) ? "a weight " : "a value ") + shapeText(operand);
    return "a scalar";
  case ValueKind::Function:
    return (value.function.definition ? value.function.definition->kindName() : "function") +
           (" '" + value.function.name() + "'");
  case ValueKind::Word: return "'" + value.word + "'";
  case ValueKind::Text: return "a text";
  case ValueKind::Placement: return "a placement";
  case ValueKind::Initialiser: return "an initialiser";
  case ValueKind::Normaliser: return "a normaliser";
  case ValueKind::List: return "a list";
  case ValueKind::Weight: return "a weight matrix";
  case ValueKind::Subtasks: return "a list of subtasks";
  }
  return "";
}

void Elaborator::noteValue(SourceRange where, const Value &value) {
  if (!program.facts || value.isPoison())
    return;
  std::string text;
  if (value.kind == ValueKind::Number) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.12g", value.number);
    text = value.isInteger ? std::to_string(value.integer) : digits;
  } else {
    text = describe(value);
    if (text.compare(0, 8, "a value ") == 0)
      text.erase(0, 8);
  }
  program.facts->value(where, text);
}

std::string Elaborator::pathTo(const std::string &name) const {
  std::string path;
  for (const Frame &frame : frames)
    path += (path.empty() ? "" : ".") + frame.name;
  return path + (path.empty() || name.empty() ? "" : ".") + name;
}

void Elaborator::nameValue(const Value &value, const std::string &path) {
  if (value.is(ValueKind::Tensor) && value.graph->isPlain())
    nameValue(value.graph->plainValue(), path);
}

void Elaborator::nameValue(ValueId value, const std::string &path) {
  if (value < 0 || isNamed[static_cast<size_t>(value)])
    return;
  isNamed[static_cast<size_t>(value)] = true;
  model->valueNames[static_cast<size_t>(value)] = path;
}

void Elaborator::makeValueNamesUnique() {
  std::set<std::string> taken;
  std::map<std::string, int> numbers; // the last one behind each name
  for (std::string &name : model->valueNames) {
    const std::string base = name;
    for (int &i = numbers[base]; !name.empty() && !taken.insert(name).second;)
      name = base + "_" + std::to_string(i = std::max(i + 1, 2));
  }
}

void Elaborator::noteFacts(const Expression &expression, const Value &value,
                           size_t weightsBefore) {
  if (expression.kind == ast::ExpressionKind::Name || expression.kind == ast::ExpressionKind::Call)
    noteValue(expression.range, value);
  if (expression.kind != ast::ExpressionKind::Call)
    return;
  for (size_t i = weightsBefore; i < model->weights.size(); ++i) {
    const Weight &weight = model->weights[i];
    std::string axes;
    int64_t elements = 1;
    for (const Axis &axis : weight.shape) {
      axes += (axes.empty() ? "" : ", ") + axis.name + " " + std::to_string(axis.size);
      elements *= axis.size; // checked when the weight was made
    }
    program.facts->weight(expression.range, weight.name + " [" + axes + "]", elements);
  }
}

Value Elaborator::callBlock(Definition &definition, const Expression &call,
                            const Binding &binding, Scope &caller) {
  // Arguments belong to the caller, defaults to the block.
  std::vector<std::optional<Value>> given(binding.slots.size());
  for (size_t i = 0; i < binding.slots.size(); ++i)
    if (binding.slots[i])
      given[i] = settled(evaluate(*binding.slots[i]->value, caller), binding.slots[i]->value->range,
                         "an argument of a block", caller);
  return callBlock(definition, call.range, std::move(given));
}

Value Elaborator::callBlock(Definition &definition, SourceRange where,
                            std::vector<std::optional<Value>> given) {
  if (frames.size() >= static_cast<size_t>(limits::callDepth)) {
    report(Code::ElaborationLimit, where,
           "calls of blocks nest deeper than " + std::to_string(limits::callDepth))
        .hint("state a repetition with 'repeat'");
    throw ElaborationStopped();
  }
  bool poisoned = definition.poisoned;
  for (const std::optional<Value> &value : given)
    poisoned = poisoned || (value && value->isPoison());
  if (poisoned)
    return Value::poison();

  frames.push_back({definition.name(), where});
  Scope scope;
  scope.unit = definition.unit;
  const std::vector<ast::Parameter> &parameters = definition.item->parameters;
  for (size_t i = 0; i < parameters.size(); ++i) {
    Value value = given[i] ? std::move(*given[i])
                  : parameters[i].value ? evaluate(*parameters[i].value, scope)
                                        : Value::poison();
    noteValue(parameters[i].name.range, value);
    if (program.written)
      if (std::optional<ValueId> plain = plainValueOf(value))
        program.written->names.emplace(*plain, parameters[i].name.text);
    scope.levels[0][parameters[i].name.text] = std::move(value);
  }
  WeightDefaults saved = weights;
  weights = blockWeights(definition.item->body, scope, weights);
  std::optional<Value> outer = std::move(returned);
  returned.reset();
  const Region *region = regions.back();
  size_t first = region->ops.size();
  ValueId firstInside = static_cast<ValueId>(model->valueShapes.size());
  execute(definition.item->body, scope);
  Value result = returned ? std::move(*returned) : Value::poison();
  returned = std::move(outer);
  weights = saved;
  nameValue(result, pathTo(""));
  frames.pop_back();
  if (program.written) {
    std::optional<ValueId> plain = plainValueOf(result);
    program.written->calls.push_back(
        {definition.name(), region, first, region->ops.size(), plain.value_or(-1)});
    // What the block called it means nothing outside.
    if (plain && *plain >= firstInside)
      program.written->names.erase(*plain);
  }
  return result;
}

Value Elaborator::evaluateBody(Definition &definition, const std::vector<Value> &arguments,
                               SourceRange where) {
  if (definition.poisoned)
    return Value::poison();
  Scope scope;
  scope.unit = definition.unit;
  scope.scalar = true;
  const std::vector<ast::Parameter> &parameters = definition.item->parameters;
  for (size_t i = 0; i < parameters.size(); ++i)
    scope.levels[0][parameters[i].name.text] = arguments[i];
  for (const Statement *statement : definition.item->body) {
    if (statement->kind == ast::StatementKind::Weight)
      declareWeight(*statement, scope, definition.name());
    else
      assign(*statement, scope, /*isLet=*/true);
  }
  Value result = evaluate(*definition.item->value, scope);
  if (result.isPoison() || result.is(ValueKind::Number) ||
      (result.is(ValueKind::Tensor) && !result.isCondition()))
    return result;
  Code code = result.isCondition() || result.is(ValueKind::Truth) ? Code::Condition
                                                                  : Code::WrongKind;
  report(code, definition.item->value->range,
         std::string(definition.kindName()) + " '" + definition.name() +
             "' must give a number, not " + describe(result))
      .hint(code == Code::Condition ? "choose between two numbers: 'if ... then 1 else 0'" : "");
  return Value::poison();
}

Value Elaborator::applyFunction(const FunctionValue &function, std::vector<Value> arguments,
                                SourceRange where,
                                const std::vector<SourceRange> &argumentRanges) {
  bool anyGraph = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].isPoison())
      return Value::poison();
    SourceRange range = i < argumentRanges.size() ? argumentRanges[i] : where;
    if (arguments[i].isCondition() || arguments[i].is(ValueKind::Truth)) {
      report(Code::Condition, range, "'" + function.name() + "' takes numbers and values, not " +
                                         describe(arguments[i]))
          .hint("choose between two numbers: 'if ... then 1 else 0'");
      return Value::poison();
    }
    if (!arguments[i].is(ValueKind::Number) && !arguments[i].is(ValueKind::Tensor)) {
      report(Code::WrongKind, range, "'" + function.name() + "' takes numbers and values, not " +
                                         describe(arguments[i]));
      return Value::poison();
    }
    anyGraph = anyGraph || arguments[i].is(ValueKind::Tensor);
  }
  Scope outside;
  bool ownOperation = program.written && function.definition && anyGraph;
  for (const Value &argument : arguments)
    if (argument.is(ValueKind::Tensor))
      for (ValueId operand : argument.graph->operands)
        ownOperation = ownOperation && operand >= 0; // in no other function
  if (ownOperation)
    for (Value &argument : arguments)
      argument = settled(argument, where, "an argument", outside);
  // The body sees placeholders, so that an argument used twice is computed once.
  std::vector<Graph> graphs;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].is(ValueKind::Tensor)) {
      for (size_t k = 0; k < i; ++k)
        if (arguments[k].is(ValueKind::Tensor) &&
            !sameShape(graphs[k], *arguments[i].graph, where, argumentRanges[k],
                       argumentRanges[i]))
          return Value::poison();
      graphs.push_back(*arguments[i].graph);
    } else {
      graphs.push_back(Graph::ofConstant(arguments[i].number));
    }
  }
  if (function.intrinsic) {
    ScalarOp op = function.intrinsic->op;
    Graph result = arguments.size() == 1 ? apply(op, graphs[0]) : apply(op, graphs[0], graphs[1]);
    if (anyGraph)
      return Value::ofGraph(std::move(result));
    double number = dsl::evaluate(result.scalar, {});
    bool integers = (op == ScalarOp::Maximum || op == ScalarOp::Minimum) &&
                    arguments[0].isInteger && arguments[1].isInteger;
    // The smallest integer has no magnitude that fits: it becomes a real.
    bool magnitude = op == ScalarOp::Abs && arguments[0].isInteger &&
                     arguments[0].integer != std::numeric_limits<int64_t>::min();
    if (integers || magnitude)
      return Value::ofInteger(op == ScalarOp::Abs ? std::llabs(arguments[0].integer)
                              : op == ScalarOp::Maximum
                                  ? std::max(arguments[0].integer, arguments[1].integer)
                                  : std::min(arguments[0].integer, arguments[1].integer));
    if (std::isfinite(number))
      return Value::ofReal(number);
    report(Code::Arithmetic, where, "'" + function.intrinsic->name + "' has no finite result here");
    return Value::poison();
  }
  for (size_t i = 0; i < arguments.size(); ++i)
    if (arguments[i].is(ValueKind::Tensor))
      arguments[i] = Value::ofGraph(Graph::ofValue(~static_cast<ValueId>(i)));
  if (frames.size() >= static_cast<size_t>(limits::callDepth)) {
    report(Code::ElaborationLimit, where,
           "calls of functions nest deeper than " + std::to_string(limits::callDepth));
    throw ElaborationStopped();
  }
  const int64_t outerPositions = appliedPositions;
  for (const Graph &graph : graphs)
    if (int64_t count = extentOf(graph).positionCount)
      appliedPositions = count;
  frames.push_back({function.name(), where});
  Value result = evaluateBody(*function.definition, arguments, where);
  frames.pop_back();
  appliedPositions = outerPositions;
  if (!result.is(ValueKind::Tensor))
    return result;
  result = Value::ofGraph(substitute(*result.graph, graphs));
  if (!ownOperation || result.isCondition() || plainValueOf(result))
    return result;
  result = settled(result, where, "the result", outside);
  if (std::optional<ValueId> plain = plainValueOf(result))
    program.written->functions.emplace(*plain, function.name());
  return result;
}

std::optional<ValueId> Elaborator::plainValueOf(const Value &value) {
  if (!value.is(ValueKind::Tensor) || !value.graph->isPlain() || value.graph->plainValue() < 0)
    return std::nullopt;
  return value.graph->plainValue();
}

void Elaborator::checkUncalledFunctions() {
  for (Definition &definition : program.definitions) {
    if (definition.poisoned || definition.isBlock() || definition.isTask())
      continue;
    std::vector<Value> arguments;
    Scope defaults;
    defaults.unit = definition.unit;
    defaults.scalar = true;
    for (const ast::Parameter &parameter : definition.item->parameters) {
      Value value;
      if (parameter.value) {
        value = evaluate(*parameter.value, defaults);
        if (!value.is(ValueKind::Number) && !value.isPoison()) {
          report(Code::WrongKind, parameter.value->range,
                 "the default of a parameter of a " + std::string(definition.kindName()) +
                     " must be a number, not " + describe(value));
          definition.poisoned = true;
        }
      } else {
        value = Value::ofGraph(Graph::ofValue(~static_cast<ValueId>(arguments.size())));
      }
      defaults.levels[0][parameter.name.text] = value; // for the defaults after it
      arguments.push_back(std::move(value));
    }
    if (definition.poisoned)
      continue;
    size_t before = diagnostics.size();
    evaluateBody(definition, arguments, definition.item->name.range);
    definition.poisoned = diagnostics.size() != before;
  }
}

} // namespace iarc::dsl
