//===- Svg.cpp - A layered picture ----------------------------------------===//
//
// Layers from top to bottom, every box below all that it reads. An arrow that
// passes layers gets a place of its own in each (Sugiyama, Tagawa and Toda,
// IEEE Trans. Systems, Man and Cybernetics 11 (1981) 109). Within a layer boxes
// are ordered, then pulled, towards what they are joined to. A group is laid
// out by itself first and is then one box.
//
//===----------------------------------------------------------------------===//
#include "Graph/Dataflow.h"

#include <algorithm>
#include <cstdio>
#include <memory>

namespace iarc::dsl::graph {

namespace {

constexpr double letter = 7.3, lineHeight = 17, padding = 12, gapAcross = 26, gapDown = 30,
                 header = 26, wire = 10;

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

/// The lines of text in a box: shape, weights, parameters.
std::vector<std::string> detailsOf(const Node &node) {
  std::vector<std::string> lines;
  if (!node.shape.empty())
    lines.push_back(node.shape);
  if (node.kind == Node::Kind::Operation)
    lines.insert(lines.end(), node.weights.begin(), node.weights.end());
  if (node.parameters > 0 && node.kind != Node::Kind::Group)
    lines.push_back(groupDigits(node.parameters) + " parameters");
  return lines;
}

/// A box or the place of a passing arrow.
struct Item {
  const Node *node = nullptr;
  size_t layer = 0;
  double x = 0, y = 0, width = wire, height = 0;
  std::vector<size_t> above, below;
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
      for (size_t input : nodes[i].inputs)
        item.layer = std::max(item.layer, items[input].layer + 1);
      layers = std::max(layers, item.layer + 1);
      measure(i);
    }
    // What leaves a group does so at its bottom.
    for (Item &item : items)
      if (item.node->kind == Node::Kind::Port && !item.node->inputs.empty())
        item.layer = layers - 1;
    std::vector<std::vector<size_t>> rows(layers);
    for (size_t i = 0; i < nodes.size(); ++i)
      rows[items[i].layer].push_back(i);
    for (size_t i = 0; i < nodes.size(); ++i)
      for (size_t input : nodes[i].inputs)
        connect(input, i, rows);
    order(rows);
    place(rows);
  }

  double width = 0, height = 0;

  void draw(std::string &out, double left, double top) const {
    for (const auto &path : wires) {
      const Item &from = items[path.front()];
      double x = left + from.x + from.width / 2, y = top + from.y + from.height;
      std::string d = "M" + number(x) + " " + number(y);
      for (size_t i = 1; i < path.size(); ++i) {
        const Item &to = items[path[i]];
        double x2 = left + to.x + to.width / 2, y2 = top + to.y, middle = (y + y2) / 2;
        bool end = i + 1 == path.size();
        double stop = end && to.node->kind != Node::Kind::Port ? y2 - 5 : y2;
        d += "C" + number(x) + " " + number(middle) + " " + number(x2) + " " + number(middle) + " " +
             number(x2) + " " + number(stop);
        x = x2;
        y = end ? y2 : y2 + to.height;
        if (!end && to.height > 0)
          d += "V" + number(y);
      }
      bool arrow = items[path.back()].node->kind != Node::Kind::Port;
      out += "<path class=\"wire\" d=\"" + d + "\"" +
             (arrow ? " marker-end=\"url(#head)\"" : "") + "/>\n";
    }
    for (size_t i = 0; i < inner.size(); ++i)
      box(out, i, left + items[i].x, top + items[i].y);
  }

private:
  void measure(size_t i) {
    Item &item = items[i];
    const Node &node = *item.node;
    if (node.kind == Node::Kind::Port)
      return;
    if (node.kind == Node::Kind::Group) {
      inner[i] = std::make_unique<Picture>(node.inner);
      std::string title = titleOf(node);
      item.width = std::max(inner[i]->width + 2 * padding,
                            static_cast<double>(title.size()) * letter + 2 * padding);
      item.height = inner[i]->height + header;
      return;
    }
    size_t longest = node.name.size() + 1;
    for (const std::string &line : detailsOf(node))
      longest = std::max(longest, line.size());
    item.width = static_cast<double>(longest) * letter + 2 * padding;
    item.height = lineHeight * static_cast<double>(1 + detailsOf(node).size()) + padding;
  }

  static std::string titleOf(const Node &node) {
    return node.name + (node.parameters ? "   " + groupDigits(node.parameters) + " parameters" : "");
  }

  void connect(size_t from, size_t to, std::vector<std::vector<size_t>> &rows) {
    std::vector<size_t> path = {from};
    for (size_t layer = items[from].layer + 1; layer < items[to].layer; ++layer) {
      Item passing;
      passing.layer = layer;
      items.push_back(passing);
      rows[layer].push_back(items.size() - 1);
      path.push_back(items.size() - 1);
    }
    path.push_back(to);
    for (size_t i = 1; i < path.size(); ++i) {
      items[path[i - 1]].below.push_back(path[i]);
      items[path[i]].above.push_back(path[i - 1]);
    }
    wires.push_back(std::move(path));
  }

