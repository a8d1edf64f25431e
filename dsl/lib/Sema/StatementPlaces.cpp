//===- StatementPlaces.cpp - Where statements may stand --------------------===//
#include "Sema/StatementPlaces.h"

namespace iarc::dsl {

using ast::StatementKind;

void checkPlace(const ast::Statement &statement, bool inModel, const char *loop,
                Diagnostics &diagnostics) {
  auto misplaced = [&](const std::string &where, std::string hint) {
    diagnostics
        .report(Code::MisplacedStatement, statement.keyword,
                "'" + std::string(statement.keyword.text()) + "' cannot stand in " + where)
        .hint(std::move(hint));
  };
  const bool settingOfModel =
      statement.kind == StatementKind::Param || statement.kind == StatementKind::Task ||
      statement.kind == StatementKind::Context || statement.kind == StatementKind::Loss ||
      statement.kind == StatementKind::Train || statement.kind == StatementKind::Predict;
  if (settingOfModel && !inModel)
    misplaced("a block", "it belongs to the model that calls the block");
  else if ((settingOfModel || statement.kind == StatementKind::Weights) && loop)
    misplaced(loop, std::string("move it out of the ") + (loop + 2));
  else if (statement.kind == StatementKind::Return && inModel)
    misplaced("a model", "a model ends with 'predict'; 'return' belongs to a block");
  else if (statement.kind == StatementKind::Return && loop)
    misplaced(loop, std::string("assign in the ") + (loop + 2) + " and return after it");
}

} // namespace iarc::dsl
