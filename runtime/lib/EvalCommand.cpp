//===- EvalCommand.cpp - eval -----------------------------------------------------===//

#include "Console.h"
#include "Program.h"
#include "Session.h"
#include "Weights.h"

#include <algorithm>
#include <cmath>

namespace iarc::runtime {

int runEval(const Invocation &invocation) {
  const iarc_model &model = invocation.model;
  int64_t windows = 10000, threads, batch = model.batch;
  uint64_t seed = defaultSeed;
  std::string weights;
  bool json = false;
  Arguments arguments("eval");
  arguments.addFile("--weights", &weights, "the weights to evaluate", /*required=*/true);
  arguments.addInteger("--windows", "N", &windows, 1, mostSteps, "fresh windows to evaluate on");
  arguments.addInteger("--batch", "N", &batch, 1, mostSamples, "windows computed at a time");
  arguments.addSeed(&seed);
  addThreads(arguments, &threads);
  arguments.addSwitch("--json", &json, "one line of JSON instead of the table");
  if (!parseArguments(invocation, "eval", arguments))
    return int(Exit::Ok);

  batch = std::min(batch, windows);
  Session session(model, {batch, threads, false, false});
  loadWeights(model, weights, session.weights());
  Metrics metrics = evaluate(session, seed, windows, batch, nullptr);
  writeOutput(evaluationText(model, metrics, seed, json));
  if (!std::isfinite(metrics.meanLoss()))
    fail(Exit::Diverged, "the loss of these weights is not finite\n%s",
         notFiniteNote(model, session.weights(), weights).c_str());
  return int(Exit::Ok);
}

} // namespace iarc::runtime
