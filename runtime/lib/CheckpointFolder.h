//===- CheckpointFolder.h - The checkpoints of one run ----------------------------===//
//
// A folder that belongs to one run: step-NNNNNNNNN.safetensors for each checkpoint that
// is kept, and .lock, which the process that trains has locked. Nothing else in it is
// touched but temporary files of checkpoints that a killed process left behind.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_CHECKPOINTFOLDER_H
#define IARC_RUNTIME_LIB_CHECKPOINTFOLDER_H

#include "Checkpoint.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace iarc::runtime {

class CheckpointFolder {
public:
  struct Entry {
    int64_t step;
    std::string path;
  };

  /// Makes the folder unless it is there, locks it and makes sure that it can be written. Throws
  /// Error (status InputOutput), also when another process has the lock.
  explicit CheckpointFolder(const std::string &path);
  ~CheckpointFolder();
  CheckpointFolder(const CheckpointFolder &) = delete;
  CheckpointFolder &operator=(const CheckpointFolder &) = delete;

  const std::string &path() const noexcept { return folder; }
  /// The checkpoints by their names, oldest first. Throws Error (status InputOutput).
  std::vector<Entry> list() const;
  /// Where the checkpoint after so many steps belongs.
  std::string pathOf(int64_t step) const;
  /// Whether the file is one of the folder's own.
  bool holds(const std::string &file) const;

  /// The newest checkpoint; null without any. Throws Error (status InputOutput) when it cannot be
  /// read, with the newest one that can be and how to go on from it.
  std::unique_ptr<Checkpoint> newest() const;

  /// Gives the checkpoints of later steps, which the run will come by again, names with ".aside" at
  /// the end. Returns them. Throws Error (status InputOutput).
  std::vector<std::string> setAside(int64_t step) const;

  /// Removes all but the `keep` newest. Throws Error (status InputOutput).
  void prune(int64_t keep) const;

private:
  void lock();
  void removeTemporaries() const;
  std::vector<std::string> names() const;
  std::string folder;
  int lockFile = -1;
};

} // namespace iarc::runtime

#endif
