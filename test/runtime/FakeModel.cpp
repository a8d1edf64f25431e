//===- FakeModel.cpp - A hand-written stand-in for generated code ---------------===//
//
// A linear map from one token to the logits of the next symbol, so that the whole
// runtime is tested without the compiler: one hot symbol and control tape times
// `readout` [out, in], plus `bias` [out]. Faults are compiled in by macros:
//   FAKE_REAL             float or double
//   FAKE_RELU             relu on the logits, whose kinks check-gradients must bear
//   FAKE_WRONG_GRADIENT   the bias gradient is twice what it should be
//   FAKE_WRONG_LOSS       forward's loss is half as much again, that of gradients is not
//   FAKE_NAN_LOSS         no loss is a number
//   FAKE_INVALID          a descriptor with elements of two bytes
//   FAKE_WRONG_UPDATE     train_step updates the readout by half the gradient
//   FAKE_SPOIL            train_step leaves a weight that is no number
//   FAKE_BAD_GRADIENT     train_step gets an infinite gradient of the bias in some batches, by what is in them
//   FAKE_HUGE             asks for 64 GiB of workspace per lane group
//   FAKE_VERSION          another version of the descriptor
//   FAKE_SUBTASKS         other subtasks: the first ones of IARC
//   FAKE_INTERSPERSED     control tokens are positions of their own
//   FAKE_PREDICTED        so many positions are predicted: 1 is the last one
//   FAKE_NO_INFERENCE     no code for single windows
//   FAKE_LOSS             another kind of loss in the descriptor
//   FAKE_LOSS_AT          another place of it: only what depends on the descriptor changes
//
//===----------------------------------------------------------------------===//

#include "IarcTask.h"

#include "iarc/runtime/Descriptor.h"

#include <cmath>
#include <cstring>

#ifndef FAKE_REGIONS
#define FAKE_REGIONS 1
#endif
#ifndef FAKE_REAL
#define FAKE_REAL float
#endif
#ifndef FAKE_VERSION
#define FAKE_VERSION IARC_DESCRIPTOR_VERSION
#endif
#ifndef FAKE_FEATURES
#define FAKE_FEATURES ""
#endif
#ifndef FAKE_SUBTASKS
#define FAKE_SUBTASKS "IARC"
#endif
#ifndef FAKE_INTERSPERSED
#define FAKE_INTERSPERSED 0
#endif
#ifndef FAKE_PREDICTED
#define FAKE_PREDICTED context
#endif
#ifndef FAKE_LOSS
#define FAKE_LOSS IARC_LOSS_CROSS_ENTROPY
#endif
#ifndef FAKE_LOSS_AT
#define FAKE_LOSS_AT IARC_LOSS_AT_LAST
#endif
#ifdef FAKE_INVALID
#define FAKE_BYTES 2
#else
#define FAKE_BYTES sizeof(FAKE_REAL)
#endif
#ifdef FAKE_HUGE
#define FAKE_WORKSPACE (int64_t(1) << 36)
#else
#define FAKE_WORKSPACE 64
#endif

