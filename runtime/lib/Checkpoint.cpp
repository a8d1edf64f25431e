//===- Checkpoint.cpp - A training run as a file ----------------------------------===//

#include "Checkpoint.h"

#include "Error.h"
#include "Initialise.h"
#include "Program.h"
#include "Real.h"
#include "Text.h"
#include "TokenData.h"
#include "Weights.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace iarc::runtime {

namespace {

constexpr const char *formatKey = "format", *formatName = "iarc checkpoint 1";
constexpr uint64_t probeSeed = 0x70726f6265; // "probe"
constexpr int64_t probeWindows = 8;

struct Setting {
  const char *key;
  std::string value;
};

/// What must be the same for the arrays to mean the same, beside names and shapes of the weights.
std::vector<Setting> modelSettings(const iarc_model &model) {
  std::vector<Setting> settings{
          {"precision", precisionName(model)},
          {"context", std::to_string(model.context)},
          {"task", taskText(model.task)},
          {"loss", format("%s at %s",
                          model.loss == IARC_LOSS_OWN             ? "own"
                          : model.loss == IARC_LOSS_SQUARED_ERROR ? "squared_error"
                                                                  : "cross_entropy",
                          model.loss_at == IARC_LOSS_AT_LAST ? "last" : "all")}};
  if (model.task.data && model.task.data->form == IARC_DATA_CHARACTERS)
    settings.push_back({"vocabulary", vocabularyText(model.task)});
  if (model.task.data)
    settings.push_back({"data", tokenData(model).identity()});
  return settings;
}

std::string codeText(const iarc_model &model) {
  return format("iarcc %s for %s", model.compiler, model.target_cpu);
}

bool readProbe(const std::string &text, double &value) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

} // namespace

double probeLoss(Session &session) {
  initialiseForCheck(session.model, probeSeed, session.weights(), session.pool());
  return evaluate(session, probeSeed, probeWindows, 1, nullptr).meanLoss();
}

void writeCheckpoint(const std::string &path, Session &session, const RunState &state,
                     double probe) {
  const iarc_model &model = session.model;
  std::map<std::string, std::string> metadata{{formatKey, formatName},
                                              {"model", model.name},
                                              {"probe", exactText(probe)},
                                              {"optimiser", optimiserName(model)},
                                              {"code", codeText(model)}};
  for (Setting &setting : modelSettings(model))
    metadata[setting.key] = std::move(setting.value);
  describeRun(state, metadata);
  std::vector<TensorSource> tensors = weightTensors(model, session.weights());
  std::vector<const char *> states = stateNames(model);
  for (size_t state = 0; state < states.size(); ++state)
    for (TensorSource &tensor :
         weightTensors(model, session.state(int64_t(state)), std::string(states[state]) + "/"))
      tensors.push_back(std::move(tensor));
  writeSafetensors(path, tensors, metadata);
}

bool isCheckpoint(const std::map<std::string, std::string> &metadata) {
  auto found = metadata.find(formatKey);
  return found != metadata.end() && found->second.rfind("iarc checkpoint ", 0) == 0;
}

std::string parseCheckpoint(const SafetensorsHeader &header, RunState &state, double &probe) {
  const std::map<std::string, std::string> &metadata = header.metadata;
  if (!isCheckpoint(metadata))
    return "it is no checkpoint of a training run";
  if (metadata.at(formatKey) != formatName)
    return format("its format is %s, this program reads '%s'",
                  quoted(metadata.at(formatKey)).c_str(), formatName);
  auto checksum = metadata.find(checksumKey);
  if (checksum == metadata.end() || checksum->second.rfind(checksumPrefix, 0) != 0)
    return "it has no checksum";
  if (std::string problem = parseRun(metadata, state); !problem.empty())
    return problem;
  auto found = metadata.find("probe");
  if (found == metadata.end())
    return "its metadata has no 'probe'";
  if (!readProbe(found->second, probe))
    return "its metadata has the invalid 'probe' " + quoted(found->second);
  return "";
}

Checkpoint::Checkpoint(const std::string &path) : file(path) {
  std::string problem = parseCheckpoint(file.content(), run, probe);
  if (!problem.empty())
    fail(Exit::InputOutput, "cannot go on from %s: %s", quoted(path).c_str(), problem.c_str());
}

