//===- Library.cpp - The functions of a model as a library ------------------------------===//
//
// What iarc/runtime/Library.h declares. iarcc links these with a model, gives them the
// library's name and hides everything else.
//
//===----------------------------------------------------------------------===//

#define IARC_LIBRARY_REAL void
#include "iarc/runtime/Library.h"

#include "Distribution.h"
#include "Divergence.h"
#include "Error.h"
#include "GivenBatch.h"
#include "Inference.h"
#include "Initialise.h"
#include "Program.h"
#include "Real.h"
#include "Session.h"
#include "Text.h"
#include "TokenData.h"
#include "TrainingStep.h"
#include "Weights.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <string>

using namespace iarc::runtime;

static const iarc_model &theModel = iarc_model_descriptor;

struct iarc_library_model {
  RunSettings settings;
  Session session;
  TrainingStep training;
  int64_t step = 0;
  /// Made by the first prediction; its weights are those of the session unless `stale`.
  std::unique_ptr<Inference> inference;
  bool stale = true;
  Tokens window;

  iarc_library_model(const RunSettings &given, const SessionNeeds &needs)
      : settings(given), session(theModel, needs), training(session, settings.optimiser) {}
};

/// What names another data file here: messages of the runtime say it.
[[maybe_unused]] static const std::string &naming = dataNaming() = "set_data";

/// Of this thread.
static std::string &lastError() {
  static thread_local std::string text;
  return text;
}

static void setError(const std::string &text) noexcept {
  try {
    lastError() = text;
  } catch (...) {
    lastError().clear();
  }
}

/// Calls f and gives `failed` back in place of its result where it throws.
template <class Result, class F> static Result guarded(Result failed, F &&f) noexcept {
  try {
    return f();
  } catch (const Error &error) {
    setError(error.message);
  } catch (const std::bad_alloc &) {
    setError("out of memory");
  } catch (const std::exception &exception) {
    setError(std::string("internal error: ") + exception.what());
  } catch (...) {
    setError("internal error");
  }
  return failed;
}

static void requireModel(const iarc_library_model *model) {
  if (!model)
    fail(Exit::Usage, "no model: the first argument is null");
}

static const iarc_weight &tensorAt(int64_t tensor) {
  if (tensor < 0 || tensor >= theModel.weight_tensors)
    fail(Exit::Usage, "there is no weight tensor %lld: the model %s has %lld, counted from 0",
         (long long)tensor, quoted(theModel.name).c_str(), (long long)theModel.weight_tensors);
  return theModel.weights[tensor];
}

static void requireAtLeast(const char *what, int64_t value, int64_t least) {
  if (value < least)
    fail(Exit::Usage, "%s is %lld, expected at least %lld", what, (long long)value,
         (long long)least);
}

static void requireCount(iarc_library_model *model, int64_t count) {
  requireModel(model);
  if (count < 1 || count > model->settings.batch)
    fail(Exit::Usage,
         "%lld windows at once, expected 1 to %lld, as the model was opened with\n"
         "hint: open it with a larger batch, or pass fewer windows at a time",
         (long long)count, (long long)model->settings.batch);
}

template <class T> static T *requirePointer(const char *what, T *pointer) {
  if (!pointer)
    fail(Exit::Usage, "%s is null", what);
  return pointer;
}

/// Fills the session's batch with what the caller gives, which is checked.
static void fillBatch(iarc_library_model *model, const int32_t *symbols, const int32_t *controls,
                      const int32_t *targets, int64_t count) {
  requireCount(model, count);
  requirePointer("symbols", symbols);
  const int64_t context = theModel.context;
  if (targets && !theModel.task.masked)
    fail(Exit::Usage, "targets are for a task that leaves positions out; here each position "
                      "predicts the symbol that follows\nhint: pass NULL");
  GivenBatch batch;
  batch.samples = count;
  batch.symbols.assign(symbols, symbols + count * (context + 1));
  if (controls)
    batch.controls.assign(controls, controls + count * context);
  else
    batch.controls.assign(size_t(count * context), -1);
  if (targets)
    batch.targets.assign(targets, targets + count * context);
  checkBatch(theModel, "the batch", batch);
  model->session.batch().fill(batch.symbols.data(), batch.controls.data(), count,
                              targets ? batch.targets.data() : nullptr);
}

