//===- EventFile.cpp - Event files that TensorBoard reads -------------------------===//

#include "EventFile.h"

#include "Checksum.h"

#include <cstring>

namespace iarc::runtime {

namespace {

uint32_t maskedCheck(std::string_view bytes) {
  uint32_t check = crc32c(bytes.data(), bytes.size());
  return ((check >> 15) | (check << 17)) + 0xa282ead8u;
}

template <class Word> std::string littleEndian(Word value) {
  std::string bytes;
  for (size_t byte = 0; byte < sizeof(Word); ++byte)
    bytes += char(uint8_t(value >> (8 * byte)));
  return bytes;
}

uint64_t readLittleEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t byte = 0; byte < bytes.size(); ++byte)
    value |= uint64_t(uint8_t(bytes[byte])) << (8 * byte);
  return value;
}

// Protocol buffers: each field is a key, number * 8 + kind, and its value.
enum Kind : uint64_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7)
    bytes += char(uint8_t(value | 0x80));
  return bytes + char(uint8_t(value));
}

std::string key(uint64_t field, Kind kind) { return varint(field * 8 + kind); }

std::string doubleField(uint64_t field, double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return key(field, Fixed64) + littleEndian(bits);
}

std::string floatField(uint64_t field, float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return key(field, Fixed32) + littleEndian(bits);
}

std::string integerField(uint64_t field, int64_t value) {
  return key(field, Varint) + varint(uint64_t(value));
}

std::string bytesField(uint64_t field, std::string_view bytes) {
  return key(field, Bytes) + varint(bytes.size()) + std::string(bytes);
}

bool takeVarint(std::string_view &bytes, uint64_t &value) {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    uint8_t byte = uint8_t(bytes[0]);
    bytes.remove_prefix(1);
    value |= uint64_t(byte & 0x7f) << shift;
    if (byte < 0x80)
      return true;
  }
  return false;
}

/// Takes the step of an event and whether it has a summary; false unless it is well formed.
bool readEvent(std::string_view event, int64_t &step, bool &hasSummary) {
  step = 0;
  hasSummary = false;
  while (!event.empty()) {
    uint64_t head = 0, value = 0;
    if (!takeVarint(event, head))
      return false;
    size_t length = 0;
    switch (head & 7) {
    case Varint:
      if (!takeVarint(event, value))
        return false;
      if (head >> 3 == 2)
        step = int64_t(value);
      break;
    case Fixed64:
      length = 8;
      break;
    case Fixed32:
      length = 4;
      break;
    case Bytes:
      if (!takeVarint(event, value) || value > event.size())
        return false;
      length = size_t(value);
      hasSummary |= head >> 3 == 5;
      break;
    default:
      return false;
    }
    if (length > event.size())
      return false;
    event.remove_prefix(length);
  }
  return true;
}

} // namespace

std::string eventRecord(std::string_view data) {
  std::string length = littleEndian(uint64_t(data.size()));
  return length + littleEndian(maskedCheck(length)) + std::string(data) +
         littleEndian(maskedCheck(data));
}

std::string versionEvent(double wallTime) {
  return doubleField(1, wallTime) + bytesField(3, "brain.Event:2");
}

std::string startEvent(double wallTime, int64_t step) {
  return doubleField(1, wallTime) + integerField(2, step) + bytesField(7, integerField(1, 1));
}

std::string scalarEvent(double wallTime, int64_t step,
                        const std::vector<std::pair<std::string, double>> &values) {
  std::string summary;
  for (const auto &[tag, value] : values)
    summary += bytesField(1, bytesField(1, tag) + floatField(2, float(value)));
  return doubleField(1, wallTime) + integerField(2, step) + bytesField(5, summary);
}

EventScan scanEvents(std::string_view bytes, int64_t bound, int64_t evaluationBound) noexcept {
  EventScan scan;
  bool within = true;
  uint64_t at = 0;
  while (bytes.size() - at >= 16) {
    std::string_view head = bytes.substr(at, 8);
    uint64_t length = readLittleEndian(head);
    if (length > bytes.size() - at - 16 ||
        readLittleEndian(bytes.substr(at + 8, 4)) != maskedCheck(head))
      break;
    std::string_view data = bytes.substr(at + 12, size_t(length));
    int64_t step = 0;
    bool hasSummary = false;
    if (readLittleEndian(bytes.substr(at + 12 + length, 4)) != maskedCheck(data) ||
        !readEvent(data, step, hasSummary))
      break;
    at += 16 + length;
    scan.whole = at;
    within &= step <= (data.find(evaluationTag) != std::string_view::npos ? evaluationBound : bound);
    if (within) {
      scan.keep = at;
      scan.figures += hasSummary;
    }
  }
  return scan;
}

} // namespace iarc::runtime
