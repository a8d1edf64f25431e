//===- InfoCommand.cpp - info: what the program holds ----------------------------===//

#include "Console.h"
#include "Export.h"
#include "Json.h"
#include "Program.h"
#include "Real.h"
#include "Session.h"
#include "Text.h"
#include "TokenData.h"
#include "TokenText.h"
#include "Weights.h"

#include <algorithm>
#include <cstring>

namespace iarc::runtime {

/// Iterations over which the weights are stacked, those of nested repeats multiplied; 0 for a model
/// without layers and for one whose repeats differ, which has no single number of layers.
static int64_t layersOf(const iarc_model &model) {
  int64_t layers = 0;
  for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor) {
    const iarc_weight &weight = model.weights[tensor];
    int64_t own = 0;
    for (int64_t axis = 0; axis < weight.rank; ++axis)
      if (!std::strcmp(weight.axes[axis].name, "layer"))
        own = std::max<int64_t>(own, 1) * weight.axes[axis].size;
    if (own && layers && own != layers)
      return 0;
    layers = own ? own : layers;
  }
  return layers;
}

static std::string initialiserText(const iarc_weight &weight) {
  std::string scale;
  if (weight.fan_in)
    scale = format(weight.fan_in_grows ? ", over sqrt(%lld (t + 1))" : ", over sqrt(%lld)",
                   (long long)weight.fan_in);
  switch (weight.initialiser) {
  case IARC_INITIALISE_NORMAL:
    return format("normal(%g, %g)", weight.first, weight.second) + scale;
  case IARC_INITIALISE_UNIFORM:
    return format("uniform(%g, %g)", weight.first, weight.second) + scale;
  default:
    return format("constant(%g)", weight.first);
  }
}

static std::string axesText(const iarc_weight &weight) {
  std::string text = "[";
  for (int64_t axis = 0; axis < weight.rank; ++axis)
    text += format("%s%s %lld", axis ? ", " : "", weight.axes[axis].name,
                   (long long)weight.axes[axis].size);
  return text + "]";
}

const char *lossName(const iarc_model &model) noexcept {
  return model.loss == IARC_LOSS_OWN             ? "own"
         : model.loss == IARC_LOSS_SQUARED_ERROR ? "squared_error"
                                                 : "cross_entropy";
}
const char *lossPlace(const iarc_model &model) noexcept {
  return model.loss_at == IARC_LOSS_AT_ALL ? "all" : "last";
}

std::string controlNames(const iarc_task &task) {
  bool letters = true;
  for (int64_t i = 0; i < task.control_count; ++i)
    letters = letters && std::strlen(task.controls[i].name) == 1;
  std::string text;
  for (int64_t i = 0; i < task.control_count; ++i)
    text += (i && !letters ? " " : "") + std::string(task.controls[i].name);
  return text;
}

std::string vocabularyText(const iarc_task &task) {
  return escaped({task.data->vocabulary, size_t(task.data->vocabulary_bytes)});
}

std::string taskText(const iarc_task &task) {
  std::string text = format("%s, %lld symbol%s", task.name, (long long)task.symbols,
                            task.symbols == 1 ? "" : "s");
  if (task.control_count)
    text += format(", subtasks %s, gap %lld..%lld", controlNames(task).c_str(),
                   (long long)task.gap_minimum, (long long)task.gap_maximum);
  for (int64_t i = 0; i < task.argument_count; ++i)
    text += format(", %s %s", task.arguments[i].name, task.arguments[i].value);
  return text + (task.interspersed ? ", interspersed" : "");
}

std::string protocolText(const iarc_model &model) {
  std::string text = format("%s, %s, batch %lld, %lld steps", optimiserName(model),
                            optimiserText(model, declaredOptimiser(model)).c_str(),
                            (long long)model.batch, (long long)model.steps);
  if (model.training.evaluate_every)
    text += format(", evaluation every %lld", (long long)model.training.evaluate_every);
  if (model.training.stop)
    text += format(", stop at %s %g",
                   model.training.stop == IARC_STOP_LOSS ? "loss" : "accuracy",
                   model.training.stop_at);
  return text;
}

