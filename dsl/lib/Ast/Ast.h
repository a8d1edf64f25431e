//===- Ast.h - The syntax tree --------------------------------------------===//
//
// Standard types only; the boundary between parsing and analysis. Nodes live
// in their file's arenas, so that neither building nor destroying a deep tree
// recurses. A node that the parser could not complete is marked `broken`: it
// declares what it would have declared, and analysis says nothing more of it.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_AST_AST_H
#define IARC_DSL_AST_AST_H

#include "Diagnostics/Source.h"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace iarc::dsl::ast {

struct Expression;

/// A name as written.
struct Name {
  std::string text; ///< empty where the parser found none
  SourceRange range;
};

/// `name: value` or `value`.
struct Argument {
  Name name; ///< empty text: positional
  const Expression *value = nullptr;
  SourceRange range;
  Name word = {}; ///< of a setting of Train: `every`, or the word after `at`
};

enum class ExpressionKind {
  Number,
  Truth,     ///< true, false: `isTrue`
  Text,      ///< `text`, what stands between the quotation marks
  Name,      ///< `text`
  Call,      ///< `text` applied to `arguments`
  Slice,     ///< operands: base, begin, end; `includesEnd`
  Index,     ///< operands: base, index
  Range,     ///< operands: begin, end; `includesEnd`
  List,      ///< operands
  Unary,     ///< `text` is - or not
  Binary,    ///< `text` is the operator
  Choice,    ///< operands: condition, then, else
  Placement, ///< `text` is "per position" or "across positions" as written: first word and name
};

struct Expression {
  ExpressionKind kind = ExpressionKind::Number;
  SourceRange range;
  SourceRange focus; ///< the operator, the callee, the name: what a message underlines
  std::string text;
  Name word; ///< of Placement: the word after per or across
  double number = 0;
  bool isInteger = false;
  int64_t integer = 0;
  bool isTrue = false;
  bool broken = false; ///< a malformed operand, reported
  bool includesEnd = false;
  std::vector<const Expression *> operands;
  std::vector<Argument> arguments;

  /// As a list of subtasks is, whose letters mean nothing elsewhere.
  bool isListOfNames() const {
    bool names = kind == ExpressionKind::List && !operands.empty();
    for (const Expression *element : operands)
      names = names && element->kind == ExpressionKind::Name;
    return names;
  }
};

enum class StatementKind {
  Unknown, ///< broken beyond recognition
  Param,   ///< name = value
  Task,    ///< name(arguments)
  Context, ///< value
  Weights, ///< value: the placement; second: the initialiser or null
  Weight,  ///< name[dimensions] = value; second: the placement or null
  For,     ///< name in value; body
  Let,     ///< name = value
  Assign,  ///< name = value; in the rule of a task also name[second] = value
  Repeat,  ///< value: the count; body
  Recur,   ///< states: each with its number of features; body
  Predict, ///< value
  Loss,    ///< name(arguments) at second name
  Train,   ///< name(arguments) { settings }
  Return,  ///< value

  If,      ///< value: the condition; body; otherwise

  // Of a task and its rules, beside Let, Assign, If and Return.
  TaskSetting, ///< name value
  State,       ///< name [second] = value; second null: one number
  Control,     ///< name, its label as second name; body; the keyword is control or modifier
  Next,        ///< body
};

struct Statement {
  StatementKind kind = StatementKind::Unknown;
  bool broken = false;
  SourceRange range;
  SourceRange keyword; ///< its first word
  Name name;
  Name secondName;
  const Expression *value = nullptr;
  const Expression *second = nullptr;
  std::vector<Argument> arguments;
  std::vector<Argument> settings; ///< of Train: `batch 200` as a named argument
  std::vector<const Expression *> dimensions; ///< of Weight
  std::vector<Argument> states;   ///< of Recur: `name[value]`
  std::vector<const Statement *> body;
  std::vector<const Statement *> otherwise; ///< of If: what follows else

  /// Of Weight: what stands for the placement opens a line, as an assignment after a weight without
  /// an initialiser does. Which of both it is depends on what the name means.
  bool mayLackInitialiser() const {
    return second && second->kind == ExpressionKind::Name &&
           second->range.source->lineOf(second->range.begin) !=
               name.range.source->lineOf(name.range.begin);
  }
};

struct Parameter {
  Name name;
  const Expression *value = nullptr; ///< the default, or null
};

enum class ItemKind { Unknown, Import, Kernel, Function, Block, Task, Model };

struct Item {
  ItemKind kind = ItemKind::Unknown;
  bool broken = false;
  SourceRange range;
  SourceRange keyword;
  Name name;
  std::vector<Parameter> parameters;
  const Expression *value = nullptr;    ///< of Kernel and Function: what it gives
  std::vector<const Statement *> body;  ///< of Block, Task and Model; of Kernel and Function what
                                        ///< stands before the value
  SourceRange afterValue;               ///< of a function: a statement after its return
  SourceRange closing;                  ///< the closing brace
};

struct File {
  const SourceText *source = nullptr;
  bool broken = false; ///< holds a syntax error
  std::vector<const Item *> items;

  std::deque<Expression> expressions;
  std::deque<Statement> statements;
  std::deque<Item> itemStorage;
};

/// The tree as indented text.
std::string print(const File &file);

} // namespace iarc::dsl::ast
#endif
