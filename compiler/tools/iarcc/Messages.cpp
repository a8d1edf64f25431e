//===- Messages.cpp - How iarcc speaks -------------------------------------===//
//
// Errors, notes and hints on standard error.
//
//===----------------------------------------------------------------------===//
#include "Messages.h"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

using namespace iarcc;

bool iarcc::useColour() {
  static const bool colour = [] {
    const char *off = std::getenv("NO_COLOR");
    const char *terminal = std::getenv("TERM");
    return isatty(STDERR_FILENO) && !(off && *off) &&
           !(terminal && std::string_view(terminal) == "dumb");
  }();
  return colour;
}

static void say(std::string_view label, const char *colour, std::string_view message) {
  std::string line = "iarcc: ";
  if (useColour())
    line += colour;
  line += label;
  if (useColour())
    line += "\033[0m";
  line += ": ";
  line += message;
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

/// A line of the message that starts with "hint: " becomes a hint; other further lines are the
/// words of another program and stand as they are.
static void sayWithHints(std::string_view label, const char *colour, std::string_view message) {
  constexpr std::string_view hint = "hint: ";
  for (bool first = true; first || !message.empty(); first = false) {
    size_t end = message.find('\n');
    std::string_view line = message.substr(0, end);
    message = end == std::string_view::npos ? "" : message.substr(end + 1);
    if (first)
      say(label, colour, line);
    else if (line.substr(0, hint.size()) == hint)
      say("hint", "\033[1;36m", line.substr(hint.size()));
    else
      std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  }
}

void iarcc::reportError(std::string_view message) { sayWithHints("error", "\033[1;31m", message); }
void iarcc::reportWarning(std::string_view message) {
  sayWithHints("warning", "\033[1;35m", message);
}
void iarcc::reportNote(std::string_view message) { say("note", "\033[1;36m", message); }
