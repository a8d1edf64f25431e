//===- AppendFile.cpp - Files that grow record by record --------------------------===//

#include "AppendFile.h"

#include "Error.h"
#include "OutputFile.h"
#include "Text.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace iarc::runtime {

void AppendFile::systemError(const char *verb) const {
  fail(Exit::InputOutput, "cannot %s %s %s: %s", verb, what.c_str(), quoted(name).c_str(),
       std::strerror(errno));
}

AppendFile::AppendFile(const std::string &what, const std::string &path, Mode mode)
    : what(what), name(path) {
  if (path == "-") {
    file = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    if (file < 0)
      systemError("write");
    return;
  }
  struct stat status;
  if (stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode)) {
    file = openPipe(what + " ", path);
    return;
  }
  int flags = mode == Mode::Create ? O_CREAT | O_EXCL : O_CREAT;
  file = open(path.c_str(), O_RDWR | O_CLOEXEC | flags, 0666);
  if (file < 0 && errno == EACCES) { // a device that may only be written
    file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0)
      errno = EACCES; // not that there is none
  }
  if (file < 0)
    systemError("write");
  regular = fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  if (!regular)
    return;
  // Two processes would write over each other's records. The lock ends with the process, however that
  // ends; a file system without locks has no more to offer than trust.
  if (flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    close(file);
    fail(Exit::InputOutput,
         "another process writes %s %s\n"
         "hint: wait until it has ended, or name another file",
         what.c_str(), quoted(name).c_str());
  }
  size = uint64_t(status.st_size);
  if (mode == Mode::Replace)
    cut(0);
}

AppendFile::~AppendFile() {
  if (file >= 0)
    close(file);
}

std::string AppendFile::read() const {
  std::string text;
  char piece[65536];
  while (regular) {
    ssize_t more = pread(file, piece, sizeof piece, off_t(text.size()));
    if (more < 0 && errno == EINTR)
      continue;
    if (more < 0)
      systemError("read");
    if (more == 0)
      break;
    text.append(piece, size_t(more));
  }
  return text;
}

void AppendFile::cut(uint64_t length) {
  if (!regular)
    return;
  if (ftruncate(file, off_t(length)) != 0)
    systemError("write");
  size = length;
}

void AppendFile::append(const std::string &record) {
  // Another process may have cut the file, as programs that rotate logs do: a gap of zeros would be no
  // record.
  if (struct stat status; regular && fstat(file, &status) == 0 && uint64_t(status.st_size) < size)
    size = uint64_t(status.st_size);
  const char *from = record.data();
  size_t left = record.size();
  while (left > 0) {
    ssize_t written = regular ? pwrite(file, from, left, off_t(size + (record.size() - left)))
                              : write(file, from, left);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0) {
      int problem = errno;
      if (regular && ftruncate(file, off_t(size)) != 0) {
        // The torn record stays at the end; a reader and the next cut drop it.
      }
      errno = problem;
      systemError("write");
    }
    from += written;
    left -= size_t(written);
  }
  size += record.size();
}

void AppendFile::sync() {
  if (!regular)
    return;
  if (fsync(file) != 0 && errno != EINVAL && errno != EROFS)
    systemError("write");
  if (named)
    return;
  named = true;
  // Its name, too. A folder that we may not read we cannot synchronise either.
  int folder = open(folderOf(name).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int problem = folder < 0 || fsync(folder) != 0 ? errno : 0;
  if (folder >= 0)
    close(folder);
  errno = problem;
  if (problem != 0 && problem != EINVAL && problem != EROFS && problem != EACCES)
    systemError("write");
}

} // namespace iarc::runtime
