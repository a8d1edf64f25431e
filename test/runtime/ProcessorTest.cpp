//===- ProcessorTest.cpp - What this processor can run ---------------------------===//

#include "Processor.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

using namespace iarc::runtime;

TEST(Processor, NothingRequiredNothingMissing) { EXPECT_EQ(missingFeatures(""), ""); }

TEST(Processor, UnknownNamesAreMissingInTheirOrder) {
  EXPECT_EQ(missingFeatures("no-such"), "no-such");
  EXPECT_EQ(missingFeatures("zeta,alpha"), "zeta,alpha");
}

#if defined(__x86_64__) || defined(__aarch64__)
// The kernel lists the same extensions by names of its own.
TEST(Processor, AgreesWithTheKernel) {
#if defined(__x86_64__)
  const char *line = "flags";
  const char *names[][2] = {{"sse3", "pni"},
                            {"ssse3", "ssse3"},
                            {"sse4.1", "sse4_1"},
                            {"sse4.2", "sse4_2"},
                            {"sse4a", "sse4a"},
                            {"popcnt", "popcnt"},
                            {"movbe", "movbe"},
                            {"lzcnt", "abm"},
                            {"bmi", "bmi1"},
                            {"bmi2", "bmi2"},
                            {"adx", "adx"},
                            {"tbm", "tbm"},
                            {"gfni", "gfni"},
                            {"avx", "avx"},
                            {"avx2", "avx2"},
                            {"fma", "fma"},
                            {"fma4", "fma4"},
                            {"xop", "xop"},
                            {"f16c", "f16c"},
                            {"avxvnni", "avx_vnni"},
                            {"avx512f", "avx512f"},
                            {"avx512dq", "avx512dq"},
                            {"avx512ifma", "avx512ifma"},
                            {"avx512cd", "avx512cd"},
                            {"avx512bw", "avx512bw"},
                            {"avx512vl", "avx512vl"},
                            {"avx512vbmi", "avx512vbmi"},
                            {"avx512vbmi2", "avx512_vbmi2"},
                            {"avx512vnni", "avx512_vnni"},
                            {"avx512bitalg", "avx512_bitalg"},
                            {"avx512vpopcntdq", "avx512_vpopcntdq"},
                            {"avx512fp16", "avx512_fp16"},
                            {"avx512bf16", "avx512_bf16"}};
#else
  const char *line = "Features";
  const char *names[][2] = {
      {"fullfp16", "asimdhp"}, {"rdm", "asimdrdm"},     {"jsconv", "jscvt"},
      {"complxnum", "fcma"},   {"sha3", "sha3"},        {"dotprod", "asimddp"},
      {"sve", "sve"},          {"fp16fml", "asimdfhm"}, {"flagm", "flagm"},
      {"sve2", "sve2"},        {"altnzcv", "flagm2"},   {"fptoint", "frint"},
      {"i8mm", "i8mm"},        {"bf16", "bf16"}};
#endif
  std::ifstream file("/proc/cpuinfo");
  std::string text, words;
  while (words.empty() && std::getline(file, text))
    if (text.rfind(line, 0) == 0)
      words = text.substr(text.find(':') + 1) + " ";
  if (words.empty())
    GTEST_SKIP() << "/proc/cpuinfo lists no extensions";
  for (const auto &[ours, kernels] : names) {
    bool listed = words.find(" " + std::string(kernels) + " ") != std::string::npos;
    EXPECT_EQ(missingFeatures(ours).empty(), listed) << ours;
  }
}
#endif
