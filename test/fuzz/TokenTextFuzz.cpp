//===- TokenTextFuzz.cpp - Fuzz target of the reader of tokens as text --------------===//
//
// Any line gives tokens that the model can take, or complaints at columns of the
// line; what is read without a complaint reads the same from its own text. The
// first byte chooses the encoding and the number of symbols.
//
//===----------------------------------------------------------------------===//

#include "TokenText.h"

#include <cstdint>

using namespace iarc::runtime;

static void require(bool condition) {
  if (!condition)
    __builtin_trap();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  iarc_task task{};
  task.subtasks = "IARC";
  task.interspersed = data[0] & 1;
  task.symbols = data[0] & 2 ? 16 : 1048576;
  std::string_view line(reinterpret_cast<const char *>(data) + 1, size - 1);
  std::vector<TokenComplaint> complaints;
  Tokens tokens = parseTokens(task, line, complaints);
  for (const TokenComplaint &complaint : complaints)
    require(complaint.column >= 1 && complaint.column <= int64_t(line.size()) &&
            !complaint.message.empty() && complaint.message.find('\n') == std::string::npos);
  require(tokens.symbols.size() == tokens.controls.size());
  std::string text;
  for (size_t i = 0; i < tokens.size(); ++i) {
    int32_t symbol = tokens.symbols[i], control = tokens.controls[i];
    require(symbol >= -1 && symbol < task.symbols && control >= -1 && control < 4);
    require(task.interspersed ? (symbol < 0) == (control >= 0) : symbol >= 0);
    text += tokenText(task, symbol, control) + " ";
  }
  std::vector<TokenComplaint> none;
  Tokens again = parseTokens(task, text, none);
  require(none.empty() && again.symbols == tokens.symbols && again.controls == tokens.controls);
  return 0;
}
