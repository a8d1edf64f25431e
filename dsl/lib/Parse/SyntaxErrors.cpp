//===- SyntaxErrors.cpp - Reporting syntax errors and resuming ------------===//
//
// An error unwinds to the statement (or item) that holds it, and parsing goes
// on where the next one begins. Where that is does not follow from the broken
// statement's brackets but from words: a keyword, or a name that opens a line.
//
//===----------------------------------------------------------------------===//
#include "Diagnostics/Suggest.h"
#include "Parse/ParserSupport.h"

#include <algorithm>
#include <set>

namespace iarc::dsl {

using antlr4::Token;
using grammar::IarcLexer;
using grammar::IarcParser;

namespace {

/// Syntax errors of one file that are reported; more come from one large confusion.
constexpr int maximumReported = 100;

bool isOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool isOperator(std::string_view text) {
  return isOneOf(text, {"^", "*", "/", "mod", "+", "-", "<", "<=", ">", ">=", "==", "!=", "and",
                        "or"});
}

/// Words that the grammar also takes as names.
bool isSoftKeyword(std::string_view text) {
  return isOneOf(text, {"kernel", "task", "context", "weights", "loss", "at", "train",
                        "per", "across", "state", "control", "modifier", "next", "weight", "in", "every"});
}

/// The expected tokens in words: operators are left out where something else would do, and all
/// that may begin an expression, a statement or a name is called so.
std::vector<std::string> describe(const antlr4::misc::IntervalSet &expected,
                                  const antlr4::dfa::Vocabulary &vocabulary) {
  std::set<std::string> words;
  bool name = false, number = false, end = false;
  for (ssize_t type : expected.toList()) {
    if (type == static_cast<ssize_t>(Token::EOF) || type < 0) {
      end = true;
    } else if (type == static_cast<ssize_t>(IarcLexer::NAME)) {
      name = true;
    } else if (type == static_cast<ssize_t>(IarcLexer::NUMBER)) {
      number = true;
    } else {
      std::string text = vocabulary.getLiteralName(static_cast<size_t>(type));
      if (text.size() > 2)
        words.insert(text.substr(1, text.size() - 2));
    }
  }
  std::vector<std::string> result;
  auto drop = [&](std::initializer_list<const char *> some) {
    for (const char *word : some)
      words.erase(word);
  };
  if (name) // words of a task's declaration, which are names elsewhere
    drop({"state", "control", "modifier", "next", "in", "every"});
  if (!number && words.count("at")) // rather than the arguments that a loss may have
    words.erase("(");
  if (number) {
    result.push_back("an expression");
    drop({"-", "not", "if", "true", "false", "[", "(", "kernel", "function", "task", "context",
          "weights", "weight", "loss", "at", "train", "per", "across"});
  } else if (name && words.count("let")) {
    result.push_back("a statement");
    drop({"if", "for", "param", "task", "context", "weights", "weight", "let", "repeat", "recur",
          "predict", "loss", "train", "return", "kernel", "function", "at", "per", "across"});
  } else if (name) {
    result.push_back("a name");
    drop({"kernel", "function", "task", "context", "weights", "weight", "loss", "at", "train",
          "per", "across"});
  }
  std::vector<std::string> operators, others;
  for (const std::string &word : words)
    (isOperator(word) || (!number && word == "[" && words.size() > 1) ? operators : others)
        .push_back("'" + word + "'");
  // After a complete expression a range may begin, but hardly anybody meant one.
  if (others.size() > 2 || (others.size() == 2 && !result.empty()))
    others.erase(std::remove_if(others.begin(), others.end(),
                                [](const std::string &w) { return w == "'..'" || w == "'..<'"; }),
                 others.end());
  std::partition(others.begin(), others.end(),
                        [](const std::string &w) { return w == "','"; });
  result.insert(result.end(), others.begin(), others.end());
  if (result.empty() && !end)
    result = operators;
  if (end && result.empty())
    result.push_back("the end of the file");
  return result;
}

std::string join(const std::vector<std::string> &parts) {
  std::string text;
  for (size_t i = 0; i < parts.size(); ++i)
    text += (i == 0 ? "" : i + 1 == parts.size() ? " or " : ", ") + parts[i];
  return text;
}

/// An example of a statement whose first word is also a name; empty for other words.
std::string formOf(std::string_view word) {
  if (word == "task")
    return "task iarc(symbols: 16, subtasks: [I, A, R, C])";
  if (word == "context")
    return "context 24";
  if (word == "weights")
    return "weights per position, normal(0, 0.1)";
  if (word == "weight")
    return "weight gain[20] = constant(1)";
  if (word == "loss")
    return "loss cross_entropy at last";
  return word == "train" ? "train sgd(rate: 0.02) { batch 200  steps 8000 }" : "";
}

/// The same for a statement that the parser is in and whose beginning it has passed.
std::string formOfRule(size_t rule) {
  switch (rule) {
  case IarcParser::RuleWeightStatement:
    return formOf("weight");
  case IarcParser::RuleLossStatement:
    return formOf("loss");
  default:
    return "";
  }
}

std::string shown(const SourceText &source, const Token *token) {
  if (token->getType() == Token::EOF)
    return "the end of the file";
  std::string_view text = rangeOf(source, token).text();
  return "'" + std::string(text.substr(0, 40)) + (text.size() > 40 ? "..." : "") + "'";
}

} // namespace

const std::vector<std::string> &statementWords() {
  static const std::vector<std::string> words = {
      "param", "task",  "context", "weights", "weight", "let",   "repeat",
      "for",   "if",    "recur",   "predict", "loss",   "train", "return"};
  return words;
}

const std::vector<std::string> &itemWords() {
  static const std::vector<std::string> words = {"import", "kernel", "function", "block", "task",
                                                 "model"};
  return words;
}

size_t SyntaxErrors::next(size_t index) const {
  size_t last = tokens.size() - 1;
  while (index < last && at(++index)->getChannel() != Token::DEFAULT_CHANNEL) {
  }
  return index;
}

size_t SyntaxErrors::previous(size_t index) const {
  while (index > 0 && at(--index)->getChannel() != Token::DEFAULT_CHANNEL) {
  }
  return index;
}

bool SyntaxErrors::startsItem(size_t index) const {
  if (at(index)->getType() == Token::EOF)
    return false;
  std::string_view text = rangeOf(source, at(index)).text();
  size_t name = next(index);
  bool named = at(name)->getType() == IarcLexer::NAME ||
               isSoftKeyword(rangeOf(source, at(name)).text());
  if (isOneOf(text, {"import", "block", "model", "function"}))
    return named && (notes.firstOnLine[index] || notes.braces[index] == 0);
  // Within braces `task NAME` is a statement of the model.
  if (text == "task")
    return named && notes.firstOnLine[index] && notes.braces[index] == 0;
  // `kernel` is a name too, unless what follows is a definition.
  return text == "kernel" && named && notes.firstOnLine[index] &&
         rangeOf(source, at(next(name))).text() == "(";
}

bool SyntaxErrors::startsStatement(size_t index) const {
  const Token *token = at(index);
  if (token->getType() == Token::EOF)
    return false;
  std::string_view text = rangeOf(source, token).text();
  if (isOneOf(text, {"param", "let", "repeat", "recur", "for", "predict", "return"}))
    return true;
  // An `if` begins a statement where it opens a line; elsewhere it is an expression.
  if (text == "if")
    return notes.parens[index] == 0 && notes.firstOnLine[index];
  if (token->getType() != IarcLexer::NAME && !isSoftKeyword(text))
    return false;
  return notes.parens[index] == 0 &&
         (notes.firstOnLine[index] || rangeOf(source, at(next(index))).text() == "=");
}

void SyntaxErrors::noteUnclosed(Diagnostic &diagnostic, const antlr4::misc::IntervalSet &expected,
                                const Token *offending,
                                const antlr4::dfa::Vocabulary &vocabulary) {
  // The bracket that the expected one would close, unless the reader sees it on the same line.
  std::string closing;
  for (ssize_t type : expected.toList()) {
    std::string_view text;
    std::string name;
    if (type > 0) {
      name = vocabulary.getLiteralName(static_cast<size_t>(type));
      text = name;
    }
    if (text == "')'" || text == "']'" || text == "'}'")
      closing = text.substr(1, 1);
  }
  if (closing.empty())
    return;
  std::string opening = closing == ")" ? "(" : closing == "]" ? "[" : "{";
  int depth = 0;
  for (size_t i = offending->getTokenIndex(); i > 0;) {
    i = previous(i);
    if (at(i)->getChannel() != Token::DEFAULT_CHANNEL)
      break;
    std::string_view text = rangeOf(source, at(i)).text();
    if (text == closing)
      ++depth;
    else if (text == opening && depth-- == 0) {
      SourceRange range = rangeOf(source, at(i));
      bool atEnd = offending->getType() == Token::EOF || startsItem(offending->getTokenIndex());
      if (source.lineOf(range.begin) != source.lineOf(diagnostic.range.begin) &&
          (opening != "{" || atEnd))
        diagnostic.note(range, "to close this '" + opening + "'");
      return;
    }
  }
}

void SyntaxErrors::reportError(antlr4::Parser *parser,
                               const antlr4::RecognitionException &error) {
  if (inErrorRecoveryMode(parser))
    return;
  beginErrorCondition(parser);
  const Token *offending = error.getOffendingToken();
  size_t index = offending->getTokenIndex(), before = previous(index);
  // What the lexer hid right before is the cause, and has been reported; where two words stand
  // side by side it may have been between them.
  size_t rule = parser->getRuleContext()->getRuleIndex();
  bool two = rule == IarcParser::RuleAssignStatement || rule == IarcParser::RuleStatement;
  for (size_t i = index; i > (two ? previous(before) : before); --i)
    if (at(i - 1)->getType() == IarcLexer::UNKNOWN)
      return;
  if (offending->getType() == IarcLexer::MALFORMED)
    return;
  if (++reported > maximumReported)
    throw ParsingStopped();
  if (std::optional<Mistake> known = mistake(index, rule)) {
    diagnostics.report(Code::Syntax, known->range, known->message).hint(known->hint);
    return;
  }

  SourceRange range = rangeOf(source, offending);
  const Token *last = before < index ? at(before) : nullptr;
  if (offending->getType() == Token::EOF && last)
    range.begin = range.end = rangeOf(source, last).end;

  antlr4::misc::IntervalSet expected;
  const auto *ambiguous = dynamic_cast<const antlr4::NoViableAltException *>(&error);
  bool deeper = ambiguous && ambiguous->getStartToken() != offending;
  std::string message, hint;
  // A name alone begins an assignment, so a misspelt keyword shows up as a missing '='.
  bool assignment = rule == IarcParser::RuleAssignStatement && last &&
                    last == parser->getRuleContext()->getStart();
  if ((deeper && rule == IarcParser::RuleStatement) || assignment) {
    const Token *first = assignment ? last : ambiguous->getStartToken();
    std::string word(rangeOf(source, first).text());
    message = "expected '=' before " + shown(source, offending);
    std::string nearest = nearestName(word, statementWords());
    std::string_view sign = offending->getType() == Token::EOF ? "" : range.text();
    if (isOneOf(sign, {"+", "-", "*", "/"}) && rangeOf(source, at(next(index))).text() == "=") {
      hint = "write it out: '" + word + " = " + word + " " + std::string(sign) + " ...'";
    } else if (std::string form = formOf(word); !form.empty()) {
      message = "unexpected " + shown(source, offending) + " after '" + word + "'";
      hint = "such as '" + form + "'";
    } else if (std::count(itemWords().begin(), itemWords().end(), word))
      hint = "a " + word + " is defined outside models and blocks";
    else if (!nearest.empty() && nearest != word) {
      message = "unknown statement '" + word + "'";
      range = rangeOf(source, first);
      hint = "did you mean '" + nearest + "'?";
    } else {
      hint = "a statement begins with " + listOf(statementWords()) + ", or is 'name = expression'";
    }
  } else if (deeper) {
    message = "unexpected " + shown(source, offending);
    if (last)
      message += " after " + shown(source, last);
  } else {
    expected = parser->getExpectedTokens();
    std::vector<std::string> parts = describe(expected, parser->getVocabulary());
    bool inTask = rule == IarcParser::RuleTaskBody && !parts.empty() && parts[0] == "a name";
    if (inTask)
      parts[0] = "a member of the task";
    message = "expected " + join(parts) + " before " + shown(source, offending);
    if (offending->getType() == Token::EOF)
      message = "expected " + join(parts) + " at the end of the file";
    std::string_view text = range.text();
    if (inTask) {
      hint = "a task holds settings such as 'history 10', and 'state', 'control', 'modifier' and "
             "'next'";
    } else if (rule == IarcParser::RuleFile) {
      std::string nearest = nearestName(text, itemWords());
      if (!nearest.empty() && nearest != text)
        hint = "did you mean '" + nearest + "'?";
      else if (text == "}")
        hint = "this '}' closes nothing";
      else
        hint = "outside a model and a block only definitions and imports stand";
    } else if (rule == IarcParser::RuleArguments && last && text != "=" &&
               last->getType() == IarcLexer::NAME && offending->getType() == IarcLexer::NUMBER) {
      hint = "an argument is written 'name: value'";
    } else if (text == "=" && rule == IarcParser::RuleArguments) {
      hint = "an argument is written 'name: value', a comparison '=='";
    } else if (!formOfRule(rule).empty() && notes.firstOnLine[index] &&
               (text == "}" || startsStatement(index))) {
      // The statement ends too early: what comes next is not to blame.
      hint = "such as '" + formOfRule(rule) + "'";
    } else if (!parts.empty() && parts[0] == "a name" && offending->getType() != Token::EOF &&
               !text.empty() && std::isalpha(static_cast<unsigned char>(text[0]))) {
      hint = "'" + std::string(text) + "' is a word of the language: choose another name";
    } else if (rule == IarcParser::RuleBody && startsItem(index)) {
      hint = "a definition stands outside models and blocks";
    } else if (rule == IarcParser::RuleBody && text == ",") {
      hint = "statements need no separator: leave it out";
    }
  }
  Diagnostic &diagnostic = diagnostics.report(Code::Syntax, range, std::move(message));
  noteUnclosed(diagnostic, expected, offending, parser->getVocabulary());
  diagnostic.hint(std::move(hint));
}

Token *SyntaxErrors::recoverInline(antlr4::Parser *parser) {
  throw antlr4::InputMismatchException(parser);
}

void SyntaxErrors::skipTo(antlr4::Parser *parser, int braces, bool items, bool atLeastOne) {
  for (bool first = true;; first = false) {
    size_t index = parser->getCurrentToken()->getTokenIndex();
    const Token *token = at(index);
    if (token->getType() == Token::EOF)
      return;
    if (!(first && atLeastOne)) {
      if (startsItem(index))
        return;
      if (!items && notes.braces[index] <= braces &&
          (rangeOf(source, token).text() == "}" || startsStatement(index)))
        return;
    }
    parser->consume();
  }
}

void SyntaxErrors::recover(antlr4::Parser *parser, std::exception_ptr error) {
  antlr4::ParserRuleContext *context = parser->getRuleContext();
  size_t rule = context->getRuleIndex();
  if (rule != IarcParser::RuleStatement && rule != IarcParser::RuleItem &&
      rule != IarcParser::RuleFile)
    std::rethrow_exception(error);
  size_t start = context->getStart()->getTokenIndex();
  bool stuck = parser->getCurrentToken()->getTokenIndex() == start;
  skipTo(parser, notes.braces[start], rule != IarcParser::RuleStatement, stuck);
  // What follows is judged anew; at the end of the file it could only follow from the error.
  if (parser->getCurrentToken()->getType() != Token::EOF)
    endErrorCondition(parser);
}

void SyntaxErrors::sync(antlr4::Parser *parser) {
  antlr4::atn::ATNState *state = parser->getATN().states[parser->getState()];
  size_t type = state->getStateType();
  using S = antlr4::atn::ATNState;
  bool loop = type == S::STAR_LOOP_ENTRY || type == S::STAR_LOOP_BACK;
  if (!loop && type != S::BLOCK_START && type != S::STAR_BLOCK_START &&
      type != S::PLUS_BLOCK_START && type != S::PLUS_LOOP_BACK)
    return;
  size_t rule = parser->getRuleContext()->getRuleIndex();
  const Token *token = parser->getCurrentToken();
  size_t index = token->getTokenIndex();

  if (loop && (rule == IarcParser::RuleBody || rule == IarcParser::RuleFile)) {
    bool inBody = rule == IarcParser::RuleBody;
    bool end = inBody ? rangeOf(source, token).text() == "}" : token->getType() == Token::EOF;
    if (end)
      return;
    if (inBody && startsItem(index)) {
      ++unclosed;
      throw antlr4::InputMismatchException(parser);
    }
    std::string_view text = rangeOf(source, token).text();
    // An `if` that does not open its line may be an expression's, but where a statement is due.
    bool begins = inBody ? startsStatement(index) || token->getType() == IarcLexer::NAME ||
                               isSoftKeyword(text) || text == "if"
                         : isOneOf(text, {"import", "kernel", "function", "block", "task", "model"});
    if (begins)
      return;
    antlr4::InputMismatchException mismatch(parser);
    if (!inBody && text == "}" && unclosed > 0) {
      // The brace that was missed above.
      --unclosed;
      beginErrorCondition(parser);
    }
    reportError(parser, mismatch);
    int braces = notes.braces[index];
    skipTo(parser, braces, !inBody, true);
    token = parser->getCurrentToken();
    if (token->getType() != Token::EOF)
      endErrorCondition(parser);
    if (inBody && (token->getType() == Token::EOF || startsItem(token->getTokenIndex())))
      throw mismatch;
    return;
  }
  if (inErrorRecoveryMode(parser))
    return;
  const antlr4::misc::IntervalSet &expected = parser->getATN().nextTokens(state);
  if (!expected.contains(Token::EPSILON) && !expected.contains(token->getType()))
    throw antlr4::InputMismatchException(parser);
}

} // namespace iarc::dsl
