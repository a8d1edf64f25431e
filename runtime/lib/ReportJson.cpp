//===- ReportJson.cpp - Evaluation, maps and norms, for the report --------------------===//

#include "Report.h"

#include "Evaluator.h"
#include "Real.h"
#include "Text.h"
#include "Windows.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace iarc::runtime {

namespace {

// What is shown of attention: docs/program.md says so.
constexpr size_t mostWindows = 4, mostLayers = 12, mostHeads = 8, mostMaps = 24, mostSymbols = 24;
constexpr int64_t mostPositions = 48;

void writeShares(JsonWriter &json, const std::vector<Share> &shares) {
  json.key("counted").beginArray();
  for (const Share &share : shares)
    json.value(share.counted);
  json.endArray().key("right").beginArray();
  for (const Share &share : shares)
    json.value(share.right);
  json.endArray();
}

template <class Numbers> void writeList(JsonWriter &json, const char *name, const Numbers &numbers) {
  json.key(name).beginArray();
  for (auto number : numbers)
    json.value(int64_t(number));
  json.endArray();
}

/// Four digits are more than a shade shows.
double rounded(double value) { return std::round(value * 1e4) / 1e4; }

/// What governs and its name; a task without control tokens has one nameless entry.
struct Group {
  int32_t control;
  std::string name, label;
};

std::vector<Group> groupsOf(const iarc_task &task) {
  std::vector<Group> groups;
  for (int64_t c = 0; c < task.control_count; ++c)
    if (task.controls[c].governs)
      groups.push_back({int32_t(c), task.controls[c].name, task.controls[c].label});
  if (groups.empty())
    groups.push_back({0, "all", ""});
  return groups;
}

/// The targets that are most frequent, by their numbers.
std::vector<int32_t> frequentSymbols(const iarc_model &model, const ReportStatistics &statistics) {
  std::map<int32_t, int64_t> counts;
  for (const auto &[key, count] : statistics.confusion)
    counts[key[1]] += count;
  std::vector<std::pair<int64_t, int32_t>> order;
  for (const auto &[symbol, count] : counts)
    order.emplace_back(-count, symbol);
  std::sort(order.begin(), order.end());
  std::vector<int32_t> symbols;
  if (model.task.symbols <= int64_t(mostSymbols))
    for (int32_t s = 0; s < model.task.symbols; ++s)
      symbols.push_back(s);
  else
    for (size_t i = 0; i < std::min(order.size(), mostSymbols); ++i)
      symbols.push_back(order[i].second);
  std::sort(symbols.begin(), symbols.end());
  return symbols;
}

void writeConfusion(JsonWriter &json, const iarc_model &model, const ReportStatistics &statistics) {
  const std::vector<int32_t> symbols = frequentSymbols(model, statistics);
  const size_t size = symbols.size() + (int64_t(symbols.size()) < model.task.symbols ? 1 : 0);
  auto place = [&](int32_t symbol) {
    auto found = std::lower_bound(symbols.begin(), symbols.end(), symbol);
    return found != symbols.end() && *found == symbol ? size_t(found - symbols.begin()) : symbols.size();
  };
  writeList(json, "confusion_symbols", symbols);
  json.key("confusion").beginArray();
  for (const Group &group : groupsOf(model.task)) {
    std::vector<std::vector<int64_t>> counts(size, std::vector<int64_t>(size));
    int64_t wrongOfOthers = 0; // both are among the others, but not the same
    for (const auto &[key, count] : statistics.confusion)
      if (key[0] == group.control) {
        counts[place(key[1])][place(key[2])] += count;
        wrongOfOthers += place(key[1]) == symbols.size() && place(key[2]) == symbols.size() && key[1] != key[2] ? count : 0;
      }
    json.beginObject().field("name", std::string_view(group.name)).field("label", std::string_view(group.label));
    json.field("wrong_among_others", wrongOfOthers);
    json.key("counts").beginArray();
    for (const std::vector<int64_t> &row : counts) {
      json.beginArray();
      for (int64_t count : row)
        json.value(count);
      json.endArray();
    }
    json.endArray().endObject();
  }
  json.endArray();
}

/// Keeps maps of attention.
class MapKeeper : public Observer {
public:
  struct Kept {
    const GraphOp *op;
    int64_t layerCount;
    std::vector<int64_t> layers;                        ///< shown
    /// [sample][shown layer]: [heads][query][key] of the heads and positions that are shown.
    std::vector<std::vector<std::vector<double>>> maps;
  };
  std::vector<Kept> kept;

  explicit MapKeeper(const ModelGraph &graph) : context(graph.model.context) { collect(graph, graph.body); }

