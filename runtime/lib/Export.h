//===- Export.h - A trained model in other forms --------------------------------===//
//
// What `export` writes. Every function throws Error: of status InputOutput for a file
// that cannot be written, of status Usage for a model that has no such form.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_EXPORT_H
#define IARC_RUNTIME_LIB_EXPORT_H

#include "iarc/runtime/Descriptor.h"

#include <string>
#include <vector>

namespace iarc::runtime {

/// Writes a C source `path` and the header beside it, NAME.h, with the weights and the code of a
/// single window inside: that for `target`, one of exportTargets(), or the program's own where it is
/// empty. Functions and types are named after the file.
void exportC(const iarc_model &model, const void *weights, const std::string &target,
             const std::string &path);

/// What the program holds code for beside its own processor.
std::vector<std::string> exportTargets(const iarc_model &model);

/// Writes the model's graph with its weights as ONNX, opset 17. Inputs: int64 `symbols` and, of a task with
/// control tokens, `controls` [batch, T]; output: `logits` [batch, T or 1, N].
void exportOnnx(const iarc_model &model, const void *weights, const std::string &path);

} // namespace iarc::runtime

#endif
