//===- Program.cpp - The command line of a compiled program ----------------------===//

#include "Program.h"

#include "Console.h"
#include "Json.h"
#include "Session.h"
#include "Text.h"
#include "ThreadPool.h"
#include "TokenData.h"

#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <new>
#include <unistd.h>

namespace iarc::runtime {

const std::vector<Command> &commands() {
  static const std::vector<Command> list = {
      {"info",
       "show the model: weights, operations, memory, protocol",
       {"info", "info --json"},
       runInfo},
      {"train",
       "train on fresh batches of the task, then evaluate",
       {"train --steps 1000 --weights-out weights.safetensors",
        "train --seed 2 --threads 2 --log log.jsonl",
        "train --checkpoint run --checkpoint-every 1000 --resume",
        "train --weights weights.safetensors --steps 500 --weights-out more.safetensors"},
       runTrain},
      {"eval",
       "evaluate weights on fresh windows",
       {"eval --weights weights.safetensors", "eval --weights weights.safetensors --json"},
       runEval},
      {"predict",
       "predict the next symbol of prompts",
       {"predict --weights weights.safetensors < prompts.txt",
        "predict --weights weights.safetensors --probabilities 3 --json",
        "predict --weights weights.safetensors --interactive"},
       runPredict},
      {"generate",
       "continue prompts, symbol by symbol",
       {"generate 20 --weights weights.safetensors < prompts.txt",
        "generate 100 --weights weights.safetensors --temperature 0.8 --seed 7"},
       runGenerate},
      {"activations",
       "write every value that the model computes, as safetensors or .npz",
       {"activations --weights weights.safetensors --samples 8 --out values.safetensors",
        "activations --weights weights.safetensors --text \"3 5 6 7\" --only logits --out logits.npz",
        "activations --list"},
       runActivations},
      {"attention",
       "write the maps of attention, as safetensors or .npz",
       {"attention --weights weights.safetensors --samples 8 --out maps.safetensors",
        "attention --weights weights.safetensors --format npz --out maps.npz < prompts.txt"},
       runAttention},
      {"report",
       "write a page about the trained model: accuracy, attention, weights, predictions",
       {"report --weights weights.safetensors --out report.html",
        "report --weights run/step-000008000.safetensors --log run/log.jsonl"},
       runReport},
      {"check-gradients",
       "compare the generated gradients with central differences",
       {"check-gradients", "check-gradients --samples 100 --seed 7", "check-gradients --all"},
       runCheckGradients},
      {"gradients",
       "write loss, logits and gradients of a given batch",
       {"gradients --weights weights.safetensors --batch batch.safetensors "
        "--out gradients.safetensors"},
       runGradients},
      {"step",
       "apply updates on a given batch, from zero velocity",
       {"step --weights w0.safetensors --batch batch.safetensors --out-weights w1.safetensors",
        "step --weights w0.safetensors --batch batch.safetensors --out-weights w2.safetensors "
        "--steps 2"},
       runStep},
      {"batch",
       "write the batch of a training step",
       {"batch --step 0 --out batch.safetensors",
        "batch --step 12 --seed 3 --batch 8 --out batch.safetensors"},
       runBatch},
      {"samples",
       "print samples of the task: symbols, control tokens and targets",
       {"samples", "samples --count 2 --first 100", "samples --count 1000 --json"},
       runSamples},
      {"bench",
       "measure the speed of a training step, or of single windows",
       {"bench", "bench --threads 1 --steps 200 --json", "bench --inference"},
       runBench},
      {"export",
       "write the trained model in another form: C, ONNX, NumPy, safetensors",
       {"export --format c --weights weights.safetensors --out model.c",
        "export --format npz --weights weights.safetensors --out weights.npz"},
       runExport},
      {"import",
       "read the weights of another framework by a map of names",
       {"import --from theirs.safetensors --weight-map names.txt --out weights.safetensors"},
       runImport},
  };
  return list;
}

static std::string exampleText(const std::string &program, const Command &command) {
  std::string text;
  for (const char *example : command.examples)
    text += "  ./" + program + " " + example + "\n";
  return text;
}

/// Commands that read the stream of the task.
static bool readsData(const std::string &command) {
  for (const char *name : {"train", "eval", "check-gradients", "batch", "samples", "bench",
                           "activations", "attention", "report"})
    if (command == name)
      return true;
  return false;
}

bool parseArguments(const Invocation &invocation, const char *name, Arguments &arguments) {
  if (invocation.model.task.data && readsData(name))
    arguments.addFile("--data", &dataPath(),
                      ("the file to draw windows from, in place of " +
                       std::string(invocation.model.task.data->path))
                          .c_str());
  if (arguments.parse(invocation.words, "./" + invocation.program + " ")) {
    arguments.requireInputsKept();
    if (invocation.model.task.data && readsData(name) && dataPath().empty())
      arguments.requireKept("the model's data file", invocation.model.task.data->path);
    return true;
  }
  for (const Command &command : commands())
    if (name == std::string(command.name)) {
      std::string text = "examples:\n" + exampleText(invocation.program, command) + "\nusage: ./" +
                         invocation.program + " " + name + " [flags]\n\n" + command.summary +
                         "\n\n" + arguments.help();
      writeOutput(text);
    }
  return false;
}

void addThreads(Arguments &arguments, int64_t *threads) {
  *threads = usableCores();
  arguments.addInteger("--threads", "N", threads, 1, maximumThreads,
                       "threads; results do not depend on them",
                       format("%lld, the cores of this process", (long long)*threads).c_str());
}

static std::string programHelp(const std::string &program, const iarc_model &model) {
  std::string text = "examples:\n"
                     "  ./" +
                     program +
                     " train --weights-out weights.safetensors\n"
                     "  ./" +
                     program +
                     " eval --weights weights.safetensors\n"
                     "  ./" +
                     program +
                     " train --help\n\n"
                     "usage: ./" +
                     program + " COMMAND [flags]\n\n" + "the model " + quoted(model.name) +
                     ", compiled by iarcc " + model.compiler + "\n\ncommands:\n";
  for (const Command &command : commands())
    text += format("  %-16s  %s\n", command.name, command.summary);
  text += "\n./" + program + " COMMAND --help shows examples and flags; --version the version\n";
  return text;
}

bool hasPerplexity(const iarc_model &model) noexcept {
  return model.task.data && model.loss == IARC_LOSS_CROSS_ENTROPY;
}

std::string evaluationText(const iarc_model &model, const Metrics &metrics, uint64_t seed,
                           bool json) {
  const iarc_task &task = model.task;
  auto nameOf = [&](size_t subtask) {
    const iarc_control &control = task.controls[subtask];
    return std::string(control.name) + (*control.label ? " " : "") + control.label;
  };
  if (json) {
    JsonWriter writer;
    writer.beginObject();
    writer.field("model", model.name).field("windows", metrics.windows).field("seed", seed);
    writer.field("loss", metrics.meanLoss());
    if (hasPerplexity(model)) {
      writer.field("perplexity", std::exp(metrics.meanLoss()));
      writer.field("bits_per_" + std::string(unitOf(task)), metrics.meanLoss() / std::log(2.0));
    }
    if (!metrics.rightAt.empty())
      writer.field("accuracy_all", metrics.accuracyAll());
    writer.field("accuracy_last", metrics.accuracy());
    for (const char *what : {"subtask_accuracy", "subtask_windows"}) {
      writer.key(what).beginObject();
      for (size_t subtask = 0; subtask < size_t(task.control_count); ++subtask) {
        if (!task.controls[subtask].governs)
          continue;
        writer.key(task.controls[subtask].name);
        if (what == std::string("subtask_accuracy"))
          writer.value(metrics.subtaskAccuracy(subtask));
        else
          writer.value(metrics.subtaskWindows[subtask]);
      }
      writer.endObject();
    }
    if (!metrics.rightAt.empty()) {
      writer.key("position_accuracy").beginArray();
      for (size_t t = 0; t < metrics.rightAt.size(); ++t) // NaN: no window has a target there
        writer.value(double(metrics.rightAt[t]) / double(metrics.countedAt[t]));
      writer.endArray();
    }
    return writer.endObject().text() + "\n";
  }
  // The second figure is the standard error of a proportion.
  auto row = [](const std::string &name, double accuracy, int64_t windows) {
    if (windows == 0)
      return format("  %-15s        -            %9s windows\n", name.c_str(), "0");
    double error = std::sqrt(std::max(0.0, accuracy * (1 - accuracy)) / double(windows));
    return format("  %-15s  %8.4f +- %.4f  %9s window%s\n", name.c_str(), accuracy, error,
                  withSeparators(windows).c_str(), windows == 1 ? "" : "s");
  };
  std::string text = format("evaluation on %s %s window%s (seed %llu)\n",
                            withSeparators(metrics.windows).c_str(),
                            task.data ? "validation" : "fresh", metrics.windows == 1 ? "" : "s",
                            (unsigned long long)seed);
  text += format("  %-15s  %8s\n", "loss", lossText(metrics.meanLoss(), 4).c_str());
  if (hasPerplexity(model)) {
    text += format("  %-15s  %8.4f\n", "perplexity", std::exp(metrics.meanLoss()));
    text += format("  %-15s  %8.4f\n", (std::string("bits per ") + unitOf(task)).c_str(),
                   metrics.meanLoss() / std::log(2.0));
  }
  text += format("  %-15s  %8s\n", "", "accuracy");
  if (!metrics.rightAt.empty())
    text += format("  %-15s  %8s\n", "all positions", shareText(metrics.accuracyAll(), 4).c_str());
  text += row("last position", metrics.accuracy(), metrics.counted);
  for (size_t subtask = 0; subtask < size_t(task.control_count); ++subtask)
    if (task.controls[subtask].governs)
      text += row("  " + nameOf(subtask), metrics.subtaskAccuracy(subtask),
                  metrics.subtaskWindows[subtask]);
  if (metrics.windows && !metrics.counted && std::isnan(metrics.accuracyAll()))
    text += "none of these windows has a target: nothing can be learned from them\n"
            "hint: a longer context may have some\n";
  return text;
}

static int dispatch(const iarc_model &model, const std::string &program,
                    std::vector<std::string> words) {
  requireDescriptor(model);
  if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    if (!words.empty()) {
      writeOutput(programHelp(program, model));
      return int(Exit::Ok);
    }
    std::fputs(programHelp(program, model).c_str(), stderr);
    return int(Exit::Usage);
  }
  if (words[0] == "--version") {
    writeOutput(format("%s: model %s, compiled by iarcc %s for %s, runtime %s\n", program.c_str(),
                       model.name, model.compiler, model.target_cpu, IARC_VERSION));
    return int(Exit::Ok);
  }
  std::vector<std::string> names{"--help", "--version"};
  for (const Command &command : commands()) {
    if (words[0] == command.name)
      return command.run({model, program, {words.begin() + 1, words.end()}});
    names.push_back(command.name);
  }
  std::string nearest = nearestName(words[0], names);
  fail(Exit::Usage, "there is no %s %s\nhint: %s", words[0][0] == '-' ? "flag" : "command",
       quoted(words[0]).c_str(),
       nearest.empty() ? ("see './" + program + " --help'").c_str()
                       : ("did you mean " + nearest + "?").c_str());
}

/// What was closed when the program began becomes a stream that gives or takes nothing: the next file
/// that is opened would else get its number, and with it what is printed. Writing to it fails.
static void openStandardStreams() noexcept {
  for (int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(stream, F_GETFD) < 0 && errno == EBADF)
      (void)open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY); // the lowest number
}

int runProgram(const iarc_model &model, int argc, char **argv) noexcept {
  openStandardStreams();
  std::signal(SIGXFSZ, SIG_IGN); // a file that may not grow (ulimit -f) is an error of the write
  std::string program;
  Error error{Exit::Internal, ""};
  try {
    program = argc > 0 && argv[0] ? argv[0] : "model";
    program = program.substr(program.rfind('/') + 1);
    return dispatch(model, program, {argv + (argc > 0), argv + argc});
  } catch (Error &thrown) {
    error = std::move(thrown);
  } catch (const std::bad_alloc &) {
    error = {Exit::InputOutput, "out of memory"};
  } catch (const std::exception &exception) {
    error = {Exit::Internal, std::string("internal error: ") + exception.what()};
  } catch (...) {
    error = {Exit::Internal, "internal error"};
  }
  reportError(program, error.message);
  return int(error.status);
}

} // namespace iarc::runtime
