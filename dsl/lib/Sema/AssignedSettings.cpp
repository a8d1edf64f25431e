//===- AssignedSettings.cpp - Settings of a model that are assigned --------===//
#include "Sema/AssignedSettings.h"

#include <algorithm>

namespace iarc::dsl {

using ast::StatementKind;

std::set<std::string> lackingSettings(const ast::Item &model) {
  std::set<std::string> words = {"task", "loss", "train"};
  for (const ast::Statement *statement : model.body)
    words.erase(statement->kind == StatementKind::Task    ? "task"
                : statement->kind == StatementKind::Loss  ? "loss"
                : statement->kind == StatementKind::Train ? "train"
                                                          : "");
  return words;
}

bool assignsPlacement(const ast::Item &model) {
  return std::any_of(model.body.begin(), model.body.end(), [](const ast::Statement *statement) {
    return statement->kind == StatementKind::Assign && statement->name.text == "weights" &&
           statement->value && statement->value->text == "shared";
  });
}

} // namespace iarc::dsl
