//===- iarc-lsp-server.cpp - Entry of the language server ------------------===//
//
// Speaks the language server protocol on standard input and output. Exit
// status: 0 after `shutdown` and `exit`, 1 without, 2 wrong usage.
//
//===----------------------------------------------------------------------===//
#include "Server.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>

static constexpr const char *help =
    R"(iarc-lsp-server: the language server of .iarc files

Examples:
  an editor starts it; docs/editors.md shows how

Usage: iarc-lsp-server [--library DIR]

Speaks the language server protocol on standard input and output.

  --library DIR   the standard library, in place of the one beside the program
  -h, --help      print this help
  --version       print the version
)";

/// What was printed is out, or the status says that it is not.
static int finish() {
  if (std::fflush(stdout) == 0 && !std::ferror(stdout))
    return 0;
  std::fprintf(stderr, "iarc-lsp-server: error: cannot write: %s\n", std::strerror(errno));
  return 4;
}

int main(int argc, char **argv) {
  std::error_code error;
  std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  std::filesystem::path beside = self.parent_path().parent_path() / "lib/iarc";
  std::filesystem::path real = std::filesystem::canonical(beside, error);
  std::string library = error ? beside.string() : real.string();
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (word == "-h" || word == "--help") {
      std::fputs(help, stdout);
      return finish();
    }
    if (word == "--version") {
      std::puts("iarc-lsp-server " IARC_VERSION);
      return finish();
    }
    if (word == "--library" && i + 1 < argc) {
      library = argv[++i];
    } else if (word != "--stdio") { // what some editors pass without being asked
      std::fprintf(stderr,
                   "iarc-lsp-server: error: unexpected '%s'\n"
                   "iarc-lsp-server: hint: 'iarc-lsp-server --help' lists what there is\n",
                   argv[i]);
      return 2;
    }
  }
  return iarc::lsp::Server(library).run();
}
