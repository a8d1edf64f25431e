//===- Memory.cpp - Arrays, and whether they fit -------------------------------===//

#include "Memory.h"

#include "Error.h"
#include "Text.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__ // gcc
#define IARC_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IARC_ADDRESS_SANITIZER
#endif
#endif
#ifdef IARC_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

namespace iarc::runtime {

#ifdef IARC_ADDRESS_SANITIZER
/// Around each array, so that AddressSanitizer sees what comes before or after it.
static constexpr uint64_t margin = 4096;
static void forbid(const void *from, const void *to) {
  __asan_poison_memory_region(from, size_t(static_cast<const char *>(to) -
                                           static_cast<const char *>(from)));
}
static void allow(const void *from, uint64_t bytes) {
  __asan_unpoison_memory_region(from, size_t(bytes));
}
#else
static constexpr uint64_t margin = 0;
static void forbid(const void *, const void *) {}
static void allow(const void *, uint64_t) {}
#endif

static constexpr uint64_t hugePage = uint64_t(2) << 20;

Array::Array(uint64_t bytes) : size(bytes) {
  if (bytes == 0)
    return;
  // mmap aligns to a page, which is enough for a small array.
  uint64_t slack = bytes >= hugePage ? hugePage : 0;
  if (bytes > UINT64_MAX / 2)
    fail(Exit::InputOutput, "cannot get %s of memory", bytesText(bytes).c_str());
  mapped = bytes + slack + 2 * margin;
  mapping = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) {
    mapping = nullptr;
    fail(Exit::InputOutput, "cannot get %s of memory: %s", bytesText(bytes).c_str(),
         std::strerror(errno));
  }
  uintptr_t address = reinterpret_cast<uintptr_t>(mapping) + margin;
  if (slack) {
    address = (address + hugePage - 1) & ~uintptr_t(hugePage - 1);
    madvise(reinterpret_cast<void *>(address), bytes,
            MADV_HUGEPAGE); // a wish: failure costs speed only
  }
  start = reinterpret_cast<std::byte *>(address);
  forbid(mapping, start);
  forbid(start + bytes, static_cast<std::byte *>(mapping) + mapped);
}

Array::~Array() {
  if (!mapping)
    return;
  allow(mapping, mapped); // whatever is mapped there next
  munmap(mapping, mapped);
}

//===----------------------------------------------------------------------===//
// What is available
//===----------------------------------------------------------------------===//

static std::string readText(const std::string &path) {
  std::ifstream file(path);
  std::ostringstream text;
  if (file)
    text << file.rdbuf();
  return text.str();
}

/// The number after `key` at the beginning of a line, or `otherwise`.
static uint64_t field(const std::string &text, const std::string &key, uint64_t otherwise) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.compare(0, key.size(), key) == 0) {
      unsigned long long value;
      if (std::sscanf(line.c_str() + key.size(), " %llu", &value) == 1)
        return value;
    }
  return otherwise;
}

static uint64_t difference(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }

/// What is left in one control group, UINT64_MAX without a limit.
static uint64_t leftInGroup(const std::string &folder, const char *limitFile, const char *usageFile,
                            const char *cacheKey) {
  uint64_t limit = field(readText(folder + "/" + limitFile), "", UINT64_MAX);
  if (limit == UINT64_MAX) // absent, or "max"
    return UINT64_MAX;
  uint64_t usage = field(readText(folder + "/" + usageFile), "", 0);
  uint64_t cache = field(readText(folder + "/memory.stat"), cacheKey, 0);
  return difference(limit, difference(usage, cache));
}

static uint64_t leftInGroups(const std::string &root) {
  uint64_t left = UINT64_MAX;
  std::istringstream lines(readText(root + "/proc/self/cgroup"));
  for (std::string line; std::getline(lines, line);) {
    size_t first = line.find(':');
    size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos)
      continue;
    std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    bool unified = controllers == ",,";
    if (!unified && controllers.find(",memory,") == std::string::npos)
      continue;
    std::string base = root + (unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory");
    // Every ancestor may set a limit; inside a container the path may lie outside of what is
    // mounted, then only the ancestors that exist count.
    std::string path = line.substr(second + 1);
    for (;;) {
      while (!path.empty() && path.back() == '/')
        path.pop_back();
      left = std::min(
          left, unified ? leftInGroup(base + path, "memory.max", "memory.current", "inactive_file ")
                        : leftInGroup(base + path, "memory.limit_in_bytes", "memory.usage_in_bytes",
                                      "total_inactive_file "));
      if (path.empty())
        break;
      path.erase(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
    }
  }
  return left;
}

AvailableMemory availableMemory(const std::string &root) {
  AvailableMemory result;
  auto bound = [&](uint64_t bytes, const char *what) {
    if (bytes < result.bytes)
      result = {bytes, what};
  };
  uint64_t kibibytes = field(readText(root + "/proc/meminfo"), "MemAvailable:", UINT64_MAX);
  if (kibibytes < UINT64_MAX / 1024)
    bound(kibibytes * 1024, "in this machine");
  bound(leftInGroups(root), "under the memory limit of the control group");
  rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    uint64_t pages = field(readText(root + "/proc/self/statm"), "", 0);
    bound(difference(limit.rlim_cur, pages * uint64_t(sysconf(_SC_PAGESIZE))),
          "under the limit of the address space (ulimit -v)");
  }
  return result;
}

//===----------------------------------------------------------------------===//
// The plan
//===----------------------------------------------------------------------===//

void MemoryPlan::add(std::initializer_list<int64_t> factors) noexcept {
  uint64_t product = 1;
  for (int64_t factor : factors)
    if (factor == 0)
      return;
  for (int64_t factor : factors)
    if (factor < 0 || __builtin_mul_overflow(product, uint64_t(factor), &product))
      overflow = true;
  if (__builtin_add_overflow(total, product, &total) || total > uint64_t(INT64_MAX))
    overflow = true;
}

void MemoryPlan::require(const AvailableMemory &available, const std::string &hint) const {
  if (overflow)
    fail(Exit::InputOutput, "needs more than 8.0 EiB of memory, %s are available %s\nhint: %s",
         bytesText(available.bytes).c_str(), available.bound.c_str(), hint.c_str());
  if (total > available.bytes)
    fail(Exit::InputOutput, "needs %s of memory, %s are available %s\nhint: %s",
         bytesText(total).c_str(), bytesText(available.bytes).c_str(), available.bound.c_str(),
         hint.c_str());
}

} // namespace iarc::runtime
