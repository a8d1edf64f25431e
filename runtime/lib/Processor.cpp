//===- Processor.cpp - What this processor can run -------------------------------===//
//
// Asked for directly and not by way of __builtin_cpu_supports: what that knows, and
// where it keeps it, differs between compilers and their support libraries.
//
//===----------------------------------------------------------------------===//

#include "Processor.h"

#include "Error.h"
#include "Text.h"

#include <string_view>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace iarc::runtime {

#if defined(__x86_64__)

namespace {

class Cpuid {
public:
  /// Bit `position` of register `index` (EAX to EDX: 0 to 3) of a leaf; false for a leaf that this
  /// processor does not have.
  static bool bit(unsigned leaf, unsigned subleaf, int index, int position) {
    return registerOf(leaf, subleaf, index) >> position & 1;
  }
  /// The operating system keeps the upper halves of the 256-bit registers.
  static bool ymm() { return saves(0x6); }
  /// It keeps all of the 32 512-bit registers and the mask registers.
  static bool zmm() { return saves(0xe6); }
  /// It keeps the 32 general registers.
  static bool apx() { return saves(uint64_t(1) << 19); }
  /// Version of AVX10, 0 without.
  static unsigned avx10() { return bit(7, 1, 3, 19) ? registerOf(0x24, 0, 1) & 0xff : 0; }

private:
  static unsigned registerOf(unsigned leaf, unsigned subleaf, int index) {
    unsigned values[4] = {};
    __get_cpuid_count(leaf, subleaf, &values[0], &values[1], &values[2], &values[3]);
    return values[index];
  }
  static bool saves(uint64_t states) {
    if (!bit(1, 0, 2, 27)) // OSXSAVE: without it xgetbv is no instruction
      return false;
    uint32_t low, high;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return ((uint64_t(high) << 32 | low) & states) == states;
  }
};

} // namespace

static bool hasFeature(std::string_view name) {
  const Cpuid cpuid;
#define IARC_X86_FEATURE(feature, present)                                                         \
  if (name == feature)                                                                             \
    return present;
#include "iarc/runtime/ProcessorFeatures.def"
  return false;
}

#elif defined(__aarch64__)

static bool hasFeature(std::string_view name) {
#define IARC_AARCH64_FEATURE(feature, word, bit)                                                   \
  if (name == feature)                                                                             \
    return getauxval(word == 1 ? AT_HWCAP : AT_HWCAP2) >> bit & 1;
#include "iarc/runtime/ProcessorFeatures.def"
  return false;
}

#else

static bool hasFeature(std::string_view) { return false; }

#endif

std::string missingFeatures(const char *features) {
  std::string missing;
  for (std::string_view rest = features; !rest.empty();) {
    size_t end = std::min(rest.find(','), rest.size());
    std::string_view name = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!hasFeature(name))
      missing += (missing.empty() ? "" : ",") + std::string(name);
  }
  return missing;
}

void requireProcessor(const iarc_model &model) {
  std::string missing = missingFeatures(model.target_features);
  if (missing.empty())
    return;
#if defined(__aarch64__)
  constexpr const char *every = "generic";
#else
  constexpr const char *every = "x86-64";
#endif
  fail(Exit::InputOutput,
       "this processor cannot run the model's code, which was made for %s: it lacks %s\n"
       "hint: compile the model on this machine, or with '--target-cpu %s' for any",
       quoted(model.target_cpu).c_str(), missing.c_str(), every);
}

} // namespace iarc::runtime
