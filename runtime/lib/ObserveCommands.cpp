//===- ObserveCommands.cpp - activations and attention ------------------------------===//
//
// Both compute windows by the evaluator, compare its logits with those of the generated
// code, and write what it saw.
//
//===----------------------------------------------------------------------===//

#include "Console.h"
#include "Json.h"
#include "Npz.h"
#include "Program.h"
#include "Real.h"
#include "Text.h"
#include "Weights.h"
#include "Windows.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace iarc::runtime {

namespace {

/// One array that is written, and where the evaluator's numbers go.
struct Record {
  std::string name, axes, kernel;
  std::vector<int64_t> shape; ///< of one window
  int64_t elements = 0, chunk = 0; ///< of one window; of one call of the observer
  int64_t perLayer = 1;            ///< chunks in an iteration of the repeats around
  std::vector<double> numbers;     ///< [window] of them
};

/// Keeps what the evaluator computes.
class Recorder : public Observer {
public:
  std::vector<Record> records;
  int64_t window = 0;

  /// Adds a value of the graph.
  void add(const ModelGraph &graph, int32_t id) {
    const GraphValue &value = graph.value(id);
    Record record = begin(graph, id);
    record.axes += "position feature";
    record.shape.push_back(value.inRecurrence ? graph.model.context : value.positions);
    record.shape.push_back(value.features);
    record.chunk = value.positions * value.features;
    record.perLayer = value.inRecurrence ? graph.model.context : 1;
    finish(std::move(record), values, id);
  }
  /// Adds the map of an attention.
  void add(const ModelGraph &graph, const GraphOp &op) {
    const int32_t id = op.results[0];
    Record record = begin(graph, id);
    const int64_t T = graph.value(id).positions;
    record.axes += "head query key";
    record.kernel = op.kernel;
    record.shape.insert(record.shape.end(), {op.heads, T, T});
    record.chunk = op.heads * T * T;
    finish(std::move(record), maps, id);
  }
  /// Leaves those of these names.
  void restrict(const std::set<std::string> &names) {
    std::vector<Record> kept;
    std::map<size_t, size_t> places;
    for (size_t i = 0; i < records.size(); ++i)
      if (names.count(records[i].name)) {
        places[i] = kept.size();
        kept.push_back(std::move(records[i]));
      }
    for (std::map<int32_t, size_t> *index : {&values, &maps}) {
      std::map<int32_t, size_t> moved;
      for (const auto &[id, place] : *index)
        if (places.count(place))
          moved[id] = places[place];
      *index = std::move(moved);
    }
    records = std::move(kept);
  }
  /// Makes room for so many windows. Throws Error (status InputOutput) where they do not fit.
  void reserve(int64_t windows) {
    MemoryPlan plan;
    for (const Record &record : records)
      plan.add({windows, record.elements, 8});
    plan.require(availableMemory(), "look at fewer windows, or with --only at some of the values");
    for (Record &record : records)
      record.numbers.resize(size_t(windows * record.elements));
  }

  void value(int32_t id, int64_t layer, int64_t position, const std::vector<double> &numbers) override {
    keep(values, id, layer, std::max<int64_t>(position, 0), numbers);
  }
  void attention(const GraphOp &op, int64_t layer, const std::vector<double> &map) override {
    keep(maps, op.results[0], layer, 0, map);
  }

private:
  Record begin(const ModelGraph &graph, int32_t id) {
    Record record;
    record.name = graph.value(id).name;
    record.axes = "sample ";
    for (int64_t count : graph.value(id).repeats) {
      record.axes += "layer ";
      record.shape.push_back(count);
    }
    return record;
  }
  void finish(Record record, std::map<int32_t, size_t> &index, int32_t id) {
    static const std::set<std::string> taken = {"symbols", "controls", "first", "targets", "governing"};
    if (taken.count(record.name))
      record.name += "_value";
    record.elements = 1;
    for (int64_t size : record.shape)
      record.elements *= size;
    index[id] = records.size();
    records.push_back(std::move(record));
  }
  void keep(const std::map<int32_t, size_t> &index, int32_t id, int64_t layer, int64_t position,
            const std::vector<double> &numbers) {
    auto found = index.find(id);
    if (found == index.end())
      return;
    Record &record = records[found->second];
    std::copy(numbers.begin(), numbers.end(),
              record.numbers.begin() + window * record.elements +
                  (layer * record.perLayer + position) * record.chunk);
  }

