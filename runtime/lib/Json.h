//===- Json.h - Writing JSON -----------------------------------------------------===//
//
// Builds one JSON value as text, on one line: what a program would read from a
// compiled program's standard output or log, and the header of a safetensors file.
// A thin layer over nlohmann-json that keeps its large header out of the commands.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_JSON_H
#define IARC_RUNTIME_LIB_JSON_H

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace iarc::runtime {

class JsonWriter {
public:
  JsonWriter();
  ~JsonWriter();
  JsonWriter &beginObject();
  JsonWriter &endObject() { return end(); }
  JsonWriter &beginArray();
  JsonWriter &endArray() { return end(); }
  /// In an object, before each value.
  JsonWriter &key(std::string_view name);

  JsonWriter &value(std::string_view text);
  JsonWriter &value(const char *text) { return value(std::string_view(text)); }
  JsonWriter &value(int64_t number);
  JsonWriter &value(uint64_t number);
  /// A text that reads back as the same number; null unless finite, as JSON has no other.
  JsonWriter &value(double number);
  JsonWriter &value(bool truth);

  template <class T> JsonWriter &field(std::string_view name, T value_) {
    key(name);
    return value(value_);
  }

  /// The value on one line; a byte that is no UTF-8 becomes U+FFFD.
  std::string text() const;

private:
  JsonWriter &end();
  struct Tree;
  std::unique_ptr<Tree> tree;
};

} // namespace iarc::runtime

#endif
