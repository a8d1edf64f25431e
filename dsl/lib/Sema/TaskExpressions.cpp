//===- TaskExpressions.cpp - Expressions of a task -------------------------===//
#include "Sema/TaskElaborator.h"

#include "Diagnostics/Suggest.h"

#include <algorithm>
#include <limits>

namespace iarc::dsl {

using ast::Expression;
using ast::ExpressionKind;

std::string TaskElaborator::describe(const TaskValue &value) {
  switch (value.kind) {
  case Kind::Poison: return "an erroneous value";
  case Kind::Number:
  case Kind::Value: return "a number";
  case Kind::Truth: return value.truth ? "'true'" : "'false'";
  case Kind::Condition: return "a condition";
  case Kind::Word: return "the word '" + value.word + "'";
  }
  return "";
}

bool TaskElaborator::isNumber(const TaskValue &value, SourceRange where) {
  if (value.isNumber() || value.isPoison())
    return value.isNumber();
  report(Code::TaskExpression, where, "a number is wanted here, not " + describe(value))
      .hint(value.isCondition() ? "choose between two numbers: 'if ... then 1 else 0'" : "");
  return false;
}

TaskValue TaskElaborator::number(const Expression &node) {
  TaskValue value = evaluate(node);
  return isNumber(value, node.range) ? value : TaskValue();
}

TaskValue TaskElaborator::condition(const Expression &node) {
  TaskValue value = evaluate(node);
  if (value.isCondition() || value.isPoison())
    return value;
  return fail(Code::TaskExpression, node.range,
              "a condition is wanted here, not " + describe(value),
              value.isNumber() ? "compare it, such as 'k == 1'" : "");
}

TaskValue TaskElaborator::whileRunning(SourceRange where, const std::string &name) {
  return fail(Code::TaskExpression, where,
              "'" + name + "' is known only while a stream is made",
              "a setting, the size of a table and a parameter's default are known when the task "
              "is compiled");
}

TaskValue TaskElaborator::evaluate(const Expression &top) {
  std::vector<const Expression *> spine;
  const Expression *node = &top;
  while (node->kind == ExpressionKind::Binary) {
    spine.push_back(node);
    node = node->operands[0];
  }
  TaskValue value = leaf(*node);
  for (auto next = spine.rbegin(); next != spine.rend(); ++next) {
    const Expression &op = **next;
    value = op.text == "and" || op.text == "or" ? logic(op, value)
                                                : binary(op, value, evaluate(*op.operands[1]));
  }
  return value;
}

TaskValue TaskElaborator::leaf(const Expression &node) {
  switch (node.kind) {
  case ExpressionKind::Number:
    if (node.broken)
      return {};
    if (node.isInteger)
      return TaskValue::ofNumber(node.integer);
    return fail(Code::TaskExpression, node.range, "a task computes with integers",
                "a chance of 0.3 is 'draw(10) < 3'");
  case ExpressionKind::Truth:
    return TaskValue::ofTruth(node.isTrue);
  case ExpressionKind::Text:
    return fail(Code::TaskExpression, node.range, "a task computes with integers, not with texts");
  case ExpressionKind::Name:
    return name(node);
  case ExpressionKind::Call:
    return call(node);
  case ExpressionKind::Index:
    return element(node);
  case ExpressionKind::Choice:
    return choice(node);
  case ExpressionKind::Unary: {
    if (node.text == "not") {
      TaskValue value = condition(*node.operands[0]);
      if (value.is(Kind::Truth))
        return TaskValue::ofTruth(!value.truth);
      return value.isPoison() ? value : made(TaskOp::Not, node.range, value, {}, true);
    }
    TaskValue value = number(*node.operands[0]);
    if (value.isPoison())
      return value;
    if (value.is(Kind::Number))
      return TaskValue::ofNumber(static_cast<int64_t>(-static_cast<uint64_t>(value.number)));
    return made(TaskOp::Subtract, node.range, TaskValue::ofNumber(0), value);
  }
  case ExpressionKind::Slice:
    return fail(Code::TaskExpression, node.range, "a task has no slices",
                "one number is 'x[t]' or an element of a table");
  case ExpressionKind::Range:
    return fail(Code::TaskExpression, node.range, "a range stands in 'gap' and in 'draw' only");
  case ExpressionKind::List:
  case ExpressionKind::Placement:
  case ExpressionKind::Binary:
    break;
  }
  return fail(Code::TaskExpression, node.range, "a task computes with integers only");
}

TaskValue TaskElaborator::name(const Expression &node) {
  const std::string &text = node.text;
  if (TaskValue *local = find(text))
    return *local;
  if (auto entry = constants.find(text); entry != constants.end())
    return entry->second;
  if (auto entry = stateNumbers.find(text); entry != stateNumbers.end()) {
    if (inSetting)
      return whileRunning(node.range, text);
    if (task.states[static_cast<size_t>(entry->second)].size > 0)
      return fail(Code::TaskExpression, node.range,
                  "'" + text + "' is a table: take one element of it",
                  "such as '" + text + "[0]'");
    TaskValue value;
    value.kind = Kind::Value;
    value.id = emit(TaskOp::Load, node.range, -1, -1, entry->second);
    return value;
  }
  if (declaration.control(text)) {
    // What is not in use never comes: it equals nothing.
    int64_t index = -2;
    for (size_t i = 0; i < task.controls.size(); ++i)
      if (task.controls[i].name == text)
        index = static_cast<int64_t>(i);
    return TaskValue::ofNumber(index);
  }
  if (text == "symbols" && knowsSymbols)
    return TaskValue::ofNumber(task.symbols);
  if (text == "context")
    return TaskValue::ofNumber(use.context);
  if ((text == "shortest_gap" || text == "longest_gap") && !declaration.controls.empty() &&
      knowsGap)
    return TaskValue::ofNumber(text == "longest_gap" ? task.gapMaximum : task.gapMinimum);
  TaskValue value;
  value.kind = Kind::Value;
  if (text == "t") {
    if (inSetting)
      return whileRunning(node.range, text);
    value.id = emit(TaskOp::Time, node.range);
    return value;
  }
  if (text == "index") {
    if (!inTable)
      return fail(Code::TaskExpression, node.range,
                  "'index' is the element that the initial value of a table makes",
                  "such as 'state place[8] = index'");
    value.id = emit(TaskOp::Index, node.range);
    return value;
  }
  if (text == "governing") {
    if (declaration.controls.empty())
      return fail(Code::TaskExpression, node.range,
                  "a task without control tokens has nothing that governs");
    if (inSetting)
      return whileRunning(node.range, text);
    if (governors.size() == 1)
      value = TaskValue::ofNumber(governors.front());
    else
      value.id = emit(TaskOp::Governing, node.range);
    value.isGoverning = true;
    return value;
  }
  if (text == "x")
    return fail(Code::TaskExpression, node.range, "'x' is all symbols so far: take one of them",
                "the newest is 'x[t]', the one before 'x[t - 1]'");
  if (text == "draw" || text == "min" || text == "max" || text == "abs")
    return fail(Code::TaskExpression, node.range, "'" + text + "' must be called",
                text == "draw" ? "such as 'draw(symbols)'" : "such as '" + text + "(a" +
                                                                 (text == "abs" ? ")'" : ", b)'"));
  for (const TaskOption &option : declaration.options)
    if (std::find(option.words.begin(), option.words.end(), text) != option.words.end()) {
      value.kind = Kind::Word;
      value.word = text;
      return value;
    }
  if (isTaskName(text))
    return fail(Code::TaskExpression, node.range, "'" + text + "' is not known here",
                declaration.controls.empty() && text != "symbols"
                    ? "a task without control tokens has no gap"
                    : "it is known after this setting");
  std::vector<std::string> known = taskNames();
  for (const auto &level : scopes)
    for (const auto &entry : level)
      known.push_back(entry.first);
  for (const auto &entry : stateNumbers)
    known.push_back(entry.first);
  for (const TaskOption &option : declaration.options) {
    known.push_back(option.name);
    known.insert(known.end(), option.words.begin(), option.words.end());
  }
  for (const Statement *control : declaration.controls)
    known.push_back(control->name.text);
  std::string nearest = nearestName(text, known);
  return fail(Code::UndefinedName, node.range, "'" + text + "' is not defined in this task",
              nearest.empty() ? "declare it with 'state' or 'let', or as a parameter of the task"
                              : "did you mean '" + nearest + "'?");
}

TaskValue TaskElaborator::draw(const Expression &node) {
  if (inSetting)
    return whileRunning(node.focus, "draw");
  const Expression &given = *node.arguments[0].value;
  TaskValue low = TaskValue::ofNumber(0), bound;
  if (given.kind == ExpressionKind::Range) {
    low = number(*given.operands[0]);
    TaskValue high = number(*given.operands[1]);
    if (low.isPoison() || high.isPoison())
      return {};
    auto subtract = [&](const TaskValue &a, const TaskValue &b) {
      if (a.is(Kind::Number) && b.is(Kind::Number))
        return TaskValue::ofNumber(static_cast<int64_t>(static_cast<uint64_t>(a.number) -
                                                        static_cast<uint64_t>(b.number)));
      return made(TaskOp::Subtract, given.range, a, b);
    };
    bound = subtract(high, low);
    if (given.includesEnd)
      bound = subtract(bound, TaskValue::ofNumber(-1));
  } else {
    bound = number(given);
  }
  if (bound.isPoison())
    return {};
  TaskValue value = made(TaskOp::Draw, given.range, bound, {});
  if (low.is(Kind::Number) && low.number == 0)
    return value;
  return made(TaskOp::Add, given.range, low, value);
}

TaskValue TaskElaborator::call(const Expression &node) {
  struct Row {
    const char *name;
    size_t arguments;
    const char *form;
  };
  static const Row rows[] = {
      {"draw", 1, "draw(n)', or 'draw(a..b)"}, {"min", 2, "min(a, b)"},
      {"max", 2, "max(a, b)"}, {"abs", 1, "abs(a)"}};
  const Row *row = nullptr;
  for (const Row &candidate : rows)
    if (node.text == candidate.name)
      row = &candidate;
  if (!row)
    return fail(Code::TaskExpression, node.focus, "'" + node.text + "' cannot be called in a task",
                "a task knows 'draw', 'min', 'max' and 'abs'");
  bool named = std::any_of(node.arguments.begin(), node.arguments.end(),
                           [](const ast::Argument &a) { return !a.name.text.empty(); });
  if (node.arguments.size() != row->arguments || named)
    return fail(node.arguments.size() < row->arguments ? Code::MissingArgument
                : named                                ? Code::UnknownArgument
                                                       : Code::TooManyArguments,
                node.focus, "'" + node.text + "' is written '" + row->form + "'");
  if (node.text == "draw")
    return draw(node);
  TaskValue first = number(*node.arguments[0].value);
  TaskValue second = row->arguments == 2 ? number(*node.arguments[1].value) : TaskValue();
  if (first.isPoison() || (row->arguments == 2 && second.isPoison()))
    return {};
  if (row->arguments == 1) {
    if (first.is(Kind::Number)) {
      uint64_t bits = static_cast<uint64_t>(first.number);
      second = TaskValue::ofNumber(static_cast<int64_t>(-bits));
    } else {
      second = made(TaskOp::Subtract, node.range, TaskValue::ofNumber(0), first);
    }
  }
  bool least = node.text == "min";
  if (first.is(Kind::Number) && second.is(Kind::Number))
    return TaskValue::ofNumber(least ? std::min(first.number, second.number)
                                     : std::max(first.number, second.number));
  return made(least ? TaskOp::Minimum : TaskOp::Maximum, node.range, first, second);
}

/// x[p], or an element of a table.
TaskValue TaskElaborator::element(const Expression &node) {
  const Expression &base = *node.operands[0], &index = *node.operands[1];
  if (base.kind != ExpressionKind::Name)
    return fail(Code::TaskExpression, node.range, "only 'x' and tables have elements");
  if (inSetting)
    return whileRunning(base.range, base.text);
  TaskValue result;
  result.kind = Kind::Value;
  auto entry = stateNumbers.find(base.text);
  bool isTable = entry != stateNumbers.end() &&
                 task.states[static_cast<size_t>(entry->second)].size > 0;
  if (base.text != "x" && !isTable) {
    TaskValue known = name(base);
    return known.isPoison() ? known
                            : fail(Code::TaskExpression, base.range,
                                   "'" + base.text + "' is no table",
                                   "a table is declared with its size, such as 'state " +
                                       base.text + "[8] = 0'");
  }
  TaskValue at = number(index);
  if (at.isPoison())
    return {};
  int32_t place = idOf(at, index.range);
  result.id = base.text == "x" ? emit(TaskOp::Symbol, index.range, place)
                               : emit(TaskOp::Element, index.range, place, -1, entry->second);
  return result;
}

TaskValue TaskElaborator::choice(const Expression &node) {
  TaskValue which = condition(*node.operands[0]);
  if (which.isPoison())
    return {};
  if (which.is(Kind::Truth))
    return evaluate(*node.operands[which.truth ? 1 : 2]);
  TaskValue first, second;
  TaskBlock yes = within([&] { first = evaluate(*node.operands[1]); });
  TaskBlock no = within([&] { second = evaluate(*node.operands[2]); });
  if (first.isPoison() || second.isPoison())
    return {};
  if (first.isNumber() != second.isNumber() || first.is(Kind::Word) || second.is(Kind::Word))
    return fail(Code::TaskExpression, node.range,
                "'if' chooses between two numbers or two conditions, not between " +
                    describe(first) + " and " + describe(second));
  return branch(which.id, std::move(yes), std::move(no), first, second, node.range);
}

/// `and` and `or` look at their right side only where the left leaves it open.
TaskValue TaskElaborator::logic(const Expression &node, const TaskValue &left) {
  bool isAnd = node.text == "and";
  if (!left.isCondition()) {
    if (!left.isPoison())
      fail(Code::TaskExpression, node.operands[0]->range,
           "'" + node.text + "' joins conditions, not " + describe(left));
    return {};
  }
  if (left.is(Kind::Truth))
    return left.truth == isAnd ? condition(*node.operands[1]) : left;
  TaskValue right;
  TaskBlock later = within([&] { right = condition(*node.operands[1]); });
  if (right.isPoison())
    return {};
  bool draws = std::any_of(later.instructions.begin(), later.instructions.end(),
                           [](const TaskInstruction &i) {
                             return i.op == TaskOp::Draw || i.op == TaskOp::If;
                           });
  if (draws) {
    TaskBlock settled;
    TaskValue truth = TaskValue::ofTruth(!isAnd);
    return isAnd ? branch(left.id, std::move(later), std::move(settled), right, truth, node.range)
                 : branch(left.id, std::move(settled), std::move(later), truth, right, node.range);
  }
  for (TaskInstruction &instruction : later.instructions)
    block->instructions.push_back(std::move(instruction));
  if (right.is(Kind::Truth))
    return right.truth == isAnd ? left : right;
  return made(isAnd ? TaskOp::And : TaskOp::Or, node.focus, left, right, true);
}

TaskValue TaskElaborator::compare(const Expression &node, const TaskValue &left, const TaskValue &right) {
  const std::string &op = node.text;
  bool equality = op == "==" || op == "!=";
  if (left.isPoison() || right.isPoison())
    return {};
  if (equality && left.is(Kind::Word) && right.is(Kind::Word))
    return TaskValue::ofTruth((left.word == right.word) == (op == "=="));
  if (equality && left.is(Kind::Truth) && right.is(Kind::Truth))
    return TaskValue::ofTruth((left.truth == right.truth) == (op == "=="));
  if (!isNumber(left, node.operands[0]->range) || !isNumber(right, node.operands[1]->range))
    return {};
  auto never = [&](const TaskValue &a, const TaskValue &b) {
    return equality && a.isGoverning && b.is(Kind::Number) &&
           std::find(governors.begin(), governors.end(), b.number) == governors.end();
  };
  if (never(left, right) || never(right, left))
    return TaskValue::ofTruth(op == "!=");
  if (left.is(Kind::Number) && right.is(Kind::Number)) {
    int64_t a = left.number, b = right.number;
    return TaskValue::ofTruth(op == "<"    ? a < b
                              : op == "<=" ? a <= b
                              : op == ">"  ? a > b
                              : op == ">=" ? a >= b
                              : op == "==" ? a == b
                                           : a != b);
  }
  if (op == "==" || op == "!=") {
    TaskValue same = made(TaskOp::Equal, node.range, left, right, true);
    return op == "==" ? same : made(TaskOp::Not, node.range, same, {}, true);
  }
  bool swapped = op == ">" || op == ">=";
  TaskOp code = op.size() == 1 ? TaskOp::Less : TaskOp::LessEqual;
  // Evaluated from left to right, whichever is the smaller one.
  int32_t a = idOf(left, node.range), b = idOf(right, node.range);
  TaskValue result;
  result.kind = Kind::Condition;
  result.id = swapped ? emit(code, node.range, b, a) : emit(code, node.range, a, b);
  return result;
}

TaskValue TaskElaborator::binary(const Expression &node, const TaskValue &left, const TaskValue &right) {
  const std::string &op = node.text;
  if (op == "<" || op == "<=" || op == ">" || op == ">=" || op == "==" || op == "!=")
    return compare(node, left, right);
  bool numbers = isNumber(left, node.operands[0]->range);
  numbers = isNumber(right, node.operands[1]->range) && numbers;
  if (!numbers)
    return {};
  bool known = left.is(Kind::Number) && right.is(Kind::Number);
  uint64_t a = static_cast<uint64_t>(left.number), b = static_cast<uint64_t>(right.number);
  auto wrapped = [](uint64_t bits) { return TaskValue::ofNumber(static_cast<int64_t>(bits)); };
  if (op == "^") {
    if (!known || right.number < 0 || right.number > 63)
      return fail(Code::TaskExpression, node.focus,
                  "'^' takes numbers that are known when the task is compiled, and an exponent "
                  "of 0 to 63",
                  "write the product, such as 'k * k'");
    uint64_t power = 1;
    for (int64_t i = 0; i < right.number; ++i)
      power *= a;
    return wrapped(power);
  }
  if (op == "+")
    return known ? wrapped(a + b) : made(TaskOp::Add, node.range, left, right);
  if (op == "-")
    return known ? wrapped(a - b) : made(TaskOp::Subtract, node.range, left, right);
  if (op == "*")
    return known ? wrapped(a * b) : made(TaskOp::Multiply, node.range, left, right);
  bool modulo = op == "mod";
  if (known && right.number >= 1) {
    int64_t quotient = left.number / right.number, rest = left.number % right.number;
    if (rest < 0) {
      rest += right.number;
      --quotient;
    }
    return TaskValue::ofNumber(modulo ? rest : quotient);
  }
  if (right.is(Kind::Number) && right.number < 1)
    return fail(Code::TaskRange, node.operands[1]->range,
                "a divisor must be at least 1, and this one is " + std::to_string(right.number));
  // The divisor's range is checked with all others.
  int32_t first = idOf(left, node.range), second = idOf(right, node.operands[1]->range);
  TaskValue result;
  result.kind = Kind::Value;
  result.id = emit(modulo ? TaskOp::Modulo : TaskOp::Divide, node.operands[1]->range, first, second);
  return result;
}

} // namespace iarc::dsl
