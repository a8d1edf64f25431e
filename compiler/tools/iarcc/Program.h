//===- Program.h - Becoming another program --------------------------------===//
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

/// Replaces this process by the study tool that lies beside iarcc, `iarcc study ARGUMENTS...`; the
/// null-terminated `arguments` are what follows "study". Returns an exit status only when that
/// fails, after it was said.
int becomeStudy(char **arguments);

} // namespace iarcc
#endif
