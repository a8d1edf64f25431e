//===- TokenDataFuzz.cpp - Fuzz target of the reader of data files ----------------===//
//
// Any file is refused with a message, or all windows drawn from it hold symbols only
// and are the file's own tokens in a row. The first three bytes choose the form, the
// context, the split and the number of symbols.
//
//===----------------------------------------------------------------------===//

#include "Error.h"
#include "TokenData.h"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>
#include <vector>

using namespace iarc::runtime;

static void require(bool condition) {
  if (!condition)
    __builtin_trap();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 3)
    return 0;
  static const std::string path = "/tmp/iarc-token-data-fuzz-" + std::to_string(getpid());
  static const bool cleans = std::atexit([] { unlink(path.c_str()); }) == 0;
  (void)cleans;
  std::FILE *file = std::fopen(path.c_str(), "wb");
  require(file && std::fwrite(data + 3, 1, size - 3, file) == size - 3 && std::fclose(file) == 0);
  static const char vocabulary[] = "\n !abc\\\u00e9\u20ac";
  iarc_data source{"", 1 + data[0] % 5, 0.01 * (1 + data[2] % 99), vocabulary,
                   sizeof vocabulary - 1};
  iarc_model model{};
  model.task.data = &source;
  model.context = 1 + data[1] % 16;
  model.task.symbols = source.form == IARC_DATA_BYTES        ? 256
                       : source.form == IARC_DATA_CHARACTERS ? 9
                                                             : 1 + data[0] * (data[2] + 1);
  try {
    TokenData tokens(model, path);
    require(tokens.trainingTokens() > model.context &&
            tokens.tokens() - tokens.trainingTokens() > model.context);
    const int64_t context = model.context, samples = 5, stride = 8;
    std::vector<int32_t> symbols(size_t((context + 1) * stride)), controls(size_t(context * stride)),
        governing(controls.size());
    for (int64_t stream : {0, 1}) {
      iarc_fill_call call{};
      call.seed = size;
      call.stream = stream;
      call.first = data[1];
      call.count = samples;
      call.stride = stride;
      call.symbols = symbols.data();
      call.controls = controls.data();
      call.governing = governing.data();
      tokens.fill(call);
      for (int64_t b = 0; b < samples; ++b)
        for (int64_t t = 0; t <= context; ++t) {
          int32_t symbol = symbols[size_t(t * stride + b)];
          require(symbol >= 0 && symbol < model.task.symbols);
        }
    }
  } catch (const Error &error) {
    require(error.status == Exit::InputOutput && !error.message.empty());
  }
  return 0;
}
