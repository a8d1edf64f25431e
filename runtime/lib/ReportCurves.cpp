//===- ReportCurves.cpp - Learning curves, for the report -----------------------------===//

#include "Report.h"

#include "Error.h"
#include "InputFile.h"
#include "OutputFile.h"
#include "Text.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace iarc::runtime {

namespace {

constexpr size_t mostPoints = 600;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// The figures of one line by name; those of a subtask as "accuracy_NAME".
using Entry = std::map<std::string, double>;

struct Log {
  std::vector<Entry> lines, evaluations;
  std::vector<std::string> subtasks; ///< in the order of the log
  bool isEmpty() const noexcept { return lines.empty() && evaluations.empty(); }
};

class Reader {
public:
  explicit Reader(const std::string &path) : path(path), csv(path.size() > 4 && path.substr(path.size() - 4) == ".csv") {}

  Log read() {
    std::istringstream file(readText("", path));
    std::string line;
    while (std::getline(file, line)) {
      ++number;
      const bool torn = file.eof(); // a line without its end: the run was killed while it wrote
      if (!line.empty() && line.back() == '\r')
        line.pop_back();
      if (line.empty())
        continue;
      if (!(csv ? csvLine(line) : jsonLine(line)) && !torn)
        fail(Exit::InputOutput, "%s is no log of a training: line %lld is of another form",
             runtime::quoted(path).c_str(), (long long)number);
    }
    return std::move(log);
  }

private:
  static double numberOf(const nlohmann::ordered_json &value) {
    return value.is_number() ? value.get<double>() : none;
  }

  bool jsonLine(const std::string &line) {
    auto value = nlohmann::ordered_json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!value.is_object() || !value.contains("step") || !value["step"].is_number())
      return false;
    const bool isEvaluation = value.contains("evaluation");
    const auto &figures = isEvaluation ? value["evaluation"] : value;
    if (!figures.is_object() || !figures.contains("loss"))
      return false;
    Entry entry;
    for (const auto &item : figures.items())
      entry[item.key()] = numberOf(item.value());
    entry["step"] = numberOf(value["step"]);
    if (figures.contains("subtask_accuracy") && figures["subtask_accuracy"].is_object())
      for (const auto &item : figures["subtask_accuracy"].items()) {
        note(item.key());
        entry["accuracy_" + item.key()] = numberOf(item.value());
      }
    add(std::move(entry), isEvaluation);
    return true;
  }

  bool csvLine(const std::string &line) {
    std::vector<std::string> cells;
    for (size_t at = 0; at <= line.size();) {
      const size_t end = std::min(line.find(',', at), line.size());
      cells.push_back(line.substr(at, end - at));
      at = end + 1;
    }
    if (columns.empty()) {
      columns = cells;
      for (const std::string &name : columns)
        if (name.rfind("accuracy_", 0) == 0 && name != "accuracy_all")
          note(name.substr(9));
      return columns.size() > 4 && columns[0] == "step" && columns[1] == "loss";
    }
    if (cells.size() != columns.size())
      return false;
    Entry entry;
    for (size_t i = 0; i < cells.size(); ++i) {
      double value = none;
      auto [end, error] = std::from_chars(cells[i].data(), cells[i].data() + cells[i].size(), value);
      if (!cells[i].empty() && (error != std::errc() || *end))
        return false;
      entry[columns[i]] = value;
    }
    // The last columns of an evaluation are empty.
    const bool isEvaluation = std::isnan(entry["rate"]);
    add(std::move(entry), isEvaluation);
    return true;
  }

  void note(const std::string &subtask) {
    for (const std::string &known : log.subtasks)
      if (known == subtask)
        return;
    log.subtasks.push_back(subtask);
  }
  void add(Entry entry, bool isEvaluation) {
    (isEvaluation ? log.evaluations : log.lines).push_back(std::move(entry));
  }

  const std::string &path;
  const bool csv;
  int64_t number = 0;
  std::vector<std::string> columns;
  Log log;
};

double figure(const Entry &entry, const std::string &name) {
  auto found = entry.find(name);
  return found == entry.end() ? none : found->second;
}

} // namespace

std::string logBeside(const std::string &weights) {
  for (const char *name : {"log.jsonl", "log.csv"}) {
    const std::string path = folderOf(weights) + "/" + name;
    struct stat status;
    // One without a line yet is as none.
    if (access(path.c_str(), R_OK) == 0 && stat(path.c_str(), &status) == 0 &&
        S_ISREG(status.st_mode) && !Reader(path).read().isEmpty())
      return path;
  }
  return "";
}

void writeCurves(JsonWriter &json, const std::string &path) {
  const Log log = Reader(path).read();
  if (log.isEmpty())
    fail(Exit::InputOutput, "the log %s has no line yet", runtime::quoted(path).c_str());
  const size_t every = (log.lines.size() + mostPoints - 1) / mostPoints;
  json.key("curves").beginObject();
  json.field("file", std::string_view(path.substr(path.rfind('/') + 1)));
  const double interval =
      log.lines.size() > 1 ? log.lines[1].at("step") - log.lines[0].at("step")
      : log.lines.empty()  ? 0
                           : log.lines[0].at("step");
  json.field("interval", interval * double(std::max<size_t>(every, 1)));
  // Of a long log the mean of so many lines each.
  auto column = [&](const std::string &key, const std::string &name) {
    json.key(key).beginArray();
    for (size_t begin = 0; begin < log.lines.size(); begin += every) {
      double sum = 0, last = none;
      int64_t counted = 0;
      for (size_t i = begin; i < std::min(begin + every, log.lines.size()); ++i)
        if (double value = figure(log.lines[i], name); !std::isnan(value)) {
          sum += value;
          ++counted;
          last = value;
        }
      json.value(name == "step" ? last : counted == 0 ? none : counted == 1 ? last : sum / double(counted));
    }
    json.endArray();
  };
  for (const char *name : {"step", "loss", "accuracy", "accuracy_all", "rate", "gradient_norm"})
    column(name == std::string("step") ? "steps" : name, name);
  json.key("subtask_accuracy").beginObject();
  for (const std::string &subtask : log.subtasks)
    column(subtask, "accuracy_" + subtask);
  json.endObject().key("evaluations").beginArray();
  for (const Entry &entry : log.evaluations) {
    json.beginObject();
    for (const char *name : {"step", "loss", "accuracy"})
      json.field(name, figure(entry, name));
    json.endObject();
  }
  json.endArray().endObject();
}

} // namespace iarc::runtime
