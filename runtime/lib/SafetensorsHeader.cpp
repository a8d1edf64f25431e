//===- SafetensorsHeader.cpp - The header of a safetensors file -------------------===//
//
// nlohmann-json reads the JSON, without recursion, and hands on one event after
// the other. What JSON leaves open is strict here: the form is the one of the
// format, no name comes twice, every number is an integer, and the tensors fill
// the data without overlap or hole.
//
//===----------------------------------------------------------------------===//

#include "Safetensors.h"

#include "Checksum.h"
#include "Text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <new>
#include <set>
#include <string_view>
#include <tuple>

namespace iarc::runtime {

const char *elementTypeName(ElementType type) noexcept {
  switch (type) {
  case ElementType::F32:
    return "F32";
  case ElementType::F64:
    return "F64";
  case ElementType::I32:
    return "I32";
  }
  return "?";
}

int64_t elementTypeBytes(ElementType type) noexcept { return type == ElementType::F64 ? 8 : 4; }

namespace {

using nlohmann::json;

/// The format allows no longer header; a longer length is the mark of another kind of file.
constexpr uint64_t maximumHeader = 100000000;

/// What the JSON reader calls, in the order of the text. A false answer ends the reading, with
/// the reason in `problem`.
class HeaderHandler {
public:
  HeaderHandler(uint64_t dataBytes, SafetensorsHeader &header)
      : dataBytes(dataBytes), header(header) {}

  std::string problem;

  bool null() { return unexpected("null"); }
  bool boolean(bool value) { return unexpected(value ? "true" : "false"); }
  bool number_integer(json::number_integer_t value) { return unexpected(std::to_string(value)); }
  bool number_unsigned(json::number_unsigned_t value) {
    if (level != Level::Shape && level != Level::Offsets)
      return unexpected(std::to_string(value));
    if (value > uint64_t(INT64_MAX))
      return tooLarge(std::to_string(value));
    (level == Level::Shape ? entry.shape : offsets).push_back(int64_t(value));
    return true;
  }
  bool number_float(json::number_float_t, const std::string &text) {
    bool isInteger = text.find_first_not_of("0123456789") == std::string::npos;
    bool isExpected = level == Level::Shape || level == Level::Offsets;
    return isInteger && isExpected ? tooLarge(text) : unexpected(text);
  }
  bool binary(json::binary_t &) { return unexpected("binary data"); } // JSON's text has none

  bool string(std::string &value) {
    if (level == Level::Metadata) {
      header.metadata[field] = value;
      return true;
    }
    if (level != Level::Tensor || field != "dtype")
      return unexpected(runtime::quoted(value));
    if (value == "F32")
      entry.type = ElementType::F32;
    else if (value == "F64")
      entry.type = ElementType::F64;
    else if (value == "I32")
      entry.type = ElementType::I32;
    else
      return tensorProblem("element type " + runtime::quoted(value) +
                           " is not supported, only F32, F64 and I32 are");
    return true;
  }

  bool start_object(size_t) {
    if (level == Level::Outside) {
      level = Level::Top;
      return true;
    }
    if (level != Level::Top)
      return unexpected("an object");
    level = field == "__metadata__" ? Level::Metadata : Level::Tensor;
    entry = {};
    entry.name = field;
    offsets.clear();
    keys.clear();
    return true;
  }

  bool key(std::string &value) {
    field = value;
    if (level == Level::Top)
      return names.insert(value).second ||
             refuse("the name " + runtime::quoted(value) + " comes twice");
    if (level == Level::Metadata)
      return header.metadata.count(value) == 0 ||
             refuse("the key " + runtime::quoted(value) + " of '__metadata__' comes twice");
    if (value != "dtype" && value != "shape" && value != "data_offsets")
      return tensorProblem("unknown key " + runtime::quoted(value));
    return keys.insert(value).second || tensorProblem("the key '" + value + "' comes twice");
  }

  bool end_object() {
    Level ended = level;
    level = ended == Level::Top ? Level::Done : Level::Top;
    return ended != Level::Tensor || finishTensor();
  }

  bool start_array(size_t) {
    if (level != Level::Tensor || field == "dtype")
      return unexpected("a list");
    level = field == "shape" ? Level::Shape : Level::Offsets;
    return true;
  }

