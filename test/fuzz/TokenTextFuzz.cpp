//===- TokenTextFuzz.cpp - Fuzz target of the reader of tokens as text --------------===//
//
// Any line gives tokens that the model can take, or complaints at columns of the
// line; what is read without a complaint reads the same from its own text. The
// first byte chooses the encoding and the number of symbols, or a text.
//
//===----------------------------------------------------------------------===//

#include "TokenText.h"

#include <cstdint>

using namespace iarc::runtime;

static void require(bool condition) {
  if (!condition)
    __builtin_trap();
}

static const iarc_control controlTokens[] = {{"I", "", 1}, {"A", "", 1}, {"R", "", 1}, {"C", "", 0}};
static const char vocabulary[] = "\n !abc\\\u00e9\u20ac";

/// Of a text every symbol of a prompt without a complaint reads the same when it is written down.
static void checkText(iarc_data_form form, std::string_view line) {
  static const iarc_data bytes{"", IARC_DATA_BYTES, 0.9, "", 0},
      characters{"", IARC_DATA_CHARACTERS, 0.9, vocabulary, sizeof vocabulary - 1};
  iarc_task task{};
  task.data = form == IARC_DATA_BYTES ? &bytes : &characters;
  task.symbols = form == IARC_DATA_BYTES ? 256 : 9;
  std::vector<TokenComplaint> complaints, none;
  Tokens tokens = parseTokens(task, line, complaints);
  for (const TokenComplaint &complaint : complaints)
    require(complaint.column >= 1 && complaint.column <= int64_t(line.size()) &&
            complaint.message.find('\n') == std::string::npos);
  std::string text;
  for (size_t i = 0; i < tokens.size(); ++i) {
    require(tokens.symbols[i] >= 0 && tokens.symbols[i] < task.symbols && tokens.controls[i] == -1);
    text += symbolBytes(task, tokens.symbols[i]);
  }
  std::string shown = escaped(text);
  require(shown.find('\n') == std::string::npos);
  Tokens again = parseTokens(task, shown, none);
  require(none.empty() && (form != IARC_DATA_CHARACTERS || again.symbols == tokens.symbols));
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  iarc_task task{};
  task.controls = controlTokens;
  task.control_count = 4;
  task.interspersed = data[0] & 1;
  task.symbols = data[0] & 2 ? 16 : 1048576;
  std::string_view line(reinterpret_cast<const char *>(data) + 1, size - 1);
  if (data[0] & 4) {
    checkText(data[0] & 1 ? IARC_DATA_BYTES : IARC_DATA_CHARACTERS, line);
    return 0;
  }
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
