//===- Lexemes.cpp - From the parse tree to lexemes -----------------------===//
//
// Generic over the grammar's rules, but for `expression`: what stands between
// braces, and what the file itself consists of, are statements.
//
//===----------------------------------------------------------------------===//
#include "Parse/ParserSupport.h"

#include <cctype>

namespace iarc::dsl {

using grammar::IarcLexer;
using grammar::IarcParser;
using antlr4::tree::ParseTree;
using antlr4::tree::TerminalNode;

namespace {

class Marker {
public:
  explicit Marker(antlr4::BufferedTokenStream &tokens) : indexOf(tokens.size()) {
    for (size_t i = 0; i < tokens.size(); ++i) {
      const antlr4::Token *token = tokens.get(i);
      size_t type = token->getType();
      if (type == antlr4::Token::EOF || type == IarcLexer::SPACE)
        continue;
      Lexeme lexeme;
      lexeme.begin = static_cast<uint32_t>(token->getStartIndex());
      lexeme.end = static_cast<uint32_t>(token->getStopIndex() + 1);
      lexeme.comment = type == IarcLexer::COMMENT;
      std::string text = token->getText();
      unsigned char first = static_cast<unsigned char>(text[0]);
      lexeme.word = std::isalnum(first) || first == '_' || first == '"' || first == '\'';
      indexOf[i] = lexemes.size();
      lexemes.push_back(lexeme);
    }
  }

  /// Without recursion: chains of operators make trees as deep as the file is long.
  void mark(antlr4::ParserRuleContext *root) {
    std::vector<antlr4::ParserRuleContext *> open = {root};
    while (!open.empty()) {
      antlr4::ParserRuleContext *context = open.back();
      open.pop_back();
      markChildren(context);
      for (ParseTree *child : context->children)
        if (auto *rule = dynamic_cast<antlr4::ParserRuleContext *>(child))
          open.push_back(rule);
    }
  }

  std::vector<Lexeme> lexemes;

private:
  void markChildren(antlr4::ParserRuleContext *context) {
    bool isFile = context->getRuleIndex() == IarcParser::RuleFile;
    bool isExpression = context->getRuleIndex() == IarcParser::RuleExpression;
    bool inBraces = isFile;
    std::vector<size_t> brackets;
    size_t count = context->children.size();
    for (size_t i = 0; i < count; ++i) {
      ParseTree *child = context->children[i];
      if (auto *rule = dynamic_cast<antlr4::ParserRuleContext *>(child)) {
        if (inBraces && rule->getStart() && rule->getStop()) {
          Lexeme &first = lexemes[indexOf[rule->getStart()->getTokenIndex()]];
          first.startsStatement = true;
          first.last = indexOf[rule->getStop()->getTokenIndex()];
        }
        continue;
      }
      auto *terminal = dynamic_cast<TerminalNode *>(child);
      if (!terminal || terminal->getSymbol()->getType() == antlr4::Token::EOF)
        continue;
      size_t index = indexOf[terminal->getSymbol()->getTokenIndex()];
      std::string text = terminal->getText();
      if (text == "{" || text == "(" || text == "[") {
        inBraces = inBraces || text == "{";
        lexemes[index].opensOperand = isExpression && i == 0;
        brackets.push_back(index);
      } else if (text == "}" || text == ")" || text == "]") {
        if (text == "}")
          inBraces = isFile;
        if (!brackets.empty()) {
          lexemes[index].partner = brackets.back();
          lexemes[brackets.back()].partner = index;
          brackets.pop_back();
        }
      } else if (isExpression && count == 2 && i == 0) {
        lexemes[index].prefix = true;
      } else if (isExpression && count == 3 && i == 1) {
        lexemes[index].infix = true;
      }
    }
  }

  std::vector<size_t> indexOf; ///< the lexeme of a token
};

} // namespace

std::vector<Lexeme> lexemesOf(IarcParser::FileContext *tree, antlr4::BufferedTokenStream &tokens) {
  Marker marker(tokens);
  marker.mark(tree);
  return std::move(marker.lexemes);
}

} // namespace iarc::dsl
