//===- TaskRules.h - From a declared task to its rules --------------------===//
#ifndef IARC_DSL_SEMA_TASKRULES_H
#define IARC_DSL_SEMA_TASKRULES_H

#include "Sema/TaskDeclaration.h"
#include "iarc/dsl/Model.h"

#include <map>
#include <optional>

namespace iarc::dsl {

/// The limits of a task; docs/language.md states them.
namespace limits {
inline constexpr int64_t gap = 1 << 14;
inline constexpr int64_t history = 1 << 16;
inline constexpr int64_t tableElements = 1 << 20; // of all tables of a task
inline constexpr size_t taskInstructions = 20000;
} // namespace limits

/// What a use of a task says. What it leaves out is as the declaration says.
struct TaskUse {
  struct Option {
    int64_t number = 0;
    bool truth = false;
    std::string word;
  };
  std::map<std::string, Option> options;
  std::optional<int64_t> symbols;
  std::optional<std::vector<std::string>> controls; ///< names in order
  std::optional<std::pair<int64_t, int64_t>> gap;
  bool interspersed = false;
  int64_t context = 24;
};

/// The task with its rules; nothing if there is an error, which has been reported.
std::optional<Task> elaborateTask(const TaskDeclaration &declaration, const TaskUse &use,
                                  Diagnostics &diagnostics);

/// Where the instructions of a task came from, by TaskInstruction::place.
using TaskPlaces = std::vector<SourceRange>;

/// Proves that every number stays where it must, by intervals over all that a stream can reach, and
/// reports what cannot be proved. Marks the reads of symbols that need no check.
void checkTaskRanges(Task &task, int64_t context, const TaskPlaces &places,
                     Diagnostics &diagnostics);

} // namespace iarc::dsl
#endif
