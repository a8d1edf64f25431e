//===- ExportCommand.cpp - export ---------------------------------------------------===//

#include "Export.h"
#include "Npz.h"
#include "OutputFile.h"
#include "Program.h"
#include "Text.h"
#include "Weights.h"

#include <algorithm>

namespace iarc::runtime {

int runExport(const Invocation &invocation) {
  const iarc_model &model = invocation.model;
  std::string formatName, weightsFile, target, out;
  Arguments arguments("export");
  arguments.addWord("--format", "FORM", &formatName, "c, onnx, npz or safetensors", /*required=*/true);
  arguments.addFile("--weights", &weightsFile, "the weights, such as a checkpoint",
                    /*required=*/true);
  arguments.addOutput("--out", &out, "write there; of the form c NAME.c, and NAME.h beside it",
                      /*required=*/true);
  arguments.addWord("--target", "TARGET", &target,
                    "with the form c: a processor that iarcc --export-target named; else this program's");
  if (!parseArguments(invocation, "export", arguments))
    return int(Exit::Ok);
  if (formatName != "c" && formatName != "onnx" && formatName != "npz" && formatName != "safetensors") {
    std::string nearest = nearestName(formatName, {"c", "onnx", "npz", "safetensors"});
    fail(Exit::Usage, "--format: there is no form %s; one of c, onnx, npz, safetensors%s",
         quoted(formatName).c_str(),
         nearest.empty() ? "" : ("\nhint: did you mean " + nearest + "?").c_str());
  }
  if (arguments.given("--target") && formatName != "c")
    fail(Exit::Usage, "--target is for --format c: other forms hold no code");
  if (const size_t end = out.size() - std::min<size_t>(out.size(), 2);
      formatName == "c" && out.substr(end) == ".c" && isSameFile(weightsFile, out.substr(0, end) + ".h"))
    fail(Exit::Usage, "--weights names the header %s, which goes beside --out\n"
                      "hint: name another file for --out",
         quoted(weightsFile).c_str());
  Array weights(uint64_t(model.weight_elements * model.element_bytes));
  loadWeights(model, weightsFile, weights.data());
  if (std::string first = firstNotFinite(model, weights.data()); !first.empty())
    fail(Exit::Diverged, "the weight %s in %s is not finite: such a model is not exported",
         quoted(first).c_str(), quoted(weightsFile).c_str());
  if (formatName == "safetensors")
    saveWeights(model, out, weights.data());
  else if (formatName == "onnx")
    exportOnnx(model, weights.data(), out);
  else if (formatName == "npz")
    writeNpz(out, weightTensors(model, weights.data()));
  else
    exportC(model, weights.data(), target, out);
  return int(Exit::Ok);
}

} // namespace iarc::runtime
