//===- Mistakes.cpp - Syntax errors whose cause is plain ------------------===//
//
// What the parser stumbles over says little where a sign is missing or a form
// is that of another language. The tokens around the error tell.
//
//===----------------------------------------------------------------------===//
#include "Ast/Ast.h"
#include "Diagnostics/Wording.h"
#include "Parse/ParserSupport.h"

#include <algorithm>

namespace iarc::dsl {

using antlr4::Token;
using grammar::IarcLexer;
using grammar::IarcParser;

std::string_view SyntaxErrors::textAt(size_t index) const {
  return at(index)->getType() == Token::EOF ? std::string_view()
                                            : rangeOf(source, at(index)).text();
}

std::string SyntaxErrors::textOf(size_t first, size_t last) const {
  constexpr size_t most = 60;
  std::string_view text = join(rangeOf(source, at(first)), rangeOf(source, at(last))).text();
  size_t shown = std::min(text.find_first_of("\r\n"), most);
  return std::string(text.substr(0, shown)) + (shown < text.size() ? "..." : "");
}

std::optional<SyntaxErrors::Mistake> SyntaxErrors::mistake(size_t index, size_t rule) const {
  if (auto known = missingComma(index))
    return known;
  if (auto known = settingWithSign(index, rule))
    return known;
  if (auto known = sliceWithColon(index))
    return known;
  return foreignForm(index, rule);
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
  return Mistake{rangeOf(source, at(initialiser)),
                 "expected ',' before '" + std::string(name) + "'",
                 "write '" + textOf(word, placement) + ", " + std::string(name) + "(...)'"};
}

/// `batch = 200`, `loss = cross_entropy at all`: a setting is no value that is assigned. The latter
/// parses as far as it is an assignment; what has no rest is left to the analysis.
std::optional<SyntaxErrors::Mistake> SyntaxErrors::settingWithSign(size_t index,
                                                                   size_t rule) const {
  size_t last = previous(index);
  std::string_view text = textAt(index);
  auto made = [&](size_t word, std::string_view sign, std::string form) {
    return Mistake{rangeOf(source, at(word)), withoutSign(textOf(word, word), sign),
                   "write '" + form + "'"};
  };
  if ((text == "=" || text == ":") && textAt(last) == "predict")
    return made(last, text, "predict " + textOf(next(index), next(index)) + " ...");
  if ((text == "=" || text == ":") &&
      (rule == IarcParser::RuleSetting || textAt(last) == "every")) {
    size_t word = textAt(last) == "every"          ? previous(last)
                  : textAt(previous(last)) == "at" ? previous(previous(last))
                                                   : last;
    return made(word, text, textOf(word, last) + " " + textOf(next(index), next(index)));
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
      bool reach = at(index)->getType() == IarcLexer::NAME;
      std::string rest = setting == "loss"    ? textOf(next(sign), last) + (reach ? " " : " last") +
                                                    (reach ? textOf(index, index) : "")
                         : setting == "train" ? textOf(next(sign), last) + " { ... }"
                                              : "shared, normal(0, 0.1)";
      return made(i, "=", std::string(setting) + " " + rest);
    }
    if (i == 0 || (notes.firstOnLine[i] && notes.parens[i] == 0) || textAt(i) == "{" ||
        textAt(i) == "}")
      break;
  }
  return std::nullopt;
}

/// `x[0:8]`, `x[:8]`, `x[8:]`.
std::optional<SyntaxErrors::Mistake> SyntaxErrors::sliceWithColon(size_t index) const {
  if (textAt(index) != ":")
    return std::nullopt;
  size_t open = previous(index);
  for (int depth = 0; open > 0 && textAt(open) != "{" && textAt(open) != "}";
       open = previous(open)) {
    bool closes = textAt(open) == "]" || textAt(open) == ")";
    bool opens = textAt(open) == "[" || textAt(open) == "(";
    depth += closes ? 1 : opens ? -1 : 0;
    if (depth < 0)
      break;
  }
  size_t sliced = previous(open);
  std::string name = textOf(sliced, sliced);
  bool isName = at(sliced)->getType() == IarcLexer::NAME;
  if (textAt(open) != "[" || (!isName && name != ")" && name != "]"))
    return std::nullopt;
  size_t first = next(open), behind = next(index);
  std::string from = first == index ? "0" : textOf(first, previous(index));
  std::string to = textAt(behind) == "]" ? "width(" + name + ")" : textOf(behind, behind);
  bool plain = isName && from.size() < 20 && (textAt(behind) == "]" || textAt(next(behind)) == "]");
  return Mistake{rangeOf(source, at(index)), "unexpected ':' in a slice",
                 plain ? "write '" + name + "[" + from + "..<" + to + "]'"
                       : "the features from a to before b are written 'x[a..<b]'"};
}

/// Other forms of languages that are near.
std::optional<SyntaxErrors::Mistake> SyntaxErrors::foreignForm(size_t index, size_t rule) const {
  size_t last = previous(index), word = previous(last);
  std::string_view text = textAt(index);
  SourceRange range = rangeOf(source, at(index));
  const std::string name = textOf(last, last);
  if (text == "*" && name == "*")
    return Mistake{join(rangeOf(source, at(last)), range), "unexpected '**'",
                   "a power is written 'x ^ n'"};
  if (text == "=" && textAt(word) == "for")
    return Mistake{range, "expected 'in' before '='",
                   "such as 'for " + name + " in 0..<4 { ... }'"};
  if (text == "in" && textAt(word) == "repeat")
    return Mistake{range, "a 'repeat' has no counter",
                   "write 'repeat N { ... }', or 'for " + name + " in 0..<N { ... }'"};
  if (text == "else" || (text == "{" && rule == IarcParser::RuleExpression)) {
    size_t i = last;
    while (i > 0 && textAt(i) != "if" && textAt(i) != "{" && textAt(i) != "}" &&
           !notes.firstOnLine[i])
      i = previous(i);
    if (textAt(i) == "if" && !(text == "else" && notes.firstOnLine[i]))
      return Mistake{range,
                     text == "else" ? "expected '{' before 'else'" : "expected 'then' before '{'",
                     "a choice between values is written 'if c then a else b'"};
  }
  if (text == "{" && name == "recur")
    return Mistake{range, "a 'recur' lacks its state", "such as 'recur h[8] { ... }'"};
  if (text == "{" && (textAt(word) == "recur" || textAt(word) == ",") &&
      rule == IarcParser::RuleState)
    return Mistake{rangeOf(source, at(last)),
                   "the state '" + name + "' lacks its number of features",
                   "such as '" + name + "[8]'"};
  return std::nullopt;
}

} // namespace iarc::dsl
