//===- Output.h - Files that iarcc finds and writes ------------------------===//
//
// Nothing appears under its final name before it is complete, and nothing stays
// behind when a signal ends the compiler.
//
//===----------------------------------------------------------------------===//
#ifndef IARCC_OUTPUT_H
#define IARCC_OUTPUT_H

#include "iarc/CodeGen/Sanitize.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace iarcc {

/// A file that is removed again unless it is renamed to where it belongs.
class TemporaryFile {
public:
  /// In the system's temporary folder, for a file that is never kept.
  static llvm::Expected<TemporaryFile> create(llvm::StringRef suffix);
  /// In the folder of `destination`, so that it can be renamed to it.
  static llvm::Expected<TemporaryFile> createBeside(llvm::StringRef destination);

  TemporaryFile(TemporaryFile &&other) noexcept;
  TemporaryFile(const TemporaryFile &) = delete;
  TemporaryFile &operator=(TemporaryFile &&) = delete;
  ~TemporaryFile();

  const std::string &path() const { return file; }
  /// Writes all of `contents`; a full disk is an error.
  llvm::Error write(llvm::StringRef contents);
  /// Gives the file its final name, atomically.
  llvm::Error renameTo(llvm::StringRef destination);

private:
  explicit TemporaryFile(std::string file);
  std::string file; ///< empty once renamed or moved from
};

/// Refuses an output that is a folder, has no folder to lie in, or is the source itself.
llvm::Error checkOutput(llvm::StringRef output, llvm::StringRef source);

/// Writes `contents` to the file `output` ("-": standard output). What exists and is no regular
/// file, such as /dev/null, is written to; everything else is replaced.
llvm::Error writeOutput(llvm::StringRef output, llvm::StringRef contents);

/// A path of the tree that iarcc was built or installed in, such as "lib/libiarcrt.a".
std::string besideCompiler(llvm::StringRef relative);

/// The runtime library to link with: `requested`, else the environment variable
/// IARC_RUNTIME_LIBRARY, else the one beside iarcc, which for another machine lies in a folder
/// named after it (`cross`, as iarc::crossTarget gives it), and with a sanitizer's checks in one
/// named after that. A missing file is an error.
llvm::Expected<std::string> findRuntimeLibrary(llvm::StringRef requested, llvm::StringRef cross,
                                               iarc::Sanitizer sanitizer);

} // namespace iarcc
#endif
