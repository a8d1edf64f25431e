//===- ReportArchitecture.cpp - A model's operations, for the report ------------------===//

#include "Report.h"

#include "Text.h"

#include <map>
#include <set>

namespace iarc::runtime {

namespace {

constexpr size_t longestText = 90;

/// A function's text and how tightly its root binds: 0 sums, 1 products, 2 signs, 3 powers, 4 names.
struct Term {
  std::string text;
  int binds = 4;
};

Term termOf(const GraphFunction &function, int32_t number, const std::vector<std::string> &arguments,
            size_t &budget) {
  using Op = GraphFunction::Op;
  const GraphFunction::Node &node = function.nodes[size_t(number)];
  if (budget == 0)
    return {"...", 4};
  --budget;
  auto part = [&](int operand, int least) {
    Term term = termOf(function, node.operands[operand], arguments, budget);
    return term.binds < least ? "(" + term.text + ")" : term.text;
  };
  auto call = [&](const char *name, int count) {
    std::string text = std::string(name) + "(";
    for (int i = 0; i < count; ++i)
      text += (i ? ", " : "") + part(i, 0);
    return Term{text + ")", 4};
  };
  switch (node.op) {
  case Op::Argument: return {arguments[size_t(node.index)], 4};
  case Op::Constant: return {format("%.6g", node.value), node.value < 0 ? 2 : 4};
  case Op::Add: return {part(0, 0) + " + " + part(1, 0), 0};
  case Op::Subtract: return {part(0, 0) + " - " + part(1, 1), 0};
  case Op::Multiply: return {part(0, 1) + " " + part(1, 2), 1};
  case Op::Divide: return {part(0, 1) + " / " + part(1, 2), 1};
  case Op::Power: return {part(0, 4) + "^" + part(1, 4), 3};
  case Op::IntegerPower: return {part(0, 4) + "^" + std::to_string(node.index), 3};
  case Op::Negate: return {"-" + part(0, 3), 2};
  case Op::Exp: return call("exp", 1);
  case Op::Log: return call("log", 1);
  case Op::Sqrt: return call("sqrt", 1);
  case Op::Tanh: return call("tanh", 1);
  case Op::Erf: return call("erf", 1);
  case Op::Sin: return call("sin", 1);
  case Op::Cos: return call("cos", 1);
  case Op::Abs: return call("abs", 1);
  case Op::Maximum: return call("max", 2);
  case Op::Minimum: return call("min", 2);
  case Op::Less: return {part(0, 1) + " < " + part(1, 1), -1};
  case Op::LessEqual: return {part(0, 1) + " <= " + part(1, 1), -1};
  case Op::Equal: return {part(0, 1) + " == " + part(1, 1), -1};
  case Op::And: return {part(0, 0) + " and " + part(1, 0), -1};
  case Op::Or: return {part(0, 0) + " or " + part(1, 0), -1};
  case Op::Not: return {"not " + part(0, 4), -1};
  case Op::Select:
    return {"if " + part(0, -1) + " then " + part(1, 0) + " else " + part(2, 0), -1};
  }
  return {};
}

class Architecture {
public:
  Architecture(JsonWriter &json, const ModelGraph &graph) : json(json), graph(graph), producer(graph.values.size(), -1) {}

  void run() {
    json.key("nodes").beginArray();
    region(graph.body, 1);
    json.endArray().key("frames").beginArray();
    for (const Frame &frame : frames)
      json.beginObject()
          .field("kind", frame.kind)
          .field("count", frame.count)
          .field("first", frame.first)
          .field("last", frame.last)
          .field("depth", frame.depth)
          .endObject();
    json.endArray();
  }

private:
  struct Frame {
    const char *kind;
    int64_t count, first, last, depth;
  };

  /// Writes a node; its values are this one from now on.
  void node(const std::string &name, const char *kind, const std::string &detail, int32_t value,
            const std::vector<int32_t> &operands, int64_t parameters, double flop) {
    std::set<int64_t> read;
    for (int32_t operand : operands)
      if (producer[size_t(operand)] >= 0)
        read.insert(producer[size_t(operand)]);
    json.beginObject().field("name", std::string_view(name)).field("kind", kind);
    json.field("detail", std::string_view(detail)).field("depth", depth);
    json.key("shape").beginArray();
    json.value(graph.value(value).positions).value(graph.value(value).features).endArray();
    json.field("parameters", parameters).field("flop", flop);
    json.key("operands").beginArray();
    for (int64_t each : read)
      json.value(each);
    json.endArray().endObject();
    producer[size_t(value)] = count++;
  }

  int64_t own(const iarc_weight *weight) {
    return weight && counted.insert(weight).second ? weight->count : 0;
  }

  std::string nameOf(const GraphOp &op) const {
    const std::string &name = graph.value(op.results[0]).name;
    return name.empty() ? op.kindName : name;
  }

  std::string detailOf(const GraphOp &op) const;
  double flopOf(const GraphOp &op) const;
  void region(const GraphRegion &region, double times);
  void inner(const GraphOp &op, double times);

