//===- Progress.cpp - How training goes, for people -------------------------------===//

#include "Progress.h"

#include "Program.h"
#include "Text.h"
#include "TokenData.h"

#include <cmath>
#include <cstdio>

namespace iarc::runtime {

/// `compact` fits into 79 characters at most settings.
static std::string progressLine(const iarc_model &model, int64_t steps, int64_t step,
                                const Interval &interval, bool compact) {
  const char *gap = compact ? " " : "  ";
  std::string text =
      format("%s%*lld/%lld%sloss %s%saccuracy %s", compact ? "" : "step ",
             compact ? 0 : int(std::to_string(steps).size()), (long long)step, (long long)steps,
             gap, lossText(interval.metrics.meanLoss(), compact ? 3 : 4).c_str(), gap,
             shareText(interval.metrics.accuracy(), 3).c_str());
  if (hasPerplexity(model))
    text += format("%s%s%s %.3f", gap, compact ? "bits" : "bits per ",
                   compact ? "" : unitOf(model.task),
                   interval.metrics.meanLoss() / std::log(2.0));
  for (size_t subtask = 0; subtask < size_t(model.task.control_count); ++subtask) {
    if (!model.task.controls[subtask].governs)
      continue;
    text += format("%s%s %s", gap, model.task.controls[subtask].name,
                   shareText(interval.metrics.subtaskAccuracy(subtask), 2).c_str());
  }
  double milliseconds = interval.millisecondsPerStep();
  text += gap + (compact ? format("%.*f", milliseconds < 10 ? 1 : 0, milliseconds)
                         : format("%.3g", milliseconds));
  return text + format(" ms/step%s%s left", gap,
                       durationText(milliseconds / 1000 * double(steps - step)).c_str());
}

void Progress::step(int64_t done, const Metrics &metrics) {
  if (quiet)
    return;
  current.metrics.add(metrics);
  ++current.steps;
  bool last = done == steps;
  bool due =
      line.rewrites() ? secondsSince(shown) >= 0.1 : done % 100 == 0 || secondsSince(shown) >= 10;
  if (!due && !last)
    return;
  std::string text = progressLine(model, steps, done, current, /*compact=*/false);
  if (line.rewrites() && text.size() > line.width())
    text = progressLine(model, steps, done, current, /*compact=*/true);
  line.show(text);
  shown = Clock::now();
  // Means over less than a hundred steps would flicker.
  if (current.steps >= 100 || !line.rewrites())
    current = Interval();
}

void Progress::say(const std::string &message) {
  line.finish();
  std::fprintf(stderr, "%s\n", message.c_str());
}

} // namespace iarc::runtime
