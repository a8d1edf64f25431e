//===- AstPrinter.cpp - The syntax tree as indented text ------------------===//
#include "Ast/Ast.h"

namespace iarc::dsl::ast {

namespace {

class Printer {
public:
  std::string out;

  void item(const Item &item) {
    if (item.kind == ItemKind::Unknown) {
      line(0, item.range, "broken item");
      return;
    }
    std::string text = std::string(item.keyword.text()) + " " + item.name.text;
    line(0, item.range, text + (item.broken ? " (broken)" : ""));
    for (const Parameter &parameter : item.parameters) {
      line(1, parameter.name.range, "parameter " + parameter.name.text);
      if (parameter.value)
        expression(2, *parameter.value);
    }
    if (item.value)
      expression(1, *item.value);
    for (const Statement *child : item.body)
      statement(1, *child);
  }

private:
  void line(int depth, SourceRange range, const std::string &text) {
    Location at = range.location();
    // Deep trees keep their order; beyond this depth the indent says nothing more.
    out += std::string(static_cast<size_t>(depth < 60 ? depth : 60) * 2, ' ') + text + "  <" +
           std::to_string(at.line) + ":" + std::to_string(at.column) + ">\n";
  }

  void statement(int depth, const Statement &node) {
    if (node.kind == StatementKind::Unknown) {
      line(depth, node.range, "broken statement");
      return;
    }
    std::string text = node.kind == StatementKind::Assign        ? "assign"
                       : node.kind == StatementKind::TaskSetting ? "setting"
                       : node.kind == StatementKind::If          ? "if"
                                                                 : std::string(node.keyword.text());
    if (!node.name.text.empty())
      text += " " + node.name.text;
    if (!node.secondName.text.empty())
      text += (node.kind == StatementKind::Control ? " " : " at ") + node.secondName.text;
    line(depth, node.range, text + (node.broken ? " (broken)" : ""));
    arguments(depth + 1, node.arguments, "argument");
    arguments(depth + 1, node.settings, "setting");
    arguments(depth + 1, node.states, "state");
    for (const Expression *dimension : node.dimensions)
      expression(depth + 1, *dimension);
    if (node.value)
      expression(depth + 1, *node.value);
    if (node.second)
      expression(depth + 1, *node.second);
    for (const Statement *child : node.body)
      statement(depth + 1, *child);
    if (!node.otherwise.empty())
      line(depth, node.otherwise.front()->range, "else");
    for (const Statement *child : node.otherwise)
      statement(depth + 1, *child);
  }

  void arguments(int depth, const std::vector<Argument> &list, const char *what) {
    for (const Argument &argument : list) {
      line(depth, argument.range,
           what + (argument.name.text.empty() ? "" : " " + argument.name.text));
      if (argument.value)
        expression(depth + 1, *argument.value);
    }
  }

  /// The left operands of a chain are printed in a loop, one below the other.
  void expression(int depth, const Expression &top) {
    struct Pending {
      const Expression *node;
      int depth;
    };
    std::vector<Pending> pending = {{&top, depth}};
    while (!pending.empty()) {
      auto [node, at] = pending.back();
      pending.pop_back();
      line(at, node->range, head(*node));
      arguments(at + 1, node->arguments, "argument");
      for (size_t i = node->operands.size(); i-- > 0;)
        pending.push_back({node->operands[i], at + 1});
    }
  }

  static std::string head(const Expression &node) {
    switch (node.kind) {
    case ExpressionKind::Number: return "number " + node.text;
    case ExpressionKind::Truth: return node.isTrue ? "true" : "false";
    case ExpressionKind::Text: return std::string("text ") + std::string(node.range.text());
    case ExpressionKind::Name: return "name " + node.text;
    case ExpressionKind::Call: return "call " + node.text;
    case ExpressionKind::Slice: return node.includesEnd ? "slice .." : "slice ..<";
    case ExpressionKind::Index: return "index";
    case ExpressionKind::Range: return node.includesEnd ? "range .." : "range ..<";
    case ExpressionKind::List: return "list";
    case ExpressionKind::Unary: return "unary " + node.text;
    case ExpressionKind::Binary: return "binary " + node.text;
    case ExpressionKind::Choice: return "if";
    case ExpressionKind::Placement: return "placement " + node.text + " " + node.word.text;
    }
    return "";
  }
};

} // namespace

std::string print(const File &file) {
  Printer printer;
  for (const Item *item : file.items)
    printer.item(*item);
  return std::move(printer.out);
}

} // namespace iarc::dsl::ast
