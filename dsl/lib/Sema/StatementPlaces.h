//===- StatementPlaces.h - Where statements may stand ----------------------===//
#ifndef IARC_DSL_SEMA_STATEMENTPLACES_H
#define IARC_DSL_SEMA_STATEMENTPLACES_H

#include "Ast/Ast.h"
#include "Diagnostics/Diagnostics.h"

namespace iarc::dsl {

/// Reports a setting in a block or a loop, and a return in a model or a loop. `loop` is the
/// innermost loop around the statement: "a repeat", "a recur" or null.
void checkPlace(const ast::Statement &statement, bool inModel, const char *loop,
                Diagnostics &diagnostics);

} // namespace iarc::dsl
#endif