  void begin() {
    for (Kept &each : kept)
      each.maps.emplace_back(each.layers.size());
  }
  void value(int32_t, int64_t, int64_t, const std::vector<double> &) override {}
  void attention(const GraphOp &op, int64_t layer, const std::vector<double> &map) override {
    for (Kept &each : kept)
      for (size_t i = 0; each.op == &op && i < each.layers.size(); ++i)
        if (each.layers[i] == layer)
          each.maps.back()[i] = cropped(op, map);
  }

private:
  std::vector<double> cropped(const GraphOp &op, const std::vector<double> &map) const {
    const int64_t from = context - std::min(context, mostPositions);
    std::vector<double> result;
    for (int64_t h = 0; h < std::min<int64_t>(op.heads, int64_t(mostHeads)); ++h)
      for (int64_t query = from; query < context; ++query) {
        const auto row = map.begin() + (h * context + query) * context;
        result.insert(result.end(), row + from, row + context);
      }
    return result;
  }
  void collect(const ModelGraph &graph, const GraphRegion &region) {
    for (const GraphOp &op : region.ops) {
      if (op.body)
        collect(graph, *op.body);
      if (op.kind != GraphOp::Kind::Attention || !graph.needed(op) || kept.size() == mostMaps)
        continue;
      Kept each{&op, 1, {}, {}};
      for (int64_t count : graph.value(op.results[0]).repeats)
        each.layerCount *= count;
      const int64_t shown = std::min<int64_t>(each.layerCount, mostLayers);
      for (int64_t i = 0; i < shown; ++i) // the first, the last, and evenly between
        each.layers.push_back(shown == 1 ? 0 : (i * (each.layerCount - 1) + (shown - 1) / 2) / (shown - 1));
      kept.push_back(std::move(each));
    }
  }

  const int64_t context;
};

/// What the weight of a key is, in words.
std::string formulaText(const GraphOp &op) {
  std::vector<std::string> names = {"z"};
  for (size_t i = 3; i < op.operands.size(); ++i)
    names.push_back(i == 3 ? "a" : "a" + std::to_string(i - 2));
  std::string text = "Weights are " + functionText(op.function, names) + " with z = " + format("%.4g", op.scale) + " q.k";
  if (!op.slopes.empty())
    text += ", times exp(-decay |distance|)";
  if (op.normalise == GraphOp::Normalise::None)
    return text + ", not normalised";
  text += op.normalise == GraphOp::Normalise::Sum ? ", divided by their sum" : ", divided by the sum of their magnitudes";
  return text + (op.eps > 0 ? format(" + %g", op.eps) : "");
}

} // namespace

void writeEvaluation(JsonWriter &json, const iarc_model &model, const ReportStatistics &statistics) {
  const Metrics &metrics = statistics.metrics;
  const iarc_task &task = model.task;
  json.key("evaluation").beginObject();
  json.field("windows", metrics.windows).field("fresh", task.data == nullptr).field("loss", metrics.meanLoss());
  if (hasPerplexity(model))
    json.field("perplexity", std::exp(metrics.meanLoss()));
  json.field("accuracy_last", metrics.accuracy()).field("accuracy_all", metrics.accuracyAll());
  json.field("counted_last", metrics.counted).field("right_last", metrics.right);
  json.key("subtasks").beginArray();
  for (size_t c = 0; c < size_t(task.control_count); ++c)
    if (task.controls[c].governs)
      json.beginObject()
          .field("control", int64_t(c))
          .field("name", task.controls[c].name)
          .field("label", task.controls[c].label)
          .field("windows", metrics.subtaskWindows[c])
          .field("right", metrics.subtaskRight[c])
          .endObject();
  json.endArray().key("positions").beginArray();
  for (int64_t t = 0; t < model.context; ++t) {
    const Share &share = statistics.positions[size_t(t)];
    json.beginObject().field("counted", share.counted).field("right", share.right);
    json.field("trained", model.loss_at == IARC_LOSS_AT_ALL || t + 1 == model.context);
    json.field("known", task.control_count ? double(statistics.known[size_t(t)]) : std::nan(""));
    json.endObject();
  }
  json.endArray().key("distances").beginArray();
  if (task.control_count)
    for (const Group &group : groupsOf(task)) {
      json.beginObject().field("name", std::string_view(group.name));
      std::vector<Share> shares = statistics.distances[size_t(group.control)];
      while (!shares.empty() && shares.back().counted == 0)
        shares.pop_back();
      writeShares(json, shares);
      json.endObject();
    }
  json.endArray().key("no_control_in_view").beginObject();
  json.field("counted", statistics.unseen.counted).field("right", statistics.unseen.right).endObject();
  writeConfusion(json, model, statistics);
  json.endObject();
}

void writeGallery(JsonWriter &json, const iarc_model &model, const std::vector<ShownWindow> &gallery) {
  json.key("gallery").beginArray();
  for (const ShownWindow &window : gallery) {
    json.beginObject().field("number", window.number);
    writeList(json, "symbols", window.symbols);
    if (model.task.control_count) {
      writeList(json, "controls", window.controls);
      json.field("governing", int64_t(window.governing));
    }
    json.field("target", int64_t(window.target)).field("predicted", int64_t(window.predicted));
    json.key("top").beginArray();
    for (const auto &[symbol, share] : window.top)
      json.beginArray().value(int64_t(symbol)).value(share).endArray();
    json.endArray();
    if (!window.wrong.empty())
      writeList(json, "wrong", window.wrong);
    json.endObject();
  }
  json.endArray();
}

