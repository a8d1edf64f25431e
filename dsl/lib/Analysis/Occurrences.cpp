//===- Occurrences.cpp - Which name means what ----------------------------===//
//
// Follows the scopes of the language over the syntax tree, also where analysis
// stopped at an error.
//
//===----------------------------------------------------------------------===//
#include "Analysis/Occurrences.h"

#include "Sema/Names.h"

#include <map>

namespace iarc::dsl {

namespace {

using ast::Expression;
using ast::ExpressionKind;
using ast::Item;
using ast::ItemKind;
using ast::Statement;
using ast::StatementKind;

class Walker {
public:
  Walker(const FileUnit &unit, const Program &program) : unit(unit), program(program) {}

  Occurrences run() {
    for (const Item *one : unit.file->items)
      item(*one);
    return std::move(result);
  }

private:
  void add(SourceRange where, SourceRange definition, const Item *of = nullptr) {
    if (where && where.end > where.begin)
      result.all.push_back({where, definition, of});
  }

  void define(const ast::Name &name) {
    if (name.text.empty())
      return;
    levels.back()[name.text] = name.range;
    add(name.range, name.range);
    result.variables.push_back({name.text, name.range, scopes.back()});
  }

  const SourceRange *find(const std::string &name) const {
    for (auto level = levels.rbegin(); level != levels.rend(); ++level)
      if (auto entry = level->find(name); entry != level->end())
        return &entry->second;
    return nullptr;
  }

  void refer(const std::string &name, SourceRange where) {
    if (const SourceRange *variable = find(name))
      return add(where, *variable);
    if (auto entry = unit.names.find(name); entry != unit.names.end() && entry->second)
      add(where, entry->second->item->name.range, entry->second->item);
    else if (auto control = controls.find(name); control != controls.end())
      add(where, control->second);
  }

  const Item *taskNamed(const std::string &name) const {
    auto entry = program.main->tasks.find(name);
    return entry != program.main->tasks.end() && entry->second ? entry->second->item : nullptr;
  }

  /// Without recursion: chains of operators are as long as the file.
  void expression(const Expression *top) {
    std::vector<const Expression *> open = {top};
    while (!open.empty()) {
      const Expression *next = open.back();
      open.pop_back();
      if (!next)
        continue;
      if (next->kind == ExpressionKind::Name)
        refer(next->text, next->range);
      if (next->kind == ExpressionKind::Call) {
        SourceRange callee = next->focus;
        callee.end = callee.begin + static_cast<uint32_t>(next->text.size());
        refer(next->text, callee);
        auto entry = unit.names.find(next->text);
        const Item *of = !find(next->text) && entry != unit.names.end() && entry->second
                             ? entry->second->item
                             : nullptr;
        for (const ast::Argument &argument : next->arguments)
          this->argument(argument, of, open, findPrimitive(next->text) != nullptr);
      }
      for (const Expression *operand : next->operands)
        open.push_back(operand);
    }
  }

  void argument(const ast::Argument &argument, const Item *of,
                std::vector<const Expression *> &open, bool primitive) {
    if (of && !argument.name.text.empty())
      for (const ast::Parameter &parameter : of->parameters)
        if (parameter.name.text == argument.name.text)
          add(argument.name.range, parameter.name.range);
    // `name: query` names a weight, not a variable.
    if (!(primitive && argument.name.text == "name"))
      open.push_back(argument.value);
  }

  void arguments(const std::vector<ast::Argument> &arguments, const Item *of) {
    std::vector<const Expression *> open;
    for (const ast::Argument &one : arguments)
      argument(one, of, open, false);
    for (const Expression *one : open)
      expression(one);
  }

  void body(const std::vector<const Statement *> &statements, SourceRange scope) {
    levels.emplace_back();
    scopes.push_back(scope);
    for (const Statement *one : statements)
      statement(*one);
    levels.pop_back();
    scopes.pop_back();
  }

  void statement(const Statement &s) {
    switch (s.kind) {
    case StatementKind::Let:
    case StatementKind::Param:
    case StatementKind::Weight:
    case StatementKind::State:
      for (const Expression *dimension : s.dimensions)
        expression(dimension);
      expression(s.value);
      expression(s.second);
      define(s.name);
      return;
    case StatementKind::Assign:
      expression(s.value);
      expression(s.second);
      if (const SourceRange *known = find(s.name.text))
        add(s.name.range, *known);
      else
        define(s.name);
      return;
    case StatementKind::Task: {
      const Item *of = taskNamed(s.name.text);
      if (of)
        add(s.name.range, of->name.range, of);
      arguments(s.arguments, of);
      return;
    }
    case StatementKind::For:
      expression(s.value);
      levels.emplace_back();
      scopes.push_back(s.range);
      define(s.name);
      body(s.body, s.range);
      levels.pop_back();
      scopes.pop_back();
      return;
    case StatementKind::Recur:
      for (const ast::Argument &state : s.states) {
        expression(state.value);
        define(state.name);
      }
      return body(s.body, s.range);
    case StatementKind::If:
      expression(s.value);
      // At compile time a branch is taken as if it stood there; in a rule it is a scope.
      branch(s.body, s.range);
      return branch(s.otherwise, s.range);
    default:
      if (s.kind == StatementKind::Control)
        define(s.name);
      const Item *of = nullptr;
      if (s.kind == StatementKind::Loss) {
        refer(s.name.text, s.name.range);
        if (auto entry = unit.names.find(s.name.text); entry != unit.names.end() && entry->second)
          of = entry->second->item;
      }
      expression(s.value);
      expression(s.second);
      arguments(s.arguments, of);
      arguments(s.settings, nullptr);
      return body(s.body, s.range);
    }
  }

  void branch(const std::vector<const Statement *> &statements, SourceRange range) {
    if (inTask)
      return body(statements, range);
    for (const Statement *one : statements)
      statement(*one);
  }

  void item(const Item &item) {
    if (item.kind != ItemKind::Import && item.kind != ItemKind::Unknown && !item.name.text.empty())
      add(item.name.range, item.name.range, &item);
    inTask = item.kind == ItemKind::Task;
    // The control tokens of the model's task are the words of `subtasks`, wherever the list is made.
    controls.clear();
    if (item.kind == ItemKind::Model)
      for (const Statement *s : item.body)
        if (const Item *task = s->kind == StatementKind::Task ? taskNamed(s->name.text) : nullptr)
          for (const Statement *rule : task->body)
            if (rule->kind == StatementKind::Control && !rule->name.text.empty())
              controls[rule->name.text] = rule->name.range;
    levels.assign(1, {});
    scopes.assign(1, item.range);
    // Settings of a model or task may stand anywhere, so what they define is seen from the start.
    if (item.kind == ItemKind::Model || inTask)
      for (const Statement *s : item.body)
        if (s->kind == StatementKind::Param || s->kind == StatementKind::State ||
            s->kind == StatementKind::Control)
          if (!s->name.text.empty())
            levels.back()[s->name.text] = s->name.range;
    for (const ast::Parameter &parameter : item.parameters) {
      expression(parameter.value);
      define(parameter.name);
    }
    for (const Statement *s : item.body)
      statement(*s);
    expression(item.value);
  }

  const FileUnit &unit;
  const Program &program;
  Occurrences result;
  std::vector<std::map<std::string, SourceRange>> levels;
  std::vector<SourceRange> scopes;
  std::map<std::string, SourceRange> controls; ///< of the task of the model that is walked
  bool inTask = false;
};

} // namespace

Occurrences occurrencesOf(const FileUnit &unit, const Program &program) {
  return Walker(unit, program).run();
}

} // namespace iarc::dsl
