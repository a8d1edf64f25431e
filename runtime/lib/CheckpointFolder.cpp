//===- CheckpointFolder.cpp - The checkpoints of one run --------------------------===//

#include "CheckpointFolder.h"

#include "Error.h"
#include "OutputFile.h"
#include "Program.h"
#include "Text.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace iarc::runtime {

namespace {

constexpr std::string_view prefix = "step-", suffix = ".safetensors";

/// The step of a checkpoint by its name; -1 for any other name.
int64_t stepOf(std::string_view name) {
  if (name.size() <= prefix.size() + suffix.size() || name.substr(0, prefix.size()) != prefix ||
      name.substr(name.size() - suffix.size()) != suffix)
    return -1;
  name.remove_prefix(prefix.size());
  name.remove_suffix(suffix.size());
  int64_t step = -1;
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), step);
  return error == std::errc() && end == name.data() + name.size() && step <= mostSteps ? step : -1;
}

/// Whether it is what OutputFile calls a checkpoint until it is whole.
bool isTemporary(std::string_view name) {
  std::string_view checkpoint;
  return isTemporaryName(name, checkpoint) && stepOf(checkpoint) >= 0;
}

} // namespace

CheckpointFolder::CheckpointFolder(const std::string &path) : folder(path) {
  while (folder.size() > 1 && folder.back() == '/')
    folder.pop_back();
  bool made = mkdir(folder.c_str(), 0777) == 0;
  struct stat status;
  if (!made && errno != EEXIST)
    fail(Exit::InputOutput, "cannot make the folder %s for checkpoints: %s", quoted(folder).c_str(),
         std::strerror(errno));
  if (!made && (stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)))
    fail(Exit::InputOutput, "cannot keep checkpoints in %s: it is not a folder",
         quoted(folder).c_str());
  try {
    lock();
    removeTemporaries();
    checkWritable(pathOf(0)); // as good as any
  } catch (...) {
    if (lockFile >= 0)
      close(lockFile);
    throw;
  }
}

CheckpointFolder::~CheckpointFolder() {
  if (lockFile >= 0)
    close(lockFile);
}

void CheckpointFolder::lock() {
  lockFile = open((folder + "/.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lockFile < 0)
    fail(Exit::InputOutput, "cannot keep checkpoints in %s: %s", quoted(folder).c_str(),
         std::strerror(errno));
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  // The lock ends with the process, however that ends. A file system without locks has no more to
  // offer than trust.
  if (fcntl(lockFile, F_SETLK, &whole) == 0 || (errno != EAGAIN && errno != EACCES))
    return;
  struct flock holder = whole;
  bool known =
      fcntl(lockFile, F_GETLK, &holder) == 0 && holder.l_type != F_UNLCK && holder.l_pid > 0;
  fail(Exit::InputOutput,
       "another process%s keeps its checkpoints in %s\n"
       "hint: wait until it has ended, or name another folder",
       known ? format(" (%lld)", (long long)holder.l_pid).c_str() : "", quoted(folder).c_str());
}

std::vector<std::string> CheckpointFolder::names() const {
  DIR *stream = opendir(folder.c_str());
  if (!stream)
    fail(Exit::InputOutput, "cannot read the folder %s: %s", quoted(folder).c_str(),
         std::strerror(errno));
  std::vector<std::string> found;
  errno = 0;
  while (dirent *entry = readdir(stream))
    found.push_back(entry->d_name);
  int problem = errno;
  closedir(stream);
  if (problem != 0)
    fail(Exit::InputOutput, "cannot read the folder %s: %s", quoted(folder).c_str(),
         std::strerror(problem));
  return found;
}

void CheckpointFolder::removeTemporaries() const {
  for (const std::string &name : names())
    if (isTemporary(name))
      unlink((folder + "/" + name).c_str()); // of no use to anybody; else it stays
}

std::string CheckpointFolder::pathOf(int64_t step) const {
  return format("%s/step-%09lld.safetensors", folder.c_str(), (long long)step);
}

bool CheckpointFolder::holds(const std::string &file) const {
  struct stat own, other;
  return stat(folder.c_str(), &own) == 0 && stat(folderOf(file).c_str(), &other) == 0 &&
         own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

std::vector<CheckpointFolder::Entry> CheckpointFolder::list() const {
  std::vector<Entry> entries;
  for (const std::string &name : names())
    if (int64_t step = stepOf(name); step >= 0)
      entries.push_back({step, folder + "/" + name});
  std::sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) {
    return a.step < b.step || (a.step == b.step && a.path < b.path);
  });
  return entries;
}

std::unique_ptr<Checkpoint> CheckpointFolder::newest() const {
  std::vector<Entry> entries = list();
  if (entries.empty())
    return nullptr;
  std::string problem;
  try {
    return std::make_unique<Checkpoint>(entries.back().path);
  } catch (const Error &error) {
    problem = error.message;
  }
  // Never silently an older one: what was lost is the user's to know.
  while (entries.pop_back(), !entries.empty()) {
    try {
      Checkpoint older(entries.back().path);
    } catch (const Error &error) {
      problem += "\n" + error.message;
      continue;
    }
    fail(Exit::InputOutput,
         "%s\nnote: the newest checkpoint that is whole is %s, of step %lld\n"
         "hint: go on from that one with --resume-from %s in place of --resume",
         problem.c_str(), quoted(entries.back().path).c_str(), (long long)entries.back().step,
         shellWord(entries.back().path).c_str());
  }
  fail(Exit::InputOutput,
       "%s\nhint: no older checkpoint is whole: start again with another folder or without these "
       "files",
       problem.c_str());
}

std::vector<std::string> CheckpointFolder::setAside(int64_t step) const {
  std::vector<std::string> moved;
  for (const Entry &entry : list()) {
    if (entry.step <= step)
      continue;
    // One that was set aside before stays.
    std::string name = entry.path + ".aside";
    struct stat status;
    for (int number = 2; stat(name.c_str(), &status) == 0; ++number)
      name = format("%s.aside-%d", entry.path.c_str(), number);
    if (std::rename(entry.path.c_str(), name.c_str()) != 0)
      fail(Exit::InputOutput, "cannot rename %s: %s", quoted(entry.path).c_str(),
           std::strerror(errno));
    moved.push_back(name);
  }
  return moved;
}

void CheckpointFolder::prune(int64_t keep) const {
  std::vector<Entry> entries = list();
  for (size_t i = 0; i + size_t(keep) < entries.size(); ++i)
    if (unlink(entries[i].path.c_str()) != 0 && errno != ENOENT)
      fail(Exit::InputOutput, "cannot remove the old checkpoint %s: %s",
           quoted(entries[i].path).c_str(), std::strerror(errno));
}

} // namespace iarc::runtime
