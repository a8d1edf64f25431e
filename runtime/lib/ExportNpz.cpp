//===- ExportNpz.cpp - Weights as NumPy's .npz ------------------------------------===//
//
// The formats: NumPy's "npy" version 1.0 (numpy.lib.format) in a zip archive whose
// members are stored (PKWARE's APPNOTE, sections 4.3.7, 4.3.12, 4.3.16).
//
//===----------------------------------------------------------------------===//

#include "Error.h"
#include "Export.h"
#include "OutputFile.h"
#include "Text.h"
#include "Weights.h"

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

} // namespace

void exportNpz(const iarc_model &model, const void *weights, const std::string &path) {
  OutputFile file(path);
  std::string directory;
  uint64_t at = 0, members = 0;
  for (const TensorSource &tensor : weightTensors(model, weights)) {
    uint64_t bytes = uint64_t(elementTypeBytes(tensor.type));
    for (int64_t size : tensor.shape)
      bytes *= uint64_t(size);
    const std::string start = npyHeader(tensor), name = tensor.name + ".npy";
    const std::string_view data(static_cast<const char *>(tensor.data), bytes);
    constexpr uint64_t most = UINT32_MAX; // beyond it the format is another one, zip64
    if (bytes + start.size() > most || at + bytes + 4096 > most)
      fail(Exit::Usage,
           "an .npz holds less than 4 GiB, the weights are more\nhint: --format safetensors");
    // Version 2.0, no flags, stored, 1980-01-01: the same weights give the same bytes.
    const std::string common = littleEndian(20, 2) + littleEndian(0, 2) + littleEndian(0, 2) +
                               littleEndian(0, 2) + littleEndian(0x21, 2) +
                               littleEndian(crc32(data, crc32(start)), 4) +
                               littleEndian(start.size() + bytes, 4) +
                               littleEndian(start.size() + bytes, 4) + littleEndian(name.size(), 2);
    const std::string local = "PK\x03\x04" + common + littleEndian(0, 2) + name;
    directory += "PK\x01\x02" + littleEndian(20, 2) + common + littleEndian(0, 2 + 2 + 2 + 2) +
                 littleEndian(0, 4) + littleEndian(at, 4) + name;
    file.write(local.data(), local.size());
    file.write(start.data(), start.size());
    file.write(data.data(), data.size());
    at += local.size() + start.size() + bytes;
    ++members;
  }
  const std::string end = "PK\x05\x06" + littleEndian(0, 4) + littleEndian(members, 2) +
                          littleEndian(members, 2) + littleEndian(directory.size(), 4) +
                          littleEndian(at, 4) + littleEndian(0, 2);
  file.write(directory.data(), directory.size());
  file.write(end.data(), end.size());
  file.commit();
}

} // namespace iarc::runtime