void writeAttention(JsonWriter &json, const ModelGraph &graph, const void *weights, uint64_t seed,
                    const std::vector<int64_t> &firstOf) {
  const iarc_model &model = graph.model;
  MapKeeper keeper(graph);
  if (keeper.kept.empty())
    return;
  std::set<int64_t> numbers;
  for (int64_t number : firstOf)
    if (number >= 0 && numbers.size() < mostWindows)
      numbers.insert(number);
  for (int64_t number = 0; numbers.size() < std::min<size_t>(3, mostWindows); ++number)
    numbers.insert(number);
  Evaluator evaluator(graph, weights);
  const int64_t T = model.context, shown = std::min(T, mostPositions), from = T - shown;
  json.key("attention").beginObject().field("from", from).field("shown", shown);
  json.key("samples").beginArray();
  for (int64_t number : numbers) {
    const Windows windows = freshWindows(model, seed, number, 1);
    keeper.begin();
    const std::vector<double> &logits = evaluator.run(windows.window(0), &keeper);
    const auto last = logits.end() - model.task.symbols;
    json.beginObject().field("number", number);
    writeList(json, "symbols", std::vector<int32_t>(windows.symbols.begin(), windows.symbols.end() - 1));
    if (model.task.control_count) {
      writeList(json, "controls", windows.controls);
      json.field("governing", int64_t(windows.governing.back()));
    }
    json.field("target", int64_t(windows.targets.back()));
    json.field("predicted", int64_t(std::max_element(last, logits.end()) - last)).endObject();
  }
  json.endArray().key("maps").beginArray();
  for (const MapKeeper::Kept &each : keeper.kept) {
    const GraphOp &op = *each.op;
    const int64_t heads = std::min<int64_t>(op.heads, int64_t(mostHeads));
    bool isSigned = false;
    json.beginObject().field("name", std::string_view(graph.value(op.results[0]).name));
    json.field("kernel", std::string_view(op.kernel)).field("formula", std::string_view(formulaText(op)));
    json.field("causal", op.causal).field("layer_count", each.layerCount).field("head_count", op.heads);
    writeList(json, "layers", each.layers);
    json.key("heads").beginArray();
    for (int64_t h = 0; h < heads; ++h)
      json.value(h);
    json.endArray().key("slopes").beginArray();
    for (double slope : op.slopes)
      json.value(slope);
    json.endArray().key("data").beginArray();
    for (const auto &sample : each.maps) {
      json.beginArray();
      for (const std::vector<double> &map : sample) {
        json.beginArray();
        for (int64_t h = 0; h < heads; ++h) {
          json.beginArray();
          for (int64_t query = 0; query < shown; ++query)
            for (int64_t key = 0; key < (op.causal ? query + 1 : shown); ++key) {
              const double value = map[size_t((h * shown + query) * shown + key)];
              isSigned |= value < 0;
              json.value(rounded(value));
            }
          json.endArray();
        }
        json.endArray();
      }
      json.endArray();
    }
    json.endArray().field("signed", isSigned).endObject();
  }
  json.endArray().endObject();
}

void writeWeightNorms(JsonWriter &json, const iarc_model &model, const void *weights, const void *gradients) {
  json.key("weights").beginArray();
  for (int64_t w = 0; w < model.weight_tensors; ++w) {
    const iarc_weight &weight = model.weights[w];
    int64_t layers = 1;
    std::string axes;
    for (int64_t axis = 0; axis < weight.rank; ++axis) {
      axes += (axis ? ", " : "") + std::string(weight.axes[axis].name) + " " + std::to_string(weight.axes[axis].size);
      if (std::string_view(weight.axes[axis].name) == "layer")
        layers *= weight.axes[axis].size;
    }
    const int64_t each = weight.count / layers;
    json.beginObject().field("name", weight.name).field("axes", std::string_view(axes));
    json.field("count", weight.count).field("layers", layers);
    withReal(model, [&](auto real) {
      using Real = decltype(real);
      auto norms = [&](const char *name, const void *array, double divisor) {
        json.key(name).beginArray();
        for (int64_t layer = 0; layer < layers; ++layer) {
          const Real *from = static_cast<const Real *>(array) + weight.offset + layer * each;
          double sum = 0;
          for (int64_t i = 0; i < each; ++i)
            sum += double(from[i]) * double(from[i]);
          json.value(std::sqrt(sum / divisor));
        }
        json.endArray();
      };
      norms("norm", weights, 1);
      norms("rms", weights, double(each));
      norms("gradient_norm", gradients, 1);
    });
    json.endObject();
  }
  json.endArray();
}

} // namespace iarc::runtime
