//===- TrainingLog.cpp - What a training run writes about itself ------------------===//

#include "TrainingLog.h"

#include "AppendFile.h"
#include "Error.h"
#include "EventFile.h"
#include "Json.h"
#include "Program.h"
#include "Text.h"
#include "TokenData.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

namespace iarc::runtime {

namespace {

/// Positions that the model reads, per second.
double tokensPerSecond(const iarc_model &model, const RunSettings &settings,
                       const Interval &interval) {
  double tokens = double(interval.steps) * double(settings.batch) * double(model.context);
  double seconds = interval.seconds();
  return seconds > 0 ? tokens / seconds : 0;
}

/// Calls visit(letter, accuracy) for every subtask that makes symbols.
template <class F> void forSubtasks(const iarc_model &model, const Metrics &metrics, F &&visit) {
  for (size_t subtask = 0; subtask < size_t(model.task.control_count); ++subtask)
    if (model.task.controls[subtask].governs)
      visit(std::string(model.task.controls[subtask].name), metrics.subtaskAccuracy(subtask));
}

/// "bits_per_byte", and the loss in bits.
std::string bitsName(const iarc_model &model) {
  return std::string("bits_per_") + unitOf(model.task);
}
double bitsOf(const Metrics &metrics) { return metrics.meanLoss() / std::log(2.0); }

double wallTime() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

bool isCsv(const std::string &path) {
  return path.size() >= 4 && path.compare(path.size() - 4, 4, ".csv") == 0;
}

/// The last step of a whole interval up to `step`.
int64_t lastWhole(int64_t step, const RunSettings &settings) {
  return step / settings.logEvery * settings.logEvery;
}

} // namespace

std::string jsonLine(const iarc_model &model, const RunSettings &settings, int64_t step,
                     const Interval &interval) {
  const Metrics &metrics = interval.metrics;
  JsonWriter json;
  json.beginObject();
  json.field("step", step).field("loss", metrics.meanLoss());
  if (hasPerplexity(model))
    json.field("perplexity", std::exp(metrics.meanLoss())).field(bitsName(model), bitsOf(metrics));
  json.field("accuracy", metrics.accuracy()).field("accuracy_all", metrics.accuracyAll());
  json.key("subtask_accuracy").beginObject();
  forSubtasks(model, metrics,
              [&](const std::string &name, double value) { json.field(name, value); });
  json.endObject().field("rate", settings.rate(step - 1)).field("gradient_norm", interval.gradientNorm);
  json.field("ms_per_step", interval.millisecondsPerStep());
  return json.field("tokens_per_second", tokensPerSecond(model, settings, interval))
      .endObject()
      .text();
}

std::string jsonEvaluation(const iarc_model &model, int64_t step, const Metrics &metrics) {
  JsonWriter json;
  json.beginObject().field("step", step).key("evaluation").beginObject();
  json.field("windows", metrics.windows).field("loss", metrics.meanLoss());
  if (hasPerplexity(model))
    json.field("perplexity", std::exp(metrics.meanLoss())).field(bitsName(model), bitsOf(metrics));
  json.field("accuracy", metrics.accuracy()).field("accuracy_all", metrics.accuracyAll());
  json.key("subtask_accuracy").beginObject();
  forSubtasks(model, metrics,
              [&](const std::string &name, double value) { json.field(name, value); });
  return json.endObject().endObject().endObject().text();
}

std::string csvHeader(const iarc_model &model) {
  std::string header = "step,loss";
  if (hasPerplexity(model))
    header += ",perplexity," + bitsName(model);
  header += ",accuracy,accuracy_all";
  forSubtasks(model, Metrics(),
              [&](const std::string &name, double) { header += ",accuracy_" + name; });
  return header + ",rate,gradient_norm,ms_per_step,tokens_per_second";
}

std::string csvLine(const iarc_model &model, const RunSettings &settings, int64_t step,
                    const Interval &interval) {
  const Metrics &metrics = interval.metrics;
  std::string line = std::to_string(step);
  auto add = [&](double value) { line += "," + (std::isnan(value) ? "" : exactText(value)); };
  add(metrics.meanLoss());
  if (hasPerplexity(model)) {
    add(std::exp(metrics.meanLoss()));
    add(bitsOf(metrics));
  }
  add(metrics.accuracy());
  add(metrics.accuracyAll());
  forSubtasks(model, metrics, [&](const std::string &, double value) { add(value); });
  add(settings.rate(step - 1));
  add(interval.gradientNorm);
  add(interval.millisecondsPerStep());
  add(tokensPerSecond(model, settings, interval));
  return line;
}

std::string csvEvaluation(const iarc_model &model, int64_t step, const Metrics &metrics) {
  std::string line = std::to_string(step);
  auto add = [&](double value) { line += "," + (std::isnan(value) ? "" : exactText(value)); };
  add(metrics.meanLoss());
  if (hasPerplexity(model)) {
    add(std::exp(metrics.meanLoss()));
    add(bitsOf(metrics));
  }
  add(metrics.accuracy());
  add(metrics.accuracyAll());
  forSubtasks(model, metrics, [&](const std::string &, double value) { add(value); });
  return line + ",,,,"; // a step's own columns are empty
}

bool scanLog(std::string_view text, std::string_view header, std::string_view before, int64_t bound,
             int64_t evaluationBound, uint64_t &keep, int64_t &line) noexcept {
  bool isHeader = !header.empty(), within = true;
  keep = 0;
  line = 0;
  for (uint64_t at = 0; at < text.size();) {
    size_t end = text.find('\n', at);
    if (end == std::string_view::npos)
      return true; // torn by the end of the process
    std::string_view content = text.substr(at, end - at);
    ++line;
    at = end + 1;
    int64_t step = 0;
    bool isEvaluation = false;
    if (isHeader) {
      if (content != header)
        return false;
      isHeader = false;
    } else {
      if (content.substr(0, before.size()) != before)
        return false;
      content.remove_prefix(before.size());
      auto [stop, error] = std::from_chars(content.data(), content.data() + content.size(), step);
      if (error != std::errc() || stop == content.data() + content.size() || *stop != ',')
        return false;
      content.remove_prefix(size_t(stop - content.data()));
      isEvaluation = content.rfind(",\"evaluation\":", 0) == 0 ||
                     (!header.empty() && content.size() >= 4 &&
                      content.substr(content.size() - 4) == ",,,,");
    }
    within &= step <= (isEvaluation ? evaluationBound : bound);
    if (within)
      keep = at;
  }
  return true;
}

/// One place that entries go to. All throw Error (status InputOutput).
class LogSink {
public:
  virtual ~LogSink() = default;
  virtual void write(int64_t step, const Interval &interval) = 0;
  virtual void write(int64_t step, const Metrics &evaluation) = 0;
  virtual void sync() = 0;
  /// What is wrong, as the end of "cannot write ...", was said; nothing goes there any more.
  bool failed = false;
};

namespace {

class LineSink : public LogSink {
public:
  LineSink(const iarc_model &model, const RunSettings &settings, const std::string &path,
           int64_t step, int64_t evaluated)
      : model(model), settings(settings), csv(isCsv(path)),
        file("the log", path, step < 0 ? AppendFile::Mode::Replace : AppendFile::Mode::Keep) {
    uint64_t keep = 0;
    if (step >= 0)
      keep = cutAfter(lastWhole(step, settings), evaluated);
    if (csv && keep == 0)
      file.append(csvHeader(model) + "\n");
  }

