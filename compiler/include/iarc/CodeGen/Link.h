//===- Link.h - From an object to an executable ----------------------------===//
//
// Links a compiled model with the runtime library by way of the system's C++
// compiler.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_CODEGEN_LINK_H
#define IARC_CODEGEN_LINK_H

#include "iarc/CodeGen/Sanitize.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace iarc {

// `cross` is what iarc::crossTarget gives: the triple linked for, or empty for this machine's.

/// The C++ compiler that links: the one that the environment variable CXX names, or the first of
/// c++, g++, clang++, clang++-22 on PATH, for another machine `cross`-g++, with a sanitizer
/// clang++-22, whose libraries match LLVM's checks. The error says which Debian package brings one.
llvm::Expected<std::string> findLinker(llvm::StringRef cross,
                                       Sanitizer sanitizer = Sanitizer::None);

/// The static, serial OpenBLAS: the file that the environment variable IARC_OPENBLAS names, or the
/// one of the Debian package libopenblas-serial-dev, where the linker looks. The error of a missing
/// one says what brings it and how to do without.
llvm::Expected<std::string> findOpenBlas(llvm::StringRef cross);

/// An error that names both when `library` was made for another architecture than `cross`. What
/// cannot be read is left for the linker to judge.
llvm::Error checkArchitecture(llvm::StringRef library, llvm::StringRef cross);

/// Runs the linker with these arguments. The error of a failed link holds the linker's own words.
llvm::Error runLinker(llvm::ArrayRef<llvm::StringRef> arguments, llvm::StringRef cross,
                      Sanitizer sanitizer = Sanitizer::None);

/// Writes the executable `output` from the objects and the runtime library, and `openBlas` unless it
/// is empty. Errors are those of runLinker.
llvm::Error linkExecutable(llvm::ArrayRef<std::string> objects, llvm::StringRef runtimeLibrary,
                           llvm::StringRef openBlas, llvm::StringRef output, llvm::StringRef cross,
                           Sanitizer sanitizer);

} // namespace iarc
#endif
