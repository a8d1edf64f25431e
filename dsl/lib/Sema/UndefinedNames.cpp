//===- UndefinedNames.cpp - Names that nothing defines --------------------===//
#include "Sema/UndefinedNames.h"
#include "Diagnostics/Suggest.h"
#include "Sema/Names.h"

namespace iarc::dsl {

namespace {

/// Of so many names the messages are shown. For more, looking for near names would only take
/// long.
constexpr int kHinted = 100;

/// An argument that takes some words only.
struct Choice {
  std::vector<std::string> words;
  std::string hint;
};

/// Null for an argument that takes anything.
const Choice *choiceOf(const std::string &argument) {
  static const std::map<std::string, Choice> all = {
      {"weights",
       {{"shared"}, "a placement is 'shared', 'per position' or 'across positions'"}},
      {"initialise",
       {{"normal", "uniform", "constant"},
        "an initialiser is 'normal(mean, deviation)', 'uniform(low, high)' or "
        "'constant(value)', the first two also with 'scale: fan_in'"}},
      {"bias",
       {{"constant", "none"},
        "a bias begins with an initialiser, such as 'constant(0)', or is 'none'"}},
      {"mask", {{"causal", "none"}, "a mask is 'causal' or 'none'"}},
      {"decay", {{"alibi", "none"}, "a decay is 'alibi', 'none' or a list of slopes"}},
      {"normalise",
       {{"sum", "absolute_sum", "none"}, "a normaliser is 'sum', 'absolute_sum' or 'none'"}},
      {"tape", {{"one_hot", "added", "none"}, "the tape is 'one_hot', 'added' or 'none'"}}};
  auto entry = all.find(argument);
  return entry == all.end() ? nullptr : &entry->second;
}

} // namespace

void UndefinedNames::report(const ast::Expression &node, const FileUnit &unit,
                            const Scopes &scopes, const std::string &argument) {
  bool called = node.kind == ast::ExpressionKind::Call;
  Diagnostic &diagnostic =
      diagnostics.report(Code::UndefinedName, called ? node.focus : node.range,
                         "'" + node.text + "' is not defined");
  if (++reported <= kHinted)
    diagnostic.hint(hintFor(node, unit, scopes, argument));
}

std::string UndefinedNames::hintFor(const ast::Expression &node, const FileUnit &unit,
                                    const Scopes &scopes, const std::string &argument) {
  const Choice *choice = choiceOf(argument);
  if (!choice) {
    if (!library)
      library = libraryDefinitions(options);
    if (auto entry = library->find(node.text); entry != library->end())
      return "the library defines it: write 'import " + entry->second.file + "'";
  }
  if (std::string_view ours = hintForForeignName(node.text); !ours.empty())
    return std::string(ours);

  bool called = node.kind == ast::ExpressionKind::Call;
  std::vector<std::string> candidates = choice   ? choice->words
                                        : called ? predefinedCallees()
                                                 : predefinedNames();
  if (!called)
    for (std::string &name : scopes.names())
      candidates.push_back(std::move(name));
  for (const auto &[name, definition] : unit.names)
    if (called || !definition->isBlock())
      candidates.push_back(name);
  if (std::string nearest = nearestName(node.text, candidates); !nearest.empty())
    return "did you mean '" + nearest + "'?";
  if (choice)
    return choice->hint;
  if (called)
    return "define 'block " + node.text + "(...)' or 'function " + node.text +
           "(...)', or import the file that does";
  return "define it with 'let', or as a 'param' of the model";
}

} // namespace iarc::dsl
