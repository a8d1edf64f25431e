//===- WeightMap.h - Weights of other frameworks ---------------------------------===//
//
// A text that says where a model's weights stand in a safetensors file of another
// program. A line fills one weight, or the part of it that leading indices name:
//
//     query[0] = layers.0.attention.in_proj.weight[0:20]     # rows 0 .. 19
//     readout  = head.weight transpose
//
// What follows "#" is a comment. A weight without a line is read under its own name.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_WEIGHTMAP_H
#define IARC_RUNTIME_LIB_WEIGHTMAP_H

#include "iarc/runtime/Descriptor.h"

#include <cstdint>
#include <string>
#include <vector>

namespace iarc::runtime {

struct WeightMapLine {
  int64_t number = 0;          ///< in the text, from 1
  std::string weight;          ///< of the model
  std::vector<int64_t> index;  ///< into its leading axes
  std::string tensor;          ///< of the file
  bool sliced = false;         ///< rows begin .. end - 1 of its first axis
  int64_t begin = 0, end = 0;
  bool transpose = false;      ///< of two axes
};

/// Reads the text. Throws Error (status InputOutput) that names the line; `name` is the file's.
std::vector<WeightMapLine> parseWeightMap(const std::string &text, const std::string &name);

/// Fills every weight. Throws Error (status InputOutput) that names every tensor that is missing,
/// of another shape, or whose part is filled twice or not at all. Says on standard error which
/// tensors of the file were not read.
void importWeights(const iarc_model &model, const std::string &file,
                   const std::vector<WeightMapLine> &map, void *weights);

} // namespace iarc::runtime

#endif
