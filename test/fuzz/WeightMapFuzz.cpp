//===- WeightMapFuzz.cpp - Fuzz target of the map of weights' names ------------------===//
//
// Any text either is refused with a message or fills a small model's weights from a file of its
// own, each number once. Notes on the file go to standard error: run it with -close_fd_mask=2.
//
//===----------------------------------------------------------------------===//

#include "Error.h"
#include "Real.h"
#include "Safetensors.h"
#include "WeightMap.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

using namespace iarc::runtime;

static void require(bool condition) {
  if (!condition)
    __builtin_trap();
}

static const iarc_axis stacked[] = {{"layer", 2}, {"out", 3}, {"in", 2}}, vector[] = {{"out", 3}};
static const iarc_weight weights[] = {
    {"query", stacked, 3, 0, 12, IARC_INITIALISE_CONSTANT, 0, 0, 0, 0},
    {"head", vector, 1, 16, 3, IARC_INITIALISE_CONSTANT, 0, 0, 0, 0}};

/// A file of tensors that fit in several ways.
static const std::string &theirs() {
  static const std::string path = [] {
    static const std::vector<float> numbers(12, 1);
    std::string name = std::filesystem::temp_directory_path() / "iarc-weight-map-fuzz";
    writeSafetensors(name,
                     {{"a", ElementType::F32, {6, 2}, numbers.data()},
                      {"b", ElementType::F32, {2, 3}, numbers.data()},
                      {"head", ElementType::F32, {3}, numbers.data()},
                      {"query", ElementType::F32, {2, 3, 2}, numbers.data()}},
                     {});
    return name;
  }();
  return path;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  iarc_model model{};
  model.name = "tiny";
  model.element_bytes = 4;
  model.weights = weights;
  model.weight_tensors = 2;
  model.weight_elements = 32;
  std::vector<float> filled(32, std::numeric_limits<float>::quiet_NaN());
  try {
    auto map = parseWeightMap(std::string(reinterpret_cast<const char *>(data), size), "map");
    importWeights(model, theirs(), map, filled.data());
  } catch (const Error &error) {
    require(error.status == Exit::InputOutput && !error.message.empty());
    return 0;
  }
  for (const iarc_weight &weight : weights)
    for (int64_t i = 0; i < weight.count; ++i)
      require(filled[size_t(weight.offset + i)] == 1);
  return 0;
}
