//===- Format.cpp - The canonical layout of a source text -----------------===//
//
// Works on tokens, not on the syntax tree: what the grammar says is which
// tokens begin a statement and which brackets match (Parse/Lexemes.h), so that
// a new statement is laid out sensibly without a word about it here.
//
//   - a statement a line; blank lines of the author up to one
//   - braces stay on one line where the author had them so, if all fits
//   - other line breaks are made anew, but for those before `else`, after
//     comments, and in a list that ends with a comma: an element a line
//
//===----------------------------------------------------------------------===//
#include "iarc/dsl/Format.h"

#include "Diagnostics/Diagnostics.h"
#include "Format/Flow.h"
#include "LargeStack.h"
#include "Parse/Parse.h"

#include <algorithm>
#include <exception>

namespace iarc::dsl {

namespace {

using format::columnsOf;
using format::Line;
using format::lineLength;
using format::Word;

/// Breaks before these words read best; before operators and in `f(` they are for need.
constexpr int costOfComma = 0, costOfElse = 0, costOfJunction = 5, costOfThen = 15,
              costOfOperator = 15, costOfBracket = 40, costOfWord = 40, costInSlice = 80;

class Formatter {
public:
  Formatter(const SourceText &source, const std::vector<Lexeme> &lexemes)
      : source(source), lexemes(lexemes) {}

