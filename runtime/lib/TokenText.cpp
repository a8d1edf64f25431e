//===- TokenText.cpp - Tokens as text --------------------------------------------===//

#include "TokenText.h"

#include "Error.h"
#include "Text.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <unistd.h>

namespace iarc::runtime {

namespace {

bool isBlank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r'; }

/// "I, A, R, C".
std::string listControls(const iarc_task &task) {
  std::string names;
  for (int64_t i = 0; i < task.control_count; ++i)
    names += (i ? ", " : "") + std::string(task.controls[i].name);
  return names;
}

/// The index of a control token, -1 for another word.
int32_t controlOf(const iarc_task &task, std::string_view word) noexcept {
  for (int32_t index = 0; index < task.control_count; ++index)
    if (word == task.controls[index].name)
      return index;
  return -1;
}

/// One token of the line; returns what is wrong with it, or nothing.
std::string parseToken(const iarc_task &task, std::string_view word, Tokens &tokens) {
  const std::string shown = quoted(word);
  const size_t bracket = word.find('(');
  const std::string_view number = word.substr(0, bracket);
  int32_t control = -1;
  if (task.interspersed && controlOf(task, word) >= 0) {
    tokens.add(-1, controlOf(task, word));
    return "";
  }
  if (controlOf(task, word) >= 0)
    return format("the control token %s stands alone: here it stands beside its symbol, as in "
                  "'5(%.*s)'",
                  shown.c_str(), int(word.size()), word.data());
  int32_t symbol = -1;
  auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), symbol);
  const bool isNumber = !number.empty() && end == number.data() + number.size() &&
                        number[0] != '-' && error != std::errc::invalid_argument;
  if (!isNumber) {
    std::string others;
    if (task.control_count)
      others = task.interspersed
                   ? format(" or a control token, %s", listControls(task).c_str())
                   : format(", or with a control token, as in '5(%s)'", task.controls[0].name);
    return format("%s is no token: expected a symbol from 0 to %lld%s", shown.c_str(),
                  (long long)task.symbols - 1, others.c_str());
  }
  if (error != std::errc() || symbol >= task.symbols)
    return format("%s is no symbol: they are 0 to %lld", quoted(number).c_str(),
                  (long long)task.symbols - 1);
  if (bracket != std::string_view::npos) {
    if (word.back() != ')')
      return format("%s lacks the ')' at its end", shown.c_str());
    if (!task.control_count)
      return format("%s: the task of this model has no control tokens", shown.c_str());
    std::string_view name = word.substr(bracket + 1, word.size() - bracket - 2);
    if (task.interspersed)
      return format("%s: the control tokens of this model are positions of their own, as in '5 %s'",
                    shown.c_str(), task.controls[0].name);
    control = controlOf(task, name);
    if (control < 0)
      return format("%s: there is no control token %s, only %s", shown.c_str(),
                    quoted(name).c_str(), listControls(task).c_str());
  }
  tokens.add(symbol, control);
  return "";
}

} // namespace

Tokens parseTokens(const iarc_task &task, std::string_view line,
                   std::vector<TokenComplaint> &complaints) {
  Tokens tokens;
  int64_t column = 1;
  for (size_t at = 0; at < line.size();) {
    if (isBlank(line[at])) {
      ++at;
      ++column;
      continue;
    }
    size_t end = at;
    while (end < line.size() && !isBlank(line[end]))
      ++end;
    std::string_view word = line.substr(at, end - at);
    std::string message = parseToken(task, word, tokens);
    if (!message.empty())
      complaints.push_back({column, std::move(message)});
    for (char c : word) // the bytes after the first one of a UTF-8 character are no columns
      column += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    at = end;
  }
  return tokens;
}

std::string tokenText(const iarc_task &task, int32_t symbol, int32_t control) {
  std::string text = symbol >= 0 ? std::to_string(symbol) : "";
  if (control < 0)
    return text;
  std::string name = task.controls[control].name;
  return symbol >= 0 ? text + "(" + name + ")" : name;
}

bool LineReader::fill() {
  if (at > 0) {
    buffer.erase(0, at);
    at = 0;
  }
  char piece[1 << 16];
  ssize_t count;
  do
    count = read(descriptor, piece, sizeof piece);
  while (count < 0 && errno == EINTR);
  if (count < 0)
    fail(Exit::InputOutput, "cannot read standard input: %s", std::strerror(errno));
  buffer.append(piece, size_t(count));
  ended = count == 0;
  return !ended;
}

bool LineReader::next(std::string &line, bool &tooLong) {
  tooLong = false;
  size_t end = buffer.find('\n', at);
  while (end == std::string::npos && !ended) {
    if (buffer.size() - at > longestLine) {
      tooLong = true;
      at = buffer.size();
    }
    size_t seen = buffer.size() - at;
    fill();
    end = buffer.find('\n', seen);
  }
  if (end == std::string::npos && at == buffer.size() && !tooLong)
    return false;
  if (end == std::string::npos)
    end = buffer.size();
  line.assign(buffer, at, end - at);
  tooLong |= line.size() > longestLine;
  at = std::min(end + 1, buffer.size());
  if (lines++ == 0 && line.compare(0, 3, "\xef\xbb\xbf") == 0)
    line.erase(0, 3); // a byte order mark
  if (!line.empty() && line.back() == '\r')
    line.pop_back();
  return true;
}

} // namespace iarc::runtime
