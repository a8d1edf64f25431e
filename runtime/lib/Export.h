//===- Export.h - A trained model in other forms --------------------------------===//
//
// What `export` writes. Every function throws Error: of status InputOutput for a file
// that cannot be written, of status Usage for a model that has no such form.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_EXPORT_H
#define IARC_RUNTIME_LIB_EXPORT_H

#include "Inference.h"

#include <string>

namespace iarc::runtime {

/// Writes a C source `path` and the header beside it, NAME.h, with the prepared weights of
/// `inference` and the generated code inside. Functions and types are named after the file.
void exportC(const iarc_model &model, const Inference &inference, const std::string &path);

/// Writes the model's graph with its weights as ONNX, opset 17. Inputs: int64 `symbols` and, of a task with
/// control tokens, `controls` [batch, T]; output: `logits` [batch, T or 1, N].
void exportOnnx(const iarc_model &model, const void *weights, const std::string &path);

} // namespace iarc::runtime

#endif
