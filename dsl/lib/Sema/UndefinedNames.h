//===- UndefinedNames.h - Names that nothing defines ----------------------===//
#ifndef IARC_DSL_SEMA_UNDEFINEDNAMES_H
#define IARC_DSL_SEMA_UNDEFINEDNAMES_H

#include "Sema/Program.h"
#include "Sema/Scopes.h"

#include <map>
#include <optional>
#include <string>

namespace iarc::dsl {

/// Reports names that nothing defines, each with what may have been meant.
class UndefinedNames {
public:
  UndefinedNames(const FrontendOptions &options, Diagnostics &diagnostics)
      : options(options), diagnostics(diagnostics) {}

  /// `node` is a name, or a call of one, in `unit` where `scopes` are open. `argument` is that of a
  /// primitive whose whole value it is.
  void report(const ast::Expression &node, const FileUnit &unit, const Scopes &scopes,
              const std::string &argument);

private:
  std::string hintFor(const ast::Expression &node, const FileUnit &unit, const Scopes &scopes,
                      const std::string &argument);

  const FrontendOptions &options;
  Diagnostics &diagnostics;
  std::optional<std::map<std::string, LibraryDefinition>> library; ///< read at the first of them
  int reported = 0;
};

} // namespace iarc::dsl

#endif
