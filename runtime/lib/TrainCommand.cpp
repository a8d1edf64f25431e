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
#include "TrainingLog.h"
#include "Weights.h"

#include <charconv>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>

namespace iarc::runtime {

namespace {

struct TrainOptions {
  RunSettings settings;
  int64_t threads, evaluateWindows = 10000, checkpointSteps = 0, checkpointKeep = 3;
  double checkpointSeconds = 300;
  int64_t evaluateEvery = 0; ///< steps; 0: at the end only
  int64_t stop = IARC_STOP_NEVER;
  double stopAt = 0;
  std::string log, events, weightsIn, weightsOut, bestOut, checkpoint, resumeFrom;
  bool resume = false, quiet = false, json = false;
};

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

/// Takes from the checkpoint what the command line leaves open. Throws Error (status Usage) with
/// every setting that would make another run of it.
void takeSettings(const iarc_model &model, const Arguments &arguments, const Checkpoint &checkpoint,
                  RunSettings &settings) {
  const RunSettings &theirs = checkpoint.state().settings;
  std::string differences;
  auto isSame = [](const auto &a, const auto &b) {
    if constexpr (std::is_same_v<decltype(a), const iarc_schedule &>)
      return scheduleText(a) == scheduleText(b);
    else
      return a == b;
  };
  auto take = [&](const char *name, auto &ours, const auto &value) {
    if (arguments.given(name) && !isSame(ours, value)) {
      auto text = [](auto number) {
        if constexpr (std::is_same_v<decltype(number), iarc_schedule>)
          return scheduleText(number);
        else if constexpr (std::is_floating_point_v<decltype(number)>)
          return exactText(number);
        else
          return std::to_string(number);
      };
      differences += format("\n  %s: the checkpoint has %s, the command line %s", name,
                            text(value).c_str(), text(ours).c_str());
    }
    ours = value;
  };
  take("--seed", settings.seed, theirs.seed);
  take("--batch", settings.batch, theirs.batch);
  Optimiser &optimiser = settings.optimiser;
  take("--rate", optimiser.rate, theirs.optimiser.rate);
  for (const OptimiserNumber &number : optimiserNumbers(model))
    take(("--" + std::string(number.name)).c_str(), optimiser.*number.field,
         theirs.optimiser.*number.field);
  take("--clip", optimiser.clip, theirs.optimiser.clip);
  take("--accumulate", optimiser.accumulate, theirs.optimiser.accumulate);
  take("--log-every", settings.logEvery, theirs.logEvery);
  if (!differences.empty())
    fail(Exit::Usage,
         "cannot go on from %s with other settings:%s\n"
         "hint: leave them out to go on as before; a new run starts from its weights with "
         "--weights %s",
         quoted(checkpoint.path()).c_str(), differences.c_str(),
         shellWord(checkpoint.path()).c_str());
  if (!arguments.given("--steps"))
    settings.steps = theirs.steps;
  if (settings.steps < checkpoint.state().step)
    fail(Exit::Usage, "the checkpoint %s is of step %lld, after the last one of --steps %lld",
         quoted(checkpoint.path()).c_str(), (long long)checkpoint.state().step,
         (long long)settings.steps);
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
  if (!weightsFinite(model, session.weights()))
    fail(Exit::InputOutput, "the weights in %s are not all finite",
         quoted(options.weightsIn).c_str());
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
       "%s\nhint: try a smaller --rate (now %s), %s or another --seed", message.c_str(),
       scheduleText(optimiser.rate).c_str(),
       optimiserName(model) == std::string("sgd")
           ? format("a smaller --momentum (now %s)", exactText(optimiser.momentum).c_str()).c_str()
           : format("a --clip (now %s)", exactText(optimiser.clip).c_str()).c_str());
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
    progress.say(format("evaluation after step %lld: loss %s, accuracy %.4f",
                        (long long)state.step, lossText(loss, 4).c_str(), accuracy));
  if (loss < evaluations.bestLoss) {
    evaluations.bestLoss = loss;
    evaluations.bestStep = state.step;
    if (!options.bestOut.empty())
      try {
        saveWeights(model, options.bestOut, session.weights());
      } catch (const Error &error) {
        failed = true;
        report(error.message + "; training goes on, and tries again with the next better weights");
      }
  }
  if ((options.stop == IARC_STOP_LOSS && loss <= options.stopAt) ||
      (options.stop == IARC_STOP_ACCURACY && accuracy >= options.stopAt))
    evaluations.stopped = true;
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

void checkOptions(const Arguments &arguments, const TrainOptions &options) {
  if (!options.log.empty() && options.log == options.weightsOut && options.log != "-")
    fail(Exit::Usage, "--log and --weights-out name the same file %s", quoted(options.log).c_str());
  if (options.resume && !options.resumeFrom.empty())
    fail(Exit::Usage, "--resume and --resume-from exclude each other");
  if (options.checkpoint.empty())
    for (const char *flag : {"--resume", "--checkpoint-every", "--checkpoint-keep"})
      if (arguments.given(flag))
        fail(Exit::Usage, "%s needs --checkpoint DIR, the folder of the checkpoints", flag);
  const std::pair<const char *, bool> ofEvaluations[] = {
      {"--best-out", !options.bestOut.empty()},
      {"--stop-at", arguments.given("--stop-at") && options.stop != IARC_STOP_NEVER}};
  for (auto [flag, given] : ofEvaluations)
    if (given && options.evaluateEvery == 0)
      fail(Exit::Usage, "%s needs --evaluate-every N, the steps between evaluations", flag);
  if (options.evaluateEvery > 0 && options.evaluateWindows == 0)
    fail(Exit::Usage, "evaluations every %lld steps need windows\n"
                      "hint: --evaluate-every 0 turns them off",
         (long long)options.evaluateEvery);
  if (!options.bestOut.empty() && options.bestOut == options.weightsOut)
    fail(Exit::Usage, "--best-out and --weights-out name the same file %s",
         quoted(options.bestOut).c_str());
  const RunSettings &settings = options.settings;
  if (settings.optimiser.accumulate > settings.batch)
    fail(Exit::Usage, "a batch of %lld cannot be computed in %lld parts\n"
                      "hint: --accumulate is at most --batch",
         (long long)settings.batch, (long long)settings.optimiser.accumulate);
  if (!options.resumeFrom.empty() && !options.weightsIn.empty())
    fail(Exit::Usage, "--resume-from and --weights exclude each other: the first goes on with a "
                      "run, the second starts a new one");
}

/// Reads "accuracy 0.99", "loss 0.1" or "never". Returns what was expected, "" when all is well.
std::string parseStop(const std::string &text, int64_t &stop, double &at) {
  if (text == "never") {
    stop = IARC_STOP_NEVER;
    return "";
  }
  for (auto [word, kind] :
       {std::pair("loss ", IARC_STOP_LOSS), std::pair("accuracy ", IARC_STOP_ACCURACY)})
    if (text.rfind(word, 0) == 0) {
      const char *start = text.c_str() + std::strlen(word), *last = text.c_str() + text.size();
      double value = 0;
      auto [end, error] = std::from_chars(start, last, value);
      if (error == std::errc() && end == last && value >= 0 &&
          value <= (kind == IARC_STOP_ACCURACY ? 1 : 1e30)) {
        stop = kind;
        at = value;
        return "";
      }
    }
  return "'accuracy X' with X from 0 to 1, 'loss X', or 'never'";
}

std::string stopText(int64_t stop, double at) {
  return stop == IARC_STOP_NEVER ? "never"
                                 : format("'%s %g'", stop == IARC_STOP_LOSS ? "loss" : "accuracy", at);
}

void declare(Arguments &arguments, const iarc_model &model, TrainOptions &options) {
  RunSettings &settings = options.settings;
  arguments.addInteger("--steps", "N", &settings.steps, 0, mostSteps, "training steps");
  arguments.addInteger("--batch", "N", &settings.batch, 1, mostSamples, "samples in a step");
  addOptimiser(arguments, model, &settings.optimiser);
  arguments.addSeed(&settings.seed);
  addThreads(arguments, &options.threads);
  arguments.addFile("--weights", &options.weightsIn,
                    "start from these weights, of a file of weights or a checkpoint");
  arguments.addFile("--weights-out", &options.weightsOut, "write the trained weights there");
  arguments.addFolder("--checkpoint", &options.checkpoint, "keep checkpoints in this folder");
  arguments.addStepsOrTime(
      "--checkpoint-every", "N", &options.checkpointSteps, &options.checkpointSeconds, mostSteps,
      "steps, or a time such as 30s or 2h, from one checkpoint to the next", "5m");
  arguments.addInteger("--checkpoint-keep", "K", &options.checkpointKeep, 1, mostSteps,
                       "checkpoints to keep, the newest");
  arguments.addSwitch("--resume", &options.resume,
                      "go on from the newest checkpoint, or begin where there is none");
  arguments.addFile("--resume-from", &options.resumeFrom, "go on from this checkpoint");
  arguments.addFile("--log", &options.log,
                    "write a line of JSON per interval there, of CSV where it ends in .csv, - for "
                    "standard output");
  arguments.addInteger("--log-every", "N", &settings.logEvery, 1, mostSteps,
                       "steps in an interval of the log");
  arguments.addFolder("--tensorboard", &options.events, "write events for TensorBoard there");
  arguments.addInteger("--evaluate-windows", "N", &options.evaluateWindows, 0, mostSteps,
                       "windows of each evaluation, 0 for none at the end");
  arguments.addInteger("--evaluate-every", "N", &options.evaluateEvery, 0, mostSteps,
                       "steps from one evaluation to the next, 0 for the final one only");
  arguments.addText("--stop-at", "WHAT",
                    "end the run when an evaluation reaches 'accuracy X' or 'loss X'",
                    stopText(options.stop, options.stopAt), [&options](const std::string &text) {
                      return parseStop(text, options.stop, options.stopAt);
                    });
  arguments.addFile("--best-out", &options.bestOut,
                    "write the weights with the least loss of an evaluation there");
  arguments.addSwitch("--json", &options.json, "final evaluation as one line of JSON");
  arguments.addSwitch("--quiet", &options.quiet, "no progress");
}

const char *signalName() { return caughtSignal() == SIGINT ? "SIGINT" : "SIGTERM"; }

} // namespace

int runTrain(const Invocation &invocation) {
  const iarc_model &model = invocation.model;
  TrainOptions options;
  options.settings = {defaultSeed, model.batch, declaredOptimiser(model), model.steps, 100};
  options.evaluateEvery = model.training.evaluate_every;
  options.stop = model.training.stop;
  options.stopAt = model.training.stop_at;
  RunSettings &settings = options.settings;
  Arguments arguments("train");
  declare(arguments, model, options);
  if (!parseArguments(invocation, "train", arguments))
    return int(Exit::Ok);
  checkOptions(arguments, options);

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
                   stopText(options.stop, options.stopAt).c_str());
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
