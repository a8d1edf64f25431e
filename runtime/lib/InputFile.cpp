//===- InputFile.cpp - Files that are read as a whole -----------------------------===//

#include "InputFile.h"

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

} // namespace iarc::runtime