  void write(int64_t step, const Interval &interval) override {
    file.append((csv ? csvLine : jsonLine)(model, settings, step, interval) + "\n");
  }
  void write(int64_t step, const Metrics &evaluation) override {
    file.append((csv ? csvEvaluation : jsonEvaluation)(model, step, evaluation) + "\n");
  }
  void sync() override { file.sync(); }

private:
  uint64_t cutAfter(int64_t bound, int64_t evaluated) {
    uint64_t keep = 0;
    int64_t line = 0;
    if (!scanLog(file.read(), csv ? csvHeader(model) : "", csv ? "" : "{\"step\":", bound, evaluated,
                 keep, line))
      fail(Exit::InputOutput,
           "line %lld of %s is none of this model's log, from which steps after %lld would be cut\n"
           "hint: name another file for --log",
           (long long)line, quoted(file.path()).c_str(), (long long)bound);
    file.cut(keep);
    return keep;
  }

  const iarc_model &model;
  const RunSettings &settings;
  bool csv;
  AppendFile file;
};

/// A new file for every process: TensorBoard keeps its place in a file that it has read to the end,
/// and what comes later is in a later one.
class EventSink : public LogSink {
public:
  EventSink(const iarc_model &model, const RunSettings &settings, const std::string &folder,
            int64_t step, int64_t evaluated)
      : model(model), settings(settings), folder(folder) {
    if (mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST)
      fail(Exit::InputOutput, "cannot make the folder %s for --tensorboard: %s",
           quoted(folder).c_str(), std::strerror(errno));
    std::vector<std::string> names = ownFiles();
    if (step < 0 && !names.empty())
      fail(Exit::InputOutput,
           "the folder %s holds the events of another run (%s), which TensorBoard would mix with "
           "this one\nhint: name another folder for --tensorboard, or remove them",
           quoted(folder).c_str(), names.back().c_str());
    for (const std::string &name : names)
      cutAfter(folder + "/" + name, lastWhole(step, settings), evaluated);
    int64_t number = int64_t(wallTime());
    if (!names.empty())
      number = std::max(number, numberOf(names.back()) + 1);
    file = std::make_unique<AppendFile>(
        "the events", folder + "/" + format("%s%010lld%s", prefix, (long long)number, suffix),
        AppendFile::Mode::Create);
    std::string begin = eventRecord(versionEvent(wallTime()));
    if (step >= 0) // of what it has read, TensorBoard forgets this step and those after it
      begin += eventRecord(startEvent(wallTime(), lastWhole(step, settings) + 1));
    file->append(begin);
  }

