//===- GivenBatch.cpp - A batch from a file --------------------------------------===//

#include "GivenBatch.h"

#include "Error.h"
#include "Safetensors.h"
#include "Text.h"

namespace iarc::runtime {

namespace {

/// Reads the integers of one tensor [batch, columns].
std::vector<int32_t> readRows(const SafetensorsFile &file, const char *name, int64_t columns) {
  const std::string path = quoted(file.path());
  const TensorEntry *entry = file.find(name);
  if (!entry)
    fail(Exit::InputOutput, "%s is no batch: it has no tensor '%s'", path.c_str(), name);
  if (entry->type != ElementType::I32)
    fail(Exit::InputOutput, "%s is no batch: '%s' has elements %s, expected I32", path.c_str(),
         name, elementTypeName(entry->type));
  if (entry->shape.size() != 2 || entry->shape[1] != columns || entry->shape[0] < 1)
    fail(Exit::InputOutput,
         "%s does not fit the model: '%s' has the shape %s, expected [batch, %lld] "
         "with a batch of at least 1",
         path.c_str(), name, shapeText(entry->shape).c_str(), (long long)columns);
  std::vector<int32_t> values(size_t(entry->count));
  file.copy(*entry, values.data());
  return values;
}

void checkRange(const std::string &what, const char *name, const std::vector<int32_t> &values,
                int64_t columns, int64_t least, int64_t most) {
  for (size_t i = 0; i < values.size(); ++i)
    if (values[i] < least || values[i] > most)
      fail(Exit::InputOutput,
           "%s does not fit the model: %s[%lld, %lld] is %d, expected %lld to %lld", what.c_str(),
           name, (long long)(int64_t(i) / columns), (long long)(int64_t(i) % columns), values[i],
           (long long)least, (long long)most);
}

/// An interspersed batch has a symbol or a control token at every position, and a symbol after
/// them.
void checkInterspersed(const iarc_model &model, const std::string &what, const GivenBatch &batch) {
  const int64_t context = model.context;
  for (int64_t b = 0; b < batch.samples; ++b)
    for (int64_t t = 0; t <= context; ++t) {
      int32_t symbol = batch.symbols[size_t(b * (context + 1) + t)];
      int32_t control = t < context ? batch.controls[size_t(b * context + t)] : -1;
      if (t == context && symbol < 0)
        fail(Exit::InputOutput,
             "%s does not fit the model: symbols[%lld, %lld] is -1, but what follows the window is "
             "predicted",
             what.c_str(), (long long)b, (long long)t);
      if ((symbol < 0) != (control >= 0))
        fail(Exit::InputOutput,
             "%s does not fit the model, whose control tokens are positions of their own: position "
             "%lld of sample %lld has %s",
             what.c_str(), (long long)t, (long long)b,
             symbol < 0 ? "neither symbol nor control token" : "both a symbol and a control token");
    }
}

} // namespace

void checkBatch(const iarc_model &model, const std::string &what, const GivenBatch &batch) {
  const int64_t context = model.context, symbols = model.task.symbols;
  checkRange(what, "symbols", batch.symbols, context + 1, model.task.interspersed ? -1 : 0,
             symbols - 1);
  checkRange(what, "controls", batch.controls, context, -1, model.task.control_count - 1);
  checkRange(what, "targets", batch.targets, context, -1, symbols - 1);
  if (model.task.interspersed)
    checkInterspersed(model, what, batch);
}

GivenBatch readBatch(const iarc_model &model, const std::string &path) {
  SafetensorsFile file(path);
  GivenBatch batch;
  batch.symbols = readRows(file, "symbols", model.context + 1);
  batch.controls = readRows(file, "controls", model.context);
  batch.samples = int64_t(batch.symbols.size()) / (model.context + 1);
  int64_t rows = int64_t(batch.controls.size()) / model.context;
  if (rows != batch.samples)
    fail(Exit::InputOutput, "%s is no batch: 'symbols' has %lld samples but 'controls' has %lld",
         quoted(path).c_str(), (long long)batch.samples, (long long)rows);
  if (model.task.masked && file.find("targets")) {
    batch.targets = readRows(file, "targets", model.context);
    if (batch.targets.size() != batch.controls.size())
      fail(Exit::InputOutput, "%s is no batch: 'symbols' has %lld samples but 'targets' has %lld",
           quoted(path).c_str(), (long long)batch.samples,
           (long long)(int64_t(batch.targets.size()) / model.context));
  }
  checkBatch(model, quoted(path), batch);
  return batch;
}

} // namespace iarc::runtime