static int64_t totalWeights(const iarc_model &model) {
  int64_t total = 0;
  for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor)
    total += model.weights[tensor].count;
  return total;
}

static double workspaceBytes(const iarc_model &model, int64_t batch) {
  return double(model.workspace_bytes) +
         double(groupsFor(model, batch)) * double(model.workspace_bytes_per_group);
}

std::string infoJson(const iarc_model &model, int64_t batch) {
  JsonWriter json;
  json.beginObject();
  json.field("model", model.name).field("compiler", model.compiler);
  json.field("target_cpu", model.target_cpu).field("precision", precisionName(model));
  json.field("lanes", model.lanes).field("context", model.context).field("width", model.width);
  json.field("layers", layersOf(model));
  json.key("task").beginObject();
  const iarc_task &task = model.task;
  json.field("name", task.name).field("symbols", task.symbols);
  if (task.control_count) {
    json.field("subtasks", std::string_view(controlNames(task)));
    json.key("controls").beginArray();
    for (int64_t i = 0; i < task.control_count; ++i)
      json.value(std::string_view(task.controls[i].name));
    json.endArray();
    json.field("gap_minimum", task.gap_minimum).field("gap_maximum", task.gap_maximum);
    json.field("encoding", task.interspersed ? "interspersed" : "tape");
  }
  json.key("arguments").beginObject();
  for (int64_t i = 0; i < task.argument_count; ++i)
    json.field(task.arguments[i].name, task.arguments[i].value);
  json.endObject();
  if (task.data) {
    json.field("data", task.data->path);
    if (task.data->form == IARC_DATA_CHARACTERS)
      json.field("vocabulary",
                 std::string_view(task.data->vocabulary, size_t(task.data->vocabulary_bytes)));
  }
  json.endObject();
  json.field("predicted_positions", model.predicted_positions);
  json.field("loss", lossName(model)).field("loss_at", lossPlace(model));
  json.key("weights").beginArray();
  for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor) {
    const iarc_weight &weight = model.weights[tensor];
    json.beginObject().field("name", weight.name);
    json.key("axes").beginArray();
    for (int64_t axis = 0; axis < weight.rank; ++axis)
      json.value(weight.axes[axis].name);
    json.endArray().key("shape").beginArray();
    for (int64_t size : shapeOf(weight))
      json.value(size);
    json.endArray().field("count", weight.count);
    json.field("initialiser", std::string_view(initialiserText(weight))).endObject();
  }
  json.endArray().field("total_weights", totalWeights(model));
  json.key("train").beginObject();
  const Optimiser optimiser = declaredOptimiser(model);
  json.field("optimiser", optimiserName(model)).field("rate", model.rate);
  json.field("schedule", std::string_view(scheduleText(optimiser.rate)));
  for (const OptimiserNumber &number : optimiserNumbers(model))
    json.field(number.name, optimiser.*number.field);
  json.field("clip", optimiser.clip).field("accumulate", optimiser.accumulate);
  json.field("evaluate_every", model.training.evaluate_every);
  json.field("batch", model.batch).field("steps", model.steps);
  json.field("text", std::string_view(protocolText(model))).endObject();
  json.field("batch", batch);
  json.field("inference", model.infer != nullptr);
  json.field("inference_weight_bytes", uint64_t(model.inference.weight_elements * model.element_bytes));
  json.field("inference_workspace_bytes", uint64_t(model.inference.workspace_bytes));
  json.key("export_targets").beginArray();
  for (const std::string &target : exportTargets(model))
    json.value(std::string_view(target));
  json.endArray();
  json.field("product_flop_per_step", model.product_flop * double(batch));
  json.field("attention_flop_per_step", model.attention_flop * double(batch));
  json.field("executed_product_flop_per_step", model.executed_product_flop * double(batch));
  json.field("optimiser_bytes", uint64_t(model.training.states * model.weight_elements *
                                         model.element_bytes));
  json.field("workspace_bytes", uint64_t(std::min(workspaceBytes(model, batch), 0x1p63)));
  return json.endObject().text() + "\n";
}

