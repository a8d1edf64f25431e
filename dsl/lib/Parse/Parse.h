//===- Parse.h - From text to the syntax tree -----------------------------===//
#ifndef IARC_DSL_PARSE_PARSE_H
#define IARC_DSL_PARSE_PARSE_H

#include "Ast/Ast.h"
#include "Diagnostics/Diagnostics.h"
#include "Parse/Lexemes.h"

#include <memory>
#include <optional>
#include <vector>

namespace iarc::dsl {

/// Brackets and operators may nest this deep.
inline constexpr int maximumNesting = 500;

/// Parses a text; syntax errors go to `diagnostics`, and the tree holds what could be understood.
/// Never throws; `source` must outlive the tree.
std::unique_ptr<ast::File> parse(const SourceText &source, Diagnostics &diagnostics) noexcept;

/// The tokens and comments of a text for the formatter; nothing where the text has a syntax error,
/// which is reported.
std::optional<std::vector<Lexeme>> parseLexemes(const SourceText &source,
                                                Diagnostics &diagnostics) noexcept;

} // namespace iarc::dsl
#endif
