//===- Json.h - Writing JSON -----------------------------------------------------===//
//
// Builds one JSON value as text, on one line: what a program would read from a
// compiled program's standard output or log, and the header of a safetensors file.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_JSON_H
#define IARC_RUNTIME_LIB_JSON_H

#include <cstdint>
#include <string>
#include <string_view>

namespace iarc::runtime {

class JsonWriter {
public:
  JsonWriter &beginObject() { return open('{'); }
  JsonWriter &endObject() { return close('}'); }
  JsonWriter &beginArray() { return open('['); }
  JsonWriter &endArray() { return close(']'); }
  /// In an object, before each value.
  JsonWriter &key(std::string_view name);

  JsonWriter &value(std::string_view text);
  JsonWriter &value(const char *text) { return value(std::string_view(text)); }
  JsonWriter &value(int64_t number);
  JsonWriter &value(uint64_t number);
  /// The shortest text that reads back as the same number; null unless finite, as JSON has no
  /// other.
  JsonWriter &value(double number);
  JsonWriter &value(bool truth);

  template <class T> JsonWriter &field(std::string_view name, T value_) {
    key(name);
    return value(value_);
  }

  const std::string &text() const noexcept { return out; }

private:
  JsonWriter &open(char bracket);
  JsonWriter &close(char bracket);
  void separate();
  void string(std::string_view text);
  std::string out;
  bool first = true;
};

} // namespace iarc::runtime

#endif
