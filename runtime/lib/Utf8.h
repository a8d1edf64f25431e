//===- Utf8.h - Characters of a text ----------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_UTF8_H
#define IARC_RUNTIME_LIB_UTF8_H

#include <cstdint>
#include <string_view>

namespace iarc::runtime {

/// The character that begins at text[at], and in `length` its bytes; -1 where none does: a byte that
/// is not valid UTF-8, an overlong form, a surrogate, or a character cut off by the end. at < size.
inline int32_t characterAt(std::string_view text, uint64_t at, int &length) noexcept {
  auto byte = [&](uint64_t i) { return static_cast<unsigned char>(text[i]); };
  length = 1;
  const int32_t first = byte(at);
  if (first < 0x80)
    return first;
  const int more = first >= 0xc2 && first < 0xe0   ? 1
                   : first >= 0xe0 && first < 0xf0 ? 2
                   : first >= 0xf0 && first < 0xf5 ? 3
                                                   : 0;
  if (more == 0 || at + uint64_t(more) >= text.size())
    return -1;
  int32_t value = first & (0x3f >> more);
  for (int i = 1; i <= more; ++i) {
    if ((byte(at + uint64_t(i)) & 0xc0) != 0x80)
      return -1;
    value = value << 6 | (byte(at + uint64_t(i)) & 0x3f);
  }
  if (value < (more == 1 ? 0x80 : more == 2 ? 0x800 : 0x10000) || value > 0x10ffff ||
      (value >= 0xd800 && value < 0xe000))
    return -1;
  length = 1 + more;
  return value;
}

} // namespace iarc::runtime

#endif
