//===- Backend.h - From an analysed model to text or an object -------------===//
#ifndef IARCC_BACKEND_H
#define IARCC_BACKEND_H

#include "Options.h"
#include "Timing.h"

#include "iarc/CodeGen/Library.h"
#include "iarc/CodeGen/Target.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallString.h"

namespace iarc::dsl {
struct Model;
} // namespace iarc::dsl

namespace iarcc {

/// A processor that the program can export its model for, as --export-target named it.
struct ExportTarget {
  std::string name;
  iarc::Target target;
};

/// What came of compiling.
struct Generated {
  llvm::SmallString<0> contents;             ///< text or bytes
  std::vector<llvm::SmallString<0>> objects; ///< instead of them, of what is to be linked
  std::string libraryHeader;     ///< of a library
};

/// Runs the stages of MLIR and LLVM up to options.stage; what is linked needs an object, and one for
/// a library the names in `library`, null otherwise. `model` is null when the input is a lowered module. A model
/// that passed the front end compiles: what fails here is an internal error, reported with a file
/// that reproduces it. Returns the exit status.
int generate(const Options &options, const iarc::dsl::Model *model, const iarc::Target &target,
             llvm::ArrayRef<ExportTarget> exports, Timing &timing,
             const iarc::LibraryFiles *library, Generated &result);

} // namespace iarcc
#endif
