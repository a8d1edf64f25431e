//===- EventFileTest.cpp - Event files that TensorBoard reads -----------------------===//

#include "EventFile.h"

#include <gtest/gtest.h>

using namespace iarc::runtime;

TEST(EventFile, BytesOfARecord) {
  // length 3, its check, "abc", its check: from TensorFlow's definition of the mask.
  std::string record = eventRecord("abc");
  ASSERT_EQ(record.size(), 19u);
  EXPECT_EQ(record.substr(0, 8), std::string("\3\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(record.substr(12, 3), "abc");
  // crc32c("abc") = 0x364b3fb7; rotated right by 15 and increased by 0xa282ead8.
  uint32_t check = ((0x364b3fb7u >> 15) | (0x364b3fb7u << 17)) + 0xa282ead8u;
  for (size_t byte = 0; byte < 4; ++byte)
    EXPECT_EQ(uint8_t(record[15 + byte]), uint8_t(check >> (8 * byte)));
}

TEST(EventFile, BytesOfAnEvent) {
  std::string event = scalarEvent(1.0, 300, {{"a", 2.0}});
  EXPECT_EQ(event, std::string("\x09\0\0\0\0\0\0\xf0\x3f" // 1: 1.0
                               "\x10\xac\x02"             // 2: 300
                               "\x2a\x0a"                 // 5: ten bytes
                               "\x0a\x08"                 // 1: eight bytes
                               "\x0a\x01"
                               "a"               // 1: "a"
                               "\x15\0\0\0\x40", // 2: 2.0f
                               9 + 3 + 2 + 2 + 3 + 5));
}

TEST(EventFile, WhatIsKept) {
  std::string version = eventRecord(versionEvent(0)), ten = eventRecord(scalarEvent(0, 10, {})),
              twenty = eventRecord(scalarEvent(0, 20, {{"x", 1}})),
              start = eventRecord(startEvent(0, 11));
  std::string all = version + ten + start + twenty;
  EventScan scan = scanEvents(all, 20);
  EXPECT_EQ(scan.keep, all.size());
  EXPECT_EQ(scan.figures, 2);
  scan = scanEvents(all, 19);
  EXPECT_EQ(scan.keep, all.size() - twenty.size());
  EXPECT_EQ(scan.figures, 1);
  EXPECT_EQ(scan.whole, all.size());
  scan = scanEvents(all, 0);
  EXPECT_EQ(scan.keep, version.size());
  EXPECT_EQ(scan.figures, 0);
  // What comes after a later step goes too, as it was written later.
  EXPECT_EQ(scanEvents(version + twenty + ten, 10).keep, version.size());
}

TEST(EventFile, ATornOrDamagedRecordEndsTheFile) {
  std::string version = eventRecord(versionEvent(0)),
              ten = eventRecord(scalarEvent(0, 10, {{"x", 1}}));
  std::string all = version + ten;
  for (size_t length = 0; length < all.size(); ++length) {
    EventScan scan = scanEvents(all.substr(0, length), 100);
    EXPECT_EQ(scan.keep, length < version.size() ? 0 : version.size());
    EXPECT_EQ(scan.figures, 0);
  }
  for (size_t bit = 0; bit < 8 * all.size(); ++bit) {
    std::string damaged = all;
    damaged[bit / 8] = char(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(scanEvents(damaged, 100).keep, bit / 8 < version.size() ? 0 : version.size());
  }
}
