//===- TokenText.h - Tokens as text ----------------------------------------------===//
//
// A line is a prompt: tokens from the oldest to the newest, between blanks. A
// symbol is its number; a control token stands in brackets after its symbol,
// "3 5(I) 6 7", or where the model has control tokens at positions of their own
// alone, "3 5 I 6 7". Where the tokens are bytes or characters of a text the line is
// that text, with \n, \t, \r, \\ and \xHH for what does not fit into a line.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_TOKENTEXT_H
#define IARC_RUNTIME_LIB_TOKENTEXT_H

#include "Inference.h"

#include <string>
#include <string_view>
#include <vector>

namespace iarc::runtime {

/// What is wrong with a token.
struct TokenComplaint {
  int64_t column; ///< of the token's first character, counted in characters from 1
  std::string message;
};

/// Reads the tokens of a line. Where there are complaints, one for each token that is none, the
/// tokens are of no use.
Tokens parseTokens(const iarc_task &task, std::string_view line,
                   std::vector<TokenComplaint> &complaints);

/// A token as parseTokens reads it.
std::string tokenText(const iarc_task &task, int32_t symbol, int32_t control);

/// A symbol of a text as it stands there: a byte, or a character in UTF-8; else its number.
std::string symbolBytes(const iarc_task &task, int32_t symbol);

/// The text as a prompt has it. With `isPrinted` line ends and tabs stay as they are.
std::string escaped(std::string_view text, bool isPrinted = false);

/// A symbol that stands alone, where a blank would not be seen.
std::string symbolText(const iarc_task &task, int32_t symbol);

/// Lines of standard input, a piece at a time.
class LineReader {
public:
  static constexpr size_t longestLine = size_t(1) << 20; ///< bytes

  explicit LineReader(int descriptor) : descriptor(descriptor) {}

  /// Whether the next line is here already; otherwise `next` waits for it.
  bool ready() const noexcept { return ended || buffer.find('\n', at) != std::string::npos; }
  /// The next line without its end, LF or CRLF; false after the last one. A line of more than
  /// `longestLine` bytes is passed over and `tooLong` set. Throws Error (status InputOutput).
  bool next(std::string &line, bool &tooLong);
  /// Number of the line read last, counted from 1.
  int64_t number() const noexcept { return lines; }

private:
  bool fill();

  int descriptor;
  std::string buffer;
  size_t at = 0;
  int64_t lines = 0;
  bool ended = false;
};

} // namespace iarc::runtime

#endif
