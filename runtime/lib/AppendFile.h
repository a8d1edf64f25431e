//===- AppendFile.h - Files that grow record by record ----------------------------===//
//
// A file of records (lines of a log, events) that are appended whole. Whatever goes
// wrong while one is written, those before it stay as they were and the part of it
// that was written is cut off again.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_APPENDFILE_H
#define IARC_RUNTIME_LIB_APPENDFILE_H

#include <cstdint>
#include <string>

namespace iarc::runtime {

class AppendFile {
public:
  enum class Mode {
    Replace, ///< what is there goes
    Keep,    ///< what is there stays, until `cut`
    Create   ///< it must not be there
  };
  /// Opens or makes the file, and locks it; "-" is standard output. `what` names it in messages: "the
  /// log".
  /// Throws Error (status InputOutput).
  AppendFile(const std::string &what, const std::string &path, Mode mode);
  ~AppendFile();
  AppendFile(const AppendFile &) = delete;
  AppendFile &operator=(const AppendFile &) = delete;

  const std::string &path() const noexcept { return name; }
  /// All that is there; "" of what is no regular file. Throws Error (status InputOutput).
  std::string read() const;
  /// Keeps the first `size` bytes. Throws Error (status InputOutput).
  void cut(uint64_t size);
  /// Appends a record. Throws Error (status InputOutput).
  void append(const std::string &record);
  /// Has the system write it to the disk, under its name. Throws Error (status InputOutput).
  void sync();

private:
  [[noreturn]] void systemError(const char *verb) const;
  std::string what, name;
  int file = -1;
  bool regular = false, named = false; ///< named: its name is on the disk
  uint64_t size = 0;                   ///< of the whole records, of a regular file
};

} // namespace iarc::runtime

#endif
