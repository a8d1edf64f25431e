//===- Npz.h - Arrays as NumPy's .npz ------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_NPZ_H
#define IARC_RUNTIME_LIB_NPZ_H

#include "Safetensors.h"

namespace iarc::runtime {

/// Writes one array for each tensor, and unless empty the metadata, a text of JSON, as `metadata.json`.
/// Throws Error: InputOutput, or Usage for 4 GiB or more.
void writeNpz(const std::string &path, const std::vector<TensorSource> &tensors,
              const std::string &metadata = "");

} // namespace iarc::runtime

#endif