  std::string run() {
    list(0, lexemes.size(), 0);
    alignComments();
    std::string text;
    for (const Line &line : lines) {
      std::string row = line.code;
      if (!line.comment.empty()) {
        size_t used = columnsOf(row);
        row.append(line.commentColumn - used, ' ');
        row += line.comment;
      }
      text += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
  }

private:
  std::string_view textOf(size_t i) const {
    std::string_view text =
        source.text().substr(lexemes[i].begin, lexemes[i].end - lexemes[i].begin);
    if (lexemes[i].comment)
      text = text.substr(0, text.find_last_not_of(" \t\f\v") + 1);
    return text;
  }

  uint32_t lineBefore(size_t i) const { return source.lineOf(lexemes[i].begin); }
  uint32_t lineAfter(size_t i) const { return source.lineOf(lexemes[i].end - 1); }
  /// Line breaks between a lexeme and the one before it.
  uint32_t breaksBefore(size_t i) const { return i == 0 ? 0 : lineBefore(i) - lineAfter(i - 1); }

  /// The column of a lexeme in the text, counted from 0; tabs reach to multiples of four.
  size_t columnOf(size_t i) const {
    uint32_t begin = source.lineBegin(lineBefore(i));
    size_t column = 0;
    for (char c : source.text().substr(begin, lexemes[i].begin - begin))
      column += c == '\t' ? 4 - column % 4 : (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    return column;
  }

  bool opensBody(size_t i) const { return textOf(i) == "{" && lexemes[i].partner != Lexeme::none; }

  void newLine(size_t indent) { lines.push_back({std::string(indent, ' '), "", 0}); }

  /// Statements and comments [begin, end), each on lines of its own.
  void list(size_t begin, size_t end, size_t indent) {
    size_t first = lines.size();
    for (size_t i = begin; i < end;) {
      const Lexeme &lexeme = lexemes[i];
      bool follows = i > 0 && breaksBefore(i) == 0 && !lines.empty();
      if (lexeme.comment && follows && lines.back().comment.empty()) {
        lines.back().comment = textOf(i);
        lines.back().commentColumn = columnOf(i);
        ++i;
        continue;
      }
      if (!lexeme.comment && !lexeme.startsStatement && lines.size() > first) {
        lines.back().code += textOf(i++); // a separator
        continue;
      }
      if (lines.size() > first && breaksBefore(i) > 1)
        lines.push_back({});
      newLine(indent);
      if (lexeme.comment || !lexeme.startsStatement) {
        lines.back().code += textOf(i++);
        continue;
      }
      statement(i, lexeme.last + 1, indent);
      i = lexeme.last + 1;
    }
  }

  /// Whether the author had braces [open, close] on one line, or nothing is in them.
  bool wasInline(size_t open) const {
    size_t close = lexemes[open].partner;
    return close == open + 1 || lineBefore(open) == lineAfter(close);
  }

  /// Lexemes [begin, end) on the last line, which holds the indentation.
  void statement(size_t begin, size_t end, size_t indent) {
    bool oneLine = true, hasBody = false;
    for (size_t i = begin; i < end && oneLine; ++i) {
      oneLine = !lexemes[i].comment;
      if (oneLine && opensBody(i)) {
        oneLine = wasInline(i);
        hasBody = hasBody || lexemes[i].partner != i + 1;
      }
      oneLine = oneLine && !isExploded(i);
    }
    if (hasBody && oneLine) {
      std::string flat = flatten(begin, end);
      if (indent + columnsOf(flat) <= lineLength) {
        lines.back().code += flat;
        return;
      }
    }
    std::vector<Word> words;
    for (size_t i = begin; i < end; ++i) {
      words.push_back(word(i, begin));
      if (!opensBody(i))
        continue;
      size_t close = lexemes[i].partner;
      if (close == i + 1) {
        words.back().text = "{}";
        i = close;
        continue;
      }
      format::flow(lines, words, indent);
      words.clear();
      list(i + 1, close, indent + 2);
      newLine(indent);
      words.push_back({"}"});
      i = close;
    }
    format::flow(lines, words, indent);
  }

  /// Lexemes [begin, end) on one line; statements in braces stand two columns apart.
  std::string flatten(size_t begin, size_t end) const {
    std::string text;
    for (size_t i = begin; i < end; ++i) {
      if (i > begin && blankBefore(i))
        text += ' ';
      if (i > begin && lexemes[i].startsStatement && textOf(i - 1) != "{")
        text += ' ';
      text += textOf(i);
    }
    return text;
  }

  /// Whether the list that a bracket opens ends with a comma.
  bool isExploded(size_t i) const {
    if (lexemes[i].partner == Lexeme::none || lexemes[i].partner < i || opensBody(i))
      return false;
    size_t last = lexemes[i].partner - 1;
    while (last > i && lexemes[last].comment)
      --last;
    return last > i && textOf(last) == ",";
  }

  Word word(size_t i, size_t begin) {
    const Lexeme &lexeme = lexemes[i];
    Word word{textOf(i)};
    bool first = i == begin;
    bool afterComment = !first && lexemes[i - 1].comment;
    word.blank = !first && blankBefore(i);
    word.comment = lexeme.comment;
    if (lexeme.comment) {
      word.trailing = breaksBefore(i) == 0;
      word.column = columnOf(i);
      word.mustBreak = !word.trailing || afterComment;
      return word;
    }
    bool bracket = lexeme.partner != Lexeme::none;
    word.opens = bracket && lexeme.partner > i;
    word.closes = bracket && lexeme.partner < i;
    word.exploded = word.opens && isExploded(i);
    size_t code = i; // the token before, comments left out
    while (code > begin && (code == i || lexemes[code].comment))
      --code;
    bool inExploded = !exploded.empty() && exploded.back();
    bool afterOpening = lexemes[code].partner != Lexeme::none && lexemes[code].partner > code;
    word.mustBreak = inExploded && (word.closes || afterOpening || textOf(code) == ",");
    if (word.opens) {
      exploded.push_back(word.exploded);
      slices.push_back(word.text == "[" && !lexeme.opensOperand);
    } else if (word.closes && !exploded.empty()) {
      exploded.pop_back();
      slices.pop_back();
    }
    if (first)
      return word;
    std::string_view text = word.text, before = textOf(i - 1);
    if (afterComment)
      word.mustBreak = true;
    if (text == "else" && before != "}" && breaksBefore(i) > 0)
      word.mustBreak = true;
    if (text == "{")
      return word; // a body begins on the line of what it belongs to
    if (before == ",")
      word.cost = costOfComma;
    else if (text == "else" && before != "}")
      word.cost = costOfElse;
    else if (text == "then")
      word.cost = costOfThen;
    else if (lexeme.infix && text != "^")
      word.cost = !slices.empty() && slices.back()  ? costInSlice
                  : text == "and" || text == "or" ? costOfJunction
                                                  : costOfOperator;
    else if (lexemes[i - 1].partner != Lexeme::none && lexemes[i - 1].partner > i - 1 &&
             !word.closes)
      word.cost = costOfBracket;
    else if (before == "=" || (before == ":" && word.blank))
      word.cost = costOfWord;
    return word;
  }

  /// Whether a blank stands between a token and the one before it.
  bool blankBefore(size_t i) const {
    const Lexeme &now = lexemes[i], &last = lexemes[i - 1];
    std::string_view text = textOf(i), before = textOf(i - 1);
    if (now.comment || last.comment)
      return true;
    if (text == "," || text == ";" || text == ")" || text == "]" || text == ":")
      return false;
    if (before == "(" || before == "[")
      return false;
    if (text == "{" || text == "}" || before == "{" || before == "}")
      return !(before == "{" && text == "}");
    if (text == ".." || text == "..<" || before == ".." || before == "..<" || text == "^" ||
        before == "^")
      return false;
    if (last.prefix)
      return last.word;
    if ((text == "(" || text == "[") && !now.opensOperand && last.word)
      return false;
    if ((text == "(" || text == "[") && !now.opensOperand)
      return !(before == ")" || before == "]");
    return true;
  }

  /// Comments that follow code on lines next to each other share a column: the rightmost of those
  /// where the authors had them.
  void alignComments() {
    for (size_t begin = 0; begin < lines.size();) {
      size_t end = begin, column = 0;
      while (end < lines.size() && !lines[end].comment.empty()) {
        size_t least = columnsOf(lines[end].code) + 2;
        lines[end].commentColumn = std::max(lines[end].commentColumn, least);
        column = std::max(column, lines[end].commentColumn);
        ++end;
      }
      for (size_t i = begin; i < end; ++i)
        if (column + columnsOf(lines[i].comment) <= lineLength)
          lines[i].commentColumn = column;
      begin = end + 1;
    }
  }

  const SourceText &source;
  const std::vector<Lexeme> &lexemes;
  std::vector<Line> lines;
  // Of the open brackets of a statement, the innermost last.
  std::vector<bool> exploded;
  std::vector<bool> slices; ///< `x[a..<b]`, which is better not broken
};

/// Whether both texts have the same tokens and, but for blanks at their ends, the same comments.
bool sameTokens(const SourceText &a, const std::vector<Lexeme> &as, const SourceText &b,
                const std::vector<Lexeme> &bs) {
  auto textOf = [](const SourceText &source, const Lexeme &lexeme) {
    std::string_view text = source.text().substr(lexeme.begin, lexeme.end - lexeme.begin);
    return lexeme.comment ? text.substr(0, text.find_last_not_of(" \t\f\v") + 1) : text;
  };
  return std::equal(as.begin(), as.end(), bs.begin(), bs.end(),
                    [&](const Lexeme &x, const Lexeme &y) {
                      return x.comment == y.comment && textOf(a, x) == textOf(b, y);
                    });
}

void layOut(const std::string &path, std::string text, bool colour,
            FormatResult &result) noexcept {
  try {
    if (text.compare(0, 3, "\xEF\xBB\xBF") == 0)
      text.erase(0, 3);
    SourceText source(path, std::move(text), 0);
    Diagnostics diagnostics;
    std::optional<std::vector<Lexeme>> lexemes = parseLexemes(source, diagnostics);
    diagnostics.finish();
    result.errors = diagnostics.errors();
    result.diagnostics = diagnostics.render(colour);
    if (!lexemes || result.errors)
      return;
    std::string laidOut = Formatter(source, *lexemes).run();
    SourceText again(path, laidOut, 0);
    Diagnostics unexpected;
    std::optional<std::vector<Lexeme>> check = parseLexemes(again, unexpected);
    result.defect = !check || !sameTokens(source, *lexemes, again, *check);
    if (!result.defect)
      result.text = std::move(laidOut);
  } catch (const std::exception &error) {
    result.errors += 1;
    result.diagnostics += "error: the formatter gave up: " + std::string(error.what()) + "\n";
  }
}

} // namespace

FormatResult formatText(const std::string &path, std::string text, bool colour) noexcept {
  FormatResult result;
  onLargeStack([&] { layOut(path, std::move(text), colour, result); });
  return result;
}

} // namespace iarc::dsl
