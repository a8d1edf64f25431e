//===- Compile.h - From a source file to what was asked for ----------------===//
#ifndef IARCC_COMPILE_H
#define IARCC_COMPILE_H

#include "Options.h"

namespace iarcc {

/// Compiles as `options` say, says what is wrong, and runs the program where that was asked for.
/// Returns the exit status.
int compile(const Options &options);

} // namespace iarcc
#endif
