//===- Resolver.cpp - Names, scopes and calls -----------------------------===//
//
// What can be said without elaborating: this pass sees every definition once,
// called or not. The elaborator stays silent about anything reported here.
//
//===----------------------------------------------------------------------===//
#include "Diagnostics/Suggest.h"
#include "Sema/Arguments.h"
#include "Sema/Circles.h"
#include "Sema/Program.h"
#include "Sema/TaskDeclaration.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace iarc::dsl {

namespace {

using ast::Expression;
using ast::ExpressionKind;
using ast::Statement;
using ast::StatementKind;

struct Variable {
  SourceRange declared;
  bool isParam = false;  ///< of the model: cannot be assigned
  bool warnUnused = false;
  bool used = false;
  bool isState = false; ///< of the recur that is being resolved
};

class Resolver {
public:
  Resolver(Program &program, const FrontendOptions &options, Diagnostics &diagnostics)
      : program(program), options(options), diagnostics(diagnostics) {}

  void run() {
    for (Definition &definition : program.definitions)
      this->definition(definition);
    for (auto &owned : program.units) {
      unit = owned.get();
      if (!unit->file)
        continue;
      // A body that did not make it to a definition is checked as well.
      for (const ast::Item *item : unit->file->items)
        if (item->kind == ast::ItemKind::Model)
          model(*item);
    }
    unit = program.main;
    if (program.preview && program.preview == program.model)
      model(*program.preview);
    reportCircles(program, callGraph, diagnostics);
  }

private:
  // Scopes.
  Variable *find(const std::string &name) {
    for (auto level = scopes.rbegin(); level != scopes.rend(); ++level) {
      auto entry = level->find(name);
      if (entry != level->end())
        return &entry->second;
    }
    return nullptr;
  }
  void declare(const ast::Name &name, bool isParam, bool warnUnused, bool isState = false) {
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
    scopes.back()[name.text] = {name.range, isParam, warnUnused, false};
  }
  void push() { scopes.emplace_back(); }
  void pop() {
    for (auto &[name, variable] : scopes.back())
      if (variable.warnUnused && !variable.used && !unit->file->broken)
        diagnostics
            .report(Code::UnusedName, variable.declared,
                    std::string(variable.isParam ? "parameter" : "value") + " '" + name +
                        "' is never used")
            .hint("leave it out");
    scopes.pop_back();
  }

  // Definitions.
  void definition(Definition &which) {
    unit = which.unit;
    uses.clear();
    if (which.isTask()) {
      // Its names are a matter of its own, see TaskRules.cpp.
      which.poisoned = !readTask(which, &diagnostics).valid;
      return;
    }
    push();
    bool optional = false;
    for (const ast::Parameter &parameter : which.item->parameters) {
      if (parameter.value)
        expression(*parameter.value);
      else if (optional)
        diagnostics
            .report(Code::ParameterOrder, parameter.name.range,
                    "parameter '" + parameter.name.text +
                        "' without a default follows one with a default")
            .hint("move it forward, or give it a default");
      optional = optional || parameter.value;
      declare(parameter.name, false, false);
    }
    if (which.isBlock()) {
      inModel = false;
      body(which.item->body, nullptr);
      blockEnd(which);
    } else {
      bool anyRequired = std::any_of(which.item->parameters.begin(), which.item->parameters.end(),
                                     [](const ast::Parameter &p) { return !p.value; });
      if (!which.item->broken && !anyRequired) {
        which.poisoned = true;
        diagnostics
            .report(Code::NoParameter, which.item->name.range,
                    std::string(which.kindName()) + " '" + which.name() +
                        "' has no parameter without a default")
            .hint(which.isKernel() ? "its first parameter is the score, such as '" +
                                         which.name() + "(z)'"
                                   : "a constant is a 'param' of the model");
      }
      inModel = false;
      body(which.item->body, nullptr);
      if (which.item->value)
        expression(*which.item->value);
      else if (!which.item->broken) {
        which.poisoned = true;
        diagnostics
            .report(Code::MissingReturn, which.item->closing,
                    std::string(which.kindName()) + " '" + which.name() + "' ends without 'return'")
            .hint("it is called for the number that it returns: end it with 'return ...'");
      }
      if (which.item->afterValue)
        diagnostics.report(Code::UnreachableStatement, which.item->afterValue,
                           "nothing stands after the 'return' of a " +
                               std::string(which.kindName()));
    }
    pop();
    callGraph[&which] = std::move(uses);
    uses.clear();
  }