namespace {

using Real = FAKE_REAL;
constexpr int64_t symbols = 16, width = 20, context = 24, lanes = 8;
constexpr int64_t biasOffset = 320; // after 16 x 20
constexpr int64_t predicted = FAKE_PREDICTED;

/// One lane group: logits of all positions.
void forwardGroups(const iarc_call *call, const int64_t *, int64_t begin, int64_t end) {
  const Real *weights = static_cast<const Real *>(call->weights);
  Real *logits = static_cast<Real *>(call->logits);
  for (int64_t group = begin; group < end; ++group)
    for (int64_t t = 0; t < predicted; ++t)
      for (int64_t lane = 0; lane < lanes; ++lane) {
        int64_t at = ((t + context - predicted) * call->groups + group) * lanes + lane;
        for (int64_t s = 0; s < symbols; ++s) {
          Real sum = weights[biasOffset + s];
          if (call->symbols[at] >= 0)
            sum += weights[s * width + call->symbols[at]];
          if (call->controls[at] >= 0)
            sum += weights[s * width + symbols + call->controls[at]];
#ifdef FAKE_RELU
          sum = sum > 0 ? sum : 0;
#endif
          logits[((t * call->groups + group) * symbols + s) * lanes + lane] = sum;
        }
      }
}

/// The loss at the last position; adds the gradients unless null.
void lossAndGradients(const iarc_call *call, Real *gradients) {
  const Real *logits = static_cast<const Real *>(call->logits);
  const Real *sampleWeights = static_cast<const Real *>(call->sample_weights);
  double loss = 0;
  for (int64_t b = 0; b < call->groups * lanes; ++b) {
    int64_t group = b / lanes, lane = b % lanes, last = context - 1;
    const Real *row =
        logits + (((predicted - 1) * call->groups + group) * symbols) * lanes + lane;
    int64_t at = last * call->groups * lanes + b;
    int32_t target = call->symbols[at + call->groups * lanes];
    double largest = row[0], sum = 0;
    for (int64_t s = 1; s < symbols; ++s)
      largest = row[s * lanes] > largest ? row[s * lanes] : largest;
    for (int64_t s = 0; s < symbols; ++s)
      sum += std::exp(double(row[s * lanes]) - largest);
    loss += double(sampleWeights[b]) * (std::log(sum) + largest - double(row[target * lanes]));
    for (int64_t s = 0; gradients && s < symbols; ++s) {
      double probability = std::exp(double(row[s * lanes]) - largest) / sum;
      Real error = Real(double(sampleWeights[b]) * (probability - double(s == target)));
#ifdef FAKE_RELU
      error *= Real(row[s * lanes] > 0);
#endif
      if (call->symbols[at] >= 0)
        gradients[s * width + call->symbols[at]] += error;
      if (call->controls[at] >= 0)
        gradients[s * width + symbols + call->controls[at]] += error;
      gradients[biasOffset + s] += error;
    }
  }
  *static_cast<Real *>(call->loss) = Real(loss);
#ifdef FAKE_NAN_LOSS
  *static_cast<Real *>(call->loss) = Real(NAN);
#endif
}

void forward(const iarc_call *call) {
  iarc_parallel(call, forwardGroups, nullptr, call->groups);
  lossAndGradients(call, nullptr);
#ifdef FAKE_WRONG_LOSS
  *static_cast<Real *>(call->loss) *= Real(1.5);
#endif
}

void gradientsInto(const iarc_call *call, Real *gradients) {
  std::memset(gradients, 0, 336 * sizeof(Real));
  iarc_parallel(call, forwardGroups, nullptr, call->groups);
  lossAndGradients(call, gradients);
#ifdef FAKE_WRONG_GRADIENT
  for (int64_t s = 0; s < symbols; ++s)
    gradients[biasOffset + s] *= 2;
#endif
}

void gradients(const iarc_call *call) { gradientsInto(call, static_cast<Real *>(call->gradients)); }

void trainStep(const iarc_call *call) {
  Real gradient[336];
  gradientsInto(call, gradient);
  Real *weights = static_cast<Real *>(call->weights);
  Real *velocity = static_cast<Real *>(call->velocity);
#ifdef FAKE_WRONG_UPDATE
  for (int64_t i = 0; i < biasOffset; ++i)
    gradient[i] /= 2;
#endif
#ifdef FAKE_BAD_GRADIENT
  if (call->symbols[0] == 7 && call->symbols[call->groups * lanes] == 11)
    gradient[biasOffset + 5] = Real(INFINITY);
#endif
  for (int64_t i = 0; i < 336; ++i) {
    velocity[i] = Real(call->momentum) * velocity[i] + gradient[i];
    weights[i] -= Real(call->rate) * velocity[i];
  }
#ifdef FAKE_SPOIL
  weights[3] = Real(NAN);
#endif
}

void update(const iarc_call *call) {
  Real *weights = static_cast<Real *>(call->weights);
  Real *velocity = static_cast<Real *>(call->velocity);
  const Real *gradients = static_cast<const Real *>(call->gradients);
  for (int64_t i = 0; i < 336; ++i) {
    Real gradient = Real(call->scale) * gradients[i];
    velocity[i] = Real(call->momentum) * velocity[i] + gradient;
    weights[i] -= Real(call->rate) * velocity[i];
  }
}

constexpr int64_t inferRows = FAKE_LOSS_AT == IARC_LOSS_AT_LAST ? 1 : predicted;

/// One window. Its prepared readout has the inputs as rows, lanes of outputs.
[[maybe_unused]] void infer(const iarc_call *call) {
  const Real *weights = static_cast<const Real *>(call->weights);
  Real *logits = static_cast<Real *>(call->logits);
  for (int64_t row = 0; row < inferRows; ++row) {
    int64_t at = context - inferRows + row;
    if (at < call->first)
      continue;
    for (int64_t s = 0; s < symbols; ++s) {
      Real sum = weights[biasOffset + s];
      if (call->symbols[at] >= 0)
        sum += weights[call->symbols[at] * symbols + s];
      if (call->controls[at] >= 0)
        sum += weights[(symbols + call->controls[at]) * symbols + s];
      logits[row * symbols + s] = sum;
    }
  }
}

double peak(int64_t millions) {
  volatile double start = 0.5; // so that the compiler cannot know the result
  double a = start, b = start, c = start, d = start;
  for (int64_t i = 0; i < millions * 125000; ++i) {
    a = a * 0.999 + 0.001;
    b = b * 0.999 + 0.001;
    c = c * 0.999 + 0.001;
    d = d * 0.999 + 0.001;
  }
  start = a + b + c + d;
  return double(millions) * 1e6;
}

constexpr iarc::runtime::IarcSettings settings = {FAKE_SUBTASKS, symbols, 1, 9, 0, 0,
                                                  FAKE_INTERSPERSED};
constexpr int64_t subtasks = sizeof(FAKE_SUBTASKS) - 1;

constexpr iarc_axis readoutAxes[] = {{"out", symbols}, {"in", width}};
constexpr iarc_axis biasAxes[] = {{"out", symbols}};
constexpr iarc_weight weights[] = {
    {"readout", readoutAxes, 2, 0, symbols *width, IARC_INITIALISE_NORMAL, 0, 0.1, 0, 0},
    {"bias", biasAxes, 1, biasOffset, symbols, IARC_INITIALISE_CONSTANT, 0, 0, 0, 0}};
constexpr iarc_prepared preparedWeights[] = {
    {0, 0, IARC_PREPARED_OUTPUTS, 1, symbols * width, 1, symbols, width, 1, symbols},
    {biasOffset, biasOffset, IARC_PREPARED_STORED, 1, symbols, 1, symbols, 1, 1, 1}};
constexpr iarc_region regions[] = {{forwardGroups, "readout", "fake.iarc:3",
                                    2.0 * symbols * width * context, 0.75}};
#ifdef FAKE_NO_INFERENCE
constexpr iarc_step_function inferFunction = nullptr;
#else
constexpr iarc_step_function inferFunction = infer;
#endif

} // namespace

extern "C" const iarc_model iarc_model_descriptor = {
    FAKE_VERSION,
    "fake",
    "0.0.0",
    "x86-64",
    FAKE_FEATURES,
    FAKE_BYTES,
    lanes,
    context,
    width,
    predicted,
    iarc::runtime::iarcTask<settings, context>(subtasks),
    FAKE_LOSS,
    FAKE_LOSS_AT,
    weights,
    2,
    336,
    128,
    FAKE_WORKSPACE,
    0.02,
    0.8,
    200,
    300,
    3.0 * 2 * symbols * width * context,
    0,
    3.0 * 2 * symbols * width * context,
    forward,
    gradients,
    trainStep,
    peak,
    inferRows,
    {"", "x86_64", "x86-64", "", context, FAKE_WORKSPACE * 32, preparedWeights, 2, 336, ""},
    inferFunction,
    nullptr,
    0,
    "",
    {IARC_OPTIMISER_SGD,
     1,
     0,
     0,
     0,
     0,
     {IARC_SCHEDULE_CONSTANT, 0.02, 0, 1, 1, 0},
     0,
     1,
     0,
     IARC_STOP_NEVER,
     0},
    update,
    regions,
    FAKE_REGIONS};
