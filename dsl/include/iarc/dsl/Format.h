//===- Format.h - The canonical layout of a source text --------------------===//
#ifndef IARC_DSL_FORMAT_H
#define IARC_DSL_FORMAT_H

#include <string>

namespace iarc::dsl {

struct FormatResult {
  /// The text laid out; empty where it has a syntax error.
  std::string text;
  /// The syntax errors, rendered.
  std::string diagnostics;
  int errors = 0;
  /// The result would not have had the tokens of the text: a defect of the formatter.
  bool defect = false;
};

/// Lays out a text: same tokens and comments, two columns of indentation, at most 100 columns
/// where a line can be broken, LF at line ends. Formatting a result again changes nothing.
/// `path` is the name that messages use. Never throws.
FormatResult formatText(const std::string &path, std::string text, bool colour) noexcept;

} // namespace iarc::dsl
#endif
