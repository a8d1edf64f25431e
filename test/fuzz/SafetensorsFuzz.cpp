//===- SafetensorsFuzz.cpp - Fuzz target of the safetensors reader -----------------===//
//
// Any bytes are either refused with a message or give tensors that lie inside the
// file, fill it, and have the size of their shape.
//
//===----------------------------------------------------------------------===//

#include "Safetensors.h"

#include <cstdint>
#include <set>

using namespace iarc::runtime;

static void require(bool condition) {
  if (!condition)
    __builtin_trap();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  SafetensorsHeader header;
  std::string error;
  const std::byte *bytes = reinterpret_cast<const std::byte *>(data);
  if (!parseSafetensors(bytes, size, header, error)) {
    require(!error.empty());
    return 0;
  }
  require(error.empty() && size >= 8);
  std::set<std::string> names;
  uint64_t end = 0;
  unsigned sum = 0;
  for (const TensorEntry &entry : header.tensors) {
    require(names.insert(entry.name).second);
    uint64_t length = uint64_t(entry.count) * uint64_t(elementTypeBytes(entry.type));
    require(entry.count >= 0 && entry.offset >= 8 && entry.offset + length <= size);
    require(end == 0 || entry.offset == end);
    end = entry.offset + length;
    for (uint64_t byte = entry.offset; byte < end; ++byte) // the sanitizer watches
      sum += unsigned(bytes[byte]);
  }
  require(header.tensors.empty() || end == size);
  volatile unsigned keep = sum;
  (void)keep;
  return 0;
}
