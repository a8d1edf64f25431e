//===- TaskDeclaration.h - What a declared task consists of ---------------===//
#ifndef IARC_DSL_SEMA_TASKDECLARATION_H
#define IARC_DSL_SEMA_TASKDECLARATION_H

#include "Sema/Names.h"
#include "Sema/Program.h"

#include <string>
#include <vector>

namespace iarc::dsl {

/// A parameter of a task. Its default says what it takes: an integer, a truth, or one of the words
/// of `a or b or c`.
struct TaskOption {
  enum class Kind { Integer, Truth, Word };
  std::string name;
  Kind kind = Kind::Integer;
  const ast::Expression *standard = nullptr; ///< the default
  std::vector<std::string> words;            ///< of Word; the first is the default
  SourceRange where;
};

/// A task as declared. A statement that it does not have is null.
struct TaskDeclaration {
  std::string name;
  SourceRange where;
  std::vector<TaskOption> options;
  const ast::Statement *symbols = nullptr, *gap = nullptr, *history = nullptr, *warmUp = nullptr;
  const ast::Statement *target = nullptr, *next = nullptr;
  std::vector<const ast::Statement *> states, controls;
  bool valid = true; ///< nothing was found wrong

  const TaskOption *option(const std::string &name) const;
  const ast::Statement *control(const std::string &name) const;
  static bool governs(const ast::Statement &control) {
    return control.keyword.text() == "control";
  }
  /// "I (increment), A (add) and C (continue)", or only those that govern.
  std::string controlList(bool governingOnly, std::string_view conjunction) const;
};

/// Reads the members of a task, each of which has its place and stands once. Reports what is wrong
/// where `diagnostics` is given.
TaskDeclaration readTask(const Definition &definition, Diagnostics *diagnostics);

/// The arguments of a use of the task: those that every task has, then its own.
Formals taskFormals(const TaskDeclaration &declaration);

/// Whether the name means something in every task: t, x, draw ...
bool isTaskName(const std::string &name);

/// All such names, for suggestions.
const std::vector<std::string> &taskNames();

} // namespace iarc::dsl
#endif
