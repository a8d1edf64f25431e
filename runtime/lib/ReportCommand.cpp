//===- ReportCommand.cpp - report: a page about a trained model -----------------------===//

#include "Console.h"
#include "OutputFile.h"
#include "Program.h"
#include "Real.h"
#include "Report.h"
#include "Text.h"
#include "TokenData.h"
#include "TokenText.h"
#include "Weights.h"

#include <algorithm>
#include <cmath>

namespace iarc::runtime {

namespace {

struct ReportOptions {
  std::string weights, log, out = "report.html";
  int64_t windows = 10000, batch = 0, threads = 1;
  uint64_t seed = defaultSeed;
};

void writeModel(JsonWriter &json, const Invocation &invocation) {
  const iarc_model &model = invocation.model;
  const iarc_task &task = model.task;
  int64_t parameters = 0;
  for (int64_t w = 0; w < model.weight_tensors; ++w)
    parameters += model.weights[w].count;
  json.key("model").beginObject();
  json.field("name", model.name).field("program", std::string_view(invocation.program));
  json.field("compiler", model.compiler).field("target_cpu", model.target_cpu);
  json.field("precision", precisionName(model)).field("context", model.context);
  json.field("loss", std::string_view(std::string(lossName(model)) + " at " + lossPlace(model)));
  json.field("loss_at", lossPlace(model)).field("probabilities", model.loss != IARC_LOSS_SQUARED_ERROR);
  json.field("protocol", std::string_view(protocolText(model))).field("parameters", parameters).endObject();
  json.key("task").beginObject();
  json.field("name", task.name).field("text", std::string_view(taskText(task))).field("symbols", task.symbols);
  json.field("interspersed", task.interspersed != 0);
  json.key("controls").beginArray();
  for (int64_t c = 0; c < task.control_count; ++c)
    json.beginObject().field("name", task.controls[c].name).field("label", task.controls[c].label).endObject();
  json.endArray();
  if (isText(task)) {
    json.key("texts").beginArray();
    for (int32_t s = 0; s < task.symbols; ++s)
      json.value(std::string_view(symbolText(task, s)));
    json.endArray();
  }
  json.endObject();
}

void writeWeightsFile(JsonWriter &json, const std::string &path) {
  const SafetensorsFile file(path);
  json.key("weights_file").beginObject().field("name", std::string_view(path.substr(path.rfind('/') + 1)));
  auto step = file.metadata().find("step");
  if (step != file.metadata().end())
    json.field("step", int64_t(std::atoll(step->second.c_str())));
  json.endObject();
}

std::string reportJson(const Invocation &invocation, const ReportOptions &options) {
  const iarc_model &model = invocation.model;
  const int64_t batch = std::min(options.batch, options.windows);
  Session session(model, {std::max(batch, model.batch), options.threads, false, /*gradients=*/true});
  loadWeights(model, options.weights, session.weights());
  JsonWriter json;
  json.beginObject().field("format", "iarc report 1").field("seed", options.seed);
  writeModel(json, invocation);
  writeWeightsFile(json, options.weights);
  if (!options.log.empty())
    writeCurves(json, options.log);
  ReportStatistics statistics = gatherStatistics(session, options.seed, options.windows, batch);
  if (!std::isfinite(statistics.metrics.meanLoss()))
    fail(Exit::Diverged, "the loss of these weights is not finite: no report is written\n%s",
         notFiniteNote(model, session.weights(), options.weights).c_str());
  writeEvaluation(json, model, statistics);
  writeGallery(json, model, statistics.gallery);
  if (model.graph && *model.graph) {
    ModelGraph graph(model);
    writeAttention(json, graph, session.weights(), options.seed, statistics.firstOf);
    writeArchitecture(json, graph);
  }
  session.batch().fill(options.seed, TrainingStream, 0, model.batch, session.pool());
  session.computeGradients();
  json.field("gradient_batch", model.batch);
  writeWeightNorms(json, model, session.weights(), session.gradients());
  return json.endObject().text();
}

} // namespace

int runReport(const Invocation &invocation) {
  const iarc_model &model = invocation.model;
  ReportOptions options;
  options.batch = model.batch;
  Arguments arguments("report");
  arguments.addFile("--weights", &options.weights, "the weights, such as a checkpoint", /*required=*/true);
  arguments.addOutput("--out", &options.out, "the page (default report.html)");
  arguments.addFile("--log", &options.log, "the training's log (default log.jsonl or log.csv beside the weights, if there is one)");
  arguments.addInteger("--windows", "N", &options.windows, 1, mostSteps, "fresh windows to evaluate on");
  arguments.addInteger("--batch", "N", &options.batch, 1, mostSamples, "windows computed at a time");
  arguments.addSeed(&options.seed);
  addThreads(arguments, &options.threads);
  if (!parseArguments(invocation, "report", arguments))
    return int(Exit::Ok);
  if (options.out != "-")
    checkWritable(options.out);
  if (options.log.empty())
    options.log = logBeside(options.weights);
  arguments.requireKept("the log beside the weights", options.log);
  const std::string page = reportPage(std::string(model.name) + ": report", reportJson(invocation, options));
  OutputFile file(options.out);
  file.write(page.data(), page.size());
  file.commit();
  return int(Exit::Ok);
}

} // namespace iarc::runtime
