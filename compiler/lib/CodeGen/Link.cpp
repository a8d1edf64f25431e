//===- Link.cpp - From an object to an executable --------------------------===//
//
// The system's C++ compiler knows where its start files and libraries are, so it
// does the linking.
//
//===----------------------------------------------------------------------===//
#include "iarc/CodeGen/Link.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

#include <algorithm>
#include <cstdlib>
#include <sys/resource.h>
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

llvm::Expected<std::string> iarc::findLinker(llvm::StringRef cross, Sanitizer sanitizer) {
  std::vector<std::string> words = linkerFromEnvironment();
  if (!words.empty()) {
    if (llvm::ErrorOr<std::string> path = llvm::sys::findProgramByName(words.front()))
      return *path;
    return llvm::createStringError("cannot link: the C++ compiler '" + words.front() +
                                   "' that CXX names was not found\n"
                                   "hint: unset CXX to use the system's own");
  }
  if (sanitizer != Sanitizer::None) {
    if (llvm::ErrorOr<std::string> path = llvm::sys::findProgramByName("clang++-22"))
      return *path;
    return llvm::createStringError("cannot link with --sanitize: clang++-22 was not found\n"
                                   "hint: install the Debian packages clang-22 and "
                                   "libclang-rt-22-dev");
  }
  if (!cross.empty()) {
    std::string name = cross.str() + "-g++";
    if (llvm::ErrorOr<std::string> path = llvm::sys::findProgramByName(name))
      return *path;
    std::string package = "g++-" + cross.str();
    std::replace(package.begin(), package.end(), '_', '-');
    return llvm::createStringError("cannot link for " + cross + ": the cross compiler '" + name +
                                   "' was not found\nhint: install the Debian package " + package +
                                   ", or let CXX name a C++ compiler for it; --emit=object needs " +
                                   "none");
  }
  for (const char *name : {"c++", "g++", "clang++", "clang++-22"})
    if (llvm::ErrorOr<std::string> path = llvm::sys::findProgramByName(name))
      return *path;
  return llvm::createStringError(
      "cannot link: none of c++, g++, clang++, clang++-22 was found\n"
      "hint: install the Debian package g++, or let CXX name a C++ compiler");
}

