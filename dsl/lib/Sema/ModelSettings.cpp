//===- ModelSettings.cpp - param, context, loss, train, predict -----------===//
//
// Settings may stand anywhere in the model; they are read before its values.
//
//===----------------------------------------------------------------------===//
#include "Sema/Elaborator.h"

#include "Diagnostics/Suggest.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace iarc::dsl {

using ast::StatementKind;

const ast::Statement *Elaborator::setting(StatementKind kind) const {
  auto entry = found.find(kind);
  return entry == found.end() ? nullptr : entry->second;
}

void Elaborator::findSettings() {
  struct Row {
    StatementKind kind;
    const char *word;
    const char *hint;
  };
  static const Row rows[] = {
      {StatementKind::Task, "task", "such as 'task iarc(symbols: 16, subtasks: [I, A, R, C])'"},
      {StatementKind::Context, "context", "such as 'context 24', the positions of a window"},
      {StatementKind::Predict, "predict", "such as 'predict x[0..<symbols]', the logits"},
      {StatementKind::Loss, "loss", "such as 'loss cross_entropy at last'"},
      {StatementKind::Train, "train",
       "such as 'train sgd(rate: 0.02, momentum: 0.8) { batch 200  steps 8000 }'"},
  };
  bool unknown = program.model->broken;
  for (const Statement *statement : program.model->body) {
    unknown = unknown || statement->kind == StatementKind::Unknown ||
              (statement->kind == StatementKind::Assign && statement->broken);
    for (const Row &row : rows) {
      if (row.kind != statement->kind)
        continue;
      auto [entry, fresh] = found.insert({row.kind, statement});
      if (!fresh)
        diagnostics
            .report(Code::RepeatedStatement, statement->keyword,
                    "'" + std::string(row.word) + "' is given twice")
            .note(entry->second->keyword, "the first one is here");
    }
  }
  std::vector<std::string> missing, hints;
  for (const Row &row : rows)
    if (!found.count(row.kind) && !unknown) {
      missing.push_back(row.word);
      hints.push_back(row.hint);
    }
  if (missing.empty())
    return;
  Diagnostic &diagnostic =
      diagnostics.report(Code::MissingStatement, program.model->name.range,
                         "model '" + model->name + "' lacks " + listOf(missing, "and"));
  for (std::string &hint : hints)
    diagnostic.hint(std::move(hint));
}

void Elaborator::settings(Scope &scope) {
  parameters(scope);
  context(scope);
  task(scope);
  weights = blockWeights(program.model->body, scope, weights);
  loss(scope);
  train(scope);
  if (symbolCount && model->context > 0) {
    int64_t width = *symbolCount + controlCount;
    Op op;
    op.kind = OpKind::Encode;
    const Statement *declared = setting(StatementKind::Task);
    encoded = operation(std::move(op), width, declared->keyword).graph->plainValue();
    model->body.ops.back().location = declared->keyword.location();
  }
}

void Elaborator::parameters(Scope &scope) {
  std::vector<std::string> names;
  for (const Statement *statement : program.model->body) {
    if (statement->kind != StatementKind::Param || statement->name.text.empty())
      continue;
    names.push_back(statement->name.text);
    if (scope.levels[0].count(statement->name.text))
      continue;
    bool isList = statement->value && statement->value->isListOfNames();
    Value value = isList             ? subtaskList(*statement->value)
                  : statement->value ? parameterValue(*statement->value, scope)
                                     : Value::poison();
    std::string text = statement->value ? std::string(statement->value->range.text()) : "";
    bool allowed = value.is(ValueKind::Number) || value.is(ValueKind::Truth) ||
                   value.is(ValueKind::Function) || value.is(ValueKind::Word) ||
                   value.is(ValueKind::Text) ||
                   value.is(ValueKind::Placement) || value.is(ValueKind::Subtasks) ||
                   value.isPoison();
    if (!allowed) {
      report(Code::ParameterType, statement->value->range,
             "a parameter cannot be " + describe(value))
          .hint("it is a number, 'true' or 'false', a kernel or function, a placement, a word "
                "such as 'none', a text, or a list of subtasks");
      value = Value::poison();
    }
    override(*statement, value, text, scope);
    model->parameters.push_back({statement->name.text, text});
    scope.levels[0][statement->name.text] = std::move(value);
  }
  for (size_t i = 0; i < options.overrides.size(); ++i) {
    const std::string &name = options.overrides[i].first;
    bool isArgument = program.model == program.preview; // of the task
    if (std::find(names.begin(), names.end(), name) != names.end() || program.model->broken ||
        isArgument)
      continue;
    uint32_t begin = program.commandLine->lineBegin(static_cast<uint32_t>(i + 1)) + 3;
    std::string nearest = nearestName(name, names);
    diagnostics
        .report(Code::UnknownParameter,
                {program.commandLine.get(), begin, begin + static_cast<uint32_t>(name.size())},
                "model '" + model->name + "' has no parameter '" + name + "'")
        .hint(!nearest.empty() ? "did you mean '" + nearest + "'?"
              : names.empty()  ? "it has no parameters; declare one with 'param " + name +
                                    " = ...'"
                               : "its parameters are " + listOf(names, "and"));
  }
}

