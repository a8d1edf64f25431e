//===- OutputFile.h - Files that are written whole or not at all ----------------===//
//
// A file is written under a temporary name in its own folder, synchronised and
// then renamed, so that a reader, a full disk or a crash never meets a half
// written one. What is no regular file (a device, a pipe) is written in place.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_OUTPUTFILE_H
#define IARC_RUNTIME_LIB_OUTPUTFILE_H

#include <cstdint>
#include <string>

namespace iarc::runtime {

class OutputFile {
public:
  /// Creates the temporary file. Throws Error (status InputOutput) that names the file.
  explicit OutputFile(const std::string &path);
  /// Removes the temporary file unless it was committed.
  ~OutputFile();
  OutputFile(const OutputFile &) = delete;
  OutputFile &operator=(const OutputFile &) = delete;

  void write(const void *bytes, uint64_t size);
  /// Synchronises the file, gives it its name and synchronises the folder. When only the last of
  /// these fails the file is there, but may not outlive a power failure.
  void commit();

private:
  [[noreturn]] void systemError() const;
  std::string path, target, temporary; ///< temporary is empty when written in place
  int file = -1;
};

/// The folder of a file: "." for a name alone.
std::string folderOf(const std::string &path);

/// Throws Error (status InputOutput) unless a file could be written there now; leaves nothing
/// behind.
void checkWritable(const std::string &path);

} // namespace iarc::runtime

#endif
