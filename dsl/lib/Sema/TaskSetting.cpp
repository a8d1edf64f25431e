//===- TaskSetting.cpp - task ----------------------------------------------===//
#include "Sema/Elaborator.h"

#include "Diagnostics/Suggest.h"

#include <algorithm>

namespace iarc::dsl {

std::string Elaborator::wrongSubtasks(const std::string &letters) {
  for (size_t i = 0; i < letters.size(); ++i) {
    if (std::string_view("IARC").find(letters[i]) == std::string_view::npos)
      return "its letters are among I (increment), A (add), R (reverse copy) and C (change), such "
             "as 'IAR'";
    if (letters.find(letters[i]) != i)
      return std::string("'") + letters[i] + "' stands in it twice";
  }
  return letters.find_first_of("IAR") == std::string::npos
             ? "list at least one of I, A and R: C only changes what these do"
             : "";
}

Value Elaborator::subtaskList(const Expression &list) {
  static const std::vector<std::string> known = {"I", "A", "R", "C"};
  Value result;
  result.kind = ValueKind::Subtasks;
  std::map<char, SourceRange> seen;
  for (const Expression *element : list.operands) {
    bool plain = element->kind == ast::ExpressionKind::Name;
    std::string name = plain ? element->text : std::string(element->range.text());
    if (!plain || std::find(known.begin(), known.end(), name) == known.end()) {
      report(Code::UnknownSubtask, element->range, "unknown subtask '" + name + "'")
          .hint("allowed are I (increment), A (add), R (reverse copy) and C (change)");
      result.kind = ValueKind::Poison;
      continue;
    }
    auto [entry, fresh] = seen.insert({name[0], element->range});
    if (!fresh) {
      report(Code::DuplicateSubtask, element->range, "subtask '" + name + "' is listed twice")
          .note(entry->second, "it is listed here first");
      result.kind = ValueKind::Poison;
      continue;
    }
    result.word += name;
  }
  if (!result.isPoison() && result.word.find_first_of("IAR") == std::string::npos) {
    report(Code::SilentSubtasks, list.range,
           list.operands.empty() ? "no subtask is listed"
                                 : "subtask 'C' alone leaves nothing to predict")
        .hint("list at least one of I, A and R: C only changes what these do");
    return Value::poison();
  }
  return result;
}

void Elaborator::subtasks(const Expression &given, Scope &scope) {
  Value value;
  if (given.kind == ast::ExpressionKind::List) {
    value = subtaskList(given);
  } else if (Value *known = find(scope, given.text);
             known && given.kind == ast::ExpressionKind::Name &&
             (known->is(ValueKind::Subtasks) || known->isPoison())) {
    value = *known;
  } else {
    report(Code::InvalidArgument, given.range, "'subtasks' must be a list")
        .hint("such as '[I, A, R, C]', or a 'param' that holds one");
  }
  if (value.is(ValueKind::Subtasks))
    model->task.subtasks = value.word;
}

/// N as `symbols:` says, or as what `width:` leaves beside the subtasks.
std::optional<int64_t> Elaborator::symbolsOf(const Binding &binding, SourceRange focus,
                                             Scope &scope) {
  const ast::Argument *symbols = binding.slots[0], *width = binding.slots[1];
  if (symbols && width) {
    report(Code::InvalidArgument, width->range, "'symbols' and 'width' say the same twice")
        .note(symbols->range, "'symbols' is given here")
        .hint("the width of a token is its symbols plus its subtasks: leave one of them out");
    return std::nullopt;
  }
  if (!symbols && !width) {
    report(Code::MissingArgument, focus, "'task iarc' lacks its argument 'symbols'")
        .hint("say 'symbols: 16', or 'width: 20' for as many as the subtasks leave");
    return std::nullopt;
  }
  const ast::Argument &given = symbols ? *symbols : *width;
  const SourceRange where = given.value->range;
  std::optional<int64_t> number = integer(
      evaluate(*given.value, scope), where, symbols ? "'symbols'" : "'width'", 1,
      symbols ? limits::symbols : limits::width, Code::InvalidArgument);
  if (!number || symbols || model->task.subtasks.empty())
    return symbols ? number : std::nullopt;
  int64_t controls = static_cast<int64_t>(model->task.subtasks.size());
  if (*number > controls)
    return *number - controls;
  report(Code::InvalidArgument, where,
         "a width of " + std::to_string(*number) + " leaves no symbol beside " +
             std::to_string(controls) + (controls == 1 ? " subtask" : " subtasks"))
      .hint("each subtask takes one feature of the token: the width is at least " +
            std::to_string(controls + 1));
  return std::nullopt;
}

void Elaborator::task(Scope &scope) {
  const Statement *statement = setting(ast::StatementKind::Task);
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
  subtasks(node(2), scope);
  std::optional<int64_t> symbols = symbolsOf(binding, statement->name.range, scope);
  if (binding.slots[3]) {
    const Expression &gap = node(3);
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
      // Far outside the range nothing is subtracted: it is reported as written.
      bool exclusive = !gap.includesEnd && high.integer > 0;
      int64_t last = exclusive ? high.integer - 1 : high.integer;
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
    if (const Value *parameter = find(scope, text); parameter && text != standard && text != other) {
      if (parameter->is(ValueKind::Word) &&
          (parameter->word == standard || parameter->word == other))
        flag = parameter->word == other;
      else if (!parameter->isPoison())
        report(Code::UnknownOption, given.range,
               "'" + std::string(name) + "' cannot be " + describe(*parameter))
            .hint("let 'param " + text + "' be '" + standard + "' or '" + other + "'");
      return;
    }
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
  word(4, "mirror", "from_previous", "repeat_last", task.mirrorRepeatsLast);
  word(5, "increment", "reset", "keep", task.incrementKeeps);
  word(6, "encoding", "tape", "interspersed", task.interspersed);
  if (!symbols)
    return;
  task.symbols = *symbols;
  if (*symbols == 1)
    report(Code::OneSymbol, node(binding.slots[0] ? 0 : 1).range, "with one symbol there is nothing to learn")
        .hint("the paper uses 'symbols: 16'");
  // Without its subtasks the width of a token is unknown.
  if (!task.subtasks.empty())
    symbolCount = *symbols;
}

} // namespace iarc::dsl
