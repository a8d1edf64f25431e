//===- Comments.h - The comment above a definition ------------------------===//
#ifndef IARC_DSL_ANALYSIS_COMMENTS_H
#define IARC_DSL_ANALYSIS_COMMENTS_H

#include "Diagnostics/Source.h"

namespace iarc::dsl {

/// The `//` lines directly above the line of an offset, without the slashes and the blank behind
/// them; empty where there are none.
inline std::string commentAbove(const SourceText &source, uint32_t offset) {
  auto comment = [&](uint32_t line) -> std::string_view {
    std::string_view text = source.lineText(line);
    size_t start = text.find_first_not_of(" \t");
    return start != std::string_view::npos && text.substr(start, 2) == "//" ? text.substr(start + 2)
                                                                            : std::string_view();
  };
  uint32_t line = source.lineOf(offset), first = line;
  while (first > 1 && comment(first - 1).data())
    --first;
  std::string all;
  for (; first < line; ++first) {
    std::string_view text = comment(first);
    all += std::string(text.substr(text.substr(0, 1) == " " ? 1 : 0)) + "\n";
  }
  return all;
}

} // namespace iarc::dsl
#endif
