//===- Resolver.cpp - Names, scopes and calls -----------------------------===//
//
// What can be said without elaborating: this pass sees every definition once,
// called or not. The elaborator stays silent about anything reported here.
//
//===----------------------------------------------------------------------===//
#include "Diagnostics/Wording.h"
#include "Sema/Arguments.h"
#include "Sema/AssignedSettings.h"
#include "Sema/Circles.h"
#include "Sema/Program.h"
#include "Sema/Returns.h"
#include "Sema/Scopes.h"
#include "Sema/StatementPlaces.h"
#include "Sema/TaskDeclaration.h"
#include "Sema/UndefinedNames.h"

#include <algorithm>
#include <optional>
#include <set>

namespace iarc::dsl {

namespace {

using ast::Expression;
using ast::ExpressionKind;
using ast::Statement;
using ast::StatementKind;

class Resolver {
public:
  Resolver(Program &program, const FrontendOptions &options, Diagnostics &diagnostics)
      : program(program), diagnostics(diagnostics), scopes(diagnostics),
        undefinedNames(options, diagnostics) {}

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
  // Definitions.
  void definition(Definition &which) {
    unit = which.unit;
    uses.clear();
    if (which.isTask()) {
      // Its names are a matter of its own, see TaskRules.cpp.
      which.poisoned = !readTask(which, &diagnostics).valid;
      return;
    }
    scopes.push();
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
      scopes.declare(parameter.name, false, false);
    }
    if (which.isBlock()) {
      inModel = false;
      body(which.item->body, nullptr);
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
    }
    checkReturn(which, diagnostics);
    pop();
    callGraph[&which] = std::move(uses);
    uses.clear();
  }

  void model(const ast::Item &item) {
    inModel = true;
    scopes.push();
    // Settings may stand in any order; parameters see those before them.
    for (const Statement *statement : item.body)
      if (statement->kind == StatementKind::Param) {
        // A list of names is one of subtasks.
        if (statement->value && !statement->value->isListOfNames() &&
            !isWordOfSetting(*statement->value))
          expression(*statement->value);
        scopes.declare(statement->name, true, true);
      }
    lacking = lackingSettings(item);
    body(item.body, nullptr);
    const Variable *weights = scopes.find("weights");
    if (weights && !weights->used && !unit->file->broken && assignsPlacement(item))
      diagnostics.report(Code::Syntax, weights->declared, withoutSign("weights"))
          .hint("such as 'weights shared, normal(0, 0.1)'");
    pop();
    uses.clear();
  }

