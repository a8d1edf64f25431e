//===- TaskStatements.cpp - Statements of a task ---------------------------===//
#include "Sema/TaskElaborator.h"

#include "Diagnostics/Suggest.h"

#include <algorithm>

namespace iarc::dsl {

using ast::Statement;
using ast::StatementKind;

void TaskElaborator::execute(const Statements &list) {
  scopes.emplace_back();
  for (const Statement *statement : list)
    execute(*statement);
  scopes.pop_back();
}

void TaskElaborator::execute(const Statement &statement) {
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

void TaskElaborator::assign(const Statement &statement) {
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

bool TaskElaborator::mayReturn(const Statements &list) {
  return std::any_of(list.begin(), list.end(), [](const Statement *statement) {
    return statement->kind == StatementKind::Return ||
           (statement->kind == StatementKind::If &&
            (mayReturn(statement->body) || mayReturn(statement->otherwise)));
  });
}

bool TaskElaborator::alwaysReturns(const Statements &list) {
  return std::any_of(list.begin(), list.end(), [](const Statement *statement) {
    return statement->kind == StatementKind::Return ||
           (statement->kind == StatementKind::If && alwaysReturns(statement->body) &&
            alwaysReturns(statement->otherwise));
  });
}

/// The rest of a rule that must return: the statements from `at` on, then those of `after`.
TaskValue TaskElaborator::returning(const Statements &list, size_t at, const Tail *after, SourceRange end) {
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

} // namespace iarc::dsl
