//===- Npz.cpp - Arrays as NumPy's .npz --------------------------------------------===//
//
// The formats: NumPy's "npy" version 1.0 (numpy.lib.format) in a zip archive whose
// members are stored (PKWARE's APPNOTE, sections 4.3.7, 4.3.12, 4.3.16).
//
//===----------------------------------------------------------------------===//

#include "Npz.h"

#include "Error.h"
#include "OutputFile.h"
#include "Text.h"

#include <array>

namespace iarc::runtime {

namespace {

/// CRC-32 of zip (IEEE 802.3, reflected polynomial 0xedb88320).
uint32_t crc32(std::string_view bytes, uint32_t check = 0) noexcept {
  static const std::array<uint32_t, 256> table = [] {
    std::array<uint32_t, 256> values;
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit)
        value = value >> 1 ^ (value & 1 ? 0xedb88320u : 0);
      values[i] = value;
    }
    return values;
  }();
  check = ~check;
  for (unsigned char byte : bytes)
    check = check >> 8 ^ table[(check ^ byte) & 0xff];
  return ~check;
}

/// The lowest `bytes` bytes of a number, little endian.
std::string littleEndian(uint64_t value, int bytes) {
  std::string text;
  for (int byte = 0; byte < bytes; ++byte)
    text += char(value >> (8 * byte));
  return text;
}

std::string npyHeader(const TensorSource &tensor) {
  std::string shape;
  for (int64_t size : tensor.shape)
    shape += std::to_string(size) + ", ";
  const char *type = tensor.type == ElementType::F32   ? "<f4"
                     : tensor.type == ElementType::F64 ? "<f8"
                                                       : "<i4";
  std::string text =
      format("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", type, shape.c_str());
  // Magic, version and length take 10 bytes; the data begins at a multiple of 64.
  text.resize((10 + text.size() + 1 + 63) / 64 * 64 - 10 - 1, ' ');
  text += '\n';
  return std::string("\x93NUMPY\x01\x00", 8) + littleEndian(text.size(), 2) + text;
}

class ZipWriter {
public:
  explicit ZipWriter(const std::string &path) : file(path) {}

  /// A member of these parts, one after the other.
  void add(const std::string &name, const std::vector<std::string_view> &parts) {
    uint64_t bytes = 0;
    uint32_t check = 0;
    for (std::string_view part : parts) {
      bytes += part.size();
      check = crc32(part, check);
    }
    constexpr uint64_t most = UINT32_MAX; // beyond it the format is another one, zip64
    if (bytes > most || at + bytes + 4096 > most)
      fail(Exit::Usage,
           "an .npz holds less than 4 GiB, the arrays are more\nhint: --format safetensors");
    // Version 2.0, no flags, stored, 1980-01-01: the same arrays give the same bytes.
    const std::string common = littleEndian(20, 2) + littleEndian(0, 2) + littleEndian(0, 2) +
                               littleEndian(0, 2) + littleEndian(0x21, 2) + littleEndian(check, 4) +
                               littleEndian(bytes, 4) + littleEndian(bytes, 4) +
                               littleEndian(name.size(), 2);
    const std::string local = "PK\x03\x04" + common + littleEndian(0, 2) + name;
    directory += "PK\x01\x02" + littleEndian(20, 2) + common + littleEndian(0, 2 + 2 + 2 + 2) +
                 littleEndian(0, 4) + littleEndian(at, 4) + name;
    file.write(local.data(), local.size());
    for (std::string_view part : parts)
      file.write(part.data(), part.size());
    at += local.size() + bytes;
    ++members;
  }

  void commit() {
    const std::string end = "PK\x05\x06" + littleEndian(0, 4) + littleEndian(members, 2) +
                            littleEndian(members, 2) + littleEndian(directory.size(), 4) +
                            littleEndian(at, 4) + littleEndian(0, 2);
    file.write(directory.data(), directory.size());
    file.write(end.data(), end.size());
    file.commit();
  }

private:
  OutputFile file;
  std::string directory;
  uint64_t at = 0, members = 0;
};

} // namespace

void writeNpz(const std::string &path, const std::vector<TensorSource> &tensors,
              const std::string &metadata) {
  ZipWriter zip(path);
  for (const TensorSource &tensor : tensors) {
    uint64_t bytes = uint64_t(elementTypeBytes(tensor.type));
    for (int64_t size : tensor.shape)
      bytes *= uint64_t(size);
    zip.add(tensor.name + ".npy",
            {npyHeader(tensor), std::string_view(static_cast<const char *>(tensor.data), bytes)});
  }
  if (!metadata.empty())
    zip.add("metadata.json", {metadata});
  zip.commit();
}

} // namespace iarc::runtime