/// The words among which `word` is one: of a setting of the model, or of a parameter of its task.
std::optional<WordChoice> Elaborator::choiceOf(const std::string &word) const {
  if (const WordChoice *choice = findChoice(word))
    return *choice;
  for (const TaskOption &option : declaration ? declaration->options : std::vector<TaskOption>())
    if (std::find(option.words.begin(), option.words.end(), word) != option.words.end())
      return WordChoice{"a word for '" + option.name + "' of task '" + declaration->name + "'",
                        option.words};
  return std::nullopt;
}

/// A word of a setting is one here unless the program gives its name a meaning.
Value Elaborator::parameterValue(const Expression &expression, Scope &scope) {
  const std::string &text = expression.text;
  if (expression.kind == ast::ExpressionKind::Name && choiceOf(text) &&
      !find(scope, text) && !scope.unit->names.count(text))
    return Value::ofWord(text);
  return evaluate(expression, scope);
}

/// Replaces the value of a parameter by what the command line says.
void Elaborator::override(const Statement &statement, Value &value, std::string &text,
                          Scope &scope) {
  size_t which = options.overrides.size();
  for (size_t i = 0; i < options.overrides.size(); ++i)
    if (options.overrides[i].first == statement.name.text)
      which = i;
  if (which == options.overrides.size() || value.isPoison())
    return;
  const std::string &given = options.overrides[which].second;
  uint32_t begin = program.commandLine->lineBegin(static_cast<uint32_t>(which + 1)) + 3 +
                   static_cast<uint32_t>(statement.name.text.size()) + 1;
  SourceRange where{program.commandLine.get(), begin,
                    begin + static_cast<uint32_t>(given.size())};
  auto fail = [&](const std::string &wanted, std::string hint) {
    diagnostics
        .report(Code::ParameterType, where,
                "parameter '" + statement.name.text + "' is " + wanted + ", which '" + given +
                    "' is not")
        .note(statement.name.range, "it is declared here")
        .hint(std::move(hint));
    value = Value::poison();
  };
  if (value.is(ValueKind::Number)) {
    errno = 0;
    char *end = nullptr;
    size_t digits = given.find_first_of("0123456789");
    bool plain = digits != std::string::npos && digits <= 1 &&
                 given.find_first_not_of("0123456789.eE+-") == std::string::npos;
    if (value.isInteger) {
      int64_t number = std::strtoll(given.c_str(), &end, 10);
      if (!plain || *end || errno == ERANGE)
        return fail("an integer", "such as '-D " + statement.name.text + "=" + text + "'");
      value = Value::ofInteger(number);
    } else {
      double number = std::strtod(given.c_str(), &end);
      if (!plain || *end || !std::isfinite(number))
        return fail("a number", "such as '-D " + statement.name.text + "=" + text + "'");
      value = Value::ofReal(number);
    }
  } else if (value.is(ValueKind::Truth)) {
    if (given != "true" && given != "false")
      return fail("true or false", "");
    value = Value::ofTruth(given == "true");
  } else if (value.is(ValueKind::Function)) {
    auto entry = program.main->names.find(given);
    const Intrinsic *intrinsic = findIntrinsic(given);
    if (!intrinsic && (entry == program.main->names.end() || entry->second->isBlock())) {
      std::vector<std::string> known;
      for (auto &[name, definition] : program.main->names)
        if (!definition->isBlock())
          known.push_back(name);
      std::string nearest = nearestName(given, known);
      return fail("a kernel or function", nearest.empty() ? "known are " + listOf(known, "and")
                                                          : "did you mean '" + nearest + "'?");
    }
    value.function = {};
    value.function.intrinsic = intrinsic;
    if (!intrinsic)
      value.function.definition = entry->second;
  } else if (value.is(ValueKind::Text)) {
    // Of a file: as the shell sees it, not beside the source.
    std::error_code error;
    std::filesystem::path absolute = std::filesystem::absolute(given, error);
    value = Value::ofText(error || given.empty() ? given : absolute.string());
  } else if (value.is(ValueKind::Word) && choiceOf(value.word)) {
    WordChoice choice = *choiceOf(value.word);
    if (std::find(choice.words.begin(), choice.words.end(), given) == choice.words.end())
      return fail(choice.what, "known are " + listOf(choice.words, "and"));
    value.word = given;
  } else if (value.is(ValueKind::Word)) {
    if (!isWord(given) || given == "shared" || given == "sum" || given == "absolute_sum")
      return fail("a word", "known are 'causal', 'none', 'alibi' and 'fan_in'");
    value = Value::ofWord(given);
  } else if (value.is(ValueKind::Subtasks)) {
    // `IAR` spares the shell's quotes; `[I, A, R]` is as in the file.
    std::vector<std::string> names;
    if (given.find_first_of("[], ") == std::string::npos &&
        !(declaration && declaration->control(given))) {
      for (char c : given)
        names.emplace_back(1, c);
    } else {
      std::string name;
      for (char c : given + ",") {
        if (!std::strchr("[], ", c))
          name += c;
        else if (!name.empty())
          names.push_back(std::exchange(name, std::string()));
      }
    }
    std::string wrong = wrongSubtasks(names);
    if (!wrong.empty())
      return fail("a list of subtasks", wrong);
    value.names = names;
  } else if (value.is(ValueKind::Placement)) {
    if (given == "shared")
      value.placement = Placement::Shared;
    else if (given == "per position")
      value.placement = Placement::PerPosition;
    else if (given == "across positions")
      value.placement = Placement::AcrossPositions;
    else
      return fail("a placement",
                  "a placement is 'shared', 'per position' or 'across positions'");
  }
  text = given;
}