void Checkpoint::requireModel(const iarc_model &model) const {
  std::string differences;
  auto theirOptimiser = file.metadata().find("optimiser"); // the first versions had sgd alone
  const bool sameOptimiser =
      (theirOptimiser == file.metadata().end() ? "sgd" : theirOptimiser->second) ==
      optimiserName(model);
  for (const Setting &setting : modelSettings(model)) {
    auto found = file.metadata().find(setting.key);
    std::string theirs = found == file.metadata().end() ? "none" : found->second;
    if (theirs != setting.value)
      differences += format("\n  %s: the model has %s, the checkpoint %s", setting.key,
                            setting.value.c_str(), quoted(theirs).c_str());
  }
  /// Whether they agree.
  auto compare = [&](const std::string &name, const std::vector<int64_t> &shape) {
    const TensorEntry *entry = file.find(name);
    std::string wanted =
        format("\n  %s: the model has %s %s, the checkpoint ", quoted(name).c_str(),
               elementTypeName(elementType(model)), shapeText(shape).c_str());
    if (!entry)
      differences += wanted + "has no such tensor";
    else if (entry->shape != shape || entry->type != elementType(model))
      differences += wanted + elementTypeName(entry->type) + " " + shapeText(entry->shape);
    else
      return true;
    return false;
  };
  std::vector<std::string> known;
  for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor) {
    const iarc_weight &weight = model.weights[tensor];
    if (compare(weight.name, shapeOf(weight)) && sameOptimiser) // else its states are no news
      for (const char *state : stateNames(model))
        compare(format("%s/%s", state, weight.name), shapeOf(weight));
    known.push_back(weight.name);
  }
  for (const TensorEntry &entry : file.tensors())
    if (std::find(known.begin(), known.end(), entry.name) == known.end() &&
        !isState(entry.name))
      differences += format("\n  %s: the checkpoint has %s, the model has no such weight",
                            quoted(entry.name).c_str(), shapeText(entry.shape).c_str());
  if (differences.empty() && sameOptimiser)
    return;
  if (differences.empty())
    fail(Exit::InputOutput,
         "cannot go on from %s: its optimiser is %s, that of this program is %s\n"
         "hint: a new run starts from its weights with --weights %s",
         quoted(file.path()).c_str(),
         quoted(theirOptimiser == file.metadata().end() ? "sgd" : theirOptimiser->second).c_str(),
         quoted(optimiserName(model)).c_str(), shellWord(file.path()).c_str());
  auto name = file.metadata().find("model");
  fail(Exit::InputOutput, "cannot go on from %s: it is of another model than %s%s:%s",
       quoted(file.path()).c_str(), quoted(model.name).c_str(),
       name == file.metadata().end() ? "" : (", of " + quoted(name->second)).c_str(),
       differences.c_str());
}

std::string Checkpoint::requireProbe(const iarc_model &model, double ours) const {
  bool same = ours == probe || (std::isnan(ours) && std::isnan(probe));
  // Code for another processor sums in another order. The examples' probes then differ by less than
  // 5e-7 in f32, at any depth.
  const double tolerance = model.element_bytes == 8 ? 1e-9 : 1e-5;
  bool near = std::fabs(ours - probe) <= tolerance * std::max(1.0, std::fabs(probe));
  if (!same && !near)
    fail(Exit::InputOutput,
         "cannot go on from %s: its model has the same weights but computes something else than "
         "%s, such as another kernel or activation (loss of a fixed probe: %s, here %s)\n"
         "hint: a new run starts from its weights with --weights %s",
         quoted(file.path()).c_str(), quoted(model.name).c_str(), exactText(probe).c_str(),
         exactText(ours).c_str(), shellWord(file.path()).c_str());
  auto code = file.metadata().find("code");
  std::string theirs = code == file.metadata().end() ? "another iarcc" : code->second;
  if (same && theirs == codeText(model))
    return "";
  return format("the checkpoint %s was written by code of %s, this is code of %s%s: from here on "
                "results agree with those of one run up to rounding, not to the last bit",
                quoted(file.path()).c_str(), theirs.c_str(), codeText(model).c_str(),
                theirs == codeText(model) ? " with other options" : "");
}

void Checkpoint::load(Session &session) const {
  const iarc_model &model = session.model;
  withReal(model, [&](auto real) {
    using Real = decltype(real);
    for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor) {
      const iarc_weight &weight = model.weights[tensor];
      file.copy(*file.find(weight.name), static_cast<Real *>(session.weights()) + weight.offset);
      std::vector<const char *> states = stateNames(model);
      for (size_t state = 0; state < states.size(); ++state)
        file.copy(*file.find(format("%s/%s", states[state], weight.name)),
                  static_cast<Real *>(session.state(int64_t(state))) + weight.offset);
    }
  });
}

} // namespace iarc::runtime
