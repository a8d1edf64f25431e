//===- Documents.cpp - The texts that an editor has open -------------------===//
#include "Documents.h"

#include <algorithm>

namespace iarc::lsp {

namespace {

/// Length in bytes and UTF-16 code units of the code point that begins with a byte.
std::pair<uint32_t, uint32_t> unitsOf(unsigned char lead) {
  if (lead < 0xC0)
    return {1, 1};
  return lead >= 0xF0 ? std::pair{4u, 2u} : lead >= 0xE0 ? std::pair{3u, 1u} : std::pair{2u, 1u};
}

/// Whether a line ends behind the byte at i; LF, CRLF and CR do.
bool endsLine(std::string_view text, size_t i) {
  return text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'));
}

} // namespace

uint32_t offsetOf(std::string_view text, const Json &position) {
  int64_t line = position.at("line").get<int64_t>();
  int64_t character = position.at("character").get<int64_t>();
  if (line < 0 || character < 0)
    throw Json::other_error::create(501, "a negative position", nullptr);
  size_t at = 0;
  for (; line > 0 && at < text.size(); ++at)
    line -= endsLine(text, at);
  if (line > 0)
    return static_cast<uint32_t>(text.size());
  while (character > 0 && at < text.size() && text[at] != '\n' && text[at] != '\r') {
    auto [bytes, units] = unitsOf(static_cast<unsigned char>(text[at]));
    character -= units;
    at = std::min(text.size(), at + bytes);
  }
  return static_cast<uint32_t>(at);
}

Json positionOf(std::string_view text, uint32_t offset) {
  offset = std::min<uint32_t>(offset, static_cast<uint32_t>(text.size()));
  int64_t line = 0, character = 0;
  size_t start = 0;
  for (size_t i = 0; i < offset; ++i)
    if (endsLine(text, i)) {
      ++line;
      start = i + 1;
    }
  for (size_t i = start; i < offset;) {
    auto [bytes, units] = unitsOf(static_cast<unsigned char>(text[i]));
    character += units;
    i += bytes;
  }
  return {{"line", line}, {"character", character}};
}

Json rangeOf(std::string_view text, uint32_t begin, uint32_t end) {
  return {{"start", positionOf(text, begin)}, {"end", positionOf(text, end)}};
}

void change(Document &document, const Json &edit) {
  const std::string &text = edit.at("text").get_ref<const std::string &>();
  if (!edit.contains("range")) {
    document.text = text;
  } else {
    uint32_t begin = offsetOf(document.text, edit["range"].at("start"));
    uint32_t end = offsetOf(document.text, edit["range"].at("end"));
    if (end < begin)
      std::swap(begin, end);
    document.text.replace(begin, end - begin, text);
  }
  document.analysis.reset();
  document.isPublished = false;
}

} // namespace iarc::lsp
