//===- Schedule.h - The learning rate of every step --------------------------------===//
//
// A schedule as a formula of the step, and as text: the words of the language, such as
// "warmup(100, cosine(0.001, to: 0))". The text is what info shows, a checkpoint holds
// and --rate takes.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_SCHEDULE_H
#define IARC_RUNTIME_LIB_SCHEDULE_H

#include "iarc/runtime/Descriptor.h"

#include <string>
#include <string_view>

namespace iarc::runtime {

/// The same rate in every step.
iarc_schedule constantSchedule(double rate);

/// The learning rate of the step with this index, counted from 0, of a run of `steps` steps; see
/// iarc_schedule. From the last step on a rate that goes to another one stays there.
double rateOf(const iarc_schedule &schedule, int64_t step, int64_t steps);

/// Every number exact: a constant rate is the number alone.
std::string scheduleText(const iarc_schedule &schedule);

/// Reads what scheduleText writes, with spaces anywhere between words. Returns what is wrong, as the
/// end of "expected ...", or "" when all is well.
std::string parseSchedule(std::string_view text, iarc_schedule &schedule);

} // namespace iarc::runtime

#endif
