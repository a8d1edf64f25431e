//===- InferenceBench.cpp - bench --inference -------------------------------------===//
//
// Times windows one by one, as a control loop would ask for them: a new token, the
// window computed anew, its prediction the next token.
//
//===----------------------------------------------------------------------===//

#include "Batch.h"
#include "Console.h"
#include "Inference.h"
#include "Json.h"
#include "Program.h"
#include "Real.h"
#include "Text.h"

#include <algorithm>
#include <chrono>

namespace iarc::runtime {

/// Seconds of a loop that only reads so many bytes, from an address aligned to 64: what the caches
/// or the memory in which they lie would take at least.
static double timeRead(const void *data, uint64_t bytes) {
  typedef uint64_t Words __attribute__((vector_size(16)));
  constexpr size_t atOnce = 8; // sums that do not wait for each other
  Words sums[atOnce] = {};
  auto *words = static_cast<const Words *>(data);
  auto start = std::chrono::steady_clock::now();
  for (size_t i = 0, count = size_t(bytes / sizeof(Words)); i + atOnce <= count; i += atOnce)
    for (size_t k = 0; k < atOnce; ++k)
      sums[k] += words[i + k];
  for (Words &sum : sums)
    asm volatile("" : : "m"(sum)); // used, or the loop would be dropped
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int runInferenceBench(const Invocation &invocation, int64_t windows, uint64_t seed, bool json) {
  const iarc_model &model = invocation.model;
  if (!hasInference(model))
    fail(Exit::Usage, "--inference: this program computes no single windows, only batches");
  Inference inference(model, seed);
  // It starts from a window of the evaluation stream and goes on by itself.
  std::vector<int32_t> symbols(size_t(model.context + 1)), controls(size_t(model.context));
  {
    ThreadPool pool(1);
    Batch first(model, 1);
    first.fill(seed, EvaluationStream, 0, 1, pool);
    first.extract(0, symbols.data(), controls.data());
  }
  Tokens tokens;
  for (size_t t = 0; t < controls.size(); ++t)
    tokens.add(symbols[t], controls[t]);

  constexpr int64_t warmUp = 50, mostTimes = 1000000, mostReads = 200;
  const int64_t windowsPerRead = (windows + mostReads - 1) / mostReads;
  std::vector<double> times, reads;
  times.reserve(size_t(std::min(windows, mostTimes)));
  std::vector<double> logits;
  using Clock = std::chrono::steady_clock;
  for (int64_t window = -warmUp; window < windows; ++window) {
    Clock::time_point start = Clock::now();
    inference.predict(tokens, logits);
    size_t best = 0;
    for (size_t s = 1; s < logits.size(); ++s)
      best = logits[s] > logits[best] ? s : best;
    tokens.symbols.erase(tokens.symbols.begin());
    tokens.controls.erase(tokens.controls.begin());
    tokens.add(int32_t(best), -1);
    double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (window < 0)
      continue;
    if (window % windowsPerRead == 0) {
      reads.push_back(timeRead(inference.weights(), inference.weightBytes()));
      inference.repeat(); // the next window finds the caches as a window leaves them
    }
    if (int64_t(times.size()) < mostTimes)
      times.push_back(seconds);
    else
      times[size_t(window % mostTimes)] = seconds;
  }
  std::sort(times.begin(), times.end());
  auto quantile = [&](double share) {
    return times[std::min(times.size() - 1, size_t(double(times.size()) * share))] * 1e6;
  };
  const double median = quantile(0.5), bytes = double(inference.weightBytes());
  const double rate = bytes / (median * 1e-6);
  std::nth_element(reads.begin(), reads.begin() + std::ptrdiff_t(reads.size() / 2), reads.end());
  const double read = reads[reads.size() / 2] * 1e6;
  if (json) {
    JsonWriter writer;
    writer.beginObject().field("model", model.name).field("precision", precisionName(model));
    writer.field("target_cpu", model.target_cpu).field("windows", windows);
    writer.field("us_per_window", median).field("us_per_window_best", times.front() * 1e6);
    writer.field("us_per_window_p99_9", quantile(0.999));
    writer.field("weight_bytes", uint64_t(bytes)).field("weight_bytes_per_second", rate);
    writer.field("us_per_read_of_weights", read);
    writeOutput(writer.endObject().text() + "\n");
    return int(Exit::Ok);
  }
  std::string text =
      format("%s, %s for %s, single windows of %lld positions on one core, median of %s\n",
             model.name, precisionName(model), model.target_cpu, (long long)model.context,
             withSeparators(windows).c_str());
  text += format("  time     %.4g us per window, best %.4g, 99.9 %% within %.4g\n", median,
                 times.front() * 1e6, quantile(0.999));
  text += format("  weights  %s as they are read, %sB/s; a loop that only reads them takes %.4g us, "
                 "measured in this run\n",
                 bytesText(uint64_t(bytes)).c_str(), scaledText(rate).c_str(), read);
  writeOutput(text);
  return int(Exit::Ok);
}

} // namespace iarc::runtime
