//===- Program.cpp - Running a program that was just compiled --------------===//
//
// By an open file descriptor, so that the file can be removed before it runs.
//
//===----------------------------------------------------------------------===//
#include "Program.h"

#include "llvm/ADT/StringExtras.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using namespace iarcc;

llvm::Error iarcc::becomeProgram(TemporaryFile file, const std::string &name,
                                 const std::vector<std::string> &arguments) {
  std::vector<char *> words = {const_cast<char *>(name.c_str())};
  for (const std::string &argument : arguments)
    words.push_back(const_cast<char *>(argument.c_str()));
  words.push_back(nullptr);

  int descriptor = open(file.path().c_str(), O_RDONLY | O_CLOEXEC);
  int reason = errno;
  if (descriptor >= 0) {
    unlink(file.path().c_str());
    std::fflush(nullptr);
    fexecve(descriptor, words.data(), environ);
    reason = errno;
    close(descriptor);
  }
  return llvm::createStringError("cannot run the compiled program: " +
                                 llvm::StringRef(std::strerror(reason)).lower() +
                                 "\nhint: let TMPDIR name a folder that programs may run from");
}
