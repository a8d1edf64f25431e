//===- Progress.h - How training goes, for people ---------------------------------===//
#ifndef IARC_RUNTIME_LIB_PROGRESS_H
#define IARC_RUNTIME_LIB_PROGRESS_H

#include "Console.h"
#include "RunState.h"

#include "iarc/runtime/Descriptor.h"

#include <string>

namespace iarc::runtime {

/// Decides when the status line changes: on a terminal ten times a second, elsewhere every hundred
/// steps, or ten seconds when the steps are slow. Silent when `quiet`.
class Progress {
public:
  Progress(const iarc_model &model, int64_t steps, bool quiet)
      : model(model), steps(steps), quiet(quiet) {}

  /// After each step; `done` counts it.
  void step(int64_t done, const Metrics &metrics);
  /// A message between the lines; not silenced by `quiet`.
  void say(const std::string &message);
  void finish() { line.finish(); }

private:
  const iarc_model &model;
  int64_t steps;
  bool quiet;
  StatusLine line;
  Interval current;
  Clock::time_point shown = Clock::now();
};

} // namespace iarc::runtime

#endif
