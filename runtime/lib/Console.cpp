//===- Console.cpp - Standard output, messages and signals -----------------------===//

#include "Console.h"

#include "Error.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/ioctl.h>
#include <unistd.h>

namespace iarc::runtime {

void writeOutput(const std::string &text) {
  const char *from = text.data();
  size_t left = text.size();
  while (left > 0) {
    ssize_t written = write(STDOUT_FILENO, from, left);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      fail(Exit::InputOutput, "cannot write standard output: %s", std::strerror(errno));
    from += written;
    left -= size_t(written);
  }
}

static bool plainWanted() {
  const char *noColour = std::getenv("NO_COLOR"), *terminal = std::getenv("TERM");
  return (noColour && *noColour) || (terminal && !std::strcmp(terminal, "dumb"));
}

void reportError(const std::string &program, const std::string &message) noexcept {
  bool colour = isatty(STDERR_FILENO) && !plainWanted();
  std::fprintf(stderr, "%s: %serror:%s %s\n", program.c_str(), colour ? "\033[1;31m" : "",
               colour ? "\033[0m" : "", message.c_str());
}

StatusLine::StatusLine() : terminal(isatty(STDERR_FILENO) && !plainWanted()) {}

size_t StatusLine::width() const noexcept {
  winsize size{};
  bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return known ? size_t(size.ws_col - 1) : 79;
}

void StatusLine::show(const std::string &text) {
  if (!terminal) {
    std::fprintf(stderr, "%s\n", text.c_str());
    return;
  }
  // A line longer than the terminal is wide would wrap and not be rewritten.
  std::fprintf(stderr, "\r%.*s\033[K", int(std::min(width(), text.size())), text.c_str());
  std::fflush(stderr);
  shown = true;
}

void StatusLine::finish() {
  if (shown)
    std::fputc('\n', stderr);
  shown = false;
}

static volatile std::sig_atomic_t caught = 0;

extern "C" {
static void rememberSignal(int number) {
  if (caught) {
    std::signal(number, SIG_DFL); // the second one ends at once
    std::raise(number);
    return;
  }
  caught = number;
}
}

void catchSignals() {
  struct sigaction action {};
  action.sa_handler = rememberSignal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

int caughtSignal() noexcept { return caught; }

} // namespace iarc::runtime
