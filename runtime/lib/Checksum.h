//===- Checksum.h - Cyclic redundancy checks --------------------------------------===//
//
// CRC-64/XZ guards the files that a program writes and reads again, CRC-32C the
// records of TensorBoard's event files. Both find every change of up to two bits and
// every burst no longer than themselves; other damage slips through once in 2^64 and
// 2^32 times. They are no protection against intent.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_CHECKSUM_H
#define IARC_RUNTIME_LIB_CHECKSUM_H

#include <cstdint>

namespace iarc::runtime {

/// The check of what came before, continued by `size` bytes; begins with 0.
uint64_t crc64(const void *bytes, uint64_t size, uint64_t before = 0) noexcept;
uint32_t crc32c(const void *bytes, uint64_t size, uint32_t before = 0) noexcept;

} // namespace iarc::runtime

#endif
