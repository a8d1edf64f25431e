//===- UndefinedNames.cpp - Names that nothing defines --------------------===//
#include "Sema/UndefinedNames.h"
#include "Diagnostics/Suggest.h"
#include "Sema/Names.h"

namespace iarc::dsl {

namespace {

/// Of so many names the messages are shown. For more, looking for near names would only take
/// long.
constexpr int kHinted = 100;

} // namespace

void UndefinedNames::report(const ast::Expression &node, const FileUnit &unit,
                            const Scopes &scopes) {
  bool called = node.kind == ast::ExpressionKind::Call;
  Diagnostic &diagnostic =
      diagnostics.report(Code::UndefinedName, called ? node.focus : node.range,
                         "'" + node.text + "' is not defined");
  if (++reported <= kHinted)
    diagnostic.hint(hintFor(node, unit, scopes));
}

std::string UndefinedNames::hintFor(const ast::Expression &node, const FileUnit &unit,
                                    const Scopes &scopes) {
  if (!library)
    library = libraryDefinitions(options);
  if (auto entry = library->find(node.text); entry != library->end())
    return "the library defines it: write 'import " + entry->second.file + "'";
  if (std::string_view ours = hintForForeignName(node.text); !ours.empty())
    return std::string(ours);

  bool called = node.kind == ast::ExpressionKind::Call;
  std::vector<std::string> candidates;
  if (called) {
    candidates = predefinedCallees();
  } else {
    candidates = predefinedNames();
    for (std::string &name : scopes.names())
      candidates.push_back(std::move(name));
  }
  for (const auto &[name, definition] : unit.names)
    if (called || !definition->isBlock())
      candidates.push_back(name);
  if (std::string nearest = nearestName(node.text, candidates); !nearest.empty())
    return "did you mean '" + nearest + "'?";
  if (called)
    return "define 'block " + node.text + "(...)' or 'function " + node.text +
           "(...)', or import the file that does";
  return "define it with 'let', or as a 'param' of the model";
}

} // namespace iarc::dsl
