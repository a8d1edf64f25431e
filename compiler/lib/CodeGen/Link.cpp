//===- Link.cpp - From an object to an executable --------------------------===//
//
// The system's C++ compiler knows where its start files and libraries are, so it
// does the linking.
//
//===----------------------------------------------------------------------===//
#include "iarc/CodeGen/Link.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

#include <cstdlib>
#include <vector>

using namespace iarc;

/// The words of CXX: a compiler and options of its own, such as "ccache g++".
static std::vector<std::string> linkerFromEnvironment() {
  std::vector<std::string> words;
  if (const char *value = std::getenv("CXX")) {
    llvm::SmallVector<llvm::StringRef> pieces;
    llvm::SplitString(value, pieces);
    for (llvm::StringRef piece : pieces)
      words.push_back(piece.str());
  }
  return words;
}

llvm::Expected<std::string> iarc::findLinker() {
  std::vector<std::string> words = linkerFromEnvironment();
  if (!words.empty()) {
    if (llvm::ErrorOr<std::string> path = llvm::sys::findProgramByName(words.front()))
      return *path;
    return llvm::createStringError("cannot link: the C++ compiler '" + words.front() +
                                   "' that CXX names was not found\n"
                                   "hint: unset CXX to use the system's own");
  }
  for (const char *name : {"c++", "g++", "clang++", "clang++-22"})
    if (llvm::ErrorOr<std::string> path = llvm::sys::findProgramByName(name))
      return *path;
  return llvm::createStringError(
      "cannot link: none of c++, g++, clang++, clang++-22 was found\n"
      "hint: install the Debian package g++, or let CXX name a C++ compiler");
}

llvm::Expected<std::string> iarc::findOpenBlas() {
  constexpr const char *Hint =
      "\nhint: install the Debian package libopenblas-serial-dev, or compile with --matmul=own";
  if (const char *named = std::getenv("IARC_OPENBLAS"); named && *named) {
    if (llvm::sys::fs::exists(named))
      return std::string(named);
    return llvm::createStringError("cannot link: there is no OpenBLAS '" + std::string(named) +
                                   "' that IARC_OPENBLAS names" + Hint);
  }
  llvm::Expected<std::string> linker = findLinker();
  if (!linker)
    return linker.takeError();
  // The compiler knows the library folders of its machine; what it does not find it gives back.
  llvm::SmallString<128> answer;
  if (std::error_code error = llvm::sys::fs::createTemporaryFile("iarcc-link", "txt", answer))
    return llvm::createStringError(error,
                                   "cannot write to the temporary folder: " + error.message());
  llvm::FileRemover remover(answer);
  std::vector<std::string> words = linkerFromEnvironment();
  llvm::SmallVector<llvm::StringRef> arguments = {*linker};
  for (size_t index = 1; index < words.size(); ++index)
    arguments.push_back(words[index]);
  arguments.push_back("-print-file-name=openblas-serial/libopenblas.a");
  llvm::StringRef file = answer;
  if (llvm::sys::ExecuteAndWait(*linker, arguments, std::nullopt, {"", file, ""}) == 0)
    if (auto buffer = llvm::MemoryBuffer::getFile(answer))
      if (llvm::StringRef path = (*buffer)->getBuffer().trim();
          llvm::sys::path::is_absolute(path) && llvm::sys::fs::exists(path))
        return path.str();
  return llvm::createStringError(
      "cannot link: the static OpenBLAS 'openblas-serial/libopenblas.a' was not found" +
      std::string(Hint));
}

llvm::Error iarc::linkExecutable(llvm::StringRef object, llvm::StringRef runtimeLibrary,
                                 llvm::StringRef openBlas, llvm::StringRef output) {
  llvm::Expected<std::string> linker = findLinker();
  if (!linker)
    return linker.takeError();

  std::vector<std::string> words = linkerFromEnvironment();
  llvm::SmallVector<llvm::StringRef> arguments = {*linker};
  for (size_t index = 1; index < words.size(); ++index)
    arguments.push_back(words[index]);
  for (llvm::StringRef argument :
       {object, runtimeLibrary, openBlas, llvm::StringRef("-o"), output,
        llvm::StringRef("-pthread"), llvm::StringRef("-lm"), llvm::StringRef("-Wl,--gc-sections")})
    if (!argument.empty())
      arguments.push_back(argument);
  // The runtime gives OpenBLAS its buffers: see Blas.cpp.
  if (!openBlas.empty())
    arguments.append({"-Wl,--wrap=blas_memory_alloc", "-Wl,--wrap=blas_memory_free"});

  // The linker's words are kept back: they matter only when it fails.
  llvm::SmallString<128> transcript;
  if (std::error_code error = llvm::sys::fs::createTemporaryFile("iarcc-link", "txt", transcript))
    return llvm::createStringError(error,
                                   "cannot write to the temporary folder: " + error.message());
  llvm::FileRemover remover(transcript);
  llvm::StringRef file = transcript;
  std::string reason;
  int status =
      llvm::sys::ExecuteAndWait(*linker, arguments, std::nullopt, {"", file, file}, 0, 0, &reason);
  if (status == 0)
    return llvm::Error::success();

  std::string message = "cannot link: " + *linker;
  message += status < 0 ? " did not run" : " failed with exit status " + std::to_string(status);
  if (!reason.empty())
    message += ": " + reason;
  if (auto buffer = llvm::MemoryBuffer::getFile(transcript))
    if (llvm::StringRef said = (*buffer)->getBuffer().trim(); !said.empty())
      message += "\n" + said.str();
  return llvm::createStringError(message);
}
