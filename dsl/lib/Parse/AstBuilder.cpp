//===- AstBuilder.cpp - From the parse tree to the syntax tree ------------===//
//
// Operators that lean to the left are walked in a loop: `1 + 1 + ...` may be as
// long as a file. Everything else nests at most `maximumNesting` deep.
//
//===----------------------------------------------------------------------===//
#include "Parse/ParserSupport.h"

#include <cerrno>
#include <cmath>
#include <cstdlib>

namespace iarc::dsl {

using antlr4::ParserRuleContext;
using antlr4::Token;
using P = grammar::IarcParser;

namespace {

class Builder {
public:
  Builder(const SourceText &source, Diagnostics &diagnostics, ast::File &file)
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

const ast::Expression *Builder::number(const Token *token) {
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

const ast::Expression *Builder::expression(P::ExpressionContext *context) {
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

const ast::Expression *Builder::primary(P::ExpressionContext *context) {
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

const ast::Expression *Builder::spread(ParserRuleContext *context, P::NameContext *word) {
  SourceRange where = range(context);
  ast::Expression &made = make(ast::ExpressionKind::Placement, where);
  made.text = std::string(range(context->getStart()).text());
  made.word = name(word);
  return &made;
}

const ast::Expression *Builder::placement(P::PlacementContext *context) {
  if (auto *node = dynamic_cast<P::SpreadContext *>(context))
    return spread(node, node->name());
  ast::Expression &made = make(ast::ExpressionKind::Name, range(context));
  made.text = std::string(made.range.text());
  return &made;
}

const ast::Expression *Builder::value(P::ValueContext *context) {
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

std::vector<ast::Argument> Builder::arguments(P::ArgumentsContext *context) {
  std::vector<ast::Argument> result;
  if (failed(context))
    return result;
  for (P::ArgumentContext *node : context->argument())
    result.push_back({name(node->name()), value(node->value()), range(node)});
  return result;
}

std::vector<ast::Parameter> Builder::parameters(P::ParametersContext *context) {
  std::vector<ast::Parameter> result;
  if (failed(context))
    return result;
  for (P::ParameterContext *node : context->parameter())
    result.push_back({name(node->name()), node->value() ? value(node->value()) : nullptr});
  return result;
}

void Builder::body(P::BodyContext *context, std::vector<const ast::Statement *> &out) {
  if (!context)
    return;
  for (P::StatementContext *node : context->statement())
    if (const ast::Statement *made = statement(node))
      out.push_back(made);
}

const ast::Statement *Builder::statement(P::StatementContext *context) {
  file.statements.emplace_back();
  ast::Statement &made = file.statements.back();
  made.range = range(context);
  made.keyword = range(context->getStart());
  made.broken = failed(context);
  ParserRuleContext *child = nullptr;
  for (antlr4::tree::ParseTree *node : context->children)
    if (auto *rule = dynamic_cast<ParserRuleContext *>(node))
      child = rule;
  bool whole = !made.broken;
  using K = ast::StatementKind;
  if (auto *node = dynamic_cast<P::ParamStatementContext *>(child)) {
    made.kind = K::Param;
    made.name = name(node->name());
    if (whole)
      made.value = value(node->value());
  } else if (auto *node = dynamic_cast<P::TaskStatementContext *>(child)) {
    made.kind = K::Task;
    made.name = name(node->name());
    if (whole)
      made.arguments = arguments(node->arguments());
  } else if (auto *node = dynamic_cast<P::ContextStatementContext *>(child)) {
    made.kind = K::Context;
    if (whole)
      made.value = expression(node->expression());
  } else if (auto *node = dynamic_cast<P::WeightsStatementContext *>(child)) {
    made.kind = K::Weights;
    if (whole) {
      made.value = placement(node->placement());
      made.second = node->expression() ? expression(node->expression()) : nullptr;
    }
  } else if (auto *node = dynamic_cast<P::LetStatementContext *>(child)) {
    made.kind = K::Let;
    made.name = name(node->name());
    if (whole)
      made.value = expression(node->expression());
  } else if (auto *node = dynamic_cast<P::WeightStatementContext *>(child)) {
    weightStatement(node, made, whole);
  } else if (auto *node = dynamic_cast<P::ForStatementContext *>(child)) {
    made.kind = K::For;
    made.name = name(node->name());
    if (whole)
      made.value = value(node->value());
    body(node->body(), made.body);
  } else if (auto *node = dynamic_cast<P::IfStatementContext *>(child)) {
    branches(node, node->expression(), node->body(), made,
             [this](P::BodyContext *context, std::vector<const ast::Statement *> &out) {
               body(context, out);
             });
  } else if (auto *node = dynamic_cast<P::RepeatStatementContext *>(child)) {
    made.kind = K::Repeat;
    if (whole)
      made.value = expression(node->expression());
    body(node->body(), made.body);
  } else if (auto *node = dynamic_cast<P::RecurStatementContext *>(child)) {
    made.kind = K::Recur;
    for (P::StateContext *state : node->state()) {
      // A state declares its name even where its size has an error.
      bool sized = !failed(state) && state->expression();
      made.states.push_back(
          {name(state->name()), sized ? expression(state->expression()) : nullptr, range(state)});
    }
    body(node->body(), made.body);
  } else if (auto *node = dynamic_cast<P::PredictStatementContext *>(child)) {
    made.kind = K::Predict;
    if (whole)
      made.value = expression(node->expression());
  } else if (auto *node = dynamic_cast<P::LossStatementContext *>(child)) {
    made.kind = K::Loss;
    if (whole) {
      made.name = name(node->name(0));
      if (node->arguments())
        made.arguments = arguments(node->arguments());
      made.secondName = name(node->name(1));
    }
  } else if (auto *node = dynamic_cast<P::TrainStatementContext *>(child)) {
    made.kind = K::Train;
    made.name = name(node->name());
    if (whole) {
      if (node->arguments())
        made.arguments = arguments(node->arguments());
      if (node->settings())
        for (P::SettingContext *setting : node->settings()->setting()) {
          const std::vector<P::NameContext *> names = setting->name();
          made.settings.push_back({name(names.empty() ? nullptr : names[0]),
                                   expression(setting->expression()), range(setting)});
          if (names.size() > 1)
            made.settings.back().word = name(names[1]);
          else if (setting->children.size() == 3) // what remains is the word `every`
            made.settings.back().word = {"every", made.settings.back().range};
        }
    }
  } else if (auto *node = dynamic_cast<P::ReturnStatementContext *>(child)) {
    made.kind = K::Return;
    if (whole)
      made.value = expression(node->expression());
  } else if (auto *node = dynamic_cast<P::AssignStatementContext *>(child)) {
    made.kind = K::Assign;
    made.name = name(node->name());
    if (whole)
      made.value = expression(node->expression());
  }
  return &made;
}

void Builder::weightStatement(P::WeightStatementContext *node, ast::Statement &made, bool whole) {
  made.kind = ast::StatementKind::Weight;
  made.name = name(node->name());
  if (!whole || failed(node))
    return;
  if (node->dimensions())
    for (P::ExpressionContext *dimension : node->dimensions()->expression())
      made.dimensions.push_back(expression(dimension));
  if (node->placement())
    made.second = placement(node->placement());
  made.value = expression(node->expression());
}

template <class Body, class Visit>
void Builder::branches(ParserRuleContext *context,
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

ast::Statement &Builder::makeStatement(ParserRuleContext *context, ast::StatementKind kind) {
  file.statements.emplace_back();
  ast::Statement &made = file.statements.back();
  made.kind = kind;
  made.range = range(context);
  made.keyword = range(context->getStart());
  made.broken = failed(context);
  return made;
}

const ast::Statement *Builder::member(P::TaskMemberContext *context) {
  using K = ast::StatementKind;
  if (auto *node = context->stateMember()) {
    ast::Statement &made = makeStatement(node, K::State);
    made.name = name(node->name());
    if (!made.broken) {
      bool table = node->expression().size() == 2;
      made.second = table ? expression(node->expression(0)) : nullptr;
      made.value = expression(node->expression(table ? 1 : 0));
    }
    return &made;
  }
  if (auto *node = context->controlMember()) {
    ast::Statement &made = makeStatement(node, K::Control);
    if (!made.broken) {
      made.name = name(node->name(0));
      if (node->name().size() > 1)
        made.secondName = name(node->name(1));
    }
    rule(node->ruleBody(), made.body);
    return &made;
  }
  if (auto *node = context->nextMember()) {
    ast::Statement &made = makeStatement(node, K::Next);
    rule(node->ruleBody(), made.body);
    return &made;
  }
  if (auto *node = context->settingMember()) {
    ast::Statement &made = makeStatement(node, K::TaskSetting);
    made.name = name(node->name());
    if (!made.broken)
      made.value = value(node->value());
    return &made;
  }
  ast::Statement &made = makeStatement(context, K::Unknown);
  made.broken = true;
  return &made;
}

void Builder::rule(P::RuleBodyContext *context, std::vector<const ast::Statement *> &out) {
  if (!context)
    return;
  for (P::RuleStatementContext *node : context->ruleStatement())
    out.push_back(ruleStatement(node));
}

const ast::Statement *Builder::ruleStatement(P::RuleStatementContext *context) {
  using K = ast::StatementKind;
  ast::Statement &made = makeStatement(context, K::Unknown);
  if (made.broken)
    return &made;
  if (auto *node = dynamic_cast<P::RuleLetContext *>(context)) {
    made.kind = K::Let;
    made.name = name(node->name());
    made.value = expression(node->expression());
  } else if (auto *node = dynamic_cast<P::RuleIfContext *>(context)) {
    branches(node, node->expression(), node->ruleBody(), made,
             [this](P::RuleBodyContext *context, std::vector<const ast::Statement *> &out) {
               rule(context, out);
             });
  } else if (auto *node = dynamic_cast<P::RuleReturnContext *>(context)) {
    made.kind = K::Return;
    made.value = expression(node->expression());
  } else if (auto *node = dynamic_cast<P::RuleAssignContext *>(context)) {
    made.kind = K::Assign;
    made.name = name(node->name());
    bool element = node->expression().size() == 2;
    made.second = element ? expression(node->expression(0)) : nullptr;
    made.value = expression(node->expression(element ? 1 : 0));
  }
  return &made;
}

void Builder::functionBody(P::FunctionBodyContext *context, ast::Item &item) {
  for (P::FunctionStatementContext *node : context->functionStatement()) {
    ast::Statement &made = makeStatement(node, ast::StatementKind::Unknown);
    if (made.broken) {
      item.broken = true;
      continue;
    }
    if (item.value)
      item.afterValue = made.keyword;
    if (auto *weight = node->weightStatement()) {
      weightStatement(weight, made, true);
    } else if (auto *let = node->letStatement()) {
      made.kind = ast::StatementKind::Let;
      made.name = name(let->name());
      made.value = expression(let->expression());
    } else if (auto *result = node->returnStatement()) {
      if (!item.value)
        item.value = expression(result->expression());
      continue;
    }
    item.body.push_back(&made);
  }
}

const ast::Item *Builder::item(P::ItemContext *context) {
  file.itemStorage.emplace_back();
  ast::Item &made = file.itemStorage.back();
  made.range = range(context);
  made.keyword = range(context->getStart());
  made.broken = failed(context);
  using K = ast::ItemKind;
  if (auto *node = context->importItem()) {
    made.kind = K::Import;
    made.name = name(node->name());
  } else if (auto *node = context->functionItem()) {
    made.kind = made.keyword.text() == "kernel" ? K::Kernel : K::Function;
    made.name = name(node->name());
    if (!made.broken) {
      made.parameters = parameters(node->parameters());
      if (node->functionBody())
        functionBody(node->functionBody(), made);
      else
        made.value = expression(node->expression());
    }
    made.closing = node->getStop() ? range(node->getStop()) : made.keyword;
  } else if (auto *node = context->blockItem()) {
    made.kind = K::Block;
    made.name = name(node->name());
    // The header of a block whose body has an error is still of use.
    if (!failed(node->parameters()))
      made.parameters = parameters(node->parameters());
    body(node->body(), made.body);
    made.closing = node->getStop() ? range(node->getStop()) : made.keyword;
  } else if (auto *node = context->taskItem()) {
    made.kind = K::Task;
    made.name = name(node->name());
    if (node->parameters() && !failed(node->parameters()))
      made.parameters = parameters(node->parameters());
    if (node->taskBody())
      for (P::TaskMemberContext *child : node->taskBody()->taskMember())
        made.body.push_back(member(child));
    made.closing = node->getStop() ? range(node->getStop()) : made.keyword;
  } else if (auto *node = context->modelItem()) {
    made.kind = K::Model;
    made.name = name(node->name());
    body(node->body(), made.body);
    made.closing = node->getStop() ? range(node->getStop()) : made.keyword;
  }
  return &made;
}

} // namespace

void buildAst(P::FileContext *tree, const SourceText &source, Diagnostics &diagnostics,
              ast::File &file) {
  Builder builder(source, diagnostics, file);
  for (P::ItemContext *context : tree->item())
    file.items.push_back(builder.item(context));
}

} // namespace iarc::dsl
