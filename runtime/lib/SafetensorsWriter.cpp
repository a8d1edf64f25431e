//===- SafetensorsWriter.cpp - Writing safetensors files ------------------------===//

#include "Safetensors.h"

#include "Checksum.h"
#include "Error.h"
#include "Json.h"
#include "OutputFile.h"
#include "Text.h"

namespace iarc::runtime {

void writeSafetensors(const std::string &path, const std::vector<TensorSource> &tensors,
                      const std::map<std::string, std::string> &metadata) {
  JsonWriter json;
  json.beginObject().key("__metadata__").beginObject();
  for (const auto &[key, value] : metadata)
    json.field(key, std::string_view(value));
  json.field(checksumKey, checksumPrefix + std::string(checksumDigits, '0')).endObject();
  MemoryPlan sizes;
  for (const TensorSource &tensor : tensors) {
    int64_t begin = int64_t(sizes.bytes()), bytes = elementTypeBytes(tensor.type);
    for (int64_t size : tensor.shape)
      if (__builtin_mul_overflow(bytes, size, &bytes))
        bytes = -1;
    sizes.add({bytes});
    if (bytes < 0 || sizes.overflowed())
      fail(Exit::InputOutput, "cannot write %s: the tensor %s is too large", quoted(path).c_str(),
           quoted(tensor.name).c_str());
    json.key(tensor.name).beginObject();
    json.field("dtype", elementTypeName(tensor.type));
    json.key("shape").beginArray();
    for (int64_t size : tensor.shape)
      json.value(size);
    json.endArray();
    json.key("data_offsets").beginArray();
    json.value(begin).value(begin + bytes);
    json.endArray().endObject();
  }
  json.endObject();
  std::string header = json.text();
  header.resize((header.size() + 63) / 64 * 64, ' ');
  // The data begins on a multiple of 8 from the beginning of the file, as readers that map it want.
  unsigned char length[8];
  for (int byte = 0; byte < 8; ++byte)
    length[byte] = (unsigned char)(uint64_t(header.size()) >> (8 * byte));
  auto bytesOf = [](const TensorSource &tensor) {
    uint64_t bytes = uint64_t(elementTypeBytes(tensor.type));
    for (int64_t size : tensor.shape)
      bytes *= uint64_t(size);
    return bytes;
  };

  uint64_t check = crc64(header.data(), header.size(), crc64(length, sizeof length));
  for (const TensorSource &tensor : tensors)
    check = crc64(tensor.data, bytesOf(tensor), check);
  header.replace(findChecksum(header), checksumDigits,
                 format("%016llx", (unsigned long long)check));

  OutputFile file(path);
  file.write(length, sizeof length);
  file.write(header.data(), header.size());
  for (const TensorSource &tensor : tensors)
    file.write(tensor.data, bytesOf(tensor));
  file.commit();
}

} // namespace iarc::runtime
