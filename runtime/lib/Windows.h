//===- Windows.h - Windows to look at -----------------------------------------------===//
//
// The windows that a command shows or writes values of: fresh ones of the task, those of
// a batch file, or prompts.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_WINDOWS_H
#define IARC_RUNTIME_LIB_WINDOWS_H

#include "Arguments.h"
#include "Evaluator.h"
#include "Inference.h"
#include "Program.h"

#include <string>
#include <vector>

namespace iarc::runtime {

/// Windows, row-major; absent positions hold -1.
struct Windows {
  int64_t count = 0, context = 0;
  std::vector<int32_t> symbols;  ///< [count][context + 1]; the last is -1 where it is not known
  std::vector<int32_t> controls; ///< [count][context]
  std::vector<int32_t> first;    ///< [count]: the first position with a token
  /// [count][context]; empty for prompts. `governing` is of the task's own windows alone.
  std::vector<int32_t> targets, governing;

  Window window(int64_t number) const noexcept {
    return {symbols.data() + number * (context + 1), controls.data() + number * context, first[size_t(number)]};
  }
  Tokens tokens(int64_t number) const;
};

/// Fresh windows of the task: `count` of the evaluation's, from `first` on.
Windows freshWindows(const iarc_model &model, uint64_t seed, int64_t first, int64_t count);

/// The flags by which a command is told its windows.
class WindowChoice {
public:
  void declare(Arguments &arguments);
  /// Throws Error: Usage for flags that exclude each other, no choice at all at a terminal, or a wrong
  /// --text; InputOutput for lines of standard input that are no prompts, each of which is reported
  /// before, and for a batch file that does not fit.
  Windows read(const Invocation &invocation, const Arguments &arguments) const;

private:
  int64_t samples = 0, first = 0;
  uint64_t seed = defaultSeed;
  std::string text, batch;
};

} // namespace iarc::runtime

#endif
