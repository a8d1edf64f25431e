//===- Graph.cpp - Elementwise expressions under construction -------------===//
#include "Sema/Graph.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <map>
#include <tuple>

namespace iarc::dsl {

Graph Graph::ofValue(ValueId value) {
  Graph graph;
  graph.operands = {value};
  graph.scalar.arity = 1;
  graph.scalar.nodes.push_back({ScalarOp::Argument, {-1, -1, -1}, 0, 0});
  graph.scalar.result = 0;
  return graph;
}

Graph Graph::ofConstant(double value) {
  Graph graph;
  graph.scalar.nodes.push_back({ScalarOp::Constant, {-1, -1, -1}, value, 0});
  graph.scalar.result = 0;
  return graph;
}

bool Graph::isPlain() const {
  return scalar.nodes[static_cast<size_t>(scalar.result)].op == ScalarOp::Argument;
}

ValueId Graph::plainValue() const {
  return operands[static_cast<size_t>(scalar.nodes[static_cast<size_t>(scalar.result)].index)];
}

namespace {

/// Appends `from` to `into` and returns where its result came to lie. Arguments are joined, so
/// that a value used twice is one argument; the cost is the size of `from` alone.
int32_t append(Graph &into, const Graph &from) {
  std::vector<int32_t> place(from.scalar.nodes.size());
  for (size_t i = 0; i < from.scalar.nodes.size(); ++i) {
    ScalarNode node = from.scalar.nodes[i];
    for (int32_t &operand : node.operands)
      if (operand >= 0)
        operand = place[static_cast<size_t>(operand)];
    if (node.op == ScalarOp::Argument) {
      ValueId value = from.operands[static_cast<size_t>(node.index)];
      auto known = std::find(into.operands.begin(), into.operands.end(), value);
      node.index = static_cast<int32_t>(known - into.operands.begin());
      if (known == into.operands.end()) {
        into.operands.push_back(value);
        into.scalar.arity = static_cast<int32_t>(into.operands.size());
      }
    }
    place[i] = static_cast<int32_t>(into.scalar.nodes.size());
    into.scalar.nodes.push_back(node);
  }
  return place[static_cast<size_t>(from.scalar.result)];
}

bool givesCondition(ScalarOp op) {
  return op == ScalarOp::Less || op == ScalarOp::LessEqual || op == ScalarOp::Equal ||
         op == ScalarOp::And || op == ScalarOp::Or || op == ScalarOp::Not;
}

void finish(Graph &graph, ScalarOp op, std::array<int32_t, 3> operands, int32_t index = 0) {
  graph.scalar.nodes.push_back({op, operands, 0, index});
  graph.scalar.result = static_cast<int32_t>(graph.scalar.nodes.size() - 1);
  graph.isCondition = givesCondition(op);
}

} // namespace

Graph apply(ScalarOp op, Graph first) {
  finish(first, op, {first.scalar.result, -1, -1});
  return first;
}

Graph apply(ScalarOp op, Graph first, const Graph &second) {
  int32_t a = first.scalar.result, b = append(first, second);
  finish(first, op, {a, b, -1});
  return first;
}

Graph apply(ScalarOp op, Graph first, const Graph &second, const Graph &third) {
  int32_t a = first.scalar.result, b = append(first, second), c = append(first, third);
  finish(first, op, {a, b, c});
  return first;
}

Graph applyPower(Graph base, int32_t exponent) {
  finish(base, ScalarOp::IntegerPower, {base.scalar.result, -1, -1}, exponent);
  return base;
}

Graph substitute(const Graph &body, const std::vector<Graph> &arguments) {
  Graph result;
  std::vector<int32_t> argumentPlace;
  for (const Graph &argument : arguments)
    argumentPlace.push_back(append(result, argument));
  std::vector<int32_t> place(body.scalar.nodes.size());
  for (size_t i = 0; i < body.scalar.nodes.size(); ++i) {
    ScalarNode node = body.scalar.nodes[i];
    if (node.op == ScalarOp::Argument) {
      ValueId value = body.operands[static_cast<size_t>(node.index)];
      // A value of the body's own, such as a weight, stays what it is.
      bool isArgument = value < 0 && static_cast<size_t>(~value) < arguments.size();
      place[i] = isArgument ? argumentPlace[static_cast<size_t>(~value)]
                            : append(result, Graph::ofValue(value));
      continue;
    }
    for (int32_t &operand : node.operands)
      if (operand >= 0)
        operand = place[static_cast<size_t>(operand)];
    place[i] = static_cast<int32_t>(result.scalar.nodes.size());
    result.scalar.nodes.push_back(node);
  }
  result.scalar.result = place[static_cast<size_t>(body.scalar.result)];
  result.isCondition = body.isCondition;
  return result;
}

void hoistNarrow(Graph &graph, const std::function<bool(ValueId)> &isNarrow,
                 const std::function<ValueId(Graph)> &make) {
  std::vector<ScalarNode> &nodes = graph.scalar.nodes;
  enum : char { OfConstants, Narrow, Wide };
  std::vector<char> kind(nodes.size(), OfConstants);
  std::vector<bool> hoisted(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].op == ScalarOp::Argument)
      kind[i] = isNarrow(graph.operands[static_cast<size_t>(nodes[i].index)]) ? Narrow : Wide;
    for (int32_t operand : nodes[i].operands)
      if (operand >= 0)
        kind[i] = std::max(kind[i], kind[static_cast<size_t>(operand)]);
  }
  for (size_t i = 0; i < nodes.size(); ++i)
    for (int32_t operand : nodes[i].operands)
      if (operand >= 0 && kind[i] == Wide && kind[static_cast<size_t>(operand)] == Narrow)
        hoisted[static_cast<size_t>(operand)] = true;
  for (size_t i = 0; i < nodes.size(); ++i) {
    // A condition is no value, and an operand is one already.
    if (!hoisted[i] || nodes[i].op == ScalarOp::Argument || givesCondition(nodes[i].op))
      continue;
    Graph part;
    part.operands = graph.operands;
    part.scalar.arity = graph.scalar.arity;
    part.scalar.nodes.assign(nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    part.scalar.result = static_cast<int32_t>(i);
    simplify(part);
    graph.operands.push_back(make(std::move(part)));
    graph.scalar.arity = static_cast<int32_t>(graph.operands.size());
    nodes[i] = {ScalarOp::Argument, {-1, -1, -1}, 0, graph.scalar.arity - 1};
  }
  simplify(graph);
}

