//===- Lexemes.h - Tokens and comments with the part they play ------------===//
//
// What the formatter needs of the grammar, in a form that does not change when
// the grammar grows: which tokens begin a statement, which braces hold
// statements, which brackets belong to the word before them.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_PARSE_LEXEMES_H
#define IARC_DSL_PARSE_LEXEMES_H

#include <cstddef>
#include <cstdint>

namespace iarc::dsl {

/// A token or comment: bytes [begin, end) of the text.
struct Lexeme {
  static constexpr size_t none = static_cast<size_t>(-1);

  uint32_t begin = 0, end = 0;
  bool comment = false;
  /// A word or number, which needs a blank between itself and another one.
  bool word = false;
  /// Begins a statement (or item); `last` is then the index of its last token.
  bool startsStatement = false;
  size_t last = none;
  /// The index of the closing bracket of an opening one, and the other way round.
  size_t partner = none;
  /// A bracket that opens an operand: `(a + b)`, `[1, 2]`. Others follow their word: `f(x)`, `x[1]`.
  bool opensOperand = false;
  /// An operator with one operand, which follows.
  bool prefix = false;
  /// Between two operands.
  bool infix = false;
};

} // namespace iarc::dsl
#endif
