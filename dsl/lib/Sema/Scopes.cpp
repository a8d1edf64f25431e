//===- Scopes.cpp - The variables of a body while it is resolved ----------===//
#include "Sema/Scopes.h"
#include "Sema/Names.h"

#include <utility>

namespace iarc::dsl {

Variable *Scopes::find(const std::string &name) {
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    auto entry = level->find(name);
    if (entry != level->end())
      return &entry->second;
  }
  return nullptr;
}

bool Scopes::use(const std::string &name) {
  Variable *variable = find(name);
  if (variable)
    variable->used = true;
  return variable;
}

void Scopes::declare(const ast::Name &name, bool isParam, bool warnUnused, bool isState) {
  if (name.text.empty())
    return;
  if (isPredefined(name.text)) {
    diagnostics
        .report(Code::PredefinedName, name.range,
                "'" + name.text + "' is predefined and cannot be redefined")
        .hint("choose another name, such as 'my_" + name.text + "'");
  } else if (Variable *earlier = find(name.text)) {
    Diagnostic &diagnostic = diagnostics.report(Code::Redefinition, name.range,
                                                "'" + name.text + "' is defined twice");
    diagnostic.note(earlier->declared, "the first definition is here");
    if (isState)
      diagnostic.hint("a recur introduces its states: choose another name");
    else if (!isParam && !earlier->isParam)
      diagnostic.hint("to give it a new value write '" + name.text + " = ...'");
    return;
  }
  levels.back()[name.text] = {name.range, isParam, warnUnused, false};
}

void Scopes::pop(bool reportUnused) {
  for (auto &[name, variable] : levels.back())
    if (reportUnused && variable.warnUnused && !variable.used)
      diagnostics
          .report(Code::UnusedName, variable.declared,
                  std::string(variable.isParam ? "parameter" : "value") + " '" + name +
                      "' is never used")
          .hint("leave it out");
  levels.pop_back();
}

std::optional<size_t> Scopes::pushRecur() {
  std::optional<size_t> outer = std::exchange(recurLevel, levels.size());
  push();
  return outer;
}

void Scopes::popRecur(std::optional<size_t> outer, bool reportUnused) {
  pop(reportUnused);
  recurLevel = outer;
}

bool Scopes::isOutsideOfRecur(const std::string &name) const {
  for (size_t level = levels.size(); level-- > recurLevel.value_or(0);)
    if (levels[level].count(name))
      return false;
  return recurLevel.has_value();
}

std::vector<std::string> Scopes::names() const {
  std::vector<std::string> all;
  for (const auto &level : levels)
    for (const auto &entry : level)
      all.push_back(entry.first);
  return all;
}

} // namespace iarc::dsl