  void order(std::vector<std::vector<size_t>> &rows) {
    std::vector<double> rank(items.size());
    auto number = [&](const std::vector<size_t> &row) {
      for (size_t i = 0; i < row.size(); ++i)
        rank[row[i]] = static_cast<double>(i) / static_cast<double>(row.size());
    };
    for (const auto &row : rows)
      number(row);
    for (int sweep = 0; sweep < 8; ++sweep)
      for (size_t k = 0; k < rows.size(); ++k) {
        auto &row = rows[sweep % 2 ? rows.size() - 1 - k : k];
        std::vector<std::pair<double, size_t>> sorted;
        for (size_t i : row) {
          const auto &joined = sweep % 2 ? items[i].below : items[i].above;
          double sum = 0;
          for (size_t j : joined)
            sum += rank[j];
          sorted.push_back({joined.empty() ? rank[i] : sum / static_cast<double>(joined.size()), i});
        }
        std::stable_sort(sorted.begin(), sorted.end(),
                         [](const auto &a, const auto &b) { return a.first < b.first; });
        for (size_t i = 0; i < row.size(); ++i)
          row[i] = sorted[i].second;
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
    height = y - gapDown + 6;
    auto centre = [&](size_t i) { return items[i].x + items[i].width / 2; };
    for (int sweep = 0; sweep < 24; ++sweep)
      for (size_t k = 0; k < rows.size(); ++k) {
        const auto &row = rows[sweep % 2 ? rows.size() - 1 - k : k];
        std::vector<double> wanted, low(row.size()), high(row.size());
        for (size_t i : row) {
          double sum = 0, count = 0;
          for (const auto *joined : {&items[i].above, &items[i].below})
            for (size_t j : *joined) {
              sum += centre(j);
              ++count;
            }
          wanted.push_back((count ? sum / count : centre(i)) - items[i].width / 2);
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
    double left = 0, right = 0;
    bool first = true;
    for (const Item &item : items) {
      left = first ? item.x : std::min(left, item.x);
      right = first ? item.x + item.width : std::max(right, item.x + item.width);
      first = false;
    }
    for (Item &item : items)
      item.x -= left;
    width = right - left;
  }

  void box(std::string &out, size_t i, double x, double y) const {
    const Item &item = items[i];
    const Node &node = *item.node;
    if (node.kind == Node::Kind::Port)
      return;
    static constexpr const char *classes[] = {"operation", "block", "group", ""};
    out += "<rect class=\"" + std::string(classes[static_cast<int>(node.kind)]) +
           (node.kind == Node::Kind::Operation && node.parameters ? " weighted" : "") + "\" x=\"" +
           number(x) + "\" y=\"" + number(y) + "\" width=\"" + number(item.width) + "\" height=\"" +
           number(item.height) + "\" rx=\"6\"/>\n";
    if (node.kind == Node::Kind::Group) {
      out += "<text class=\"title\" x=\"" + number(x + padding) + "\" y=\"" + number(y + 17) + "\">" +
             escape(titleOf(node)) + "</text>\n";
      inner[i]->draw(out, x + (item.width - inner[i]->width) / 2, y + header - 2);
      return;
    }
    double line = y + padding / 2 + 12, middle = x + item.width / 2;
    out += "<text class=\"name\" x=\"" + number(middle) + "\" y=\"" + number(line) + "\">" +
           escape(node.name) + "</text>\n";
    for (const std::string &detail : detailsOf(node)) {
      line += lineHeight;
      out += "<text class=\"detail\" x=\"" + number(middle) + "\" y=\"" + number(line) + "\">" +
             escape(detail) + "</text>\n";
    }
  }

  std::vector<Item> items;                     ///< the nodes, then the places of passing arrows
  std::vector<std::unique_ptr<Picture>> inner; ///< of groups
  std::vector<std::vector<size_t>> wires;      ///< items on the way
};

void describe(std::string &out, const std::vector<Node> &nodes, const std::string &indent) {
  for (const Node &node : nodes) {
    if (node.kind == Node::Kind::Port)
      continue;
    out += indent + node.name;
    for (const std::string &detail : detailsOf(node))
      out += "; " + detail;
    out += "\n";
    describe(out, node.inner, indent + "  ");
  }
}

} // namespace

std::string svgOf(const Model &model, const std::vector<Node> &nodes) {
  Picture picture(nodes);
  double width = picture.width + 32, height = picture.height + 32;
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 " +
                    number(width) + " " + number(height) + "\" width=\"" + number(width) +
                    "\" height=\"" + number(height) + "\">\n<title>Dataflow of " + escape(model.name) +
                    "</title>\n<desc>";
  std::string text;
  describe(text, nodes, "");
  out += escape(text) + R"(</desc>
<style>
  svg { --paper: #ffffff; --ink: #1f2933; --soft: #5b6775; --line: #8a96a3; --box: #f4f6f8;
        --weight: #e3eefc; --block: #fdf1dc; --frame: #aab4bf; background: var(--paper); }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #14181d; --ink: #e6eaee; --soft: #a2adb8; --line: #74808c; --box: #20262d;
          --weight: #1c3554; --block: #46371c; --frame: #4c5762; }
  }
  .paper { fill: var(--paper); }
  rect { stroke: var(--line); fill: var(--box); }
  rect.weighted { fill: var(--weight); }
  rect.block { fill: var(--block); }
  rect.group { fill: none; stroke: var(--frame); stroke-dasharray: 5 4; }
  rect.paper { stroke: none; }
  text { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; fill: var(--ink); }
  .name { font-weight: bold; text-anchor: middle; }
  .detail { fill: var(--soft); text-anchor: middle; }
  .title { fill: var(--soft); font-weight: bold; white-space: pre; }
  .wire { fill: none; stroke: var(--line); stroke-width: 1.4; }
  .head { fill: var(--line); }
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="2" refY="4" markerWidth="6" markerHeight="6" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>
<rect class="paper" width="100%" height="100%"/>
)";
  picture.draw(out, 16, 16);
  return out + "</svg>\n";
}

} // namespace iarc::dsl::graph
