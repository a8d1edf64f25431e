//===- TrainCommand.cpp - train ---------------------------------------------------===//

#include "CheckpointFolder.h"
#include "Console.h"
#include "Divergence.h"
#include "Initialise.h"
#include "OutputFile.h"
#include "Program.h"
#include "Progress.h"
#include "Real.h"
#include "Session.h"
#include "Text.h"
#include "TokenData.h"
#include "TrainOptions.h"
#include "TrainingLog.h"
#include "Weights.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <unistd.h>

namespace iarc::runtime {

namespace {

std::string banner(const iarc_model &model, const TrainOptions &options) {
  const RunSettings &settings = options.settings;
  int64_t total = 0;
  for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor)
    total += model.weights[tensor].count;
  return format("training %s: %s weights, %s, batch %lld, %lld step%s, %s, "
                "seed %llu, %lld thread%s",
                model.name, withSeparators(total).c_str(), precisionName(model),
                (long long)settings.batch, (long long)settings.steps,
                settings.steps == 1 ? "" : "s", optimiserText(model, settings.optimiser).c_str(),
                (unsigned long long)settings.seed, (long long)options.threads,
                options.threads == 1 ? "" : "s");
}

/// A run: its state, and everything that is done after a step.
class Training {
public:
  Training(const Invocation &invocation, const TrainOptions &options, Session &session,
           CheckpointFolder *folder, double probe)
      : invocation(invocation), model(invocation.model), options(options), session(session),
        folder(folder), probe(probe), steps(session, options.settings.optimiser),
        guard(session, steps, options.settings),
        progress(model, options.settings.steps, options.quiet),
        log(model, options.settings, [this](const std::string &message) { report(message); }) {
    state.settings = options.settings;
  }

  /// Initial or given weights, and states of zero.
  void begin();
  void goOn(const Checkpoint &checkpoint);
  /// Opens the logs; `goesOn`: what they hold of this run stays.
  void openLogs(bool goesOn);
  /// All steps, or up to a signal. Throws Error (status Diverged).
  void run();

  int64_t done() const noexcept { return state.step; }
  const Evaluations &evaluations() const noexcept { return state.evaluations; }
  /// The newest checkpoint that is known to be whole; "" without any.
  const std::string &lastCheckpoint() const noexcept { return saved; }
  bool somethingFailed() const noexcept { return failed || log.hasFailed(); }

private:
  bool checkpointDue() const;
  bool evaluationDue() const {
    return options.evaluateEvery > 0 && state.step > state.evaluations.last &&
           state.step % options.evaluateEvery == 0;
  }
  /// Evaluates the weights as they are, and keeps the best. A signal ends it without a result.
  void evaluateNow();
  /// Whether an evaluation has reached what ends the run.
  bool hasReached() const { return options.stop != IARC_STOP_NEVER && state.evaluations.stopped; }
  void writeCheckpoint();
  void report(const std::string &message) {
    progress.finish();
    reportError(invocation.program, message);
  }
  /// `what` was seen in or after the step with this index; "": a state that is not finite.
  [[noreturn]] void diverged(const std::string &what, int64_t step);

