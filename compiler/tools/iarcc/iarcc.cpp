//===- iarcc.cpp - The compiler driver -------------------------------------===//
//
// `iarcc model.iarc -o model`: see --help.
//
//===----------------------------------------------------------------------===//
#include "Compile.h"
#include "Messages.h"
#include "Program.h"

#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/Signals.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <unistd.h>

/// LLVM is compiled without exceptions, and its threads have nobody to catch one: when memory ends,
/// so does the process, wherever it is. Takes no memory itself.
[[noreturn]] static void outOfMemory() {
  static std::atomic_flag said;
  while (said.test_and_set())
    pause(); // another thread ends the process
  constexpr std::string_view message =
      "iarcc: error: out of memory\n"
      "iarcc: hint: allow the process more (ulimit -v), or make the model smaller\n";
  [[maybe_unused]] ssize_t written = write(STDERR_FILENO, message.data(), message.size());
  llvm::sys::RunInterruptHandlers(); // removes what is half written
  std::_Exit(iarcc::InputOutput);
}

int main(int argc, char **argv) {
  std::set_new_handler(outOfMemory);
  llvm::install_bad_alloc_error_handler([](void *, const char *, bool) { outOfMemory(); });
  // A limit on the size of files then is an error of the write, which names the file.
  std::signal(SIGXFSZ, SIG_IGN);
  if (argc > 1 && std::string(argv[1]) == "study")
    return iarcc::becomeStudy(argv + 2);
  iarcc::ParsedCommandLine parsed = iarcc::parseCommandLine(argc, argv);
  if (parsed.stop)
    return parsed.status;
  try {
    return iarcc::compile(parsed.options);
  } catch (const std::exception &error) {
    iarcc::reportError("internal error: " + std::string(error.what()));
    return iarcc::InternalError;
  }
}