  void write(int64_t step, const Interval &interval) override {
    const Metrics &metrics = interval.metrics;
    std::vector<std::pair<std::string, double>> values;
    auto add = [&](const std::string &tag, double value) {
      if (!std::isnan(value))
        values.emplace_back(tag, value);
    };
    add("loss", metrics.meanLoss());
    if (hasPerplexity(model)) {
      add("perplexity", std::exp(metrics.meanLoss()));
      add(bitsName(model), bitsOf(metrics));
    }
    add("accuracy/last", metrics.accuracy());
    add("accuracy/all", metrics.accuracyAll());
    forSubtasks(model, metrics,
                [&](const std::string &name, double value) { add("accuracy/" + name, value); });
    add("rate", settings.rate(step - 1));
    add("gradient_norm", interval.gradientNorm);
    add("speed/ms_per_step", interval.millisecondsPerStep());
    add("speed/tokens_per_second", tokensPerSecond(model, settings, interval));
    file->append(eventRecord(scalarEvent(wallTime(), step, values)));
  }
  void write(int64_t step, const Metrics &evaluation) override {
    std::vector<std::pair<std::string, double>> values;
    auto add = [&](const std::string &tag, double value) {
      if (!std::isnan(value))
        values.emplace_back(std::string(evaluationTag) + tag, value);
    };
    add("loss", evaluation.meanLoss());
    if (hasPerplexity(model)) {
      add("perplexity", std::exp(evaluation.meanLoss()));
      add(bitsName(model), bitsOf(evaluation));
    }
    add("accuracy/last", evaluation.accuracy());
    add("accuracy/all", evaluation.accuracyAll());
    forSubtasks(model, evaluation,
                [&](const std::string &name, double value) { add("accuracy/" + name, value); });
    file->append(eventRecord(scalarEvent(wallTime(), step, values)));
  }
  void sync() override { file->sync(); }

private:
  static constexpr const char *prefix = "events.out.tfevents.", *suffix = ".iarc";

  /// The number in a name of ours; -1 for any other name.
  static int64_t numberOf(std::string_view name) {
    std::string_view before = prefix, after = suffix;
    if (name.size() <= before.size() + after.size() || name.substr(0, before.size()) != before ||
        name.substr(name.size() - after.size()) != after)
      return -1;
    name.remove_prefix(before.size());
    name.remove_suffix(after.size());
    int64_t number = -1;
    auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    return error == std::errc() && end == name.data() + name.size() ? number : -1;
  }

  /// In the order in which they were written.
  std::vector<std::string> ownFiles() const {
    DIR *stream = opendir(folder.c_str());
    if (!stream)
      fail(Exit::InputOutput, "cannot read the folder %s: %s", quoted(folder).c_str(),
           std::strerror(errno));
    std::vector<std::string> names;
    while (dirent *entry = readdir(stream))
      if (numberOf(entry->d_name) >= 0)
        names.push_back(entry->d_name);
    closedir(stream);
    std::sort(names.begin(), names.end(),
              [](const std::string &a, const std::string &b) { return numberOf(a) < numberOf(b); });
    return names;
  }

  static void cutAfter(const std::string &path, int64_t bound, int64_t evaluated) {
    AppendFile events("the events", path, AppendFile::Mode::Keep);
    std::string bytes = events.read();
    EventScan scan = scanEvents(bytes, bound, evaluated);
    if (scan.figures == 0) {
      if (unlink(path.c_str()) != 0)
        fail(Exit::InputOutput, "cannot remove the events %s: %s", quoted(path).c_str(),
             std::strerror(errno));
    } else if (scan.keep < bytes.size()) {
      events.cut(scan.keep);
    }
  }

  const iarc_model &model;
  const RunSettings &settings;
  std::string folder;
  std::unique_ptr<AppendFile> file;
};

} // namespace

TrainingLog::TrainingLog(const iarc_model &model, const RunSettings &settings,
                         std::function<void(const std::string &)> report)
    : model(model), settings(settings), report(std::move(report)) {}
TrainingLog::~TrainingLog() = default;

void TrainingLog::openFile(const std::string &path, int64_t step, int64_t evaluated) {
  sinks.push_back(std::make_unique<LineSink>(model, settings, path, step, evaluated));
}

void TrainingLog::openEvents(const std::string &folder, int64_t step, int64_t evaluated) {
  sinks.push_back(std::make_unique<EventSink>(model, settings, folder, step, evaluated));
}

template <class F> void TrainingLog::forEach(F &&f) {
  for (std::unique_ptr<LogSink> &sink : sinks) {
    if (sink->failed)
      continue;
    try {
      f(*sink);
    } catch (const Error &error) {
      sink->failed = failed = true;
      report(error.message + "; training goes on without");
    }
  }
}

void TrainingLog::write(int64_t step, const Interval &interval) {
  forEach([&](LogSink &sink) { sink.write(step, interval); });
}

void TrainingLog::write(int64_t step, const Metrics &evaluation) {
  forEach([&](LogSink &sink) { sink.write(step, evaluation); });
}

void TrainingLog::sync() {
  forEach([](LogSink &sink) { sink.sync(); });
}

} // namespace iarc::runtime
