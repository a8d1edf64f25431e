//===- TokenTextTest.cpp - Tokens as text ------------------------------------------===//

#include "TokenText.h"

#include "Error.h"

#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

using namespace iarc::runtime;

namespace {

constexpr iarc_control controlTokens[] = {{"I", "", 1}, {"A", "", 1}, {"R", "", 1}};

iarc_task taskOf(bool interspersed) {
  iarc_task task{};
  task.controls = controlTokens;
  task.control_count = 3;
  task.symbols = 17;
  task.interspersed = interspersed;
  return task;
}

TEST(ParseTokens, ATaskWithoutControlTokens) {
  iarc_task task{};
  task.symbols = 4;
  std::vector<TokenComplaint> complaints;
  EXPECT_EQ(parseTokens(task, "3 0(I) x", complaints).symbols, (std::vector<int32_t>{3}));
  ASSERT_EQ(complaints.size(), 2u);
  EXPECT_EQ(complaints[0].message, "'0(I)': the task of this model has no control tokens");
  EXPECT_EQ(complaints[1].message, "'x' is no token: expected a symbol from 0 to 3");
}

TEST(ParseTokens, NamesOfSeveralLetters) {
  constexpr iarc_control names[] = {{"open", "", 1}, {"op", "", 1}};
  iarc_task task{};
  task.symbols = 4;
  task.controls = names;
  task.control_count = 2;
  std::vector<TokenComplaint> complaints;
  EXPECT_EQ(parseTokens(task, "3(op) 0(open)", complaints).controls,
            (std::vector<int32_t>{1, 0}));
  EXPECT_TRUE(complaints.empty());
  parseTokens(task, "open", complaints);
  EXPECT_EQ(complaints.at(0).message,
            "the control token 'open' stands alone: here it stands beside its symbol, as in '5(open)'");
  EXPECT_EQ(tokenText(task, 2, 0), "2(open)");
}

struct Parsed {
  Tokens tokens;
  std::vector<TokenComplaint> complaints;
};
Parsed parse(const std::string &line, bool interspersed = false) {
  Parsed parsed;
  parsed.tokens = parseTokens(taskOf(interspersed), line, parsed.complaints);
  return parsed;
}

TEST(ParseTokens, Tape) {
  Parsed parsed = parse("3 5(I)\t 16(R) 007\r");
  EXPECT_TRUE(parsed.complaints.empty());
  EXPECT_EQ(parsed.tokens.symbols, (std::vector<int32_t>{3, 5, 16, 7}));
  EXPECT_EQ(parsed.tokens.controls, (std::vector<int32_t>{-1, 0, 2, -1}));
  EXPECT_EQ(parse("").tokens.size(), 0u);
  EXPECT_EQ(parse(" \t ").complaints.size(), 0u);
}

TEST(ParseTokens, Interspersed) {
  Parsed parsed = parse("3 A 16", true);
  EXPECT_TRUE(parsed.complaints.empty());
  EXPECT_EQ(parsed.tokens.symbols, (std::vector<int32_t>{3, -1, 16}));
  EXPECT_EQ(parsed.tokens.controls, (std::vector<int32_t>{-1, 1, -1}));
}

TEST(ParseTokens, ColumnsCountCharacters) {
  Parsed parsed = parse("\xc3\xa9\xe2\x82\xac 17  -0");
  ASSERT_EQ(parsed.complaints.size(), 3u);
  EXPECT_EQ(parsed.complaints[0].column, 1);
  EXPECT_EQ(parsed.complaints[1].column, 4); // after two characters of five bytes and a blank
  EXPECT_EQ(parsed.complaints[2].column, 8);
}

TEST(ParseTokens, ColumnsOfTextBeginWithOne) {
  static const char vocabulary[] = "ab";
  static const iarc_data characters{"", IARC_DATA_CHARACTERS, 0.9, vocabulary, 2};
  iarc_task task{};
  task.data = &characters;
  task.symbols = 2;
  // The first bytes are no characters but the ends of some.
  std::vector<TokenComplaint> complaints;
  parseTokens(task, "\xbb\xbb" "a?", complaints);
  ASSERT_EQ(complaints.size(), 3u);
  EXPECT_EQ(complaints[0].column, 1);
  EXPECT_EQ(complaints[1].column, 1);
  EXPECT_EQ(complaints[2].column, 3);
}

TEST(ParseTokens, NoTokens) {
  for (const char *word : {"17", "-1", "+1", "1.0", "0x1", "99999999999999999999", "(I)", "I", "1(",
                           "1()", "1(I", "1(IA)", "1(C)", "1(I)x", "1(I)(I)", ")", "("})
    EXPECT_EQ(parse(word).complaints.size(), 1u) << word;
  for (const char *word : {"1(I)", "C", "II", "i"})
    EXPECT_EQ(parse(word, true).complaints.size(), 1u) << word;
}

TEST(TokenText, ReadsTheSame) {
  EXPECT_EQ(tokenText(taskOf(false), 5, 1), "5(A)");
  EXPECT_EQ(tokenText(taskOf(false), 5, -1), "5");
  EXPECT_EQ(tokenText(taskOf(true), -1, 2), "R");
}

/// The lines of a text that comes in pieces of `piece` bytes.
std::vector<std::string> linesOf(const std::string &text, size_t piece) {
  int ends[2];
  if (pipe(ends) != 0)
    return {"no pipe"};
  std::thread writer([&] {
    for (size_t at = 0; at < text.size(); at += piece)
      if (write(ends[1], text.data() + at, std::min(piece, text.size() - at)) < 0)
        break;
    close(ends[1]);
  });
  std::vector<std::string> lines;
  LineReader reader(ends[0]);
  std::string line;
  bool tooLong;
  while (reader.next(line, tooLong)) {
    lines.push_back(tooLong ? "too long" : line);
    EXPECT_EQ(reader.number(), int64_t(lines.size()));
  }
  writer.join();
  close(ends[0]);
  return lines;
}

TEST(LineReader, Lines) {
  using Lines = std::vector<std::string>;
  for (size_t piece : {1, 2, 3, 5, 1000}) {
    EXPECT_EQ(linesOf("", piece), Lines{});
    EXPECT_EQ(linesOf("\n", piece), Lines{""});
    EXPECT_EQ(linesOf("a\n\nbc\r\nd", piece), (Lines{"a", "", "bc", "d"}));
    EXPECT_EQ(linesOf("\xef\xbb\xbf"
                      "a\n\xef\xbb\xbf"
                      "b\n",
                      piece),
              (Lines{"a", "\xef\xbb\xbf"
                          "b"}));
  }
}

TEST(LineReader, LongLines) {
  const std::string most(LineReader::longestLine, 'x');
  using Lines = std::vector<std::string>;
  for (size_t piece : {100000, 1 << 16, 5000000}) {
    EXPECT_EQ(linesOf(most + "\na\n", piece), (Lines{most, "a"}));
    EXPECT_EQ(linesOf(most + "x\na\n", piece), (Lines{"too long", "a"}));
    EXPECT_EQ(linesOf(most + most + most + "\na", piece), (Lines{"too long", "a"}));
    EXPECT_EQ(linesOf("a\n" + most + most, piece), (Lines{"a", "too long"}));
  }
}

} // namespace