int runInfo(const Invocation &invocation) {
  const iarc_model &model = invocation.model;
  int64_t batch = model.batch;
  bool json = false;
  Arguments arguments("info");
  arguments.addInteger("--batch", "N", &batch, 1, mostSamples,
                       "samples in a step, for its operations and memory");
  arguments.addSwitch("--json", &json, "one line of JSON instead of the table");
  if (!parseArguments(invocation, "info", arguments))
    return int(Exit::Ok);

  if (json) {
    writeOutput(infoJson(model, batch));
    return int(Exit::Ok);
  }

  const iarc_task &task = model.task;
  std::string text = format("model      %s", model.name);
  if (int64_t layers = layersOf(model))
    text += format(", %lld layer%s", (long long)layers, layers == 1 ? "" : "s");
  text += "\ntask       " + taskText(task) + "\n";
  if (task.data)
    text += "data       " + quoted(task.data->path) + ", unless --data names another file\n";
  if (task.data && task.data->form == IARC_DATA_CHARACTERS)
    text += "characters " + vocabularyText(task) + "\n";
  text += format("context    %lld positions of %lld features\n", (long long)model.context,
                 (long long)model.width);
  text += format("loss       %s at %s%s\n", lossName(model), lossPlace(model),
                 model.predicted_positions < model.context ? ", the only position predicted" : "");
  text += "protocol   " + protocolText(model) + "\n";
  text += format("precision  %s, %lld lanes, for %s, by iarcc %s\n\nweights\n",
                 precisionName(model), (long long)model.lanes, model.target_cpu, model.compiler);
  size_t nameWidth = 5, axesWidth = 0;
  for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor) {
    nameWidth = std::max(nameWidth, std::strlen(model.weights[tensor].name));
    axesWidth = std::max(axesWidth, axesText(model.weights[tensor]).size());
  }
  for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor) {
    const iarc_weight &weight = model.weights[tensor];
    text += format("  %-*s  %-*s  %12s  %s\n", int(nameWidth), weight.name, int(axesWidth),
                   axesText(weight).c_str(), withSeparators(weight.count).c_str(),
                   initialiserText(weight).c_str());
  }
  text += format("  %-*s  %-*s  %12s\n\n", int(nameWidth), "total", int(axesWidth), "",
                 withSeparators(totalWeights(model)).c_str());
  text += format("a training step at batch %lld\n", (long long)batch);
  text += format("  products   %sFLOP (%sFLOP executed)\n",
                 scaledText(model.product_flop * double(batch)).c_str(),
                 scaledText(model.executed_product_flop * double(batch)).c_str());
  text += format("  attention  %sFLOP\n", scaledText(model.attention_flop * double(batch)).c_str());
  text += format("  workspace  %s\n", bytesText(uint64_t(std::min(workspaceBytes(model, batch), 0x1p63))).c_str());
  std::string states;
  for (const char *state : stateNames(model))
    states += (states.empty() ? "" : " and ") + std::string(state);
  text += format("  optimiser  %s of %s\n",
                 bytesText(uint64_t(model.training.states * model.weight_elements *
                                    model.element_bytes)).c_str(),
                 states.c_str());
  text += "\na single window\n";
  if (model.infer)
    text += format("  weights    %s as they are read\n  workspace  %s\n",
                   bytesText(uint64_t(model.inference.weight_elements * model.element_bytes)).c_str(),
                   bytesText(uint64_t(model.inference.workspace_bytes)).c_str());
  else
    text += "  computed as a batch of one: the compiler could not make code for it\n";
  std::string exports;
  for (const std::string &target : exportTargets(model))
    exports += (exports.empty() ? "" : ", ") + target;
  if (!exports.empty())
    text += "  C form     also for " + exports + "\n";
  writeOutput(text);
  return int(Exit::Ok);
}

} // namespace iarc::runtime
