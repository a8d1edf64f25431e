//===- Records.cpp - Diagnostics as data and as JSON ----------------------===//
#include "Diagnostics/Diagnostics.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

namespace iarc::dsl {

namespace {

Span spanOf(SourceRange range) {
  Span span;
  if (!range)
    return span;
  Location begin = range.source->locate(range.begin), end = range.source->locate(range.end);
  span = {begin.file, begin.line, begin.column, end.line, end.column, range.begin, range.end};
  return span;
}

bool isName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_';
  });
}

/// Hints that say what to write in the place of the span say it in these words.
std::optional<std::string> replacementOf(const Diagnostic &diagnostic, std::string_view hint) {
  constexpr std::string_view nearest = "did you mean '", write = "write '";
  std::string_view span = diagnostic.range.text();
  if (hint.substr(0, nearest.size()) == nearest && hint.substr(hint.size() - 2) == "'?") {
    std::string_view name = hint.substr(nearest.size(), hint.size() - nearest.size() - 2);
    if (isName(span) && isName(name))
      return std::string(name);
  }
  if (diagnostic.code != Code::UnexpectedCharacter)
    return std::nullopt;
  if (hint == "statements need no separator: leave it out")
    return std::string();
  if (hint.substr(0, write.size()) == write && span.size() == 1)
    return std::string(hint.substr(write.size(), hint.size() - write.size() - 1)) + " ";
  return std::nullopt;
}

nlohmann::ordered_json placeOf(const Span &span) {
  if (span.file.empty())
    return nullptr;
  return {{"file", span.file},
          {"line", span.line},
          {"column", span.column},
          {"end_line", span.endLine},
          {"end_column", span.endColumn}};
}

} // namespace

std::vector<DiagnosticRecord> Diagnostics::records() const {
  std::vector<DiagnosticRecord> records;
  for (const Diagnostic *diagnostic : sorted) {
    DiagnosticRecord record;
    record.code = codeText(static_cast<int>(diagnostic->code));
    for (const CatalogueEntry &entry : catalogue())
      if (entry.code == diagnostic->code) {
        record.title = entry.title;
        record.isError = entry.severity == Severity::Error;
      }
    record.message = diagnostic->message;
    record.where = spanOf(diagnostic->range);
    for (const Diagnostic::Note &note : diagnostic->notes)
      record.notes.push_back({spanOf(note.range), note.text});
    for (const std::string &hint : diagnostic->hints)
      record.hints.push_back({hint, replacementOf(*diagnostic, hint)});
    records.push_back(std::move(record));
  }
  return records;
}

std::string jsonOf(const DiagnosticRecord &record) {
  using nlohmann::ordered_json;
  ordered_json json = {{"code", record.code},
                       {"severity", record.isError ? "error" : "warning"},
                       {"message", record.message},
                       {"title", record.title},
                       {"place", placeOf(record.where)},
                       {"notes", ordered_json::array()},
                       {"hints", ordered_json::array()}};
  for (const DiagnosticRecord::Note &note : record.notes)
    json["notes"].push_back({{"message", note.text}, {"place", placeOf(note.where)}});
  for (const DiagnosticRecord::Hint &hint : record.hints) {
    ordered_json entry = {{"message", hint.text}};
    if (hint.replacement)
      entry["replacement"] = *hint.replacement;
    json["hints"].push_back(std::move(entry));
  }
  // Paths need not be UTF-8.
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

} // namespace iarc::dsl
