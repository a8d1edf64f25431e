//===- SafetensorsReader.cpp - Reading safetensors files ------------------------===//

#include "Safetensors.h"

#include "Error.h"
#include "InputFile.h"
#include "Text.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace iarc::runtime {

SafetensorsFile::SafetensorsFile(const std::string &path) : name(path) {
  struct Descriptor {
    int file;
    ~Descriptor() {
      if (file >= 0)
        close(file);
    }
  };
  uint64_t size = 0;
  std::string problem;
  const Descriptor descriptor{openRegular(path, size, problem)};
  if (descriptor.file < 0)
    fail(Exit::InputOutput, "cannot read %s: %s", quoted(path).c_str(), problem.c_str());
  MemoryPlan plan;
  plan.add({int64_t(size)});
  try {
    plan.require(availableMemory(), "the file does not fit into memory");
  } catch (Error &error) {
    fail(error.status, "cannot read %s: %s", quoted(path).c_str(), error.message.c_str());
  }
  bytes = Array(size);
  uint64_t have = 0;
  while (have < bytes.bytes()) {
    ssize_t more = read(descriptor.file, bytes.data() + have, bytes.bytes() - have);
    if (more < 0 && errno == EINTR)
      continue;
    if (more < 0)
      fail(Exit::InputOutput, "cannot read %s: %s", quoted(path).c_str(), std::strerror(errno));
    if (more == 0)
      break; // shortened while being read: the parser says what is missing
    have += uint64_t(more);
  }
  std::string error;
  if (!parseSafetensors(bytes.data(), have, header, error))
    fail(Exit::InputOutput, "cannot read %s: %s", quoted(path).c_str(), error.c_str());
}

const TensorEntry *SafetensorsFile::find(const std::string &tensor) const noexcept {
  for (const TensorEntry &entry : header.tensors)
    if (entry.name == tensor)
      return &entry;
  return nullptr;
}

template <class From, class T> static void convert(const std::byte *from, int64_t count, T *to) {
  for (int64_t i = 0; i < count; ++i) {
    From value;
    std::memcpy(&value, from + i * int64_t(sizeof(From)), sizeof(From));
    to[i] = T(value);
  }
}

template <class T> void SafetensorsFile::copy(const TensorEntry &tensor, T *to) const {
  const std::byte *from = bytes.data() + tensor.offset;
  switch (tensor.type) {
  case ElementType::F32:
    return convert<float>(from, tensor.count, to);
  case ElementType::F64:
    return convert<double>(from, tensor.count, to);
  case ElementType::I32:
    return convert<int32_t>(from, tensor.count, to);
  }
}

template void SafetensorsFile::copy(const TensorEntry &, float *) const;
template void SafetensorsFile::copy(const TensorEntry &, double *) const;
template void SafetensorsFile::copy(const TensorEntry &, int32_t *) const;

} // namespace iarc::runtime
