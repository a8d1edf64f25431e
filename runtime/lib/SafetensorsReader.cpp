//===- SafetensorsReader.cpp - Reading safetensors files ------------------------===//
//
// The header is parsed by hand, strictly and without recursion: its JSON has one
// known form, and a general parser would accept duplicate names and unbounded
// nesting.
//
//===----------------------------------------------------------------------===//

#include "Safetensors.h"

#include "Error.h"
#include "Text.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <set>
#include <string_view>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

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

/// The format allows no longer header; a longer length is the mark of another kind of file.
constexpr uint64_t maximumHeader = 100000000;

class HeaderParser {
public:
  HeaderParser(std::string_view text, uint64_t dataBytes, SafetensorsHeader &header)
      : text(text), dataBytes(dataBytes), header(header) {}

  /// Throws the message.
  void parse() {
    std::set<std::string> names;
    expect('{');
    if (!accept('}')) {
      do {
        std::string name = string();
        expect(':');
        if (!names.insert(name).second)
          problem("the name " + quoted(name) + " comes twice");
        if (name == "__metadata__")
          metadata();
        else
          tensor(std::move(name));
      } while (accept(','));
      expect('}');
    }
    skipSpace();
    if (at != text.size())
      problem(format("unexpected text after the header's end, at byte %zu", at));
  }

private:
  [[noreturn]] void problem(std::string message) { throw message; }

  void skipSpace() {
    while (at < text.size() && std::strchr(" \t\r\n", text[at]) && text[at])
      ++at;
  }

  bool accept(char c) {
    skipSpace();
    if (at >= text.size() || text[at] != c)
      return false;
    ++at;
    return true;
  }

  void expect(char c) {
    if (!accept(c))
      problem(format("expected '%c' in the header at byte %zu", c, at));
  }

  unsigned hexadecimal() {
    unsigned value = 0;
    for (int digit = 0; digit < 4; ++digit, ++at) {
      char c = at < text.size() ? text[at] : '\0';
      if (c >= '0' && c <= '9')
        value = value * 16 + unsigned(c - '0');
      else if ((c | 32) >= 'a' && (c | 32) <= 'f')
        value = value * 16 + unsigned((c | 32) - 'a' + 10);
      else
        problem(format("invalid \\u escape in the header at byte %zu", at));
    }
    return value;
  }

  void appendCodePoint(std::string &to, unsigned code) {
    if (code < 0x80) {
      to += char(code);
    } else if (code < 0x800) {
      to += char(0xC0 | code >> 6);
      to += char(0x80 | (code & 63));
    } else if (code < 0x10000) {
      to += char(0xE0 | code >> 12);
      to += char(0x80 | (code >> 6 & 63));
      to += char(0x80 | (code & 63));
    } else {
      to += char(0xF0 | code >> 18);
      to += char(0x80 | (code >> 12 & 63));
      to += char(0x80 | (code >> 6 & 63));
      to += char(0x80 | (code & 63));
    }
  }

  std::string string() {
    expect('"');
    std::string result;
    for (;;) {
      if (at >= text.size())
        problem("a string in the header has no end");
      unsigned char c = (unsigned char)text[at++];
      if (c == '"')
        return result;
      if (c < 32)
        problem(format("control character in a string of the header at byte %zu", at - 1));
      if (c != '\\') {
        result += char(c);
        continue;
      }
      char escape = at < text.size() ? text[at++] : '\0';
      static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
      if (escape == 'u') {
        unsigned code = hexadecimal();
        if (code >= 0xD800 && code < 0xDC00 && text.substr(at, 2) == "\\u") {
          at += 2;
          unsigned low = hexadecimal();
          if (low < 0xDC00 || low > 0xDFFF)
            problem(format("invalid \\u escape in the header at byte %zu", at));
          code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        } else if (code >= 0xD800 && code < 0xE000) {
          problem(format("invalid \\u escape in the header at byte %zu", at));
        }
        appendCodePoint(result, code);
      } else if (const char *found = escape ? std::strchr(from, escape) : nullptr) {
        result += to[found - from];
      } else {
        problem(format("invalid escape in the header at byte %zu", at - 1));
      }
    }
  }

  int64_t number(const std::string &tensor) {
    skipSpace();
    size_t begin = at;
    int64_t value = 0;
    bool overflow = false;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9')
      overflow |= __builtin_mul_overflow(value, int64_t(10), &value) ||
                  __builtin_add_overflow(value, int64_t(text[at++] - '0'), &value);
    if (at == begin || (text[begin] == '0' && at > begin + 1))
      problem(format("tensor %s: expected a number, 0 or greater, in the header at byte %zu",
                     quoted(tensor).c_str(), begin));
    if (overflow)
      problem(format("tensor %s: the number at byte %zu of the header is too large",
                     quoted(tensor).c_str(), begin));
    return value;
  }

  void metadata() {
    expect('{');
    if (accept('}'))
      return;
    do {
      std::string key = string();
      expect(':');
      header.metadata[key] = string();
    } while (accept(','));
    expect('}');
  }

