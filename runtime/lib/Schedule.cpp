//===- Schedule.cpp - The learning rate of every step ------------------------------===//

#include "Schedule.h"

#include "Program.h"
#include "Text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>

namespace iarc::runtime {

namespace {

constexpr double mostRate = 1e30;

/// Words and numbers of a schedule's text.
class Scanner {
public:
  explicit Scanner(std::string_view text) : left(text) { skip(); }

  bool atEnd() const { return left.empty(); }
  bool take(std::string_view token) {
    if (left.substr(0, token.size()) != token)
      return false;
    left.remove_prefix(token.size());
    skip();
    return true;
  }
  /// `name` and the parenthesis that opens its arguments: both or nothing.
  bool takeCall(std::string_view name) {
    const std::string_view before = left;
    if (take(name) && take("("))
      return true;
    left = before;
    return false;
  }
  template <class T> bool number(T &value) {
    auto [end, error] = std::from_chars(left.data(), left.data() + left.size(), value);
    if (error != std::errc())
      return false;
    left.remove_prefix(size_t(end - left.data()));
    skip();
    return true;
  }

private:
  void skip() {
    while (!left.empty() && left.front() == ' ')
      left.remove_prefix(1);
  }
  std::string_view left;
};

bool isRate(double value) { return value >= 0 && value <= mostRate; }

bool parsePlain(Scanner &in, iarc_schedule &schedule) {
  auto begins = [&](const char *name) { return in.takeCall(name); };
  auto rate = [&] { return in.number(schedule.rate) && isRate(schedule.rate); };
  if (begins("constant"))
    return rate() && in.take(")");
  if (begins("step")) {
    schedule.kind = IARC_SCHEDULE_STEP;
    return rate() && in.take(",") && in.take("every") && in.take(":") &&
           in.number(schedule.every) && schedule.every >= 1 && schedule.every <= mostSteps &&
           in.take(",") && in.take("factor") && in.take(":") && in.number(schedule.factor) &&
           schedule.factor >= 0 && schedule.factor <= 1 && in.take(")");
  }
  for (auto [name, kind] : {std::pair("linear", IARC_SCHEDULE_LINEAR),
                            std::pair("cosine", IARC_SCHEDULE_COSINE)})
    if (begins(name)) {
      schedule.kind = kind;
      if (!rate())
        return false;
      if (in.take(",") && !(in.take("to") && in.take(":") && in.number(schedule.to)))
        return false;
      return isRate(schedule.to) && in.take(")");
    }
  return rate();
}

} // namespace

iarc_schedule constantSchedule(double rate) {
  return {IARC_SCHEDULE_CONSTANT, rate, 0, 1, 1, 0};
}

double rateOf(const iarc_schedule &schedule, int64_t step, int64_t steps) {
  if (step < schedule.warm_up)
    return schedule.rate * (double(step + 1) / double(schedule.warm_up));
  const int64_t n = step - schedule.warm_up, last = std::max<int64_t>(steps - schedule.warm_up, 1);
  const double part = std::min(1.0, double(n) / double(last));
  switch (schedule.kind) {
  case IARC_SCHEDULE_STEP:
    return schedule.rate * std::pow(schedule.factor, double(n / schedule.every));
  case IARC_SCHEDULE_LINEAR:
    return schedule.rate + (schedule.to - schedule.rate) * part;
  case IARC_SCHEDULE_COSINE:
    return schedule.to +
           (schedule.rate - schedule.to) * (0.5 + 0.5 * std::cos(std::numbers::pi * part));
  default:
    return schedule.rate;
  }
}

std::string scheduleText(const iarc_schedule &schedule) {
  std::string text = exactText(schedule.rate);
  if (schedule.kind == IARC_SCHEDULE_STEP)
    text = format("step(%s, every: %lld, factor: %s)", text.c_str(), (long long)schedule.every,
                  exactText(schedule.factor).c_str());
  else if (schedule.kind == IARC_SCHEDULE_LINEAR || schedule.kind == IARC_SCHEDULE_COSINE)
    text = format("%s(%s, to: %s)", schedule.kind == IARC_SCHEDULE_LINEAR ? "linear" : "cosine",
                  text.c_str(), exactText(schedule.to).c_str());
  if (schedule.warm_up)
    text = format("warmup(%lld, %s)", (long long)schedule.warm_up, text.c_str());
  return text;
}

std::string parseSchedule(std::string_view text, iarc_schedule &schedule) {
  iarc_schedule read = constantSchedule(0);
  Scanner in(text);
  bool warms = in.take("warmup"), right = true;
  if (warms)
    right = in.take("(") && in.number(read.warm_up) && read.warm_up >= 1 &&
            read.warm_up <= mostSteps && in.take(",");
  right = right && parsePlain(in, read) && (!warms || in.take(")")) && in.atEnd();
  if (!right)
    return format("a number from 0 to %g, or a schedule: 'step(0.1, every: 1000, factor: 0.5)', "
                  "'linear(0.1, to: 0)', 'cosine(0.1, to: 0)', 'warmup(100, 0.1)', "
                  "'warmup(100, cosine(0.1, to: 0))'",
                  mostRate);
  schedule = read;
  return "";
}

} // namespace iarc::runtime
