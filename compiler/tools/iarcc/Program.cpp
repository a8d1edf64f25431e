//===- Program.cpp - Becoming another program ------------------------------===//
//
// A compiled program is run by an open file descriptor, so that the file can be removed before it
// runs.
//
//===----------------------------------------------------------------------===//
#include "Program.h"

#include "Messages.h"
#include "Options.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"

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

int iarcc::becomeStudy(char **arguments) {
  std::string tool = besideCompiler("bin/iarc-study");
  if (!llvm::sys::fs::can_execute(tool)) {
    reportError("the study tool '" + tool + "' is missing; it is installed with iarcc");
    return InputOutput;
  }
  if (!llvm::sys::findProgramByName("python3")) {
    reportError("'iarcc study' needs python3, which is not in PATH\n"
                "hint: install the Debian package python3");
    return InputOutput;
  }
  std::vector<char *> words = {tool.data()};
  for (; *arguments; ++arguments)
    words.push_back(*arguments);
  words.push_back(nullptr);
  execv(tool.c_str(), words.data());
  reportError("cannot run '" + tool + "': " + llvm::StringRef(std::strerror(errno)).lower());
  return InputOutput;
}
