//===- ModelGraph.cpp - What a model computes --------------------------------------===//

#include "ModelGraph.h"

#include "Error.h"
#include "Text.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <map>

namespace iarc::runtime {

namespace {

using Json = nlohmann::json;

template <class T> T lookUp(const std::map<std::string, T> &names, const std::string &name) {
  auto found = names.find(name);
  if (found == names.end())
    fail(Exit::Internal, "the graph of the model has a part %s that this runtime does not know",
         runtime::quoted(name).c_str());
  return found->second;
}

GraphFunction functionOf(const Json &text) {
  using Op = GraphFunction::Op;
  static const std::map<std::string, Op> names = {
      {"argument", Op::Argument}, {"constant", Op::Constant}, {"add", Op::Add},
      {"subtract", Op::Subtract}, {"multiply", Op::Multiply}, {"divide", Op::Divide},
      {"power", Op::Power},       {"integer_power", Op::IntegerPower}, {"negate", Op::Negate},
      {"exp", Op::Exp},           {"log", Op::Log},           {"sqrt", Op::Sqrt},
      {"tanh", Op::Tanh},         {"erf", Op::Erf},           {"sin", Op::Sin},
      {"cos", Op::Cos},           {"abs", Op::Abs},           {"maximum", Op::Maximum},
      {"minimum", Op::Minimum},   {"less", Op::Less},         {"less_equal", Op::LessEqual},
      {"equal", Op::Equal},       {"and", Op::And},           {"or", Op::Or},
      {"not", Op::Not},           {"select", Op::Select}};
  GraphFunction function;
  for (const Json &entry : text.at("nodes")) {
    GraphFunction::Node node;
    node.op = lookUp(names, entry.at(0).get<std::string>());
    size_t operands = entry.size() - 1;
    if (node.op == Op::Constant) {
      node.value = entry.at(1).get<double>();
      operands = 0;
    } else if (node.op == Op::Argument || node.op == Op::IntegerPower) {
      node.index = entry.at(entry.size() - 1).get<int64_t>();
      --operands;
    }
    for (size_t i = 0; i < operands; ++i)
      node.operands[i] = entry.at(1 + i).get<int32_t>();
    function.nodes.push_back(node);
  }
  function.result = text.at("result").get<int32_t>();
  return function;
}

class Reader {
public:
  explicit Reader(const iarc_model &model) : model(model) {}

  GraphRegion region(const Json &text) {
    GraphRegion result;
    result.arguments = text.at("arguments").get<std::vector<int32_t>>();
    result.yields = text.at("yields").get<std::vector<int32_t>>();
    for (const Json &op : text.at("ops"))
      result.ops.push_back(operation(op));
    return result;
  }

private:
  const iarc_weight *weight(const Json &op, const char *key) {
    if (!op.contains(key))
      return nullptr;
    const std::string name = op.at(key).get<std::string>();
    for (int64_t w = 0; w < model.weight_tensors; ++w)
      if (name == model.weights[w].name)
        return &model.weights[w];
    fail(Exit::Internal, "the graph names a weight %s that the model has not", runtime::quoted(name).c_str());
  }

  GraphOp operation(const Json &text) {
    using Kind = GraphOp::Kind;
    static const std::map<std::string, Kind> kinds = {
        {"encode", Kind::Encode},   {"embed", Kind::Embed},         {"linear", Kind::Linear},
        {"map", Kind::Map},         {"attention", Kind::Attention}, {"norm", Kind::Norm},
        {"slice", Kind::Slice},     {"flatten", Kind::Flatten},     {"lstm_gates", Kind::LstmGates},
        {"spread", Kind::Spread},   {"broadcast", Kind::Broadcast}, {"reduce", Kind::Reduce},
        {"join", Kind::Join},       {"rotate", Kind::Rotate},       {"target", Kind::Target},
        {"recur", Kind::Recur},     {"repeat", Kind::Repeat}};
    static const std::map<std::string, GraphOp::Placement> placements = {
        {"shared", GraphOp::Placement::Shared},
        {"per position", GraphOp::Placement::PerPosition},
        {"across positions", GraphOp::Placement::AcrossPositions}};
    static const std::map<std::string, GraphOp::Normalise> normalisers = {
        {"none", GraphOp::Normalise::None},
        {"sum", GraphOp::Normalise::Sum},
        {"absolute_sum", GraphOp::Normalise::AbsoluteSum}};
    GraphOp op;
    op.kindName = text.at("op").get<std::string>();
    op.kind = lookUp(kinds, op.kindName);
    op.operands = text.at("operands").get<std::vector<int32_t>>();
    op.results = text.at("results").get<std::vector<int32_t>>();
    op.weight = weight(text, "weight");
    op.bias = weight(text, "bias");
    op.placement = lookUp(placements, text.value("placement", "shared"));
    op.ofControls = text.value("of_controls", false);
    op.causal = text.value("causal", true);
    op.largest = text.value("largest", false);
    op.heads = text.value("heads", int64_t(1));
    op.begin = text.value("begin", int64_t(0));
    op.end = text.value("end", int64_t(0));
    op.size = text.value("size", int64_t(0));
    op.count = text.value("count", int64_t(0));
    op.scale = text.value("scale", 1.0);
    op.eps = text.value("eps", 0.0);
    op.base = text.value("base", 0.0);
    op.slopes = text.value("slopes", std::vector<double>());
    op.normalise = lookUp(normalisers, text.value("normalise", "sum"));
    op.kernel = text.value("kernel", "");
    if (text.contains("function"))
      op.function = functionOf(text.at("function"));
    if (text.contains("body"))
      op.body = std::make_unique<GraphRegion>(region(text.at("body")));
    return op;
  }

