//===- Svg.cpp - A layered picture ----------------------------------------===//
//
// Layers from top to bottom, every box below all that it reads. An arrow that
// passes layers gets a place of its own in each (Sugiyama, Tagawa and Toda,
// IEEE Trans. Systems, Man and Cybernetics 11 (1981) 109). Within a layer boxes
// are ordered, then pulled, towards what they are joined to. A group is laid
// out by itself first and is then one box, which arrows enter at its ports.
//
//===----------------------------------------------------------------------===//
#include "Graph/Dataflow.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>

namespace iarc::dsl::graph {

namespace {

// In pixels. A letter of the 12 px monospaced font is about 7.25 wide.
constexpr double letter = 7.3, lineHeight = 16, padding = 10, gapAcross = 18, gapDown = 28,
                 header = 34, footer = 12, wire = 10, loopGap = 9;
/// Longer lines are broken at a comma.
constexpr size_t longestLine = 29;

std::string escape(const std::string &text) {
  std::string out;
  for (char c : text)
    out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
  return out;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

/// "name [a 1, b 2, c 3]", where it is too long in two lines.
void addLines(std::vector<std::string> &lines, std::string text) {
  while (text.size() > longestLine) {
    size_t comma = text.rfind(", ", longestLine);
    if (comma == std::string::npos)
      break;
    lines.push_back(text.substr(0, comma + 1));
    text.erase(0, comma + 2);
  }
  lines.push_back(std::move(text));
}

/// The lines of text in a box below its name: shape, notes, weights, parameters.
std::vector<std::string> detailsOf(const Node &node) {
  std::vector<std::string> lines;
  if (!node.shape.empty())
    addLines(lines, node.shape);
  lines.insert(lines.end(), node.notes.begin(), node.notes.end());
  if (node.kind == Node::Kind::Operation)
    for (const NamedShape &weight : node.weights)
      addLines(lines, weight.name == node.name ? weight.shape : weight.name + " " + weight.shape);
  if (node.parameters > 0 && node.kind != Node::Kind::Group)
    lines.push_back(groupDigits(node.parameters) + (node.parameters == 1 ? " parameter" : " parameters"));
  return lines;
}

std::string titleOf(const Node &node) {
  return node.name + (node.parameters ? "   " + groupDigits(node.parameters) + " parameters" : "");
}

/// A box or the place of a passing arrow.
struct Item {
  const Node *node = nullptr;
  size_t layer = 0;
  double x = 0, y = 0, width = wire, height = 0;
};

/// Where an arrow leaves or enters an item: an item, and the distance from its left.
struct End {
  size_t item = 0;
  double at = 0;
};

class Picture {
public:
  explicit Picture(const std::vector<Node> &nodes) {
    items.resize(nodes.size());
    inner.resize(nodes.size());
    size_t layers = 1;
    for (size_t i = 0; i < nodes.size(); ++i) {
      Item &item = items[i];
      item.node = &nodes[i];
      for (const Edge &edge : nodes[i].inputs)
        item.layer = std::max(item.layer, items[edge.from].layer + 1);
      measure(i);
      layers = std::max(layers, item.layer + 1);
    }
    // What reads nothing comes right before its first reader, a port of a group on top.
    std::vector<size_t> firstReader(nodes.size(), layers);
    for (size_t i = 0; i < nodes.size(); ++i)
      for (const Edge &edge : nodes[i].inputs)
        firstReader[edge.from] = std::min(firstReader[edge.from], items[i].layer);
    for (size_t i = 0; i < nodes.size(); ++i)
      if (nodes[i].inputs.empty() && nodes[i].kind != Node::Kind::Port && firstReader[i] < layers)
        items[i].layer = firstReader[i] - 1;
    // What leaves a group does so at its bottom.
    for (Item &item : items)
      if (item.node->kind == Node::Kind::Port && !item.node->inputs.empty())
        item.layer = layers - 1;
    std::vector<std::vector<size_t>> rows(layers);
    for (size_t i = 0; i < nodes.size(); ++i)
      rows[items[i].layer].push_back(i);
    for (size_t i = 0; i < nodes.size(); ++i)
      for (const Edge &edge : nodes[i].inputs)
        connect(edge, i, rows);
    joined.resize(items.size());
    for (const auto &path : wires)
      for (size_t i = 1; i < path.size(); ++i) {
        joined[path[i].item].above.push_back({path[i - 1], path[i].at});
        joined[path[i - 1].item].below.push_back({path[i], path[i - 1].at});
      }
    order(rows);
    place(rows);
  }

  double width = 0, height = 0;

  void draw(std::string &out, double left, double top) const {
    for (const auto &path : wires) {
      double x = left + xOf(path.front()), y = top + bottomOf(path.front());
      std::string d = "M" + number(x) + " " + number(y);
      auto down = [&](double to) {
        if (to > y + 0.05)
          d += "V" + number(to);
        y = to;
      };
      down(top + items[path.front().item].y + items[path.front().item].height);
      bool arrow = false;
      for (size_t i = 1; i < path.size(); ++i) {
        const Item &to = items[path[i].item];
        bool last = i + 1 == path.size();
        bool port = to.node && to.node->kind != Node::Kind::Operation &&
                    to.node->kind != Node::Kind::Block;
        arrow = last && !port;
        double x2 = left + xOf(path[i]), y2 = top + to.y - (arrow ? 5 : 0), middle = (y + y2) / 2;
        // Below shorter boxes of a layer an arrow first goes down to its end.
        if (x2 - x > 0.05 || x - x2 > 0.05)
          d += "C" + number(x) + " " + number(middle) + " " + number(x2) + " " + number(middle) +
               " " + number(x2) + " " + number(y2);
        else
          d += "V" + number(y2);
        x = x2;
        y = y2;
        if (last && to.node && to.node->kind == Node::Kind::Group)
          down(top + to.y + header);
        else if (!last)
          down(top + to.y + to.height);
      }
      out += "<path class=\"wire\" d=\"" + d + "\"" + (arrow ? " marker-end=\"url(#head)\"" : "") +
             "/>\n";
    }
    for (size_t i = 0; i < inner.size(); ++i)
      box(out, i, left + items[i].x, top + items[i].y);
  }

private:
  struct Joined {
    struct To {
      End end;
      double at; ///< of this item
    };
    std::vector<To> above, below;
  };

  /// The middle of a port, as a distance from the left of the picture.
  double middleOf(size_t i) const { return items[i].x + items[i].width / 2; }
  double xOf(const End &end) const { return items[end.item].x + end.at; }
  /// Where an arrow begins: of a group its output port.
  double bottomOf(const End &end) const {
    const Item &item = items[end.item];
    bool group = item.node && item.node->kind == Node::Kind::Group;
    return item.y + item.height - (group ? footer : 0);
  }

  void measure(size_t i) {
    Item &item = items[i];
    const Node &node = *item.node;
    if (node.kind == Node::Kind::Port) {
      bool labelled = !node.name.empty() && node.inputs.empty();
      item.width = std::max(wire, labelled ? 2 * letter * static_cast<double>(node.name.size()) : 0);
      return;
    }
    if (node.kind == Node::Kind::Group) {
      inner[i] = std::make_unique<Picture>(node.inner);
      item.width = std::max(inner[i]->width + 2 * marginOf(node),
                            static_cast<double>(titleOf(node).size()) * letter + 2 * padding);
      item.height = header + inner[i]->height + footer;
      return;
    }
    size_t longest = node.name.size() + 1;
    for (const std::string &line : detailsOf(node))
      longest = std::max(longest, line.size());
    item.width = static_cast<double>(longest) * letter + 2 * padding;
    item.height = lineHeight * static_cast<double>(1 + detailsOf(node).size()) + padding;
  }

  /// Beside what a group holds there is room for its loops.
  static double marginOf(const Node &node) {
    return padding + loopGap * static_cast<double>(std::min<size_t>(node.carried, 4));
  }
  double innerLeft(size_t i) const { return (items[i].width - inner[i]->width) / 2; }

  void connect(const Edge &edge, size_t to, std::vector<std::vector<size_t>> &rows) {
    size_t from = edge.from;
    double leaves = items[from].width / 2, enters = items[to].width / 2;
    if (inner[from] && edge.out >= 0) {
      const Node &node = *items[from].node;
      leaves = innerLeft(from) + inner[from]->middleOf(node.inner.size() - node.outputs +
                                                       static_cast<size_t>(edge.out));
    }
    if (inner[to] && edge.in >= 0)
      enters = innerLeft(to) + inner[to]->middleOf(static_cast<size_t>(edge.in));
    std::vector<End> path = {{from, leaves}};
    for (size_t layer = items[from].layer + 1; layer < items[to].layer; ++layer) {
      Item passing;
      passing.layer = layer;
      items.push_back(passing);
      rows[layer].push_back(items.size() - 1);
      path.push_back({items.size() - 1, wire / 2});
    }
    path.push_back({to, enters});
    wires.push_back(std::move(path));
  }

  void order(std::vector<std::vector<size_t>> &rows) {
    std::vector<double> rank(items.size());
    auto number = [&](const std::vector<size_t> &row) {
      for (size_t i = 0; i < row.size(); ++i)
        rank[row[i]] = static_cast<double>(i) + 0.5 - static_cast<double>(row.size()) / 2;
    };
    for (const auto &row : rows)
      number(row);
    for (int sweep = 0; sweep < 8; ++sweep)
      for (size_t k = 0; k < rows.size(); ++k) {
        auto &row = rows[sweep % 2 ? rows.size() - 1 - k : k];
        std::vector<std::pair<double, size_t>> sorted; // by rank, then by place
        std::vector<size_t> before = row;
        for (size_t i : before) {
          const auto &ends = sweep % 2 ? joined[i].below : joined[i].above;
          double sum = 0;
          for (const Joined::To &to : ends)
            // Within a group its ports count by their place.
            sum += rank[to.end.item] + 0.5 * (to.end.at / items[to.end.item].width - 0.5);
          sorted.push_back({ends.empty() ? rank[i] : sum / static_cast<double>(ends.size()),
                            sorted.size()});
        }
        std::sort(sorted.begin(), sorted.end());
        for (size_t i = 0; i < row.size(); ++i)
          row[i] = before[sorted[i].second];
        number(row);
      }
  }

  void place(const std::vector<std::vector<size_t>> &rows) {
    double y = 0;
    for (const auto &row : rows) {
      double tallest = 0, x = 0;
      for (size_t i : row) {
        tallest = std::max(tallest, items[i].height);
        items[i].x = x;
        x += items[i].width + gapAcross;
      }
      for (size_t i : row) {
        items[i].y = y;
        if (!items[i].node)
          items[i].height = tallest;
      }
      y += tallest + gapDown;
    }
    height = y - gapDown;
    for (int sweep = 0; sweep < 32; ++sweep)
      for (size_t k = 0; k < rows.size(); ++k) {
        const auto &row = rows[sweep % 2 ? rows.size() - 1 - k : k];
        std::vector<double> wanted, low(row.size()), high(row.size());
        for (size_t i : row) {
          double sum = 0, count = 0;
          for (const auto *ends : {&joined[i].above, &joined[i].below})
            for (const Joined::To &to : *ends) {
              sum += xOf(to.end) - to.at;
              ++count;
            }
          wanted.push_back(count > 0 ? sum / count : items[i].x);
        }
        // As far right, and as far left, as order allows; their mean keeps the distances.
        for (size_t i = 0; i < row.size(); ++i)
          low[i] = i == 0 ? wanted[0]
                          : std::max(wanted[i], low[i - 1] + items[row[i - 1]].width + gapAcross);
        for (size_t i = row.size(); i-- > 0;)
          high[i] = i + 1 == row.size()
                        ? wanted[i]
                        : std::min(wanted[i], high[i + 1] - items[row[i]].width - gapAcross);
        for (size_t i = 0; i < row.size(); ++i)
          items[row[i]].x = (low[i] + high[i]) / 2;
      }
    double left = items.empty() ? 0 : items.front().x, right = left;
    for (const Item &item : items) {
      left = std::min(left, item.x);
      right = std::max(right, item.x + item.width);
    }
    for (Item &item : items)
      item.x -= left;
    width = right - left;
  }

  void box(std::string &out, size_t i, double x, double y) const {
    const Item &item = items[i];
    const Node &node = *item.node;
    if (node.kind == Node::Kind::Port) {
      if (!node.name.empty() && node.inputs.empty())
        label(out, "port", x + item.width / 2 + 5, y - 4, node.name);
      return;
    }
    static constexpr const char *classes[] = {"operation", "block", "group", ""};
    out += "<rect class=\"" + std::string(classes[static_cast<int>(node.kind)]) +
           (node.kind == Node::Kind::Operation && node.parameters ? " weighted" : "") + "\" x=\"" +
           number(x) + "\" y=\"" + number(y) + "\" width=\"" + number(item.width) + "\" height=\"" +
           number(item.height) + "\" rx=\"6\"/>\n";
    if (node.kind == Node::Kind::Group) {
      double left = x + innerLeft(i), top = y + header;
      for (size_t k = 0; k < node.carried; ++k) {
        // From an output along the left border back to the input that it becomes.
        double from = left + inner[i]->middleOf(node.inner.size() - node.outputs + k),
               to = left + inner[i]->middleOf(k), bottom = y + item.height - footer,
               side = x + padding / 2 + loopGap * static_cast<double>(std::min<size_t>(k, 3));
        out += "<path class=\"wire loop\" d=\"M" + number(from) + " " + number(bottom) + "Q" +
               number(from) + " " + number(bottom + 6) + " " + number(from - 8) + " " +
               number(bottom + 6) + "H" + number(side + 6) + "Q" + number(side) + " " +
               number(bottom + 6) + " " + number(side) + " " + number(bottom) + "V" +
               number(top) + "Q" + number(side) + " " + number(top - 3) + " " + number(side + 6) +
               " " + number(top - 3) + "H" + number(to - 5) + "\" marker-end=\"url(#head)\"/>\n";
      }
      inner[i]->draw(out, left, top);
      label(out, "title", x + padding, y + 15, titleOf(node));
      return;
    }
    double line = y + padding / 2 + 12, middle = x + item.width / 2;
    label(out, "name", middle, line, node.name);
    for (const std::string &detail : detailsOf(node)) {
      line += lineHeight;
      label(out, "detail", middle, line, detail);
    }
  }

  static void label(std::string &out, const char *style, double x, double y,
                    const std::string &text) {
    out += "<text class=\"" + std::string(style) + "\" x=\"" + number(x) + "\" y=\"" + number(y) +
           "\">" + escape(text) + "</text>\n";
  }

  std::vector<Item> items;                     ///< the nodes, then the places of passing arrows
  std::vector<std::unique_ptr<Picture>> inner; ///< of groups
  std::vector<std::vector<End>> wires;         ///< items on the way
  std::vector<Joined> joined;                  ///< by item
};

/// The picture in words, for those who do not see it.
void describe(std::string &out, const std::vector<Node> &nodes, const std::string &indent) {
  for (const Node &node : nodes) {
    if (node.kind == Node::Kind::Port)
      continue;
    out += indent + node.name;
    for (const std::string &detail : detailsOf(node))
      out += " " + detail;
    out += "\n";
    describe(out, node.inner, indent + "  ");
  }
}

} // namespace

std::string svgOf(const Model &model, const std::vector<Node> &nodes) {
  int64_t parameters = 0;
  for (const Weight &weight : model.weights) {
    int64_t elements = 1;
    for (const Axis &axis : weight.shape)
      elements *= axis.size;
    parameters += elements;
  }
  std::string about = groupDigits(parameters) + (parameters == 1 ? " parameter" : " parameters") +
                      ", task " + model.task.name;
  Picture picture(nodes);
  double words = letter * static_cast<double>(std::max(model.name.size(), about.size()));
  double width = std::max(picture.width, words) + 24, height = picture.height + 72;
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 " +
                    number(width) + " " + number(height) + "\" width=\"" + number(width) +
                    "\" height=\"" + number(height) + "\">\n<title>Dataflow of " +
                    escape(model.name) + "</title>\n<desc>";
  std::string text;
  describe(text, nodes, "");
  out += escape(text) + R"(</desc>
<style>
  svg { --paper: #ffffff; --ink: #1f2933; --soft: #52606d; --line: #7b8794; --box: #f4f6f8;
        --weight: #e3eefc; --block: #fdf1dc; --frame: #aab4bf; background: var(--paper); }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #14181d; --ink: #e6eaee; --soft: #aab5c0; --line: #8a96a3; --box: #20262d;
          --weight: #1c3554; --block: #46371c; --frame: #4c5762; }
  }
  .paper { fill: var(--paper); stroke: none; }
  .operation, .block { stroke: var(--line); fill: var(--box); }
  .weighted { fill: var(--weight); }
  .block { fill: var(--block); }
  .group { fill: none; stroke: var(--frame); stroke-dasharray: 5 4; }
  text { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; fill: var(--ink); }
  .name { font-weight: bold; text-anchor: middle; }
  .detail { fill: var(--soft); text-anchor: middle; }
  .title { fill: var(--soft); font-weight: bold; white-space: pre; }
  .port { fill: var(--soft); font-style: italic; }
  .title, .port { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
  .wire { fill: none; stroke: var(--line); stroke-width: 1.4; }
  .loop { stroke-dasharray: 2 3; }
  .head { fill: var(--line); }
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="2" refY="4" markerWidth="6" markerHeight="6" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>
<rect class="paper" width="100%" height="100%"/>
<text x="12" y="20" style="font-weight: bold">)" +
         escape(model.name) +
         "</text>\n<text class=\"detail\" style=\"text-anchor: start\" x=\"12\" y=\"37\">" +
         escape(about) + "</text>\n";
  picture.draw(out, (width - picture.width) / 2, 56);
  return out + "</svg>\n";
}

} // namespace iarc::dsl::graph
