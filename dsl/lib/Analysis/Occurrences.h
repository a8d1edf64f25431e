//===- Occurrences.h - Which name means what ------------------------------===//
#ifndef IARC_DSL_ANALYSIS_OCCURRENCES_H
#define IARC_DSL_ANALYSIS_OCCURRENCES_H

#include "Sema/Program.h"

#include <string>
#include <vector>

namespace iarc::dsl {

/// A name in the text and the place of the name that defines it (the same for a definition).
struct Occurrence {
  SourceRange where;
  SourceRange definition;
  const ast::Item *item = nullptr; ///< what it names: a kernel, function, block, task or model
};

/// A variable or parameter, and where it can be seen.
struct Visible {
  std::string name;
  SourceRange definition;
  SourceRange scope;
};

struct Occurrences {
  std::vector<Occurrence> all;
  std::vector<Visible> variables;
};

/// Of one file, by the scopes of the language; names without a definition are left out.
Occurrences occurrencesOf(const FileUnit &unit, const Program &program);

} // namespace iarc::dsl
#endif
