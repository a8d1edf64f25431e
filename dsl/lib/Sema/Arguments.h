//===- Arguments.h - Binding the arguments of a call ----------------------===//
#ifndef IARC_DSL_SEMA_ARGUMENTS_H
#define IARC_DSL_SEMA_ARGUMENTS_H

#include "Ast/Ast.h"
#include "Diagnostics/Diagnostics.h"
#include "Sema/Names.h"
#include "Sema/Program.h"

namespace iarc::dsl {

/// What a call is checked against.
struct Callee {
  std::string name;
  Formals formals;
  SourceRange declaration; ///< of a definition in a file; else nowhere
  /// All arguments named and the first one left out: the function with the others set.
  bool allowsPartial = false;
};

Callee calleeOf(const Definition &definition);
Callee calleeOf(const Intrinsic &intrinsic);
Callee calleeOf(const PrimitiveEntry &entry);

/// One slot a formal: the argument given for it, or null.
struct Binding {
  std::vector<const ast::Argument *> slots;
  bool partial = false;
  bool valid = true;
};

/// Binds `arguments` to the callee's formals. Errors are reported if `diagnostics` is given;
/// `focus` is the callee's name in the source.
Binding bindArguments(const Callee &callee, const std::vector<ast::Argument> &arguments,
                      SourceRange focus, Diagnostics *diagnostics);

} // namespace iarc::dsl
#endif
