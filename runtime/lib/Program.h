//===- Program.h - The command line of a compiled program ------------------------===//
//
// The subcommands of a compiled program; docs/program.md is their reference.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_PROGRAM_H
#define IARC_RUNTIME_LIB_PROGRAM_H

#include "Arguments.h"
#include "Error.h"
#include "Metrics.h"

#include "iarc/runtime/Descriptor.h"

#include <string>
#include <vector>

namespace iarc::runtime {

constexpr uint64_t defaultSeed = 1;
constexpr int64_t mostSteps = 1000000000000, mostSamples = 1000000000;

/// What a subcommand runs with.
struct Invocation {
  const iarc_model &model;
  std::string program;            ///< its name for messages, without folders
  std::vector<std::string> words; ///< after the subcommand
};

struct Command {
  const char *name, *summary;
  /// Each an example without the program's name.
  std::vector<const char *> examples;
  int (*run)(const Invocation &); ///< exit status; throws Error
};

const std::vector<Command> &commands();

int runInfo(const Invocation &);
int runTrain(const Invocation &);
int runEval(const Invocation &);
int runCheckGradients(const Invocation &);
int runGradients(const Invocation &);
int runStep(const Invocation &);
int runBatch(const Invocation &);
int runSamples(const Invocation &);
int runBench(const Invocation &);
int runPredict(const Invocation &);
int runGenerate(const Invocation &);
int runExport(const Invocation &);
int runImport(const Invocation &);
int runActivations(const Invocation &);
int runAttention(const Invocation &);
int runReport(const Invocation &);

/// bench --inference: times single windows.
int runInferenceBench(const Invocation &invocation, int64_t windows, uint64_t seed, bool json);

/// The names of the task's control tokens in order: "IARC", or with a longer one "push pop".
std::string controlNames(const iarc_task &task);

/// The task in one line: "iarc, 16 symbols, subtasks IARC, gap 1..9, mirror from_previous".
std::string taskText(const iarc_task &task);

/// "cross_entropy", and where it is read: "last" or "all".
const char *lossName(const iarc_model &model) noexcept;
const char *lossPlace(const iarc_model &model) noexcept;

/// "sgd, rate 0.02, momentum 0.8, batch 200, 8000 steps" and what evaluations do.
std::string protocolText(const iarc_model &model);

/// Parses the words of a subcommand; when help was asked for, prints it and returns false.
bool parseArguments(const Invocation &invocation, const char *command, Arguments &arguments);

/// Declares --threads, its default the cores that the process may use.
void addThreads(Arguments &arguments, int64_t *threads);

/// The model as one line of JSON: what `info --json` prints for steps of this batch.
std::string infoJson(const iarc_model &model, int64_t batch);

/// The characters of a vocabulary, each as a prompt has it.
std::string vocabularyText(const iarc_task &task);

/// Whether the loss is the cross entropy of data, of which people know the perplexity exp(loss) and
/// the bits per byte, character or token, loss / ln 2.
bool hasPerplexity(const iarc_model &model) noexcept;

/// The evaluation as a table or as one line of JSON, for standard output.
std::string evaluationText(const iarc_model &model, const Metrics &metrics, uint64_t seed,
                           bool json);

/// The whole program: returns the exit status, prints every message. argv as in main.
int runProgram(const iarc_model &model, int argc, char **argv) noexcept;

} // namespace iarc::runtime

#endif
