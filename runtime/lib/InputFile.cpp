//===- InputFile.cpp - Files that are read as a whole -----------------------------===//

#include "InputFile.h"

#include "Error.h"
#include "Text.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace iarc::runtime {

int openRegular(const std::string &path, uint64_t &size, std::string &problem) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status {};
  problem.clear();
  if (file < 0 || fstat(file, &status) != 0)
    problem = std::strerror(errno);
  else if (S_ISDIR(status.st_mode))
    problem = "is a directory";
  else if (!S_ISREG(status.st_mode))
    problem = "is no regular file";
  size = uint64_t(status.st_size);
  if (problem.empty())
    return file;
  if (file >= 0)
    close(file);
  return -1;
}

std::string readText(const std::string &what, const std::string &path) {
  uint64_t size = 0;
  std::string problem, text;
  const int file = openRegular(path, size, problem);
  char piece[65536];
  while (file >= 0) {
    const ssize_t more = read(file, piece, sizeof piece);
    if (more < 0 && errno == EINTR)
      continue;
    if (more < 0)
      problem = std::strerror(errno);
    if (more <= 0)
      break;
    text.append(piece, size_t(more));
  }
  if (file >= 0)
    close(file);
  if (!problem.empty())
    fail(Exit::InputOutput, "cannot read %s%s: %s", what.c_str(), quoted(path).c_str(),
         problem.c_str());
  return text;
}

} // namespace iarc::runtime
