//===- Safetensors.h - The safetensors file format ------------------------------===//
//
// Reads and writes safetensors files: eight bytes of header length (little
// endian), a JSON header that names every tensor with its element type, shape and
// byte range, then the data. The bytes read are foreign: every claim of the header
// is checked before it is used. Element types: F32, F64 and I32.
//
// What is written here carries in its metadata, as "checksum", the CRC-64 of the whole
// file, computed with zeros for its own digits. Where a file has one of that form it is
// checked, so that no flipped bit is ever read; files of other tools have none.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_SAFETENSORS_H
#define IARC_RUNTIME_LIB_SAFETENSORS_H

#include "Memory.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace iarc::runtime {

enum class ElementType { F32, F64, I32 };

const char *elementTypeName(ElementType type) noexcept; ///< "F32", "F64", "I32"
int64_t elementTypeBytes(ElementType type) noexcept;    ///< 4, 8, 4

/// One tensor of a file that was read.
struct TensorEntry {
  std::string name;
  ElementType type = ElementType::F32;
  std::vector<int64_t> shape;
  int64_t count = 0;   ///< elements: the product of the shape
  uint64_t offset = 0; ///< of its first byte from the beginning of the file; any alignment
};

struct SafetensorsHeader {
  std::vector<TensorEntry> tensors; ///< in the order of their data
  std::map<std::string, std::string> metadata;
};

/// The metadata's key, and its value but for the sixteen hexadecimal digits.
constexpr const char *checksumKey = "checksum", *checksumPrefix = "iarc-crc64:";
constexpr size_t checksumDigits = 16;

/// Where the digits of the checksum stand in the text of a header; npos without one.
size_t findChecksum(std::string_view header) noexcept;

/// The digits that the checksum of this file must have; `header` is the length of its header.
std::string computeChecksum(const std::byte *bytes, uint64_t size, uint64_t header);

/// Checks `size` bytes of a whole file. Returns false and says in `error` what is wrong (without
/// the name of the file) unless every tensor lies inside the file, with the size that its shape
/// says, none overlaps another, the data has no holes, no name comes twice and the checksum, where
/// there is one, is right.
bool parseSafetensors(const std::byte *bytes, uint64_t size, SafetensorsHeader &header,
                      std::string &error) noexcept;

/// A file in memory.
class SafetensorsFile {
public:
  /// Throws Error (status InputOutput) that names the file.
  explicit SafetensorsFile(const std::string &path);

  const std::string &path() const noexcept { return name; }
  const SafetensorsHeader &content() const noexcept { return header; }
  const std::vector<TensorEntry> &tensors() const noexcept { return header.tensors; }
  const std::map<std::string, std::string> &metadata() const noexcept { return header.metadata; }
  /// Null when there is none of that name.
  const TensorEntry *find(const std::string &tensor) const noexcept;

  /// Copies a tensor's elements, converted to T (float, double or int32_t). Conversions between
  /// float and double round; others are the caller's error.
  template <class T> void copy(const TensorEntry &tensor, T *to) const;

private:
  std::string name;
  Array bytes;
  SafetensorsHeader header;
};

/// One tensor to be written; `data` stays the caller's.
struct TensorSource {
  std::string name;
  ElementType type;
  std::vector<int64_t> shape;
  const void *data;
};

/// Writes a file of these tensors by way of OutputFile, with a checksum. Throws Error (status InputOutput).
void writeSafetensors(const std::string &path, const std::vector<TensorSource> &tensors,
                      const std::map<std::string, std::string> &metadata);

} // namespace iarc::runtime

#endif