  bool end_array() {
    Level ended = level;
    level = Level::Tensor;
    if (ended == Level::Offsets && offsets.size() != 2)
      return tensorProblem(format("'data_offsets' has %zu number%s, expected 2", offsets.size(),
                                  offsets.size() == 1 ? "" : "s"));
    return true;
  }

  /// `position` counts the bytes read, the offending one among them.
  bool parse_error(size_t position, const std::string &, const json::exception &error) {
    size_t at = position ? position - 1 : 0;
    if (level == Level::Done)
      return refuse(format("unexpected text after the header's end, at byte %zu", at));
    // Of "[id] parse error at ...: syntax error while parsing X - reason; last read: 'text'" the
    // reason.
    std::string reason = error.what();
    reason.resize(std::min(reason.find("; last read"), reason.size()));
    if (size_t dash = reason.find(" - "); dash != std::string::npos)
      reason.erase(0, dash + 3);
    return refuse(format("invalid JSON in the header at byte %zu: %s", at, reason.c_str()));
  }

private:
  enum class Level { Outside, Top, Metadata, Tensor, Shape, Offsets, Done };

  bool refuse(std::string message) {
    problem = std::move(message);
    return false;
  }
  bool tensorProblem(const std::string &message) {
    return refuse("tensor " + runtime::quoted(entry.name) + ": " + message);
  }
  bool tooLarge(const std::string &digits) {
    return tensorProblem("the number " + runtime::quoted(digits) + " in '" + field +
                         "' is too large");
  }
  bool unexpected(const std::string &got) {
    switch (level) {
    case Level::Shape:
    case Level::Offsets:
      return tensorProblem("expected an integer, 0 or greater, in '" + field + "', got " + got);
    case Level::Tensor:
      return tensorProblem(std::string("expected ") +
                           (field == "dtype" ? "a string" : "a list of numbers") + " for '" +
                           field + "', got " + got);
    case Level::Metadata:
      return refuse("expected a string for " + runtime::quoted(field) + " of '__metadata__', got " +
                    got);
    case Level::Top:
      return refuse("expected an object for " + runtime::quoted(field) + " in the header, got " +
                    got);
    case Level::Outside:
    case Level::Done:
      break;
    }
    return refuse("expected an object as the header, got " + got);
  }

  bool finishTensor() {
    for (const char *needed : {"dtype", "shape", "data_offsets"})
      if (keys.count(needed) == 0)
        return tensorProblem(format("no '%s'", needed));
    entry.count = 1;
    bool overflow = false;
    for (int64_t size : entry.shape)
      if (size == 0)
        entry.count = 0;
    for (int64_t size : entry.shape)
      overflow |= entry.count != 0 && __builtin_mul_overflow(entry.count, size, &entry.count);
    int64_t bytes = 0, begin = offsets[0], end = offsets[1];
    overflow |= __builtin_mul_overflow(entry.count, elementTypeBytes(entry.type), &bytes);
    if (overflow)
      return tensorProblem("the shape " + shapeText(entry.shape) + " is too large");
    if (begin > end || uint64_t(end) > dataBytes)
      return tensorProblem(format("bytes %lld to %lld lie outside of the file's %llu bytes of data",
                                  (long long)begin, (long long)end, (unsigned long long)dataBytes));
    if (end - begin != bytes)
      return tensorProblem(format("%s %s needs %lld bytes but the header gives it %lld",
                                  elementTypeName(entry.type), shapeText(entry.shape).c_str(),
                                  (long long)bytes, (long long)(end - begin)));
    entry.offset = uint64_t(begin);
    header.tensors.push_back(std::move(entry));
    return true;
  }