void simplify(Graph &graph) {
  std::vector<ScalarNode> &nodes = graph.scalar.nodes;
  std::vector<bool> needed(nodes.size());
  needed[static_cast<size_t>(graph.scalar.result)] = true;
  for (size_t i = nodes.size(); i-- > 0;)
    if (needed[i])
      for (int32_t operand : nodes[i].operands)
        if (operand >= 0)
          needed[static_cast<size_t>(operand)] = true;

  using Key = std::tuple<ScalarOp, std::array<int32_t, 3>, uint64_t, int32_t>;
  std::map<Key, int32_t> known;
  std::vector<ScalarNode> kept;
  std::vector<ValueId> operands;
  std::vector<int32_t> place(nodes.size(), -1);
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (!needed[i])
      continue;
    ScalarNode node = nodes[i];
    for (int32_t &operand : node.operands)
      if (operand >= 0)
        operand = place[static_cast<size_t>(operand)];
    if (node.op == ScalarOp::Argument) {
      ValueId value = graph.operands[static_cast<size_t>(node.index)];
      auto at = std::find(operands.begin(), operands.end(), value);
      node.index = static_cast<int32_t>(at - operands.begin());
      if (at == operands.end())
        operands.push_back(value);
    }
    uint64_t bits;
    std::memcpy(&bits, &node.value, sizeof bits);
    auto [entry, fresh] = known.insert(
        {{node.op, node.operands, bits, node.index}, static_cast<int32_t>(kept.size())});
    if (fresh)
      kept.push_back(node);
    place[i] = entry->second;
  }
  graph.scalar.result = place[static_cast<size_t>(graph.scalar.result)];
  graph.scalar.arity = static_cast<int32_t>(operands.size());
  nodes = std::move(kept);
  graph.operands = std::move(operands);
}

double evaluate(const ScalarFunction &function, const std::vector<double> &arguments) {
  std::vector<double> values;
  values.reserve(function.nodes.size());
  for (const ScalarNode &node : function.nodes) {
    auto at = [&](int i) { return values[static_cast<size_t>(node.operands[i])]; };
    double r = 0;
    switch (node.op) {
    case ScalarOp::Argument: r = arguments[static_cast<size_t>(node.index)]; break;
    case ScalarOp::Constant: r = node.value; break;
    case ScalarOp::Add: r = at(0) + at(1); break;
    case ScalarOp::Subtract: r = at(0) - at(1); break;
    case ScalarOp::Multiply: r = at(0) * at(1); break;
    case ScalarOp::Divide: r = at(0) / at(1); break;
    case ScalarOp::Power: r = std::pow(at(0), at(1)); break;
    case ScalarOp::IntegerPower: r = std::pow(at(0), node.index); break;
    case ScalarOp::Negate: r = -at(0); break;
    case ScalarOp::Exp: r = std::exp(at(0)); break;
    case ScalarOp::Log: r = std::log(at(0)); break;
    case ScalarOp::Sqrt: r = std::sqrt(at(0)); break;
    case ScalarOp::Tanh: r = std::tanh(at(0)); break;
    case ScalarOp::Erf: r = std::erf(at(0)); break;
    case ScalarOp::Sin: r = std::sin(at(0)); break;
    case ScalarOp::Cos: r = std::cos(at(0)); break;
    case ScalarOp::Abs: r = std::fabs(at(0)); break;
    case ScalarOp::Maximum: r = std::fmax(at(0), at(1)); break;
    case ScalarOp::Minimum: r = std::fmin(at(0), at(1)); break;
    case ScalarOp::Less: r = at(0) < at(1); break;
    case ScalarOp::LessEqual: r = at(0) <= at(1); break;
    case ScalarOp::Equal: r = at(0) == at(1); break;
    case ScalarOp::And: r = at(0) != 0 && at(1) != 0; break;
    case ScalarOp::Or: r = at(0) != 0 || at(1) != 0; break;
    case ScalarOp::Not: r = at(0) == 0; break;
    case ScalarOp::Select: r = at(0) != 0 ? at(1) : at(2); break;
    }
    values.push_back(r);
  }
  return values[static_cast<size_t>(function.result)];
}

