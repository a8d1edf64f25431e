//===- Returns.cpp - What a block, kernel or function ends with ------------===//
#include "Sema/Returns.h"

namespace iarc::dsl {

static void blockEnd(Definition &which, Diagnostics &diagnostics) {
  const ast::Statement *returned = nullptr;
  bool unknown = which.item->broken;
  for (const ast::Statement *statement : which.item->body) {
    if (returned) {
      diagnostics
          .report(Code::UnreachableStatement, statement->keyword,
                  "nothing stands after the 'return' of a block")
          .note(returned->keyword, "the block returns here");
      break;
    }
    if (statement->kind == ast::StatementKind::Return)
      returned = statement;
    unknown = unknown || statement->kind == ast::StatementKind::Unknown;
  }
  if (!returned && !unknown) {
    which.poisoned = true;
    diagnostics
        .report(Code::MissingReturn, which.item->closing,
                "block '" + which.name() + "' ends without 'return'")
        .hint("a block is called for the value that it returns: end it with 'return ...'");
  }
}

void checkReturn(Definition &which, Diagnostics &diagnostics) {
  if (which.isBlock())
    return blockEnd(which, diagnostics);
  if (!which.item->value && !which.item->broken) {
    which.poisoned = true;
    diagnostics
        .report(Code::MissingReturn, which.item->closing,
                std::string(which.kindName()) + " '" + which.name() + "' ends without 'return'")
        .hint("it is called for the number that it returns: end it with 'return ...'");
  }
  if (which.item->afterValue)
    diagnostics.report(Code::UnreachableStatement, which.item->afterValue,
                       "nothing stands after the 'return' of a " + std::string(which.kindName()));
}

} // namespace iarc::dsl
