//===- Inference.cpp - One window at a time --------------------------------------===//

#include "Inference.h"

#include "Error.h"
#include "Initialise.h"
#include "Processor.h"
#include "Real.h"
#include "Stack.h"
#include "Text.h"
#include "Weights.h"

#include <algorithm>
#include <cstring>

namespace iarc::runtime {

namespace {

/// Moves the numbers of one vector of a prepared tensor. `lane` l is number first + l * stride of
/// the stored one, for l < count.
struct Mover {
  int64_t elementBytes;
  const std::byte *from;
  std::byte *to; ///< the next vector

  void vector(int64_t first, int64_t stride, int64_t count, int64_t lanes) noexcept {
    for (int64_t lane = 0; lane < count; ++lane)
      std::memcpy(to + lane * elementBytes, from + (first + lane * stride) * elementBytes,
                  size_t(elementBytes));
    to += lanes * elementBytes;
  }
};

/// Calls body(row) for the vectors of one matrix in their order: block after block, in each the
/// inputs one after the other, of each the block's rows.
template <class Body> void forBlock(const iarc_prepared &tensor, int64_t block, Body &&body) {
  int64_t last = std::min(block + tensor.rows, tensor.out);
  for (int64_t i = 0; i < tensor.in; ++i)
    for (int64_t row = block; row < last; ++row)
      body(row, i);
}

void prepareMatrices(const iarc_prepared &tensor, Mover mover) noexcept {
  const int64_t positions = tensor.positions, lanes = tensor.lanes, in = tensor.in;
  const int64_t matrix = tensor.out * in;
  for (int64_t begin = 0; begin < positions; begin += lanes) {
    int64_t end = std::min(begin + lanes, positions);
    for (int64_t block = 0; block < tensor.out; block += tensor.rows) {
      if (tensor.form == IARC_PREPARED_POSITIONS) {
        forBlock(tensor, block, [&](int64_t row, int64_t i) {
          mover.vector(begin * matrix + row * in + i, matrix, end - begin, lanes);
        });
        continue;
      }
      for (int64_t s = 0; s < end; ++s)
        forBlock(tensor, block, [&](int64_t row, int64_t i) {
          // Pair (t, s) lies at t (t + 1) / 2 + s: the strides grow.
          for (int64_t t = begin; t < end; ++t)
            if (s <= t)
              std::memcpy(mover.to + (t - begin) * mover.elementBytes,
                          mover.from +
                              ((t * (t + 1) / 2 + s) * matrix + row * in + i) * mover.elementBytes,
                          size_t(mover.elementBytes));
          mover.to += lanes * mover.elementBytes;
        });
    }
  }
}

/// A row is a vector of neighbouring outputs.
void prepareOutputs(const iarc_prepared &tensor, Mover mover) noexcept {
  const int64_t lanes = tensor.lanes, vectors = (tensor.out - 1) / lanes + 1;
  for (int64_t block = 0; block < vectors; block += tensor.rows)
    for (int64_t i = 0; i < tensor.in; ++i)
      for (int64_t row = block; row < std::min(block + tensor.rows, vectors); ++row)
        mover.vector(row * lanes * tensor.in + i, tensor.in,
                     std::min(lanes, tensor.out - row * lanes), lanes);
}

} // namespace

void prepareTensor(const iarc_prepared &tensor, int64_t elementBytes, const std::byte *stored,
                   std::byte *prepared) noexcept {
  int64_t matrices = tensor.positions;
  if (tensor.form == IARC_PREPARED_PAIRS)
    matrices = tensor.positions * (tensor.positions + 1) / 2;
  else if (tensor.form == IARC_PREPARED_STORED)
    matrices = 1;
  const int64_t storedElements = matrices * tensor.out * tensor.in;
  for (int64_t outer = 0; outer < tensor.outer; ++outer) {
    const std::byte *from = stored + (tensor.source + outer * storedElements) * elementBytes;
    std::byte *to = prepared + (tensor.target + outer * tensor.elements) * elementBytes;
    if (tensor.form == IARC_PREPARED_STORED)
      std::memcpy(to, from, size_t(storedElements * elementBytes));
    else if (tensor.form == IARC_PREPARED_OUTPUTS)
      prepareOutputs(tensor, {elementBytes, from, to});
    else
      prepareMatrices(tensor, {elementBytes, from, to});
  }
}

/// What lies between the numbers of a tensor is zero from the start.
static void prepareTensors(const iarc_model &model, const iarc_inference &code, const void *stored,
                           Array &prepared) noexcept {
  for (int64_t tensor = 0; tensor < code.tensors; ++tensor)
    prepareTensor(code.weights[tensor], model.element_bytes, static_cast<const std::byte *>(stored),
                  prepared.data());
}

Array prepareWeights(const iarc_model &model, const iarc_inference &code, const void *stored) {
  MemoryPlan plan;
  plan.add({code.weight_elements, model.element_bytes});
  plan.require(availableMemory(), "the model is too large for this machine");
  Array prepared(uint64_t(code.weight_elements * model.element_bytes));
  prepareTensors(model, code, stored, prepared);
  return prepared;
}

static int64_t rowsOf(const iarc_model &model) noexcept {
  return model.loss_at == IARC_LOSS_AT_LAST ? 1 : model.predicted_positions;
}

std::string shorterThanContext(const iarc_model &model, size_t tokens) {
  return format("a prompt of %zu token%s is shorter than the context of %lld, and this program has no "
                "code for absent positions",
                tokens, tokens == 1 ? "" : "s", (long long)model.context);
}

Inference::Inference(const iarc_model &model) : model(model), rowCount(rowsOf(model)) {
  const uint64_t element = uint64_t(model.element_bytes);
  const uint64_t logitBytes = uint64_t(rowCount * model.task.symbols) * element;
  if (!hasInference(model)) {
    session = std::make_unique<Session>(model, SessionNeeds{1, 1, false, false});
    logitArray = Array(logitBytes);
    return;
  }
  requireProcessor(model);
  requireStack();
  MemoryPlan plan;
  plan.add({model.weight_elements, model.element_bytes});
  plan.add({model.inference.weight_elements, model.element_bytes});
  plan.add({model.inference.workspace_bytes});
  plan.add({model.inference.positions, 2, 4});
  plan.add({rowCount, model.task.symbols, model.element_bytes});
  plan.require(availableMemory(), "the model is too large for this machine");
  prepared = Array(uint64_t(model.inference.weight_elements) * element);
  workspace = Array(uint64_t(model.inference.workspace_bytes));
  symbolArray = Array(uint64_t(model.inference.positions) * 4);
  controlArray = Array(uint64_t(model.inference.positions) * 4);
  logitArray = Array(logitBytes);
  call.weights = prepared.data();
  call.workspace = workspace.data();
  call.symbols = symbolArray.as<int32_t>();
  call.controls = controlArray.as<int32_t>();
  call.logits = logitArray.data();
}

Inference::Inference(const iarc_model &model, const std::string &weights) : Inference(model) {
  Array stored(uint64_t(model.weight_elements) * uint64_t(model.element_bytes));
  loadWeights(model, weights, stored.data());
  setWeights(stored.data());
}

Inference::Inference(const iarc_model &model, uint64_t seed) : Inference(model) {
  Array stored(uint64_t(model.weight_elements) * uint64_t(model.element_bytes));
  ThreadPool pool(1);
  initialiseWeights(model, seed, stored.data(), pool);
  setWeights(stored.data());
}

void Inference::setWeights(const void *weights) {
  if (session) {
    if (model.weight_elements)
      std::memcpy(session->weights(), weights, size_t(model.weight_elements * model.element_bytes));
    return;
  }
  prepareTensors(model, model.inference, weights, prepared);
}

uint64_t Inference::weightBytes() const noexcept { return prepared.bytes(); }

void Inference::compute(const Tokens &tokens) {
  const int64_t context = model.context, given = std::min(int64_t(tokens.size()), context);
  const int64_t first = context - given;
  const int32_t *symbols = tokens.symbols.data() + tokens.size() - size_t(given);
  const int32_t *controls = tokens.controls.data() + tokens.size() - size_t(given);
  if (session) {
    if (first > 0)
      fail(Exit::Usage, "%s", shorterThanContext(model, tokens.size()).c_str());
    std::vector<int32_t> window(symbols, symbols + given);
    window.push_back(0); // what follows is not known; its loss is not looked at
    session->batch().fill(window.data(), controls, 1);
    session->forward();
    withReal(model, [&](auto real) {
      using Real = decltype(real);
      const Real *from = static_cast<const Real *>(session->logits());
      const int64_t numbers = rowCount * model.task.symbols;
      const int64_t before = model.predicted_positions * model.task.symbols - numbers;
      for (int64_t i = 0; i < numbers; ++i)
        logitArray.as<Real>()[i] = from[(before + i) * session->batch().groups() * model.lanes];
    });
    return;
  }
  int32_t *symbolRow = symbolArray.as<int32_t>(), *controlRow = controlArray.as<int32_t>();
  std::fill_n(symbolRow, model.inference.positions, -1);
  std::fill_n(controlRow, model.inference.positions, -1);
  std::copy_n(symbols, given, symbolRow + first);
  std::copy_n(controls, given, controlRow + first);
  call.first = first;
  model.infer(&call);
}

void Inference::copyLogits(int64_t row, std::vector<double> &logits) const {
  logits.resize(size_t(model.task.symbols));
  withReal(model, [&](auto real) {
    using Real = decltype(real);
    const Real *from = logitArray.as<Real>() + row * model.task.symbols;
    std::copy_n(from, model.task.symbols, logits.begin());
  });
}

void Inference::predict(const Tokens &tokens, std::vector<double> &logits) {
  compute(tokens);
  copyLogits(rowCount - 1, logits);
}

} // namespace iarc::runtime
