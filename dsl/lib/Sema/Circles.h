//===- Circles.h - Definitions that use themselves --------------------------===//
#ifndef IARC_DSL_SEMA_CIRCLES_H
#define IARC_DSL_SEMA_CIRCLES_H

#include "Sema/Program.h"

#include <map>
#include <vector>

namespace iarc::dsl {

/// One place where a definition uses another.
struct Use {
  Definition *callee;
  SourceRange where;
};

/// What each definition uses, in source order.
using CallGraph = std::map<Definition *, std::vector<Use>>;

/// Reports each circle once, where it closes, and takes the definitions on it out of use.
void reportCircles(Program &program, const CallGraph &callGraph, Diagnostics &diagnostics);

} // namespace iarc::dsl
#endif
