//===- TaskRules.cpp - From a declared task to its rules -------------------===//
#include "Sema/TaskElaborator.h"

#include <limits>

namespace iarc::dsl {

using ast::Expression;
using ast::ExpressionKind;

using ast::Statement;

std::optional<Task> TaskElaborator::run() {
  size_t before = diagnostics.size();
  try {
    build();
    if (diagnostics.size() == before)
      checkTaskRanges(task, use.context, places, diagnostics);
  } catch (const TaskStopped &) {
  }
  if (diagnostics.size() != before)
    return std::nullopt;
  for (SourceRange place : places)
    task.places.push_back(place.location());
  return std::move(task);
}

// --- instructions ---------------------------------------------------------------------------------

int32_t TaskElaborator::emit(TaskOp op, SourceRange where, int32_t a, int32_t b, int64_t value,
                    bool gives) {
  if (++instructions > limits::taskInstructions) {
    report(Code::ElaborationLimit, where,
           "the rules of task '" + declaration.name + "' are too long");
    throw TaskStopped();
  }
  TaskInstruction made;
  made.op = op;
  made.operands = {a, b};
  made.value = value;
  made.result = gives ? task.values++ : -1;
  made.place = static_cast<int32_t>(places.size());
  places.push_back(where);
  block->instructions.push_back(std::move(made));
  return block->instructions.back().result;
}

int32_t TaskElaborator::idOf(const TaskValue &value, SourceRange where) {
  if (value.id >= 0)
    return value.id;
  if (value.is(Kind::Number))
    return emit(TaskOp::Constant, where, -1, -1, value.number);
  // A truth is the condition 0 < 1, or 0 < 0.
  int32_t zero = emit(TaskOp::Constant, where, -1, -1, 0);
  int32_t one = emit(TaskOp::Constant, where, -1, -1, value.truth ? 1 : 0);
  return emit(TaskOp::Less, where, zero, one);
}

TaskValue TaskElaborator::made(TaskOp op, SourceRange where, const TaskValue &a, const TaskValue &b,
                      bool condition) {
  TaskValue result;
  int32_t first = idOf(a, where), second = b.isPoison() ? -1 : idOf(b, where);
  result.id = emit(op, where, first, second);
  result.kind = condition ? Kind::Condition : Kind::Value;
  return result;
}

TaskValue TaskElaborator::branch(int32_t condition, TaskBlock yes, TaskBlock no, const TaskValue &first,
                        const TaskValue &second, SourceRange where) {
  bool gives = !first.isPoison() && !second.isPoison();
  TaskValue result;
  if (gives) {
    TaskBlock *outer = block;
    block = &yes;
    yes.result = idOf(first, where);
    block = &no;
    no.result = idOf(second, where);
    block = outer;
  }
  result.id = emit(TaskOp::If, where, condition, -1, 0, gives);
  result.kind = !gives ? Kind::Poison : first.isNumber() ? Kind::Value : Kind::Condition;
  block->instructions.back().blocks.push_back(std::move(yes));
  block->instructions.back().blocks.push_back(std::move(no));
  return result;
}

// --- the declaration ------------------------------------------------------------------------------

std::optional<int64_t> TaskElaborator::constant(const Expression &node, const std::string &what,
                                       int64_t low, int64_t high) {
  TaskValue value = number(node);
  if (value.isPoison())
    return std::nullopt;
  if (!value.is(Kind::Number)) { // what a setting may use folds to a number
    whileRunning(node.range, what);
    return std::nullopt;
  }
  if (value.number >= low && value.number <= high)
    return value.number;
  fail(Code::TaskRange, node.range,
       what + " is " + std::to_string(value.number) + ", out of range",
       "it lies between " + std::to_string(low) + " and " + std::to_string(high));
  return std::nullopt;
}

void TaskElaborator::options() {
  for (const TaskOption &option : declaration.options) {
    auto given = use.options.find(option.name);
    bool isGiven = given != use.options.end();
    TaskValue value;
    std::string text;
    if (option.kind == TaskOption::Kind::Word) {
      value.kind = Kind::Word;
      text = value.word = isGiven ? given->second.word : option.words.front();
    } else if (option.kind == TaskOption::Kind::Truth) {
      value = TaskValue::ofTruth(isGiven ? given->second.truth : option.standard->isTrue);
      text = value.truth ? "true" : "false";
    } else if (isGiven) {
      value = TaskValue::ofNumber(given->second.number);
    } else {
      std::optional<int64_t> number =
          constant(*option.standard, "the default of '" + option.name + "'",
                   std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max());
      if (number)
        value = TaskValue::ofNumber(*number);
    }
    if (value.is(Kind::Number))
      text = std::to_string(value.number);
    constants[option.name] = value;
    task.arguments.push_back({option.name, text});
  }
}

void TaskElaborator::controls() {
  std::vector<std::string> names;
  if (use.controls)
    names = *use.controls;
  else
    for (const Statement *control : declaration.controls)
      names.push_back(control->name.text);
  for (const std::string &name : names) {
    const Statement *control = declaration.control(name);
    if (!control)
      continue; // reported where it is used
    if (TaskDeclaration::governs(*control))
      governors.push_back(static_cast<int64_t>(task.controls.size()));
    task.controls.push_back(
        {name, control->secondName.text, TaskDeclaration::governs(*control), {}});
  }
}

void TaskElaborator::settings() {
  if (declaration.gap && use.gap) {
    std::tie(task.gapMinimum, task.gapMaximum) = *use.gap;
    knowsGap = true;
  } else if (declaration.gap) {
    const Expression &node = *declaration.gap->value;
    if (node.kind != ExpressionKind::Range) {
      fail(Code::InvalidGap, node.range, "'gap' must be a range", "such as '1..9'");
    } else {
      std::optional<int64_t> low = constant(*node.operands[0], "the smallest gap", 1, limits::gap);
      std::optional<int64_t> high =
          constant(*node.operands[1], "the largest gap", 1, limits::gap + !node.includesEnd);
      if (low && high) {
        task.gapMinimum = *low;
        task.gapMaximum = *high - !node.includesEnd;
        if (task.gapMaximum < task.gapMinimum)
          fail(Code::InvalidGap, node.range, "the range of gaps is empty");
        knowsGap = true;
      }
    }
  }
  if (use.symbols)
    task.symbols = *use.symbols;
  else
    task.symbols =
        constant(*declaration.symbols->value, "'symbols'", 1, limits::symbols).value_or(1);
  knowsSymbols = true;
  if (declaration.history)
    task.history =
        constant(*declaration.history->value, "'history'", 0, limits::history).value_or(0);
  if (declaration.warmUp)
    task.warmUp =
        constant(*declaration.warmUp->value, "'warmup'", 0, limits::history).value_or(0);
}

void TaskElaborator::states() {
  int64_t elements = 0;
  for (const Statement *statement : declaration.states) {
    TaskState state;
    state.name = statement->name.text;
    if (statement->second) {
      inSetting = true;
      state.size = constant(*statement->second, "the size of '" + state.name + "'", 1,
                            limits::tableElements)
                       .value_or(1);
      inSetting = false;
      elements += state.size;
      if (elements > limits::tableElements) {
        fail(Code::TaskRange, statement->second->range,
             "the tables of a task have more than " + std::to_string(limits::tableElements) +
                 " elements");
        return;
      }
    }
    inTable = state.size > 0;
    state.initial = within([&] {
      TaskValue value = number(*statement->value);
      if (!value.isPoison())
        block->result = idOf(value, statement->value->range);
    });
    inTable = false;
    stateNumbers[state.name] = static_cast<int64_t>(task.states.size());
    task.states.push_back(std::move(state));
  }
}

void TaskElaborator::build() {
  task.name = declaration.name;
  task.declared = declaration.where.location();
  task.interspersed = use.interspersed;
  options();
  controls();
  settings();
  inSetting = false;
  states();
  for (TaskControl &control : task.controls)
    control.rule = within([&] { execute(declaration.control(control.name)->body); });
  task.next = within([&] {
    const Statement &next = *declaration.next;
    TaskValue value = returning(next.body, 0, nullptr, next.keyword);
    if (!value.isPoison())
      block->result = idOf(value, next.keyword);
  });
  if (declaration.target)
    task.target = within([&] {
      TaskValue value = condition(*declaration.target->value);
      if (!value.isPoison() && !(value.is(Kind::Truth) && value.truth))
        block->result = idOf(value, declaration.target->value->range);
    });
}

std::optional<Task> elaborateTask(const TaskDeclaration &declaration, const TaskUse &use,
                                  Diagnostics &diagnostics) {
  if (!declaration.valid)
    return std::nullopt;
  return TaskElaborator(declaration, use, diagnostics).run();
}

} // namespace iarc::dsl
