//===- IarcStream.cpp - The IARC stream, written by hand ----------------------===//

#include "IarcStream.h"

#include "Random.h"

#include <cstring>

namespace iarc::runtime {

IarcStream::IarcStream(const IarcSettings &task, int64_t context, uint64_t seed,
                       uint32_t stream) noexcept
    : task(task), context(context), seed(seed), stream(stream) {
  for (const char *letter = task.subtasks; *letter; ++letter, ++subtaskCount)
    if (*letter != 'C')
      regular[regularCount++] = int32_t(subtaskCount);
}

namespace {

/// Writes one window of interspersed tokens while the stream makes them.
class InterspersedWindow {
public:
  InterspersedWindow(int64_t context, int32_t *symbols, int32_t *controls, int32_t *governing,
                     int64_t stride) noexcept
      : context(context), stride(stride), symbols(symbols), controls(controls),
        governing(governing) {}

  bool full() const noexcept { return place > context; }

  /// The next token after the history, a symbol or a control token, -1 for the other. `subtask` is
  /// what governs it.
  void take(int32_t symbol, int32_t control, int32_t subtask) noexcept {
    if (waiting > 0) {
      --waiting;
      return;
    }
    if (place == context && symbol < 0) // nobody predicts it: the window begins a token later
      dropFirst();
    symbols[place * stride] = symbol;
    if (place < context)
      controls[place * stride] = control;
    if (governing && place > 0)
      governing[(place - 1) * stride] = subtask;
    ++place;
  }

private:
  void dropFirst() noexcept {
    for (int64_t t = 1; t < context; ++t) {
      symbols[(t - 1) * stride] = symbols[t * stride];
      controls[(t - 1) * stride] = controls[t * stride];
      if (governing)
        governing[(t - 1) * stride] = governing[t * stride];
    }
    --place;
  }

  const int64_t context, stride;
  int32_t *const symbols, *const controls, *const governing;
  int64_t waiting = IarcStream::warmUp, place = 0;
};

} // namespace

void IarcStream::generate(uint64_t sample, int32_t *x, int32_t *symbols, int32_t *controls,
                          int32_t *governing, int64_t stride) const noexcept {
  Draws draws(seed, stream, sample);
  const uint32_t modulus = uint32_t(task.symbols);
  const uint32_t gaps = uint32_t(task.gap_maximum - task.gap_minimum + 1);
  const int64_t last = history(task) - 1;
  const int64_t begin = last + 1 + warmUp; // of the window
  const int64_t end = begin + context;     // the window's last symbol, a target only
  InterspersedWindow window(context, symbols, controls, governing, stride);

  for (int64_t t = 0; t <= last; ++t)
    x[t] = int32_t(draws.below(modulus));
  int32_t subtask = regular[draws.below(regularCount)];
  uint32_t increment = 1;
  int64_t mirror = last; // position about which R reflects
  int64_t next = last + task.gap_minimum + draws.below(gaps);

  for (int64_t t = last; task.interspersed ? !window.full() : t < end; ++t) {
    int32_t control = -1;
    if (t == next) {
      control = int32_t(draws.below(subtaskCount));
      next += task.gap_minimum + draws.below(gaps);
      char before = task.subtasks[subtask];
      switch (task.subtasks[control]) {
      case 'I':
        if (before != 'I' || !task.increment_keeps)
          increment = 1;
        subtask = control;
        break;
      case 'A':
        subtask = control;
        break;
      case 'R':
        subtask = control;
        mirror = t;
        break;
      case 'C': // continues what governs: the next increment, or another A or R
        if (before == 'I')
          ++increment;
        else if (before == 'R')
          mirror = t;
        break;
      }
    }
    switch (task.subtasks[subtask]) {
    case 'I':
      x[t + 1] = int32_t((uint64_t(x[t]) + increment) % modulus);
      break;
    case 'A':
      x[t + 1] = int32_t((uint64_t(x[t]) + uint64_t(x[t - 1])) % modulus);
      break;
    default: // 'R': x[mirror + j] = x[mirror - j], or x[mirror + 1 - j]
      x[t + 1] = x[2 * mirror - (t + 1) + (task.mirror_repeats_last ? 1 : 0)];
      break;
    }
    if (task.interspersed) {
      if (control >= 0)
        window.take(-1, control, subtask);
      window.take(x[t + 1], -1, subtask);
    } else if (t >= begin) {
      controls[(t - begin) * stride] = control;
      if (governing)
        governing[(t - begin) * stride] = subtask;
    }
  }
  for (int64_t t = 0; t <= context && !task.interspersed; ++t)
    symbols[t * stride] = x[begin + t];
}

} // namespace iarc::runtime
