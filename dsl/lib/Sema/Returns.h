//===- Returns.h - What a block, kernel or function ends with --------------===//
#ifndef IARC_DSL_SEMA_RETURNS_H
#define IARC_DSL_SEMA_RETURNS_H

#include "Sema/Program.h"

namespace iarc::dsl {

/// Reports a body without a return, and what stands after one. Without any, `which` is out of use.
void checkReturn(Definition &which, Diagnostics &diagnostics);

} // namespace iarc::dsl
#endif
