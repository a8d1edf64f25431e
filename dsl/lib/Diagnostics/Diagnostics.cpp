//===- Diagnostics.cpp - The catalogue and the list of a run --------------===//
#include "Diagnostics/Diagnostics.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <tuple>

namespace iarc::dsl {

const std::vector<CatalogueEntry> &catalogue() {
  static const std::vector<CatalogueEntry> entries = {
#define DIAGNOSTIC(NAME, NUMBER, KIND, TITLE) {Code::NAME, NUMBER, Severity::KIND, TITLE},
#include "Diagnostics/Catalogue.def"
  };
  return entries;
}

std::string codeText(int number) {
  char text[16];
  std::snprintf(text, sizeof text, "IARC%04d", number);
  return text;
}

static Severity severityOf(Code code) {
  for (const CatalogueEntry &entry : catalogue())
    if (entry.code == code)
      return entry.severity;
  return Severity::Error;
}

bool Diagnostics::anyError() const {
  return std::any_of(all.begin(), all.end(), [](const Diagnostic &diagnostic) {
    return severityOf(diagnostic.code) == Severity::Error;
  });
}

void Diagnostics::finish() {
  auto key = [](const Diagnostic &d) {
    return std::make_pair(d.range.source ? d.range.source->order() : -2, d.range.begin);
  };
  std::set<std::tuple<int, uint32_t, int, std::string>> seen;
  const bool errors = anyError();
  for (const Diagnostic &diagnostic : all) {
    // What is unused in a program with errors is likely used where the error is.
    if (errors && diagnostic.code == Code::UnusedName)
      continue;
    auto [order, begin] = key(diagnostic);
    if (seen.insert({order, begin, static_cast<int>(diagnostic.code), diagnostic.message}).second)
      sorted.push_back(&diagnostic);
  }
  // Stable by construction: what was reported first at a place stays first.
  std::multimap<std::pair<int, uint32_t>, const Diagnostic *> byPlace;
  for (const Diagnostic *diagnostic : sorted)
    byPlace.insert({key(*diagnostic), diagnostic});
  sorted.clear();
  for (auto &[place, diagnostic] : byPlace)
    sorted.push_back(diagnostic);
  for (const Diagnostic *diagnostic : sorted)
    ++(severityOf(diagnostic->code) == Severity::Error ? errorCount : warningCount);
}

/// A text that quotes what may be of any length, cut so that people still read it.
static std::string shortened(const std::string &text) {
  constexpr size_t most = 1000;
  if (text.size() <= most)
    return text;
  size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) // within a character
    --end;
  return text.substr(0, end) + "...";
}

std::string Diagnostics::render(bool colour) const {
  // Beyond this many a reader is better served by mending the first.
  constexpr size_t most = 100;
  const char *bold = colour ? "\x1b[1m" : "", *reset = colour ? "\x1b[0m" : "";
  std::string out;
  auto heading = [&](SourceRange range, const char *kind, const char *paint) {
    out += bold;
    if (range) {
      Location at = range.location();
      out += at.file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
    }
    out += std::string(colour ? paint : "") + kind + ": " + reset;
  };
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (i == most) {
      out += "note: " + std::to_string(sorted.size() - most) + " more are not shown\n";
      break;
    }
    const Diagnostic &diagnostic = *sorted[i];
    bool error = severityOf(diagnostic.code) == Severity::Error;
    heading(diagnostic.range, error ? "error" : "warning", error ? "\x1b[31m" : "\x1b[35m");
    out += bold + shortened(diagnostic.message) + reset + " [" +
           codeText(static_cast<int>(diagnostic.code)) + "]\n";
    renderExcerpt(out, diagnostic.range, colour);
    for (const Diagnostic::Note &note : diagnostic.notes) {
      heading(note.range, "note", "\x1b[36m");
      out += shortened(note.text) + "\n";
      renderExcerpt(out, note.range, colour);
    }
    for (const std::string &hint : diagnostic.hints)
      out += std::string(colour ? "\x1b[32m" : "") + "hint: " + reset + shortened(hint) + "\n";
  }
  return out;
}

} // namespace iarc::dsl
