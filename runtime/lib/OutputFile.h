//===- OutputFile.h - Files that are written whole or not at all ----------------===//
//
// A file is written under a temporary name in its own folder, synchronised and
// then renamed, so that a reader, a full disk or a crash never meets a half
// written one. A device or a pipe is written in place; a pipe must have a reader.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_OUTPUTFILE_H
#define IARC_RUNTIME_LIB_OUTPUTFILE_H

#include <cstdint>
#include <string>
#include <string_view>

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

/// What a temporary file's name has before its random letters: .NAME.iarc-XXXXXX in the folder of NAME.
inline constexpr std::string_view temporaryMark = ".iarc-";
inline constexpr size_t temporaryLetters = 6;

/// Whether OutputFile gives such a name to what it writes; `of` is then the name of the file that it
/// becomes.
bool isTemporaryName(std::string_view name, std::string_view &of);

/// Opens a pipe to write. Throws Error (status InputOutput) where nothing reads from it; `what` then
/// stands before its name: "the log ".
int openPipe(const std::string &what, const std::string &path);

/// The folder of a file: "." for a name alone.
std::string folderOf(const std::string &path);

/// What a symbolic link stands for, also where nothing is there yet; any other path as it is.
std::string linkTarget(const std::string &path);

/// Whether both name the same regular file, which need not exist.
bool isSameFile(const std::string &one, const std::string &other);

/// Throws Error (status InputOutput) unless a file could be written there now; leaves nothing
/// behind, and removes what a process that was killed has left of it. A pipe stays open for the
/// OutputFile to come: to close it would be the end for its reader.
void checkWritable(const std::string &path);

} // namespace iarc::runtime

#endif