std::string textOf(const ScalarFunction &function, const std::vector<std::string> &arguments) {
  // A shared node would be printed once a use; names keep the text as long as the graph.
  constexpr size_t longest = 2000;
  std::vector<std::string> texts;
  auto number = [](double value) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%.17g", value);
    double back;
    for (int digits = 1; digits < 17; ++digits) {
      char shorter[40];
      std::snprintf(shorter, sizeof shorter, "%.*g", digits, value);
      back = std::strtod(shorter, nullptr);
      if (back == value)
        return std::string(shorter);
    }
    return std::string(buffer);
  };
  std::vector<bool> wrapped; // in parentheses that a comma or a call's own make needless
  auto bare = [&](int32_t i) {
    const std::string &text = texts[static_cast<size_t>(i)];
    return wrapped[static_cast<size_t>(i)] ? text.substr(1, text.size() - 2) : text;
  };
  for (const ScalarNode &node : function.nodes) {
    auto at = [&](int i) { return texts[static_cast<size_t>(node.operands[i])]; };
    auto inside = [&](int i) { return bare(node.operands[i]); };
    bool isInfix = false;
    auto infix = [&](const char *op) {
      isInfix = true;
      return "(" + at(0) + " " + op + " " + at(1) + ")";
    };
    auto call = [&](const char *name) { return name + ("(" + inside(0)) + ")"; };
    std::string r;
    switch (node.op) {
    case ScalarOp::Argument: r = arguments[static_cast<size_t>(node.index)]; break;
    case ScalarOp::Constant: r = number(node.value); break;
    case ScalarOp::Add: r = infix("+"); break;
    case ScalarOp::Subtract: r = infix("-"); break;
    case ScalarOp::Multiply: r = infix("*"); break;
    case ScalarOp::Divide: r = infix("/"); break;
    case ScalarOp::Power: r = infix("^"); break;
    case ScalarOp::IntegerPower: {
      std::string base = at(0);
      ScalarOp inner = function.nodes[static_cast<size_t>(node.operands[0])].op;
      if (base[0] == '-' || inner == ScalarOp::IntegerPower)
        base = "(" + base + ")";
      r = base + "^" + std::to_string(node.index);
      break;
    }
    case ScalarOp::Negate: r = "-" + at(0); break;
    case ScalarOp::Exp: r = call("exp"); break;
    case ScalarOp::Log: r = call("log"); break;
    case ScalarOp::Sqrt: r = call("sqrt"); break;
    case ScalarOp::Tanh: r = call("tanh"); break;
    case ScalarOp::Erf: r = call("erf"); break;
    case ScalarOp::Sin: r = call("sin"); break;
    case ScalarOp::Cos: r = call("cos"); break;
    case ScalarOp::Abs: r = call("abs"); break;
    case ScalarOp::Maximum: r = "max(" + inside(0) + ", " + inside(1) + ")"; break;
    case ScalarOp::Minimum: r = "min(" + inside(0) + ", " + inside(1) + ")"; break;
    case ScalarOp::Less: r = infix("<"); break;
    case ScalarOp::LessEqual: r = infix("<="); break;
    case ScalarOp::Equal: r = infix("=="); break;
    case ScalarOp::And: r = infix("and"); break;
    case ScalarOp::Or: r = infix("or"); break;
    case ScalarOp::Not: r = call("not "); break;
    case ScalarOp::Select:
      isInfix = true;
      r = "(if " + inside(0) + " then " + inside(1) + " else " + inside(2) + ")";
      break;
    }
    if (r.size() > longest) {
      r = "...";
      isInfix = false;
    }
    wrapped.push_back(isInfix);
    texts.push_back(std::move(r));
  }
  return bare(function.result);
}

} // namespace iarc::dsl
