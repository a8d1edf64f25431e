//===- Json.cpp - Writing JSON ---------------------------------------------------===//

#include "Json.h"

#include <nlohmann/json.hpp>

namespace iarc::runtime {

using Value = nlohmann::ordered_json; // members stay in the order in which they are written

struct JsonWriter::Tree {
  Value root;
  std::vector<Value *> open; ///< from the root inwards; none but the innermost grows
  std::string key;           ///< of the member to come

  /// Puts the value where the next one belongs; returns its place.
  Value *add(Value value) {
    if (open.empty())
      return &(root = std::move(value));
    Value &parent = *open.back();
    if (parent.is_object())
      return &(parent[key] = std::move(value));
    parent.push_back(std::move(value));
    return &parent.back();
  }
};

JsonWriter::JsonWriter() : tree(std::make_unique<Tree>()) {}
JsonWriter::~JsonWriter() = default;

JsonWriter &JsonWriter::beginObject() {
  tree->open.push_back(tree->add(Value::object()));
  return *this;
}

JsonWriter &JsonWriter::beginArray() {
  tree->open.push_back(tree->add(Value::array()));
  return *this;
}

JsonWriter &JsonWriter::end() {
  tree->open.pop_back();
  return *this;
}

JsonWriter &JsonWriter::key(std::string_view name) {
  tree->key = name;
  return *this;
}

JsonWriter &JsonWriter::value(std::string_view text) {
  tree->add(text);
  return *this;
}

JsonWriter &JsonWriter::value(int64_t number) {
  tree->add(number);
  return *this;
}

JsonWriter &JsonWriter::value(uint64_t number) {
  tree->add(number);
  return *this;
}

JsonWriter &JsonWriter::value(double number) {
  tree->add(number);
  return *this;
}

JsonWriter &JsonWriter::value(bool truth) {
  tree->add(truth);
  return *this;
}

std::string JsonWriter::text() const {
  return tree->root.dump(-1, ' ', /*ensure_ascii=*/false, Value::error_handler_t::replace);
}

} // namespace iarc::runtime
