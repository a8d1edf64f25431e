//===- Diagnostic.h - Diagnostics as data ----------------------------------===//
//
// What `--diagnostics-format=json` prints and an editor shows.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_DIAGNOSTIC_H
#define IARC_DSL_DIAGNOSTIC_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace iarc::dsl {

/// A part of a file. Lines and columns count from 1, columns in bytes; the end is the first byte
/// behind it. Without a file it is nowhere.
struct Span {
  std::string file;
  uint32_t line = 0, column = 0, endLine = 0, endColumn = 0;
  uint32_t begin = 0, end = 0; ///< the same as byte offsets, after a byte order mark
};

struct DiagnosticRecord {
  struct Note {
    Span where;
    std::string text;
  };
  struct Hint {
    std::string text;
    /// What to write in the place of the diagnostic's span, where the hint says so.
    std::optional<std::string> replacement;
  };
  std::string code; ///< "IARC0123"
  bool isError = true;
  std::string title; ///< of the catalogue
  std::string message;
  Span where;
  std::vector<Note> notes;
  std::vector<Hint> hints;
};

/// One line of JSON with its line end.
std::string jsonOf(const DiagnosticRecord &record);

/// The entry of docs/diagnostics.md for a code ("IARC0201", in any case, or "201") as plain text;
/// nothing for one that is not in the catalogue.
std::optional<std::string> explainDiagnostic(const std::string &code);

/// Every code with its severity and title, one a line.
std::string listDiagnostics();

} // namespace iarc::dsl
#endif
