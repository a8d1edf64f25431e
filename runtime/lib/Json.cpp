//===- Json.cpp - Writing JSON ---------------------------------------------------===//

#include "Json.h"
#include "Text.h"

#include <charconv>
#include <cmath>

namespace iarc::runtime {

void JsonWriter::separate() {
  if (!first)
    out += ", ";
  first = false;
}

JsonWriter &JsonWriter::open(char bracket) {
  separate();
  out += bracket;
  first = true;
  return *this;
}

JsonWriter &JsonWriter::close(char bracket) {
  out += bracket;
  first = false;
  return *this;
}

void JsonWriter::string(std::string_view text) {
  out += '"';
  for (unsigned char c : text) {
    if (c == '"' || c == '\\')
      (out += '\\') += char(c);
    else if (c < 32 || c == 127)
      out += format("\\u%04x", c);
    else
      out += char(c);
  }
  out += '"';
}

JsonWriter &JsonWriter::key(std::string_view name) {
  separate();
  string(name);
  out += ": ";
  first = true; // no comma before the value
  return *this;
}

JsonWriter &JsonWriter::value(std::string_view text) {
  separate();
  string(text);
  return *this;
}

JsonWriter &JsonWriter::value(int64_t number) {
  separate();
  out += std::to_string(number);
  return *this;
}

JsonWriter &JsonWriter::value(uint64_t number) {
  separate();
  out += std::to_string(number);
  return *this;
}

JsonWriter &JsonWriter::value(double number) {
  separate();
  if (!std::isfinite(number)) {
    out += "null";
    return *this;
  }
  char digits[32];
  auto end = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end.ptr);
  return *this;
}

JsonWriter &JsonWriter::value(bool truth) {
  separate();
  out += truth ? "true" : "false";
  return *this;
}

} // namespace iarc::runtime
