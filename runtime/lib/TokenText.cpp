//===- TokenText.cpp - Tokens as text --------------------------------------------===//

#include "TokenText.h"

#include "Error.h"
#include "Text.h"
#include "TokenData.h"
#include "Utf8.h"

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

/// The character that an escape at line[at], a backslash, stands for, and in `length` its length;
/// -1 where it is none.
int unescaped(std::string_view line, size_t at, int &length) noexcept {
  const std::string_view rest = line.substr(at + 1);
  length = 2;
  if (rest.empty())
    return -1;
  switch (rest[0]) {
  case 'n':
    return '\n';
  case 't':
    return '\t';
  case 'r':
    return '\r';
  case '\\':
    return '\\';
  case 'x': {
    unsigned value = 0;
    if (rest.size() < 3)
      return -1;
    auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + 3, value, 16);
    length = 4;
    return error == std::errc() && end == rest.data() + 3 ? int(value) : -1;
  }
  default:
    return -1;
  }
}

Tokens parseText(const iarc_task &task, std::string_view line,
                 std::vector<TokenComplaint> &complaints) {
  // First the text itself, with the column of each of its bytes.
  std::string text;
  std::vector<int64_t> columns;
  int64_t column = 0;
  for (size_t at = 0; at < line.size();) {
    int length = 1, byte = static_cast<unsigned char>(line[at]);
    column += (byte & 0xc0) != 0x80 || column == 0; // a line may begin within a character
    const int64_t here = column;
    if (byte == '\\') {
      byte = unescaped(line, at, length);
      if (byte < 0) {
        complaints.push_back({column, "a backslash begins \\n, \\t, \\r, \\xHH or \\\\"});
        length = 1;
        byte = '?';
      }
      column += length - 1;
    }
    text += char(byte);
    columns.push_back(here);
    at += size_t(length);
  }
  Tokens tokens;
  if (task.data->form == IARC_DATA_BYTES) {
    for (char c : text)
      tokens.add(static_cast<unsigned char>(c), -1);
    return tokens;
  }
  const Vocabulary &vocabulary = vocabularyOf(task);
  for (uint64_t at = 0; at < text.size();) {
    int length = 1;
    int32_t character = characterAt(text, at, length);
    int32_t symbol = vocabulary.symbolOf(character);
    if (symbol >= 0)
      tokens.add(symbol, -1);
    else
      complaints.push_back(
          {columns[at],
           format("'%s' is none of the %zu characters that this model knows",
                  escaped(std::string_view(text).substr(at, size_t(length))).c_str(),
                  vocabulary.size())});
    at += uint64_t(length);
  }
  return tokens;
}

} // namespace

std::string symbolBytes(const iarc_task &task, int32_t symbol) {
  if (!isText(task))
    return std::to_string(symbol);
  if (task.data->form == IARC_DATA_BYTES)
    return std::string(1, char(symbol));
  return std::string(vocabularyOf(task).textOf(symbol));
}

std::string escaped(std::string_view text, bool isPrinted) {
  std::string shown;
  for (uint64_t at = 0; at < text.size();) {
    int length = 1;
    const int32_t character = characterAt(text, at, length);
    const bool isBreak = character == '\n' || character == '\t';
    if (character == '\n' && !isPrinted)
      shown += "\\n";
    else if (character == '\t' && !isPrinted)
      shown += "\\t";
    else if (character == '\r')
      shown += "\\r";
    else if (character == '\\' && !isPrinted)
      shown += "\\\\";
    else if (!isBreak && (character < 0x20 || (character >= 0x7f && character < 0xa0)))
      for (int i = 0; i < length; ++i)
        shown += format("\\x%02x", unsigned(static_cast<unsigned char>(text[at + uint64_t(i)])));
    else
      shown += text.substr(at, size_t(length));
    at += uint64_t(length);
  }
  return shown;
}

std::string symbolText(const iarc_task &task, int32_t symbol) {
  std::string bytes = symbolBytes(task, symbol);
  return !isText(task) ? bytes : bytes == " " ? "\\x20" : escaped(bytes);
}

Tokens parseTokens(const iarc_task &task, std::string_view line,
                   std::vector<TokenComplaint> &complaints) {
  if (isText(task))
    return parseText(task, line, complaints);
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
  std::string text = symbol >= 0 ? symbolText(task, symbol) : "";
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
