//===- TaskRules.cpp - From a declared task to its rules ------------------===//
//
// Evaluates what is known at compile time, as parameters and which control
// tokens are in use, and turns the rest into instructions. Where a condition is
// known one branch only is looked at.
//
//===----------------------------------------------------------------------===//
#include "Sema/TaskRules.h"

#include "Diagnostics/Suggest.h"
#include "Sema/Elaborator.h"

#include <algorithm>
#include <limits>

namespace iarc::dsl {

namespace {

using ast::Expression;
using ast::ExpressionKind;
using ast::Statement;
using ast::StatementKind;
using Statements = std::vector<const Statement *>;

/// What an expression of a task evaluates to.
struct TaskValue {
  enum class Kind {
    Poison,    ///< in error already
    Number,    ///< known at compile time
    Truth,     ///< known at compile time
    Word,
    Value,     ///< the number that instruction `id` gives
    Condition, ///< the condition that instruction `id` gives
  };
  Kind kind = Kind::Poison;
  int64_t number = 0;
  bool truth = false;
  std::string word;
  int32_t id = -1;
  bool isGoverning = false; ///< of Value: it is `governing`

  static TaskValue ofNumber(int64_t number) {
    TaskValue value;
    value.kind = Kind::Number;
    value.number = number;
    return value;
  }
  static TaskValue ofTruth(bool truth) {
    TaskValue value;
    value.kind = Kind::Truth;
    value.truth = truth;
    return value;
  }
  bool is(Kind k) const { return kind == k; }
  bool isPoison() const { return kind == Kind::Poison; }
  bool isNumber() const { return kind == Kind::Number || kind == Kind::Value; }
  bool isCondition() const { return kind == Kind::Truth || kind == Kind::Condition; }
};

struct TaskStopped {};

/// Statements that follow those of a branch.
struct Tail {
  const Statements &list;
  size_t at;
  const Tail *after;
};

class Rules {
public:
  Rules(const TaskDeclaration &declaration, const TaskUse &use, Diagnostics &diagnostics)
      : declaration(declaration), use(use), diagnostics(diagnostics) {}