  std::map<int32_t, size_t> values, maps; ///< by the number of the value
};

/// Every named value that the logits depend on, in the order in which they are computed.
void addValues(const ModelGraph &graph, const GraphRegion &region, Recorder &recorder) {
  auto add = [&](int32_t id) {
    if (graph.value(id).needed && !graph.value(id).name.empty())
      recorder.add(graph, id);
  };
  for (int32_t argument : region.arguments)
    add(argument);
  for (const GraphOp &op : region.ops) {
    if (!graph.needed(op))
      continue;
    for (int32_t result : op.results)
      add(result);
    if (op.body)
      addValues(graph, *op.body, recorder);
  }
}

void addMaps(const ModelGraph &graph, const GraphRegion &region, Recorder &recorder) {
  for (const GraphOp &op : region.ops) {
    if (!graph.needed(op))
      continue;
    if (op.kind == GraphOp::Kind::Attention)
      recorder.add(graph, op);
    if (op.body)
      addMaps(graph, *op.body, recorder);
  }
}

/// Reads names between commas.
void choose(std::vector<std::string> names, const std::string &only, std::set<std::string> &chosen) {
  for (size_t at = 0; at <= only.size();) {
    const size_t end = std::min(only.find(',', at), only.size());
    const std::string name = only.substr(at, end - at);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      std::string nearest = nearestName(name, names);
      fail(Exit::Usage, "--only: the model has no %s\nhint: %s", quoted(name).c_str(),
           nearest.empty() ? "--list shows what there is" : ("did you mean " + nearest + "?").c_str());
    }
    chosen.insert(name);
    at = end + 1;
  }
}

std::string listText(const std::vector<Record> &records) {
  std::string text;
  size_t width = 4;
  for (const Record &record : records)
    width = std::max(width, record.name.size());
  for (const Record &record : records) {
    text += format("%-*s  ", int(width), record.name.c_str());
    size_t at = record.axes.find(' ') + 1; // the samples are left out
    std::string axes;
    for (int64_t size : record.shape) {
      const size_t end = std::min(record.axes.find(' ', at), record.axes.size());
      axes += (axes.empty() ? "" : ", ") + record.axes.substr(at, end - at) + " " + std::to_string(size);
      at = end + 1;
    }
    text += "[" + axes + "]" + (record.kernel.empty() ? "" : "  kernel " + record.kernel) + "\n";
  }
  return text;
}

class Observation {
public:
  Observation(const ModelGraph &graph, Recorder recorder)
      : model(graph.model), graph(graph), recorder(std::move(recorder)) {}

  /// Computes the windows; returns the largest difference between the logits of the evaluator and
  /// those of the generated code, over the largest of them.
  double run(const std::string &weightsFile, const Windows &windows);
  void write(const std::string &what, const Windows &windows, const std::string &form,
             const std::string &out, double difference);

private:
  const iarc_model &model;
  const ModelGraph &graph;
  Recorder recorder;
};

double Observation::run(const std::string &weightsFile, const Windows &windows) {
  recorder.reserve(windows.count);
  Inference inference(model, weightsFile);
  Array weights(uint64_t(model.weight_elements * model.element_bytes));
  loadWeights(model, weightsFile, weights.data());
  Evaluator evaluator(graph, weights.data());
  const int64_t symbols = model.task.symbols, rows = inference.rows();
  double difference = 0, largest = 0;
  for (int64_t b = 0; b < windows.count; ++b) {
    recorder.window = b;
    const std::vector<double> &logits = evaluator.run(windows.window(b), &recorder);
    withReal(model, [&](auto real) {
      const auto *generated = inference.run<decltype(real)>(windows.tokens(b));
      const int64_t given = std::min(rows, model.context - windows.first[size_t(b)]);
      const double *reference = logits.data() + (int64_t(logits.size()) / symbols - given) * symbols;
      for (int64_t i = 0; i < given * symbols; ++i) {
        const double expected = generated[(rows - given) * symbols + i];
        if (!std::isfinite(expected) || !std::isfinite(reference[i]))
          fail(Exit::Diverged, "the logits for window %lld are not finite: these weights cannot predict",
               (long long)b);
        largest = std::max(largest, std::fabs(expected));
        difference = std::max(difference, std::fabs(expected - reference[i]));
      }
    });
  }
  return largest > 0 ? difference / largest : difference;
}

