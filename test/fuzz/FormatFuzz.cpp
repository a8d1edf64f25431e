//===- FormatFuzz.cpp - Any bytes through the formatter ----------------------===//
//
// What has no syntax error is laid out; laid out again it is the same; and its syntax tree, but
// for the places, is that of the text before.
//
//   cmake -DIARC_BUILD_FUZZERS=ON ... && ninja iarc-format-fuzz
//   bin/iarc-format-fuzz -max_total_time=600 -max_len=4096 -timeout=10 fuzz-corpus
//
//===----------------------------------------------------------------------===//
#include "iarc/dsl/Format.h"
#include "iarc/dsl/Frontend.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

using namespace iarc::dsl;

/// The syntax tree of a text, without places.
static std::string treeOf(const std::string &text) {
  int file = memfd_create("main", MFD_CLOEXEC);
  if (file < 0 || write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    std::abort();
  SyntaxTreeResult tree = dumpSyntaxTree("/proc/self/fd/" + std::to_string(file), FrontendOptions());
  close(file);
  if (tree.errors)
    return "refused"; // such as a number that is out of range
  std::string result;
  for (size_t at = 0; at < tree.text.size();) {
    size_t end = tree.text.find('\n', at);
    if (end == std::string::npos)
      end = tree.text.size();
    std::string line = tree.text.substr(at, end - at);
    size_t place = line.rfind("  <");
    result += (place == std::string::npos ? line : line.substr(0, place)) + "\n";
    at = end + 1;
  }
  return result;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string text(reinterpret_cast<const char *>(data), size);
  FormatResult once = formatText("main.iarc", text, false);
  if (once.defect)
    std::abort();
  if (once.errors) {
    if (!once.text.empty() || once.diagnostics.empty())
      std::abort();
    return 0;
  }
  FormatResult twice = formatText("main.iarc", once.text, false);
  if (twice.defect || twice.errors || twice.text != once.text)
    std::abort();
  if (treeOf(text) != treeOf(once.text))
    std::abort();
  return 0;
}