llvm::Expected<std::string> iarc::findOpenBlas(llvm::StringRef cross) {
  const char *Hint =
      cross.empty()
          ? "\nhint: install the Debian package libopenblas-serial-dev, or compile with "
            "--matmul=own"
          : "\nhint: let IARC_OPENBLAS name one made for the target, or compile with --matmul=own";
  if (const char *named = std::getenv("IARC_OPENBLAS"); named && *named) {
    if (llvm::sys::fs::exists(named))
      return std::string(named);
    return llvm::createStringError("cannot link: there is no OpenBLAS '" + std::string(named) +
                                   "' that IARC_OPENBLAS names" + Hint);
  }
  llvm::Expected<std::string> linker = findLinker(cross);
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

/// The architecture of the first object in the archive `path`.
static llvm::Triple::ArchType architectureOf(llvm::StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return llvm::Triple::UnknownArch;
  llvm::Error error = llvm::Error::success();
  llvm::object::Archive archive(**buffer, error);
  llvm::Triple::ArchType found = llvm::Triple::UnknownArch;
  if (!error)
    for (const llvm::object::Archive::Child &member : archive.children(error)) {
      if (auto contents = member.getMemoryBufferRef()) {
        if (auto object = llvm::object::ObjectFile::createObjectFile(*contents))
          found = (*object)->getArch();
        else
          llvm::consumeError(object.takeError());
      } else {
        llvm::consumeError(contents.takeError());
      }
      break;
    }
  llvm::consumeError(std::move(error));
  return found;
}

llvm::Error iarc::checkArchitecture(llvm::StringRef library, llvm::StringRef cross) {
  std::string triple = cross.empty() ? llvm::sys::getDefaultTargetTriple() : cross.str();
  llvm::Triple::ArchType found = architectureOf(library), wanted = llvm::Triple(triple).getArch();
  if (found == llvm::Triple::UnknownArch || found == wanted)
    return llvm::Error::success();
  return llvm::createStringError("cannot link: the library '" + library + "' was made for " +
                                 llvm::Triple::getArchTypeName(found) + ", not for " +
                                 llvm::Triple::getArchTypeName(wanted));
}

/// The compiler's flag for the fastest linker on PATH: lld and gold take less than half the time of
/// GNU ld, which is a fifth of a compilation. None where CXX names a compiler, whose flags are its
/// own, or for another machine.
static llvm::StringRef linkerFlag(llvm::StringRef cross) {
  if (!cross.empty() || !linkerFromEnvironment().empty())
    return "";
  for (auto [program, flag] :
       {std::pair("ld.lld", "-fuse-ld=lld"), std::pair("ld.gold", "-fuse-ld=gold")})
    if (llvm::sys::findProgramByName(program))
      return flag;
  return "";
}

llvm::Error iarc::linkExecutable(llvm::ArrayRef<std::string> objects,
                                 llvm::StringRef runtimeLibrary, llvm::StringRef openBlas,
                                 llvm::StringRef output, llvm::StringRef cross,
                                 Sanitizer sanitizer) {
  llvm::SmallVector<llvm::StringRef> arguments(objects.begin(), objects.end());
  for (llvm::StringRef argument :
       {runtimeLibrary, openBlas, linkerFlag(cross), llvm::StringRef("-o"), output,
        llvm::StringRef("-pthread"), llvm::StringRef("-lm"), llvm::StringRef("-Wl,--gc-sections")})
    if (!argument.empty())
      arguments.push_back(argument);
  // The runtime gives OpenBLAS its buffers: see Blas.cpp.
  if (!openBlas.empty())
    arguments.append({"-Wl,--wrap=blas_memory_alloc", "-Wl,--wrap=blas_memory_free"});
  return runLinker(arguments, cross, sanitizer);
}

/// What a linker said, without the account of a crash: lld crashes where it cannot write.
static llvm::StringRef wordsOf(llvm::StringRef transcript) {
  return transcript.take_front(transcript.find("PLEASE submit a bug report")).trim();
}

/// No program is smaller.
static constexpr uint64_t kLittleSpace = 64 << 10;

llvm::Error iarc::runLinker(llvm::ArrayRef<llvm::StringRef> given, llvm::StringRef cross,
                            Sanitizer sanitizer) {
  llvm::Expected<std::string> linker = findLinker(cross, sanitizer);
  if (!linker)
    return linker.takeError();

  std::vector<std::string> words = linkerFromEnvironment();
  llvm::SmallVector<llvm::StringRef> arguments = {*linker};
  for (size_t index = 1; index < words.size(); ++index)
    arguments.push_back(words[index]);
  arguments.append(given.begin(), given.end());
  // The runtime library's own checks are those for undefined behaviour too.
  if (sanitizer == Sanitizer::Address)
    arguments.push_back("-fsanitize=address,undefined");
  else if (sanitizer == Sanitizer::Thread)
    arguments.push_back("-fsanitize=thread");

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
  llvm::StringRef output = *std::next(llvm::find(given, "-o"));
  uint64_t written = 0;
  if (status == 0 && !llvm::sys::fs::file_size(output, written) && written)
    return llvm::Error::success();

  std::string message = "cannot link: " + *linker;
  message += status == 0  ? " ended well, but wrote nothing"
             : status < 0 ? " did not run"
                          : " failed with exit status " + std::to_string(status);
  if (!reason.empty())
    message += ": " + reason;
  if (auto buffer = llvm::MemoryBuffer::getFile(transcript))
    if (llvm::StringRef said = wordsOf((*buffer)->getBuffer()); !said.empty())
      message += "\n" + said.str();
  llvm::StringRef folder = llvm::sys::path::parent_path(output);
  auto space = llvm::sys::fs::disk_space(folder.empty() ? "." : folder);
  if (space && space->available < kLittleSpace)
    message += "\nhint: the disk of '" + (folder.empty() ? "." : folder).str() + "' is full";
  else if (rlimit limit; !getrlimit(RLIMIT_FSIZE, &limit) && limit.rlim_cur != RLIM_INFINITY)
    message += "\nhint: a file may have " + std::to_string(limit.rlim_cur) +
               " bytes here at most: allow more (ulimit -f)";
  else if (status == 0)
    message += "\nhint: let CXX name a C++ compiler, or unset it";
  return llvm::createStringError(message);
}
