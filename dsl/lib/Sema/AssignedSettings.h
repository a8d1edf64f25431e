//===- AssignedSettings.h - Settings of a model that are assigned ----------===//
//
// `loss = cross_entropy` is an assignment to the name `loss`, which a setting was
// meant to be where the model has no other.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_SEMA_ASSIGNEDSETTINGS_H
#define IARC_DSL_SEMA_ASSIGNEDSETTINGS_H

#include "Ast/Ast.h"

#include <set>
#include <string>

namespace iarc::dsl {

/// Those of task, loss and train that the model does not have. What is assigned to their names
/// holds words of the setting.
std::set<std::string> lackingSettings(const ast::Item &model);

/// Whether `weights = shared` stands in the model.
bool assignsPlacement(const ast::Item &model);

} // namespace iarc::dsl
#endif
