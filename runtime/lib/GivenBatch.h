//===- GivenBatch.h - A batch from a file ----------------------------------------===//
#ifndef IARC_RUNTIME_LIB_GIVENBATCH_H
#define IARC_RUNTIME_LIB_GIVENBATCH_H

#include "iarc/runtime/Descriptor.h"

#include <string>
#include <vector>

namespace iarc::runtime {

/// A batch as a file holds it.
struct GivenBatch {
  int64_t samples = 0;
  std::vector<int32_t> symbols;  ///< [samples][context + 1]
  std::vector<int32_t> controls; ///< [samples][context]
  std::vector<int32_t> targets;  ///< [samples][context]; empty: the symbols that follow
};

/// Checks every element against the model. Throws Error (status InputOutput) that names `what`, such as
/// a file, and the first element that does not fit.
void checkBatch(const iarc_model &model, const std::string &what, const GivenBatch &batch);

/// Reads a batch. Throws Error (status InputOutput) that names the tensor and the element that do
/// not fit the model.
GivenBatch readBatch(const iarc_model &model, const std::string &path);

} // namespace iarc::runtime

#endif
