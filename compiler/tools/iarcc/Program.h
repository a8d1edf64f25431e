//===- Program.h - Running a program that was just compiled ----------------===//
#ifndef IARCC_PROGRAM_H
#define IARCC_PROGRAM_H

#include "Output.h"

#include <vector>

namespace iarcc {

/// Replaces this process by the program in `file`, which disappears from the file system first:
/// signals, exit status and terminal are the program's own and nothing stays behind. Returns only
/// when that fails.
llvm::Error becomeProgram(TemporaryFile file, const std::string &name,
                          const std::vector<std::string> &arguments);

} // namespace iarcc
#endif
