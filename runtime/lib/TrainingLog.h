//===- TrainingLog.h - What a training run writes about itself --------------------===//
//
// An entry for every interval of steps, as a line of JSON or of CSV (by the file's
// name) and as events for TensorBoard. A run that goes on first cuts from both what it
// will write again. What cannot be written is reported once, and training goes on, as
// its weights are worth more than its log.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_TRAININGLOG_H
#define IARC_RUNTIME_LIB_TRAININGLOG_H

#include "RunState.h"

#include "iarc/runtime/Descriptor.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace iarc::runtime {

class LogSink;

class TrainingLog {
public:
  /// `report` is told what could not be written.
  TrainingLog(const iarc_model &model, const RunSettings &settings,
              std::function<void(const std::string &)> report);
  ~TrainingLog();

  /// Opens the file, "-" for standard output. A run that goes on after `step` steps keeps its lines
  /// up to the last whole interval before, and those of evaluations up to `evaluated` steps; else
  /// (-1) what is there goes. Throws Error (status
  /// InputOutput), also when the lines are not ours to cut.
  void openFile(const std::string &path, int64_t step, int64_t evaluated);
  /// Opens an event file in the folder, which is made unless it is there. Throws Error (status
  /// InputOutput), also when a new run finds events of another one.
  void openEvents(const std::string &folder, int64_t step, int64_t evaluated);

  bool isOpen() const noexcept { return !sinks.empty(); }
  /// Whether something could not be written.
  bool hasFailed() const noexcept { return failed; }

  /// Writes the entry of an interval that ends after `step` steps.
  void write(int64_t step, const Interval &interval);
  /// Writes the figures of an evaluation after `step` steps.
  void write(int64_t step, const Metrics &evaluation);
  /// What was written is on the disk from here on.
  void sync();

private:
  template <class F> void forEach(F &&f);
  const iarc_model &model;
  const RunSettings &settings;
  std::function<void(const std::string &)> report;
  std::vector<std::unique_ptr<LogSink>> sinks;
  bool failed = false;
};

/// An interval's figures as a line of JSON, without the line's end.
std::string jsonLine(const iarc_model &model, const RunSettings &settings, int64_t step,
                     const Interval &interval);
/// The figures of an evaluation as a line of JSON.
std::string jsonEvaluation(const iarc_model &model, int64_t step, const Metrics &metrics);
/// The same as a line of CSV, the last three columns of which tell it apart.
std::string csvEvaluation(const iarc_model &model, int64_t step, const Metrics &metrics);
/// The header of a CSV log, and an interval's line, without the line's end.
std::string csvHeader(const iarc_model &model);
std::string csvLine(const iarc_model &model, const RunSettings &settings, int64_t step,
                    const Interval &interval);

/// How much of a log to keep: the bytes of its lines, after `header` (a line, or empty), that begin
/// with `before`, a step up to `bound` (of an evaluation's line up to `evaluationBound`), and a comma. Returns false, and the number of the line in
/// `line`, counted from 1, when a whole line is of another form.
bool scanLog(std::string_view text, std::string_view header, std::string_view before, int64_t bound,
             int64_t evaluationBound, uint64_t &keep, int64_t &line) noexcept;

} // namespace iarc::runtime

#endif
