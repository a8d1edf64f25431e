//===- TrainCommand.cpp - train ---------------------------------------------------===//

#include "Console.h"
#include "Initialise.h"
#include "Json.h"
#include "OutputFile.h"
#include "Program.h"
#include "Real.h"
#include "Session.h"
#include "Text.h"
#include "Weights.h"

#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

namespace iarc::runtime {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct TrainOptions {
  int64_t steps, batch, threads, logEvery = 100, evaluateWindows = 10000;
  double rate, momentum;
  uint64_t seed = defaultSeed;
  std::string log, weightsIn, weightsOut;
  bool quiet = false, json = false;
};

/// The training log: one line of JSON per interval. A log that cannot be written is reported once,
/// and training goes on, as its weights are worth more than its log.
class Log {
public:
  Log(const std::string &program, const std::string &path) : program(program), path(path) {
    if (path.empty())
      return;
    if (path == "-") {
      int output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
      file = output < 0 ? nullptr : fdopen(output, "w");
    } else {
      file = std::fopen(path.c_str(), "we");
    }
    if (!file)
      fail(Exit::InputOutput, "cannot write the log %s: %s", quoted(path).c_str(),
           std::strerror(errno));
  }
  ~Log() {
    if (file)
      std::fclose(file);
  }
  Log(const Log &) = delete;
  Log &operator=(const Log &) = delete;

  void write(const std::string &line) {
    if (!file || failed)
      return;
    if (std::fputs((line + "\n").c_str(), file) < 0 || std::fflush(file) != 0) {
      failed = true;
      reportError(program, format("cannot write the log %s: %s; training goes on without",
                                  quoted(path).c_str(), std::strerror(errno)));
    }
  }
  bool hasFailed() const noexcept { return failed; }

private:
  std::string program, path;
  std::FILE *file = nullptr;
  bool failed = false;
};

/// Sums over the steps since the last report.
struct Interval {
  Metrics metrics;
  int64_t steps = 0;
  Clock::time_point start = Clock::now();
  double millisecondsPerStep() const {
    return steps ? 1000 * secondsSince(start) / double(steps) : 0;
  }
};

std::string logLine(const iarc_model &model, const TrainOptions &options, int64_t step,
                    const Interval &interval) {
  JsonWriter json;
  json.beginObject();
  json.field("step", step).field("loss", interval.metrics.meanLoss());
  json.field("accuracy", interval.metrics.accuracy()).key("subtask_accuracy").beginObject();
  for (size_t subtask = 0; subtask < size_t(model.task.control_count); ++subtask)
    if (model.task.controls[subtask].governs)
      json.key(model.task.controls[subtask].name)
          .value(interval.metrics.subtaskAccuracy(subtask));
  json.endObject().field("ms_per_step", interval.millisecondsPerStep());
  return json.field("rate", options.rate).endObject().text();
}

/// `compact` fits into 79 characters at most settings.
std::string progressLine(const iarc_model &model, const TrainOptions &options, int64_t step,
                         const Interval &interval, bool compact) {
  const char *gap = compact ? " " : "  ";
  double right = interval.metrics.accuracy(); // NaN: no window has a target at its last position
  std::string text = format("%s%*lld/%lld%sloss %s%saccuracy %s", compact ? "" : "step ",
                            compact ? 0 : int(std::to_string(options.steps).size()),
                            (long long)step, (long long)options.steps, gap,
                            lossText(interval.metrics.meanLoss(), compact ? 3 : 4).c_str(), gap,
                            std::isnan(right) ? "    -" : format("%.3f", right).c_str());
  for (size_t subtask = 0; subtask < size_t(model.task.control_count); ++subtask) {
    if (!model.task.controls[subtask].governs)
      continue;
    double accuracy = interval.metrics.subtaskAccuracy(subtask); // NaN: governed no window
    text += format("%s%s ", gap, model.task.controls[subtask].name);
    text += std::isnan(accuracy) ? "   -" : format("%.2f", accuracy);
  }
  double milliseconds = interval.millisecondsPerStep();
  text += gap + (compact ? format("%.*f", milliseconds < 10 ? 1 : 0, milliseconds)
                         : format("%.3g", milliseconds));
  return text + format(" ms/step%s%s left", gap,
                       durationText(milliseconds / 1000 * double(options.steps - step)).c_str());
}

/// Decides when the status line changes: on a terminal ten times a second, elsewhere every hundred
/// steps, or ten seconds when the steps are slow.
class Progress {
public:
  Progress(const iarc_model &model, const TrainOptions &options) : model(model), options(options) {}