  /// Whether the value of a param is such a word and not a name of the program.
  bool isWordOfSetting(const Expression &value) {
    if (value.kind != ast::ExpressionKind::Name || scopes.find(value.text) ||
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

  void statement(const Statement &statement, const char *loop) {
    checkPlace(statement, inModel, loop, diagnostics);
    if (statement.kind == StatementKind::Param) {
      // Of a model: seen before. Elsewhere it declares its name, so that one cause is one error.
      if (!inModel || loop) {
        if (statement.value)
          expression(*statement.value);
        if (!scopes.find(statement.name.text))
          scopes.declare(statement.name, false, false);
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
        else
          scopes.use(argument.value->text); // as a list of subtasks, or as one of two words
      return;
    }
    if (statement.kind == StatementKind::Loss)
      for (const ast::Name &word : {statement.name, statement.secondName})
        scopes.use(word.text);
    if (statement.kind == StatementKind::Loss && !scopes.find(statement.name.text)) {
      auto block = unit->names.find(statement.name.text);
      if (block != unit->names.end())
        uses.push_back({block->second, statement.name.range});
    }
    for (const Expression *dimension : statement.dimensions)
      expression(*dimension);
    if (statement.kind == StatementKind::Weight && statement.mayLackInitialiser())
      return weightThenAssignment(statement);
    for (const ast::Argument &argument : statement.arguments)
      if (statement.kind == StatementKind::Train && argument.name.text == "rate")
        schedule(*argument.value);
      else
        expression(*argument.value);
    for (const ast::Argument &setting : statement.settings)
      expression(*setting.value);
    if (statement.kind == StatementKind::Assign && inModel && lacking.count(statement.name.text))
      return assignedSetting(statement);
    const bool isWeight = statement.kind == StatementKind::Weight;
    const bool ofWeights = isWeight || statement.kind == StatementKind::Weights;
    if (statement.value)
      expressionIn(!ofWeights ? "" : isWeight ? "initialise" : "weights", *statement.value);
    if (statement.second)
      expressionIn(!ofWeights ? "" : isWeight ? "weights" : "initialise", *statement.second);
    switch (statement.kind) {
    case StatementKind::Let:
      scopes.declare(statement.name, false, true);
      break;
    case StatementKind::Weight:
      scopes.declare(statement.name, false, true);
      break;
    case StatementKind::For:
      scopes.push();
      scopes.declare(statement.name, false, false);
      body(statement.body, loop ? loop : "a for");
      pop();
      break;
    case StatementKind::If:
      scopes.push();
      body(statement.body, loop ? loop : "a branch");
      pop();
      scopes.push();
      body(statement.otherwise, loop ? loop : "a branch");
      pop();
      break;
    case StatementKind::Assign:
      assign(statement);
      break;
    case StatementKind::Repeat:
      scopes.push();
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

  /// The value may be that of an assignment, which sees the weight. Whether it is one is plain
  /// where the name is new; of others the elaborator finds out.
  void weightThenAssignment(const Statement &statement) {
    const ast::Name name = {statement.second->text, statement.second->range};
    const bool known = scopes.use(name.text) || isPredefined(name.text);
    scopes.declare(statement.name, false, true);
    expression(*statement.value);
    if (known)
      return;
    diagnostics.report(Code::Syntax, statement.name.range, lacksInitialiser(statement.name.text))
        .hint(initialiserHint);
    if (!scopes.find(name.text))
      scopes.declare(name, false, false);
  }

  void recur(const Statement &statement) {
    for (const ast::Argument &state : statement.states)
      if (state.value)
        expression(*state.value);
    std::set<std::string> names;
    for (const ast::Argument &state : statement.states) {
      scopes.declare(state.name, false, false, /*isState=*/true);
      if (Variable *variable = scopes.find(state.name.text))
        variable->isState = names.insert(state.name.text).second;
    }
    std::optional<size_t> outer = scopes.pushRecur();
    body(statement.body, "a recur");
    scopes.popRecur(outer, /*reportUnused=*/!unit->file->broken);
    std::set<std::string> assigned;
    bool unknown = statement.broken || unit->file->broken;
    collectAssigned(statement.body, assigned);
    for (const ast::Argument &state : statement.states) {
      if (Variable *variable = scopes.find(state.name.text))
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

  /// `task = iarc(gap: 1..9)`, which the elaborator reports: its names are no values.
  void assignedSetting(const Statement &statement) {
    if (statement.value)
      for (const ast::Argument &argument : statement.value->arguments)
        scopes.use(argument.value->text);
    scopes.declare(statement.name, false, false);
  }

  void assign(const Statement &statement) {
    if (Variable *variable = scopes.find(statement.name.text)) {
      if (!variable->isParam && !variable->isState && scopes.isOutsideOfRecur(statement.name.text))
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
    // Of a broken statement it is not known whether it was to introduce the name.
    if (!statement.broken || !isPredefined(statement.name.text))
      scopes.declare(statement.name, false, false);
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
    if (scopes.use(node.text))
      return;
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
      undefined(node);
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
    if (scopes.use(node.text)) {
      // What a variable may be called for is known where it is elaborated.
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
        undefined(node);
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
      expressionIn(primitive ? argument.name.text : "", *argument.value);
    }
  }

  /// The value of the argument `name` of a primitive, which may take some words only.
  void expressionIn(const std::string &name, const Expression &node) {
    inArgument = {name, &node};
    expression(node);
  }

  void undefined(const Expression &node) {
    if (!lenient && !unit->incomplete)
      undefinedNames.report(node, *unit, scopes,
                            inArgument.second == &node ? inArgument.first : "");
  }

  /// A file that is broken may use what it does not seem to.
  void pop() { scopes.pop(/*reportUnused=*/!unit->file->broken); }

  Program &program;
  Diagnostics &diagnostics;
  FileUnit *unit = nullptr;
  Scopes scopes;
  UndefinedNames undefinedNames;
  std::vector<Use> uses;
  CallGraph callGraph;
  bool inModel = false;
  std::set<std::string> lacking; ///< words of settings that the model does not have
  bool lenient = false;
  std::pair<std::string, const Expression *> inArgument;
};

} // namespace

void resolveProgram(Program &program, const FrontendOptions &options, Diagnostics &diagnostics) {
  Resolver(program, options, diagnostics).run();
}

} // namespace iarc::dsl
