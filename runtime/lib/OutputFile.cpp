//===- OutputFile.cpp - Files that are written whole or not at all --------------===//

#include "OutputFile.h"

#include "Error.h"
#include "Text.h"

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace iarc::runtime {

std::string folderOf(const std::string &path) {
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

void OutputFile::systemError() const {
  fail(Exit::InputOutput, "cannot write %s: %s", quoted(path).c_str(), std::strerror(errno));
}

OutputFile::OutputFile(const std::string &path) : path(path), target(path) {
  if (path == "-") {
    file = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    if (file < 0)
      systemError();
    return;
  }
  // A link's target is replaced, not the link.
  if (char *real = realpath(path.c_str(), nullptr)) {
    target = real;
    std::free(real);
  }
  struct stat status;
  if (stat(target.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) {
      errno = EISDIR;
      systemError();
    }
    if (!S_ISREG(status.st_mode)) {
      file = open(target.c_str(), O_WRONLY | O_CLOEXEC);
      if (file < 0)
        systemError();
      return;
    }
    if (access(target.c_str(), W_OK) != 0) // a rename would overwrite it all the same
      systemError();
  }
  std::string folder = folderOf(target);
  if (stat(folder.c_str(), &status) != 0)
    fail(Exit::InputOutput, "cannot write %s: the folder %s does not exist", quoted(path).c_str(),
         quoted(folder).c_str());
  if (!S_ISDIR(status.st_mode))
    fail(Exit::InputOutput, "cannot write %s: the folder %s is not a folder", quoted(path).c_str(),
         quoted(folder).c_str());
  temporary = target + ".XXXXXX";
  file = mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) {
    temporary.clear();
    systemError();
  }
  // mkostemp's mode is private; give the file what an ordinary open would have given it.
  mode_t mask = umask(0);
  umask(mask);
  fchmod(file, 0666 & ~mask);
}

OutputFile::~OutputFile() {
  if (file >= 0)
    close(file);
  if (!temporary.empty())
    unlink(temporary.c_str());
}

void OutputFile::write(const void *bytes, uint64_t size) {
  const char *from = static_cast<const char *>(bytes);
  while (size > 0) {
    ssize_t written = ::write(file, from, size < (1u << 30) ? size : (1u << 30));
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      systemError();
    from += written;
    size -= uint64_t(written);
  }
}

void OutputFile::commit() {
  if (fsync(file) != 0 && errno != EINVAL && errno != EROFS) // devices cannot be synchronised
    systemError();
  int closing = file;
  file = -1;
  if (close(closing) != 0)
    systemError();
  if (temporary.empty())
    return;
  if (rename(temporary.c_str(), target.c_str()) != 0)
    systemError();
  temporary.clear();
  // The name itself must reach the disk too; a file system that cannot do that says EINVAL.
  int folder = open(folderOf(target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int problem = folder < 0 || fsync(folder) != 0 ? errno : 0;
  if (folder >= 0)
    close(folder);
  if (problem != 0 && problem != EINVAL && problem != EROFS && problem != EACCES)
    fail(Exit::InputOutput, "cannot synchronise the folder of %s: %s", quoted(path).c_str(),
         std::strerror(problem));
}

void checkWritable(const std::string &path) { OutputFile probe(path); }

} // namespace iarc::runtime