  void step(int64_t done, const Metrics &metrics) {
    if (options.quiet)
      return;
    current.metrics.add(metrics);
    ++current.steps;
    bool last = done == options.steps;
    bool due =
        line.rewrites() ? secondsSince(shown) >= 0.1 : done % 100 == 0 || secondsSince(shown) >= 10;
    if (!due && !last)
      return;
    std::string text = progressLine(model, options, done, current, /*compact=*/false);
    if (line.rewrites() && text.size() > line.width())
      text = progressLine(model, options, done, current, /*compact=*/true);
    line.show(text);
    shown = Clock::now();
    // Means over less than a hundred steps would flicker.
    if (current.steps >= 100 || !line.rewrites())
      current = Interval();
  }
  void finish() { line.finish(); }

private:
  const iarc_model &model;
  const TrainOptions &options;
  StatusLine line;
  Interval current;
  Clock::time_point shown = Clock::now();
};

std::string banner(const iarc_model &model, const TrainOptions &options) {
  int64_t total = 0;
  for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor)
    total += model.weights[tensor].count;
  return format("training %s: %s weights, %s, batch %lld, %lld step%s, rate %g, momentum %g, "
                "seed %llu, %lld thread%s",
                model.name, withSeparators(total).c_str(), precisionName(model),
                (long long)options.batch, (long long)options.steps, options.steps == 1 ? "" : "s",
                options.rate, options.momentum, (unsigned long long)options.seed, (long long)options.threads,
                options.threads == 1 ? "" : "s");
}

/// Runs the steps; returns how many were done (fewer after a signal). Throws Error (status
/// Diverged).
int64_t trainSteps(Session &session, const TrainOptions &options, Log &log) {
  const iarc_model &model = session.model;
  Progress progress(model, options);
  Interval logged;
  int64_t done = 0;
  while (done < options.steps && !signalCaught()) {
    session.batch().fill(options.seed, TrainingStream, uint64_t(done) * uint64_t(options.batch),
                         options.batch, session.pool());
    double loss = session.trainStep(options.rate, options.momentum);
    if (!std::isfinite(loss)) {
      progress.finish();
      fail(Exit::Diverged,
           "the loss became %s in step %lld, counted from 0\n"
           "hint: try a smaller --rate (now %g), a smaller --momentum (now %g) or another --seed",
           std::isnan(loss) ? "nan" : "infinite", (long long)done, options.rate, options.momentum);
    }
    ++done;
    Metrics metrics = countLast(model, session.batch(), session.logits(), loss);
    progress.step(done, metrics);
    if (!options.log.empty()) {
      logged.metrics.add(metrics);
      ++logged.steps;
      if (done % options.logEvery == 0 || done == options.steps) {
        log.write(logLine(model, options, done, logged));
        logged = Interval();
      }
    }
  }
  if (!options.log.empty() && logged.steps > 0) // a signal came within an interval
    log.write(logLine(model, options, done, logged));
  progress.finish();
  return done;
}

} // namespace

