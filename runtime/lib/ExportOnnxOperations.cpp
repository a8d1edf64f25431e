//===- ExportOnnxOperations.cpp - Each operation as ONNX -------------------------------===//
//
// Primitive operators of opset 17 for what the graph in the descriptor computes.
//
//===----------------------------------------------------------------------===//

#include "OnnxExporter.h"

#include "Error.h"
#include "Text.h"

#include <cmath>
#include <limits>

namespace iarc::runtime {

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

} // namespace iarc::runtime