  const Invocation &invocation;
  const iarc_model &model;
  const TrainOptions &options;
  Session &session;
  CheckpointFolder *folder; ///< null where none are kept
  double probe;
  TrainingStep steps;
  DivergenceGuard guard;
  Progress progress;
  TrainingLog log;
  RunState state;
  std::string saved;
  int64_t savedStep = -1; ///< of `saved`, or of the failed attempt
  Clock::time_point savedAt = Clock::now();
  bool failed = false;
};

void Training::begin() {
  if (options.weightsIn.empty()) {
    initialiseWeights(model, options.settings.seed, session.weights(), session.pool());
    return;
  }
  loadWeights(model, options.weightsIn, session.weights());
  if (std::string first = firstNotFinite(model, session.weights()); !first.empty())
    fail(Exit::InputOutput, "the weights in %s are not all finite: %s is not",
         quoted(options.weightsIn).c_str(), quoted(first).c_str());
}

void Training::goOn(const Checkpoint &checkpoint) {
  if (std::string note = checkpoint.requireProbe(model, probe); !note.empty())
    std::fprintf(stderr, "note: %s\n", note.c_str());
  checkpoint.load(session);
  if (!guard.stateFinite())
    fail(Exit::InputOutput, "the weights and the optimiser's state in %s are not all finite",
         quoted(checkpoint.path()).c_str());
  state = checkpoint.state();
  state.settings = options.settings;
  state.interval.start = Clock::now();
  Evaluations &evaluations = state.evaluations;
  // Another figure than the one that ended the run has not been reached.
  if (evaluations.stopped && !evaluations.stoppedAt.empty() &&
      evaluations.stoppedAt != stopWords(options.stop, options.stopAt)) {
    evaluations.stopped = false;
    evaluations.stoppedAt.clear();
  }
  if (!options.bestOut.empty() && evaluations.bestStep > 0 &&
      access(options.bestOut.c_str(), F_OK) != 0) {
    std::fprintf(stderr,
                 "note: the best weights so far, of step %lld, are not in %s: the best from here on "
                 "will be\n",
                 (long long)evaluations.bestStep, quoted(options.bestOut).c_str());
    evaluations.bestStep = 0;
    evaluations.bestLoss = std::numeric_limits<double>::infinity();
  }
  saved = checkpoint.path();
  // A folder that does not have it gets one at the next occasion.
  savedStep = folder && folder->holds(saved) ? state.step : -1;
}

void Training::openLogs(bool goesOn) {
  int64_t keep = goesOn ? state.step : -1, evaluated = state.evaluations.last;
  if (!options.log.empty())
    log.openFile(options.log, keep, evaluated);
  if (!options.events.empty())
    log.openEvents(options.events, keep, evaluated);
}

bool Training::checkpointDue() const {
  if (!folder)
    return false;
  return options.checkpointSteps > 0 ? state.step % options.checkpointSteps == 0
                                     : secondsSince(savedAt) >= options.checkpointSeconds;
}

void Training::writeCheckpoint() {
  if (!folder || savedStep == state.step)
    return;
  if (!guard.stateFinite())
    diverged("", state.step - 1);
  log.sync(); // no log may lag behind a checkpoint
  std::string path = folder->pathOf(state.step);
  savedStep = state.step;
  try {
    runtime::writeCheckpoint(path, session, state, probe);
    saved = path;
    folder->prune(options.checkpointKeep);
  } catch (const Error &error) {
    failed = true;
    report(error.message +
           (state.step < options.settings.steps && !signalCaught()
                ? "; training goes on, and tries again at the next checkpoint"
                : "") +
           (saved.empty() || saved == path
                ? ""
                : "\nnote: the checkpoint before it, " + quoted(saved) + ", is whole"));
  }
  savedAt = Clock::now();
}

void Training::diverged(const std::string &what, int64_t step) {
  progress.finish();
  FirstBad first = guard.firstBad(step);
  const Optimiser &optimiser = options.settings.optimiser;
  if (what.empty() && step < 0)
    fail(Exit::Diverged,
         "%s is not finite before the first step\n"
         "hint: the model's initialisers draw numbers that are too large for %s",
         first.what.empty() ? "a weight" : first.what.c_str(), precisionName(model));
  std::string message = what;
  if (what.empty())
    message = format("%s is not finite after step %lld, counted from 0",
                     first.what.empty() ? "a weight" : first.what.c_str(),
                     (long long)(first.what.empty() ? step : first.step));
  else if (!first.what.empty())
    message += format("\nnote: the first that was not finite is %s, in step %lld",
                      first.what.c_str(), (long long)first.step);
  if (!saved.empty())
    message += "\nnote: the last good checkpoint is " + quoted(saved);
  fail(Exit::Diverged,
       "%s\nhint: try a smaller --rate (now %s), %s%s or another --seed", message.c_str(),
       scheduleText(optimiser.rate).c_str(),
       optimiserName(model) == std::string("sgd")
           ? format("a smaller --momentum (now %s)", exactText(optimiser.momentum).c_str()).c_str()
           : format("a --clip (now %s)", exactText(optimiser.clip).c_str()).c_str(),
       optimiser.decay != 0
           ? format(", a smaller --decay (now %s)", exactText(optimiser.decay).c_str()).c_str()
           : "");
}

void Training::evaluateNow() {
  Clock::time_point start = Clock::now();
  const RunSettings &settings = options.settings;
  Metrics metrics = evaluate(session, settings.seed, options.evaluateWindows,
                             samplesAtOnce(settings.batch, settings.optimiser), signalCaught);
  if (signalCaught())
    return;
  Evaluations &evaluations = state.evaluations;
  evaluations.last = state.step;
  if (log.isOpen())
    log.write(state.step, metrics);
  const double loss = metrics.meanLoss(), accuracy = metrics.accuracy();
  if (!options.quiet)
    progress.say(format("evaluation after step %lld: loss %s, accuracy %s",
                        (long long)state.step, lossText(loss, 4).c_str(),
                        shareText(accuracy, 4).c_str()));
  if (loss < evaluations.bestLoss) {
    evaluations.bestLoss = loss;
    evaluations.bestStep = state.step;
    if (!options.bestOut.empty())
      try {
        saveWeights(model, options.bestOut, session.weights());
      } catch (const Error &error) {
        failed = true;
        const size_t line = std::min(error.message.find('\n'), error.message.size());
        report(error.message.substr(0, line) +
               "; training goes on, and tries again with the next better weights" +
               error.message.substr(line));
      }
  }
  if ((options.stop == IARC_STOP_LOSS && loss <= options.stopAt) ||
      (options.stop == IARC_STOP_ACCURACY && accuracy >= options.stopAt))
    evaluations.stopped = true;
  evaluations.stoppedAt = evaluations.stopped ? stopWords(options.stop, options.stopAt) : "";
  // The log's times are those of training.
  state.interval.start += Clock::now() - start;
}

void Training::run() {
  const RunSettings &settings = options.settings;
  // A checkpoint is the same with and without a log: a run that goes on may want one.
  const bool records = log.isOpen() || folder;
  const bool countsAll = records && model.loss_at == IARC_LOSS_AT_ALL; // else no logits of all
  // A run that goes on may have been stopped in the middle of an evaluation.
  if (evaluationDue())
    evaluateNow();
  while (state.step < settings.steps && !signalCaught() && !hasReached()) {
    const int64_t next = state.step + 1;
    const bool logged = records && (next % settings.logEvery == 0 || next == settings.steps);
    guard.beforeStep(state.step, logged);
    const StepResult result = stepOfRun(steps, session, settings, state.step, countsAll);
    if (!std::isfinite(result.loss))
      diverged(format("the loss became %s in step %lld, counted from 0",
                      std::isnan(result.loss) ? "nan" : "infinite", (long long)state.step),
               state.step);
    const Metrics &metrics = result.metrics;
    progress.step(next, metrics);
    state.interval.metrics.add(metrics);
    ++state.interval.steps;
    if (logged) {
      state.interval.gradientNorm =
          isFused(model, settings.optimiser) ? guard.gradientNorm() : result.gradientNorm;
      if (!std::isfinite(state.interval.gradientNorm))
        diverged(format("the gradient became %s in step %lld, counted from 0",
                        std::isnan(state.interval.gradientNorm) ? "nan" : "infinite",
                        (long long)state.step),
                 state.step);
    }
    state.step = next;
    if (next % settings.logEvery == 0) {
      if (log.isOpen())
        log.write(next, state.interval);
      state.interval = Interval();
    }
    if (evaluationDue())
      evaluateNow();
    if (checkpointDue() && next < settings.steps)
      writeCheckpoint();
  }
  // The last interval may be a shorter one. Its sums stay, as a run that goes on completes it.
  if (state.interval.steps > 0 && log.isOpen())
    log.write(state.step, state.interval);
  progress.finish();
  if (!guard.stateFinite())
    diverged("", state.step - 1);
  writeCheckpoint();
  log.sync();
}

/// The checkpoint from which the run goes on; null when it begins.
std::unique_ptr<Checkpoint> findCheckpoint(const TrainOptions &options,
                                           const CheckpointFolder *folder) {
  if (!options.resumeFrom.empty()) {
    auto checkpoint = std::make_unique<Checkpoint>(options.resumeFrom);
    if (folder && !folder->holds(options.resumeFrom) && !folder->list().empty())
      fail(Exit::InputOutput,
           "the folder %s holds other checkpoints than %s\n"
           "hint: name an empty folder for --checkpoint",
           quoted(folder->path()).c_str(), quoted(options.resumeFrom).c_str());
    return checkpoint;
  }
  if (!folder)
    return nullptr;
  if (options.resume)
    return folder->newest();
  std::vector<CheckpointFolder::Entry> entries = folder->list();
  if (!entries.empty())
    fail(Exit::InputOutput,
         "the folder %s holds the checkpoints of a run, the newest of step %lld\n"
         "hint: go on from it with --resume, or name another folder",
         quoted(folder->path()).c_str(), (long long)entries.back().step);
  return nullptr;
}

const char *signalName() { return caughtSignal() == SIGINT ? "SIGINT" : "SIGTERM"; }

} // namespace

