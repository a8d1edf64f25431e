//===- Checksum.cpp - Cyclic redundancy checks ------------------------------------===//
//
// Eight bytes at a time by eight tables ("slicing by 8"): some 2 GB a second, so
// that a checkpoint waits for the disk and not for its check.
//
//===----------------------------------------------------------------------===//

#include "Checksum.h"

#include <array>

namespace iarc::runtime {

namespace {

template <class Word, Word polynomial> // reflected
class Tables {
public:
  constexpr Tables() {
    for (unsigned byte = 0; byte < 256; ++byte) {
      Word value = byte;
      for (int bit = 0; bit < 8; ++bit)
        value = (value >> 1) ^ (value & 1 ? polynomial : 0);
      table[0][byte] = value;
    }
    for (unsigned byte = 0; byte < 256; ++byte)
      for (int step = 1; step < 8; ++step)
        table[step][byte] = (table[step - 1][byte] >> 8) ^ table[0][table[step - 1][byte] & 0xff];
  }

  Word run(const void *bytes, uint64_t size, Word check) const noexcept {
    const unsigned char *at = static_cast<const unsigned char *>(bytes);
    check = Word(~check);
    for (; size >= 8; size -= 8, at += 8) {
      uint64_t word = 0;
      for (int byte = 0; byte < 8; ++byte)
        word |= uint64_t(at[byte]) << (8 * byte);
      word ^= check;
      check = 0;
      for (int byte = 0; byte < 8; ++byte)
        check ^= table[7 - byte][(word >> (8 * byte)) & 0xff];
    }
    for (; size > 0; --size, ++at)
      check = (check >> 8) ^ table[0][(check ^ *at) & 0xff];
    return Word(~check);
  }

private:
  std::array<std::array<Word, 256>, 8> table{};
};

constexpr Tables<uint64_t, 0xC96C5795D7870F42> tables64;
constexpr Tables<uint32_t, 0x82F63B78> tables32;

} // namespace

uint64_t crc64(const void *bytes, uint64_t size, uint64_t before) noexcept {
  return tables64.run(bytes, size, before);
}

uint32_t crc32c(const void *bytes, uint64_t size, uint32_t before) noexcept {
  return tables32.run(bytes, size, before);
}

} // namespace iarc::runtime
