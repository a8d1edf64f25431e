//===- Loss.cpp - The statement loss, and a block as the loss ------------===//
#include "Sema/Elaborator.h"

#include "Diagnostics/Suggest.h"

#include <algorithm>

namespace iarc::dsl {

using ast::StatementKind;

/// What may have been meant by `given`, which is no loss.
std::string Elaborator::hintForLoss(const std::string &given) {
  std::map<std::string, LibraryDefinition> library = libraryDefinitions(options);
  if (auto entry = library.find(given); entry != library.end())
    return "the library defines it: write 'import " + entry->second.file + "'";
  std::vector<std::string> known = findChoice("cross_entropy")->words, unseen;
  for (auto &[name, definition] : program.main->names) {
    const std::vector<ast::Parameter> &takes = definition->item->parameters;
    bool target = takes.size() > 1 && takes[1].name.text == "target";
    bool own = takes.size() == 2 && definition->unit == program.main;
    if (definition->isBlock() && (target || own))
      known.push_back(name);
  }
  for (const auto &[name, definition] : library)
    if (definition.isLoss && !std::count(known.begin(), known.end(), name))
      unseen.push_back(name);
  if (std::string nearest = nearestName(given, known); !nearest.empty())
    return "did you mean '" + nearest + "'?";
  if (std::string nearest = nearestName(given, unseen); !nearest.empty())
    return "did you mean '" + nearest + "'? Then write 'import " + library.at(nearest).file + "'";
  return "known are " + listOf(known, "and") +
         (unseen.empty() ? "" : ", with 'import " + library.at(unseen[0]).file + "' also " +
                                    listOf(unseen, "and")) +
         "; a block of your own can be a loss: 'block " + given +
         "(logits, target) { return ... }'";
}

void Elaborator::loss(Scope &scope) {
  const Statement *statement = setting(StatementKind::Loss);
  if (!statement || statement->broken)
    return;
  model->lossLocation = statement->keyword.location();
  auto choose = [&](const ast::Name &given, const char *what, const std::string &first,
                    const std::string &second) {
    if (given.text == first || given.text == second)
      return given.text == second;
    if (const Value *parameter = find(scope, given.text)) {
      if (parameter->is(ValueKind::Word) &&
          (parameter->word == first || parameter->word == second))
        return parameter->word == second;
      if (!parameter->isPoison())
        report(Code::UnknownOption, given.range,
               "a " + std::string(what) + " cannot be " + describe(*parameter))
            .hint("let 'param " + given.text + "' be '" + first + "' or '" + second + "'");
      return false;
    }
    std::string nearest = nearestName(given.text, {first, second});
    report(Code::UnknownOption, given.range,
           "unknown " + std::string(what) + " '" + given.text + "'")
        .hint(std::string(what) == "loss" ? hintForLoss(given.text)
              : nearest.empty()           ? "known are '" + first + "' and '" + second + "'"
                                          : "did you mean '" + nearest + "'?");
    return false;
  };
  auto block = program.main->names.find(statement->name.text);
  if (!find(scope, statement->name.text) && block != program.main->names.end()) {
    model->loss = LossKind::Own;
    if (block->second->isBlock())
      lossBlock = block->second;
    else if (!block->second->poisoned)
      report(Code::OwnLoss, statement->name.range,
             "a loss of your own is a block, not a " + std::string(block->second->kindName()))
          .note(block->second->item->name.range, "it is defined here")
          .hint("such as 'block " + statement->name.text +
                "(logits, target) { return row_sum((logits - target)^2) }'");
  } else {
    const std::vector<std::string> &predefined = findChoice("cross_entropy")->words;
    bool takesNone = find(scope, statement->name.text) ||
                     std::count(predefined.begin(), predefined.end(), statement->name.text);
    if (!statement->arguments.empty() && takesNone)
      report(Code::OwnLoss, statement->arguments[0].range,
             "'" + statement->name.text + "' takes no arguments")
          .hint("a loss with parameters is a block of your own");
    model->loss = choose(statement->name, "loss", "cross_entropy", "squared_error")
                    ? LossKind::SquaredError
                    : LossKind::CrossEntropy;
  }
  model->lossAt = choose(statement->secondName, "reach of the loss", "last", "all")
                      ? LossAt::All
                      : LossAt::Last;
}

/// Calls the block of the loss with the logits and the one-hot targets.
void Elaborator::ownLoss(const Statement &statement, ValueId logits, Scope &scope) {
  if (lossBlock->poisoned)
    return;
  Callee callee = calleeOf(*lossBlock);
  if (callee.formals.size() < 2) {
    report(Code::OwnLoss, statement.name.range,
           "'" + callee.name + "' cannot be a loss: it takes " +
               std::to_string(callee.formals.size()) +
               (callee.formals.size() == 1 ? " argument" : " arguments") +
               ", not the logits and the target")
        .note(callee.declaration, "it is defined here")
        .hint("a loss begins 'block " + callee.name + "(logits, target'");
    return;
  }
  callee.formals.erase(callee.formals.begin(), callee.formals.begin() + 2);
  for (Formal &formal : callee.formals)
    formal.namedOnly = true;
  Binding binding =
      bindArguments(callee, statement.arguments, statement.name.range, &diagnostics);
  if (!binding.valid)
    return;
  Op op;
  op.kind = OpKind::Target;
  std::vector<std::optional<Value>> given(2);
  given[0] = Value::ofGraph(Graph::ofValue(logits));
  given[1] = operationAt(std::move(op), positions(logits), *symbolCount, statement.name.range);
  for (const ast::Argument *argument : binding.slots)
    given.push_back(argument ? std::optional(settled(evaluate(*argument->value, scope),
                                                     argument->value->range,
                                                     "an argument of the loss", scope))
                             : std::nullopt);
  Value result = callBlock(*lossBlock, statement.name.range, std::move(given));
  std::optional<ValueId> value = tensor(result, statement.name.range, "a loss");
  if (!value)
    return;
  if (features(*value) != 1 || positions(*value) != positions(logits)) {
    Diagnostic &diagnostic =
        report(Code::OwnLoss, statement.name.range,
               "the loss is " + shapeText(*value) + ", not one number a position, [position " +
                   std::to_string(positions(logits)) + ", feature 1]");
    noteOrigin(diagnostic, *value);
    diagnostic.hint("sum it over the features: 'row_sum(...)'");
    return;
  }
  model->lossValue = *value;
}

} // namespace iarc::dsl
