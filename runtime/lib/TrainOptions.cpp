//===- TrainOptions.cpp - The flags of train --------------------------------------===//

#include "TrainOptions.h"

#include "Error.h"
#include "OutputFile.h"
#include "Text.h"

#include <charconv>
#include <cstring>
#include <iterator>
#include <type_traits>

namespace iarc::runtime {

std::string stopWords(int64_t stop, double at) {
  return stop == IARC_STOP_NEVER ? "never"
                                 : (stop == IARC_STOP_LOSS ? "loss " : "accuracy ") + exactText(at);
}

/// Reads "accuracy 0.99", "loss 0.1" or "never". Returns what was expected, "" when all is well.
static std::string parseStop(const std::string &text, int64_t &stop, double &at) {
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

void declareTrainOptions(Arguments &arguments, const iarc_model &model, TrainOptions &options) {
  options.settings = {defaultSeed, model.batch, declaredOptimiser(model), model.steps, 100};
  options.evaluateEvery = model.training.evaluate_every;
  options.stop = model.training.stop;
  options.stopAt = model.training.stop_at;
  RunSettings &settings = options.settings;
  arguments.addInteger("--steps", "N", &settings.steps, 0, mostSteps, "training steps");
  arguments.addInteger("--batch", "N", &settings.batch, 1, mostSamples, "samples in a step");
  addOptimiser(arguments, model, &settings.optimiser);
  arguments.addSeed(&settings.seed);
  addThreads(arguments, &options.threads);
  arguments.addFile("--weights", &options.weightsIn,
                    "start from these weights, of a file of weights or a checkpoint");
  arguments.addOutput("--weights-out", &options.weightsOut, "write the trained weights there",
                      /*required=*/false, /*mayReplace=*/"--weights");
  arguments.addFolder("--checkpoint", &options.checkpoint, "keep checkpoints in this folder");
  arguments.addStepsOrTime(
      "--checkpoint-every", "N", &options.checkpointSteps, &options.checkpointSeconds, mostSteps,
      "steps, or a time such as 30s or 2h, from one checkpoint to the next", "5m");
  arguments.addInteger("--checkpoint-keep", "K", &options.checkpointKeep, 1, mostSteps,
                       "checkpoints to keep, the newest");
  arguments.addSwitch("--resume", &options.resume,
                      "go on from the newest checkpoint, or begin where there is none");
  arguments.addFile("--resume-from", &options.resumeFrom, "go on from this checkpoint");
  arguments.addOutput("--log", &options.log,
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
                    options.stop == IARC_STOP_NEVER
                        ? "never"
                        : "'" + stopWords(options.stop, options.stopAt) + "'",
                    [&options](const std::string &text) {
                      return parseStop(text, options.stop, options.stopAt);
                    });
  arguments.addOutput("--best-out", &options.bestOut,
                      "write the weights with the least loss of an evaluation there");
  arguments.addSwitch("--json", &options.json, "final evaluation as one line of JSON");
  arguments.addSwitch("--quiet", &options.quiet, "no progress");
}

void checkTrainOptions(const Arguments &arguments, const TrainOptions &options) {
  const std::pair<const char *, const std::string &> outputs[] = {
      {"--log", options.log}, {"--best-out", options.bestOut}, {"--weights-out", options.weightsOut}};
  for (size_t i = 0; i < std::size(outputs); ++i)
    for (size_t j = i + 1; j < std::size(outputs); ++j) {
      const auto &[flag, path] = outputs[i];
      const auto &[otherFlag, other] = outputs[j];
      if (!path.empty() && !other.empty() && path != "-" && other != "-" && isSameFile(path, other))
        fail(Exit::Usage, "%s and %s name the same file %s\nhint: name another file for %s",
             flag, otherFlag, quoted(path).c_str(), otherFlag);
    }
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
  const RunSettings &settings = options.settings;
  if (settings.optimiser.accumulate > settings.batch)
    fail(Exit::Usage, "a batch of %lld cannot be computed in %lld parts\n"
                      "hint: --accumulate is at most --batch",
         (long long)settings.batch, (long long)settings.optimiser.accumulate);
  if (!options.resumeFrom.empty() && !options.weightsIn.empty())
    fail(Exit::Usage, "--resume-from and --weights exclude each other: the first goes on with a "
                      "run, the second starts a new one");
}

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

} // namespace iarc::runtime
