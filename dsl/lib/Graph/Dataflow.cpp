//===- Dataflow.cpp - Boxes and arrows of a model -------------------------===//
#include "Graph/Dataflow.h"

#include <algorithm>
#include <map>

namespace iarc::dsl::graph {

std::string groupDigits(int64_t number) {
  std::string digits = std::to_string(number);
  for (size_t i = digits.size(); i > 3; i -= 3)
    digits.insert(i - 3, ",");
  return digits;
}

namespace {

std::string shapeText(const Shape &shape) {
  std::string text;
  for (const Axis &axis : shape)
    text += (text.empty() ? "[" : ", ") + axis.name + " " + std::to_string(axis.size);
  return text + "]";
}

/// What a scalar function is called: the operator of a single one, else "map".
std::string nameOf(const ScalarFunction &scalar) {
  static const std::map<ScalarOp, const char *> names = {
      {ScalarOp::Add, "+"},        {ScalarOp::Subtract, "-"},   {ScalarOp::Multiply, "*"},
      {ScalarOp::Divide, "/"},     {ScalarOp::Maximum, "max"},  {ScalarOp::Minimum, "min"},
      {ScalarOp::Exp, "exp"},      {ScalarOp::Log, "log"},      {ScalarOp::Sqrt, "sqrt"},
      {ScalarOp::Tanh, "tanh"},    {ScalarOp::Erf, "erf"},      {ScalarOp::Sin, "sin"},
      {ScalarOp::Cos, "cos"},      {ScalarOp::Abs, "abs"},      {ScalarOp::Negate, "negate"},
      {ScalarOp::Select, "if"}};
  const ScalarNode *only = nullptr;
  int inner = 0;
  for (const ScalarNode &node : scalar.nodes)
    if (node.op != ScalarOp::Argument && node.op != ScalarOp::Constant) {
      only = &node;
      ++inner;
    }
  if (inner == 1)
    if (auto entry = names.find(only->op); entry != names.end())
      return entry->second;
  return "elementwise";
}

std::string nameOf(const Op &op) {
  switch (op.kind) {
  case OpKind::Encode: return "encode";
  case OpKind::Linear: return op.placement == Placement::PerPosition ? "linear per position"
                              : op.placement == Placement::AcrossPositions ? "linear across positions"
                                                                           : "linear";
  case OpKind::Attention:
    return "attend, " + std::to_string(op.heads) + (op.heads == 1 ? " head" : " heads");
  case OpKind::Map: return nameOf(op.scalar);
  case OpKind::Norm: return "norm";
  case OpKind::Slice:
    return "features " + std::to_string(op.begin) + "..<" + std::to_string(op.end);
  case OpKind::Flatten: return "flatten";
  case OpKind::LstmGates: return "lstm_gates";
  case OpKind::Broadcast: return "weight";
  case OpKind::Spread: return "spread";
  case OpKind::Reduce: return op.largest ? "row maximum" : "row sum";
  case OpKind::Join: return "join";
  case OpKind::Rotate: return "rotate";
  case OpKind::Target: return "target";
  case OpKind::Recur: return "recur over positions";
  case OpKind::Repeat: return "repeat " + std::to_string(op.count);
  }
  return "operation";
}

class Builder {
public:
  Builder(const Model &model, const std::vector<BlockCall> &calls, const GraphOptions &options)
      : model(model), calls(calls), options(options) {}

  std::vector<Node> run() {
    std::map<ValueId, size_t> known;
    std::vector<Node> nodes;
    body(model.body, 0, model.body.ops.size(), 0, nullptr, nodes, known);
    outputs(model.body.yields, "predict", nodes, known);
    return nodes;
  }

private:
  /// Operations [first, last) of a region; `within` is the open call whose they are.
  void body(const Region &region, size_t first, size_t last, int depth, const BlockCall *within,
            std::vector<Node> &nodes, std::map<ValueId, size_t> &known) {
    for (size_t i = first; i < last;) {
      const BlockCall *call = outermost(region, i, last, within);
      if (!call) {
        operation(region.ops[i++], depth, nodes, known);
        continue;
      }
      bool open = depth < options.depth || options.open.count(call->name);
      part(region, *call, open, depth, nodes, known);
      i = call->last;
    }
  }

  /// The outermost call that begins at an operation and lies in `within`.
  const BlockCall *outermost(const Region &region, size_t i, size_t last,
                             const BlockCall *within) const {
    const BlockCall *found = nullptr;
    for (const BlockCall &call : calls) {
      if (call.region != &region || call.first != i || call.last > last || call.first == call.last)
        continue;
      // Calls are listed when they end: those inside come before.
      if (&call != within && (!within || &call < within) && (!found || call.last >= found->last))
        found = &call;
    }
    return found;
  }