  void blockEnd(Definition &which) {
    const std::vector<const Statement *> &body = which.item->body;
    const Statement *returned = nullptr;
    bool unknown = which.item->broken;
    for (const Statement *statement : body) {
      if (returned) {
        diagnostics
            .report(Code::UnreachableStatement, statement->keyword,
                    "nothing stands after the 'return' of a block")
            .note(returned->keyword, "the block returns here");
        break;
      }
      if (statement->kind == StatementKind::Return)
        returned = statement;
      unknown = unknown || statement->kind == StatementKind::Unknown;
    }
    if (!returned && !unknown) {
      which.poisoned = true;
      diagnostics
          .report(Code::MissingReturn, which.item->closing,
                  "block '" + which.name() + "' ends without 'return'")
          .hint("a block is called for the value that it returns: end it with 'return ...'");
    }
  }

  void model(const ast::Item &item) {
    inModel = true;
    push();
    // Settings may stand in any order; parameters see those before them.
    for (const Statement *statement : item.body)
      if (statement->kind == StatementKind::Param) {
        // A list of names is one of subtasks.
        if (statement->value && !statement->value->isListOfNames() &&
            !isWordOfSetting(*statement->value))
          expression(*statement->value);
        declare(statement->name, true, true);
      }
    body(item.body, nullptr);
    pop();
    uses.clear();
  }

  /// Whether the value of a param is such a word and not a name of the program.
  bool isWordOfSetting(const Expression &value) {
    if (value.kind != ast::ExpressionKind::Name || find(value.text) ||
        unit->names.count(value.text))
      return false;
    for (const TaskOption &option : taskOptions())
      if (std::find(option.words.begin(), option.words.end(), value.text) != option.words.end())
        return true;
    return findChoice(value.text);
  }

  std::vector<TaskOption> taskOptions() {
    return program.task ? readTask(*program.task, nullptr).options : std::vector<TaskOption>();
  }

  // Statements. `loop` is the innermost loop around them: "a repeat", "a recur" or null.
  void body(const std::vector<const Statement *> &statements, const char *loop) {
    for (const Statement *statement : statements)
      this->statement(*statement, loop);
  }

  void misplaced(const Statement &statement, const std::string &where, std::string hint) {
    diagnostics
        .report(Code::MisplacedStatement, statement.keyword,
                "'" + std::string(statement.keyword.text()) + "' cannot stand in " + where)
        .hint(std::move(hint));
  }

  void statement(const Statement &statement, const char *loop) {
    const bool settingOfModel =
        statement.kind == StatementKind::Param || statement.kind == StatementKind::Task ||
        statement.kind == StatementKind::Context || statement.kind == StatementKind::Loss ||
        statement.kind == StatementKind::Train || statement.kind == StatementKind::Predict;
    if (settingOfModel && !inModel)
      misplaced(statement, "a block", "it belongs to the model that calls the block");
    else if ((settingOfModel || statement.kind == StatementKind::Weights) && loop)
      misplaced(statement, loop, std::string("move it out of the ") + (loop + 2));
    else if (statement.kind == StatementKind::Return && inModel)
      misplaced(statement, "a model", "a model ends with 'predict'; 'return' belongs to a block");
    else if (statement.kind == StatementKind::Return && loop)
      misplaced(statement, loop,
                std::string("assign in the ") + (loop + 2) + " and return after it");

    if (statement.kind == StatementKind::Param) {
      // Of a model: seen before. Elsewhere it declares its name, so that one cause is one error.
      if (!inModel || loop) {
        if (statement.value)
          expression(*statement.value);
        if (!find(statement.name.text))
          declare(statement.name, false, false);
      }
      return;
    }
    if (statement.kind == StatementKind::Task) {
      std::vector<TaskOption> options = taskOptions();
      auto isNumber = [&](const std::string &name) {
        // Of the task tokens: its file and its split, which no declaration lists.
        bool ofData = !program.task && statement.name.text == "tokens";
        if (ofData && (name.empty() || name == "file" || name == "split"))
          return true;
        return name == "symbols" || name == "width" || name == "gap" ||
               std::any_of(options.begin(), options.end(), [&](const TaskOption &option) {
                 return option.name == name && option.kind != TaskOption::Kind::Word;
               });
      };
      for (const ast::Argument &argument : statement.arguments)
        if (isNumber(argument.name.text))
          expression(*argument.value);
        else if (Variable *variable = find(argument.value->text))
          variable->used = true; // as a list of subtasks, or as one of two words
      return;
    }
    if (statement.kind == StatementKind::Loss)
      for (const ast::Name &word : {statement.name, statement.secondName})
        if (Variable *variable = find(word.text))
          variable->used = true;
    if (statement.kind == StatementKind::Loss && !find(statement.name.text)) {
      auto block = unit->names.find(statement.name.text);
      if (block != unit->names.end())
        uses.push_back({block->second, statement.name.range});
    }
    for (const Expression *dimension : statement.dimensions)
      expression(*dimension);
    for (const ast::Argument &argument : statement.arguments)
      if (statement.kind == StatementKind::Train && argument.name.text == "rate")
        schedule(*argument.value);
      else
        expression(*argument.value);
    for (const ast::Argument &setting : statement.settings)
      expression(*setting.value);
    if (statement.value)
      expression(*statement.value);
    if (statement.second)
      expression(*statement.second);
    switch (statement.kind) {
    case StatementKind::Let:
      declare(statement.name, false, true);
      break;
    case StatementKind::Weight:
      declare(statement.name, false, true);
      break;
    case StatementKind::For:
      push();
      declare(statement.name, false, false);
      body(statement.body, loop ? loop : "a for");
      pop();
      break;
    case StatementKind::If:
      push();
      body(statement.body, loop ? loop : "a branch");
      pop();
      push();
      body(statement.otherwise, loop ? loop : "a branch");
      pop();
      break;
    case StatementKind::Assign:
      assign(statement);
      break;
    case StatementKind::Repeat:
      push();
      body(statement.body, "a repeat");
      pop();
      break;
    case StatementKind::Recur:
      recur(statement);
      break;
    case StatementKind::Unknown:
      // Whatever it was, it may have declared anything.
      lenient = true;
      break;
    default:
      break;
    }
  }

