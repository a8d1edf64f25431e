//===- Render.cpp - The excerpt with its span underlined ------------------===//
//
// The excerpt is what a terminal can show: tabs become spaces up to the next
// multiple of four, control characters a replacement, wide characters count
// two columns, and of a long line only the surroundings of the span appear.
//
//===----------------------------------------------------------------------===//
#include "Diagnostics/Diagnostics.h"

#include <algorithm>

namespace iarc::dsl {

namespace {

/// Columns that a code point takes: 0 for combining marks, 2 for East Asian wide ones and emoji.
int columnsOf(uint32_t c) {
  if ((c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200F) || (c >= 0xFE00 && c <= 0xFE0F))
    return 0;
  bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
              (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
              (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
              (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) ||
              (c >= 0x20000 && c <= 0x3FFFD);
  return wide ? 2 : 1;
}

/// One thing on the screen: its text, where it starts and how many columns it takes.
struct Cell {
  std::string text;
  size_t offset;
  int columns;
};

std::vector<Cell> cellsOf(std::string_view line) {
  std::vector<Cell> cells;
  size_t column = 0;
  for (size_t i = 0; i < line.size();) {
    unsigned char c = static_cast<unsigned char>(line[i]);
    size_t length = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
    length = std::min(length, line.size() - i);
    Cell cell{std::string(line.substr(i, length)), i, 1};
    if (c == '\t') {
      cell.columns = static_cast<int>(4 - column % 4);
      cell.text = std::string(static_cast<size_t>(cell.columns), ' ');
    } else if (c < 0x20 || c == 0x7F || (c >= 0x80 && findInvalidUtf8(cell.text) == 0)) {
      cell.text = "\xEF\xBF\xBD";
      if (c >= 0x80)
        length = 1;
    } else if (c >= 0x80) {
      uint32_t point = c & (0xFFu >> (length + 1));
      for (size_t k = 1; k < length; ++k)
        point = (point << 6) | (static_cast<unsigned char>(line[i + k]) & 0x3F);
      // C1 controls can steer a terminal.
      if (point < 0xA0)
        cell.text = "\xEF\xBF\xBD";
      cell.columns = columnsOf(point);
    }
    column += static_cast<size_t>(cell.columns);
    cells.push_back(std::move(cell));
    i += length;
  }
  return cells;
}

} // namespace

void renderExcerpt(std::string &out, SourceRange range, bool colour) {
  if (!range)
    return;
  constexpr size_t whole = 160, before = 60, after = 100;
  uint32_t number = range.source->lineOf(range.begin);
  std::string_view line = range.source->lineText(number);
  size_t start = std::min<size_t>(range.begin - range.source->lineBegin(number), line.size());
  size_t length = range.end > range.begin ? range.end - range.begin : 0;
  size_t stop = std::min(start + length, line.size());

  // A window of the line, aligned to code points, keeps a line of a megabyte cheap.
  bool cut = line.size() > whole;
  size_t from = cut && start > before ? start - before : 0;
  size_t to = cut ? std::min(line.size(), start + after) : line.size();
  auto continues = [&](size_t i) {
    return i < line.size() && (static_cast<unsigned char>(line[i]) & 0xC0) == 0x80;
  };
  while (from > 0 && continues(from))
    --from;
  while (continues(to))
    ++to;

  std::string label = std::to_string(number);
  std::string gutter = std::string(label.size() < 5 ? 5 - label.size() : 0, ' ') + label + " | ";
  std::string text, marks;
  if (from > 0) {
    text += "... ";
    marks += "    ";
  }
  bool marked = false;
  for (const Cell &cell : cellsOf(line.substr(from, to - from))) {
    size_t at = from + cell.offset;
    text += cell.text;
    bool inside = at >= start && at < stop;
    for (int k = 0; k < cell.columns; ++k) {
      marks += !inside ? ' ' : marked ? '~' : '^';
      marked = marked || inside;
    }
  }
  if (!marked)
    marks += '^';
  if (to < line.size())
    text += " ...";
  while (!marks.empty() && marks.back() == ' ')
    marks.pop_back();
  while (!text.empty() && text.back() == ' ')
    text.pop_back();
  std::string empty(gutter.size() - 2, ' ');
  out += gutter + text + "\n" + empty + "| " + (colour ? "\x1b[32m" : "") + marks +
         (colour ? "\x1b[0m" : "") + "\n";
}

} // namespace iarc::dsl