  std::optional<Task> run() {
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

private:
  using Kind = TaskValue::Kind;

  Diagnostic &report(Code code, SourceRange where, std::string message) {
    return diagnostics.report(code, where, std::move(message));
  }
  TaskValue fail(Code code, SourceRange where, std::string message, std::string hint = {}) {
    report(code, where, std::move(message)).hint(std::move(hint));
    return {};
  }

  void build();
  void options();
  void controls();
  void settings();
  void states();
  std::optional<int64_t> constant(const Expression &node, const std::string &what, int64_t low,
                                  int64_t high);

  // Instructions.
  int32_t emit(TaskOp op, SourceRange where, int32_t a = -1, int32_t b = -1, int64_t value = 0,
               bool gives = true);
  TaskValue made(TaskOp op, SourceRange where, const TaskValue &a, const TaskValue &b,
                 bool condition = false);
  int32_t idOf(const TaskValue &value, SourceRange where);
  /// Runs `work` with a fresh block as the current one.
  template <typename Work> TaskBlock within(Work work) {
    TaskBlock made;
    TaskBlock *outer = std::exchange(block, &made);
    work();
    block = outer;
    return made;
  }
  TaskValue branch(int32_t condition, TaskBlock yes, TaskBlock no, const TaskValue &first,
                   const TaskValue &second, SourceRange where);

  // Expressions.
  TaskValue evaluate(const Expression &top);
  TaskValue leaf(const Expression &node);
  TaskValue name(const Expression &node);
  TaskValue call(const Expression &node);
  TaskValue draw(const Expression &node);
  TaskValue element(const Expression &node);
  TaskValue choice(const Expression &node);
  TaskValue logic(const Expression &node, const TaskValue &left);
  TaskValue binary(const Expression &node, const TaskValue &left, const TaskValue &right);
  TaskValue compare(const Expression &node, const TaskValue &left, const TaskValue &right);
  TaskValue number(const Expression &node);
  TaskValue condition(const Expression &node);
  bool isNumber(const TaskValue &value, SourceRange where);
  static std::string describe(const TaskValue &value);
  TaskValue whileRunning(SourceRange where, const std::string &name);

  // Statements.
  void execute(const Statements &list);
  void execute(const Statement &statement);
  void assign(const Statement &statement);
  TaskValue returning(const Statements &list, size_t at, const Tail *after, SourceRange end);
  static bool mayReturn(const Statements &list);
  static bool alwaysReturns(const Statements &list);
  TaskValue *find(const std::string &name) {
    for (auto level = scopes.rbegin(); level != scopes.rend(); ++level)
      if (auto entry = level->find(name); entry != level->end())
        return &entry->second;
    return nullptr;
  }

  const TaskDeclaration &declaration;
  const TaskUse &use;
  Diagnostics &diagnostics;
  Task task;
  TaskPlaces places;
  TaskBlock scratch;            ///< for what must be known at compile time
  TaskBlock *block = &scratch;
  std::map<std::string, TaskValue> constants; ///< parameters
  std::map<std::string, int64_t> stateNumbers;
  std::vector<std::map<std::string, TaskValue>> scopes{1};
  std::vector<int64_t> governors; ///< control indices
  bool knowsSymbols = false, knowsGap = false;
  bool inSetting = true; ///< only what is known at compile time may be used
  bool inTable = false;  ///< in the initial value of a table
  size_t instructions = 0;
};

// --- instructions ---------------------------------------------------------------------------------

int32_t Rules::emit(TaskOp op, SourceRange where, int32_t a, int32_t b, int64_t value,
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

int32_t Rules::idOf(const TaskValue &value, SourceRange where) {
  if (value.id >= 0)
    return value.id;
  if (value.is(Kind::Number))
    return emit(TaskOp::Constant, where, -1, -1, value.number);
  // A truth is the condition 0 < 1, or 0 < 0.
  int32_t zero = emit(TaskOp::Constant, where, -1, -1, 0);
  int32_t one = emit(TaskOp::Constant, where, -1, -1, value.truth ? 1 : 0);
  return emit(TaskOp::Less, where, zero, one);
}

TaskValue Rules::made(TaskOp op, SourceRange where, const TaskValue &a, const TaskValue &b,
                      bool condition) {
  TaskValue result;
  int32_t first = idOf(a, where), second = b.isPoison() ? -1 : idOf(b, where);
  result.id = emit(op, where, first, second);
  result.kind = condition ? Kind::Condition : Kind::Value;
  return result;
}

TaskValue Rules::branch(int32_t condition, TaskBlock yes, TaskBlock no, const TaskValue &first,
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

// --- expressions ----------------------------------------------------------------------------------

std::string Rules::describe(const TaskValue &value) {
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

bool Rules::isNumber(const TaskValue &value, SourceRange where) {
  if (value.isNumber() || value.isPoison())
    return value.isNumber();
  report(Code::TaskExpression, where, "a number is wanted here, not " + describe(value))
      .hint(value.isCondition() ? "choose between two numbers: 'if ... then 1 else 0'" : "");
  return false;
}

TaskValue Rules::number(const Expression &node) {
  TaskValue value = evaluate(node);
  return isNumber(value, node.range) ? value : TaskValue();
}

TaskValue Rules::condition(const Expression &node) {
  TaskValue value = evaluate(node);
  if (value.isCondition() || value.isPoison())
    return value;
  return fail(Code::TaskExpression, node.range,
              "a condition is wanted here, not " + describe(value),
              value.isNumber() ? "compare it, such as 'k == 1'" : "");
}

TaskValue Rules::whileRunning(SourceRange where, const std::string &name) {
  return fail(Code::TaskExpression, where,
              "'" + name + "' is known only while a stream is made",
              "a setting, the size of a table and a parameter's default are known when the task "
              "is compiled");
}

TaskValue Rules::evaluate(const Expression &top) {
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

TaskValue Rules::leaf(const Expression &node) {
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

TaskValue Rules::name(const Expression &node) {
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

TaskValue Rules::draw(const Expression &node) {
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

TaskValue Rules::call(const Expression &node) {
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
TaskValue Rules::element(const Expression &node) {
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

TaskValue Rules::choice(const Expression &node) {
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
TaskValue Rules::logic(const Expression &node, const TaskValue &left) {
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

TaskValue Rules::compare(const Expression &node, const TaskValue &left, const TaskValue &right) {
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

TaskValue Rules::binary(const Expression &node, const TaskValue &left, const TaskValue &right) {
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

// --- statements -----------------------------------------------------------------------------------

void Rules::execute(const Statements &list) {
  scopes.emplace_back();
  for (const Statement *statement : list)
    execute(*statement);
  scopes.pop_back();
}

void Rules::execute(const Statement &statement) {
  switch (statement.kind) {
  case StatementKind::Let: {
    const std::string &name = statement.name.text;
    TaskValue value = evaluate(*statement.value);
    if (isTaskName(name))
      fail(Code::PredefinedName, statement.name.range,
           "'" + name + "' has a meaning in every task and cannot be redefined",
           "choose another name, such as 'my_" + name + "'");
    else if (find(name) || constants.count(name) || stateNumbers.count(name) ||
             declaration.control(name))
      fail(Code::Redefinition, statement.name.range, "'" + name + "' is defined twice",
           stateNumbers.count(name) ? "to give the state a new value write '" + name + " = ...'"
                                    : "choose another name");
    else
      scopes.back()[name] = value;
    return;
  }
  case StatementKind::Assign:
    return assign(statement);
  case StatementKind::If: {
    TaskValue which = condition(*statement.value);
    if (which.isPoison())
      return;
    if (which.is(Kind::Truth))
      return execute(which.truth ? statement.body : statement.otherwise);
    TaskBlock yes = within([&] { execute(statement.body); });
    TaskBlock no = within([&] { execute(statement.otherwise); });
    branch(which.id, std::move(yes), std::move(no), {}, {}, statement.keyword);
    return;
  }
  case StatementKind::Return:
    fail(Code::TaskReturn, statement.keyword, "the rule of a control token returns nothing",
         "it changes states; the symbols follow from 'next'");
    return;
  default:
    return;
  }
}

void Rules::assign(const Statement &statement) {
  const std::string &name = statement.name.text;
  auto entry = stateNumbers.find(name);
  if (entry == stateNumbers.end()) {
    std::vector<std::string> known;
    for (const auto &state : stateNumbers)
      known.push_back(state.first);
    std::string nearest = nearestName(name, known);
    if (name == "x")
      fail(Code::TaskAssignment, statement.name.range, "a rule cannot assign symbols",
           "the next symbol is what 'next' returns");
    else if (find(name) || constants.count(name) || isTaskName(name) || declaration.control(name))
      fail(Code::TaskAssignment, statement.name.range,
           "'" + name + "' cannot be assigned: it is no state",
           "what goes from one position to the next is declared by 'state'");
    else
      fail(Code::UndefinedName, statement.name.range,
           "'" + name + "' is not defined in this task",
           nearest.empty() ? "declare it: 'state " + name + " = 0', or 'let " + name + " = ...'"
                           : "did you mean '" + nearest + "'?");
    evaluate(*statement.value);
    return;
  }
  bool isTable = task.states[static_cast<size_t>(entry->second)].size > 0;
  if (isTable != (statement.second != nullptr)) {
    fail(Code::TaskExpression, statement.name.range,
         isTable ? "'" + name + "' is a table: assign one element of it"
                 : "'" + name + "' is no table",
         isTable ? "such as '" + name + "[0] = ...'" : "write '" + name + " = ...'");
    return;
  }
  TaskValue at = isTable ? number(*statement.second) : TaskValue::ofNumber(0);
  TaskValue value = number(*statement.value);
  if (at.isPoison() || value.isPoison())
    return;
  if (!isTable) {
    emit(TaskOp::Store, statement.range, idOf(value, statement.value->range), -1, entry->second,
         false);
    return;
  }
  int32_t place = idOf(at, statement.second->range);
  int32_t stored = idOf(value, statement.value->range);
  emit(TaskOp::StoreElement, statement.second->range, place, stored, entry->second, false);
}

bool Rules::mayReturn(const Statements &list) {
  return std::any_of(list.begin(), list.end(), [](const Statement *statement) {
    return statement->kind == StatementKind::Return ||
           (statement->kind == StatementKind::If &&
            (mayReturn(statement->body) || mayReturn(statement->otherwise)));
  });
}

bool Rules::alwaysReturns(const Statements &list) {
  return std::any_of(list.begin(), list.end(), [](const Statement *statement) {
    return statement->kind == StatementKind::Return ||
           (statement->kind == StatementKind::If && alwaysReturns(statement->body) &&
            alwaysReturns(statement->otherwise));
  });
}

/// The rest of a rule that must return: the statements from `at` on, then those of `after`.
TaskValue Rules::returning(const Statements &list, size_t at, const Tail *after, SourceRange end) {
  scopes.emplace_back();
  TaskValue result;
  bool done = false;
  for (; at < list.size() && !done; ++at) {
    const Statement &statement = *list[at];
    bool isReturn = statement.kind == StatementKind::Return;
    bool isBranch = statement.kind == StatementKind::If &&
                    (mayReturn(statement.body) || mayReturn(statement.otherwise));
    if (!isReturn && !isBranch) {
      execute(statement);
      continue;
    }
    done = true;
    bool first = isReturn || alwaysReturns(statement.body);
    bool second = isReturn || alwaysReturns(statement.otherwise);
    if (first && second && at + 1 < list.size()) {
      report(Code::UnreachableStatement, list[at + 1]->keyword,
             "nothing is done after a rule has returned")
          .note(statement.keyword, "it returns here");
    }
    if (isReturn) {
      result = number(*statement.value);
      break;
    }
    if (!first && !second) {
      fail(Code::TaskReturn, statement.keyword, "this 'if' returns in some of its cases only",
           "let one of its branches always return, or choose by 'return if ... then ... else ...'");
      break;
    }
    Tail rest{list, at + 1, after};
    TaskValue which = condition(*statement.value);
    if (which.isPoison())
      break;
    auto one = [&](bool yes) {
      const Statements &body = yes ? statement.body : statement.otherwise;
      return returning(body, 0, (yes ? first : second) ? nullptr : &rest, end);
    };
    if (which.is(Kind::Truth)) {
      result = one(which.truth);
      break;
    }
    TaskValue a, b;
    TaskBlock yes = within([&] { a = one(true); });
    TaskBlock no = within([&] { b = one(false); });
    if (!a.isPoison() && !b.isPoison())
      result = branch(which.id, std::move(yes), std::move(no), a, b, statement.keyword);
  }
  scopes.pop_back();
  if (done)
    return result;
  if (after)
    return returning(after->list, after->at, after->after, end);
  return fail(Code::TaskReturn, end, "the rule for the next symbol ends without 'return'",
              "such as 'return draw(symbols)'");
}

// --- the declaration ------------------------------------------------------------------------------

std::optional<int64_t> Rules::constant(const Expression &node, const std::string &what,
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

void Rules::options() {
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

void Rules::controls() {
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

void Rules::settings() {
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

void Rules::states() {
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

void Rules::build() {
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

} // namespace

std::optional<Task> elaborateTask(const TaskDeclaration &declaration, const TaskUse &use,
                                  Diagnostics &diagnostics) {
  if (!declaration.valid)
    return std::nullopt;
  return Rules(declaration, use, diagnostics).run();
}

} // namespace iarc::dsl