  JsonWriter &json;
  const ModelGraph &graph;
  std::vector<int64_t> producer; ///< the node of a value
  std::vector<Frame> frames;
  std::set<const iarc_weight *> counted; ///< weights may be used twice
  int64_t count = 0, depth = 0;
};

std::string Architecture::detailOf(const GraphOp &op) const {
  const GraphValue &result = graph.value(op.results[0]);
  switch (op.kind) {
  case GraphOp::Kind::Encode: return "symbols and control tokens, one-hot";
  case GraphOp::Kind::Embed: return format("%s of '%s'", op.ofControls ? "control tokens" : "symbols", op.weight->name);
  case GraphOp::Kind::Linear: {
    const char *place = op.placement == GraphOp::Placement::Shared        ? "shared"
                        : op.placement == GraphOp::Placement::PerPosition ? "per position"
                                                                          : "across positions";
    return format("'%s', %lld to %lld, %s%s", op.weight->name, (long long)graph.value(op.operands[0]).features,
                  (long long)result.features, place, op.bias ? ", with bias" : "");
  }
  case GraphOp::Kind::Attention:
    return format("%lld head%s, kernel %s%s", (long long)op.heads, op.heads == 1 ? "" : "s",
                  op.kernel.c_str(), op.causal ? ", causal" : "");
  case GraphOp::Kind::Map: {
    std::vector<std::string> names;
    for (int32_t operand : op.operands) {
      const std::string &name = graph.value(operand).name;
      names.push_back(name.substr(name.rfind('.') + 1));
      if (names.back() == "in")
        names.back() = name.substr(0, name.size() - 3);
    }
    return functionText(op.function, names);
  }
  case GraphOp::Kind::Slice:
    return format("features %lld..<%lld", (long long)op.begin, (long long)op.end);
  case GraphOp::Kind::Broadcast: return format("'%s'", op.weight->name);
  case GraphOp::Kind::Reduce: return op.largest ? "largest feature" : "sum of the features";
  case GraphOp::Kind::Rotate: return format("in runs of %lld, base %g", (long long)op.size, op.base);
  default: return "";
  }
}

/// Forward, for one window, in one iteration of what is around.
double Architecture::flopOf(const GraphOp &op) const {
  const GraphValue &result = graph.value(op.results[0]);
  const double T = double(result.positions), pairs = T * (T + 1) / 2;
  if (op.kind == GraphOp::Kind::Linear)
    return 2 * double(graph.value(op.operands[0]).features) * double(result.features) *
           (op.placement == GraphOp::Placement::AcrossPositions ? pairs : T);
  if (op.kind == GraphOp::Kind::Attention)
    return 4 * double(result.features) * (op.causal ? pairs : T * T);
  return 0;
}

void Architecture::region(const GraphRegion &region, double times) {
  for (const GraphOp &op : region.ops) {
    if (!graph.needed(op))
      continue;
    if (op.body) {
      inner(op, times);
      continue;
    }
    const int64_t parameters = own(op.weight) + own(op.bias);
    node(nameOf(op), op.kindName.c_str(), detailOf(op), op.results[0], op.operands, parameters,
         times * flopOf(op));
  }
}

void Architecture::inner(const GraphOp &op, double times) {
  const GraphRegion &body = *op.body;
  const bool isRepeat = op.kind == GraphOp::Kind::Repeat;
  const int64_t iterations = isRepeat ? op.count : graph.value(op.results[0]).positions;
  const size_t frame = frames.size();
  frames.push_back({isRepeat ? "repeat" : "recur", iterations, count, count, depth});
  ++depth;
  const size_t states = body.yields.size();
  for (size_t i = 0; i < states; ++i)
    node(graph.value(body.arguments[i]).name, "input", isRepeat ? "carried" : "state", body.arguments[i],
         isRepeat ? std::vector<int32_t>{op.operands[i]} : std::vector<int32_t>(), 0, 0);
  for (size_t i = states; i < body.arguments.size(); ++i)
    producer[size_t(body.arguments[i])] = producer[size_t(op.operands[i - states])];
  region(body, times * double(iterations));
  --depth;
  frames[frame].last = count - 1;
  for (size_t i = 0; i < states; ++i)
    producer[size_t(op.results[i])] = producer[size_t(body.yields[i])];
}

} // namespace

std::string functionText(const GraphFunction &function, const std::vector<std::string> &arguments) {
  size_t budget = 60;
  std::string text = termOf(function, function.result, arguments, budget).text;
  return text.size() > longestText ? text.substr(0, longestText - 3) + "..." : text;
}

void writeArchitecture(JsonWriter &json, const ModelGraph &graph) {
  json.key("architecture").beginObject();
  Architecture(json, graph).run();
  // Those of a training step are three times the forward ones: beside them the adjoint's two.
  json.field("product_flop", graph.model.product_flop / 3);
  json.field("attention_flop", graph.model.attention_flop / 3).endObject();
}

} // namespace iarc::runtime
