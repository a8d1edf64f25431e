//===- Evaluator.cpp - A model's values, one window at a time -----------------------===//

#include "Evaluator.h"

#include "Error.h"
#include "Memory.h"
#include "Real.h"

#include <algorithm>
#include <cmath>

namespace iarc::runtime {

/// The numbers of the largest map of attention.
static int64_t largestMap(const ModelGraph &graph, const GraphRegion &region) {
  int64_t largest = 0;
  for (const GraphOp &op : region.ops) {
    const int64_t T = op.results.empty() ? 0 : graph.value(op.results[0]).positions;
    if (op.kind == GraphOp::Kind::Attention)
      largest = std::max(largest, op.heads * T * T);
    if (op.body)
      largest = std::max(largest, largestMap(graph, *op.body));
  }
  return largest;
}

Evaluator::Evaluator(const ModelGraph &graph, const void *stored)
    : graph(graph), numbers(graph.values.size()) {
  MemoryPlan plan;
  plan.add({graph.model.weight_elements, 8});
  for (const GraphValue &value : graph.values)
    plan.add({value.positions, value.features, 8});
  plan.add({largestMap(graph, graph.body), 8});
  plan.require(availableMemory(), "the model is too large for this machine");
  weights.resize(size_t(graph.model.weight_elements));
  withReal(graph.model, [&](auto real) {
    const auto *from = static_cast<const decltype(real) *>(stored);
    std::copy_n(from, graph.model.weight_elements, weights.begin());
  });
}

const std::vector<double> &Evaluator::run(const Window &given, Observer *seenBy) {
  window = given;
  observer = seenBy;
  region(graph.body);
  return of(graph.logits());
}

Evaluator::Weight Evaluator::weight(const iarc_weight &entry) const noexcept {
  int64_t first = entry.offset, count = entry.count;
  size_t layers = 0;
  for (int64_t axis = 0; axis < entry.rank; ++axis)
    if (std::string_view(entry.axes[axis].name) == "layer") {
      count /= entry.axes[axis].size;
      first += iterations[layers++] * count;
    }
  return {weights.data() + first, count};
}

int64_t Evaluator::layer() const noexcept {
  int64_t number = 0;
  for (size_t i = 0; i < iterations.size(); ++i)
    number = number * counts[i] + iterations[i];
  return number;
}

void Evaluator::set(int32_t id, Numbers value) {
  of(id) = std::move(value);
  if (observer && !graph.value(id).name.empty())
    observer->value(id, layer(), position, of(id));
}

void Evaluator::region(const GraphRegion &region) {
  for (const GraphOp &op : region.ops) {
    if (!graph.needed(op))
      continue;
    if (op.kind == GraphOp::Kind::Repeat)
      repeat(op);
    else if (op.kind == GraphOp::Kind::Recur)
      recur(op);
    else
      set(op.results[0], compute(op));
  }
}

void Evaluator::repeat(const GraphOp &op) {
  const GraphRegion &body = *op.body;
  std::vector<Numbers> carried;
  for (int32_t operand : op.operands)
    carried.push_back(of(operand));
  iterations.push_back(0);
  counts.push_back(op.count);
  for (; iterations.back() < op.count; ++iterations.back()) {
    for (size_t i = 0; i < carried.size(); ++i)
      set(body.arguments[i], std::move(carried[i]));
    region(body);
    for (size_t i = 0; i < carried.size(); ++i)
      carried[i] = of(body.yields[i]);
  }
  iterations.pop_back();
  counts.pop_back();
  for (size_t i = 0; i < carried.size(); ++i)
    set(op.results[i], std::move(carried[i]));
}

void Evaluator::recur(const GraphOp &op) {
  const GraphRegion &body = *op.body;
  const size_t states = body.yields.size();
  std::vector<Numbers> state, results;
  for (size_t i = 0; i < states; ++i) {
    state.emplace_back(size_t(features(body.arguments[i])));
    results.emplace_back(size_t(positions(op.results[i]) * features(op.results[i])));
  }
  for (int64_t t = begin(op.results[0]); t < positions(op.results[0]); ++t) {
    position = t;
    for (size_t i = 0; i < states; ++i)
      set(body.arguments[i], std::move(state[i]));
    for (size_t i = 0; i < op.operands.size(); ++i) {
      const auto row = of(op.operands[i]).begin() + t * features(op.operands[i]);
      set(body.arguments[states + i], Numbers(row, row + features(op.operands[i])));
    }
    region(body);
    for (size_t i = 0; i < states; ++i) {
      state[i] = of(body.yields[i]);
      std::copy(state[i].begin(), state[i].end(), results[i].begin() + t * int64_t(state[i].size()));
    }
  }
  position = -1;
  for (size_t i = 0; i < states; ++i)
    set(op.results[i], std::move(results[i]));
}

/// One-hot tokens, or rows of a table with one-hot control tokens behind them.
Evaluator::Numbers Evaluator::tokens(const GraphOp &op) {
  const iarc_task &task = graph.model.task;
  const int64_t F = features(op.results[0]), T = positions(op.results[0]);
  Numbers result(size_t(T * F));
  for (int64_t t = begin(op.results[0]); t < T; ++t) {
    double *row = result.data() + t * F;
    const int32_t symbol = window.symbols[t], control = task.control_count ? window.controls[t] : -1;
    int64_t width = task.symbols;
    if (op.kind == GraphOp::Kind::Embed) {
      const int64_t in = op.weight->axes[op.weight->rank - 1].size;
      const int32_t token = op.ofControls ? control : symbol;
      if (token >= 0)
        std::copy_n(weight(*op.weight).values + token * in, in, row);
      width = in;
    } else if (symbol >= 0) {
      row[symbol] = 1;
    }
    if (control >= 0 && width < F)
      row[width + control] = 1;
  }
  return result;
}

Evaluator::Numbers Evaluator::linear(const GraphOp &op) {
  const int32_t input = op.operands[0];
  const Numbers &x = of(input);
  const int64_t in = features(input), out = features(op.results[0]), T = positions(input);
  const double *matrix = weight(*op.weight).values, *bias = op.bias ? weight(*op.bias).values : nullptr;
  const bool perPosition = op.placement == GraphOp::Placement::PerPosition;
  const bool across = op.placement == GraphOp::Placement::AcrossPositions;
  const bool biasPerPosition = op.bias && weight(*op.bias).count > out;
  Numbers result(size_t(T * out));
  for (int64_t t = begin(input); t < T; ++t)
    for (int64_t s = across ? begin(input) : t; s <= t; ++s) {
      const int64_t number = across ? t * (t + 1) / 2 + s : perPosition ? t : 0;
      for (int64_t o = 0; o < out; ++o) {
        const double *row = matrix + (number * out + o) * in;
        double sum = 0;
        for (int64_t i = 0; i < in; ++i)
          sum += row[i] * x[size_t(s * in + i)];
        result[size_t(t * out + o)] += sum;
      }
    }
  for (int64_t t = begin(input); bias && t < T; ++t)
    for (int64_t o = 0; o < out; ++o)
      result[size_t(t * out + o)] += bias[(biasPerPosition ? t * out : 0) + o];
  return result;
}

Evaluator::Numbers Evaluator::attention(const GraphOp &op) {
  const Numbers &query = of(op.operands[0]), &key = of(op.operands[1]), &value = of(op.operands[2]);
  const int64_t T = positions(op.operands[0]), F = features(op.operands[0]), H = op.heads, D = F / H;
  const int64_t V = features(op.operands[2]), valueSize = V / H, first = begin(op.operands[0]);
  const bool exponential = op.function.nodes[size_t(op.function.result)].op == GraphFunction::Op::Exp;
  GraphFunction function = {op.function.nodes, op.function.result};
  if (exponential) // the exponent: a row is shifted by its largest
    function.result = function.nodes[size_t(function.result)].operands[0];
  Numbers maps(size_t(H * T * T)), result(size_t(T * V)), scratch(op.function.nodes.size());
  Numbers arguments(op.operands.size() - 2);
  for (int64_t h = 0; h < H; ++h)
    for (int64_t i = first; i < T; ++i) {
      double *row = maps.data() + (h * T + i) * T;
      const int64_t end = op.causal ? i + 1 : T;
      double largest = -HUGE_VAL;
      for (int64_t j = first; j < end; ++j) {
        double score = 0;
        for (int64_t d = 0; d < D; ++d)
          score += query[size_t(i * F + h * D + d)] * key[size_t(j * F + h * D + d)];
        arguments[0] = op.scale * score;
        for (size_t a = 3; a < op.operands.size(); ++a) // what query i gives
          arguments[a - 2] = of(op.operands[a])[size_t(i)];
        row[j] = function(arguments.data(), scratch.data());
        const double decay = op.slopes.empty() ? 0 : op.slopes[size_t(h)] * double(std::abs(i - j));
        row[j] = exponential ? row[j] - decay : row[j] * std::exp(-decay);
        largest = std::max(largest, row[j]);
      }
      const double shift = exponential && op.normalise != GraphOp::Normalise::None ? largest : 0;
      double sum = 0;
      for (int64_t j = first; j < end; ++j) {
        if (exponential)
          row[j] = std::exp(row[j] - shift);
        sum += op.normalise == GraphOp::Normalise::AbsoluteSum ? std::fabs(row[j]) : row[j];
      }
      if (op.eps != 0) // else 0 * inf where the largest exponent is far below zero
        sum += op.eps * std::exp(-shift);
      if (op.normalise == GraphOp::Normalise::None)
        sum = 1;
      for (int64_t j = first; j < end; ++j) {
        row[j] = sum == 0 ? 0 : row[j] / sum; // a row whose weights are all zero gives zero
        for (int64_t d = 0; d < valueSize; ++d)
          result[size_t(i * V + h * valueSize + d)] += row[j] * value[size_t(j * V + h * valueSize + d)];
      }
    }
  if (observer)
    observer->attention(op, layer(), maps);
  return result;
}

Evaluator::Numbers Evaluator::map(const GraphOp &op) {
  const int32_t id = op.results[0];
  const int64_t F = features(id);
  Numbers result(size_t(positions(id) * F)), arguments(op.operands.size()),
      scratch(op.function.nodes.size());
  for (int64_t i = begin(id) * F; i < positions(id) * F; ++i) {
    for (size_t a = 0; a < arguments.size(); ++a)
      arguments[a] = of(op.operands[a])[size_t(i)];
    result[size_t(i)] = op.function(arguments.data(), scratch.data());
  }
  return result;
}

/// What is computed from the features of one position.
Evaluator::Numbers Evaluator::rows(const GraphOp &op) {
  const int32_t id = op.results[0];
  const int64_t F = features(id), T = positions(id);
  Numbers result(size_t(T * F));
  for (int64_t t = begin(id); t < T; ++t) {
    double *to = result.data() + t * F;
    auto row = [&](size_t operand) {
      return of(op.operands[operand]).data() + t * features(op.operands[operand]);
    };
    switch (op.kind) {
    case GraphOp::Kind::Norm: {
      const double *x = row(0);
      double mean = 0, variance = 0;
      for (int64_t f = 0; f < F; ++f)
        mean += x[f] / double(F);
      for (int64_t f = 0; f < F; ++f)
        variance += (x[f] - mean) * (x[f] - mean) / double(F);
      for (int64_t f = 0; f < F; ++f)
        to[f] = (x[f] - mean) / std::sqrt(variance + op.eps);
      break;
    }
    case GraphOp::Kind::Slice:
      std::copy(row(0) + op.begin, row(0) + op.end, to);
      break;
    case GraphOp::Kind::LstmGates: {
      const double *z = row(0), *cell = row(1);
      const int64_t n = F / 2;
      auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
      for (int64_t f = 0; f < n; ++f) {
        to[n + f] = sigmoid(z[n + f]) * cell[f] + sigmoid(z[f]) * std::tanh(z[2 * n + f]);
        to[f] = sigmoid(z[3 * n + f]) * std::tanh(to[n + f]);
      }
      break;
    }
    case GraphOp::Kind::Broadcast: {
      Weight vector = weight(*op.weight);
      std::copy_n(vector.values + (vector.count > F ? t * F : 0), F, to);
      break;
    }
    case GraphOp::Kind::Spread:
      std::fill_n(to, F, row(0)[0]);
      break;
    case GraphOp::Kind::Reduce: {
      const double *x = row(0), *end = x + features(op.operands[0]);
      if (op.largest)
        to[0] = *std::max_element(x, end);
      else
        for (; x < end; ++x)
          to[0] += *x;
      break;
    }
    case GraphOp::Kind::Join:
      for (size_t i = 0; i < op.operands.size(); ++i)
        to = std::copy_n(row(i), features(op.operands[i]), to);
      break;
    case GraphOp::Kind::Rotate:
      for (int64_t f = 0; f + 1 < F; f += 2) {
        const double *x = row(0);
        const double angle =
            double(t) * std::pow(op.base, -double(f % op.size) / double(op.size));
        to[f] = x[f] * std::cos(angle) - x[f + 1] * std::sin(angle);
        to[f + 1] = x[f + 1] * std::cos(angle) + x[f] * std::sin(angle);
      }
      break;
    default:
      fail(Exit::Internal, "the evaluator does not know the operation '%s'", op.kindName.c_str());
    }
  }
  return result;
}

Evaluator::Numbers Evaluator::compute(const GraphOp &op) {
  switch (op.kind) {
  case GraphOp::Kind::Encode:
  case GraphOp::Kind::Embed: return tokens(op);
  case GraphOp::Kind::Linear: return linear(op);
  case GraphOp::Kind::Attention: return attention(op);
  case GraphOp::Kind::Map: return map(op);
  case GraphOp::Kind::Flatten: return of(op.operands[0]); // absent positions hold zeros
  default: return rows(op);
  }
}

} // namespace iarc::runtime
