//===- Overrides.cpp - What the command line says of a param -------------===//
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

static int requiredArguments(const FunctionValue &function) {
  if (function.intrinsic)
    return function.intrinsic->arity;
  const std::vector<ast::Parameter> &all = function.definition->item->parameters;
  return static_cast<int>(std::count_if(all.begin(), all.end(), [&](const ast::Parameter &one) {
    return !one.value && !function.numbers.count(one.name.text);
  }));
}

/// What may have been meant by `given`, which is no kernel or function, in place of `instead`.
std::string Elaborator::hintForFunction(const std::string &given, const FunctionValue &instead) {
  std::map<std::string, LibraryDefinition> library = libraryDefinitions(options);
  auto entry = library.find(given);
  if (entry != library.end() && entry->second.word != "block")
    return "the library defines it: write 'import " + entry->second.file + "' in the model's file";
  std::vector<std::string> known;
  for (auto &[name, definition] : program.main->names)
    if (!definition->isBlock())
      known.push_back(name);
  for (const std::string &name : intrinsicNames(requiredArguments(instead)))
    known.push_back(name);
  std::string nearest = nearestName(given, known);
  return nearest.empty() ? "known are " + listOf(known, "and") : "did you mean '" + nearest + "'?";
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
      bool whole = plain && !*end && errno != ERANGE;
      bool isReal = plain && *end && std::isfinite(std::strtod(given.c_str(), &end)) && !*end;
      const bool literal = text.find_first_not_of("0123456789") == std::string::npos;
      if (isReal)
        return fail("an integer",
                    "to take real numbers its default in the file must be one: 'param " +
                        statement.name.text + " = " +
                        (literal ? text + ".0" : "1.0 * (" + text + ")") + "'");
      if (!whole)
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
    if (!intrinsic && (entry == program.main->names.end() || entry->second->isBlock()))
      return fail("a kernel or function", hintForFunction(given, value.function));
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

} // namespace iarc::dsl
