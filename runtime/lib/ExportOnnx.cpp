//===- ExportOnnx.cpp - A trained model as ONNX --------------------------------------===//
//
// From the graph in the descriptor to primitive operators of opset 17. Values are
// [batch, positions, features]. A repeat is written out; a recurrence is a Scan.
//
//===----------------------------------------------------------------------===//

#include "Error.h"
#include "Export.h"
#include "OnnxWriter.h"
#include "OutputFile.h"
#include "Real.h"
#include "Text.h"
#include "Weights.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <set>

namespace iarc::runtime {

namespace {

using Json = nlohmann::json;
using Names = std::vector<std::string>;

class OnnxExporter {
public:
  OnnxExporter(const iarc_model &model, const void *weights)
      : model(model), weights(weights), onnx(model.element_bytes == 8) {}

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

std::string OnnxExporter::oneHot(const std::string &input, int64_t count) {
  std::vector<int64_t> numbers;
  for (int64_t i = 0; i < count; ++i)
    numbers.push_back(i);
  std::string column = onnx.node("Unsqueeze", {input, onnx.integers({2})});
  return onnx.node("Cast", {onnx.node("Equal", {column, onnx.integers(numbers)})},
                   {onnxInteger("to", onnx.realType())});
}

std::string OnnxExporter::scalar(const Json &function, const Names &arguments, bool exponent) {
  static const std::map<std::string, const char *> direct = {
      {"add", "Add"},         {"subtract", "Sub"},  {"multiply", "Mul"}, {"divide", "Div"},
      {"power", "Pow"},       {"negate", "Neg"},    {"exp", "Exp"},      {"log", "Log"},
      {"sqrt", "Sqrt"},       {"tanh", "Tanh"},     {"erf", "Erf"},      {"sin", "Sin"},
      {"cos", "Cos"},         {"abs", "Abs"},       {"maximum", "Max"},  {"minimum", "Min"},
      {"less", "Less"},       {"equal", "Equal"},   {"and", "And"},      {"or", "Or"},
      {"less_equal", "LessOrEqual"}, {"not", "Not"}, {"select", "Where"}};
  const Json &nodes = function.at("nodes");
  int64_t root = function.at("result");
  if (exponent)
    root = nodes[size_t(root)][1];
  Names results;
  std::vector<bool> constant; ///< reads no argument: a number alone, without a shape
  for (int64_t n = 0; n <= root; ++n) {
    const Json &node = nodes[size_t(n)];
    const std::string op = node[0];
    auto operand = [&](size_t i) { return results[node[i].get<size_t>()]; };
    bool fixed = op != "argument";
    if (op == "argument") {
      results.push_back(arguments[node[1].get<size_t>()]);
    } else if (op == "constant") {
      results.push_back(onnx.real(node[1]));
    } else if (op == "integer_power") {
      int64_t power = node[2];
      std::string square = operand(1), result = power ? "" : onnx.real(1);
      fixed = power == 0 || constant[node[1].get<size_t>()];
      for (; power; power >>= 1) {
        if (power & 1)
          result = result.empty() ? square : onnx.node("Mul", {result, square});
        if (power > 1)
          square = onnx.node("Mul", {square, square});
      }
      results.push_back(result);
    } else {
      Names inputs;
      for (size_t i = 1; i < node.size(); ++i) {
        inputs.push_back(operand(i));
        fixed = fixed && constant[node[i].get<size_t>()];
      }
      auto found = direct.find(op);
      if (found == direct.end())
        fail(Exit::Usage, "the function %s has no ONNX form", runtime::quoted(op).c_str());
      results.push_back(onnx.node(found->second, inputs));
    }
    constant.push_back(fixed);
  }
  std::string result = results[size_t(root)];
  if (constant[size_t(root)])
    result = onnx.node("Add", {onnx.node("Sub", {arguments[0], arguments[0]}), result});
  return result;
}

/// Rows of a table, zero where there is no token, with the one-hot control tokens behind them.
std::string OnnxExporter::embed(const Json &op) {
  Weight table = weight(op["weight"]);
  const bool ofControls = op["of_controls"];
  std::string result = onnx.node(
      "MatMul", {oneHot(ofControls ? "controls" : "symbols", table.shape[0]),
                 onnx.reals(table.values, table.shape, onnx.freshName() + "." + table.key)});
  if (features(op["results"][0]) == table.shape[1])
    return result;
  return onnx.node("Concat", {result, oneHot("controls", model.task.control_count)},
                   {onnxInteger("axis", -1)});
}

std::string OnnxExporter::linear(const Json &op) {
  const Json &input = op["operands"][0];
  Weight matrix = weight(op["weight"]);
  const size_t rank = matrix.shape.size();
  const int64_t in = matrix.shape[rank - 1], out = matrix.shape[rank - 2];
  const int64_t T = positions(input), matrices = int64_t(matrix.values.size()) / (in * out);
  const std::string placement = op["placement"];
  std::string x = value(input), result;
  auto element = [&](int64_t m, int64_t o, int64_t i) {
    return matrix.values[size_t((m * out + o) * in + i)];
  };
  std::vector<double> numbers;
  if (placement == "across positions") {
    // One matrix over positions and features, zero where s > t.
    numbers.resize(size_t(T * in * T * out));
    for (int64_t t = 0; t < T; ++t)
      for (int64_t s = 0; s <= t; ++s)
        for (int64_t i = 0; i < in; ++i)
          for (int64_t o = 0; o < out; ++o)
            numbers[size_t(((s * in + i) * T + t) * out + o)] = element(t * (t + 1) / 2 + s, o, i);
    std::string w = onnx.reals(numbers, {T * in, T * out}, onnx.freshName() + "." + matrix.key);
    result = reshape(onnx.node("MatMul", {reshape(x, {-1, T * in}), w}), {-1, T, out});
  } else {
    for (int64_t m = 0; m < matrices; ++m)
      for (int64_t i = 0; i < in; ++i)
        for (int64_t o = 0; o < out; ++o)
          numbers.push_back(element(m, o, i));
    const bool each = placement == "per position";
    std::string w = onnx.reals(numbers, each ? OnnxShape{matrices, in, out} : OnnxShape{in, out},
                               onnx.freshName() + "." + matrix.key);
    if (each) {
      x = onnx.node("Unsqueeze", {x, onnx.integers({2})});
      result = onnx.node("Squeeze", {onnx.node("MatMul", {x, w}), onnx.integers({2})});
    } else {
      result = onnx.node("MatMul", {x, w});
    }
  }
  if (!op.contains("bias"))
    return result;
  Weight bias = weight(op["bias"]);
  return onnx.node("Add", {result, onnx.reals(bias.values, bias.shape)});
}

std::string OnnxExporter::attention(const Json &op) {
  const Json &operands = op["operands"];
  const int64_t T = positions(operands[0]), F = features(operands[0]), H = op["heads"], D = F / H;
  auto heads = [&](const Json &id, const OnnxShape &order) {
    return transpose(reshape(value(id), {-1, T, H, D}), order);
  };
  std::string query = heads(operands[0], {0, 2, 1, 3}), key = heads(operands[1], {0, 2, 3, 1});
  std::string v = heads(operands[2], {0, 2, 1, 3});
  std::string scores =
      onnx.node("Mul", {onnx.node("MatMul", {query, key}), onnx.real(op["scale"].get<double>())});
  Names arguments = {scores};
  for (size_t i = 3; i < operands.size(); ++i) // what query i gives
    arguments.push_back(reshape(value(operands[i]), {-1, 1, T, 1}));
  const Json &function = op["function"];
  const bool exponential =
      function["nodes"][function["result"].get<size_t>()][0].get<std::string>() == "exp";
  const bool causal = op["causal"];
  std::vector<bool> visible;
  std::vector<double> decay;
  for (int64_t i = 0; i < T; ++i)
    for (int64_t j = 0; j < T; ++j)
      visible.push_back(!causal || j <= i);
  for (double slope : op["slopes"].get<std::vector<double>>())
    for (int64_t i = 0; i < T; ++i)
      for (int64_t j = 0; j < T; ++j) {
        double exponent = -slope * double(std::abs(i - j));
        decay.push_back(exponential ? exponent : std::exp(exponent));
      }
  const std::string mask = onnx.booleans(visible, {T, T}), none = onnx.real(0);
  const std::string normalise = op["normalise"];
  std::string w = scalar(function, arguments, exponential), shift;
  if (!decay.empty())
    w = onnx.node(exponential ? "Add" : "Mul", {w, onnx.reals(decay, {H, T, T})});
  if (exponential) {
    if (normalise != "none") {
      const double lowest = model.element_bytes == 8
                                ? std::numeric_limits<double>::lowest()
                                : double(std::numeric_limits<float>::lowest());
      shift = onnx.node("ReduceMax", {onnx.node("Where", {mask, w, onnx.real(lowest)})},
                        {onnxIntegers("axes", {-1}), onnxInteger("keepdims", 1)});
      w = onnx.node("Sub", {w, shift});
    }
    w = onnx.node("Exp", {onnx.node("Where", {mask, w, none})});
  }
  w = onnx.node("Where", {mask, w, none});
  std::string result = onnx.node("MatMul", {w, v});
  if (normalise != "none") {
    std::string sum = onnx.node(
        "ReduceSum", {normalise == "absolute_sum" ? onnx.node("Abs", {w}) : w, onnx.integers({-1})},
        {onnxInteger("keepdims", 1)});
    const double eps = op["eps"];
    if (eps == 0) { // a row whose weights are all zero gives zero
      std::string empty = onnx.node("Equal", {sum, none});
      sum = onnx.node("Where", {empty, onnx.real(1), sum});
      result = onnx.node("Where", {empty, none, onnx.node("Div", {result, sum})});
    } else {
      std::string addend = onnx.real(eps);
      if (!shift.empty())
        addend = onnx.node("Mul", {addend, onnx.node("Exp", {onnx.node("Neg", {shift})})});
      result = onnx.node("Div", {result, onnx.node("Add", {sum, addend})});
    }
  }
  return reshape(transpose(result, {0, 2, 1, 3}), {-1, T, F});
}

std::string OnnxExporter::norm(const Json &op) {
  auto mean = [&](const std::string &x) {
    return onnx.node("ReduceMean", {x}, {onnxIntegers("axes", {-1}), onnxInteger("keepdims", 1)});
  };
  const std::string x = value(op["operands"][0]);
  std::string centred = onnx.node("Sub", {x, mean(x)});
  std::string variance = mean(onnx.node("Mul", {centred, centred}));
  std::string sum = onnx.node("Add", {variance, onnx.real(op["eps"].get<double>())});
  return onnx.node("Div", {centred, onnx.node("Sqrt", {sum})});
}

std::string OnnxExporter::gates(const Json &op) {
  Names z = onnx.nodes("Split", {value(op["operands"][0])}, {onnxInteger("axis", -1)}, 4);
  auto sigmoid = [&](const std::string &x) { return onnx.node("Sigmoid", {x}); };
  auto tanh = [&](const std::string &x) { return onnx.node("Tanh", {x}); };
  auto times = [&](const std::string &a, const std::string &b) { return onnx.node("Mul", {a, b}); };
  std::string cell = onnx.node("Add", {times(sigmoid(z[1]), value(op["operands"][1])),
                                       times(sigmoid(z[0]), tanh(z[2]))});
  return onnx.node("Concat", {times(sigmoid(z[3]), tanh(cell)), cell}, {onnxInteger("axis", -1)});
}

std::string OnnxExporter::rotate(const Json &op) {
  const Json &input = op["operands"][0];
  const int64_t T = positions(input), F = features(input), size = op["size"];
  const double base = op["base"];
  // x cos + (x turned by a right angle) sin
  std::vector<double> turned(size_t(F * F)), sines, cosines;
  for (int64_t f = 0; f + 1 < F; f += 2) {
    turned[size_t((f + 1) * F + f)] = -1;
    turned[size_t(f * F + f + 1)] = 1;
  }
  for (int64_t t = 0; t < T; ++t)
    for (int64_t f = 0; f < F; ++f) {
      double angle = double(t) * std::pow(base, -double(f % size / 2 * 2) / double(size));
      sines.push_back(std::sin(angle));
      cosines.push_back(std::cos(angle));
    }
  const std::string x = value(input);
  std::string other = onnx.node("MatMul", {x, onnx.reals(turned, {F, F})});
  return onnx.node("Add", {onnx.node("Mul", {x, onnx.reals(cosines, {T, F})}),
                           onnx.node("Mul", {other, onnx.reals(sines, {T, F})})});
}

std::string OnnxExporter::broadcast(const Json &op) {
  const Json &result = op["results"][0];
  Weight entry = weight(op["weight"]);
  std::vector<double> numbers;
  const size_t count = size_t(positions(result) * features(result));
  for (size_t i = 0; i < count; ++i)
    numbers.push_back(entry.values[i % entry.values.size()]);
  return onnx.node("Add", {zero, onnx.reals(numbers, {1, positions(result), features(result)})});
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
  Names inputs, names;
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
  Names inputs;
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
void collectNeeded(const Json &body, std::set<int64_t> &needed) {
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
  Names inputs = {"symbols"};
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

} // namespace

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