  void recur(const Statement &statement) {
    for (const ast::Argument &state : statement.states)
      if (state.value)
        expression(*state.value);
    std::set<std::string> names;
    for (const ast::Argument &state : statement.states) {
      declare(state.name, false, false, /*isState=*/true);
      if (Variable *variable = find(state.name.text))
        variable->isState = names.insert(state.name.text).second;
    }
    std::optional<size_t> outer = std::exchange(recurLevel, scopes.size());
    push();
    body(statement.body, "a recur");
    pop();
    recurLevel = outer;
    std::set<std::string> assigned;
    bool unknown = statement.broken || unit->file->broken;
    collectAssigned(statement.body, assigned);
    for (const ast::Argument &state : statement.states) {
      if (Variable *variable = find(state.name.text))
        variable->isState = false;
      if (!unknown && !assigned.count(state.name.text))
        diagnostics
            .report(Code::StateUnassigned, state.range,
                    "the state '" + state.name.text + "' is never assigned in the recur")
            .hint("it would stay zero: end the body with '" + state.name.text + " = ...'");
    }
  }

  static void collectAssigned(const std::vector<const Statement *> &body,
                              std::set<std::string> &names) {
    for (const Statement *statement : body) {
      if (statement->kind == StatementKind::Assign)
        names.insert(statement->name.text);
      collectAssigned(statement->body, names);
      collectAssigned(statement->otherwise, names);
    }
  }

  /// Whether the variable lives outside of the recur's body.
  bool isOutside(const std::string &name) {
    for (size_t level = scopes.size(); level-- > recurLevel.value_or(0);)
      if (scopes[level].count(name))
        return false;
    return recurLevel.has_value();
  }

  void assign(const Statement &statement) {
    if (Variable *variable = find(statement.name.text)) {
      if (!variable->isParam && !variable->isState && isOutside(statement.name.text))
        diagnostics
            .report(Code::RecurAssignment, statement.name.range,
                    "'" + statement.name.text + "' belongs to the outside of the recur")
            .note(variable->declared, "it is introduced here")
            .hint("what goes from one position to the next is a state: 'recur " +
                  statement.name.text + "[...] {'; what stays in a step needs a new name");
      if (variable->isParam)
        diagnostics
            .report(Code::Redefinition, statement.name.range,
                    "parameter '" + statement.name.text + "' cannot be assigned")
            .note(variable->declared, "it is declared here")
            .hint("a parameter changes on the command line only: '-D " + statement.name.text +
                  "=...'");
      return;
    }
    declare(statement.name, false, false);
  }

  // Expressions. Operators that lean to the left are walked in a loop.
  void expression(const Expression &top) {
    std::vector<const Expression *> spine;
    const Expression *node = &top;
    while (node->kind == ExpressionKind::Binary || node->kind == ExpressionKind::Slice ||
           node->kind == ExpressionKind::Index) {
      spine.push_back(node);
      node = node->operands[0];
    }
    leaf(*node);
    for (auto next = spine.rbegin(); next != spine.rend(); ++next)
      for (size_t i = 1; i < (*next)->operands.size(); ++i)
        expression(*(*next)->operands[i]);
  }

  /// A learning rate: the names of schedules are known there only.
  void schedule(const Expression &node) {
    if (node.kind != ExpressionKind::Call || !scheduleFormals(node.text))
      return expression(node);
    for (const ast::Argument &argument : node.arguments)
      schedule(*argument.value);
  }

