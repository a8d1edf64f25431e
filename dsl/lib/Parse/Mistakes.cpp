//===- Mistakes.cpp - Syntax errors whose cause is plain ------------------===//
//
// What the parser stumbles over says little where a sign is missing or a form
// is that of another language. The tokens around the error tell.
//
//===----------------------------------------------------------------------===//
#include "Ast/Ast.h"
#include "Parse/ParserSupport.h"

namespace iarc::dsl {

using antlr4::Token;
using grammar::IarcParser;

std::string_view SyntaxErrors::textAt(size_t index) const {
  return at(index)->getType() == Token::EOF ? std::string_view()
                                            : rangeOf(source, at(index)).text();
}

std::string SyntaxErrors::textOf(size_t first, size_t last) const {
  return std::string(
      join(rangeOf(source, at(first)), rangeOf(source, at(last))).text());
}

std::optional<SyntaxErrors::Mistake> SyntaxErrors::mistake(size_t index, size_t rule) const {
  if (auto known = missingComma(index))
    return known;
  return settingWithSign(index, rule);
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

/// `batch = 200`, `loss = cross_entropy at all`: a setting is no value that is assigned. The latter
/// parses as far as it is an assignment; what has no rest is left to the analysis.
std::optional<SyntaxErrors::Mistake> SyntaxErrors::settingWithSign(size_t index,
                                                                   size_t rule) const {
  size_t last = previous(index);
  std::string_view text = textAt(index);
  auto made = [&](size_t word, std::string_view sign, std::string form) {
    return Mistake{rangeOf(source, at(word)), ast::withoutSign(textAt(word), sign),
                   "write '" + form + "'"};
  };
  if ((text == "=" || text == ":") && textAt(last) == "predict")
    return made(last, text, "predict " + std::string(textAt(next(index))) + " ...");
  if ((text == "=" || text == ":") &&
      (rule == IarcParser::RuleSetting || textAt(last) == "every")) {
    size_t word = textAt(last) == "every"          ? previous(last)
                  : textAt(previous(last)) == "at" ? previous(previous(last))
                                                   : last;
    return made(word, text, textOf(word, last) + " " + std::string(textAt(next(index))));
  }
  bool isPlacement = false;
  for (size_t word : {last, previous(last)})
    isPlacement = isPlacement || textAt(word) == "per" || textAt(word) == "across";
  std::string_view setting = textAt(last) == "at"         ? "loss"
                             : text == "{"                ? "train"
                             : text == "," || isPlacement ? "weights"
                                                          : "";
  for (size_t i = last, sign = index; !setting.empty(); sign = i, i = previous(i)) {
    if (textAt(i) == setting && textAt(sign) == "=" && sign != index) {
      std::string rest = setting == "loss"    ? textOf(next(sign), index)
                         : setting == "train" ? textOf(next(sign), last) + " { ... }"
                                              : "shared, normal(0, 0.1)";
      return made(i, "=", std::string(setting) + " " + rest);
    }
    if (i == 0 || notes.firstOnLine[i] || textAt(i) == "{" || textAt(i) == "}")
      break;
  }
  return std::nullopt;
}

} // namespace iarc::dsl
