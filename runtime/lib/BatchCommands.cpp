//===- BatchCommands.cpp - gradients, step and batch ------------------------------===//
//
// The door for comparisons with other implementations: batches, gradients and
// updates as safetensors files.
//
//===----------------------------------------------------------------------===//

#include "Console.h"
#include "GivenBatch.h"
#include "Processor.h"
#include "Program.h"
#include "Real.h"
#include "Session.h"
#include "Text.h"
#include "TrainingStep.h"
#include "Weights.h"

#include <cmath>

namespace iarc::runtime {

namespace {

/// The logits [batch][predicted_positions][symbols] out of the lane groups.
template <class Real> void copyLogits(Session &session, Real *to) {
  const iarc_model &model = session.model;
  const int64_t lanes = model.lanes, symbols = model.task.symbols;
  const int64_t groups = session.batch().groups();
  const Real *from = static_cast<const Real *>(session.logits());
  for (int64_t b = 0; b < session.batch().samples(); ++b)
    for (int64_t t = 0; t < model.predicted_positions; ++t)
      for (int64_t s = 0; s < symbols; ++s)
        *to++ = from[((t * groups + b / lanes) * symbols + s) * lanes + b % lanes];
}

} // namespace

int runGradients(const Invocation &invocation) {
  const iarc_model &model = invocation.model;
  std::string weights, batchFile, out;
  int64_t threads;
  Arguments arguments("gradients");
  arguments.addFile("--weights", &weights, "the weights", true);
  arguments.addFile("--batch", &batchFile, "int32 'symbols' [batch, T + 1], 'controls' [batch, T]",
                    true);
  arguments.addOutput("--out", &out, "write 'loss', 'logits' and 'gradient.NAME' there", true);
  addThreads(arguments, &threads);
  if (!parseArguments(invocation, "gradients", arguments))
    return int(Exit::Ok);

  GivenBatch batch = readBatch(model, batchFile);
  Session session(model, {batch.samples, threads, false, /*gradients=*/true});
  loadWeights(model, weights, session.weights());
  session.batch().fill(batch.symbols.data(), batch.controls.data(), batch.samples,
                       batch.targets.empty() ? nullptr : batch.targets.data());
  double loss = session.computeGradients();
  session.forward(); // for the logits of all positions
  withReal(model, [&](auto real) {
    using Real = decltype(real);
    Real lossValue = Real(loss);
    Array logits(uint64_t(batch.samples) * uint64_t(model.predicted_positions) *
                 uint64_t(model.task.symbols) * sizeof(Real));
    copyLogits(session, logits.as<Real>());
    std::vector<TensorSource> tensors = weightTensors(model, session.gradients(), "gradient.");
    tensors.push_back({"loss", elementType(model), {1}, &lossValue});
    tensors.push_back({"logits",
                       elementType(model),
                       {batch.samples, model.predicted_positions, model.task.symbols},
                       logits.data()});
    writeSafetensors(out, tensors, {{"model", model.name}});
  });
  return int(Exit::Ok);
}

int runStep(const Invocation &invocation) {
  const iarc_model &model = invocation.model;
  std::string weights, batchFile, out;
  int64_t threads, steps = 1;
  Optimiser optimiser = declaredOptimiser(model);
  Arguments arguments("step");
  arguments.addFile("--weights", &weights, "the weights to begin with", true);
  arguments.addFile("--batch", &batchFile, "int32 'symbols' [batch, T + 1], 'controls' [batch, T]",
                    true);
  arguments.addOutput("--out-weights", &out, "write the updated weights there", true,
                      /*mayReplace=*/"--weights");
  arguments.addInteger("--steps", "K", &steps, 1, mostSteps, "updates, all on this batch");
  addOptimiser(arguments, model, &optimiser);
  addThreads(arguments, &threads);
  if (!parseArguments(invocation, "step", arguments))
    return int(Exit::Ok);

  GivenBatch batch = readBatch(model, batchFile);
  Session session(model, needsOf(model, optimiser, batch.samples, threads));
  TrainingStep training(session, optimiser);
  loadWeights(model, weights, session.weights());
  auto fill = [&](int64_t first, int64_t count, int64_t total) {
    session.batch().fill(batch.symbols.data() + first * (model.context + 1),
                         batch.controls.data() + first * model.context, count,
                         batch.targets.empty() ? nullptr
                                               : batch.targets.data() + first * model.context,
                         total);
  };
  for (int64_t step = 0; step < steps; ++step) {
    double loss = training.run(step, steps, batch.samples, false, fill).loss;
    if (!std::isfinite(loss))
      fail(Exit::Diverged,
           "the loss became %s in update %lld, counted from 0\nhint: try a smaller --rate (now %s)",
           std::isnan(loss) ? "nan" : "infinite", (long long)step,
           scheduleText(optimiser.rate).c_str());
  }
  if (std::string first = firstNotFinite(model, session.weights()); !first.empty())
    fail(Exit::Diverged,
         "the weight %s is not finite after update %lld, counted from 0\n"
         "hint: try a smaller --rate (now %s)",
         quoted(first).c_str(), (long long)steps - 1, scheduleText(optimiser.rate).c_str());
  saveWeights(model, out, session.weights());
  return int(Exit::Ok);
}

int runBatch(const Invocation &invocation) {
  const iarc_model &model = invocation.model;
  int64_t step = 0, samples = model.batch, threads;
  uint64_t seed = defaultSeed;
  std::string out;
  Arguments arguments("batch");
  arguments.addInteger("--step", "N", &step, 0, mostSteps, "the training step, counted from 0");
  arguments.addInteger("--batch", "N", &samples, 1, mostSamples, "samples in a step");
  arguments.addSeed(&seed);
  arguments.addOutput("--out", &out,
                      "write int32 'symbols' [batch, T + 1], 'controls' [batch, T] there", true);
  addThreads(arguments, &threads);
  if (!parseArguments(invocation, "batch", arguments))
    return int(Exit::Ok);

  MemoryPlan plan;
  Batch::plan(model, samples, plan);
  plan.add({samples, 3 * model.context + 1, 4});
  plan.require(availableMemory(), format("use a smaller --batch (now %lld)", (long long)samples));
  requireProcessor(model);
  ThreadPool pool(threads);
  Batch batch(model, samples);
  batch.fill(seed, TrainingStream, uint64_t(step) * uint64_t(samples), samples, pool);
  Array symbols(uint64_t(samples) * uint64_t(model.context + 1) * 4);
  Array controls(uint64_t(samples) * uint64_t(model.context) * 4);
  Array targets(uint64_t(samples) * uint64_t(model.context) * 4);
  for (int64_t b = 0; b < samples; ++b)
    batch.extract(b, symbols.as<int32_t>() + b * (model.context + 1),
                  controls.as<int32_t>() + b * model.context,
                  targets.as<int32_t>() + b * model.context);
  std::vector<TensorSource> tensors = {
      {"symbols", ElementType::I32, {samples, model.context + 1}, symbols.data()},
      {"controls", ElementType::I32, {samples, model.context}, controls.data()}};
  if (model.task.masked)
    tensors.push_back({"targets", ElementType::I32, {samples, model.context}, targets.data()});
  writeSafetensors(out, tensors,
                   {{"seed", std::to_string(seed)},
                    {"step", std::to_string(step)},
                    {"subtasks", controlNames(model.task)}});
  return int(Exit::Ok);
}

} // namespace iarc::runtime
