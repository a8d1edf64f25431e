//===- Graph.cpp - The dataflow of a model: analysis, dot, JSON -----------===//
#include "Diagnostics/Diagnostics.h"
#include "Graph/Dataflow.h"
#include "LargeStack.h"

#include <nlohmann/json.hpp>

#include <exception>

namespace iarc::dsl {

namespace graph {

namespace {

std::string quote(const std::string &text) {
  std::string out = "\"";
  for (char c : text)
    out += c == '\n' ? std::string("\\n")
                     : c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out + "\"";
}

std::string idOf(const std::string &prefix, size_t i) { return prefix + std::to_string(i); }

/// The port of a group that an edge leaves; of any other node the node.
std::string sourceOf(const std::vector<Node> &nodes, const Edge &edge, const std::string &prefix) {
  const Node &from = nodes[edge.from];
  if (from.kind != Node::Kind::Group || edge.out < 0)
    return idOf(prefix, edge.from);
  return idOf(idOf(prefix, edge.from) + "_",
              from.inner.size() - from.outputs + static_cast<size_t>(edge.out));
}

/// Nodes of a level for dot; `prefix` makes their identifiers unique.
void dot(std::string &out, const std::vector<Node> &nodes, const std::string &prefix,
         const std::string &indent) {
  for (size_t i = 0; i < nodes.size(); ++i) {
    const Node &node = nodes[i];
    std::string id = idOf(prefix, i);
    if (node.kind == Node::Kind::Group) {
      out += indent + "subgraph cluster_" + id + " {\n" + indent + "  label=" + quote(node.name) +
             "; style=dashed;\n";
      dot(out, node.inner, id + "_", indent + "  ");
      out += indent + "}\n";
    } else if (node.kind == Node::Kind::Port) {
      out += indent + id + " [shape=point, xlabel=" + quote(node.name) + "];\n";
    } else {
      std::string label = node.name + "\n" + node.shape;
      for (const std::string &note : node.notes)
        label += "\n" + note;
      if (node.kind == Node::Kind::Operation)
        for (const NamedShape &weight : node.weights)
          label += "\n" + weight.name + " " + weight.shape;
      if (node.parameters)
        label += "\n" + groupDigits(node.parameters) + " parameters";
      out += indent + id + " [shape=box" +
             (node.kind == Node::Kind::Block ? ", style=bold" : "") + ", label=" + quote(label) +
             "];\n";
    }
    for (const Edge &edge : node.inputs)
      out += indent + sourceOf(nodes, edge, prefix) + " -> " +
             (edge.in < 0 ? id : idOf(id + "_", static_cast<size_t>(edge.in))) + ";\n";
    for (size_t k = 0; k < node.carried; ++k)
      out += indent + idOf(id + "_", node.inner.size() - node.outputs + k) + " -> " +
             idOf(id + "_", k) + " [style=dashed, constraint=false];\n";
  }
}

nlohmann::ordered_json json(const std::vector<Node> &nodes) {
  static constexpr const char *kinds[] = {"operation", "block", "group", "port"};
  auto all = nlohmann::ordered_json::array();
  for (const Node &node : nodes) {
    nlohmann::ordered_json one = {{"kind", kinds[static_cast<int>(node.kind)]},
                                  {"name", node.name},
                                  {"shape", node.shape}};
    if (!node.notes.empty())
      one["notes"] = node.notes;
    if (node.parameters)
      one["parameters"] = node.parameters;
    if (!node.weights.empty()) {
      auto weights = nlohmann::ordered_json::array();
      for (const NamedShape &weight : node.weights)
        weights.push_back({{"name", weight.name}, {"shape", weight.shape}});
      one["weights"] = std::move(weights);
    }
    auto inputs = nlohmann::ordered_json::array();
    for (const Edge &edge : node.inputs) {
      nlohmann::ordered_json input = {{"node", edge.from}};
      if (edge.out >= 0)
        input["output"] = edge.out;
      if (edge.in >= 0)
        input["port"] = edge.in;
      inputs.push_back(std::move(input));
    }
    one["inputs"] = std::move(inputs);
    if (node.kind == Node::Kind::Group) {
      one["outputs"] = node.outputs;
      one["carried"] = node.carried;
      one["nodes"] = json(node.inner);
    }
    all.push_back(std::move(one));
  }
  return all;
}

} // namespace

std::string dotOf(const Model &model, const std::vector<Node> &nodes) {
  std::string out = "digraph " + quote(model.name) + " {\n";
  dot(out, nodes, "n", "  ");
  return out + "}\n";
}

std::string jsonOf(const Model &model, const std::vector<Node> &nodes) {
  nlohmann::ordered_json all = {{"model", model.name}, {"nodes", json(nodes)}};
  return all.dump(1) + "\n";
}

} // namespace graph

namespace {

void draw(const std::string &path, const FrontendOptions &options, const GraphOptions &how,
          GraphResult &result) noexcept {
  try {
    Program program;
    Diagnostics diagnostics;
    Written written;
    program.commandLine = commandLineText(options);
    program.written = &written;
    std::unique_ptr<Model> model = analyseProgram(path, options, program, diagnostics);
    result.diagnostics = diagnosticsText(diagnostics, options);
    result.errors = diagnostics.errors();
    result.unreadable = program.unreadable;
    if (result.errors || !model)
      return;
    std::set<std::string> called;
    for (const BlockCall &call : written.calls)
      called.insert(call.name);
    result.blocks.assign(called.begin(), called.end());
    for (const std::string &name : how.open)
      if (!called.count(name)) {
        result.unknownBlock = name;
        return;
      }
    std::vector<graph::Node> nodes = graph::dataflowOf(*model, written, how);
    result.boxes = graph::countBoxes(nodes);
    switch (how.format) {
    case GraphOptions::Format::Svg:
      if (result.boxes <= mostBoxes)
        result.text = graph::svgOf(*model, nodes);
      break;
    case GraphOptions::Format::Dot:
      result.text = graph::dotOf(*model, nodes);
      break;
    case GraphOptions::Format::Json:
      result.text = graph::jsonOf(*model, nodes);
      break;
    }
  } catch (const std::exception &error) {
    result.errors += 1;
    result.diagnostics += "error: the front end gave up: " + std::string(error.what()) + "\n";
  }
}

} // namespace

GraphResult drawGraph(const std::string &path, const FrontendOptions &options,
                      const GraphOptions &graph) noexcept {
  GraphResult result;
  onLargeStack([&] { draw(path, options, graph, result); });
  return result;
}

} // namespace iarc::dsl
