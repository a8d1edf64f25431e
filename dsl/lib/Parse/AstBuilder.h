//===- AstBuilder.h - From the parse tree to the syntax tree ----*- C++ -*-===//
//
// One class, in several files by subject:
//   AstBuilder.cpp      statements, bodies and definitions
//   AstExpressions.cpp  expressions, arguments, placements
//   AstTasks.cpp        the members and rules of a task
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_PARSE_ASTBUILDER_H
#define IARC_DSL_PARSE_ASTBUILDER_H

#include "Parse/ParserSupport.h"

namespace iarc::dsl {

using antlr4::ParserRuleContext;
using antlr4::Token;
using P = grammar::IarcParser;

/// Builds the nodes of one file.
class AstBuilder {
public:
  AstBuilder(const SourceText &source, Diagnostics &diagnostics, ast::File &file)
      : source(source), diagnostics(diagnostics), file(file) {}

  const ast::Item *item(P::ItemContext *context);

private:
  SourceRange range(const Token *token) const { return rangeOf(source, token); }
  SourceRange range(const ParserRuleContext *context) const {
    auto *node = const_cast<ParserRuleContext *>(context);
    const Token *start = node->getStart(), *stop = node->getStop();
    SourceRange first = rangeOf(source, start);
    if (!stop || stop->getType() == Token::EOF)
      return first;
    SourceRange last = rangeOf(source, stop);
    return last.end >= first.begin ? join(first, last) : first;
  }
  static bool failed(const ParserRuleContext *context) {
    return !context || context->exception != nullptr;
  }
  ast::Name name(P::NameContext *context) const {
    if (failed(context))
      return {};
    SourceRange where = range(context);
    return {std::string(where.text()), where};
  }
  ast::Expression &make(ast::ExpressionKind kind, SourceRange where) {
    file.expressions.emplace_back();
    ast::Expression &node = file.expressions.back();
    node.kind = kind;
    node.range = node.focus = where;
    return node;
  }
  /// Widens a node by its parentheses, which have no node of their own.
  static const ast::Expression *parenthesised(const ast::Expression *inner, SourceRange where) {
    const_cast<ast::Expression *>(inner)->range = where;
    return inner;
  }
  const ast::Expression *expression(P::ExpressionContext *context);
  const ast::Expression *primary(P::ExpressionContext *context);
  const ast::Expression *number(const Token *token);
  const ast::Expression *value(P::ValueContext *context);
  const ast::Expression *placement(P::PlacementContext *context);
  const ast::Expression *spread(ParserRuleContext *context, P::NameContext *word);
  std::vector<ast::Argument> arguments(P::ArgumentsContext *context);
  std::vector<ast::Parameter> parameters(P::ParametersContext *context);
  void body(P::BodyContext *context, std::vector<const ast::Statement *> &out);
  const ast::Statement *statement(P::StatementContext *context);
  ast::Statement &makeStatement(ParserRuleContext *context, ast::StatementKind kind);
  void weightStatement(P::WeightStatementContext *node, ast::Statement &made, bool whole);
  /// Fills an `if` from its conditions and bodies; `visit` reads a body.
  template <class Body, class Visit>
  void branches(ParserRuleContext *context, const std::vector<P::ExpressionContext *> &conditions,
                const std::vector<Body *> &bodies, ast::Statement &made, Visit visit);
  void functionBody(P::FunctionBodyContext *context, ast::Item &item);
  const ast::Statement *member(P::TaskMemberContext *context);
  void rule(P::RuleBodyContext *context, std::vector<const ast::Statement *> &out);
  const ast::Statement *ruleStatement(P::RuleStatementContext *context);

  const SourceText &source;
  Diagnostics &diagnostics;
  ast::File &file;
};

template <class Body, class Visit>
void AstBuilder::branches(ParserRuleContext *context,
                       const std::vector<P::ExpressionContext *> &conditions,
                       const std::vector<Body *> &bodies, ast::Statement &made, Visit visit) {
  made.kind = ast::StatementKind::If;
  // `else if` nests in the tree, not in the grammar: a long chain must not recurse here.
  if (conditions.size() > static_cast<size_t>(maximumNesting)) {
    diagnostics.report(Code::NestingTooDeep, made.keyword,
                       "an 'if' has more than " + std::to_string(maximumNesting) + " branches");
    throw ParsingStopped();
  }
  ast::Statement *last = &made;
  for (size_t i = 0; i < conditions.size(); ++i) {
    if (i > 0) {
      ast::Statement &nested = makeStatement(context, ast::StatementKind::If);
      nested.keyword = nested.range = range(conditions[i]);
      last->otherwise.push_back(&nested);
      last = &nested;
    }
    if (!failed(conditions[i]))
      last->value = expression(conditions[i]);
    if (i < bodies.size())
      visit(bodies[i], last->body);
  }
  if (bodies.size() > conditions.size())
    visit(bodies.back(), last->otherwise);
}

} // namespace iarc::dsl
#endif
