//===- Weights.h - A model's weights as a file -----------------------------------===//
//
// Moves all weight tensors of a model between memory and a safetensors file.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_WEIGHTS_H
#define IARC_RUNTIME_LIB_WEIGHTS_H

#include "Safetensors.h"

#include "iarc/runtime/Descriptor.h"

#include <string>
#include <vector>

namespace iarc::runtime {

/// The sizes of a weight's axes.
std::vector<int64_t> shapeOf(const iarc_weight &weight);

/// Reads every weight tensor from the file. Tensors of the other floating-point precision are
/// converted, which is said on standard error unless `quiet`. Throws Error (status InputOutput) that names every
/// tensor that is missing, superfluous or of another shape or type; then `weights` is untouched.
void loadWeights(const iarc_model &model, const std::string &path, void *weights, bool quiet = false);

/// The tensors of an array in the layout of the weights (weights, gradients), their names prefixed.
std::vector<TensorSource> weightTensors(const iarc_model &model, const void *array,
                                        const std::string &prefix = "");

/// Writes every weight tensor. Throws Error (status InputOutput).
void saveWeights(const iarc_model &model, const std::string &path, const void *weights);

/// The name of the first weight that is not finite; "" where all are.
std::string firstNotFinite(const iarc_model &model, const void *weights);

/// Why the loss of the weights in this file is not finite: "note: ...".
std::string notFiniteNote(const iarc_model &model, const void *weights, const std::string &path);

} // namespace iarc::runtime

#endif
