//===- ModelSettings.cpp - param, task, context, weights, loss, train -----===//
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
  task(scope);
  context(scope);
  weights = blockWeights(program.model->body, scope, weights);
  loss();
  train(scope);
  if (symbolCount && model->context > 0) {
    int64_t width = *symbolCount + static_cast<int64_t>(model->task.subtasks.size());
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
    Value value = statement->value ? evaluate(*statement->value, scope) : Value::poison();
    std::string text = statement->value ? std::string(statement->value->range.text()) : "";
    bool allowed = value.is(ValueKind::Number) || value.is(ValueKind::Truth) ||
                   value.is(ValueKind::Function) || value.is(ValueKind::Word) ||
                   value.is(ValueKind::Placement) || value.isPoison();
    if (!allowed) {
      report(Code::ParameterType, statement->value->range,
             "a parameter cannot be " + describe(value))
          .hint("it is a number, 'true' or 'false', a kernel or function, a placement, or a word "
                "such as 'none'");
      value = Value::poison();
    }
    override(*statement, value, text, scope);
    model->parameters.push_back({statement->name.text, text});
    scope.levels[0][statement->name.text] = std::move(value);
  }
  for (size_t i = 0; i < options.overrides.size(); ++i) {
    const std::string &name = options.overrides[i].first;
    if (std::find(names.begin(), names.end(), name) != names.end() || program.model->broken)
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
  } else if (value.is(ValueKind::Word)) {
    if (!isWord(given) || given == "shared" || given == "sum" || given == "absolute_sum")
      return fail("a word", "known are 'causal', 'none' and 'alibi'");
    value = Value::ofWord(given);
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

void Elaborator::subtasks(const Expression &list) {
  static const std::vector<std::string> known = {"I", "A", "R", "C"};
  if (list.kind != ast::ExpressionKind::List) {
    report(Code::InvalidArgument, list.range, "'subtasks' must be a list")
        .hint("such as '[I, A, R, C]'");
    return;
  }
  std::map<char, SourceRange> seen;
  bool valid = true;
  for (const Expression *element : list.operands) {
    bool plain = element->kind == ast::ExpressionKind::Name;
    std::string name = plain ? element->text : std::string(element->range.text());
    if (!plain || std::find(known.begin(), known.end(), name) == known.end()) {
      report(Code::UnknownSubtask, element->range, "unknown subtask '" + name + "'")
          .hint("allowed are I (increment), A (add), R (reverse copy) and C (change)");
      valid = false;
      continue;
    }
    auto [entry, fresh] = seen.insert({name[0], element->range});
    if (!fresh) {
      report(Code::DuplicateSubtask, element->range, "subtask '" + name + "' is listed twice")
          .note(entry->second, "it is listed here first");
      valid = false;
      continue;
    }
    model->task.subtasks += name;
  }
  if (valid && model->task.subtasks.find_first_of("IAR") == std::string::npos) {
    report(Code::SilentSubtasks, list.range,
           list.operands.empty() ? "no subtask is listed"
                                 : "subtask 'C' alone leaves nothing to predict")
        .hint("list at least one of I, A and R: C only changes what these do");
    model->task.subtasks.clear();
  } else if (!valid) {
    model->task.subtasks.clear();
  }
}

void Elaborator::task(Scope &scope) {
  const Statement *statement = setting(StatementKind::Task);
  if (!statement || statement->broken)
    return;
  Task &task = model->task;
  task.location = statement->keyword.location();
  if (statement->name.text != "iarc") {
    report(Code::UnknownTask, statement->name.range,
           "unknown task '" + statement->name.text + "'")
        .hint("the task is 'iarc'");
    return;
  }
  Callee callee{"task iarc", taskFormals(), {}, false};
  Binding binding =
      bindArguments(callee, statement->arguments, statement->name.range, &diagnostics);
  if (!binding.valid)
    return;
  auto node = [&](size_t i) -> const Expression & { return *binding.slots[i]->value; };
  std::optional<int64_t> symbols = integer(evaluate(node(0), scope), node(0).range, "'symbols'", 1,
                                           limits::symbols, Code::InvalidArgument);
  subtasks(node(1));
  if (binding.slots[2]) {
    const Expression &gap = node(2);
    if (gap.kind != ast::ExpressionKind::Range) {
      report(Code::InvalidGap, gap.range, "'gap' must be a range").hint("such as '1..9'");
    } else {
      const Expression &lowNode = *gap.operands[0], &highNode = *gap.operands[1];
      Value low = evaluate(lowNode, scope), high = evaluate(highNode, scope);
      auto whole = [&](const Value &value, const Expression &at) {
        if (value.isPoison() || (value.is(ValueKind::Number) && value.isInteger))
          return !value.isPoison();
        report(Code::InvalidGap, at.range,
               "a bound of 'gap' must be an integer, not " + describe(value));
        return false;
      };
      bool valid = whole(low, lowNode);
      valid = whole(high, highNode) && valid;
      int64_t last = gap.includesEnd ? high.integer : high.integer - 1;
      if (valid && low.integer < 1) {
        report(Code::InvalidGap, lowNode.range,
               "the smallest gap is " + std::to_string(low.integer) + ", below 1")
            .hint("control tokens stand at least one position apart");
      }
      if (valid && high.integer > limits::gap + (gap.includesEnd ? 0 : 1)) {
        report(Code::InvalidGap, highNode.range,
               "the largest gap is " + std::to_string(last) + ", beyond " +
                   std::to_string(limits::gap))
            .hint("a stream starts from 10 symbols, and R looks as far back as the gap is long");
      } else if (valid && last < low.integer) {
        report(Code::InvalidGap, gap.range, "the range of gaps is empty");
      } else if (valid && low.integer >= 1) {
        task.gapMinimum = low.integer;
        task.gapMaximum = last;
      }
    }
  }
  auto word = [&](size_t slot, const char *name, const char *standard, const char *other,
                  bool &flag) {
    if (!binding.slots[slot])
      return;
    const Expression &given = node(slot);
    std::string text(given.range.text());
    if (text == standard || text == other) {
      flag = text == other;
      return;
    }
    std::string nearest = nearestName(text, {standard, other});
    report(Code::UnknownOption, given.range,
           "'" + std::string(name) + "' is '" + standard + "' or '" + other + "', not '" + text +
               "'")
        .hint(nearest.empty() ? "" : "did you mean '" + nearest + "'?");
  };
  word(3, "mirror", "from_previous", "repeat_last", task.mirrorRepeatsLast);
  word(4, "increment", "reset", "keep", task.incrementKeeps);
  if (!symbols)
    return;
  task.symbols = *symbols;
  if (*symbols == 1)
    report(Code::OneSymbol, node(0).range, "with one symbol there is nothing to learn")
        .hint("the paper uses 'symbols: 16'");
  // Without its subtasks the width of a token is unknown.
  if (!task.subtasks.empty())
    symbolCount = *symbols;
}

void Elaborator::context(Scope &scope) {
  const Statement *statement = setting(StatementKind::Context);
  if (!statement || statement->broken)
    return;
  std::optional<int64_t> positions = integer(evaluate(*statement->value, scope),
                                             statement->value->range, "'context'", 1,
                                             limits::context, Code::InvalidSetting);
  model->context = positions.value_or(0);
}

void Elaborator::loss() {
  const Statement *statement = setting(StatementKind::Loss);
  if (!statement || statement->broken)
    return;
  model->lossLocation = statement->keyword.location();
  auto choose = [&](const ast::Name &given, const char *what, const std::string &first,
                    const std::string &second) {
    if (given.text == first || given.text == second)
      return given.text == second;
    std::string nearest = nearestName(given.text, {first, second});
    report(Code::UnknownOption, given.range,
           "unknown " + std::string(what) + " '" + given.text + "'")
        .hint(nearest.empty() ? "known are '" + first + "' and '" + second + "'"
                              : "did you mean '" + nearest + "'?");
    return false;
  };
  model->loss = choose(statement->name, "loss", "cross_entropy", "squared_error")
                    ? LossKind::SquaredError
                    : LossKind::CrossEntropy;
  model->lossAt = choose(statement->secondName, "reach of the loss", "last", "all")
                      ? LossAt::All
                      : LossAt::Last;
}

void Elaborator::train(Scope &scope) {
  const Statement *statement = setting(StatementKind::Train);
  if (!statement || statement->broken)
    return;
  Train &train = model->train;
  train.location = statement->keyword.location();
  if (statement->name.text != "sgd") {
    report(Code::UnknownOption, statement->name.range,
           "unknown optimiser '" + statement->name.text + "'")
        .hint("the optimiser is 'sgd'");
  }
  // Another optimiser may take other arguments.
  bool known = statement->name.text == "sgd";
  Binding binding = bindArguments({"train sgd", trainFormals(), {}, false}, statement->arguments,
                                  statement->name.range, known ? &diagnostics : nullptr);
  if (binding.valid && binding.slots[0]) {
    const Expression &node = *binding.slots[0]->value;
    std::optional<double> rate =
        real(evaluate(node, scope), node.range, "'rate'", Code::InvalidSetting);
    if (rate && *rate < 0)
      report(Code::InvalidSetting, node.range, "'rate' must not be negative");
    train.rate = rate.value_or(train.rate);
  }
  if (binding.valid && binding.slots[1]) {
    const Expression &node = *binding.slots[1]->value;
    std::optional<double> momentum =
        real(evaluate(node, scope), node.range, "'momentum'", Code::InvalidSetting);
    if (momentum && (*momentum < 0 || *momentum >= 1))
      report(Code::InvalidSetting, node.range, "'momentum' must be at least 0 and below 1")
          .hint("the velocity is v := momentum * v + gradient");
    train.momentum = momentum.value_or(train.momentum);
  }
  std::map<std::string, SourceRange> seen;
  for (const ast::Argument &given : statement->settings) {
    const std::string &name = given.name.text;
    if (name != "batch" && name != "steps") {
      std::string nearest = nearestName(name, {"batch", "steps"});
      report(Code::UnknownOption, given.name.range, "unknown setting '" + name + "' of 'train'")
          .hint(nearest.empty() ? "known are 'batch' and 'steps'"
                                : "did you mean '" + nearest + "'?");
      continue;
    }
    auto [entry, fresh] = seen.insert({name, given.name.range});
    if (!fresh) {
      report(Code::RepeatedStatement, given.name.range, "'" + name + "' is given twice")
          .note(entry->second, "the first one is here");
      continue;
    }
    bool batch = name == "batch";
    std::optional<int64_t> value =
        integer(evaluate(*given.value, scope), given.value->range, "'" + name + "'", 1,
                batch ? limits::batch : limits::steps, Code::InvalidSetting);
    if (value)
      (batch ? train.batch : train.steps) = *value;
  }
}

void Elaborator::predict(const Statement &statement, Scope &scope) {
  if (statement.broken)
    return;
  std::optional<ValueId> logits = tensor(evaluate(*statement.value, scope), statement.value->range,
                                         "what 'predict' takes");
  model->predictLocation = statement.keyword.location();
  if (!logits || !symbolCount)
    return;
  if (features(*logits) != *symbolCount) {
    Diagnostic &diagnostic =
        report(Code::LogitsWidth, statement.value->range,
               "the logits are " + shapeText(*logits) + ", but the task has " +
                   std::to_string(*symbolCount) + (*symbolCount == 1 ? " symbol" : " symbols") +
                   ": axis 'feature' must be " + std::to_string(*symbolCount));
    if (SourceRange origin = origins[static_cast<size_t>(*logits)])
      diagnostic.note(origin, shapeText(*logits) + " comes from here");
    diagnostic.hint(features(*logits) > *symbolCount
                        ? "take the first features: '" +
                              std::string(statement.value->kind == ast::ExpressionKind::Name
                                              ? statement.value->text
                                              : "x") +
                              "[0..<symbols]'"
                        : "widen it: 'linear(x, symbols)'");
    return;
  }
  model->body.yields = {*logits};
}

} // namespace iarc::dsl