void Observation::write(const std::string &what, const Windows &windows, const std::string &form,
                        const std::string &out, double difference) {
  std::vector<TensorSource> tensors;
  std::map<std::string, std::string> metadata = {{"format", "iarc " + what + " 1"},
                                                 {"model", model.name},
                                                 {"logits_difference", format("%.1e", difference)}};
  const int64_t count = windows.count, context = windows.context;
  auto addRows = [&](const char *name, const std::vector<int32_t> &rows, int64_t columns) {
    if (!rows.empty())
      tensors.push_back({name, ElementType::I32, {count, columns}, rows.data()});
  };
  addRows("symbols", windows.symbols, context + 1);
  addRows("controls", windows.controls, context);
  addRows("targets", windows.targets, context);
  addRows("governing", windows.governing, context);
  tensors.push_back({"first", ElementType::I32, {count}, windows.first.data()});
  std::vector<std::vector<float>> singles;
  for (const Record &record : recorder.records) {
    const void *data = record.numbers.data();
    if (model.element_bytes == 4) {
      singles.emplace_back(record.numbers.begin(), record.numbers.end());
      data = singles.back().data();
    }
    std::vector<int64_t> shape = record.shape;
    shape.insert(shape.begin(), count);
    tensors.push_back({record.name, elementType(model), shape, data});
    metadata["axes." + record.name] = record.axes;
    if (!record.kernel.empty())
      metadata["kernel." + record.name] = record.kernel;
  }
  if (form == "safetensors")
    return writeSafetensors(out, tensors, metadata);
  JsonWriter json;
  json.beginObject();
  for (const auto &[key, value] : metadata)
    json.field(key, std::string_view(value));
  writeNpz(out, tensors, json.endObject().text());
}

int run(const Invocation &invocation, const char *command, bool maps) {
  const iarc_model &model = invocation.model;
  std::string weights, out, form, only;
  WindowChoice choice;
  bool list = false;
  Arguments arguments(command);
  arguments.addFile("--weights", &weights, "the weights, such as a checkpoint");
  choice.declare(arguments);
  arguments.addWord("--format", "FORM", &form, "safetensors or npz; by default what the name of the file ends in");
  arguments.addWord("--only", "NAME,...", &only, maps ? "these maps only" : "these values only");
  arguments.addSwitch("--list", &list, maps ? "print names and shapes of the maps instead" :
                                              "print names and shapes of the values instead");
  arguments.addOutput("--out", &out, "write there");
  if (!parseArguments(invocation, command, arguments))
    return int(Exit::Ok);
  ModelGraph graph(model);
  Recorder all;
  if (maps)
    addMaps(graph, graph.body, all);
  else
    addValues(graph, graph.body, all);
  if (all.records.empty())
    fail(Exit::Usage, "the model %s has no attention: 'activations' writes its values",
         quoted(model.name).c_str());
  if (list) {
    writeOutput(listText(all.records));
    return int(Exit::Ok);
  }
  std::string missing;
  for (const char *name : {"--weights", "--out"})
    if (!arguments.given(name))
      missing += std::string(missing.empty() ? "" : ", ") + name + " FILE";
  if (!missing.empty())
    fail(Exit::Usage, "%s needs %s\nhint: see './%s %s --help'", command, missing.c_str(),
         invocation.program.c_str(), command);
  const bool endsInNpz = out.size() > 4 && out.compare(out.size() - 4, 4, ".npz") == 0;
  if (form.empty())
    form = endsInNpz ? "npz" : "safetensors";
  if (form != "npz" && form != "safetensors") {
    std::string nearest = nearestName(form, {"npz", "safetensors"});
    fail(Exit::Usage, "--format: there is no form %s; one of safetensors, npz%s", quoted(form).c_str(),
         nearest.empty() ? "" : ("\nhint: did you mean " + nearest + "?").c_str());
  }
  if (!only.empty()) {
    std::vector<std::string> names;
    for (const Record &record : all.records)
      names.push_back(record.name);
    std::set<std::string> chosen;
    choose(names, only, chosen);
    all.restrict(chosen);
  }
  Windows windows = choice.read(invocation, arguments);
  Observation observation(graph, std::move(all));
  const double difference = observation.run(weights, windows);
  const double tolerance = model.element_bytes == 8 ? 1e-9 : 1e-3;
  if (difference > tolerance)
    fail(Exit::Internal, "the values computed from the graph give logits that differ by %.1e of the largest "
                         "from those of the generated code, more than rounding can explain; nothing is written",
         difference);
  observation.write(command, windows, form, out, difference);
  return int(Exit::Ok);
}

} // namespace

int runActivations(const Invocation &invocation) { return run(invocation, "activations", false); }
int runAttention(const Invocation &invocation) { return run(invocation, "attention", true); }

} // namespace iarc::runtime
