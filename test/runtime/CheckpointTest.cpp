//===- CheckpointTest.cpp - Checkpoints, their folder, and logs that are cut --------===//

#include "Checkpoint.h"
#include "CheckpointFolder.h"
#include "Error.h"
#include "TrainingLog.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <random>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace iarc::runtime;
namespace fs = std::filesystem;

namespace {

class Folder {
public:
  Folder() {
    std::string name = testing::TempDir() + "iarc-checkpoints-XXXXXX";
    path = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(const std::string &name) const { return path + "/" + name; }
  std::string path;
};

RunState exampleState() {
  RunState state;
  state.settings = {18446744073709551615u, 200, {}, 1000, 100};
  state.settings.optimiser.rate = constantSchedule(0.1);
  state.settings.optimiser.momentum = 0.8;
  state.step = 150;
  state.interval.steps = 50;
  state.interval.gradientNorm = 1.0 / 3;
  state.interval.metrics.windows = 10000;
  state.interval.metrics.loss = 0.1 + 0.2;
  state.interval.metrics.right = 77;
  state.interval.metrics.subtaskWindows = {1, 2, 3, 4};
  state.interval.metrics.subtaskRight = {1, 0, 2, 0};
  state.interval.metrics.rightAt = {5, 6, 7};
  state.interval.metrics.countedAt = {8, 9, 10};
  return state;
}

std::map<std::string, std::string> exampleMetadata() {
  std::map<std::string, std::string> metadata{
      {"format", "iarc checkpoint 1"}, {"model", "small"}, {"probe", "2.5"}};
  describeRun(exampleState(), metadata);
  return metadata;
}

std::string readAll(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The bytes of a small checkpoint.
std::string exampleFile() {
  Folder folder;
  float weights[4] = {1, 2, 3, 4}, velocity[4] = {0.1f, 0.2f, 0.3f, 0.4f};
  writeSafetensors(folder / "a",
                   {{"w", ElementType::F32, {2, 2}, weights},
                    {"velocity/w", ElementType::F32, {2, 2}, velocity}},
                   exampleMetadata());
  return readAll(folder / "a");
}

/// "" when a run can go on from these bytes, else why not.
std::string messageOf(const std::string &bytes) {
  SafetensorsHeader header;
  std::string error;
  if (!parseSafetensors(reinterpret_cast<const std::byte *>(bytes.data()), bytes.size(), header,
                        error))
    return error;
  RunState state;
  double probe = 0;
  return parseCheckpoint(header, state, probe);
}

template <class F> std::string errorOf(F &&f) {
  try {
    f();
  } catch (const Error &error) {
    EXPECT_EQ(error.status, Exit::InputOutput);
    return error.message;
  }
  return "";
}

void touch(const std::string &path) { std::ofstream(path) << "x"; }

} // namespace

TEST(RunState, ComesBackExactly) {
  RunState state = exampleState(), back;
  std::map<std::string, std::string> metadata;
  describeRun(state, metadata);
  EXPECT_EQ(metadata.at("sample"), "30000");
  EXPECT_EQ(parseRun(metadata, back), "");
  EXPECT_EQ(back.step, 150);
  EXPECT_EQ(back.settings.seed, state.settings.seed);
  EXPECT_EQ(back.settings.batch, 200);
  EXPECT_EQ(back.settings.rate(7), 0.1);
  EXPECT_EQ(back.settings.optimiser.momentum, 0.8);
  EXPECT_EQ(back.settings.steps, 1000);
  EXPECT_EQ(back.settings.logEvery, 100);
  const Metrics &metrics = back.interval.metrics;
  EXPECT_EQ(back.interval.steps, 50);
  EXPECT_EQ(back.interval.gradientNorm, 1.0 / 3);
  EXPECT_EQ(metrics.loss, 0.1 + 0.2);
  EXPECT_EQ(metrics.right, 77);
  EXPECT_EQ(metrics.subtaskWindows, state.interval.metrics.subtaskWindows);
  EXPECT_EQ(metrics.subtaskRight, state.interval.metrics.subtaskRight);
  EXPECT_EQ(metrics.rightAt, state.interval.metrics.rightAt);
  EXPECT_EQ(metrics.countedAt, state.interval.metrics.countedAt);
  EXPECT_GE(back.interval.seconds(), 0);

  state.interval = Interval();
  describeRun(state, metadata);
  RunState empty;
  EXPECT_EQ(parseRun(metadata, empty), "");
  EXPECT_TRUE(std::isnan(empty.interval.gradientNorm));
}

TEST(RunState, EveryMistakeHasItsMessage) {
  auto with = [](const char *key, const char *value) {
    std::map<std::string, std::string> metadata = exampleMetadata();
    if (value)
      metadata[key] = value;
    else
      metadata.erase(key);
    RunState state;
    return parseRun(metadata, state);
  };
  for (const char *key :
       {"step", "seed", "batch", "rate", "momentum", "steps", "log_every", "interval"}) {
    EXPECT_EQ(with(key, nullptr), std::string("its metadata has no '") + key + "'");
    for (const char *value : {"", "x", "-1", "1 ", " 1", "1x", "1e999", "1 2"})
      EXPECT_EQ(with(key, value),
                std::string("its metadata has the invalid '") + key + "' '" + value + "'");
  }
  EXPECT_EQ(with("batch", "0"), "its metadata has the invalid 'batch' '0'");
  EXPECT_EQ(with("momentum", "1"), "its metadata has the invalid 'momentum' '1'");
  EXPECT_EQ(with("rate", "nan"), "its metadata has the invalid 'rate' 'nan'");
  for (const char *interval :
       {"1 inf nan 1 1 1 4 1 1 1 1 1 1 1 1 0", "1 0 nan 1 1 1 3 1 1 1 1 1 1 0",
        "1 0 nan 1 1 1 4 1 1 1 1 1 1 1 1 2 1 1", "1 0 nan 1 1 1 4 1 1 1 1 1 1 1 1 99999999999",
        "1 0 nan 1 1 1 4 1 1 1 1 1 1 1 1 0 7", "1 0 nan -1 1 1 4 1 1 1 1 1 1 1 1 0"})
    EXPECT_EQ(with("interval", interval),
              std::string("its metadata has the invalid 'interval' '") + interval + "'");
}

TEST(Checkpoint, EveryMistakeHasItsMessage) {
  auto with = [](const char *key, const char *value) {
    SafetensorsHeader header;
    header.metadata = exampleMetadata();
    header.metadata["checksum"] = "iarc-crc64:0000000000000000";
    if (value)
      header.metadata[key] = value;
    else
      header.metadata.erase(key);
    RunState state;
    double probe = 0;
    return parseCheckpoint(header, state, probe);
  };
  EXPECT_EQ(with("other", "x"), "");
  EXPECT_EQ(with("format", nullptr), "it is no checkpoint of a training run");
  EXPECT_EQ(with("format", "pt"), "it is no checkpoint of a training run");
  EXPECT_EQ(with("format", "iarc checkpoint 2"),
            "its format is 'iarc checkpoint 2', this program reads 'iarc checkpoint 1'");
  EXPECT_EQ(with("checksum", nullptr), "it has no checksum");
  EXPECT_EQ(with("checksum", "sha256:0"), "it has no checksum");
  EXPECT_EQ(with("probe", nullptr), "its metadata has no 'probe'");
  EXPECT_EQ(with("probe", "x"), "its metadata has the invalid 'probe' 'x'");
  EXPECT_EQ(with("step", nullptr), "its metadata has no 'step'");
}

TEST(Checkpoint, EveryTruncationIsRefused) {
  std::string bytes = exampleFile();
  ASSERT_EQ(messageOf(bytes), "");
  for (size_t length = 0; length < bytes.size(); ++length)
    EXPECT_NE(messageOf(bytes.substr(0, length)), "") << length;
  EXPECT_NE(messageOf(bytes + '\0'), "");
}

TEST(Checkpoint, EveryFlippedBitIsFound) {
  std::string bytes = exampleFile();
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = char(damaged[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_NE(messageOf(damaged), "") << "bit " << bit;
  }
}

TEST(Checkpoint, RandomDamageIsFound) {
  std::string bytes = exampleFile();
  std::mt19937_64 random(7);
  for (int round = 0; round < 10000; ++round) {
    std::string damaged = bytes;
    size_t flips = 2 + random() % 30; // one is what the test above tries everywhere
    for (size_t i = 0; i < flips; ++i) {
      size_t bit = random() % (8 * bytes.size());
      damaged[bit / 8] = char(damaged[bit / 8] ^ (1 << (bit % 8)));
    }
    if (damaged != bytes) {
      ASSERT_NE(messageOf(damaged), "") << "round " << round;
    }
  }
}

TEST(Safetensors, ChecksumsOfOthersAreLeftAlone) {
  auto fileWith = [](const std::string &checksum) {
    std::string header = "{\"__metadata__\":{\"checksum\":\"" + checksum + "\"}}";
    std::string bytes(8, '\0');
    bytes[0] = char(header.size());
    return bytes + header;
  };
  auto message = [](const std::string &bytes) {
    SafetensorsHeader header;
    std::string error;
    parseSafetensors(reinterpret_cast<const std::byte *>(bytes.data()), bytes.size(), header,
                     error);
    return error;
  };
  EXPECT_EQ(message(fileWith("sha256:1234")), "");
  EXPECT_EQ(message(fileWith("iarc-crc64:0123456789abcdef")),
            "the checksum is wrong: the file was damaged, or changed by another tool");
  EXPECT_EQ(message(fileWith("iarc-crc64:0123")), "the checksum in its header is damaged");
}

TEST(CheckpointFolder, ListsItsOwn) {
  Folder folder;
  {
    CheckpointFolder checkpoints(folder / "new/");
    EXPECT_TRUE(checkpoints.list().empty());
    EXPECT_EQ(checkpoints.newest(), nullptr);
    EXPECT_EQ(checkpoints.pathOf(12), folder / "new/step-000000012.safetensors");
    for (const char *name :
         {"step-000000012.safetensors", "step-7.safetensors", "step-1000000000000.safetensors",
          "step-x.safetensors", "step-.safetensors", "step-9.safetensors.aside", "other",
          "step-99999999999999.safetensors"})
      touch(folder / (std::string("new/") + name));
    std::vector<int64_t> steps;
    for (const CheckpointFolder::Entry &entry : checkpoints.list())
      steps.push_back(entry.step);
    EXPECT_EQ(steps, (std::vector<int64_t>{7, 12, 1000000000000}));
    EXPECT_TRUE(checkpoints.holds(folder / "new/step-7.safetensors"));
    EXPECT_FALSE(checkpoints.holds(folder / "step-7.safetensors"));
    EXPECT_EQ(checkpoints.setAside(12),
              (std::vector<std::string>{folder / "new/step-1000000000000.safetensors.aside"}));
    touch(folder / "new/step-1000000000000.safetensors");
    EXPECT_EQ(checkpoints.setAside(12),
              (std::vector<std::string>{folder / "new/step-1000000000000.safetensors.aside-2"}));
    checkpoints.prune(1);
    ASSERT_EQ(checkpoints.list().size(), 1u);
    EXPECT_EQ(checkpoints.list()[0].step, 12);
    EXPECT_TRUE(fs::exists(folder / "new/other"));
  }
  // What a killed process left behind goes, and nothing else.
  touch(folder / "new/.step-000000012.safetensors.iarc-abcdef");
  touch(folder / "new/step-000000012.safetensors.AbC123");
  touch(folder / "new/notes.AbC123");
  CheckpointFolder again(folder / "new");
  EXPECT_FALSE(fs::exists(folder / "new/.step-000000012.safetensors.iarc-abcdef"));
  EXPECT_TRUE(fs::exists(folder / "new/step-000000012.safetensors.AbC123"));
  EXPECT_TRUE(fs::exists(folder / "new/notes.AbC123"));
}

TEST(CheckpointFolder, Errors) {
  Folder folder;
  EXPECT_EQ(errorOf([&] { CheckpointFolder(folder / "no/new"); }),
            "cannot make the folder '" + (folder / "no/new") +
                "' for checkpoints: No such file or directory");
  touch(folder / "file");
  EXPECT_EQ(errorOf([&] { CheckpointFolder(folder / "file"); }),
            "cannot keep checkpoints in '" + (folder / "file") + "': it is not a folder");
  fs::create_directories(folder / "odd/.lock");
  EXPECT_EQ(errorOf([&] { CheckpointFolder(folder / "odd"); }),
            "cannot keep checkpoints in '" + (folder / "odd") + "': Is a directory");

  CheckpointFolder taken(folder / "taken");
  pid_t child = fork(); // locks are those of a process
  if (child == 0) {
    std::string message = errorOf([&] { CheckpointFolder(folder / "taken"); });
    std::string expected = "another process (" + std::to_string(getppid()) +
                           ") keeps its checkpoints in '" + (folder / "taken") +
                           "'\nhint: wait until it has ended, or name another folder";
    _exit(message == expected ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);

  CheckpointFolder vanished(folder / "vanished");
  fs::remove_all(folder / "vanished");
  EXPECT_EQ(errorOf([&] { vanished.list(); }),
            "cannot read the folder '" + (folder / "vanished") + "': No such file or directory");
}

TEST(CheckpointFolder, ADamagedOneIsNeverPassedOver) {
  Folder folder;
  CheckpointFolder checkpoints(folder / "c");
  std::string bytes = exampleFile();
  auto write = [&](int64_t step, const std::string &content) {
    std::ofstream(checkpoints.pathOf(step), std::ios::binary) << content;
  };
  write(30, bytes.substr(0, 5));
  EXPECT_EQ(errorOf([&] { checkpoints.newest(); }),
            "cannot read '" + checkpoints.pathOf(30) +
                "': too short for a safetensors file: 5 bytes\nhint: no older "
                "checkpoint is whole: start again with another folder or without these files");
  write(10, bytes);
  std::string damaged = bytes;
  damaged.back() = char(damaged.back() ^ 1);
  write(20, damaged);
  EXPECT_EQ(
      errorOf([&] { checkpoints.newest(); }),
      "cannot read '" + checkpoints.pathOf(30) +
          "': too short for a safetensors file: 5 bytes\ncannot read '" + checkpoints.pathOf(20) +
          "': the checksum is wrong: the file was damaged, or changed by another tool\n"
          "note: the newest checkpoint that is whole is '" +
          checkpoints.pathOf(10) + "', of step 10\nhint: go on from that one with --resume-from " +
          checkpoints.pathOf(10) + " in place of --resume");
  fs::remove(checkpoints.pathOf(20));
  fs::remove(checkpoints.pathOf(30));
  EXPECT_EQ(checkpoints.newest()->state().step, 150);
}

TEST(TrainingLog, WhatIsKept) {
  uint64_t keep = 0;
  int64_t line = 0;
  auto scan = [&](const std::string &text, const char *header, const char *before, int64_t bound) {
    return scanLog(text, header, before, bound, bound, keep, line);
  };
  std::string json = "{\"step\":100,\"a\":1}\n{\"step\":200,\"a\":1}\n";
  EXPECT_TRUE(scan(json, "", "{\"step\":", 100));
  EXPECT_EQ(keep, json.size() / 2);
  EXPECT_TRUE(scan(json, "", "{\"step\":", 99));
  EXPECT_EQ(keep, 0u);
  EXPECT_TRUE(scan(json + "{\"step\":2", "", "{\"step\":", 1000)); // torn
  EXPECT_EQ(keep, json.size());
  EXPECT_TRUE(scan("", "", "{\"step\":", 1000));
  EXPECT_EQ(keep, 0u);
  EXPECT_FALSE(scan(json + "note\n", "", "{\"step\":", 100));
  EXPECT_EQ(line, 3);
  EXPECT_FALSE(scan("{\"step\":x,\n", "", "{\"step\":", 100));
  EXPECT_FALSE(scan("{\"step\":1}\n", "", "{\"step\":", 100));
  std::string csv = "step,loss\n100,1\n200,1\n";
  EXPECT_TRUE(scan(csv, "step,loss", "", 100));
  EXPECT_EQ(keep, 16u);
  EXPECT_TRUE(scan(csv, "step,loss", "", 0));
  EXPECT_EQ(keep, 10u);
  EXPECT_FALSE(scan(csv, "step,loss,rate", "", 100));
  EXPECT_EQ(line, 1);
  EXPECT_FALSE(scan("step,loss\n100\n", "step,loss", "", 100));
  EXPECT_EQ(line, 2);
}
