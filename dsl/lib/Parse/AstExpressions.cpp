//===- AstExpressions.cpp - Expressions of the syntax tree ---------------===//
//
// Operators that lean to the left are walked in a loop: `1 + 1 + ...` may be as
// long as a file. Everything else nests at most `maximumNesting` deep.
//
//===----------------------------------------------------------------------===//
#include "Parse/AstBuilder.h"

#include <cerrno>
#include <cmath>
#include <cstdlib>

namespace iarc::dsl {

const ast::Expression *AstBuilder::number(const Token *token) {
  SourceRange where = range(token);
  ast::Expression &node = make(ast::ExpressionKind::Number, where);
  node.text = std::string(where.text());
  node.isInteger = node.text.find_first_not_of("0123456789") == std::string::npos;
  node.number = std::strtod(node.text.c_str(), nullptr);
  std::string reason;
  if (node.isInteger) {
    errno = 0;
    node.integer = std::strtoll(node.text.c_str(), nullptr, 10);
    if (errno == ERANGE)
      reason = "the integer does not fit 64 bits";
  } else if (!std::isfinite(node.number)) {
    reason = "the number is beyond the largest of a 64-bit real, about 1.8e308";
  }
  if (!reason.empty()) {
    diagnostics.report(Code::NumberOutOfRange, where, reason)
        .hint(node.isInteger ? "write a real number, such as 1e20, if a real will do" : "");
    node.broken = true;
  }
  return &node;
}

const ast::Expression *AstBuilder::expression(P::ExpressionContext *context) {
  std::vector<P::ExpressionContext *> spine;
  P::ExpressionContext *base = context;
  for (;;) {
    P::ExpressionContext *left = nullptr;
    if (auto *node = dynamic_cast<P::SliceContext *>(base))
      left = node->expression(0);
    else if (auto *node = dynamic_cast<P::ProductContext *>(base))
      left = node->expression(0);
    else if (auto *node = dynamic_cast<P::SumContext *>(base))
      left = node->expression(0);
    else if (auto *node = dynamic_cast<P::ComparisonContext *>(base))
      left = node->expression(0);
    else if (auto *node = dynamic_cast<P::ConjunctionContext *>(base))
      left = node->expression(0);
    else if (auto *node = dynamic_cast<P::DisjunctionContext *>(base))
      left = node->expression(0);
    if (!left)
      break;
    spine.push_back(base);
    base = left;
  }
  const ast::Expression *result = primary(base);
  while (!spine.empty()) {
    P::ExpressionContext *node = spine.back();
    spine.pop_back();
    SourceRange where = join(result->range, range(node));
    if (auto *slice = dynamic_cast<P::SliceContext *>(node)) {
      const ast::Expression *begin = expression(slice->expression(1));
      if (slice->expression().size() == 2) {
        ast::Expression &made = make(ast::ExpressionKind::Index, where);
        made.focus = {&source, result->range.end, where.end};
        made.operands = {result, begin};
        result = &made;
        continue;
      }
      const ast::Expression *end = expression(slice->expression(2));
      ast::Expression &made = make(ast::ExpressionKind::Slice, where);
      made.focus = {&source, result->range.end, where.end};
      std::string_view between =
          source.text().substr(begin->range.end, end->range.begin - begin->range.end);
      made.includesEnd = between.find("..<") == std::string_view::npos;
      made.operands = {result, begin, end};
      result = &made;
      continue;
    }
    auto binary = [&](const Token *op, P::ExpressionContext *right) {
      const ast::Expression *second = expression(right);
      ast::Expression &made = make(ast::ExpressionKind::Binary, where);
      made.focus = range(op);
      made.text = std::string(made.focus.text());
      made.operands = {result, second};
      result = &made;
    };
    if (auto *product = dynamic_cast<P::ProductContext *>(node))
      binary(product->op, product->expression(1));
    else if (auto *sum = dynamic_cast<P::SumContext *>(node))
      binary(sum->op, sum->expression(1));
    else if (auto *comparison = dynamic_cast<P::ComparisonContext *>(node))
      binary(comparison->op, comparison->expression(1));
    else {
      auto *terminal = dynamic_cast<antlr4::tree::TerminalNode *>(node->children[1]);
      binary(terminal->getSymbol(), dynamic_cast<P::ExpressionContext *>(node->children[2]));
    }
  }
  return result;
}

const ast::Expression *AstBuilder::primary(P::ExpressionContext *context) {
  SourceRange where = range(context);
  if (auto *node = dynamic_cast<P::NumberContext *>(context))
    return number(node->getStart());
  if (dynamic_cast<P::MalformedContext *>(context)) {
    ast::Expression &made = make(ast::ExpressionKind::Number, where);
    made.text = std::string(where.text());
    made.broken = true;
    return &made;
  }
  if (dynamic_cast<P::TextContext *>(context)) {
    ast::Expression &made = make(ast::ExpressionKind::Text, where);
    std::string_view between = where.text().substr(1, where.text().size() - 2);
    for (size_t i = 0; i < between.size(); ++i) {
      if (between[i] == '\\' && i + 1 < between.size() &&
          (between[i + 1] == '"' || between[i + 1] == '\\'))
        ++i;
      made.text += between[i];
    }
    return &made;
  }
  if (auto *node = dynamic_cast<P::ReferenceContext *>(context)) {
    ast::Expression &made = make(ast::ExpressionKind::Name, where);
    made.text = name(node->name()).text;
    return &made;
  }
  if (auto *node = dynamic_cast<P::CallContext *>(context)) {
    std::vector<ast::Argument> given = arguments(node->arguments());
    ast::Expression &made = make(ast::ExpressionKind::Call, where);
    ast::Name callee = name(node->name());
    made.text = callee.text;
    made.focus = callee.range;
    made.arguments = std::move(given);
    return &made;
  }
  if (auto *node = dynamic_cast<P::ParenthesesContext *>(context))
    return parenthesised(expression(node->expression()), where);
  if (dynamic_cast<P::TruthContext *>(context)) {
    ast::Expression &made = make(ast::ExpressionKind::Truth, where);
    made.isTrue = where.text() == "true";
    return &made;
  }
  if (auto *node = dynamic_cast<P::ListContext *>(context)) {
    std::vector<const ast::Expression *> elements;
    for (P::ExpressionContext *element : node->expression())
      elements.push_back(expression(element));
    ast::Expression &made = make(ast::ExpressionKind::List, where);
    made.operands = std::move(elements);
    return &made;
  }
  if (auto *node = dynamic_cast<P::ChoiceContext *>(context)) {
    const ast::Expression *condition = expression(node->expression(0));
    const ast::Expression *yes = expression(node->expression(1));
    const ast::Expression *no = expression(node->expression(2));
    ast::Expression &made = make(ast::ExpressionKind::Choice, where);
    made.focus = range(node->getStart());
    made.operands = {condition, yes, no};
    return &made;
  }
  if (auto *node = dynamic_cast<P::PowerContext *>(context)) {
    const ast::Expression *base = expression(node->expression(0));
    const ast::Expression *exponent = expression(node->expression(1));
    ast::Expression &made = make(ast::ExpressionKind::Binary, where);
    made.text = "^";
    auto *terminal = dynamic_cast<antlr4::tree::TerminalNode *>(node->children[1]);
    made.focus = range(terminal->getSymbol());
    made.operands = {base, exponent};
    return &made;
  }
  P::ExpressionContext *operand = nullptr;
  if (auto *node = dynamic_cast<P::NegationContext *>(context))
    operand = node->expression();
  else if (auto *node = dynamic_cast<P::InversionContext *>(context))
    operand = node->expression();
  const ast::Expression *inner = expression(operand);
  ast::Expression &made = make(ast::ExpressionKind::Unary, where);
  made.focus = range(context->getStart());
  made.text = std::string(made.focus.text());
  made.operands = {inner};
  return &made;
}

const ast::Expression *AstBuilder::spread(ParserRuleContext *context, P::NameContext *word) {
  SourceRange where = range(context);
  ast::Expression &made = make(ast::ExpressionKind::Placement, where);
  made.text = std::string(range(context->getStart()).text());
  made.word = name(word);
  return &made;
}

const ast::Expression *AstBuilder::placement(P::PlacementContext *context) {
  if (auto *node = dynamic_cast<P::SpreadContext *>(context))
    return spread(node, node->name());
  ast::Expression &made = make(ast::ExpressionKind::Name, range(context));
  made.text = std::string(made.range.text());
  return &made;
}

const ast::Expression *AstBuilder::value(P::ValueContext *context) {
  if (auto *node = dynamic_cast<P::SpreadValueContext *>(context))
    return spread(node, node->name());
  auto *node = dynamic_cast<P::RangeValueContext *>(context);
  const ast::Expression *first = expression(node->expression(0));
  if (node->expression().size() == 1)
    return first;
  const ast::Expression *last = expression(node->expression(1));
  ast::Expression &made = make(ast::ExpressionKind::Range, join(first->range, last->range));
  made.includesEnd = node->children[1]->getText() == "..";
  made.operands = {first, last};
  return &made;
}

std::vector<ast::Argument> AstBuilder::arguments(P::ArgumentsContext *context) {
  std::vector<ast::Argument> result;
  if (failed(context))
    return result;
  for (P::ArgumentContext *node : context->argument())
    result.push_back({name(node->name()), value(node->value()), range(node)});
  return result;
}

std::vector<ast::Parameter> AstBuilder::parameters(P::ParametersContext *context) {
  std::vector<ast::Parameter> result;
  if (failed(context))
    return result;
  for (P::ParameterContext *node : context->parameter())
    result.push_back({name(node->name()), node->value() ? value(node->value()) : nullptr});
  return result;
}

} // namespace iarc::dsl