  void tensor(std::string name) {
    TensorEntry entry;
    entry.name = std::move(name);
    const std::string shown = quoted(entry.name);
    bool hasType = false, hasShape = false, hasOffsets = false;
    int64_t begin = 0, end = 0;
    expect('{');
    do {
      std::string key = string();
      expect(':');
      bool *seen = key == "dtype"          ? &hasType
                   : key == "shape"        ? &hasShape
                   : key == "data_offsets" ? &hasOffsets
                                           : nullptr;
      if (!seen)
        problem("tensor " + shown + ": unknown key " + quoted(key));
      if (*seen)
        problem("tensor " + shown + ": the key '" + key + "' comes twice");
      *seen = true;
      if (seen == &hasType) {
        std::string type = string();
        if (type == "F32")
          entry.type = ElementType::F32;
        else if (type == "F64")
          entry.type = ElementType::F64;
        else if (type == "I32")
          entry.type = ElementType::I32;
        else
          problem("tensor " + shown + ": element type " + quoted(type) +
                  " is not supported, only F32, F64 and I32 are");
      } else if (seen == &hasShape) {
        expect('[');
        if (!accept(']')) {
          do
            entry.shape.push_back(number(entry.name));
          while (accept(','));
          expect(']');
        }
      } else {
        expect('[');
        begin = number(entry.name);
        expect(',');
        end = number(entry.name);
        expect(']');
      }
    } while (accept(','));
    expect('}');
    if (!hasType || !hasShape || !hasOffsets)
      problem("tensor " + shown + ": no '" +
              (!hasType    ? "dtype"
               : !hasShape ? "shape"
                           : "data_offsets") +
              "'");

    entry.count = 1;
    bool overflow = false;
    for (int64_t size : entry.shape)
      if (size == 0)
        entry.count = 0;
    for (int64_t size : entry.shape)
      overflow |= entry.count != 0 && __builtin_mul_overflow(entry.count, size, &entry.count);
    int64_t bytes = 0;
    overflow |= __builtin_mul_overflow(entry.count, elementTypeBytes(entry.type), &bytes);
    if (overflow)
      problem("tensor " + shown + ": the shape " + shapeText(entry.shape) + " is too large");
    if (begin > end || uint64_t(end) > dataBytes)
      problem(format("tensor %s: bytes %lld to %lld lie outside of the file's %llu bytes of data",
                     shown.c_str(), (long long)begin, (long long)end,
                     (unsigned long long)dataBytes));
    if (end - begin != bytes)
      problem(format("tensor %s: %s %s needs %lld bytes but the header gives it %lld",
                     shown.c_str(), elementTypeName(entry.type), shapeText(entry.shape).c_str(),
                     (long long)bytes, (long long)(end - begin)));
    entry.offset = uint64_t(begin);
    header.tensors.push_back(std::move(entry));
  }

  std::string_view text;
  uint64_t dataBytes;
  SafetensorsHeader &header;
  size_t at = 0;
};

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
      throw "tensors " + quoted(before->name) + " and " + quoted(entry.name) + " overlap";
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

} // namespace

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
    HeaderParser({reinterpret_cast<const char *>(bytes) + 8, size_t(length)}, dataBytes, header)
        .parse();
    checkCoverage(header, dataBytes);
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

SafetensorsFile::SafetensorsFile(const std::string &path) : name(path) {
  struct Descriptor {
    int file;
    ~Descriptor() {
      if (file >= 0)
        close(file);
    }
  } descriptor{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  auto systemError = [&] {
    fail(Exit::InputOutput, "cannot read %s: %s", quoted(path).c_str(), std::strerror(errno));
  };
  struct stat status;
  if (descriptor.file < 0 || fstat(descriptor.file, &status) != 0)
    systemError();
  if (!S_ISREG(status.st_mode))
    fail(Exit::InputOutput, "cannot read %s: not a regular file", quoted(path).c_str());
  MemoryPlan plan;
  plan.add({int64_t(status.st_size)});
  try {
    plan.require(availableMemory(), "the file does not fit into memory");
  } catch (Error &error) {
    fail(error.status, "cannot read %s: %s", quoted(path).c_str(), error.message.c_str());
  }
  content = Array(uint64_t(status.st_size));
  uint64_t have = 0;
  while (have < content.bytes()) {
    ssize_t more = read(descriptor.file, content.data() + have, content.bytes() - have);
    if (more < 0 && errno == EINTR)
      continue;
    if (more < 0)
      systemError();
    if (more == 0)
      break; // shortened while being read: the parser says what is missing
    have += uint64_t(more);
  }
  std::string error;
  if (!parseSafetensors(content.data(), have, header, error))
    fail(Exit::InputOutput, "cannot read %s: %s", quoted(path).c_str(), error.c_str());
}

const TensorEntry *SafetensorsFile::find(const std::string &tensor) const noexcept {
  for (const TensorEntry &entry : header.tensors)
    if (entry.name == tensor)
      return &entry;
  return nullptr;
}

template <class From, class T> static void convert(const std::byte *from, int64_t count, T *to) {
  for (int64_t i = 0; i < count; ++i) {
    From value;
    std::memcpy(&value, from + i * int64_t(sizeof(From)), sizeof(From));
    to[i] = T(value);
  }
}

template <class T> void SafetensorsFile::copy(const TensorEntry &tensor, T *to) const {
  const std::byte *from = content.data() + tensor.offset;
  switch (tensor.type) {
  case ElementType::F32:
    return convert<float>(from, tensor.count, to);
  case ElementType::F64:
    return convert<double>(from, tensor.count, to);
  case ElementType::I32:
    return convert<int32_t>(from, tensor.count, to);
  }
}

template void SafetensorsFile::copy(const TensorEntry &, float *) const;
template void SafetensorsFile::copy(const TensorEntry &, double *) const;
template void SafetensorsFile::copy(const TensorEntry &, int32_t *) const;

} // namespace iarc::runtime
