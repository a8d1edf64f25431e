//===- Flow.h - Breaking a statement into lines ---------------------------===//
//
// Private to this folder. A statement without braces is a row of words, each
// with what may stand before it; `flow` breaks the row where it is too long.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_FORMAT_FLOW_H
#define IARC_DSL_FORMAT_FLOW_H

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace iarc::dsl::format {

/// Columns of a line.
inline constexpr size_t lineLength = 100;

/// Columns that a text takes: its code points.
size_t columnsOf(std::string_view text);

/// A line of the result. A comment that follows code stands at `commentColumn` (counted from 0) or
/// beyond, in one column with its neighbours.
struct Line {
  std::string code;
  std::string comment;
  size_t commentColumn = 0;
};

/// A token of a statement, or a comment in it.
struct Word {
  std::string_view text;
  bool blank = false;     ///< a blank stands before it, unless a line begins there
  /// How bad a line break before it is, in columns of a line left empty; below 0: never.
  int cost = -1;
  bool opens = false;     ///< a bracket
  bool closes = false;
  /// An opening bracket whose list ends with a comma: an element a line, or its closing bracket.
  bool exploded = false;
  bool mustBreak = false; ///< a line begins with it
  bool comment = false;
  bool trailing = false;  ///< a comment that follows code on its line
  size_t column = 0;      ///< of a comment, where the author had it
};

/// Appends the words to the last line of `lines`, which has room or holds its indentation, and
/// further lines as they are needed. Continued lines stand under what follows the innermost open
/// bracket, else four columns right of `indent`.
void flow(std::vector<Line> &lines, const std::vector<Word> &words, size_t indent);

} // namespace iarc::dsl::format
#endif
