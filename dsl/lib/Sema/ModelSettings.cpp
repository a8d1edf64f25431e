//===- ModelSettings.cpp - The statements param, context and predict -----===//
//
// Settings may stand anywhere in the model; they are read before its values.
//
//===----------------------------------------------------------------------===//
#include "Sema/Elaborator.h"

#include "Diagnostics/Suggest.h"
#include "Diagnostics/Wording.h"

#include <algorithm>

namespace iarc::dsl {

using ast::StatementKind;

const ast::Statement *Elaborator::setting(StatementKind kind) const {
  auto entry = found.find(kind);
  return entry == found.end() ? nullptr : entry->second;
}

/// Whether the model lacks a setting as it has `context = 6` in its place; it is reported.
bool Elaborator::assignedSetting(const std::string &word) {
  for (const Statement *statement : program.model->body) {
    if (statement->kind != StatementKind::Assign || statement->name.text != word)
      continue;
    std::string value(statement->value ? statement->value->range.text() : "...");
    if (value.size() > 60 || value.find('\n') != std::string::npos)
      value = "...";
    if (word == "loss")
      value += " at last";
    report(Code::Syntax, statement->name.range, withoutSign(word))
        .hint("write '" + word + " " + value + "'");
    return true;
  }
  return false;
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
    if (!found.count(row.kind) && !assignedSetting(row.word) && !unknown) {
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

} // namespace iarc::dsl
