//===- TaskSetting.cpp - task ----------------------------------------------===//
#include "Sema/Elaborator.h"

#include "Diagnostics/Suggest.h"

#include <algorithm>
#include <map>

namespace iarc::dsl {

/// The first thing wrong with the names as a list of subtasks; empty if nothing is.
std::string Elaborator::wrongSubtasks(const std::vector<std::string> &names) const {
  if (!declaration)
    return "";
  bool governs = false;
  for (size_t i = 0; i < names.size(); ++i) {
    const Statement *control = declaration->control(names[i]);
    if (!control)
      return "known are " + declaration->controlList(false, "and");
    if (std::find(names.begin(), names.begin() + static_cast<ptrdiff_t>(i), names[i]) !=
        names.begin() + static_cast<ptrdiff_t>(i))
      return "'" + names[i] + "' stands in it twice";
    governs = governs || TaskDeclaration::governs(*control);
  }
  return governs ? "" : atLeastOne();
}

std::string Elaborator::atLeastOne() const {
  std::string governing = declaration->controlList(true, "and"), modifiers;
  for (const Statement *control : declaration->controls)
    if (!TaskDeclaration::governs(*control))
      modifiers += (modifiers.empty() ? "" : ", ") + control->name.text;
  return "list at least one of " + governing +
         (modifiers.empty() ? "" : ": " + modifiers + " only changes what these do");
}

Value Elaborator::subtaskList(const Expression &list) {
  Value result;
  result.kind = ValueKind::Subtasks;
  std::map<std::string, SourceRange> seen;
  bool governs = false;
  for (const Expression *element : list.operands) {
    bool plain = element->kind == ast::ExpressionKind::Name;
    std::string name = plain ? element->text : std::string(element->range.text());
    const Statement *control = declaration ? declaration->control(name) : nullptr;
    if (!plain || (declaration && !control)) {
      report(Code::UnknownSubtask, element->range, "unknown subtask '" + name + "'")
          .hint(!declaration                   ? ""
                : declaration->controls.empty() ? "task '" + declaration->name +
                                                      "' has no control tokens"
                                                : "allowed are " +
                                                      declaration->controlList(false, "and"));
      result.kind = ValueKind::Poison;
      continue;
    }
    auto [entry, fresh] = seen.insert({name, element->range});
    if (!fresh) {
      report(Code::DuplicateSubtask, element->range, "subtask '" + name + "' is listed twice")
          .note(entry->second, "it is listed here first");
      result.kind = ValueKind::Poison;
      continue;
    }
    governs = governs || !control || TaskDeclaration::governs(*control);
    result.names.push_back(name);
  }
  if (!result.isPoison() && !governs && declaration && !declaration->controls.empty()) {
    report(Code::SilentSubtasks, list.range,
           result.names.empty()       ? "no subtask is listed"
           : result.names.size() == 1 ? "subtask '" + result.names[0] +
                                            "' alone leaves nothing to predict"
                                      : "these subtasks alone leave nothing to predict")
        .hint(atLeastOne());
    return Value::poison();
  }
  return result;
}

std::optional<std::vector<std::string>> Elaborator::subtasks(const Expression &given,
                                                             Scope &scope) {
  Value value;
  if (given.kind == ast::ExpressionKind::List) {
    value = subtaskList(given);
  } else if (Value *known = find(scope, given.text);
             known && given.kind == ast::ExpressionKind::Name &&
             (known->is(ValueKind::Subtasks) || known->isPoison())) {
    value = *known;
  } else {
    std::string all;
    for (const Statement *control : declaration->controls)
      all += (all.empty() ? "" : ", ") + control->name.text;
    report(Code::InvalidArgument, given.range, "'subtasks' must be a list")
        .hint("such as '[" + all + "]', or a 'param' that holds one");
  }
  if (value.is(ValueKind::Subtasks))
    return value.names;
  return std::nullopt;
}

/// N as `symbols:` says, or as what `width:` leaves beside the control tokens; nothing if neither
/// is given, or if one is in error.
std::optional<int64_t> Elaborator::symbolsOf(const Binding &binding, int64_t controls,
                                             Scope &scope, bool &valid) {
  const ast::Argument *symbols = binding.slots[0], *width = binding.slots[1];
  if (symbols && width) {
    report(Code::InvalidArgument, width->range, "'symbols' and 'width' say the same twice")
        .note(symbols->range, "'symbols' is given here")
        .hint("the width of a token is its symbols plus its subtasks: leave one of them out");
    valid = false;
    return std::nullopt;
  }
  if (!symbols && !width)
    return std::nullopt;
  const ast::Argument &given = symbols ? *symbols : *width;
  const SourceRange where = given.value->range;
  std::optional<int64_t> number = integer(
      evaluate(*given.value, scope), where, symbols ? "'symbols'" : "'width'", 1,
      symbols ? limits::symbols : limits::width, Code::InvalidArgument);
  if (!number || !valid || symbols) {
    valid = valid && number;
    return number;
  }
  if (*number > controls)
    return *number - controls;
  report(Code::InvalidArgument, where,
         "a width of " + std::to_string(*number) + " leaves no symbol beside " +
             std::to_string(controls) + (controls == 1 ? " subtask" : " subtasks"))
      .hint("each subtask takes one feature of the token: the width is at least " +
            std::to_string(controls + 1));
  valid = false;
  return std::nullopt;
}

std::optional<std::pair<int64_t, int64_t>> Elaborator::gapOf(const Expression &gap, Scope &scope) {
  if (gap.kind != ast::ExpressionKind::Range) {
    report(Code::InvalidGap, gap.range, "'gap' must be a range").hint("such as '1..9'");
    return std::nullopt;
  }
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
  if (!valid)
    return std::nullopt;
  // Far outside the range nothing is subtracted: it is reported as written.
  bool exclusive = !gap.includesEnd && high.integer > 0;
  int64_t last = exclusive ? high.integer - 1 : high.integer;
  if (low.integer < 1)
    report(Code::InvalidGap, lowNode.range,
           "the smallest gap is " + std::to_string(low.integer) + ", below 1")
        .hint("control tokens stand at least one position apart");
  if (high.integer > limits::gap + (gap.includesEnd ? 0 : 1))
    report(Code::InvalidGap, highNode.range,
           "the largest gap is " + std::to_string(last) + ", beyond " +
               std::to_string(limits::gap));
  else if (last < low.integer)
    report(Code::InvalidGap, gap.range, "the range of gaps is empty");
  else if (low.integer >= 1)
    return std::make_pair(low.integer, last);
  return std::nullopt;
}

/// The word given for an argument that is one of `words`, itself or by a param.
std::optional<std::string> Elaborator::wordOf(const Expression &given, const std::string &name,
                                              const std::vector<std::string> &words,
                                              Scope &scope) {
  auto isOne = [&](const std::string &text) {
    return std::find(words.begin(), words.end(), text) != words.end();
  };
  std::string text(given.range.text());
  if (isOne(text))
    return text;
  if (const Value *parameter = find(scope, text)) {
    if (parameter->is(ValueKind::Word) && isOne(parameter->word))
      return parameter->word;
    if (!parameter->isPoison())
      report(Code::UnknownOption, given.range,
             "'" + name + "' cannot be " + describe(*parameter))
          .hint("let 'param " + text + "' be " + listOf(words));
    return std::nullopt;
  }
  std::string nearest = nearestName(text, words);
  report(Code::UnknownOption, given.range,
         "'" + name + "' is " + listOf(words) + ", not '" + text + "'")
      .hint(nearest.empty() ? "" : "did you mean '" + nearest + "'?");
  return std::nullopt;
}

/// What is given for a parameter of the task itself.
bool Elaborator::optionOf(const TaskOption &option, const Expression &given, Scope &scope,
                          TaskUse::Option &out) {
  if (option.kind == TaskOption::Kind::Word) {
    std::optional<std::string> word = wordOf(given, option.name, option.words, scope);
    out.word = word.value_or("");
    return word.has_value();
  }
  Value value = evaluate(given, scope);
  if (value.isPoison())
    return false;
  if (option.kind == TaskOption::Kind::Truth) {
    out.truth = value.truth;
    if (value.is(ValueKind::Truth))
      return true;
  } else if (value.is(ValueKind::Number) && value.isInteger) {
    out.number = value.integer;
    return true;
  }
  report(Code::InvalidArgument, given.range,
         "'" + option.name + "' must be " +
             (option.kind == TaskOption::Kind::Truth ? "'true' or 'false'" : "an integer") +
             ", not " + describe(value))
      .note(option.where, "the task declares it here");
  return false;
}

void Elaborator::unknownTask(const Statement &statement) {
  if (program.main->incomplete)
    return;
  std::vector<std::string> known = libraryTasks(options);
  known.push_back("tokens");
  for (const auto &[name, definition] : program.main->tasks)
    known.push_back(name);
  std::string nearest = nearestName(statement.name.text, known);
  report(Code::UnknownTask, statement.name.range, "unknown task '" + statement.name.text + "'")
      .hint(!nearest.empty() ? "did you mean '" + nearest + "'?"
                             : "declare it with 'task " + statement.name.text +
                                   " { ... }', or import the file that does")
      .hint(nearest.empty() && !known.empty() ? "known are " + listOf(known, "and") : "");
}

void Elaborator::task(Scope &scope) {
  const Statement *statement = setting(ast::StatementKind::Task);
  if (!statement || statement->broken)
    return;
  model->task.location = statement->keyword.location();
  if (!program.task && statement->name.text == "tokens")
    return dataTask(*statement, scope);
  if (!program.task)
    return unknownTask(*statement);
  if (!declaration || !declaration->valid)
    return;
  Callee callee{"task " + declaration->name, taskFormals(*declaration), {}, false};
  Binding binding =
      bindArguments(callee, statement->arguments, statement->name.range, &diagnostics);
  if (!binding.valid)
    return;
  auto given = [&](size_t slot) -> const Expression * {
    return binding.slots[slot] ? binding.slots[slot]->value : nullptr;
  };
  TaskUse use;
  bool valid = model->context > 0;
  use.context = model->context;
  if (declaration->controls.empty()) {
    for (size_t slot : {size_t(2), size_t(3), size_t(4)})
      if (binding.slots[slot]) {
        report(Code::InvalidArgument, binding.slots[slot]->range,
               "task '" + declaration->name + "' has no control tokens, so no '" +
                   callee.formals[slot].name + "'");
        return;
      }
  }
  bool known = true;
  if (given(2)) {
    use.controls = subtasks(*given(2), scope);
    known = use.controls.has_value();
  }
  size_t controls = use.controls ? use.controls->size() : declaration->controls.size();
  // Without its subtasks the width of a token is unknown.
  bool counted = known;
  use.symbols = symbolsOf(binding, static_cast<int64_t>(controls), scope, counted);
  valid = valid && counted;
  if (given(3)) {
    use.gap = gapOf(*given(3), scope);
    valid = valid && use.gap;
  }
  if (given(4)) {
    std::optional<std::string> word =
        wordOf(*given(4), "encoding", {"tape", "interspersed"}, scope);
    use.interspersed = word == "interspersed";
    valid = valid && word;
  }
  constexpr size_t firstOwn = 5;
  for (size_t i = 0; i < declaration->options.size(); ++i)
    if (given(firstOwn + i)) {
      const TaskOption &option = declaration->options[i];
      valid = optionOf(option, *given(firstOwn + i), scope, use.options[option.name]) && valid;
    }
  if (use.symbols && *use.symbols == 1)
    report(Code::OneSymbol, given(0) ? given(0)->range : given(1)->range,
           "with one symbol there is nothing to learn")
        .hint("the paper uses 'symbols: 16'");
  // What the model is checked against, even where the rules have an error.
  if (counted && use.symbols) {
    symbolCount = *use.symbols;
    controlCount = static_cast<int64_t>(controls);
  }
  if (!valid)
    return;
  size_t errors = diagnostics.size();
  if (std::optional<Task> made = elaborateTask(*declaration, use, diagnostics)) {
    Location location = model->task.location;
    model->task = std::move(*made);
    model->task.location = location;
    symbolCount = model->task.symbols;
    controlCount = static_cast<int64_t>(controls);
  } else if (diagnostics.size() != errors) {
    diagnostics.last().note(statement->name.range, "the task is used here");
  }
}

/// Tasks that no model uses are checked with their defaults.
void Elaborator::checkUnusedTasks() {
  for (Definition &definition : program.definitions) {
    if (!definition.isTask() || definition.poisoned || &definition == program.task)
      continue;
    elaborateTask(readTask(definition, nullptr), {}, diagnostics);
  }
}

} // namespace iarc::dsl
