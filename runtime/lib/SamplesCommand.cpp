//===- SamplesCommand.cpp - samples: what the model sees -------------------------===//
//
// Prints windows of the training stream: symbols, control tokens, targets and what
// governs, aligned by position.
//
//===----------------------------------------------------------------------===//

#include "Console.h"
#include "Json.h"
#include "Processor.h"
#include "Program.h"
#include "Random.h"
#include "Text.h"
#include "TokenText.h"

#include <algorithm>

namespace iarc::runtime {

namespace {

constexpr size_t lineWidth = 80;

/// One row of a table: a heading and a cell for each position.
struct Row {
  const char *heading;
  std::vector<std::string> cells;
};

struct Sample {
  std::vector<int32_t> symbols, controls, targets, governing;
};

std::string cellOf(const iarc_task &task, int32_t symbol) {
  return symbol < 0 ? "." : symbolText(task, symbol);
}

/// Characters, not bytes.
size_t widthOf(const std::string &cell) {
  return size_t(std::count_if(cell.begin(), cell.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string controlOf(const iarc_task &task, int32_t control) {
  return control < 0 ? "." : task.controls[control].name;
}

std::string tableOf(const iarc_model &model, const Sample &sample) {
  const iarc_task &task = model.task;
  std::vector<Row> rows = {{"position", {}}, {"symbol", {}}, {"target", {}}};
  if (task.control_count)
    rows = {{"position", {}}, {"symbol", {}}, {"control", {}}, {"target", {}}, {"governs", {}}};
  size_t width = 1;
  for (size_t t = 0; t < size_t(model.context); ++t) {
    size_t row = 0;
    rows[row++].cells.push_back(std::to_string(t));
    rows[row++].cells.push_back(cellOf(task, sample.symbols[t]));
    if (task.control_count)
      rows[row++].cells.push_back(controlOf(task, sample.controls[t]));
    rows[row++].cells.push_back(cellOf(task, sample.targets[t]));
    if (task.control_count)
      rows[row++].cells.push_back(controlOf(task, sample.governing[t]));
    for (const Row &each : rows)
      width = std::max(width, widthOf(each.cells.back()));
  }
  constexpr size_t heading = 8;
  const size_t perLine = std::max<size_t>(1, (lineWidth - heading) / (width + 1));
  std::string text;
  for (size_t begin = 0; begin < size_t(model.context); begin += perLine) {
    size_t end = std::min(begin + perLine, size_t(model.context));
    text += begin ? "\n" : "";
    for (const Row &row : rows) {
      text += format("%-*s", int(heading), row.heading);
      for (size_t t = begin; t < end; ++t)
        text += std::string(1 + width - widthOf(row.cells[t]), ' ') + row.cells[t];
      text += "\n";
    }
  }
  return text;
}

std::string lineOf(const iarc_model &model, const Sample &sample, int64_t number) {
  JsonWriter json;
  json.beginObject().field("sample", number);
  auto list = [&](const char *name, const std::vector<int32_t> &values) {
    json.key(name).beginArray();
    for (int32_t value : values)
      json.value(int64_t(value));
    json.endArray();
  };
  list("symbols", sample.symbols);
  if (model.task.control_count)
    list("controls", sample.controls);
  list("targets", sample.targets);
  if (model.task.control_count)
    list("governing", sample.governing);
  return json.endObject().text() + "\n";
}

} // namespace

int runSamples(const Invocation &invocation) {
  const iarc_model &model = invocation.model;
  int64_t count = 5, first = 0;
  uint64_t seed = defaultSeed;
  bool json = false;
  Arguments arguments("samples");
  arguments.addInteger("--count", "N", &count, 1, 1000000, "samples to print");
  arguments.addInteger("--first", "N", &first, 0, mostSteps, "number of the first one");
  arguments.addSeed(&seed);
  arguments.addSwitch("--json", &json, "a line of JSON for each sample");
  if (!parseArguments(invocation, "samples", arguments))
    return int(Exit::Ok);

  requireProcessor(model);
  constexpr int64_t atOnce = 64;
  MemoryPlan plan;
  Batch::plan(model, atOnce, plan);
  plan.require(availableMemory(), "the task is too large for this machine");
  ThreadPool pool(1);
  Batch batch(model, atOnce);
  const size_t context = size_t(model.context);
  Sample sample{std::vector<int32_t>(context + 1), std::vector<int32_t>(context),
                std::vector<int32_t>(context), std::vector<int32_t>(context)};
  if (!json)
    writeOutput(format("task %s\nsamples %lld..%lld of training with seed %llu%s\n",
                       taskText(model.task).c_str(), (long long)first,
                       (long long)(first + count - 1), (unsigned long long)seed,
                       model.task.masked || model.task.interspersed
                           ? "; a target '.' is not predicted"
                           : ""));
  for (int64_t done = 0; done < count; done += atOnce) {
    int64_t now = std::min(atOnce, count - done);
    batch.fill(seed, TrainingStream, uint64_t(first + done), now, pool);
    std::string text;
    for (int64_t b = 0; b < now; ++b) {
      batch.extract(b, sample.symbols.data(), sample.controls.data(), sample.targets.data(),
                    sample.governing.data());
      int64_t number = first + done + b;
      if (json)
        text += lineOf(model, sample, number);
      else
        text += format("\nsample %lld\n", (long long)number) + tableOf(model, sample);
    }
    writeOutput(text);
  }
  return int(Exit::Ok);
}

} // namespace iarc::runtime