int runTrain(const Invocation &invocation) {
  const iarc_model &model = invocation.model;
  TrainOptions options;
  RunSettings &settings = options.settings;
  Arguments arguments("train");
  declareTrainOptions(arguments, model, options);
  if (!parseArguments(invocation, "train", arguments))
    return int(Exit::Ok);
  checkTrainOptions(arguments, options);

  // A reader of our output that goes away must not cost the weights.
  std::signal(SIGPIPE, SIG_IGN);
  catchSignals();
  // Whatever would fail at the end is tried before the first step.
  if (model.task.data)
    tokenData(model);
  if (!options.weightsOut.empty())
    checkWritable(options.weightsOut);
  if (!options.bestOut.empty())
    checkWritable(options.bestOut);
  std::optional<CheckpointFolder> opened;
  if (!options.checkpoint.empty())
    opened.emplace(options.checkpoint);
  CheckpointFolder *folder = opened ? &*opened : nullptr;
  std::unique_ptr<Checkpoint> checkpoint = findCheckpoint(options, folder);
  if (checkpoint) {
    checkpoint->requireModel(model);
    takeSettings(model, arguments, *checkpoint, settings);
  }
  SessionNeeds needs = needsOf(model, settings.optimiser, settings.batch, options.threads);
  needs.copies += DivergenceGuard::copies(model);
  needs.smaller = format("use a smaller --batch (now %lld), or make the same steps in more parts by "
                         "--accumulate (now %lld)",
                         (long long)settings.batch, (long long)settings.optimiser.accumulate);
  Session session(model, needs);
  double probe = folder || checkpoint ? probeLoss(session) : 0;
  Training training(invocation, options, session, folder, probe);
  if (checkpoint)
    training.goOn(*checkpoint);
  else
    training.begin();
  training.openLogs(checkpoint || options.resume);
  std::vector<std::string> aside;
  if (folder && checkpoint)
    aside = folder->setAside(training.done());
  if (!options.quiet) {
    std::fprintf(stderr, "%s\n", banner(model, options).c_str());
    if (checkpoint)
      std::fprintf(stderr, "going on from %s, after step %lld\n",
                   quoted(checkpoint->path()).c_str(), (long long)training.done());
    else if (options.resume)
      std::fprintf(stderr, "there is no checkpoint in %s yet: the run begins\n",
                   quoted(folder->path()).c_str());
    for (const std::string &path : aside)
      std::fprintf(stderr, "note: a later checkpoint is now %s\n", quoted(path).c_str());
  }
  checkpoint.reset(); // its memory

  training.run();
  if (!options.weightsOut.empty())
    saveWeights(model, options.weightsOut, session.weights());
  if (signalCaught()) {
    const std::string &saved = training.lastCheckpoint();
    std::fprintf(stderr, "stopped by %s after %lld of %lld steps%s%s%s%s\n", signalName(),
                 (long long)training.done(), (long long)settings.steps,
                 options.weightsOut.empty() ? "" : "; weights written to ",
                 options.weightsOut.empty() ? "" : quoted(options.weightsOut).c_str(),
                 saved.empty() || !folder ? "" : "; go on with --resume, from ",
                 saved.empty() || !folder ? "" : quoted(saved).c_str());
    return training.somethingFailed() ? int(Exit::InputOutput) : 128 + caughtSignal();
  }
  if (const Evaluations &evaluations = training.evaluations(); !options.quiet) {
    if (evaluations.stopped && options.stop != IARC_STOP_NEVER)
      std::fprintf(stderr, "ended after %lld of %lld steps: the evaluation reached %s\n",
                   (long long)training.done(), (long long)settings.steps,
                   quoted(stopWords(options.stop, options.stopAt)).c_str());
    if (!options.bestOut.empty() && evaluations.bestStep > 0)
      std::fprintf(stderr, "the best weights are those of step %lld, loss %s\n",
                   (long long)evaluations.bestStep, lossText(evaluations.bestLoss, 4).c_str());
  }
  if (options.evaluateWindows > 0) {
    Metrics metrics = evaluate(session, settings.seed, options.evaluateWindows,
                               samplesAtOnce(settings.batch, settings.optimiser), signalCaught);
    if (signalCaught()) {
      std::fprintf(stderr, "stopped by %s in the final evaluation\n", signalName());
      return 128 + caughtSignal();
    }
    writeOutput(evaluationText(model, metrics, settings.seed, options.json));
  }
  return int(training.somethingFailed() ? Exit::InputOutput : Exit::Ok);
}

} // namespace iarc::runtime
