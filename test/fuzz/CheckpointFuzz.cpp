//===- CheckpointFuzz.cpp - Fuzz target of what a run that goes on reads -----------===//
//
// Any bytes as a checkpoint, an event file and a log. As no guess hits a checksum, it
// is put right first, so that what lies behind it is reached. Whatever comes is refused
// with a message, or is a state that is written again as it was read.
//
//   bin/iarc-checkpoint-fuzz FOLDER -max_total_time=600
//
//===----------------------------------------------------------------------===//

#include "Checkpoint.h"
#include "EventFile.h"
#include "TrainingLog.h"

#include <cstdint>
#include <string>
#include <vector>

using namespace iarc::runtime;

static void require(bool condition) {
  if (!condition)
    __builtin_trap();
}

static void readCheckpoint(std::vector<std::byte> bytes) {
  uint64_t length = 0;
  for (size_t byte = 8; byte-- > 0 && bytes.size() >= 8;)
    length = length << 8 | uint64_t(bytes[byte]);
  if (bytes.size() >= 8 && length <= bytes.size() - 8) {
    std::string_view text(reinterpret_cast<const char *>(bytes.data()) + 8, size_t(length));
    if (size_t at = findChecksum(text); at != std::string_view::npos) {
      std::string digits = computeChecksum(bytes.data(), bytes.size(), length);
      for (size_t i = 0; i < digits.size(); ++i)
        bytes[8 + at + i] = std::byte(digits[i]);
    }
  }
  SafetensorsHeader header;
  std::string error;
  if (!parseSafetensors(bytes.data(), bytes.size(), header, error)) {
    require(!error.empty());
    return;
  }
  RunState state;
  double probe = 0;
  if (!parseCheckpoint(header, state, probe).empty())
    return;
  require(state.step >= 0 && state.settings.batch >= 1 && state.settings.logEvery >= 1);
  std::map<std::string, std::string> metadata;
  describeRun(state, metadata);
  RunState again;
  require(parseRun(metadata, again).empty());
  require(again.step == state.step && again.settings.seed == state.settings.seed &&
          again.settings.rate(0) == state.settings.rate(0) &&
          again.interval.metrics.rightAt == state.interval.metrics.rightAt);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::byte *bytes = reinterpret_cast<const std::byte *>(data);
  readCheckpoint({bytes, bytes + size});

  std::string_view text(reinterpret_cast<const char *>(data), size);
  EventScan scan = scanEvents(text, 1000);
  require(scan.keep <= scan.whole && scan.whole <= size);
  require(scanEvents(text.substr(0, size_t(scan.keep)), 1000).keep == scan.keep);

  for (const char *before : {"", "{\"step\":"}) {
    uint64_t keep = 0, again = 0;
    int64_t line = 0;
    std::string_view header = *before ? "" : "step,loss";
    if (scanLog(text, header, before, 1000, 1000, keep, line)) {
      require(keep <= size &&
              scanLog(text.substr(0, size_t(keep)), header, before, 1000, 1000, again, line));
      require(again == keep && (keep == 0 || text[size_t(keep) - 1] == '\n'));
    }
  }
  return 0;
}
