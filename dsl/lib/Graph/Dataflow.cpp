//===- Dataflow.cpp - Boxes and arrows of a model -------------------------===//
//
// Operations in order, those of a call of a block together. Shapes are adapted
// silently: what only spreads one feature over many is no box.
//
//===----------------------------------------------------------------------===//
#include "Graph/Dataflow.h"

#include "Sema/Graph.h"

#include <algorithm>
#include <map>
#include <set>

namespace iarc::dsl::graph {

std::string groupDigits(int64_t number) {
  std::string digits = std::to_string(number);
  for (size_t i = digits.size(); i > 3; i -= 3)
    digits.insert(i - 3, ",");
  return digits;
}

size_t countBoxes(const std::vector<Node> &nodes) {
  size_t count = 0;
  for (const Node &node : nodes)
    count += node.kind == Node::Kind::Port ? 0 : 1 + countBoxes(node.inner);
  return count;
}

namespace {

/// A formula as long as this is still a name for its box.
constexpr size_t longestFormula = 52;

std::string shapeText(const Shape &shape) {
  std::string text;
  for (const Axis &axis : shape)
    text += (text.empty() ? "[" : ", ") + axis.name + " " + std::to_string(axis.size);
  return text + "]";
}

int64_t elementsOf(const Weight &weight) {
  int64_t elements = 1;
  for (const Axis &axis : weight.shape)
    elements *= axis.size;
  return elements;
}

class Builder {
public:
  Builder(const Model &model, const Written &written, const GraphOptions &options)
      : model(model), written(written), options(options) {
    // Calls are listed when they end: of those that begin together the last is the outermost.
    for (size_t i = 0; i < written.calls.size(); ++i)
      if (written.calls[i].first != written.calls[i].last)
        callsAt[{written.calls[i].region, written.calls[i].first}].push_back(i);
  }

  std::vector<Node> run() {
    Level level;
    noteUses(model.body);
    body(model.body, 0, model.body.ops.size(), 0, written.calls.size(), level);
    for (ValueId value : model.body.yields) {
      Node node = ofValue("predict", value);
      node.notes.push_back("1 of " + groupDigits(model.task.symbols) + " symbols");
      if (model.lossValue < 0)
        node.notes.push_back(std::string(model.loss == LossKind::SquaredError ? "squared_error"
                                                                              : "cross_entropy") +
                             reach());
      add(std::move(node), {value}, level);
    }
    if (model.lossValue >= 0)
      add(ofValue("loss" + reach(), model.lossValue), {model.lossValue}, level);
    return std::move(level.nodes);
  }

private:
  /// Where a value comes from.
  struct Source {
    size_t node = 0;
    int out = -1;
  };
  struct Level {
    std::vector<Node> nodes;
    std::map<ValueId, Source> known;
  };

  std::string reach() const { return model.lossAt == LossAt::Last ? " at last" : " at all"; }

  std::string shapeOf(ValueId value) const {
    return shapeText(model.valueShapes[static_cast<size_t>(value)]);
  }

  Node ofValue(std::string name, ValueId value) const {
    Node node;
    node.name = std::move(name);
    node.shape = shapeOf(value);
    return node;
  }

  /// What an operand is called in a formula: its variable, else what made it.
  std::string nameOf(ValueId value, const Level &level) const {
    if (auto entry = written.names.find(value); entry != written.names.end())
      return entry->second;
    auto source = level.known.find(value);
    if (source == level.known.end())
      return "_";
    const std::string &name = level.nodes[source->second.node].name;
    return name.find(' ') == std::string::npos ? name : "(" + name + ")";
  }

  /// "a = ", where its result is the variable a.
  std::string variable(const Op &op) const {
    auto name = written.names.find(op.results.front());
    return name == written.names.end() ? "" : name->second + " = ";
  }

