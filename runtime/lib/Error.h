//===- Error.h - How the runtime reports what went wrong ----------------------===//
//
// Inside the runtime a failure is an Error, thrown where it is found and caught
// in main(): it carries the exit status and the message for standard error. No
// Error crosses the boundary to generated code (see Descriptor.h).
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_ERROR_H
#define IARC_RUNTIME_LIB_ERROR_H

#include <string>

namespace iarc::runtime {

/// Exit status of a compiled program; docs/program.md lists them for users.
enum class Exit : int {
  Ok = 0,
  CheckFailed = 1, ///< check-gradients found a difference
  Usage = 2,
  Diverged = 3,
  InputOutput = 4, ///< files, standard output, memory, threads
  Internal = 5
};

struct Error {
  Exit status;
  std::string message; ///< lower case, no full stop, may hold several lines
};

/// Throws an Error with a message in printf's form.
[[noreturn]] __attribute__((format(printf, 2, 3))) void fail(Exit status, const char *form, ...);

} // namespace iarc::runtime

#endif
