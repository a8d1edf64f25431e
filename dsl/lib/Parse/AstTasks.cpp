//===- AstTasks.cpp - Tasks in the syntax tree ---------------------------===//
#include "Parse/AstBuilder.h"

namespace iarc::dsl {

const ast::Statement *AstBuilder::member(P::TaskMemberContext *context) {
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

void AstBuilder::rule(P::RuleBodyContext *context, std::vector<const ast::Statement *> &out) {
  if (!context)
    return;
  for (P::RuleStatementContext *node : context->ruleStatement())
    out.push_back(ruleStatement(node));
}

const ast::Statement *AstBuilder::ruleStatement(P::RuleStatementContext *context) {
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

} // namespace iarc::dsl
