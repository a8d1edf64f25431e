//===- Diagnostics.h - Collecting and rendering diagnostics ---------------===//
//
// All diagnostics of a run are collected, sorted by file and position, and
// rendered once. The same message at the same place is kept once.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_DIAGNOSTICS_DIAGNOSTICS_H
#define IARC_DSL_DIAGNOSTICS_DIAGNOSTICS_H

#include "Diagnostics/Source.h"
#include "iarc/dsl/Diagnostic.h"

#include <deque>
#include <string>
#include <vector>

namespace iarc::dsl {

/// The codes of Catalogue.def.
enum class Code {
#define DIAGNOSTIC(NAME, NUMBER, KIND, TITLE) NAME = NUMBER,
#include "Diagnostics/Catalogue.def"
};

enum class Severity { Error, Warning };

/// One row of the catalogue.
struct CatalogueEntry {
  Code code;
  int number;
  Severity severity;
  const char *title;
};

const std::vector<CatalogueEntry> &catalogue();

/// "IARC0123".
std::string codeText(int number);

class Diagnostic {
public:
  Diagnostic(Code code, SourceRange range, std::string message)
      : code(code), range(range), message(std::move(message)) {}

  /// Adds what else the reader must see, at a place of its own.
  Diagnostic &note(SourceRange where, std::string text) {
    notes.push_back({where, std::move(text)});
    return *this;
  }
  /// Adds a way out. An empty text adds nothing.
  Diagnostic &hint(std::string text) {
    if (!text.empty())
      hints.push_back(std::move(text));
    return *this;
  }

  struct Note {
    SourceRange range;
    std::string text;
  };
  Code code;
  SourceRange range;
  std::string message;
  std::vector<Note> notes;
  std::vector<std::string> hints;
};

class Diagnostics {
public:
  Diagnostic &report(Code code, SourceRange range, std::string message) {
    all.emplace_back(code, range, std::move(message));
    return all.back();
  }
  /// The one that was reported last.
  Diagnostic &last() { return all.back(); }
  /// Sorts, drops repetitions and counts; call once, before the three below.
  void finish();
  int errors() const { return errorCount; }
  int warnings() const { return warningCount; }
  bool anyError() const;
  std::string render(bool colour) const;
  /// The same as data, in the same order.
  std::vector<DiagnosticRecord> records() const;
  /// How many were reported so far, repetitions included.
  size_t size() const { return all.size(); }

private:
  std::deque<Diagnostic> all;
  std::vector<const Diagnostic *> sorted;
  int errorCount = 0;
  int warningCount = 0;
};

/// `path:line:column: kind: message` and the excerpt below it, for one range.
void renderExcerpt(std::string &out, SourceRange range, bool colour);

} // namespace iarc::dsl
#endif
