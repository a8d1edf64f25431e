//===- Source.cpp - Reading and locating source texts ---------------------===//
#include "Diagnostics/Source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace iarc::dsl {

SourceText::SourceText(std::string path, std::string text, int order)
    : name(std::move(path)), bytes(std::move(text)), rank(order) {
  starts.push_back(0);
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\n' || (bytes[i] == '\r' && (i + 1 == bytes.size() || bytes[i + 1] != '\n')))
      starts.push_back(static_cast<uint32_t>(i + 1));
  }
}

uint32_t SourceText::lineOf(uint32_t offset) const {
  auto next = std::upper_bound(starts.begin(), starts.end(), offset);
  return static_cast<uint32_t>(next - starts.begin());
}

std::string_view SourceText::lineText(uint32_t line) const {
  size_t begin = starts[line - 1];
  size_t end = line < starts.size() ? starts[line] : bytes.size();
  while (end > begin && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r'))
    --end;
  return std::string_view(bytes).substr(begin, end - begin);
}

Location SourceText::locate(uint32_t offset) const {
  uint32_t line = lineOf(offset);
  return {name, line, offset - lineBegin(line) + 1};
}

ReadResult readSource(const std::string &path) {
  ReadResult result;
  auto fail = [&](ReadResult::Status status, int error) {
    result.status = status;
    result.reason = std::strerror(error);
    // The messages of the language are lower case.
    if (!result.reason.empty())
      result.reason[0] = static_cast<char>(std::tolower(result.reason[0]));
    return result;
  };
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    bool missing = errno == ENOENT || errno == ENOTDIR;
    return fail(missing ? ReadResult::Status::Missing : ReadResult::Status::Unreadable, errno);
  }
  struct stat status;
  if (::fstat(file, &status) == 0 && S_ISDIR(status.st_mode)) {
    ::close(file);
    return fail(ReadResult::Status::Unreadable, EISDIR);
  }
  char buffer[65536];
  for (;;) {
    ssize_t count = ::read(file, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0) {
      int error = errno;
      ::close(file);
      return fail(ReadResult::Status::Unreadable, error);
    }
    if (count == 0)
      break;
    result.text.append(buffer, static_cast<size_t>(count));
    if (result.text.size() > maximumFileSize) {
      ::close(file);
      result.status = ReadResult::Status::TooLarge;
      result.text.clear();
      return result;
    }
  }
  ::close(file);
  if (result.text.compare(0, 3, "\xEF\xBB\xBF") == 0) {
    result.text.erase(0, 3);
    result.mark = true;
  }
  return result;
}

size_t findInvalidUtf8(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  for (size_t i = 0; i < text.size();) {
    unsigned char lead = byte(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || i + length > text.size())
      return i;
    for (size_t k = 1; k < length; ++k)
      if ((byte(i + k) & 0xC0) != 0x80)
        return i;
    unsigned char next = byte(i + 1);
    // Overlong forms, surrogates, and code points beyond U+10FFFF.
    if ((lead == 0xE0 && next < 0xA0) || (lead == 0xED && next > 0x9F) ||
        (lead == 0xF0 && next < 0x90) || (lead == 0xF4 && next > 0x8F))
      return i;
    i += length;
  }
  return std::string_view::npos;
}

} // namespace iarc::dsl
