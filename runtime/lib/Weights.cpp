//===- Weights.cpp - A model's weights as a file ---------------------------------===//

#include "Weights.h"

#include "Checkpoint.h"
#include "Error.h"
#include "Real.h"
#include "Text.h"

#include <cmath>
#include <cstdio>
#include <cstring>

namespace iarc::runtime {

std::vector<int64_t> shapeOf(const iarc_weight &weight) {
  std::vector<int64_t> shape;
  for (int64_t axis = 0; axis < weight.rank; ++axis)
    shape.push_back(weight.axes[axis].size);
  return shape;
}

void loadWeights(const iarc_model &model, const std::string &path, void *weights, bool quiet) {
  SafetensorsFile file(path);
  std::string differences;
  std::vector<const TensorEntry *> entries;
  bool converted = false;
  for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor) {
    const iarc_weight &weight = model.weights[tensor];
    std::vector<int64_t> shape = shapeOf(weight);
    const TensorEntry *entry = file.find(weight.name);
    std::string wanted =
        format("\n  %s: the model has %s", quoted(weight.name).c_str(), shapeText(shape).c_str());
    if (!entry)
      differences += wanted + ", the file has no such tensor";
    else if (entry->shape != shape)
      differences += wanted + ", the file has " + shapeText(entry->shape);
    else if (entry->type == ElementType::I32)
      differences += wanted + " of floating-point numbers, the file has I32";
    else
      converted |= entry->type != elementType(model);
    entries.push_back(entry);
  }
  for (const TensorEntry &entry : file.tensors()) {
    // A checkpoint has the optimiser's states beside the weights.
    bool known = isCheckpoint(file.metadata()) && isState(entry.name);
    for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor)
      known |= entry.name == model.weights[tensor].name;
    if (!known)
      differences += format("\n  %s: the file has %s, the model has no such weight",
                            quoted(entry.name).c_str(), shapeText(entry.shape).c_str());
  }
  if (!differences.empty())
    fail(Exit::InputOutput, "the weights in %s do not fit the model %s:%s", quoted(path).c_str(),
         quoted(model.name).c_str(), differences.c_str());
  if (converted && !quiet)
    std::fprintf(stderr, "note: the weights in %s are converted to %s\n", quoted(path).c_str(),
                 precisionName(model));
  withReal(model, [&](auto real) {
    using Real = decltype(real);
    for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor)
      file.copy(*entries[size_t(tensor)],
                static_cast<Real *>(weights) + model.weights[tensor].offset);
  });
}

std::vector<TensorSource> weightTensors(const iarc_model &model, const void *array,
                                        const std::string &prefix) {
  std::vector<TensorSource> tensors;
  for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor) {
    const iarc_weight &weight = model.weights[tensor];
    tensors.push_back({prefix + weight.name, elementType(model), shapeOf(weight),
                       static_cast<const char *>(array) + weight.offset * model.element_bytes});
  }
  return tensors;
}

void saveWeights(const iarc_model &model, const std::string &path, const void *weights) {
  writeSafetensors(path, weightTensors(model, weights), {{"model", model.name}});
}

std::string firstNotFinite(const iarc_model &model, const void *weights) {
  return withReal(model, [&](auto real) -> std::string {
    using Real = decltype(real);
    for (int64_t tensor = 0; tensor < model.weight_tensors; ++tensor) {
      const iarc_weight &weight = model.weights[tensor];
      const Real *from = static_cast<const Real *>(weights) + weight.offset;
      for (int64_t i = 0; i < weight.count; ++i)
        if (!std::isfinite(from[i]))
          return weight.name;
    }
    return "";
  });
}

std::string notFiniteNote(const iarc_model &model, const void *weights, const std::string &path) {
  const std::string first = firstNotFinite(model, weights);
  return first.empty() ? format("note: every weight in %s is finite, but what is computed from them is "
                                "too large for %s",
                                quoted(path).c_str(), precisionName(model))
                       : format("note: in %s the weight %s is not finite", quoted(path).c_str(),
                                quoted(first).c_str());
}

} // namespace iarc::runtime
