//===- ParserFuzz.cpp - Any bytes through the whole front end -------------===//
//
// Parses and analyses arbitrary bytes as the main file; imports are found in
// the library only. Whatever comes, the front end must return, and have a model
// exactly if it reports no error.
//
//   cmake -DIARC_BUILD_FUZZERS=ON ... && ninja iarc-parser-fuzz
//   bin/iarc-parser-fuzz -max_total_time=600 -max_len=4096 -timeout=10 fuzz-corpus
//
//===----------------------------------------------------------------------===//
#include "ModelText.h"
#include "iarc/dsl/Frontend.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace iarc::dsl;
  // A file in memory; its folder holds nothing that could be imported.
  int file = memfd_create("main", MFD_CLOEXEC);
  if (file < 0 || (size > 0 && write(file, data, size) != static_cast<ssize_t>(size)))
    std::abort();
  std::string path = "/proc/self/fd/" + std::to_string(file);
  FrontendOptions options;
  options.libraryPath = {IARC_LIBRARY};
  FrontendResult result = analyseFile(path, options);
  // As `iarcc task` reads it.
  FrontendOptions previewing = options;
  previewing.preview.emplace();
  FrontendResult preview = analyseFile(path, previewing);
  if ((preview.model == nullptr) != (preview.errors > 0))
    std::abort();
  SyntaxTreeResult tree = dumpSyntaxTree(path, options);
  close(file);
  if ((result.model == nullptr) != (result.errors > 0) || result.unreadable || tree.unreadable)
    std::abort();
  if ((result.errors + result.warnings > 0) == result.diagnostics.empty())
    std::abort();
  // Messages begin a line; what an excerpt quotes does not.
  std::string lines = "\n" + result.diagnostics;
  if (lines.find("\nerror: the front end gave up") != std::string::npos ||
      lines.find("\n" + path + ":1:1: error: the parser gave up") != std::string::npos)
    std::abort();
  if (result.model && textOf(*result.model).empty())
    std::abort();
  return 0;
}
