//===- Library.h - From an object to a library ------------------------------===//
//
// A model as a static or shared library with a C header. The functions are those of
// iarc/runtime/Library.h under the library's own name; every other symbol is hidden,
// so that one program can use several such libraries.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_CODEGEN_LIBRARY_H
#define IARC_CODEGEN_LIBRARY_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace llvm {
class Module;
}
namespace mlir {
class DictionaryAttr;
}

namespace iarc {

/// Where a library goes and what its names begin with.
struct LibraryFiles {
  std::string library; ///< as it was asked for
  std::string header;  ///< beside it
  std::string prefix;  ///< a C identifier: "robot" of "build/librobot.so"
  bool shared = true;
};

/// `output` ends in .so or .a; everything else is an error that says so.
llvm::Expected<LibraryFiles> libraryFiles(llvm::StringRef output);

/// The header: the constants of the model that `descriptor` (iarc.descriptor) describes, and the
/// functions.
std::string libraryHeader(mlir::DictionaryAttr descriptor, llvm::StringRef prefix,
                          llvm::StringRef targetCpu);

/// Adds the constant string `iarc_library_prefix`, by which a program that opens a shared library
/// learns what its functions are called.
void addLibraryPrefix(llvm::Module &module, llvm::StringRef prefix);

/// Writes the library `output` of the form that `files` says from the objects and what they need of
/// the runtime library and `openBlas` (unless that is empty), linked for `cross` as in Link.h.
llvm::Error linkLibrary(const LibraryFiles &files, llvm::ArrayRef<std::string> objects,
                        llvm::StringRef runtimeLibrary, llvm::StringRef openBlas,
                        llvm::StringRef output, llvm::StringRef cross);

} // namespace iarc
#endif
