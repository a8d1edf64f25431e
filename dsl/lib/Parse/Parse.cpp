//===- Parse.cpp - Running the generated parser ---------------------------===//
#include "Parse/ParserSupport.h"

#include <cctype>

namespace iarc::dsl {

using grammar::IarcLexer;
using grammar::IarcParser;

namespace {

/// Feeds the lexer bytes, so that token positions are byte offsets.
class ByteStream : public antlr4::CharStream {
public:
  explicit ByteStream(std::string_view text) : bytes(text) {}
  void consume() override {
    if (position >= bytes.size())
      throw antlr4::IllegalStateException("cannot consume the end of the file");
    ++position;
  }
  size_t LA(ssize_t i) override {
    if (i == 0)
      return 0;
    ssize_t at = static_cast<ssize_t>(position) + (i > 0 ? i - 1 : i);
    if (at < 0 || at >= static_cast<ssize_t>(bytes.size()))
      return antlr4::IntStream::EOF;
    return static_cast<unsigned char>(bytes[static_cast<size_t>(at)]);
  }
  ssize_t mark() override { return -1; }
  void release(ssize_t) override {}
  size_t index() override { return position; }
  void seek(size_t index) override { position = std::min(index, bytes.size()); }
  size_t size() override { return bytes.size(); }
  std::string getSourceName() const override { return {}; }
  std::string getText(const antlr4::misc::Interval &interval) override {
    if (interval.a < 0 || interval.b < interval.a)
      return {};
    size_t begin = static_cast<size_t>(interval.a), end = static_cast<size_t>(interval.b) + 1;
    return begin >= bytes.size() ? std::string() : std::string(bytes.substr(begin, end - begin));
  }
  std::string toString() const override { return std::string(bytes); }

private:
  std::string_view bytes;
  size_t position = 0;
};

/// Where the name ends that follows a point behind a bracket, as in `(x + y).relu()`; else 0.
size_t memberEnd(std::string_view text, size_t point) {
  size_t end = point + 1;
  bool behind = point > 0 && (text[point - 1] == ')' || text[point - 1] == ']');
  if (!behind || end == text.size() || !std::isalpha(static_cast<unsigned char>(text[end])))
    return 0;
  while (end < text.size() &&
         (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_'))
    ++end;
  return end;
}

/// The way out of `x.relu()` and `torch.relu(x)`, where `name` ends before the byte `end`.
std::string hintForMember(const SourceText &source, std::string_view receiver,
                          std::string_view name, size_t end) {
  std::string_view rest = source.text().substr(end);
  if (rest.empty() || rest[0] != '(')
    return "nothing has members: what is to be known of a value functions tell, such as 'width(x)'";
  size_t first = rest.find_first_not_of(" \t", 1);
  bool alone = first != std::string_view::npos && rest[first] == ')';
  return "functions are called by their name: '" + std::string(name) + "(" +
         (alone && !receiver.empty() ? std::string(receiver) : "...") + ")'";
}

void reportUnknown(const SourceText &source, const antlr4::Token *token,
                   Diagnostics &diagnostics) {
  SourceRange range = rangeOf(source, token);
  std::string_view text = range.text();
  unsigned char first = static_cast<unsigned char>(text[0]);
  std::string shown = first >= 0x80 || (first > 0x20 && first < 0x7F)
                          ? "'" + std::string(text.substr(0, 60)) + "'"
                          : "control character " + std::to_string(first);
  std::string hint;
  if (std::isalpha(first) || first == '_') {
    uint32_t dot = range.begin + static_cast<uint32_t>(text.find('.'));
    size_t last = text.rfind('.');
    diagnostics.report(Code::UnexpectedCharacter, {&source, dot, dot + 1}, "unexpected '.'")
        .hint(hintForMember(source, text.substr(0, last), text.substr(last + 1), range.end));
    return;
  }
  if (std::isdigit(first)) {
    diagnostics.report(Code::UnexpectedCharacter, range, "invalid number " + shown)
        .hint("numbers are decimal, such as 24, 0.5 or 1e-3; a product is written 'a * b'");
    return;
  }
  switch (first) {
  case '#': {
    range.end = range.begin + 1;
    shown = "'#'";
    hint = "a comment begins with //";
    break;
  }
  case '"':
    hint = "a text ends with '\"' on the line where it begins";
    break;
  case '\'':
    shown = text.size() == 1 ? "quotation mark" : std::string(text.substr(0, 60));
    hint = "a text stands between double quotation marks, a name without any";
    break;
  case ';':
    hint = "statements need no separator: leave it out";
    break;
  case '.':
    if (size_t end = memberEnd(source.text(), range.begin)) {
      hint = hintForMember(source, "", source.text().substr(range.end, end - range.end), end);
      break;
    }
    hint = "a real number has digits on both sides of its point, such as 0.5; a range has two "
           "points, such as 1..9";
    break;
  case '&':
    hint = "write 'and'";
    break;
  case '|':
    hint = "write 'or'";
    break;
  case '!':
    hint = "write 'not'";
    break;
  case '%':
    hint = "the remainder of integers is written 'a mod b'";
    break;
  case '@':
    hint = "'linear(x, W)' multiplies by a matrix that 'weight' declares; the product of two "
           "values is 'row_sum(x * y)'";
    break;
  case '?':
    hint = "a choice is written 'if c then a else b'";
    break;
  default:
    if (first >= 0x80)
      hint = "names, numbers and operators are ASCII; other characters belong in comments";
  }
  diagnostics.report(Code::UnexpectedCharacter, range, "unexpected " + shown).hint(hint);
}

/// Reports what the lexer hid, fills the notes and refuses brackets that nest too deep. Counting
/// them here also keeps the parser's recovery from its quadratic case, thousands of open brackets.
TokenNotes examine(const SourceText &source, antlr4::BufferedTokenStream &tokens,
                   Diagnostics &diagnostics, bool &broken) {
  TokenNotes notes;
  size_t count = tokens.size();
  notes.braces.reserve(count);
  notes.parens.reserve(count);
  notes.firstOnLine.reserve(count);
  int braces = 0, parens = 0, unknown = 0;
  uint32_t lastEnd = 0;
  bool atFirst = true;
  for (size_t i = 0; i < count; ++i) {
    const antlr4::Token *token = tokens.get(i);
    size_t type = token->getType();
    if (type == IarcLexer::MALFORMED) {
      broken = true;
      if (++unknown <= 100)
        reportUnknown(source, token, diagnostics);
    }
    if (token->getChannel() != antlr4::Token::DEFAULT_CHANNEL) {
      if (type == IarcLexer::UNKNOWN) {
        broken = true;
        if (++unknown <= 100)
          reportUnknown(source, token, diagnostics);
      }
      notes.braces.push_back(braces);
      notes.parens.push_back(parens);
      notes.firstOnLine.push_back(false);
      continue;
    }
    uint32_t begin = static_cast<uint32_t>(token->getStartIndex());
    bool first = atFirst || source.text().substr(lastEnd, begin - lastEnd)
                                    .find_first_of("\r\n") != std::string_view::npos;
    atFirst = false;
    lastEnd = static_cast<uint32_t>(token->getStopIndex() + 1);
    std::string_view text =
        type == antlr4::Token::EOF ? std::string_view() : rangeOf(source, token).text();
    // No expression reaches across a brace or one of these words.
    if (text == "let" || text == "return" || text == "predict" || text == "repeat" ||
        text == "recur" || text == "for" || text == "param" || text == "import" || text == "block" || text == "model" ||
        text == "{" || text == "}")
      parens = 0;
    notes.braces.push_back(braces);
    notes.parens.push_back(parens);
    notes.firstOnLine.push_back(first);
    if (text == "(" || text == "[")
      ++parens;
    else if ((text == ")" || text == "]") && parens > 0)
      --parens;
    else if (text == "{")
      ++braces;
    else if (text == "}" && braces > 0)
      --braces;
    if (parens + braces > maximumNesting) {
      diagnostics.report(Code::NestingTooDeep, rangeOf(source, token),
                         "brackets nest deeper than " + std::to_string(maximumNesting))
          .hint("name parts of it with 'let' or move them to a block");
      throw ParsingStopped();
    }
  }
  return notes;
}

} // namespace

SourceRange rangeOf(const SourceText &source, const antlr4::Token *token) {
  if (token->getType() == antlr4::Token::EOF) {
    uint32_t end = static_cast<uint32_t>(source.text().size());
    return {&source, end, end};
  }
  return {&source, static_cast<uint32_t>(token->getStartIndex()),
          static_cast<uint32_t>(token->getStopIndex() + 1)};
}

void GuardedParser::enterRecursionRule(antlr4::ParserRuleContext *context, size_t state,
                                       size_t rule, int precedence) {
  if (depth >= maximumNesting) {
    diagnostics.report(Code::NestingTooDeep, rangeOf(source, getCurrentToken()),
                       "the expression nests deeper than " + std::to_string(maximumNesting))
        .hint("name parts of it with 'let'");
    throw ParsingStopped();
  }
  ++depth;
  IarcParser::enterRecursionRule(context, state, rule, precedence);
}

void GuardedParser::unrollRecursionContexts(antlr4::ParserRuleContext *parent) {
  --depth;
  IarcParser::unrollRecursionContexts(parent);
}

namespace {

/// Parses a text and hands tokens and tree to `use`. False where the text has none; the reason has
/// been reported. `broken` is set by what the lexer or the parser could not understand.
template <typename Use>
bool withTree(const SourceText &source, Diagnostics &diagnostics, bool &broken, Use use) noexcept {
  try {
    size_t invalid = findInvalidUtf8(source.text());
    if (invalid != std::string_view::npos) {
      uint32_t at = static_cast<uint32_t>(invalid);
      diagnostics
          .report(Code::InvalidUtf8, {&source, at, at + 1},
                  "byte " + std::to_string(static_cast<unsigned char>(source.text()[at])) +
                      " is not valid UTF-8 here")
          .hint("save the file as UTF-8");
      throw ParsingStopped();
    }
    ByteStream bytes(source.text());
    IarcLexer lexer(&bytes);
    lexer.removeErrorListeners();
    antlr4::CommonTokenStream tokens(&lexer);
    tokens.fill();
    TokenNotes notes = examine(source, tokens, diagnostics, broken);
    GuardedParser parser(&tokens, source, diagnostics);
    parser.removeErrorListeners();
    parser.setErrorHandler(std::make_shared<SyntaxErrors>(source, tokens, notes, diagnostics));
    size_t before = diagnostics.size();
    IarcParser::FileContext *tree = parser.file();
    broken = broken || diagnostics.size() != before;
    use(tree, tokens);
    return true;
  } catch (const ParsingStopped &) {
  } catch (const std::exception &error) {
    diagnostics.report(Code::Syntax, {&source, 0, 0},
                       std::string("the parser gave up: ") + error.what());
  }
  return false;
}

} // namespace

std::unique_ptr<ast::File> parse(const SourceText &source, Diagnostics &diagnostics) noexcept {
  auto file = std::make_unique<ast::File>();
  file->source = &source;
  bool whole = withTree(source, diagnostics, file->broken,
                        [&](IarcParser::FileContext *tree, antlr4::BufferedTokenStream &) {
                          buildAst(tree, source, diagnostics, *file);
                        });
  return whole ? std::move(file) : nullptr;
}

std::optional<std::vector<Lexeme>> parseLexemes(const SourceText &source,
                                                Diagnostics &diagnostics) noexcept {
  std::vector<Lexeme> lexemes;
  bool broken = false;
  bool whole = withTree(source, diagnostics, broken,
                        [&](IarcParser::FileContext *tree, antlr4::BufferedTokenStream &tokens) {
                          if (!broken)
                            lexemes = lexemesOf(tree, tokens);
                        });
  if (!whole || broken)
    return std::nullopt;
  return lexemes;
}

} // namespace iarc::dsl
