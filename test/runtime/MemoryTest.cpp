//===- MemoryTest.cpp - Arrays, and whether they fit ------------------------------===//

#include "Error.h"
#include "Memory.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

using namespace iarc::runtime;
namespace fs = std::filesystem;

namespace {
/// A folder that poses as the root of a machine.
class Machine {
public:
  Machine() {
    std::string name = testing::TempDir() + "iarc-machine-XXXXXX";
    root = mkdtemp(name.data());
  }
  ~Machine() { fs::remove_all(root); }
  void write(const std::string &path, const std::string &text) {
    fs::create_directories(fs::path(root + path).parent_path());
    std::ofstream(root + path) << text;
  }
  std::string root;
};
constexpr uint64_t gibibyte = uint64_t(1) << 30;

std::string refusal(const MemoryPlan &plan, const AvailableMemory &available) {
  try {
    plan.require(available, "use a smaller --batch (now 7)");
  } catch (const Error &error) {
    EXPECT_EQ(error.status, Exit::InputOutput);
    return error.message;
  }
  return "";
}
} // namespace

TEST(Memory, MachineWithoutLimits) {
  Machine machine;
  machine.write("/proc/meminfo", "MemTotal: 16777216 kB\nMemAvailable:    8388608 kB\n");
  machine.write("/proc/self/cgroup", "0::/\n");
  AvailableMemory available = availableMemory(machine.root);
  EXPECT_EQ(available.bytes, 8 * gibibyte);
  EXPECT_EQ(available.bound, "in this machine");
}

TEST(Memory, UnifiedControlGroup) {
  Machine machine;
  machine.write("/proc/meminfo", "MemAvailable: 8388608 kB\n");
  machine.write("/proc/self/cgroup", "0::/a/b\n");
  machine.write("/sys/fs/cgroup/a/b/memory.max", "max\n");
  machine.write("/sys/fs/cgroup/a/memory.max", std::to_string(3 * gibibyte) + "\n");
  machine.write("/sys/fs/cgroup/a/memory.current", std::to_string(2 * gibibyte) + "\n");
  machine.write("/sys/fs/cgroup/a/memory.stat",
                "anon 5\ninactive_file " + std::to_string(gibibyte / 2) + "\n");
  AvailableMemory available = availableMemory(machine.root);
  EXPECT_EQ(available.bytes, gibibyte + gibibyte / 2);
  EXPECT_EQ(available.bound, "under the memory limit of the control group");
}

TEST(Memory, FirstVersionOfControlGroups) {
  Machine machine;
  machine.write("/proc/meminfo", "MemAvailable: 8388608 kB\n");
  machine.write("/proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/docker/77\n");
  machine.write("/sys/fs/cgroup/memory/memory.limit_in_bytes", std::to_string(gibibyte) + "\n");
  machine.write("/sys/fs/cgroup/memory/memory.usage_in_bytes", std::to_string(gibibyte / 4) + "\n");
  EXPECT_EQ(availableMemory(machine.root).bytes, gibibyte * 3 / 4);
}

TEST(Memory, MoreUsedThanAllowedLeavesNothing) {
  Machine machine;
  machine.write("/proc/self/cgroup", "0::/\n");
  machine.write("/sys/fs/cgroup/memory.max", "1000\n");
  machine.write("/sys/fs/cgroup/memory.current", "2000\n");
  EXPECT_EQ(availableMemory(machine.root).bytes, 0u);
}

TEST(Memory, NothingKnown) {
  Machine machine;
  EXPECT_GT(availableMemory(machine.root).bytes, gibibyte); // unless this test runs under ulimit -v
}

TEST(MemoryPlan, Refusals) {
  MemoryPlan plan;
  plan.add({1024, 1024, 1024, 70});
  plan.add({1, 0, INT64_MAX}); // nothing
  EXPECT_EQ(plan.bytes(), 70 * gibibyte);
  EXPECT_EQ(refusal(plan, {70 * gibibyte, "in this machine"}), "");
  EXPECT_EQ(refusal(plan, {22 * gibibyte, "in this machine"}),
            "needs 70.0 GiB of memory, 22.0 GiB are available in this machine\n"
            "hint: use a smaller --batch (now 7)");
}

TEST(MemoryPlan, Overflow) {
  for (auto factors : {std::initializer_list<int64_t>{INT64_MAX, 4},
                       {int64_t(1) << 32, int64_t(1) << 32},
                       {INT64_MAX, 2},
                       {-1}}) {
    MemoryPlan plan;
    plan.add(factors);
    EXPECT_TRUE(plan.overflowed());
    EXPECT_EQ(refusal(plan, {gibibyte, "in this machine"}),
              "needs more than 8.0 EiB of memory, 1.0 GiB are available in this machine\n"
              "hint: use a smaller --batch (now 7)");
  }
  MemoryPlan sum;
  sum.add({INT64_MAX});
  EXPECT_FALSE(sum.overflowed());
  sum.add({1});
  EXPECT_TRUE(sum.overflowed());
}

TEST(Array, AlignedAndZero) {
  for (uint64_t bytes : {uint64_t(1), uint64_t(4097), uint64_t(5) << 20}) {
    Array array(bytes);
    EXPECT_EQ(array.bytes(), bytes);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(array.data()) % 64, 0u);
    if (bytes >= (2u << 20)) {
      EXPECT_EQ(reinterpret_cast<uintptr_t>(array.data()) % (2u << 20), 0u);
    }
    EXPECT_EQ(array.as<char>()[bytes - 1], 0);
    array.as<char>()[bytes - 1] = 1;
  }
  EXPECT_EQ(Array(0).data(), nullptr);
  try {
    Array array(uint64_t(1) << 60);
    FAIL();
  } catch (const Error &error) {
    EXPECT_EQ(error.message, "cannot get 1.0 EiB of memory: Cannot allocate memory");
  }
}