  std::string nameOf(const Op &op, const Level &level) const {
    auto function = written.functions.end();
    if (op.results.size() == 1)
      function = written.functions.find(op.results.front());
    switch (op.kind) {
    case OpKind::Encode: return "encode";
    case OpKind::Embed: return op.ofControls ? "embed control" : "embed";
    case OpKind::Linear:
      return op.placement == Placement::PerPosition       ? "linear per position"
             : op.placement == Placement::AcrossPositions ? "linear across positions"
                                                          : "linear";
    case OpKind::Attention:
      return "attend" + (function == written.functions.end() ? "" : " " + function->second);
    case OpKind::Map: {
      if (function != written.functions.end())
        return function->second;
      std::vector<std::string> arguments;
      for (ValueId operand : op.operands)
        arguments.push_back(nameOf(operand, level));
      std::string formula = textOf(op.scalar, arguments);
      return variable(op) + (formula.size() > longestFormula ? "elementwise" : formula);
    }
    case OpKind::Norm: return "norm";
    case OpKind::Slice:
      return variable(op) + nameOf(op.operands.front(), level) + "[" + std::to_string(op.begin) + "..<" +
             std::to_string(op.end) + "]";
    case OpKind::Flatten: return "flatten";
    case OpKind::LstmGates: return "lstm_gates";
    case OpKind::Broadcast: return model.weights[static_cast<size_t>(op.weight)].name;
    case OpKind::Spread: return "spread";
    case OpKind::Reduce: return op.largest ? "row_max" : "row_sum";
    case OpKind::Join: return "join";
    case OpKind::Rotate: return "rope";
    case OpKind::Target: return "target";
    case OpKind::Recur: return "recur over positions";
    case OpKind::Repeat: return "repeat " + std::to_string(op.count);
    }
    return "operation";
  }

  /// Operations [first, last) of a region that are not in a call numbered `within` or later.
  void body(const Region &region, size_t first, size_t last, int depth, size_t within,
            Level &level) {
    for (size_t i = first; i < last;) {
      const BlockCall *call = nullptr;
      if (auto at = callsAt.find({&region, i}); at != callsAt.end())
        for (size_t number : at->second)
          if (number < within && written.calls[number].last <= last)
            call = &written.calls[number];
      if (!call) {
        operation(region.ops[i++], depth, level);
        continue;
      }
      bool open = depth < options.depth || options.open.count(call->name);
      part(region, *call, open, depth, level);
      i = call->last;
    }
  }

  void noteUses(const Region &region) {
    usedAnywhere.insert(region.yields.begin(), region.yields.end());
    for (const Op &op : region.ops) {
      usedAnywhere.insert(op.operands.begin(), op.operands.end());
      if (op.body)
        noteUses(*op.body);
    }
  }

  void operation(const Op &op, int depth, Level &level) {
    if (op.kind == OpKind::Encode && !usedAnywhere.count(op.results.front()))
      return; // the symbols come in by an embedding
    if (op.kind == OpKind::Spread) {
      if (auto source = level.known.find(op.operands.front()); source != level.known.end()) {
        level.known[op.results.front()] = source->second;
        return;
      }
    }
    Node node;
    node.name = nameOf(op, level);
    if (!op.results.empty())
      node.shape = shapeOf(op.results.front());
    addWeights(op, node);
    if (op.kind == OpKind::Attention)
      node.notes.push_back(std::to_string(op.heads) + (op.heads == 1 ? " head" : " heads") +
                           (op.causal ? ", causal" : "") + (op.slopes.empty() ? "" : ", decay"));
    if (op.kind == OpKind::Encode && !model.task.controls.empty())
      node.notes.push_back(groupDigits(model.task.symbols) + " symbols + " +
                           model.task.controlNames());
    if (!op.body) {
      add(std::move(node), op.operands, level, op.results);
      return;
    }
    // What enters: the arguments, then what the body uses from outside.
    node.kind = Node::Kind::Group;
    node.weights.clear();
    Level inside;
    std::vector<ValueId> entering = op.operands;
    const std::vector<ValueId> &arguments = op.body->arguments;
    for (ValueId argument : arguments)
      port(argument, inside);
    size_t states = arguments.size() - op.operands.size(); // of a recur: begin with zero
    for (ValueId value : outside(*op.body, 0, op.body->ops.size(), true))
      if (!inside.known.count(value)) {
        port(value, inside);
        entering.push_back(value);
      }
    body(*op.body, 0, op.body->ops.size(), depth, written.calls.size(), inside);
    leave(op.body->yields, inside);
    node.carried = op.body->yields.size();
    group(std::move(node), std::move(inside), entering, states, op.body->yields.size(), op.results,
          level);
  }

  void part(const Region &region, const BlockCall &call, bool open, int depth, Level &level) {
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
      node.shape = shapeOf(result);
    if (!open) {
      add(std::move(node), used, level, made);
      return;
    }
    node.weights.clear();
    Level inside;
    for (ValueId value : used)
      port(value, inside);
    body(region, call.first, call.last, depth + 1, static_cast<size_t>(&call - written.calls.data()),
         inside);
    std::vector<ValueId> results;
    if (result >= 0)
      results.push_back(result);
    leave(results, inside);
    group(std::move(node), std::move(inside), used, 0, results.size(), made, level);
  }

