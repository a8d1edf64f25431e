//===- OnnxExporter.h - From the graph to ONNX ------------------------------------------===//
//
// Writes the nodes of one model: its structure in ExportOnnx.cpp, its operations in
// ExportOnnxOperations.cpp. Values are [batch, positions, features].
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_ONNXEXPORTER_H
#define IARC_RUNTIME_LIB_ONNXEXPORTER_H

#include "OnnxWriter.h"

#include "iarc/runtime/Descriptor.h"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace iarc::runtime {

class OnnxExporter {
public:
  using Json = nlohmann::json;
  using Names = std::vector<std::string>;

  OnnxExporter(const iarc_model &model, const void *weights)
      : model(model), weights(weights), onnx(model.element_bytes == 8) {}

  /// The bytes of the file. Throws Error (status Internal) where the graph is not the model's.
  std::string run();

private:
  struct Weight {
    std::vector<double> values;
    OnnxShape shape; ///< without the layers
    std::string key; ///< its name and layer
  };

  std::string &value(const Json &id) { return values[id.get<int64_t>()]; }
  int64_t positions(const Json &id) const { return shapes[id.get<size_t>()][0]; }
  int64_t features(const Json &id) const { return shapes[id.get<size_t>()][1]; }
  Weight weight(const std::string &name) const;
  std::string reshape(const std::string &from, const OnnxShape &shape) {
    return onnx.node("Reshape", {from, onnx.integers(shape)});
  }
  std::string transpose(const std::string &from, const OnnxShape &order) {
    return onnx.node("Transpose", {from}, {onnxIntegers("perm", order)});
  }
  std::string slice(const std::string &from, int64_t begin, int64_t end) {
    return onnx.node("Slice", {from, onnx.integers({begin}), onnx.integers({end}),
                               onnx.integers({-1})});
  }
  std::string oneHot(const std::string &input, int64_t count);
  std::string scalar(const Json &function, const Names &arguments, bool exponent = false);

  void region(const Json &body);
  void operation(const Json &op);
  std::string embed(const Json &op);
  std::string linear(const Json &op);
  std::string attention(const Json &op);
  std::string norm(const Json &op);
  std::string gates(const Json &op);
  std::string rotate(const Json &op);
  std::string broadcast(const Json &op);
  void repeat(const Json &op);
  void recur(const Json &op);

  const iarc_model &model;
  const void *weights;
  OnnxWriter onnx;
  std::vector<std::vector<int64_t>> shapes;
  std::map<int64_t, std::string> values;
  std::vector<int64_t> iterations; ///< of the repeats around, outermost first
  std::string zero;                ///< [batch, 1, 1]
};

} // namespace iarc::runtime

#endif
