//===- OnnxWriter.cpp - ONNX files ---------------------------------------------------===//
//
// Field numbers are those of onnx.proto.
//
//===----------------------------------------------------------------------===//

#include "OnnxWriter.h"

#include <bit>
#include <cstring>

namespace iarc::runtime {

static_assert(std::endian::native == std::endian::little, "raw_data is little endian");

static void appendVarint(std::string &message, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    message += char(value | 0x80);
  message += char(value);
}

void addVarint(std::string &message, int field, uint64_t value) {
  appendVarint(message, uint64_t(field) << 3);
  appendVarint(message, value);
}

void addBytes(std::string &message, int field, std::string_view bytes) {
  appendVarint(message, uint64_t(field) << 3 | 2);
  appendVarint(message, bytes.size());
  message += bytes;
}

std::string onnxInteger(std::string_view name, int64_t value) {
  std::string attribute;
  addBytes(attribute, 1, name);
  addVarint(attribute, 3, uint64_t(value));
  addVarint(attribute, 20, 2);
  return attribute;
}

std::string onnxIntegers(std::string_view name, const OnnxShape &values) {
  std::string attribute;
  addBytes(attribute, 1, name);
  for (int64_t value : values)
    addVarint(attribute, 8, uint64_t(value));
  addVarint(attribute, 20, 7);
  return attribute;
}

std::string onnxGraph(std::string_view name, std::string_view graph) {
  std::string attribute;
  addBytes(attribute, 1, name);
  addBytes(attribute, 6, graph);
  addVarint(attribute, 20, 5);
  return attribute;
}

std::vector<std::string> OnnxWriter::nodes(const char *type, const std::vector<std::string> &inputs,
                                           const std::vector<std::string> &attributes,
                                           size_t results) {
  std::string text;
  for (const std::string &input : inputs)
    addBytes(text, 1, input);
  std::vector<std::string> outputs;
  for (size_t i = 0; i < results; ++i) {
    outputs.push_back(freshName());
    addBytes(text, 2, outputs.back());
  }
  addBytes(text, 3, "n" + outputs[0]);
  addBytes(text, 4, type);
  for (const std::string &attribute : attributes)
    addBytes(text, 5, attribute);
  addBytes(open.back(), 1, text);
  return outputs;
}

std::string OnnxWriter::constant(const std::string &bytes, int64_t type, const OnnxShape &shape,
                                 const std::string &name) {
  std::string text;
  for (int64_t size : shape)
    addVarint(text, 1, uint64_t(size));
  addVarint(text, 2, uint64_t(type));
  addBytes(text, 9, bytes);
  std::string chosen = name;
  if (name.empty()) {
    auto [found, isNew] = known.try_emplace(text);
    if (!isNew)
      return found->second;
    chosen = found->second = "c" + std::to_string(++names);
  }
  addBytes(text, 8, chosen);
  addBytes(initialisers, 5, text);
  return chosen;
}

std::string OnnxWriter::reals(const std::vector<double> &values, const OnnxShape &shape,
                              const std::string &name) {
  std::string bytes;
  for (double value : values) {
    float single = float(value);
    bytes.append(isDouble ? reinterpret_cast<const char *>(&value)
                          : reinterpret_cast<const char *>(&single),
                 isDouble ? 8 : 4);
  }
  return constant(bytes, realType(), shape, name);
}

std::string OnnxWriter::integers(const std::vector<int64_t> &values, bool scalar) {
  std::string bytes(reinterpret_cast<const char *>(values.data()), values.size() * 8);
  return constant(bytes, 7, scalar ? OnnxShape{} : OnnxShape{int64_t(values.size())}, "");
}

std::string OnnxWriter::booleans(const std::vector<bool> &values, const OnnxShape &shape) {
  std::string bytes;
  for (bool value : values)
    bytes += char(value);
  return constant(bytes, 9, shape, "");
}

std::string OnnxWriter::closeGraph(std::string_view name, const std::vector<std::string> &inputs,
                                   const std::vector<OnnxShape> &inputShapes,
                                   const std::vector<std::string> &outputs,
                                   const std::vector<OnnxShape> &outputShapes,
                                   bool integerInputs) {
  std::string graph = std::move(open.back());
  open.pop_back();
  addBytes(graph, 2, name);
  auto addValue = [&](int field, const std::string &value, const OnnxShape &shape, int64_t type) {
    std::string dimensions, tensor, typeText, info;
    for (int64_t size : shape) {
      std::string dimension;
      if (size < 0)
        addBytes(dimension, 2, "batch");
      else
        addVarint(dimension, 1, uint64_t(size));
      addBytes(dimensions, 1, dimension);
    }
    addVarint(tensor, 1, uint64_t(type));
    addBytes(tensor, 2, dimensions);
    addBytes(typeText, 1, tensor);
    addBytes(info, 1, value);
    addBytes(info, 2, typeText);
    addBytes(graph, field, info);
  };
  for (size_t i = 0; i < inputs.size(); ++i)
    addValue(11, inputs[i], inputShapes[i], integerInputs ? 7 : realType());
  for (size_t i = 0; i < outputs.size(); ++i)
    addValue(12, outputs[i], outputShapes[i], realType());
  return graph;
}

std::string OnnxWriter::model(std::string graph, std::string_view producer,
                              std::string_view version) {
  graph += initialisers;
  std::string opset, text;
  addBytes(opset, 1, "");
  addVarint(opset, 2, 17);
  addVarint(text, 1, 8); // the version of the format that came with opset 17
  addBytes(text, 2, producer);
  addBytes(text, 3, version);
  addBytes(text, 7, graph);
  addBytes(text, 8, opset);
  return text;
}

} // namespace iarc::runtime