  void port(ValueId value, Level &level) {
    auto name = written.names.find(value);
    Node node = ofValue(name == written.names.end() ? "" : name->second, value);
    node.kind = Node::Kind::Port;
    level.known[value] = {level.nodes.size()};
    level.nodes.push_back(std::move(node));
  }

  void leave(const std::vector<ValueId> &values, Level &level) {
    for (ValueId value : values) {
      auto name = written.names.find(value);
      Node node = ofValue(name == written.names.end() ? "" : name->second, value);
      node.kind = Node::Kind::Port;
      add(std::move(node), {value}, level);
    }
  }

  /// A box that reads `used` and makes `made`.
  void add(Node node, const std::vector<ValueId> &used, Level &level,
           const std::vector<ValueId> &made = {}) {
    for (ValueId value : used) {
      auto source = level.known.find(value);
      if (source == level.known.end())
        continue;
      Edge edge{source->second.node, source->second.out, -1};
      bool repeated = std::any_of(node.inputs.begin(), node.inputs.end(), [&](const Edge &other) {
        return other.from == edge.from && other.out == edge.out;
      });
      if (!repeated)
        node.inputs.push_back(edge);
    }
    for (ValueId value : made)
      level.known[value] = {level.nodes.size()};
    level.nodes.push_back(std::move(node));
  }

  /// An open box: its ports from number `firstPort` on take `used`.
  void group(Node node, Level inside, const std::vector<ValueId> &used, size_t firstPort,
             size_t outputs, const std::vector<ValueId> &made, Level &level) {
    for (size_t i = 0; i < used.size(); ++i)
      if (auto source = level.known.find(used[i]); source != level.known.end())
        node.inputs.push_back(
            {source->second.node, source->second.out, static_cast<int>(firstPort + i)});
    node.inner = std::move(inside.nodes);
    node.outputs = outputs;
    for (size_t i = 0; i < made.size(); ++i)
      level.known[made[i]] = {level.nodes.size(),
                              static_cast<int>(made.size() == outputs ? i : 0)};
    level.nodes.push_back(std::move(node));
  }

  /// Values that operations [first, last) use and do not make, in order of their use.
  std::vector<ValueId> outside(const Region &region, size_t first, size_t last,
                               bool withYields = false) const {
    std::vector<ValueId> used;
    std::set<ValueId> made, seen;
    auto use = [&](ValueId value) {
      if (!made.count(value) && seen.insert(value).second)
        used.push_back(value);
    };
    for (size_t i = first; i < last; ++i) {
      const Op &op = region.ops[i];
      for (ValueId operand : op.operands)
        use(operand);
      if (op.body) {
        std::set<ValueId> arguments(op.body->arguments.begin(), op.body->arguments.end());
        for (ValueId value : outside(*op.body, 0, op.body->ops.size(), true))
          if (!arguments.count(value))
            use(value);
      }
      made.insert(op.results.begin(), op.results.end());
    }
    if (withYields)
      for (ValueId value : region.yields)
        use(value);
    return used;
  }

  /// A weight that is used twice is counted once.
  void addWeights(const Op &op, Node &node) const {
    std::set<WeightId> all;
    collect(op, all);
    for (WeightId id : all)
      node.parameters += elementsOf(model.weights[static_cast<size_t>(id)]);
    for (WeightId id : all) {
      const Weight &weight = model.weights[static_cast<size_t>(id)];
      node.weights.push_back({weight.name, shapeText(weight.shape)});
    }
  }

  static void collect(const Op &op, std::set<WeightId> &all) {
    for (WeightId id : {op.weight, op.bias})
      if (id >= 0)
        all.insert(id);
    if (op.body)
      for (const Op &inner : op.body->ops)
        collect(inner, all);
  }

  const Model &model;
  const Written &written;
  const GraphOptions &options;
  std::set<ValueId> usedAnywhere; ///< by any operation, or predicted
  std::map<std::pair<const Region *, size_t>, std::vector<size_t>> callsAt;
};

} // namespace

std::vector<Node> dataflowOf(const Model &model, const Written &written,
                             const GraphOptions &options) {
  return Builder(model, written, options).run();
}

} // namespace iarc::dsl::graph
