//===- ExportOnnx.cpp - A trained model as ONNX --------------------------------------===//
//
// The structure of the graph in the descriptor: a repeat is written out, a recurrence is
// a Scan.
//
//===----------------------------------------------------------------------===//

#include "Error.h"
#include "Export.h"
#include "OnnxExporter.h"
#include "OutputFile.h"
#include "Real.h"
#include "Text.h"
#include "Weights.h"

#include <set>

namespace iarc::runtime {

using Json = OnnxExporter::Json;

OnnxExporter::Weight OnnxExporter::weight(const std::string &name) const {
  for (int64_t w = 0; w < model.weight_tensors; ++w) {
    const iarc_weight &entry = model.weights[w];
    if (name != entry.name)
      continue;
    Weight result;
    result.key = name;
    int64_t first = entry.offset, count = entry.count;
    size_t layers = 0;
    for (int64_t axis = 0; axis < entry.rank; ++axis) {
      if (std::string_view(entry.axes[axis].name) != "layer") {
        result.shape.push_back(entry.axes[axis].size);
        continue;
      }
      count /= entry.axes[axis].size;
      first += iterations[layers] * count;
      result.key += "." + std::to_string(iterations[layers++]);
    }
    withReal(model, [&](auto real) {
      const auto *from = static_cast<const decltype(real) *>(weights) + first;
      result.values.assign(from, from + count);
    });
    return result;
  }
  fail(Exit::Internal, "the graph names a weight %s that the model has not", runtime::quoted(name).c_str());
}

void OnnxExporter::repeat(const Json &op) {
  const Json &body = op["body"];
  Names carried;
  for (const Json &operand : op["operands"])
    carried.push_back(value(operand));
  iterations.push_back(0);
  for (int64_t count = op["count"]; iterations.back() < count; ++iterations.back()) {
    for (size_t i = 0; i < carried.size(); ++i)
      value(body["arguments"][i]) = carried[i];
    region(body);
    for (size_t i = 0; i < carried.size(); ++i)
      carried[i] = value(body["yields"][i]);
  }
  iterations.pop_back();
  for (size_t i = 0; i < carried.size(); ++i)
    value(op["results"][i]) = carried[i];
}

void OnnxExporter::recur(const Json &op) {
  const Json &body = op["body"], &operands = op["operands"];
  const size_t states = body["yields"].size();
  std::vector<std::string> inputs, names;
  std::vector<OnnxShape> inputShapes, outputShapes;
  for (size_t i = 0; i < states; ++i) { // zero before the first position
    const int64_t F = features(body["arguments"][i]);
    inputs.push_back(
        onnx.node("Add", {zero, onnx.reals(std::vector<double>(size_t(F)), {1, 1, F})}));
  }
  for (const Json &operand : operands)
    inputs.push_back(value(operand));
  onnx.openGraph();
  for (size_t i = 0; i < inputs.size(); ++i) {
    const int64_t F = features(body["arguments"][i]);
    names.push_back(onnx.freshName());
    inputShapes.push_back(i < states ? OnnxShape{-1, 1, F} : OnnxShape{-1, F});
    value(body["arguments"][i]) =
        i < states ? names[i] : onnx.node("Unsqueeze", {names[i], onnx.integers({1})});
  }
  region(body);
  Names outputs;
  for (size_t pass = 0; pass < 2; ++pass) // the next state, then the slice of the result
    for (const Json &yield : body["yields"]) {
      outputs.push_back(pass == 0
                            ? onnx.node("Identity", {value(yield)})
                            : onnx.node("Squeeze", {value(yield), onnx.integers({1})}));
      outputShapes.push_back(pass == 0 ? OnnxShape{-1, 1, features(yield)}
                                       : OnnxShape{-1, features(yield)});
    }
  std::string graph =
      onnx.closeGraph("step", names, inputShapes, outputs, outputShapes, /*integerInputs=*/false);
  Names results = onnx.nodes(
      "Scan", inputs,
      {onnxGraph("body", graph), onnxInteger("num_scan_inputs", int64_t(operands.size())),
       onnxIntegers("scan_input_axes", OnnxShape(operands.size(), 1)),
       onnxIntegers("scan_output_axes", OnnxShape(states, 1))},
      2 * states);
  for (size_t i = 0; i < states; ++i)
    value(op["results"][i]) = results[states + i];
}

void OnnxExporter::operation(const Json &op) {
  const std::string kind = op["op"];
  const Json &operands = op["operands"];
  if (kind == "repeat")
    return repeat(op);
  if (kind == "recur")
    return recur(op);
  const Json &id = op["results"][0];
  std::vector<std::string> inputs;
  for (const Json &operand : operands)
    inputs.push_back(value(operand));
  std::string result;
  if (kind == "encode") {
    result = oneHot("symbols", model.task.symbols);
    if (model.task.control_count)
      result = onnx.node("Concat", {result, oneHot("controls", model.task.control_count)},
                         {onnxInteger("axis", -1)});
  } else if (kind == "embed") {
    result = embed(op);
  } else if (kind == "linear") {
    result = linear(op);
  } else if (kind == "attention") {
    result = attention(op);
  } else if (kind == "map") {
    result = scalar(op["function"], inputs);
  } else if (kind == "norm") {
    result = norm(op);
  } else if (kind == "slice") {
    result = slice(inputs[0], op["begin"], op["end"]);
  } else if (kind == "flatten") {
    result = reshape(inputs[0], {-1, 1, features(id)});
  } else if (kind == "lstm_gates") {
    result = gates(op);
  } else if (kind == "broadcast") {
    result = broadcast(op);
  } else if (kind == "spread") {
    result = onnx.node("Expand", {inputs[0], onnx.integers({1, 1, features(id)})});
  } else if (kind == "reduce") {
    result = op["largest"].get<bool>()
                 ? onnx.node("ReduceMax", inputs,
                             {onnxIntegers("axes", {-1}), onnxInteger("keepdims", 1)})
                 : onnx.node("ReduceSum", {inputs[0], onnx.integers({-1})},
                             {onnxInteger("keepdims", 1)});
  } else if (kind == "join") {
    result = onnx.node("Concat", inputs, {onnxInteger("axis", -1)});
  } else if (kind == "rotate") {
    result = rotate(op);
  } else {
    fail(Exit::Usage, "the operation %s of this model has no ONNX form", runtime::quoted(kind).c_str());
  }
  value(id) = result;
}

/// Values that the yields of a region need, those of inner regions included.
static void collectNeeded(const Json &body, std::set<int64_t> &needed) {
  for (const Json &yield : body["yields"])
    needed.insert(yield.get<int64_t>());
  const Json &ops = body["ops"];
  for (auto op = ops.rbegin(); op != ops.rend(); ++op) {
    bool live = false;
    for (const Json &result : (*op)["results"])
      live |= needed.count(result.get<int64_t>()) > 0;
    if (!live)
      continue;
    for (const Json &operand : (*op)["operands"])
      needed.insert(operand.get<int64_t>());
    if (op->contains("body"))
      collectNeeded((*op)["body"], needed);
  }
}

void OnnxExporter::region(const Json &body) {
  std::set<int64_t> needed; // not what only an own loss reads
  collectNeeded(body, needed);
  for (const Json &op : body["ops"])
    for (const Json &result : op["results"])
      if (needed.count(result.get<int64_t>())) {
        operation(op);
        break;
      }
}

std::string OnnxExporter::run() {
  Json graph = Json::parse(model.graph);
  shapes = graph.at("shapes").get<std::vector<std::vector<int64_t>>>();
  const Json &body = graph.at("body");
  onnx.openGraph();
  zero = onnx.node("Cast",
                   {onnx.node("Slice", {"symbols", onnx.integers({0}), onnx.integers({1}),
                                        onnx.integers({1})})},
                   {onnxInteger("to", onnx.realType())});
  zero = onnx.node("Unsqueeze", {onnx.node("Sub", {zero, zero}), onnx.integers({2})});
  region(body);
  const std::string logits = value(body["yields"][0]);
  std::vector<std::string> inputs = {"symbols"};
  if (model.task.control_count)
    inputs.push_back("controls");
  std::string text = onnx.closeGraph(
      model.name, inputs, std::vector<OnnxShape>(inputs.size(), {-1, model.context}), {"logits"},
      {{-1, model.predicted_positions, model.task.symbols}}, /*integerInputs=*/true);
  std::string rename; // the last node gives the result its name
  addBytes(rename, 1, logits);
  addBytes(rename, 2, "logits");
  addBytes(rename, 4, "Identity");
  addBytes(text, 1, rename);
  return onnx.model(std::move(text), "iarc", model.compiler);
}

void exportOnnx(const iarc_model &model, const void *weights, const std::string &path) {
  if (!*model.graph)
    fail(Exit::Usage, "this program was compiled from a lowered module and does not know its graph, "
                      "which the ONNX form is made of");
  std::string text = OnnxExporter(model, weights).run();
  if (text.size() > INT32_MAX)
    fail(Exit::Usage, "an ONNX file holds less than 2 GiB, this model needs %s",
         bytesText(text.size()).c_str());
  OutputFile file(path);
  file.write(text.data(), text.size());
  file.commit();
}

} // namespace iarc::runtime
