//===- Session.cpp - A model with its arrays and threads -------------------------===//

#include "Session.h"

#include "Error.h"
#include "Processor.h"
#include "Stack.h"
#include "Real.h"
#include "Text.h"

#include <algorithm>

namespace iarc::runtime {

void requireDescriptor(const iarc_model &model) {
  if (model.version != IARC_DESCRIPTOR_VERSION)
    fail(Exit::Internal,
         "the model has descriptor version %lld but this runtime is for version %d\n"
         "hint: compile and link it with one version of iarc",
         (long long)model.version, IARC_DESCRIPTOR_VERSION);
  const iarc_task &task = model.task;
  if (!task.name || task.symbols < 1 || task.symbols > INT32_MAX || task.control_count < 0 ||
      task.control_count > maximumSubtasks || task.scratch_bytes < 0 || (!task.fill && !task.data) ||
      (model.element_bytes != 4 && model.element_bytes != 8) || model.lanes < 1 ||
      model.context < 1 || model.weight_elements < 0 || model.workspace_bytes < 0 ||
      model.workspace_bytes_per_group < 0 || model.batch < 1 || model.steps < 0 || !model.forward ||
      !model.gradients || !model.train_step || !model.peak || !model.target_features ||
      model.region_count < 0 || (model.region_count > 0 && !model.regions) ||
      (model.predicted_positions != model.context &&
       (model.predicted_positions != 1 || model.loss_at != IARC_LOSS_AT_LAST)) ||
      (model.infer &&
       (model.inference.positions < model.context || model.inference.workspace_bytes < 0 ||
        model.inference.weight_elements < 0 ||
        model.infer_rows != (model.loss_at == IARC_LOSS_AT_LAST ? 1 : model.predicted_positions))))
    fail(Exit::Internal, "the descriptor of the model %s is invalid", quoted(model.name).c_str());
}

MemoryPlan Session::plan(const iarc_model &model, const SessionNeeds &needs) {
  MemoryPlan plan;
  const int64_t groups = groupsFor(model, needs.batch);
  plan.add({model.weight_elements, model.element_bytes,
            1 + (needs.velocity ? model.training.states : 0) + int64_t(needs.gradients) + needs.copies});
  plan.add({model.workspace_bytes});
  plan.add({groups, model.workspace_bytes_per_group});
  plan.add({model.predicted_positions, groups, model.task.symbols, model.lanes, model.element_bytes});
  Batch::plan(model, needs.batch, plan);
  return plan;
}

const SessionNeeds &Session::checked(const iarc_model &model, const SessionNeeds &needs) {
  requireProcessor(model);
  requireStack();
  AvailableMemory available = availableMemory();
  SessionNeeds least = needs;
  least.batch = 1;
  MemoryPlan smallest = plan(model, least);
  bool batchHelps =
      needs.batch > 1 && !smallest.overflowed() && smallest.bytes() <= available.bytes;
  std::string smaller = needs.smaller.empty()
                            ? format("use a smaller --batch (now %lld)", (long long)needs.batch)
                            : needs.smaller;
  plan(model, needs)
      .require(available, batchHelps
                              ? smaller
                              : "the model is too large for this machine whatever the --batch");
  return needs;
}

Session::Session(const iarc_model &model, const SessionNeeds &needs)
    : model(model), threads(checked(model, needs).threads), data(model, needs.batch) {
  const uint64_t groups = uint64_t(groupsFor(model, needs.batch));
  const uint64_t weightBytes = uint64_t(model.weight_elements * model.element_bytes);
  weightArray = Array(weightBytes);
  if (needs.velocity)
    velocityArray = Array(uint64_t(model.training.states) * weightBytes);
  if (needs.gradients)
    gradientArray = Array(weightBytes);
  workspace =
      Array(uint64_t(model.workspace_bytes) + groups * uint64_t(model.workspace_bytes_per_group));
  logitArray = Array(uint64_t(model.predicted_positions) * groups *
                     uint64_t(model.task.symbols) * uint64_t(model.lanes * model.element_bytes));
  lossArray = Array(64);
}

double Session::call(iarc_step_function function, const UpdateCoefficients &coefficients,
                     void *gradients) {
  iarc_call call{};
  call.weights = weightArray.data();
  call.velocity = velocityArray.data();
  call.gradients = gradients;
  call.workspace = workspace.data();
  call.symbols = data.symbols();
  call.controls = data.controls();
  call.sample_weights = data.weights();
  call.logits = logitArray.data();
  call.loss = lossArray.data();
  call.groups = data.groups();
  call.samples = data.samples();
  call.rate = coefficients.rate;
  call.momentum = coefficients.momentum;
  call.decay = coefficients.decay;
  call.beta2 = coefficients.beta2;
  call.epsilon = coefficients.epsilon;
  call.root = coefficients.root;
  call.scale = coefficients.scale;
  call.pool = &threads;
  call.targets = data.targets();
  function(&call);
  return withReal(model, [&](auto real) { return double(*lossArray.as<decltype(real)>()); });
}

double Session::forward() { return call(model.forward, {}, gradients()); }
double Session::computeGradients() { return call(model.gradients, {}, gradients()); }
double Session::trainStep(const UpdateCoefficients &coefficients) {
  return call(model.train_step, coefficients, gradients());
}
void Session::update(const UpdateCoefficients &coefficients, void *gradients) {
  call(model.update, coefficients, gradients);
}

Metrics evaluate(Session &session, uint64_t seed, int64_t windows, int64_t batch,
                 bool (*stop)() noexcept) {
  Metrics sum;
  for (int64_t first = 0; first < windows && !(stop && stop()); first += batch) {
    int64_t count = std::min(batch, windows - first);
    session.batch().fill(seed, EvaluationStream, uint64_t(first), count, session.pool());
    double loss = session.forward();
    sum.add(countAll(session.model, session.batch(), session.logits(), loss));
  }
  return sum;
}

} // namespace iarc::runtime
