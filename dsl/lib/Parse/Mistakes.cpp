//===- Mistakes.cpp - Syntax errors whose cause is plain ------------------===//
//
// What the parser stumbles over says little where a sign is missing or a form
// is that of another language. The tokens around the error tell.
//
//===----------------------------------------------------------------------===//
#include "Parse/ParserSupport.h"

namespace iarc::dsl {

using antlr4::Token;

std::string_view SyntaxErrors::textAt(size_t index) const {
  return at(index)->getType() == Token::EOF ? std::string_view()
                                            : rangeOf(source, at(index)).text();
}

std::string SyntaxErrors::textOf(size_t first, size_t last) const {
  return std::string(
      join(rangeOf(source, at(first)), rangeOf(source, at(last))).text());
}

std::optional<SyntaxErrors::Mistake> SyntaxErrors::mistake(size_t index) const {
  return missingComma(index);
}

/// `weights shared normal(0, 0.1)`: what follows the placement seems to begin a statement.
std::optional<SyntaxErrors::Mistake> SyntaxErrors::missingComma(size_t index) const {
  size_t initialiser = previous(index), placement = previous(initialiser);
  std::string_view name = textAt(initialiser);
  if (textAt(index) != "(" || (name != "normal" && name != "uniform" && name != "constant"))
    return std::nullopt;
  size_t word = previous(placement);
  if (textAt(word) == "per" || textAt(word) == "across")
    word = previous(word);
  if (textAt(word) != "weights")
    return std::nullopt;
  return Mistake{rangeOf(source, at(initialiser)), "expected ',' before '" + std::string(name) + "'",
                 "write '" + textOf(word, placement) + ", " + std::string(name) + "(...)'"};
}

} // namespace iarc::dsl