  void operation(const Op &op, int depth, std::vector<Node> &nodes,
                 std::map<ValueId, size_t> &known) {
    Node node;
    node.name = nameOf(op);
    if (!op.results.empty())
      node.shape = shapeText(model.valueShapes[static_cast<size_t>(op.results.front())]);
    addWeights(op, node);
    std::vector<ValueId> used = op.operands;
    if (op.body) {
      node.kind = Node::Kind::Group;
      std::map<ValueId, size_t> inside;
      // Inside an argument stands for what was given.
      if (op.kind == OpKind::Repeat)
        for (ValueId value : outside(*op.body, 0, op.body->ops.size()))
          if (std::find(op.body->arguments.begin(), op.body->arguments.end(), value) ==
              op.body->arguments.end())
            used.push_back(value);
      for (ValueId argument : op.body->arguments)
        port(argument, node.inner, inside);
      for (ValueId value : used)
        if (!inside.count(value) && std::find(op.operands.begin(), op.operands.end(), value) ==
                                        op.operands.end())
          port(value, node.inner, inside);
      body(*op.body, 0, op.body->ops.size(), depth, nullptr, node.inner, inside);
      outputs(op.body->yields, "", node.inner, inside);
    }
    finish(std::move(node), used, op.results, nodes, known);
  }

  void part(const Region &region, const BlockCall &call, bool open, int depth,
            std::vector<Node> &nodes, std::map<ValueId, size_t> &known) {
    Node node;
    node.name = call.name;
    node.kind = open ? Node::Kind::Group : Node::Kind::Block;
    std::vector<ValueId> used = outside(region, call.first, call.last), made;
    for (size_t i = call.first; i < call.last; ++i) {
      addWeights(region.ops[i], node);
      made.insert(made.end(), region.ops[i].results.begin(), region.ops[i].results.end());
    }
    ValueId result = made.empty() ? -1 : made.back();
    if (std::find(made.begin(), made.end(), call.result) != made.end())
      result = call.result;
    if (result >= 0)
      node.shape = shapeText(model.valueShapes[static_cast<size_t>(result)]);
    if (open) {
      node.weights.clear();
      std::map<ValueId, size_t> inside;
      for (ValueId value : used)
        port(value, node.inner, inside);
      body(region, call.first, call.last, depth + 1, &call, node.inner, inside);
      if (result >= 0)
        outputs({result}, "", node.inner, inside);
    }
    finish(std::move(node), used, made, nodes, known);
  }

  void port(ValueId value, std::vector<Node> &nodes, std::map<ValueId, size_t> &known) {
    Node node;
    node.kind = Node::Kind::Port;
    node.shape = shapeText(model.valueShapes[static_cast<size_t>(value)]);
    known[value] = nodes.size();
    nodes.push_back(std::move(node));
  }

  void outputs(const std::vector<ValueId> &values, const char *name, std::vector<Node> &nodes,
               std::map<ValueId, size_t> &known) {
    for (ValueId value : values) {
      Node node;
      node.kind = *name ? Node::Kind::Operation : Node::Kind::Port;
      node.name = name;
      node.shape = shapeText(model.valueShapes[static_cast<size_t>(value)]);
      finish(std::move(node), {value}, {}, nodes, known);
    }
  }

  void finish(Node node, const std::vector<ValueId> &used, const std::vector<ValueId> &made,
              std::vector<Node> &nodes, std::map<ValueId, size_t> &known) {
    for (ValueId value : used)
      if (auto entry = known.find(value); entry != known.end())
        if (std::find(node.inputs.begin(), node.inputs.end(), entry->second) == node.inputs.end())
          node.inputs.push_back(entry->second);
    for (ValueId value : made)
      known[value] = nodes.size();
    nodes.push_back(std::move(node));
  }

  /// Values that operations [first, last) use and do not make, in order of their use.
  std::vector<ValueId> outside(const Region &region, size_t first, size_t last) const {
    std::vector<ValueId> used;
    std::set<ValueId> made;
    auto use = [&](ValueId value) {
      if (!made.count(value) && std::find(used.begin(), used.end(), value) == used.end())
        used.push_back(value);
    };
    for (size_t i = first; i < last; ++i) {
      const Op &op = region.ops[i];
      for (ValueId operand : op.operands)
        use(operand);
      if (op.body) {
        std::set<ValueId> arguments(op.body->arguments.begin(), op.body->arguments.end());
        for (ValueId value : outside(*op.body, 0, op.body->ops.size()))
          if (!arguments.count(value))
            use(value);
      }
      made.insert(op.results.begin(), op.results.end());
    }
    if (first == 0 && last == region.ops.size())
      for (ValueId value : region.yields)
        use(value);
    return used;
  }

  void addWeights(const Op &op, Node &node) const {
    for (WeightId id : {op.weight, op.bias}) {
      if (id < 0)
        continue;
      const Weight &weight = model.weights[static_cast<size_t>(id)];
      int64_t elements = 1;
      for (const Axis &axis : weight.shape)
        elements *= axis.size;
      node.parameters += elements;
      node.weights.push_back(weight.name + " " + shapeText(weight.shape));
    }
    if (op.body) {
      Node inner;
      for (const Op &one : op.body->ops)
        addWeights(one, inner);
      node.parameters += inner.parameters;
    }
  }

  const Model &model;
  const std::vector<BlockCall> &calls;
  const GraphOptions &options;
};

} // namespace

std::vector<Node> dataflowOf(const Model &model, const std::vector<BlockCall> &calls,
                             const GraphOptions &options) {
  return Builder(model, calls, options).run();
}

} // namespace iarc::dsl::graph
