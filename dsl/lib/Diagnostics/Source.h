//===- Source.h - Source texts and ranges in them -------------------------===//
//
// A text keeps its bytes as read, without a byte order mark. Lines end with LF,
// CRLF or CR. Offsets and columns are bytes.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_DIAGNOSTICS_SOURCE_H
#define IARC_DSL_DIAGNOSTICS_SOURCE_H

#include "iarc/dsl/Model.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace iarc::dsl {

class SourceText {
public:
  SourceText(std::string path, std::string text, int order);

  const std::string &path() const { return name; }
  std::string_view text() const { return bytes; }
  /// Where the file stands among those read; diagnostics are sorted by it.
  int order() const { return rank; }

  /// The line, counted from 1, that holds the byte at `offset`.
  uint32_t lineOf(uint32_t offset) const;
  /// Offset of the first byte of a line.
  uint32_t lineBegin(uint32_t line) const { return starts[line - 1]; }
  /// The text of a line without its end.
  std::string_view lineText(uint32_t line) const;
  Location locate(uint32_t offset) const;

private:
  std::string name;
  std::string bytes;
  int rank;
  std::vector<uint32_t> starts;
};

/// Bytes [begin, end) of a text; without a text it is nowhere.
struct SourceRange {
  const SourceText *source = nullptr;
  uint32_t begin = 0;
  uint32_t end = 0;

  explicit operator bool() const { return source != nullptr; }
  std::string_view text() const {
    return source ? source->text().substr(begin, end - begin) : std::string_view();
  }
  Location location() const { return source ? source->locate(begin) : Location(); }
};

/// The range from the start of one to the end of another of the same text.
inline SourceRange join(SourceRange first, SourceRange last) {
  return {first.source, first.begin, last.end};
}

/// What reading a file gave. `status` tells apart what the exit status must.
struct ReadResult {
  enum class Status { Ok, Missing, Unreadable, TooLarge };
  Status status = Status::Ok;
  std::string text;   ///< without a byte order mark
  bool mark = false;  ///< it began with one
  std::string reason; ///< of Missing and Unreadable, as the system names it
};

/// The largest source file that is read, in bytes.
inline constexpr uint64_t maximumFileSize = uint64_t(16) << 20;

ReadResult readSource(const std::string &path);

/// The offset of the first byte that is not valid UTF-8, or npos.
size_t findInvalidUtf8(std::string_view text);

} // namespace iarc::dsl
#endif
