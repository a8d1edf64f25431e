//===- ImportCommand.cpp - import ---------------------------------------------------===//

#include "Error.h"
#include "InputFile.h"
#include "Program.h"
#include "Text.h"
#include "WeightMap.h"
#include "Weights.h"

namespace iarc::runtime {

int runImport(const Invocation &invocation) {
  const iarc_model &model = invocation.model;
  std::string from, mapFile, out;
  Arguments arguments("import");
  arguments.addFile("--from", &from, "safetensors of another framework", /*required=*/true);
  arguments.addFile("--weight-map", &mapFile,
                    "lines NAME[INDEX] = THEIR.NAME[BEGIN:END] transpose; without one names are the "
                    "same");
  arguments.addOutput("--out", &out, "write the model's weights there", /*required=*/true);
  if (!parseArguments(invocation, "import", arguments))
    return int(Exit::Ok);
  std::vector<WeightMapLine> map;
  if (!mapFile.empty()) {
    std::string lines = readText("the weight map ", mapFile);
    if (lines.empty())
      fail(Exit::InputOutput, "cannot read the weight map %s: it is empty",
           runtime::quoted(mapFile).c_str());
    if (lines.compare(0, 3, "\xEF\xBB\xBF") == 0) // the mark that some editors put before UTF-8
      lines.erase(0, 3);
    map = parseWeightMap(lines, mapFile);
  }
  Array weights(uint64_t(model.weight_elements * model.element_bytes));
  importWeights(model, from, map, weights.data());
  saveWeights(model, out, weights.data());
  return int(Exit::Ok);
}

} // namespace iarc::runtime
