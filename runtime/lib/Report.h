//===- Report.h - The parts of a report -----------------------------------------------===//
//
// Each function writes one member of the JSON that the page draws: docs/program.md.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_REPORT_H
#define IARC_RUNTIME_LIB_REPORT_H

#include "Json.h"
#include "ModelGraph.h"
#include "ReportStatistics.h"

#include <string>
#include <vector>

namespace iarc::runtime {

/// "architecture": operations in order, what they read, their weights and floating-point operations.
void writeArchitecture(JsonWriter &json, const ModelGraph &graph);

/// A function as the language writes it, its arguments by these names; cut where it gets long.
std::string functionText(const GraphFunction &function, const std::vector<std::string> &arguments);

/// "curves": the lines of a training's log. Throws Error (status InputOutput) for a file that cannot
/// be read or is no log, with the number of the line.
void writeCurves(JsonWriter &json, const std::string &path);

/// The log beside a file of weights, `log.jsonl` or `log.csv`; "" without one.
std::string logBeside(const std::string &weights);

/// "evaluation".
void writeEvaluation(JsonWriter &json, const iarc_model &model, const ReportStatistics &statistics);

/// "gallery".
void writeGallery(JsonWriter &json, const iarc_model &model, const std::vector<ShownWindow> &gallery);

/// "attention": maps of the first windows that each subtask governs; nothing without attention.
void writeAttention(JsonWriter &json, const ModelGraph &graph, const void *weights, uint64_t seed,
                    const std::vector<int64_t> &firstOf);

/// "weights": the norms of each tensor and of its gradient, layer by layer.
void writeWeightNorms(JsonWriter &json, const iarc_model &model, const void *weights, const void *gradients);

/// The page with this JSON in it.
std::string reportPage(const std::string &title, const std::string &json);

} // namespace iarc::runtime

#endif
