//===- Flow.cpp - Breaking a statement into lines -------------------------===//
#include "Format/Flow.h"

#include <algorithm>

namespace iarc::dsl::format {

size_t columnsOf(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

namespace {

/// Continued lines of deep brackets begin here at most, so that they keep room for words.
constexpr size_t deepest = 60;
constexpr int costOfDepth = 15;

class Filler {
public:
  Filler(std::vector<Line> &lines, const std::vector<Word> &words, size_t indent)
      : lines(lines), words(words), indent(indent), column(columnsOf(lines.back().code)) {}

  void run() {
    for (size_t begin = 0; begin < words.size();) {
      if (words[begin].mustBreak && begin > 0)
        newLine(words[begin]);
      size_t end = begin + 1;
      while (end < words.size() && !words[end].mustBreak)
        ++end;
      fill(begin, end);
      begin = end;
    }
  }

private:
  struct Bracket {
    size_t inner;   ///< where lines in it begin
    size_t outer;   ///< where the line began that opened it
    bool exploded;
  };

  /// Words [begin, end), which no line break must part.
  void fill(size_t begin, size_t end) {
    while (begin < end) {
      size_t stop = breakIn(begin, end);
      for (size_t i = begin; i < stop; ++i)
        put(words[i]);
      if (stop < end)
        newLine(words[stop]);
      begin = stop;
    }
  }

  /// Where the next line begins: `end` where the words fit.
  size_t breakIn(size_t begin, size_t end) const {
    size_t at = column;
    size_t best = end;
    long least = 0;
    int depth = 0;
    for (size_t i = begin; i < end; ++i) {
      const Word &word = words[i];
      // A line that has only its indentation cannot be broken before its first word.
      bool first = i == begin && lineIsEmpty();
      depth -= word.closes;
      if (!first && word.cost >= 0) {
        long unused = at < lineLength ? static_cast<long>(lineLength - at) : 0;
        long cost = unused + word.cost + depth * costOfDepth;
        if (at <= lineLength && (best == end || cost <= least)) {
          best = i;
          least = cost;
        } else if (at > lineLength) {
          return best == end ? i : best;
        }
      }
      at += columnsOf(word.text) + (word.blank && !first);
      depth += word.opens;
      if (at > lineLength && best != end)
        return best;
      if (word.comment)
        return end;
    }
    return at > lineLength ? best : end;
  }

  bool lineIsEmpty() const {
    return lines.back().code.find_first_not_of(' ') == std::string::npos;
  }

  void newLine(const Word &next) {
    size_t at = brackets.empty() ? indent + 4 : brackets.back().inner;
    if (next.closes && !brackets.empty() && brackets.back().exploded)
      at = brackets.back().outer;
    lines.push_back({std::string(at, ' '), "", 0});
    column = at;
  }

  void put(const Word &word) {
    Line &line = lines.back();
    if (word.comment && word.trailing && !lineIsEmpty()) {
      line.comment = word.text;
      line.commentColumn = word.column;
      return;
    }
    if (word.closes && !brackets.empty())
      brackets.pop_back();
    size_t start = line.code.find_first_not_of(' ');
    if (word.blank && start != std::string::npos) {
      line.code += ' ';
      ++column;
    }
    line.code += word.text;
    column += columnsOf(word.text);
    if (word.opens) {
      size_t outer = std::min(start, column - 1);
      bool deep = word.exploded || column > deepest;
      size_t inner = !deep ? column : outer + (word.exploded ? 2 : 4);
      brackets.push_back({inner, outer, word.exploded});
    }
  }

  std::vector<Line> &lines;
  const std::vector<Word> &words;
  size_t indent;
  size_t column;
  std::vector<Bracket> brackets;
};

} // namespace

void flow(std::vector<Line> &lines, const std::vector<Word> &words, size_t indent) {
  Filler(lines, words, indent).run();
}

} // namespace iarc::dsl::format
