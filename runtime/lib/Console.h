//===- Console.h - Standard output, messages and signals -------------------------===//
//
// Results go to standard output, everything else to standard error. Colour and
// rewritten lines appear on a terminal only, and never under NO_COLOR or
// TERM=dumb.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_CONSOLE_H
#define IARC_RUNTIME_LIB_CONSOLE_H

#include <cstddef>
#include <string>

namespace iarc::runtime {

/// Writes a result whole. Throws Error (status InputOutput) when it cannot be written.
void writeOutput(const std::string &text);

/// Writes "PROGRAM: error: MESSAGE" to standard error.
void reportError(const std::string &program, const std::string &message) noexcept;

/// A status line on standard error: rewritten in place on a terminal, plain lines elsewhere.
class StatusLine {
public:
  StatusLine();
  bool rewrites() const noexcept { return terminal; }
  /// Characters that fit on the terminal's line.
  size_t width() const noexcept;
  /// Rewrites the line (terminal) or writes a new one.
  void show(const std::string &text);
  /// Leaves the last line standing and goes to the next.
  void finish();

private:
  bool terminal, shown = false;
};

/// From now on the first SIGINT or SIGTERM is only remembered; a second one ends the process.
void catchSignals();
/// The remembered signal, 0 without one.
int caughtSignal() noexcept;
inline bool signalCaught() noexcept { return caughtSignal() != 0; }

} // namespace iarc::runtime

#endif
