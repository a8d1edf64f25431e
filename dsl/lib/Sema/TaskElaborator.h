//===- TaskElaborator.h - One use of a declared task ----------------------===//
//
// Evaluates what is known at compile time, as parameters and which control
// tokens are in use, and turns the rest into instructions. Where a condition is
// known one branch only is looked at.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_SEMA_TASKELABORATOR_H
#define IARC_DSL_SEMA_TASKELABORATOR_H

#include "Sema/Elaborator.h"
#include "Sema/TaskRules.h"

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace iarc::dsl {

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

/// Thrown where rules are too long to go on.
struct TaskStopped {};

/// Turns one use of a declared task into instructions.
class TaskElaborator {
public:
  TaskElaborator(const TaskDeclaration &declaration, const TaskUse &use, Diagnostics &diagnostics)
      : declaration(declaration), use(use), diagnostics(diagnostics) {}

  std::optional<Task> run();

private:
  using Kind = TaskValue::Kind;
  using Expression = ast::Expression;
  using Statement = ast::Statement;
  using Statements = std::vector<const Statement *>;

  /// Statements that follow those of a branch.
  struct Tail {
    const Statements &list;
    size_t at;
    const Tail *after;
  };

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

} // namespace iarc::dsl

#endif
