//===- Messages.h - How iarcc speaks ---------------------------------------===//
//
// Errors, notes and hints on standard error, coloured on a terminal only.
//
//===----------------------------------------------------------------------===//
#ifndef IARCC_MESSAGES_H
#define IARCC_MESSAGES_H

#include <string>
#include <string_view>

namespace iarcc {

/// Whether standard error is a terminal that takes colour; NO_COLOR turns it off.
bool useColour();

/// "iarcc: error: MESSAGE"; further lines of the message that start with "hint: " become hints.
void reportError(std::string_view message);
void reportWarning(std::string_view message);
/// "iarcc: note: MESSAGE"
void reportNote(std::string_view message);

} // namespace iarcc
#endif
