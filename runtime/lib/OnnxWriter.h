//===- OnnxWriter.h - ONNX files ---------------------------------------------------===//
//
// Builds an ONNX model (onnx.proto of ONNX 1.12, opset 17) in protobuf's wire format,
// of which it needs varints and length-delimited fields only. Tensors of reals are in
// the model's precision.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_ONNXWRITER_H
#define IARC_RUNTIME_LIB_ONNXWRITER_H

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace iarc::runtime {

using OnnxShape = std::vector<int64_t>;

/// Appends a field of a protobuf message.
void addVarint(std::string &message, int field, uint64_t value);
void addBytes(std::string &message, int field, std::string_view bytes);

/// A named attribute of a node.
std::string onnxInteger(std::string_view name, int64_t value);
std::string onnxIntegers(std::string_view name, const OnnxShape &values);
std::string onnxGraph(std::string_view name, std::string_view graph);

class OnnxWriter {
public:
  explicit OnnxWriter(bool isDouble) : isDouble(isDouble) {}

  int64_t realType() const noexcept { return isDouble ? 11 : 1; } ///< enum TensorProto.DataType

  /// Appends a node to the innermost open graph; gives the names of its results.
  std::vector<std::string> nodes(const char *type, const std::vector<std::string> &inputs,
                                 const std::vector<std::string> &attributes, size_t results);
  std::string node(const char *type, const std::vector<std::string> &inputs,
                   const std::vector<std::string> &attributes = {}) {
    return nodes(type, inputs, attributes, 1)[0];
  }
  std::string freshName() { return "v" + std::to_string(++names); }

  /// A constant of reals, of the outermost graph; `name` empty: one of its own, shared by equal
  /// constants.
  std::string reals(const std::vector<double> &values, const OnnxShape &shape,
                    const std::string &name = "");
  std::string real(double value) { return reals({value}, {}); }
  std::string integers(const std::vector<int64_t> &values, bool scalar = false);
  std::string booleans(const std::vector<bool> &values, const OnnxShape &shape);

  /// Nodes from here to closeGraph belong to a graph of their own.
  void openGraph() { open.emplace_back(); }
  /// The GraphProto; a dimension of a value below 0 is "batch".
  std::string closeGraph(std::string_view name, const std::vector<std::string> &inputs,
                         const std::vector<OnnxShape> &inputShapes,
                         const std::vector<std::string> &outputs,
                         const std::vector<OnnxShape> &outputShapes, bool integerInputs);
  /// The ModelProto of the outermost graph, closed with its constants.
  std::string model(std::string graph, std::string_view producer, std::string_view version);
  uint64_t constantBytes() const noexcept { return initialisers.size(); }

private:
  std::string constant(const std::string &bytes, int64_t type, const OnnxShape &shape,
                       const std::string &name);

  bool isDouble;
  int64_t names = 0;
  std::vector<std::string> open; ///< fields `node` of the graphs under way
  std::string initialisers;
  std::map<std::string, std::string> known; ///< names of constants by content
};

} // namespace iarc::runtime

#endif
