//===- AstBuilder.cpp - Statements and definitions of the syntax tree ----===//
#include "Parse/AstBuilder.h"

namespace iarc::dsl {

void AstBuilder::body(P::BodyContext *context, std::vector<const ast::Statement *> &out) {
  if (!context)
    return;
  for (P::StatementContext *node : context->statement())
    if (const ast::Statement *made = statement(node))
      out.push_back(made);
}

const ast::Statement *AstBuilder::statement(P::StatementContext *context) {
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

void AstBuilder::weightStatement(P::WeightStatementContext *node, ast::Statement &made, bool whole) {
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

ast::Statement &AstBuilder::makeStatement(ParserRuleContext *context, ast::StatementKind kind) {
  file.statements.emplace_back();
  ast::Statement &made = file.statements.back();
  made.kind = kind;
  made.range = range(context);
  made.keyword = range(context->getStart());
  made.broken = failed(context);
  return made;
}

void AstBuilder::functionBody(P::FunctionBodyContext *context, ast::Item &item) {
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

const ast::Item *AstBuilder::item(P::ItemContext *context) {
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

void buildAst(P::FileContext *tree, const SourceText &source, Diagnostics &diagnostics,
              ast::File &file) {
  AstBuilder builder(source, diagnostics, file);
  for (P::ItemContext *context : tree->item())
    file.items.push_back(builder.item(context));
}

} // namespace iarc::dsl
