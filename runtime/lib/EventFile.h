//===- EventFile.h - Event files that TensorBoard reads ---------------------------===//
//
// An event file is a sequence of records: the length of the data as 64 bits, its
// masked CRC-32C, the data, its masked CRC-32C, all little endian. The data is a
// protocol buffer "tensorflow.Event", of which few fields are needed:
//
//   Event    1 wall_time double   2 step int64   3 file_version string
//            5 summary Summary    7 session_log SessionLog
//   Summary  1 value Value, repeated             SessionLog  1 status (1: start)
//   Value    1 tag string         2 simple_value float
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_EVENTFILE_H
#define IARC_RUNTIME_LIB_EVENTFILE_H

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iarc::runtime {

/// Data in its frame of length and checks.
std::string eventRecord(std::string_view data);

/// The event with which a file begins.
std::string versionEvent(double wallTime);
/// Says that a run begins again at `step`: TensorBoard then forgets what it has seen of that step
/// and of later ones.
std::string startEvent(double wallTime, int64_t step);
/// A figure under each tag.
std::string scalarEvent(double wallTime, int64_t step,
                        const std::vector<std::pair<std::string, double>> &values);

/// What there is in a file, up to the first thing that is out of order.
struct EventScan {
  uint64_t keep = 0;   ///< bytes of the records before the first one of a step beyond the bound
  int64_t figures = 0; ///< events with a summary among these
  uint64_t whole = 0;  ///< bytes of whole records, whatever their steps
};

/// What the tags of an evaluation begin with.
constexpr std::string_view evaluationTag = "evaluation/";

/// Reads the records of a file, which may be any bytes. `bound` is the last step to keep, and
/// `evaluationBound` that of figures of evaluations.
EventScan scanEvents(std::string_view bytes, int64_t bound, int64_t evaluationBound) noexcept;
inline EventScan scanEvents(std::string_view bytes, int64_t bound) noexcept {
  return scanEvents(bytes, bound, bound);
}

} // namespace iarc::runtime

#endif