  void leaf(const Expression &node) {
    if (node.kind == ExpressionKind::Name) {
      name(node);
      return;
    }
    if (node.kind == ExpressionKind::Call) {
      call(node);
      return;
    }
    for (const Expression *operand : node.operands)
      expression(*operand);
  }

  void name(const Expression &node) {
    if (Variable *variable = find(node.text)) {
      variable->used = true;
      return;
    }
    if (isPredefined(node.text)) {
      if (const PrimitiveEntry *entry = findPrimitive(node.text); entry && !isWord(node.text))
        diagnostics
            .report(Code::WrongKind, node.range, "'" + node.text + "' must be called")
            .hint("write '" + node.text + "(" + entry->formals[0].name +
                  (entry->formals.size() > 1 ? ", ...)'" : ")'"));
      return;
    }
    auto entry = unit->names.find(node.text);
    if (entry == unit->names.end()) {
      undefined(node, false);
      return;
    }
    uses.push_back({entry->second, node.range});
    if (entry->second->isBlock() && !entry->second->poisoned)
      diagnostics
          .report(Code::WrongKind, node.range, "block '" + node.text + "' must be called")
          .note(entry->second->item->name.range, "it is defined here")
          .hint("write '" + node.text + "(...)'; only kernels and functions can be passed on");
  }

  void call(const Expression &node) {
    const PrimitiveEntry *primitive = nullptr;
    if (Variable *variable = find(node.text)) {
      variable->used = true;
    } else if (const Intrinsic *intrinsic = findIntrinsic(node.text)) {
      bindArguments(calleeOf(*intrinsic), node.arguments, node.focus, &diagnostics);
    } else if ((primitive = findPrimitive(node.text))) {
      bindArguments(calleeOf(*primitive), node.arguments, node.focus, &diagnostics);
    } else if (isPredefined(node.text)) {
      diagnostics.report(Code::NotCallable, node.focus, "'" + node.text + "' cannot be called")
          .hint("write '" + node.text + "' alone");
    } else {
      auto entry = unit->names.find(node.text);
      if (entry == unit->names.end()) {
        undefined(node, true);
      } else {
        uses.push_back({entry->second, node.focus});
        if (!entry->second->poisoned)
          bindArguments(calleeOf(*entry->second), node.arguments, node.focus, &diagnostics);
      }
    }
    for (const ast::Argument &argument : node.arguments) {
      // The name of a weight is not an expression.
      if (primitive && namesWeight(*primitive, argument.name.text))
        continue;
      expression(*argument.value);
    }
  }

  void undefined(const Expression &node, bool called) {
    if (lenient || unit->incomplete)
      return;
    if (++undefinedNames > 100) {
      // These are not shown; looking for near names would only take long.
      diagnostics.report(Code::UndefinedName, called ? node.focus : node.range,
                         "'" + node.text + "' is not defined");
      return;
    }
    std::vector<std::string> candidates;
    if (called) {
      candidates = predefinedCallees();
    } else {
      candidates = predefinedNames();
      for (auto &level : scopes)
        for (auto &entry : level)
          candidates.push_back(entry.first);
    }
    for (auto &[name, definition] : unit->names)
      if (called || !definition->isBlock())
        candidates.push_back(name);
    std::string nearest = nearestName(node.text, candidates);
    if (!library)
      library = libraryDefinitions(options);
    std::string hint;
    if (auto entry = library->find(node.text); entry != library->end())
      hint = "the library defines it: write 'import " + entry->second + "'";
    else if (std::string_view ours = hintForForeignName(node.text); !ours.empty())
      hint = ours;
    else if (!nearest.empty())
      hint = "did you mean '" + nearest + "'?";
    else if (called)
      hint = "define 'block " + node.text + "(...)' or 'function " + node.text +
             "(...)', or import the file that does";
    else
      hint = "define it with 'let', or as a 'param' of the model";
    diagnostics
        .report(Code::UndefinedName, called ? node.focus : node.range,
                "'" + node.text + "' is not defined")
        .hint(std::move(hint));
  }

  Program &program;
  const FrontendOptions &options;
  std::optional<std::map<std::string, std::string>> library; ///< read at the first undefined name
  Diagnostics &diagnostics;
  FileUnit *unit = nullptr;
  std::vector<std::map<std::string, Variable>> scopes;
  std::vector<Use> uses;
  CallGraph callGraph;
  int undefinedNames = 0;
  std::optional<size_t> recurLevel; ///< of the body of the innermost recur
  bool inModel = false;
  bool lenient = false;
};

} // namespace

void resolveProgram(Program &program, const FrontendOptions &options, Diagnostics &diagnostics) {
  Resolver(program, options, diagnostics).run();
}

} // namespace iarc::dsl
