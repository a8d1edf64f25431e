//===- OutputFile.cpp - Files that are written whole or not at all --------------===//

#include "OutputFile.h"

#include "Error.h"
#include "Text.h"

#include <cerrno>
#include <climits>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <map>
#include <optional>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace iarc::runtime {

std::string folderOf(const std::string &path) {
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

std::string linkTarget(const std::string &path) {
  std::string target = path;
  char next[PATH_MAX];
  // As many links in a row as the system follows.
  for (int links = 0; links < 40; ++links) {
    ssize_t length = readlink(target.c_str(), next, sizeof next);
    if (length <= 0 || size_t(length) == sizeof next)
      break;
    std::string name(next, size_t(length));
    target = name[0] == '/' ? name : folderOf(target) + "/" + name;
  }
  return target;
}

bool isSameFile(const std::string &one, const std::string &other) {
  const std::string paths[2] = {linkTarget(one), linkTarget(other)};
  struct stat folders[2], status, others;
  const bool exists = stat(one.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode))
    return false;
  // Of a file that has two names the folders tell nothing.
  if (exists && stat(other.c_str(), &others) == 0)
    return status.st_dev == others.st_dev && status.st_ino == others.st_ino;
  for (int i = 0; i < 2; ++i)
    if (stat(folderOf(paths[i]).c_str(), &folders[i]) != 0)
      return one == other;
  return folders[0].st_dev == folders[1].st_dev && folders[0].st_ino == folders[1].st_ino &&
         paths[0].substr(paths[0].rfind('/') + 1) == paths[1].substr(paths[1].rfind('/') + 1);
}

bool isTemporaryName(std::string_view name, std::string_view &of) {
  if (name.size() <= 1 + temporaryMark.size() + temporaryLetters || name[0] != '.')
    return false;
  const size_t end = name.size() - temporaryLetters - temporaryMark.size();
  of = name.substr(1, end - 1);
  return name.substr(end, temporaryMark.size()) == temporaryMark;
}

/// What the temporary names of `target` have of its own: no more than every file system can hold.
static std::string temporaryStem(const std::string &target) {
  return target.substr(target.rfind('/') + 1)
      .substr(0, NAME_MAX - 1 - temporaryMark.size() - temporaryLetters);
}

/// Makes a file beside `target` under a name that nothing else has, as an ordinary open makes one,
/// and locks it, which tells others that it is in use. Gives its descriptor, or -1.
static int makeTemporary(const std::string &target, std::string &temporary) {
  const std::string kept = temporaryStem(target);
  for (int attempts = 0; attempts < 100; ++attempts) {
    uint64_t random = 0;
    if (getrandom(&random, sizeof random, 0) != ssize_t(sizeof random))
      return -1;
    temporary = folderOf(target) + "/." + kept + std::string(temporaryMark);
    for (size_t i = 0; i < temporaryLetters; ++i, random /= 26)
      temporary += char('a' + random % 26);
    int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0 && errno != EEXIST)
      return file;
    if (file < 0)
      continue;
    // One that removes leftovers may have come before the lock.
    struct stat status;
    const bool taken = flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (!taken && (fstat(file, &status) != 0 || status.st_nlink > 0))
      return file;
    close(file);
  }
  return -1;
}

/// Removes what processes that were killed while they wrote `target` left beside it: nobody has it
/// locked. What cannot be removed stays.
static void removeLeftovers(const std::string &target) {
  const std::string folder = folderOf(target), kept = temporaryStem(target);
  DIR *stream = opendir(folder.c_str());
  if (!stream)
    return;
  while (dirent *entry = readdir(stream)) {
    std::string_view of;
    if (!isTemporaryName(entry->d_name, of) || of != kept)
      continue;
    const std::string path = folder + "/" + entry->d_name;
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat status;
    if (file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
        flock(file, LOCK_EX | LOCK_NB) == 0)
      unlink(path.c_str());
    if (file >= 0)
      close(file);
  }
  closedir(stream);
}

/// Pipes that were opened by checkWritable, by name.
static std::map<std::string, int> &openPipes() {
  static std::map<std::string, int> pipes;
  return pipes;
}

int openPipe(const std::string &what, const std::string &path) {
  if (auto found = openPipes().find(path); found != openPipes().end()) {
    const int file = found->second;
    openPipes().erase(found);
    return file;
  }
  // Without a reader an open would wait for one, maybe for ever. One that a shell starts beside us may
  // need a moment.
  int file = -1, problem = ENXIO;
  for (int attempts = 0; attempts < 40 && file < 0 && problem == ENXIO; ++attempts) {
    const timespec moment{0, attempts > 0 ? 50000000 : 0};
    nanosleep(&moment, nullptr);
    file = open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    problem = file < 0 ? errno : 0;
  }
  if (problem == ENXIO)
    fail(Exit::InputOutput, "cannot write %s%s: nothing reads from this pipe\n"
                            "hint: start its reader before, or name a file",
         what.c_str(), quoted(path).c_str());
  if (problem != 0)
    fail(Exit::InputOutput, "cannot write %s%s: %s", what.c_str(), quoted(path).c_str(),
         std::strerror(problem));
  fcntl(file, F_SETFL, fcntl(file, F_GETFL) & ~O_NONBLOCK);
  return file;
}

/// Whether it is there and written in place.
static bool isInPlace(const std::string &path, mode_t &mode) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))
    return false;
  mode = status.st_mode;
  if (S_ISSOCK(mode))
    fail(Exit::InputOutput, "cannot write %s: it is a socket\nhint: name a file or a pipe",
         quoted(path).c_str());
  return true;
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
  if (mode_t found = 0; isInPlace(path, found)) {
    file = S_ISFIFO(found) ? openPipe("", path) : open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0)
      systemError();
    return;
  }
  // A link's target is replaced, not the link.
  target = linkTarget(path);
  struct stat status;
  std::optional<mode_t> mode;
  if (stat(target.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) {
      errno = EISDIR;
      systemError();
    }
    if (access(target.c_str(), W_OK) != 0) // a rename would overwrite it all the same
      systemError();
    mode = status.st_mode & 07777;
  }
  std::string folder = folderOf(target);
  if (stat(folder.c_str(), &status) != 0)
    fail(Exit::InputOutput, "cannot write %s: the folder %s does not exist", quoted(path).c_str(),
         quoted(folder).c_str());
  if (!S_ISDIR(status.st_mode))
    fail(Exit::InputOutput, "cannot write %s: the folder %s is not a folder", quoted(path).c_str(),
         quoted(folder).c_str());
  file = makeTemporary(target, temporary);
  if (file < 0) {
    temporary.clear();
    systemError();
  }
  if (mode)
    fchmod(file, *mode); // what is replaced keeps its permissions
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

void checkWritable(const std::string &path) {
  if (path == "-") {
    OutputFile probe(path);
    return;
  }
  mode_t mode = 0;
  if (!isInPlace(path, mode)) {
    OutputFile probe(path);
    removeLeftovers(linkTarget(path));
    return;
  }
  if (access(path.c_str(), W_OK) != 0)
    fail(Exit::InputOutput, "cannot write %s: %s", quoted(path).c_str(), std::strerror(errno));
  if (S_ISFIFO(mode)) {
    const int file = openPipe("", path);
    openPipes()[path] = file;
  }
}

} // namespace iarc::runtime
