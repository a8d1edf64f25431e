//===- TrainOptions.h - The flags of train ----------------------------------------===//
#ifndef IARC_RUNTIME_LIB_TRAINOPTIONS_H
#define IARC_RUNTIME_LIB_TRAINOPTIONS_H

#include "Checkpoint.h"
#include "Program.h"

#include <string>

namespace iarc::runtime {

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

/// Declares the flags, whose defaults are those that the model declares, which `options` then holds.
void declareTrainOptions(Arguments &arguments, const iarc_model &model, TrainOptions &options);

/// Throws Error (status Usage) for flags that do not go together.
void checkTrainOptions(const Arguments &arguments, const TrainOptions &options);

/// Takes from the checkpoint what the command line leaves open. Throws Error (status Usage) with
/// every setting that would make another run of it.
void takeSettings(const iarc_model &model, const Arguments &arguments, const Checkpoint &checkpoint,
                  RunSettings &settings);

/// When evaluations end a run, as `--stop-at` has it: "never", "loss 0.1" or "accuracy 0.99".
std::string stopWords(int64_t stop, double at);

} // namespace iarc::runtime

#endif