void Elaborator::context(Scope &scope) {
  const Statement *statement = setting(StatementKind::Context);
  if (!statement || statement->broken)
    return;
  std::optional<int64_t> positions = integer(evaluate(*statement->value, scope),
                                             statement->value->range, "'context'", 1,
                                             limits::context, Code::InvalidSetting);
  model->context = positions.value_or(0);
  if (options.preview && options.preview->context > 0)
    model->context = options.preview->context;
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
    std::map<std::string, std::string> library = libraryDefinitions(options);
    auto defined = library.find(given.text);
    report(Code::UnknownOption, given.range,
           "unknown " + std::string(what) + " '" + given.text + "'")
        .hint(defined != library.end()
                  ? "the library defines it: write 'import " + defined->second + "'"
              : nearest.empty() ? "known are '" + first + "' and '" + second + "'"
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
    if (!statement->arguments.empty())
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

void Elaborator::predict(const Statement &statement, Scope &scope) {
  if (statement.broken)
    return;
  std::optional<ValueId> logits = tensor(evaluate(*statement.value, scope), statement.value->range,
                                         "what 'predict' takes");
  model->predictLocation = statement.keyword.location();
  if (!logits || !symbolCount)
    return;
  const Statement *lossStatement = setting(StatementKind::Loss);
  if (positions(*logits) != model->context && model->lossAt == LossAt::All && lossStatement) {
    Diagnostic &diagnostic =
        report(Code::LossReach, lossStatement->secondName.range,
               "the loss at all positions needs logits at all positions, not " +
                   shapeText(*logits));
    noteOrigin(diagnostic, *logits);
    diagnostic.hint("what is predicted from one position is the symbol after the last: write "
                    "'at last'");
    return;
  }
  if (features(*logits) != *symbolCount) {
    Diagnostic &diagnostic =
        report(Code::LogitsWidth, statement.value->range,
               "the logits are " + shapeText(*logits) + ", but the task has " +
                   std::to_string(*symbolCount) + (*symbolCount == 1 ? " symbol" : " symbols") +
                   ": axis 'feature' must be " + std::to_string(*symbolCount));
    noteOrigin(diagnostic, *logits);
    diagnostic.hint(features(*logits) > *symbolCount
                        ? "take the first features: '" +
                              std::string(statement.value->kind == ast::ExpressionKind::Name
                                              ? statement.value->text
                                              : "x") +
                              "[0..<symbols]'"
                        : "widen it: 'linear(x, symbols)'");
    return;
  }
  nameValue(*logits, "logits");
  model->body.yields = {*logits};
  if (lossBlock && lossStatement)
    ownLoss(*lossStatement, *logits, scope);
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
