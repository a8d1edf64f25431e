//===- Graph.cpp - The dataflow of a model as a picture -------------------===//
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
    out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out + "\"";
}

/// Nodes of a level for dot; `prefix` makes their identifiers unique.
void dot(std::string &out, const std::vector<Node> &nodes, const std::string &prefix,
         const std::string &indent) {
  for (size_t i = 0; i < nodes.size(); ++i) {
    const Node &node = nodes[i];
    std::string id = prefix + std::to_string(i);
    if (node.kind == Node::Kind::Group) {
      out += indent + "subgraph cluster_" + id + " {\n" + indent + "  label=" + quote(node.name) +
             "; style=dashed;\n" + indent + "  " + id + " [shape=point];\n";
      dot(out, node.inner, id + "_", indent + "  ");
      out += indent + "}\n";
      for (size_t k = 0; k < node.inner.size(); ++k)
        if (node.inner[k].kind == Node::Kind::Port && node.inner[k].inputs.empty())
          out += indent + id + " -> " + id + "_" + std::to_string(k) + " [style=invis];\n";
    } else if (node.kind == Node::Kind::Port) {
      out += indent + id + " [shape=point];\n";
    } else {
      std::string label = node.name + "\n" + node.shape;
      for (const std::string &weight : node.weights)
        label += "\n" + weight;
      std::string lines;
      for (char c : quote(label))
        lines += c == '\n' ? std::string("\\n") : std::string(1, c);
      out += indent + id + " [shape=box, label=" + lines + "];\n";
    }
    for (size_t input : node.inputs)
      out += indent + prefix + std::to_string(input) + " -> " + id + ";\n";
  }
}

nlohmann::ordered_json json(const std::vector<Node> &nodes) {
  static constexpr const char *kinds[] = {"operation", "block", "group", "port"};
  auto all = nlohmann::ordered_json::array();
  for (const Node &node : nodes) {
    nlohmann::ordered_json one = {{"kind", kinds[static_cast<int>(node.kind)]},
                                  {"name", node.name},
                                  {"shape", node.shape},
                                  {"parameters", node.parameters},
                                  {"weights", node.weights},
                                  {"inputs", node.inputs}};
    if (node.kind == Node::Kind::Group)
      one["nodes"] = json(node.inner);
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
    std::vector<BlockCall> calls;
    program.commandLine = commandLineText(options);
    program.blockCalls = &calls;
    loadProgram(path, options, program, diagnostics);
    std::unique_ptr<Model> model;
    if (!program.fatal) {
      resolveProgram(program, options, diagnostics);
      model = elaborate(program, options, diagnostics);
    }
    diagnostics.finish();
    result.diagnostics = diagnosticsText(diagnostics, options);
    result.errors = diagnostics.errors();
    result.unreadable = program.unreadable;
    if (result.errors || !model)
      return;
    std::vector<graph::Node> nodes = graph::dataflowOf(*model, calls, how);
    switch (how.format) {
    case GraphOptions::Format::Svg: result.text = graph::svgOf(*model, nodes); break;
    case GraphOptions::Format::Dot: result.text = graph::dotOf(*model, nodes); break;
    case GraphOptions::Format::Json: result.text = graph::jsonOf(*model, nodes); break;
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
