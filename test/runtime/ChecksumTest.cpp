//===- ChecksumTest.cpp - Cyclic redundancy checks ----------------------------------===//

#include "Checksum.h"

#include <gtest/gtest.h>
#include <string>

using namespace iarc::runtime;

TEST(Checksum, KnownValues) {
  // The check values of the catalogue of CRC algorithms, and RFC 3720 B.4.
  EXPECT_EQ(crc64("123456789", 9), 0x995DC9BBDF1939FAu);
  EXPECT_EQ(crc32c("123456789", 9), 0xE3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0').data(), 32), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xff').data(), 32), 0x62A8AB43u);
  EXPECT_EQ(crc64("", 0), 0u);
  EXPECT_EQ(crc32c("", 0), 0u);
}

TEST(Checksum, PiecesGiveTheWhole) {
  std::string bytes;
  for (int i = 0; i < 100; ++i)
    bytes += char(i * 37 + 11);
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_EQ(crc64(bytes.data() + cut, bytes.size() - cut, crc64(bytes.data(), cut)),
              crc64(bytes.data(), bytes.size()));
    EXPECT_EQ(crc32c(bytes.data() + cut, bytes.size() - cut, crc32c(bytes.data(), cut)),
              crc32c(bytes.data(), bytes.size()));
  }
}