  uint64_t dataBytes;
  SafetensorsHeader &header;
  Level level = Level::Outside;
  std::set<std::string> names, keys; ///< of the header, of the tensor
  std::string field;                 ///< the last key
  TensorEntry entry;                 ///< the tensor being read
  std::vector<int64_t> offsets;
};

/// Throws the message.
void parseHeader(std::string_view text, uint64_t dataBytes, SafetensorsHeader &header) {
  // The JSON reader skips a byte order mark and takes a zero byte for the end; neither may be here.
  size_t first = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  if (first == text.size() || text[first] != '{')
    throw format("expected '{' in the header at byte %zu", first);
  if (size_t zero = text.find('\0'); zero != std::string_view::npos)
    throw format("zero byte in the header at byte %zu", zero);
  HeaderHandler handler(dataBytes, header);
  if (!json::sax_parse(text.begin(), text.end(), &handler))
    throw handler.problem;
}

/// Throws the message unless the tensors fill the data without overlap or hole.
void checkCoverage(SafetensorsHeader &header, uint64_t dataBytes) {
  auto bytesOf = [](const TensorEntry &entry) {
    return uint64_t(entry.count) * uint64_t(elementTypeBytes(entry.type));
  };
  std::sort(header.tensors.begin(), header.tensors.end(),
            [&](const TensorEntry &a, const TensorEntry &b) {
              return std::make_tuple(a.offset, bytesOf(a), std::string_view(a.name)) <
                     std::make_tuple(b.offset, bytesOf(b), std::string_view(b.name));
            });
  uint64_t covered = 0;
  const TensorEntry *before = nullptr;
  for (const TensorEntry &entry : header.tensors) {
    if (entry.offset < covered)
      throw "tensors " + runtime::quoted(before->name) + " and " + runtime::quoted(entry.name) +
          " overlap";
    if (entry.offset > covered)
      throw format("bytes %llu to %llu of the data belong to no tensor",
                   (unsigned long long)covered, (unsigned long long)entry.offset);
    covered = entry.offset + bytesOf(entry);
    before = &entry;
  }
  if (covered != dataBytes)
    throw format("bytes %llu to %llu of the data belong to no tensor", (unsigned long long)covered,
                 (unsigned long long)dataBytes);
}

/// Throws the message when there is a checksum and the file another one.
void checkChecksum(const std::byte *bytes, uint64_t size, uint64_t length,
                   const SafetensorsHeader &header) {
  auto found = header.metadata.find(checksumKey);
  if (found == header.metadata.end() || found->second.rfind(checksumPrefix, 0) != 0)
    return; // of another tool
  std::string_view text(reinterpret_cast<const char *>(bytes) + 8, size_t(length));
  size_t at = findChecksum(text);
  if (at == std::string_view::npos)
    throw std::string("the checksum in its header is damaged");
  if (text.substr(at, checksumDigits) != computeChecksum(bytes, size, length))
    throw std::string("the checksum is wrong: the file was damaged, or changed by another tool");
}

} // namespace

size_t findChecksum(std::string_view header) noexcept {
  // As it is written: no text inside a JSON string can look like this, its quotes are escaped.
  const std::string before = std::string("\"") + checksumKey + "\":\"" + checksumPrefix;
  size_t at = header.find(before);
  if (at == std::string_view::npos ||
      header.size() - at < before.size() + checksumDigits + 1 ||
      header[at + before.size() + checksumDigits] != '"')
    return std::string_view::npos;
  return at + before.size();
}

std::string computeChecksum(const std::byte *bytes, uint64_t size, uint64_t header) {
  std::string_view text(reinterpret_cast<const char *>(bytes) + 8, size_t(header));
  size_t at = 8 + findChecksum(text);
  uint64_t check = crc64(bytes, at);
  check = crc64(std::string(checksumDigits, '0').data(), checksumDigits, check);
  at += checksumDigits;
  return format("%016llx", (unsigned long long)crc64(bytes + at, size - at, check));
}

bool parseSafetensors(const std::byte *bytes, uint64_t size, SafetensorsHeader &header,
                      std::string &error) noexcept {
  try {
    if (size < 8)
      throw format("too short for a safetensors file: %llu bytes", (unsigned long long)size);
    uint64_t length = 0;
    for (int byte = 7; byte >= 0; --byte)
      length = length << 8 | uint64_t(bytes[byte]);
    if (length > maximumHeader)
      throw std::string("not a safetensors file: its first eight bytes are no header length");
    if (length > size - 8)
      throw format("truncated: the header has %llu bytes but only %llu follow",
                   (unsigned long long)length, (unsigned long long)(size - 8));
    uint64_t dataBytes = size - 8 - length;
    parseHeader({reinterpret_cast<const char *>(bytes) + 8, size_t(length)}, dataBytes, header);
    checkCoverage(header, dataBytes);
    checkChecksum(bytes, size, length, header);
    for (TensorEntry &entry : header.tensors)
      entry.offset += 8 + length;
    return true;
  } catch (std::string &message) {
    error = std::move(message);
  } catch (const std::bad_alloc &) {
    error = "out of memory while reading the header";
  } catch (...) {
    error = "cannot read the header";
  }
  return false;
}

} // namespace iarc::runtime
