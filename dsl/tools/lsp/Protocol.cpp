//===- Protocol.cpp - Messages of JSON-RPC over standard input -------------===//
#include "Protocol.h"

#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <poll.h>
#include <unistd.h>

namespace iarc::lsp {

bool Input::fill() {
  char bytes[65536];
  ssize_t count;
  do
    count = ::read(STDIN_FILENO, bytes, sizeof bytes);
  while (count < 0 && errno == EINTR);
  if (count <= 0) {
    ended = true;
    return false;
  }
  buffer.append(bytes, static_cast<size_t>(count));
  return true;
}

Input::Status Input::next(std::string &body) {
  constexpr size_t largest = size_t(64) << 20;
  std::optional<size_t> length;
  for (;;) {
    size_t end;
    while ((end = buffer.find('\n')) == std::string::npos)
      if (buffer.size() > largest || !fill())
        return Status::End;
    std::string line = buffer.substr(0, end);
    buffer.erase(0, end + 1);
    if (!line.empty() && line.back() == '\r')
      line.pop_back();
    if (line.empty())
      break;
    for (char &c : line)
      c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    constexpr std::string_view name = "content-length:";
    if (line.compare(0, name.size(), name) == 0) {
      size_t at = line.find_first_not_of(' ', name.size());
      size_t value = 0;
      const char *last = line.data() + line.size();
      if (at != std::string::npos) {
        auto [stop, error] = std::from_chars(line.data() + at, last, value);
        if (error == std::errc() && stop == last)
          length = value;
      }
    }
  }
  if (!length || *length > largest)
    return Status::Malformed;
  while (buffer.size() < *length)
    if (!fill())
      return Status::End;
  body = buffer.substr(0, *length);
  buffer.erase(0, *length);
  return Status::Message;
}

bool Input::pending() {
  if (!buffer.empty())
    return true;
  pollfd state = {STDIN_FILENO, POLLIN, 0};
  return !ended && ::poll(&state, 1, 0) > 0 && (state.revents & POLLIN);
}

void send(const Json &message) {
  std::string body = message.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::printf("Content-Length: %zu\r\n\r\n", body.size());
  std::fwrite(body.data(), 1, body.size(), stdout);
  std::fflush(stdout);
}

std::string pathOf(const std::string &uri) {
  constexpr std::string_view scheme = "file://";
  if (uri.compare(0, scheme.size(), scheme) != 0)
    return uri;
  size_t start = uri.find('/', scheme.size());
  if (start == std::string::npos)
    return uri;
  std::string path;
  for (size_t i = start; i < uri.size(); ++i) {
    unsigned value = 0;
    if (uri[i] == '%' && i + 2 < uri.size() &&
        std::from_chars(&uri[i + 1], &uri[i + 1] + 2, value, 16).ptr == &uri[i + 1] + 2) {
      path += static_cast<char>(value);
      i += 2;
    } else {
      path += uri[i];
    }
  }
  return path;
}

std::string uriOf(const std::string &path) {
  if (path.empty() || path[0] != '/')
    return path;
  std::string uri = "file://";
  for (char c : path) {
    unsigned char byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || std::string_view("/-._~").find(c) != std::string_view::npos) {
      uri += c;
    } else {
      char code[4];
      std::snprintf(code, sizeof code, "%%%02X", byte);
      uri += code;
    }
  }
  return uri;
}

} // namespace iarc::lsp
