//===- BenchCommand.cpp - bench ---------------------------------------------------===//
//
// Times training steps, and in between the peak of the threads in use, so that
// both figures meet the same machine: its clock, its other load.
//
//===----------------------------------------------------------------------===//

#include "Console.h"
#include "Initialise.h"
#include "Json.h"
#include "Program.h"
#include "Real.h"
#include "RegionProfile.h"
#include "Session.h"
#include "Text.h"
#include "TrainingStep.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <numeric>
#include <optional>
#include <thread>

namespace iarc::runtime {

namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median(std::vector<double> values) {
  size_t middle = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + std::ptrdiff_t(middle), values.end());
  return values[middle];
}

/// Floating-point operations per second of the peak loop on all threads of the pool at the same
/// time. A task waits until every thread has one: then none can take two.
double measurePeak(const iarc_model &model, ThreadPool &pool, int64_t millions) {
  const int64_t threads = pool.threads();
  std::atomic<int64_t> waiting{threads};
  std::vector<double> begin(static_cast<size_t>(threads)), end(begin), operations(begin);
  pool.run(threads, [&](int64_t first, int64_t last) {
    --waiting;
    while (waiting.load() > 0)
      std::this_thread::yield();
    for (int64_t task = first; task < last; ++task) {
      begin[size_t(task)] = now();
      operations[size_t(task)] = model.peak(millions);
      end[size_t(task)] = now();
    }
  });
  double sum = 0;
  for (double operation : operations)
    sum += operation;
  return sum / (*std::max_element(end.begin(), end.end()) -
                *std::min_element(begin.begin(), begin.end()));
}

} // namespace

int runBench(const Invocation &invocation) {
  const iarc_model &model = invocation.model;
  int64_t steps = 100, batch = model.batch, threads;
  uint64_t seed = defaultSeed;
  bool json = false, inference = false, byRegion = false;
  int64_t windows = 20000;
  Arguments arguments("bench");
  arguments.addInteger("--steps", "N", &steps, 1, mostSteps, "steps to time");
  arguments.addInteger("--batch", "N", &batch, 1, mostSamples, "samples in a step");
  Optimiser optimiser = declaredOptimiser(model);
  double rate = optimiser.rate.rate;
  arguments.addNumber("--rate", "X", &rate, 0, 1e30, false,
                      "learning rate: a small one where the declared one diverges");
  arguments.addSeed(&seed);
  addThreads(arguments, &threads);
  arguments.addSwitch("--profile", &byRegion, "also show where a step's time goes, by region");
  arguments.addSwitch("--inference", &inference,
                      "time single windows on one core instead of training steps");
  arguments.addInteger("--windows", "N", &windows, 1, mostSteps,
                       "with --inference: windows to time");
  arguments.addSwitch("--json", &json, "one line of JSON instead of the table");
  if (!parseArguments(invocation, "bench", arguments))
    return int(Exit::Ok);

  for (const char *flag : {"--steps", "--batch", "--threads", "--rate", "--profile"})
    if (inference && arguments.given(flag))
      fail(Exit::Usage, "%s is for training steps, --inference for single windows", flag);
  if (!inference && arguments.given("--windows"))
    fail(Exit::Usage, "--windows is for --inference");
  if (inference)
    return runInferenceBench(invocation, windows, seed, json);

  if (arguments.given("--rate"))
    optimiser.rate = constantSchedule(rate);
  Session session(model, needsOf(model, optimiser, batch, threads));
  TrainingStep training(session, optimiser);
  initialiseWeights(model, seed, session.weights(), session.pool());
  // A peak measurement of about 2 ms: long enough to start together, short enough to alternate.
  int64_t millions = 1;
  for (double start = 0, spent = 0; spent < 1e-3 && millions < 1000000; millions *= 2) {
    start = now();
    model.peak(millions);
    spent = now() - start;
  }

  constexpr int64_t warmUp = 5, stepsPerPeak = 5;
  std::vector<double> stepTimes, batchTimes, peaks;
  std::optional<RegionProfile> profile;
  for (int64_t step = 0; step < warmUp + steps; ++step) {
    if (step == warmUp && byRegion)
      session.pool().observe(&profile.emplace(model));
    double start = now(), filling = 0;
    StepResult result = training.run(
        step, model.steps, batch, false, [&](int64_t first, int64_t count, int64_t total) {
          double begin = now();
          session.batch().fill(seed, TrainingStream, uint64_t(step) * uint64_t(batch) + uint64_t(first),
                               count, session.pool(), total);
          filling += now() - begin;
        });
    double loss = result.loss;
    double end = now();
    if (!std::isfinite(loss))
      fail(Exit::Diverged,
           "the loss became %s in step %lld, counted from 0\n"
           "hint: arithmetic on such numbers may take another time; try a smaller --rate",
           std::isnan(loss) ? "nan" : "infinite", (long long)step);
    if (step < warmUp)
      continue;
    stepTimes.push_back(end - start);
    batchTimes.push_back(filling);
    if ((step - warmUp) % stepsPerPeak == 0)
      peaks.push_back(measurePeak(model, session.pool(), millions));
  }
  double seconds = median(stepTimes), generation = median(batchTimes), peak = median(peaks);
  double samples = double(batch);
  double useful = (model.product_flop + model.attention_flop) * samples / seconds;
  double fraction = model.product_flop * samples / seconds / peak;
  auto total = [](const std::vector<double> &times) {
    return std::accumulate(times.begin(), times.end(), 0.0);
  };
  const ProfiledSteps all{steps, samples, total(stepTimes), total(batchTimes), peak};
  if (json) {
    JsonWriter writer;
    writer.beginObject().field("model", model.name).field("precision", precisionName(model));
    writer.field("target_cpu", model.target_cpu).field("threads", threads);
    writer.field("batch", batch).field("steps", steps).field("ms_per_step", seconds * 1e3);
    writer.field("ms_per_step_best", *std::min_element(stepTimes.begin(), stepTimes.end()) * 1e3);
    writer.field("ms_batch_generation", generation * 1e3);
    writer.field("gflop_per_second", useful / 1e9);
    writer.field("fraction_of_peak", fraction).field("peak_gflop_per_second", peak / 1e9);
    writer.field("product_flop_per_step", model.product_flop * samples);
    writer.field("attention_flop_per_step", model.attention_flop * samples);
    writer.field("executed_product_flop_per_step", model.executed_product_flop * samples);
    if (profile)
      profile->write(writer, all);
    writeOutput(writer.endObject().text() + "\n");
    return int(Exit::Ok);
  }
  std::string text = format("%s, %s for %s, batch %lld, %lld thread%s, median of %lld steps\n",
                            model.name, precisionName(model), model.target_cpu, (long long)batch,
                            (long long)threads, threads == 1 ? "" : "s", (long long)steps);
  text += format("  time              %.4g ms per step, of which %.3g ms for the batch\n",
                 seconds * 1e3, generation * 1e3);
  text +=
      format("  speed             %sFLOP/s (products and attention)\n", scaledText(useful).c_str());
  text += format("  peak              %sFLOP/s, measured in this run\n", scaledText(peak).c_str());
  text += format("  fraction_of_peak  %.3f (products, nominal: %sFLOP per step)\n", fraction,
                 scaledText(model.product_flop * samples).c_str());
  text += format("  executed          %sFLOP of products per step\n",
                 scaledText(model.executed_product_flop * samples).c_str());
  if (profile)
    text += profile->text(all);
  writeOutput(text);
  return int(Exit::Ok);
}

} // namespace iarc::runtime
