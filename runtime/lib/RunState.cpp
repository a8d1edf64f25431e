//===- RunState.cpp - Where a training run stands ---------------------------------===//

#include "RunState.h"

#include "Program.h"
#include "Text.h"

#include <cctype>
#include <charconv>
#include <cmath>
#include <string_view>

namespace iarc::runtime {

namespace {

/// Numbers between single spaces, each exact.
class NumberWriter {
public:
  NumberWriter &add(int64_t value) { return word(std::to_string(value)); }
  NumberWriter &add(double value) { return word(exactText(value)); }
  std::string text;

private:
  NumberWriter &word(const std::string &next) {
    text += (text.empty() ? "" : " ") + next;
    return *this;
  }
};

class NumberReader {
public:
  explicit NumberReader(std::string_view text) : left(text) {}

  bool read(double &value) { return readAs(value); }
  bool read(uint64_t &value) { return readAs(value); }
  bool read(int64_t &value, int64_t least, int64_t most) {
    return readAs(value) && value >= least && value <= most;
  }
  bool atEnd() const { return left.empty(); }

private:
  template <class T> bool readAs(T &value) {
    auto [end, error] = std::from_chars(left.data(), left.data() + left.size(), value);
    if (error != std::errc())
      return false;
    left.remove_prefix(size_t(end - left.data()));
    if (left.empty())
      return true;
    if (left[0] != ' ' || left.size() == 1)
      return false;
    left.remove_prefix(1);
    return true;
  }
  std::string_view left;
};

constexpr int64_t mostPositions = 1 << 20, mostCount = INT64_MAX / 2;

std::string intervalText(const Interval &interval) {
  const Metrics &metrics = interval.metrics;
  NumberWriter out;
  // An empty one has taken no time: checkpoints between intervals are equal to the byte.
  out.add(interval.steps).add(interval.steps ? interval.seconds() : 0).add(interval.gradientNorm);
  out.add(metrics.windows).add(metrics.loss).add(metrics.counted).add(metrics.right);
  out.add(int64_t(maximumSubtasks));
  for (size_t subtask = 0; subtask < maximumSubtasks; ++subtask)
    out.add(metrics.subtaskWindows[subtask]).add(metrics.subtaskRight[subtask]);
  out.add(int64_t(metrics.rightAt.size()));
  for (size_t t = 0; t < metrics.rightAt.size(); ++t)
    out.add(metrics.rightAt[t]).add(metrics.countedAt[t]);
  return out.text;
}

bool parseInterval(std::string_view text, Interval &interval) {
  Metrics &metrics = interval.metrics;
  NumberReader in(text);
  int64_t subtasks = 0, positions = 0;
  if (!in.read(interval.steps, 0, mostSteps) || !in.read(interval.secondsBefore) ||
      !in.read(interval.gradientNorm) || !in.read(metrics.windows, 0, mostCount) ||
      !in.read(metrics.loss) || !in.read(metrics.counted, 0, mostCount) ||
      !in.read(metrics.right, 0, mostCount) ||
      !in.read(subtasks, maximumSubtasks, maximumSubtasks))
    return false;
  if (!std::isfinite(interval.secondsBefore) || interval.secondsBefore < 0)
    return false;
  for (size_t subtask = 0; subtask < maximumSubtasks; ++subtask)
    if (!in.read(metrics.subtaskWindows[subtask], 0, mostCount) ||
        !in.read(metrics.subtaskRight[subtask], 0, mostCount))
      return false;
  if (!in.read(positions, 0, mostPositions))
    return false;
  for (int64_t t = 0; t < positions; ++t) {
    int64_t right = 0, counted = 0;
    if (!in.read(right, 0, mostCount) || !in.read(counted, 0, mostCount))
      return false;
    metrics.rightAt.push_back(right);
    metrics.countedAt.push_back(counted);
  }
  return in.atEnd();
}

} // namespace

void describeRun(const RunState &state, std::map<std::string, std::string> &metadata) {
  const RunSettings &settings = state.settings;
  metadata["step"] = std::to_string(state.step);
  // Follows from step and batch; for readers.
  metadata["sample"] = std::to_string(uint64_t(state.step) * uint64_t(settings.batch));
  metadata["seed"] = std::to_string(settings.seed);
  metadata["batch"] = std::to_string(settings.batch);
  const Optimiser &optimiser = settings.optimiser;
  metadata["rate"] = scheduleText(optimiser.rate);
  metadata["momentum"] = exactText(optimiser.momentum);
  metadata["beta2"] = exactText(optimiser.beta2);
  metadata["eps"] = exactText(optimiser.epsilon);
  metadata["decay"] = exactText(optimiser.decay);
  metadata["clip"] = exactText(optimiser.clip);
  metadata["accumulate"] = std::to_string(optimiser.accumulate);
  const Evaluations &evaluations = state.evaluations;
  metadata["evaluations"] = NumberWriter()
                                .add(evaluations.last)
                                .add(evaluations.bestStep)
                                .add(evaluations.bestLoss)
                                .add(int64_t(evaluations.stopped))
                                .text;
  if (evaluations.stopped)
    metadata["stopped_at"] = evaluations.stoppedAt;
  metadata["steps"] = std::to_string(settings.steps);
  metadata["log_every"] = std::to_string(settings.logEvery);
  metadata["interval"] = intervalText(state.interval);
}

std::string parseRun(const std::map<std::string, std::string> &metadata, RunState &state) {
  RunSettings &settings = state.settings;
  std::string problem;
  auto entry = [&](const char *key, auto &&read) {
    if (!problem.empty())
      return;
    auto found = metadata.find(key);
    if (found == metadata.end()) {
      problem = format("its metadata has no '%s'", key);
      return;
    }
    NumberReader in(found->second);
    if (!read(in) || !in.atEnd())
      problem = format("its metadata has the invalid '%s' %s", key, quoted(found->second).c_str());
  };
  auto integer = [&](const char *key, int64_t &value, int64_t least, int64_t most) {
    entry(key, [&](NumberReader &in) { return in.read(value, least, most); });
  };
  integer("step", state.step, 0, mostSteps);
  entry("seed", [&](NumberReader &in) { return in.read(settings.seed); });
  integer("batch", settings.batch, 1, mostSamples);
  Optimiser &optimiser = settings.optimiser;
  if (auto found = metadata.find("rate"); problem.empty() && found != metadata.end()) {
    // A schedule may hold spaces, but none is written around it.
    const std::string &text = found->second;
    bool spaced = !text.empty() && (std::isspace(static_cast<unsigned char>(text.front())) ||
                                    std::isspace(static_cast<unsigned char>(text.back())));
    if (spaced || !parseSchedule(text, optimiser.rate).empty())
      problem = "its metadata has the invalid 'rate' " + quoted(found->second);
  } else {
    entry("rate", [](NumberReader &) { return false; });
  }
  auto number = [&](const char *key, double &value, double below) {
    entry(key, [&](NumberReader &in) { return in.read(value) && value >= 0 && value < below; });
  };
  number("momentum", optimiser.momentum, 1);
  // Checkpoints of the first versions have none of these.
  auto isThere = [&](const char *key) { return metadata.count(key) > 0; };
  optimiser.accumulate = 1;
  if (isThere("beta2"))
    number("beta2", optimiser.beta2, 1);
  for (auto [key, value] : {std::pair("eps", &optimiser.epsilon), {"decay", &optimiser.decay},
                            {"clip", &optimiser.clip}})
    if (isThere(key))
      number(key, *value, 1.0001e30);
  if (isThere("accumulate"))
    integer("accumulate", optimiser.accumulate, 1, mostSamples);
  if (isThere("evaluations"))
    entry("evaluations", [&](NumberReader &in) {
      Evaluations &read = state.evaluations;
      int64_t stopped = 0;
      bool right = in.read(read.last, 0, mostSteps) && in.read(read.bestStep, 0, mostSteps) &&
                   in.read(read.bestLoss) && in.read(stopped, 0, 1);
      read.stopped = stopped;
      return right;
    });
  if (isThere("stopped_at"))
    state.evaluations.stoppedAt = metadata.at("stopped_at");
  integer("steps", settings.steps, 0, mostSteps);
  integer("log_every", settings.logEvery, 1, mostSteps);
  if (!problem.empty())
    return problem;
  auto found = metadata.find("interval");
  if (found == metadata.end())
    return "its metadata has no 'interval'";
  if (!parseInterval(found->second, state.interval))
    return "its metadata has the invalid 'interval' " + quoted(found->second);
  return "";
}

} // namespace iarc::runtime
