//===- TaskDeclaration.cpp - What a declared task consists of -------------===//
#include "Sema/TaskDeclaration.h"

#include "Diagnostics/Suggest.h"

#include <algorithm>
#include <map>

namespace iarc::dsl {

using ast::ExpressionKind;
using ast::Statement;
using ast::StatementKind;

namespace {

constexpr size_t mostControls = 32, mostStates = 256;

const std::vector<std::string> &commonArguments() {
  static const std::vector<std::string> names = {"symbols", "width", "subtasks", "gap",
                                                 "encoding"};
  return names;
}

bool contains(const std::vector<std::string> &names, const std::string &name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Reader {
public:
  Reader(const Definition &definition, Diagnostics *diagnostics)
      : item(*definition.item), diagnostics(diagnostics) {}

  TaskDeclaration read() {
    made.name = item.name.text;
    made.where = item.name.range;
    made.valid = !item.broken;
    for (const ast::Parameter &parameter : item.parameters)
      option(parameter);
    bool unknown = item.broken;
    for (const Statement *statement : item.body) {
      unknown = unknown || statement->broken || statement->kind == StatementKind::Unknown;
      member(*statement);
    }
    made.valid = made.valid && !unknown;
    if (!unknown)
      complete();
    return std::move(made);
  }

private:
  void report(Code code, SourceRange where, std::string message, std::string hint = {},
              SourceRange earlier = {}, std::string note = {}) {
    made.valid = false;
    if (!diagnostics)
      return;
    Diagnostic &diagnostic = diagnostics->report(code, where, std::move(message));
    if (earlier)
      diagnostic.note(earlier, std::move(note));
    diagnostic.hint(std::move(hint));
  }

  /// Enters a name of the task.
  void declare(const ast::Name &name, const char *what) {
    if (name.text.empty())
      return;
    if (isTaskName(name.text)) {
      report(Code::PredefinedName, name.range,
             "'" + name.text + "' has a meaning in every task and cannot be " + what,
             "choose another name, such as 'my_" + name.text + "'");
      return;
    }
    auto [entry, fresh] = names.insert({name.text, name.range});
    if (!fresh)
      report(Code::Redefinition, name.range, "'" + name.text + "' is defined twice", "",
             entry->second, "the first definition is here");
  }

  void option(const ast::Parameter &parameter) {
    declare(parameter.name, "a parameter");
    if (contains(commonArguments(), parameter.name.text) && !isTaskName(parameter.name.text))
      report(Code::PredefinedName, parameter.name.range,
             "'" + parameter.name.text + "' is an argument of every task",
             "choose another name for the parameter");
    TaskOption option;
    option.name = parameter.name.text;
    option.where = parameter.name.range;
    option.standard = parameter.value;
    if (!parameter.value) {
      report(Code::TaskParameter, parameter.name.range,
             "parameter '" + parameter.name.text + "' of a task has no default",
             "its default says what it takes: a number, 'true' or 'false', or words such as "
             "'reset or keep'");
      return;
    }
    if (parameter.value->kind == ExpressionKind::Truth)
      option.kind = TaskOption::Kind::Truth;
    else if (words(*parameter.value, option.words))
      option.kind = TaskOption::Kind::Word;
    for (size_t i = 0; i < option.words.size(); ++i)
      if (std::find(option.words.begin(), option.words.begin() + static_cast<ptrdiff_t>(i),
                    option.words[i]) != option.words.begin() + static_cast<ptrdiff_t>(i))
        report(Code::TaskParameter, parameter.value->range,
               "the word '" + option.words[i] + "' is listed twice");
    made.options.push_back(std::move(option));
  }

  /// The words of `a or b or c`; false for anything else.
  static bool words(const ast::Expression &value, std::vector<std::string> &out) {
    const ast::Expression *node = &value;
    std::vector<std::string> found;
    while (node->kind == ExpressionKind::Binary && node->text == "or" &&
           node->operands[1]->kind == ExpressionKind::Name) {
      found.push_back(node->operands[1]->text);
      node = node->operands[0];
    }
    if (found.empty() || node->kind != ExpressionKind::Name)
      return false;
    found.push_back(node->text);
    out.assign(found.rbegin(), found.rend());
    return true;
  }

  void once(const Statement *&slot, const Statement &statement, SourceRange where,
            const std::string &name) {
    if (slot)
      report(Code::RepeatedStatement, where, "'" + name + "' is given twice", "", slot->keyword,
             "the first one is here");
    else
      slot = &statement;
  }

  void member(const Statement &statement) {
    switch (statement.kind) {
    case StatementKind::TaskSetting: {
      const std::string &name = statement.name.text;
      const std::map<std::string, const Statement **> slots = {{"symbols", &made.symbols},
                                                               {"gap", &made.gap},
                                                               {"history", &made.history},
                                                               {"warmup", &made.warmUp},
                                                               {"target", &made.target}};
      auto slot = slots.find(name);
      if (slot != slots.end()) {
        once(*slot->second, statement, statement.name.range, name);
        return;
      }
      std::string nearest = nearestName(
          name, {"symbols", "gap", "history", "warmup", "target", "state", "control", "modifier",
                 "next"});
      report(Code::TaskStatement, statement.name.range, "a task has no setting '" + name + "'",
             nearest.empty() ? "its settings are 'symbols', 'gap', 'history', 'warmup' and 'target'"
                             : "did you mean '" + nearest + "'?");
      return;
    }
    case StatementKind::State:
      declare(statement.name, "a state");
      made.states.push_back(&statement);
      if (made.states.size() == mostStates + 1)
        report(Code::TaskStatement, statement.name.range,
               "a task has at most " + std::to_string(mostStates) + " states",
               "a table holds many numbers: 'state " + statement.name.text + "[100] = 0'");
      return;
    case StatementKind::Control:
      declare(statement.name, "a control token");
      made.controls.push_back(&statement);
      if (made.controls.size() == mostControls + 1)
        report(Code::TaskStatement, statement.name.range,
               "a task has at most " + std::to_string(mostControls) + " control tokens");
      return;
    case StatementKind::Next:
      once(made.next, statement, statement.keyword, "next");
      return;
    default:
      return;
    }
  }

  /// What a whole declaration must have.
  void complete() {
    std::vector<std::string> missing, hints;
    auto need = [&](const char *name, const char *hint) {
      missing.push_back(name);
      hints.push_back(hint);
    };
    if (!made.symbols)
      need("symbols", "such as 'symbols 16', their number unless a use says another");
    if (!made.controls.empty() && !made.gap)
      need("gap", "such as 'gap 1..9', the distance between control tokens");
    if (!made.next)
      need("next", "such as 'next { return draw(symbols) }', the rule for the next symbol");
    if (!missing.empty()) {
      report(Code::TaskStatement, item.name.range,
             "task '" + made.name + "' lacks " + listOf(missing, "and"));
      if (diagnostics)
        for (std::string &hint : hints)
          last().hint(std::move(hint));
    }
    if (made.gap && made.controls.empty())
      report(Code::TaskStatement, made.gap->name.range,
             "a task without control tokens has no 'gap'",
             "declare them, such as 'control I increment { step = 1 }', or leave it out");
    bool governing = std::any_of(made.controls.begin(), made.controls.end(),
                                 [](const Statement *c) { return TaskDeclaration::governs(*c); });
    if (!made.controls.empty() && !governing)
      report(Code::TaskStatement, made.controls.front()->name.range,
             "a 'modifier' changes what governs, and nothing does",
             "declare at least one token by 'control'");
  }

  Diagnostic &last() { return diagnostics->last(); }

  const ast::Item &item;
  Diagnostics *diagnostics;
  TaskDeclaration made;
  std::map<std::string, SourceRange> names;
};

} // namespace

const TaskOption *TaskDeclaration::option(const std::string &wanted) const {
  for (const TaskOption &option : options)
    if (option.name == wanted)
      return &option;
  return nullptr;
}

const Statement *TaskDeclaration::control(const std::string &wanted) const {
  for (const Statement *control : controls)
    if (control->name.text == wanted)
      return control;
  return nullptr;
}

std::string TaskDeclaration::controlList(bool governingOnly, std::string_view conjunction) const {
  std::vector<std::string> parts;
  for (const Statement *control : controls) {
    if (governingOnly && !governs(*control))
      continue;
    bool labelled = !governingOnly && !control->secondName.text.empty();
    parts.push_back(control->name.text +
                    (labelled ? " (" + control->secondName.text + ")" : std::string()));
  }
  std::string text;
  for (size_t i = 0; i < parts.size(); ++i)
    text += (i == 0                  ? ""
             : i + 1 < parts.size() ? ", "
                                    : " " + std::string(conjunction) + " ") +
            parts[i];
  return text;
}

TaskDeclaration readTask(const Definition &definition, Diagnostics *diagnostics) {
  return Reader(definition, diagnostics).read();
}

Formals taskFormals(const TaskDeclaration &declaration) {
  Formals formals;
  for (const std::string &name : commonArguments())
    formals.push_back({name, false, true});
  for (const TaskOption &option : declaration.options)
    formals.push_back({option.name, false, true});
  return formals;
}

const std::vector<std::string> &taskNames() {
  static const std::vector<std::string> names = {
      "t",   "x",   "governing", "symbols", "context", "shortest_gap", "longest_gap",
      "draw", "index", "min",    "max",     "abs"};
  return names;
}

bool isTaskName(const std::string &name) { return contains(taskNames(), name); }

} // namespace iarc::dsl