/// From [positions][groups][symbols][lanes] to [count][positions][symbols].
static void copyLogits(iarc_library_model *model, int64_t count, void *logits) {
  const int64_t lanes = theModel.lanes, symbols = theModel.task.symbols;
  const int64_t positions = theModel.predicted_positions;
  const int64_t groups = model->session.batch().groups();
  withReal(theModel, [&](auto real) {
    using Real = decltype(real);
    const Real *from = static_cast<const Real *>(model->session.logits());
    Real *to = static_cast<Real *>(logits);
    for (int64_t b = 0; b < count; ++b)
      for (int64_t t = 0; t < positions; ++t)
        for (int64_t s = 0; s < symbols; ++s)
          *to++ = from[((t * groups + b / lanes) * symbols + s) * lanes + b % lanes];
  });
}

static void *elementAt(void *array, int64_t tensor) {
  const iarc_weight &weight = tensorAt(tensor);
  return static_cast<std::byte *>(array) + weight.offset * theModel.element_bytes;
}

extern "C" {

int iarc_library_abi(void) { return IARC_LIBRARY_ABI; }

const char *iarc_library_error(void) { return lastError().c_str(); }

const char *iarc_library_info(void) {
  return guarded<const char *>(nullptr, [] {
    static const std::string text = infoJson(theModel, theModel.batch);
    return text.c_str();
  });
}

int iarc_library_set_data(const char *path) {
  return guarded(-1, [&] {
    if (!theModel.task.data)
      fail(Exit::Usage, "the task %s reads no data", quoted(theModel.task.name).c_str());
    useData(theModel, requirePointer("the path", path));
    return 0;
  });
}

iarc_library_model *iarc_library_open(const char *weights, uint64_t seed, int64_t batch,
                                      int64_t threads) {
  return guarded<iarc_library_model *>(nullptr, [&] {
    requireDescriptor(theModel);
    requireAtLeast("batch", batch, 0);
    requireAtLeast("threads", threads, 0);
    if (batch > mostSamples || threads > maximumThreads)
      fail(Exit::Usage, "a batch of %lld with %lld threads, expected at most %lld and %lld",
           (long long)batch, (long long)threads, (long long)mostSamples, (long long)maximumThreads);
    RunSettings settings;
    settings.seed = seed;
    settings.batch = batch ? batch : theModel.batch;
    settings.optimiser = declaredOptimiser(theModel);
    settings.optimiser.accumulate = std::min(settings.optimiser.accumulate, settings.batch);
    settings.steps = theModel.steps;
    SessionNeeds needs =
        needsOf(theModel, settings.optimiser, settings.batch, threads ? threads : usableCores());
    needs.batch = settings.batch; // for batches that are given
    needs.gradients = true;
    auto model = std::make_unique<iarc_library_model>(settings, needs);
    if (weights)
      loadWeights(theModel, weights, model->session.weights(), /*quiet=*/true);
    else
      initialiseWeights(theModel, seed, model->session.weights(), model->session.pool());
    return model.release();
  });
}

void iarc_library_close(iarc_library_model *model) { delete model; }

int64_t iarc_library_tensors(void) { return theModel.weight_tensors; }

const char *iarc_library_tensor_name(int64_t tensor) {
  return guarded<const char *>(nullptr, [&] { return tensorAt(tensor).name; });
}

int64_t iarc_library_tensor_shape(int64_t tensor, int64_t *shape) {
  return guarded<int64_t>(-1, [&] {
    const iarc_weight &weight = tensorAt(tensor);
    for (int64_t axis = 0; shape && axis < weight.rank; ++axis)
      shape[axis] = weight.axes[axis].size;
    return weight.rank;
  });
}

void *iarc_library_weight(iarc_library_model *model, int64_t tensor) {
  return guarded<void *>(nullptr, [&] {
    requireModel(model);
    return elementAt(model->session.weights(), tensor);
  });
}

void iarc_library_weights_changed(iarc_library_model *model) {
  if (model)
    model->stale = true;
}

void *iarc_library_gradient(iarc_library_model *model, int64_t tensor) {
  return guarded<void *>(nullptr, [&] {
    requireModel(model);
    return elementAt(model->session.gradients(), tensor);
  });
}

void *iarc_library_state(iarc_library_model *model, int64_t tensor, int64_t state) {
  return guarded<void *>(nullptr, [&] {
    requireModel(model);
    if (state < 0 || state >= theModel.training.states)
      fail(Exit::Usage, "there is no state %lld: the optimiser %s has %lld, counted from 0",
           (long long)state, optimiserName(theModel), (long long)theModel.training.states);
    return elementAt(model->session.state(state), tensor);
  });
}

int iarc_library_load(iarc_library_model *model, const char *path) {
  return guarded(-1, [&] {
    requireModel(model);
    loadWeights(theModel, requirePointer("the path", path), model->session.weights(),
                /*quiet=*/true);
    model->stale = true;
    return 0;
  });
}

int iarc_library_save(iarc_library_model *model, const char *path) {
  return guarded(-1, [&] {
    requireModel(model);
    saveWeights(theModel, requirePointer("the path", path), model->session.weights());
    return 0;
  });
}

int iarc_library_draw(iarc_library_model *model, int stream, uint64_t first, int64_t count,
                      int32_t *symbols, int32_t *controls, int32_t *targets) {
  return guarded(-1, [&] {
    requireCount(model, count);
    requirePointer("symbols", symbols);
    requirePointer("controls", controls);
    if (stream != int(TrainingStream) && stream != int(EvaluationStream))
      fail(Exit::Usage, "there is no stream %d: 0 is for training, 1 for evaluation", stream);
    if (theModel.task.data)
      tokenData(theModel);
    Batch &batch = model->session.batch();
    batch.fill(model->settings.seed, uint32_t(stream), first, count, model->session.pool());
    const int64_t context = theModel.context;
    for (int64_t b = 0; b < count; ++b)
      batch.extract(b, symbols + b * (context + 1), controls + b * context,
                    targets ? targets + b * context : nullptr);
    return 0;
  });
}

/// The common part of forward and gradients.
static int compute(iarc_library_model *model, const int32_t *symbols, const int32_t *controls,
                   const int32_t *targets, int64_t count, void *logits, double *loss,
                   bool gradients) noexcept {
  return guarded(-1, [&] {
    fillBatch(model, symbols, controls, targets, count);
    // The gradients' function gives logits only where the loss reads them.
    const bool partial = gradients && theModel.loss_at == IARC_LOSS_AT_LAST &&
                         theModel.predicted_positions > 1;
    if (logits && partial) {
      model->session.forward();
      copyLogits(model, count, logits);
    }
    const double mean =
        gradients ? model->session.computeGradients() : model->session.forward();
    if (logits && !partial)
      copyLogits(model, count, logits);
    if (loss)
      *loss = mean;
    return 0;
  });
}

int iarc_library_forward(iarc_library_model *model, const int32_t *symbols, const int32_t *controls,
                         const int32_t *targets, int64_t count, void *logits, double *loss) {
  return compute(model, symbols, controls, targets, count, logits, loss, /*gradients=*/false);
}

int iarc_library_gradients(iarc_library_model *model, const int32_t *symbols,
                           const int32_t *controls, const int32_t *targets, int64_t count,
                           void *logits, double *loss) {
  return compute(model, symbols, controls, targets, count, logits, loss, /*gradients=*/true);
}

int iarc_library_update(iarc_library_model *model) {
  return guarded(-1, [&] {
    requireModel(model);
    model->training.updateBy(model->step, model->settings.steps);
    ++model->step;
    model->stale = true;
    return 0;
  });
}

int iarc_library_train(iarc_library_model *model, int64_t steps, double *loss) {
  return guarded(-1, [&] {
    requireModel(model);
    requireAtLeast("steps", steps, 0);
    if (theModel.task.data)
      tokenData(theModel);
    double sum = 0;
    for (int64_t i = 0; i < steps; ++i) {
      const StepResult result =
          stepOfRun(model->training, model->session, model->settings, model->step, false);
      ++model->step;
      model->stale = true;
      if (!std::isfinite(result.loss))
        fail(Exit::Diverged, "the loss became %s in step %lld, counted from 0",
             std::isnan(result.loss) ? "nan" : "infinite", (long long)(model->step - 1));
      sum += result.loss;
    }
    if (loss)
      *loss = steps ? sum / double(steps) : std::nan("");
    return 0;
  });
}

int64_t iarc_library_steps(const iarc_library_model *model) { return model ? model->step : 0; }

int iarc_library_set_steps(iarc_library_model *model, int64_t steps) {
  return guarded(-1, [&] {
    requireModel(model);
    requireAtLeast("steps", steps, 0);
    model->step = std::min(steps, mostSteps);
    return 0;
  });
}

int iarc_library_evaluate(iarc_library_model *model, int64_t windows, double *loss,
                          double *accuracy, double *accuracyAll) {
  return guarded(-1, [&] {
    requireModel(model);
    requireAtLeast("windows", windows, 1);
    if (theModel.task.data)
      tokenData(theModel);
    const Metrics metrics = evaluate(model->session, model->settings.seed, windows,
                                     model->settings.batch, nullptr);
    if (loss)
      *loss = metrics.meanLoss();
    if (accuracy)
      *accuracy = metrics.accuracy();
    if (accuracyAll)
      *accuracyAll = metrics.accuracyAll();
    return 0;
  });
}

void iarc_library_reset(iarc_library_model *model) {
  if (model)
    model->window = {};
}

int iarc_library_push(iarc_library_model *model, int symbol, int control) {
  return guarded(-1, [&] {
    requireModel(model);
    const iarc_task &task = theModel.task;
    if (symbol < (task.interspersed ? -1 : 0) || symbol >= task.symbols)
      fail(Exit::Usage, "%d is no symbol: the model has 0 to %lld", symbol,
           (long long)task.symbols - 1);
    if (control < -1 || control >= task.control_count)
      fail(Exit::Usage, "%d is no control token: the model has %lld, counted from 0, and -1 for none",
           control, (long long)task.control_count);
    if (task.interspersed && (symbol < 0) == (control < 0))
      fail(Exit::Usage, "a token is a symbol or a control token, not %s: the model's control "
                        "tokens are positions of their own",
           symbol < 0 ? "neither" : "both");
    Tokens &window = model->window;
    // The oldest go in one move now and then.
    if (int64_t(window.size()) >= 4 * theModel.context) {
      const int64_t excess = int64_t(window.size()) - theModel.context + 1;
      window.symbols.erase(window.symbols.begin(), window.symbols.begin() + excess);
      window.controls.erase(window.controls.begin(), window.controls.begin() + excess);
    }
    window.add(symbol, control);
    return 0;
  });
}

int iarc_library_predict(iarc_library_model *model, void *shares) {
  return guarded(-1, [&] {
    requireModel(model);
    if (model->window.size() == 0)
      fail(Exit::Usage, "there is no token to predict from\nhint: push at least one");
    if (shares && theModel.loss == IARC_LOSS_SQUARED_ERROR)
      fail(Exit::Usage, "a model that is trained by squared_error gives no probabilities");
    if (!model->inference)
      model->inference = std::make_unique<Inference>(theModel);
    if (model->stale)
      model->inference->setWeights(model->session.weights());
    model->stale = false;
    std::vector<double> logits;
    model->inference->predict(model->window, logits);
    if (!std::all_of(logits.begin(), logits.end(), [](double x) { return std::isfinite(x); }))
      fail(Exit::Diverged, "the logits are not finite: these weights cannot predict");
    if (shares) {
      const std::vector<double> values = probabilities(logits);
      withReal(theModel, [&](auto real) {
        using Real = decltype(real);
        std::copy(values.begin(), values.end(), static_cast<Real *>(shares));
      });
    }
    return int(bestSymbol(logits));
  });
}

} // extern "C"
