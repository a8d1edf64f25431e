//===- ParserSupport.h - What surrounds the generated parser --------------===//
//
// Private to this folder; the only header that sees ANTLR.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_PARSE_PARSERSUPPORT_H
#define IARC_DSL_PARSE_PARSERSUPPORT_H

#include "Parse/Parse.h"

#include "antlr4-runtime.h"

#include "IarcLexer.h"
#include "IarcParser.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace iarc::dsl {

/// Ends parsing of a file; the diagnostic has been reported.
struct ParsingStopped : std::runtime_error {
  ParsingStopped() : std::runtime_error("parsing stopped") {}
};

/// The range of a token in its text.
SourceRange rangeOf(const SourceText &source, const antlr4::Token *token);

/// What is known of each token before parsing, by token index. It lets recovery find the next
/// statement without trusting the brackets of the broken one.
struct TokenNotes {
  std::vector<int> braces; ///< open braces before the token
  std::vector<int> parens; ///< open parentheses and square brackets before it
  std::vector<bool> firstOnLine;
};

/// The generated parser with a limit on how deep expressions nest.
class GuardedParser : public grammar::IarcParser {
public:
  GuardedParser(antlr4::TokenStream *tokens, const SourceText &source, Diagnostics &diagnostics)
      : IarcParser(tokens), source(source), diagnostics(diagnostics) {}
  void enterRecursionRule(antlr4::ParserRuleContext *context, size_t state, size_t rule,
                          int precedence) override;
  void unrollRecursionContexts(antlr4::ParserRuleContext *parent) override;

private:
  const SourceText &source;
  Diagnostics &diagnostics;
  int depth = 0;
};

/// Reports syntax errors in the language's own words and resumes at the next statement or item:
/// one error a statement.
class SyntaxErrors : public antlr4::DefaultErrorStrategy {
public:
  SyntaxErrors(const SourceText &source, antlr4::BufferedTokenStream &tokens,
               const TokenNotes &notes, Diagnostics &diagnostics)
      : source(source), tokens(tokens), notes(notes), diagnostics(diagnostics) {}

  void reportError(antlr4::Parser *parser, const antlr4::RecognitionException &error) override;
  void recover(antlr4::Parser *parser, std::exception_ptr error) override;
  antlr4::Token *recoverInline(antlr4::Parser *parser) override;
  void sync(antlr4::Parser *parser) override;

private:
  bool startsStatement(size_t index) const;
  bool startsItem(size_t index) const;
  const antlr4::Token *at(size_t index) const { return tokens.get(index); }
  size_t next(size_t index) const;
  size_t previous(size_t index) const;
  void skipTo(antlr4::Parser *parser, int braces, bool items, bool atLeastOne);
  void noteUnclosed(Diagnostic &diagnostic, const antlr4::misc::IntervalSet &expected,
                    const antlr4::Token *offending,
                    const antlr4::dfa::Vocabulary &vocabulary);

  // Mistakes.cpp
  struct Mistake {
    SourceRange range;
    std::string message, hint;
  };
  /// What was meant at the token where an error is noticed, where that is plain.
  std::optional<Mistake> mistake(size_t index, size_t rule) const;
  std::optional<Mistake> missingComma(size_t index) const;
  std::optional<Mistake> settingWithSign(size_t index, size_t rule) const;
  std::optional<Mistake> sliceWithColon(size_t index) const;
  std::optional<Mistake> foreignForm(size_t index, size_t rule) const;
  std::string_view textAt(size_t index) const; ///< empty at the end
  std::string textOf(size_t first, size_t last) const;

  const SourceText &source;
  antlr4::BufferedTokenStream &tokens;
  const TokenNotes &notes;
  Diagnostics &diagnostics;
  int reported = 0;
  int unclosed = 0; ///< bodies that ended without their brace
};

/// The words that may begin a statement, and those that may begin an item.
const std::vector<std::string> &statementWords();
const std::vector<std::string> &itemWords();

/// Builds the tree of what parsed; statements and items with an error are marked.
void buildAst(grammar::IarcParser::FileContext *tree, const SourceText &source,
              Diagnostics &diagnostics, ast::File &file);

/// Tokens and comments of a tree without errors, with the part that each plays.
std::vector<Lexeme> lexemesOf(grammar::IarcParser::FileContext *tree,
                              antlr4::BufferedTokenStream &tokens);

} // namespace iarc::dsl
#endif
