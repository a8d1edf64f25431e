//===- ModelText.h - The elaborated model as text -------------------------===//
#ifndef IARC_DSL_MODELTEXT_H
#define IARC_DSL_MODELTEXT_H

#include "iarc/dsl/Model.h"

#include <string>

namespace iarc::dsl {

/// What analysis made of a program, for tests and for reading.
std::string textOf(const Model &model);

} // namespace iarc::dsl
#endif
