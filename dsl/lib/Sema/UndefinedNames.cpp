//===- UndefinedNames.cpp - Names that nothing defines --------------------===//
#include "Sema/UndefinedNames.h"
#include "Diagnostics/Suggest.h"
#include "Sema/Names.h"

namespace iarc::dsl {

namespace {

/// Of so many names the messages are shown. For more, looking for near names would only take
/// long.
constexpr int kHinted = 100;

/// What may stand as an argument that takes some words only; empty for any other.
std::string allowedAs(const std::string &argument) {
  static const std::map<std::string, std::string> all = {
      {"weights", "a placement is 'shared', 'per position' or 'across positions'"},
      {"initialise", "an initialiser is 'normal(mean, deviation)', 'uniform(low, high)' or "
                     "'constant(value)', the first two also with 'scale: fan_in'"},
      {"bias", "a bias begins with an initialiser, such as 'constant(0)', or is 'none'"},
      {"mask", "a mask is 'causal' or 'none'"},
      {"decay", "a decay is 'alibi', 'none' or a list of slopes"},
      {"normalise", "a normaliser is 'sum', 'absolute_sum' or 'none'"},
      {"tape", "the tape is 'one_hot', 'added' or 'none'"}};
  auto entry = all.find(argument);
  return entry == all.end() ? std::string() : entry->second;
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
  const std::string allowed = allowedAs(argument);
  if (!library)
    library = libraryDefinitions(options);
  if (auto entry = library->find(node.text); entry != library->end() && allowed.empty())
    return "the library defines it: write 'import " + entry->second.file + "'";
  if (std::string_view ours = hintForForeignName(node.text); !ours.empty())
    return std::string(ours);

  bool called = node.kind == ast::ExpressionKind::Call;
  std::vector<std::string> candidates;
  for (const std::string &name : called ? predefinedCallees() : predefinedNames())
    if (allowed.empty() || allowed.find("'" + name) != std::string::npos)
      candidates.push_back(name);
  if (!called) {
    for (std::string &name : scopes.names())
      candidates.push_back(std::move(name));
  }
  for (const auto &[name, definition] : unit.names)
    if (called || !definition->isBlock())
      candidates.push_back(name);
  if (std::string nearest = nearestName(node.text, candidates); !nearest.empty())
    return "did you mean '" + nearest + "'?";
  if (!allowed.empty())
    return allowed;
  if (called)
    return "define 'block " + node.text + "(...)' or 'function " + node.text +
           "(...)', or import the file that does";
  return "define it with 'let', or as a 'param' of the model";
}

} // namespace iarc::dsl
