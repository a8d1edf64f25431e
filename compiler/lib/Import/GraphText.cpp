//===- GraphText.cpp - The elaborated model as JSON --------------------------===//
#include "iarc/GraphText.h"
#include "iarc/dsl/Model.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

namespace iarc {
namespace {

namespace json = llvm::json;

const char *nameOf(dsl::OpKind kind) {
  switch (kind) {
  case dsl::OpKind::Encode:
    return "encode";
  case dsl::OpKind::Embed:
    return "embed";
  case dsl::OpKind::Linear:
    return "linear";
  case dsl::OpKind::Attention:
    return "attention";
  case dsl::OpKind::Map:
    return "map";
  case dsl::OpKind::Norm:
    return "norm";
  case dsl::OpKind::Slice:
    return "slice";
  case dsl::OpKind::Flatten:
    return "flatten";
  case dsl::OpKind::LstmGates:
    return "lstm_gates";
  case dsl::OpKind::Broadcast:
    return "broadcast";
  case dsl::OpKind::Spread:
    return "spread";
  case dsl::OpKind::Reduce:
    return "reduce";
  case dsl::OpKind::Join:
    return "join";
  case dsl::OpKind::Rotate:
    return "rotate";
  case dsl::OpKind::Target:
    return "target";
  case dsl::OpKind::Recur:
    return "recur";
  case dsl::OpKind::Repeat:
    return "repeat";
  }
  return "";
}

const char *nameOf(dsl::ScalarOp op) {
  using dsl::ScalarOp;
  switch (op) {
  case ScalarOp::Argument:
    return "argument";
  case ScalarOp::Constant:
    return "constant";
  case ScalarOp::Add:
    return "add";
  case ScalarOp::Subtract:
    return "subtract";
  case ScalarOp::Multiply:
    return "multiply";
  case ScalarOp::Divide:
    return "divide";
  case ScalarOp::Power:
    return "power";
  case ScalarOp::IntegerPower:
    return "integer_power";
  case ScalarOp::Negate:
    return "negate";
  case ScalarOp::Exp:
    return "exp";
  case ScalarOp::Log:
    return "log";
  case ScalarOp::Sqrt:
    return "sqrt";
  case ScalarOp::Tanh:
    return "tanh";
  case ScalarOp::Erf:
    return "erf";
  case ScalarOp::Sin:
    return "sin";
  case ScalarOp::Cos:
    return "cos";
  case ScalarOp::Abs:
    return "abs";
  case ScalarOp::Maximum:
    return "maximum";
  case ScalarOp::Minimum:
    return "minimum";
  case ScalarOp::Less:
    return "less";
  case ScalarOp::LessEqual:
    return "less_equal";
  case ScalarOp::Equal:
    return "equal";
  case ScalarOp::And:
    return "and";
  case ScalarOp::Or:
    return "or";
  case ScalarOp::Not:
    return "not";
  case ScalarOp::Select:
    return "select";
  }
  return "";
}

template <class List> json::Array arrayOf(const List &list) {
  json::Array array;
  for (const auto &element : list)
    array.push_back(element);
  return array;
}

/// Nodes as [name, operands..., and the index or value that it has].
json::Object scalarText(const dsl::ScalarFunction &function) {
  json::Array nodes;
  for (const dsl::ScalarNode &node : function.nodes) {
    json::Array entry{nameOf(node.op)};
    for (int32_t operand : node.operands)
      if (operand >= 0)
        entry.push_back(operand);
    if (node.op == dsl::ScalarOp::Constant)
      entry.push_back(node.value);
    if (node.op == dsl::ScalarOp::Argument || node.op == dsl::ScalarOp::IntegerPower)
      entry.push_back(node.index);
    nodes.push_back(std::move(entry));
  }
  return json::Object{{"nodes", std::move(nodes)}, {"result", function.result}};
}

class GraphWriter {
public:
  explicit GraphWriter(const dsl::Model &model) : model(model) {}

  json::Object region(const dsl::Region &region) {
    json::Array ops;
    for (const dsl::Op &op : region.ops)
      ops.push_back(opText(op));
    return json::Object{{"arguments", arrayOf(region.arguments)},
                        {"ops", std::move(ops)},
                        {"yields", arrayOf(region.yields)}};
  }

private:
  json::Object opText(const dsl::Op &op) {
    json::Object text{{"op", nameOf(op.kind)},
                      {"operands", arrayOf(op.operands)},
                      {"results", arrayOf(op.results)}};
    switch (op.kind) {
    case dsl::OpKind::Embed:
      text["weight"] = model.weights[op.weight].name;
      text["of_controls"] = op.ofControls;
      break;
    case dsl::OpKind::Linear:
      text["weight"] = model.weights[op.weight].name;
      if (op.bias >= 0)
        text["bias"] = model.weights[op.bias].name;
      text["placement"] = op.placement == dsl::Placement::Shared        ? "shared"
                          : op.placement == dsl::Placement::PerPosition ? "per position"
                                                                        : "across positions";
      break;
    case dsl::OpKind::Attention:
      text["heads"] = op.heads;
      text["kernel"] = op.kernel;
      text["scale"] = op.scale;
      text["causal"] = op.causal;
      text["slopes"] = arrayOf(op.slopes);
      text["normalise"] = op.normalise == dsl::Normalise::None  ? "none"
                          : op.normalise == dsl::Normalise::Sum ? "sum"
                                                                : "absolute_sum";
      text["eps"] = op.eps;
      text["function"] = scalarText(op.scalar);
      break;
    case dsl::OpKind::Map:
      text["function"] = scalarText(op.scalar);
      break;
    case dsl::OpKind::Norm:
      text["eps"] = op.eps;
      break;
    case dsl::OpKind::Slice:
      text["begin"] = op.begin;
      text["end"] = op.end;
      break;
    case dsl::OpKind::Repeat:
      text["count"] = op.count;
      [[fallthrough]];
    case dsl::OpKind::Recur:
      text["body"] = region(*op.body);
      break;
    case dsl::OpKind::Broadcast:
      text["weight"] = model.weights[op.weight].name;
      break;
    case dsl::OpKind::Reduce:
      text["largest"] = op.largest;
      break;
    case dsl::OpKind::Rotate:
      text["size"] = op.size;
      text["base"] = op.base;
      break;
    case dsl::OpKind::Encode:
    case dsl::OpKind::Flatten:
    case dsl::OpKind::LstmGates:
    case dsl::OpKind::Spread:
    case dsl::OpKind::Join:
    case dsl::OpKind::Target:
      break;
    }
    return text;
  }

  const dsl::Model &model;
};

} // namespace

std::string graphText(const dsl::Model &model) {
  json::Array shapes;
  for (const dsl::Shape &shape : model.valueShapes) {
    json::Array sizes;
    for (const dsl::Axis &axis : shape)
      sizes.push_back(axis.size);
    shapes.push_back(std::move(sizes));
  }
  json::Object graph{{"version", 1},
                     {"shapes", std::move(shapes)},
                     {"names", arrayOf(model.valueNames)},
                     {"body", GraphWriter(model).region(model.body)}};
  return llvm::formatv("{0}", json::Value(std::move(graph)));
}

} // namespace iarc