  const iarc_model &model;
};

} // namespace

double GraphFunction::operator()(const double *arguments, double *scratch) const noexcept {
  for (size_t n = 0; n < nodes.size(); ++n) {
    const Node &node = nodes[n];
    const double a = scratch[node.operands[0]], b = scratch[node.operands[1]];
    double &to = scratch[n];
    switch (node.op) {
    case Op::Argument: to = arguments[node.index]; break;
    case Op::Constant: to = node.value; break;
    case Op::Add: to = a + b; break;
    case Op::Subtract: to = a - b; break;
    case Op::Multiply: to = a * b; break;
    case Op::Divide: to = a / b; break;
    case Op::Power: to = std::pow(a, b); break;
    case Op::IntegerPower: to = std::pow(a, double(node.index)); break;
    case Op::Negate: to = -a; break;
    case Op::Exp: to = std::exp(a); break;
    case Op::Log: to = std::log(a); break;
    case Op::Sqrt: to = std::sqrt(a); break;
    case Op::Tanh: to = std::tanh(a); break;
    case Op::Erf: to = std::erf(a); break;
    case Op::Sin: to = std::sin(a); break;
    case Op::Cos: to = std::cos(a); break;
    case Op::Abs: to = std::fabs(a); break;
    case Op::Maximum: to = a > b ? a : b; break;
    case Op::Minimum: to = a < b ? a : b; break;
    case Op::Less: to = a < b; break;
    case Op::LessEqual: to = a <= b; break;
    case Op::Equal: to = a == b; break;
    case Op::And: to = a != 0 && b != 0; break;
    case Op::Or: to = a != 0 || b != 0; break;
    case Op::Not: to = a == 0; break;
    case Op::Select: to = a != 0 ? b : scratch[node.operands[2]]; break;
    }
  }
  return scratch[result];
}

ModelGraph::ModelGraph(const iarc_model &model) : model(model) {
  if (!model.graph || !*model.graph)
    fail(Exit::Usage, "this program was compiled from a lowered module and does not know its graph, "
                      "which the values of a model are computed by");
  try {
    Json text = Json::parse(model.graph);
    const Json &shapes = text.at("shapes"), &names = text.at("names");
    for (size_t i = 0; i < shapes.size(); ++i)
      values.push_back(
          {names.at(i).get<std::string>(), shapes[i].at(0).get<int64_t>(), shapes[i].at(1).get<int64_t>(), false, {}, false});
    body = Reader(model).region(text.at("body"));
  } catch (const Json::exception &exception) {
    fail(Exit::Internal, "the graph in the program cannot be read: %s", exception.what());
  }
  mark(body);
  std::vector<int64_t> repeats;
  place(body, repeats, false);
}

bool ModelGraph::needed(const GraphOp &op) const noexcept {
  for (int32_t result : op.results)
    if (value(result).needed)
      return true;
  return false;
}

void ModelGraph::mark(const GraphRegion &region) {
  for (int32_t yield : region.yields)
    values[size_t(yield)].needed = true;
  for (auto op = region.ops.rbegin(); op != region.ops.rend(); ++op) {
    if (!needed(*op))
      continue;
    for (int32_t operand : op->operands)
      values[size_t(operand)].needed = true;
    if (op->body) {
      mark(*op->body);
      for (int32_t argument : op->body->arguments)
        values[size_t(argument)].needed = true;
    }
  }
}

void ModelGraph::place(const GraphRegion &region, std::vector<int64_t> &repeats, bool inRecurrence) {
  auto put = [&](int32_t id) {
    values[size_t(id)].repeats = repeats;
    values[size_t(id)].inRecurrence = inRecurrence;
  };
  for (int32_t argument : region.arguments)
    put(argument);
  for (const GraphOp &op : region.ops) {
    for (int32_t result : op.results)
      put(result);
    if (!op.body)
      continue;
    if (op.kind == GraphOp::Kind::Repeat)
      repeats.push_back(op.count);
    place(*op.body, repeats, inRecurrence || op.kind == GraphOp::Kind::Recur);
    if (op.kind == GraphOp::Kind::Repeat)
      repeats.pop_back();
  }
}

} // namespace iarc::runtime