int runTrain(const Invocation &invocation) {
  const iarc_model &model = invocation.model;
  TrainOptions options;
  options.steps = model.steps;
  options.batch = model.batch;
  options.rate = model.rate;
  options.momentum = model.momentum;
  Arguments arguments("train");
  arguments.addInteger("--steps", "N", &options.steps, 0, mostSteps, "training steps");
  arguments.addInteger("--batch", "N", &options.batch, 1, mostSamples, "samples in a step");
  arguments.addNumber("--rate", "X", &options.rate, 0, 1e30, false, "learning rate");
  arguments.addNumber("--momentum", "X", &options.momentum, 0, 1, true, "momentum");
  arguments.addSeed(&options.seed);
  addThreads(arguments, &options.threads);
  arguments.addFile("--weights", &options.weightsIn, "start from these weights");
  arguments.addFile("--weights-out", &options.weightsOut, "write the trained weights there");
  arguments.addFile("--log", &options.log, "write a line of JSON per interval there, - for standard output");
  arguments.addInteger("--log-every", "N", &options.logEvery, 1, mostSteps,
                       "steps in an interval of the log");
  arguments.addInteger("--evaluate-windows", "N", &options.evaluateWindows, 0, mostSteps,
                       "windows of the final evaluation, 0 for none");
  arguments.addSwitch("--json", &options.json, "final evaluation as one line of JSON");
  arguments.addSwitch("--quiet", &options.quiet, "no progress");
  if (!parseArguments(invocation, "train", arguments))
    return int(Exit::Ok);

  if (!options.log.empty() && options.log == options.weightsOut && options.log != "-")
    fail(Exit::Usage, "--log and --weights-out name the same file %s",
         quoted(options.log).c_str());

  // A reader of our output that goes away must not cost the weights.
  std::signal(SIGPIPE, SIG_IGN);
  catchSignals();
  // Whatever would fail at the end is tried before the first step.
  if (!options.weightsOut.empty())
    checkWritable(options.weightsOut);
  Session session(model, {options.batch, options.threads, /*velocity=*/true, false});
  if (options.weightsIn.empty()) {
    initialiseWeights(model, options.seed, session.weights(), session.pool());
  } else {
    loadWeights(model, options.weightsIn, session.weights());
    if (!weightsFinite(model, session.weights()))
      fail(Exit::InputOutput, "the weights in %s are not all finite",
           quoted(options.weightsIn).c_str());
  }
  Log log(invocation.program, options.log);
  if (!options.quiet)
    std::fprintf(stderr, "%s\n", banner(model, options).c_str());

  int64_t done = trainSteps(session, options, log);
  if (!weightsFinite(model, session.weights()))
    fail(Exit::Diverged,
         "a weight is not finite after step %lld, counted from 0\n"
         "hint: try a smaller --rate (now %g), a smaller --momentum (now %g) or another --seed",
         (long long)done - 1, options.rate, options.momentum);
  if (!options.weightsOut.empty())
    saveWeights(model, options.weightsOut, session.weights());
  if (signalCaught()) {
    std::fprintf(stderr, "stopped by %s after %lld of %lld steps%s%s\n",
                 caughtSignal() == SIGINT ? "SIGINT" : "SIGTERM", (long long)done,
                 (long long)options.steps,
                 options.weightsOut.empty() ? "" : "; weights written to ",
                 options.weightsOut.empty() ? "" : quoted(options.weightsOut).c_str());
    return 128 + caughtSignal();
  }
  if (options.evaluateWindows > 0) {
    Metrics metrics =
        evaluate(session, options.seed, options.evaluateWindows, options.batch, signalCaught);
    if (signalCaught()) {
      std::fprintf(stderr, "stopped by %s in the final evaluation\n",
                   caughtSignal() == SIGINT ? "SIGINT" : "SIGTERM");
      return 128 + caughtSignal();
    }
    writeOutput(evaluationText(model, metrics, options.seed, options.json));
  }
  return int(log.hasFailed() ? Exit::InputOutput : Exit::Ok);
}

} // namespace iarc::runtime
