//===- Scopes.h - The variables of a body while it is resolved ------------===//
#ifndef IARC_DSL_SEMA_SCOPES_H
#define IARC_DSL_SEMA_SCOPES_H

#include "Ast/Ast.h"
#include "Diagnostics/Diagnostics.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace iarc::dsl {

struct Variable {
  SourceRange declared;
  bool isParam = false;  ///< of the model: cannot be assigned
  bool warnUnused = false;
  bool used = false;
  bool isState = false; ///< of the recur that is being resolved
};

/// The scopes that are open, the innermost last.
class Scopes {
public:
  explicit Scopes(Diagnostics &diagnostics) : diagnostics(diagnostics) {}

  /// The variable that a name means here, or null.
  Variable *find(const std::string &name);
  /// Adds a variable to the innermost scope; reports a name that is predefined or taken. No name
  /// declares nothing.
  void declare(const ast::Name &name, bool isParam, bool warnUnused, bool isState = false);
  /// Marks the variable of that name, if there is one, as used.
  bool use(const std::string &name);

  void push() { levels.emplace_back(); }
  /// Closes the innermost scope; with `reportUnused`, warns of what nobody used.
  void pop(bool reportUnused);
  /// The same two for the body of a recur. Gives the recur around it to be handed back.
  std::optional<size_t> pushRecur();
  void popRecur(std::optional<size_t> outer, bool reportUnused);

  /// Whether the name means nothing within the innermost recur, if one is open.
  bool isOutsideOfRecur(const std::string &name) const;
  /// All names that mean something here.
  std::vector<std::string> names() const;

private:
  Diagnostics &diagnostics;
  std::vector<std::map<std::string, Variable>> levels;
  std::optional<size_t> recurLevel; ///< of the body of the innermost recur
};

} // namespace iarc::dsl

#endif
