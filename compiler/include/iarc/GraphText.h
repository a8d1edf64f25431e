//===- GraphText.h - The elaborated model as JSON -----------------------------===//
#ifndef IARC_GRAPHTEXT_H
#define IARC_GRAPHTEXT_H

#include <string>

namespace iarc {

namespace dsl {
struct Model;
} // namespace dsl

/// The model's graph as one line of JSON: what a compiled program knows of its own structure.
/// iarc/runtime/Descriptor.h describes it.
std::string graphText(const dsl::Model &model);

} // namespace iarc
#endif
