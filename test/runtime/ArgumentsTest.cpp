//===- ArgumentsTest.cpp - Command lines and the text of messages -------------------===//

#include "Arguments.h"
#include "Error.h"
#include "Json.h"
#include "Text.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace iarc::runtime;

namespace {
struct Parsed {
  int64_t steps = 10;
  double rate = 0.5, momentum = 0.8;
  uint64_t seed = 1;
  std::string out;
  bool quiet = false;
  std::string message; // of the error; "help" when help was asked for

  explicit Parsed(const std::vector<std::string> &words) {
    Arguments arguments("train");
    arguments.addInteger("--steps", "N", &steps, 1, 1000, "steps");
    arguments.addNumber("--rate", "X", &rate, 0, 1e30, false, "rate");
    arguments.addNumber("--momentum", "X", &momentum, 0, 1, true, "momentum");
    arguments.addSeed(&seed);
    arguments.addFile("--out", &out, "output", true);
    arguments.addSwitch("--quiet", &quiet, "quiet");
    try {
      if (!arguments.parse(words))
        message = "help";
    } catch (const Error &error) {
      EXPECT_EQ(error.status, Exit::Usage);
      message = error.message;
    }
  }
};
} // namespace

TEST(Arguments, BothForms) {
  Parsed parsed(
      {"--steps", "5", "--rate=1e-3", "--quiet", "--out", "-", "--seed", "18446744073709551615"});
  EXPECT_EQ(parsed.message, "");
  EXPECT_EQ(parsed.steps, 5);
  EXPECT_EQ(parsed.rate, 1e-3);
  EXPECT_TRUE(parsed.quiet);
  EXPECT_EQ(parsed.out, "-");
  EXPECT_EQ(parsed.seed, UINT64_MAX);
  EXPECT_EQ(Parsed({"--out=a=b"}).out, "a=b");
  EXPECT_EQ(Parsed({"--out", "[a,b]"}).out, "[a,b]");
  EXPECT_EQ(Parsed({"--out", "a b"}).out, "a b");
}

TEST(Arguments, AValueMayBeginLikeAFlagWhereItHangsOnItsOwn) {
  Parsed attached({"--out=--quiet"});
  EXPECT_EQ(attached.message, "");
  EXPECT_EQ(attached.out, "--quiet");
  EXPECT_FALSE(attached.quiet);
  EXPECT_NE(Parsed({"--out", "--quiet"}).message, "");
}

TEST(Arguments, KnowsWhatOtherProgramsCallAFlag) {
  EXPECT_EQ(Parsed({"--lr", "1"}).message, "train has no flag '--lr'\nhint: did you mean --rate?");
  EXPECT_EQ(Parsed({"--output", "x"}).message, "train has no flag '--output'\nhint: did you mean --out?");
  // Only where there is such a flag.
  EXPECT_EQ(Parsed({"--weight-decay", "1"}).message,
            "train has no flag '--weight-decay'\nhint: see 'train --help'");
}

TEST(Arguments, EveryMistakeHasItsMessage) {
  auto message = [](std::vector<std::string> words) { return Parsed(words).message; };
  EXPECT_EQ(message({"--steps", "0"}),
            "invalid value '0' for --steps: expected an integer from 1 to 1000");
  for (std::string value :
       {"1001", "", "x", "5x", " 5", "5.0", "1e2", "true", "0x5", "99999999999999999999"})
    EXPECT_EQ(message({"--steps=" + value}),
              "invalid value '" + value + "' for --steps: expected an integer from 1 to 1000");
  EXPECT_EQ(message({"--seed", "-1"}),
            "invalid value '-1' for --seed: expected an integer from 0 to "
            "18446744073709551615");
  for (std::string value : {"nan", "inf", "-1", "1e999", "x", ""})
    EXPECT_EQ(message({"--rate=" + value}),
              "invalid value '" + value + "' for --rate: expected a number from 0 to 1e+30");
  EXPECT_EQ(message({"--momentum", "1"}),
            "invalid value '1' for --momentum: expected a number from 0 to below 1");
  EXPECT_EQ(message({"--out="}), "invalid value '' for --out: expected the name of a file");
  EXPECT_EQ(message({"--steps=", "--out", "-"}),
            "invalid value '' for --steps: expected an integer from 1 to 1000");
  EXPECT_EQ(Parsed({"--steps", "010", "--out", "-"}).steps, 10); // not octal
  EXPECT_EQ(message({"--out"}), "--out needs a value: --out FILE");
  EXPECT_EQ(message({"--out", "--quiet"}), "--out needs a value: --out FILE");
  EXPECT_EQ(message({"--quiet=1"}), "--quiet takes no value");
  EXPECT_EQ(message({"--quiet", "--quiet"}), "--quiet is given twice");
  EXPECT_EQ(message({"extra"}),
            "train takes no argument 'extra', only flags\nhint: see 'train --help'");
  EXPECT_EQ(message({"--quiet", "extra"}), "train takes no argument 'extra', only flags\n"
                                           "hint: --quiet takes no value; see 'train --help'");
  EXPECT_EQ(message({"--stesp", "5"}), "train has no flag '--stesp'\nhint: did you mean --steps?");
  EXPECT_EQ(message({"--xyzzy"}), "train has no flag '--xyzzy'\nhint: see 'train --help'");
  EXPECT_EQ(message({"-x"}), "train has no flag '-x'\nhint: see 'train --help'");
  EXPECT_EQ(message({}), "train needs --out FILE\nhint: see 'train --help'");
  EXPECT_EQ(message({"--bad", "--help"}), "help");
}

TEST(Text, Figures) {
  EXPECT_EQ(withSeparators(0), "0");
  EXPECT_EQ(withSeparators(999), "999");
  EXPECT_EQ(withSeparators(1267200), "1,267,200");
  EXPECT_EQ(withSeparators(-1000), "-1,000");
  EXPECT_EQ(bytesText(1023), "1023 bytes");
  EXPECT_EQ(bytesText(75484299264), "70.3 GiB");
  EXPECT_EQ(scaledText(1.52e9) + "FLOP", "1.52 GFLOP");
  EXPECT_EQ(scaledText(12) + "FLOP", "12 FLOP");
  EXPECT_EQ(lossText(2.77258, 4), "2.7726");
  EXPECT_EQ(lossText(3.3e29, 4), "3.3e+29");
  EXPECT_EQ(durationText(7), "0:07");
  EXPECT_EQ(durationText(101), "1:41");
  EXPECT_EQ(durationText(3723), "1:02:03");
  EXPECT_EQ(durationText(std::numeric_limits<double>::quiet_NaN()), "-:--");
  EXPECT_EQ(shapeText({}), "[]");
  EXPECT_EQ(shapeText({12, 24}), "[12, 24]");
}

TEST(Text, QuotedStaysOneLine) {
  EXPECT_EQ(iarc::runtime::quoted("a\nb\x1b[31m"), "'a\\x0ab\\x1b[31m'");
  EXPECT_EQ(iarc::runtime::quoted(std::string(300, 'x')), "'" + std::string(200, 'x') + "...'");
}

TEST(Text, WordsForAShell) {
  EXPECT_EQ(shellWord("run/step-000000012.safetensors"), "run/step-000000012.safetensors");
  EXPECT_EQ(shellWord("a b"), "'a b'");
  EXPECT_EQ(shellWord("it's"), "'it'\\''s'");
  EXPECT_EQ(shellWord("$x"), "'$x'");
  EXPECT_EQ(shellWord(""), "''");
}

TEST(Text, ExactNumbers) {
  for (double value : {0.02, 1.0 / 3, 1e-30, -2.5e300})
    EXPECT_EQ(std::stod(exactText(value)), value);
  EXPECT_EQ(exactText(0.02), "0.02");
  EXPECT_EQ(exactText(NAN), "nan");
  EXPECT_EQ(exactText(-INFINITY), "-inf");
}

TEST(Arguments, StepsOrTime) {
  int64_t steps = 0;
  double seconds = 300;
  auto parse = [&](const char *word) {
    Arguments arguments("train");
    arguments.addStepsOrTime("--every", "N", &steps, &seconds, 1000, "h", "5m");
    try {
      arguments.parse({"--every", word});
    } catch (const Error &error) {
      return error.message;
    }
    return std::string();
  };
  EXPECT_EQ(parse("500"), "");
  EXPECT_TRUE(steps == 500 && seconds == 0);
  EXPECT_EQ(parse("2h"), "");
  EXPECT_TRUE(steps == 0 && seconds == 7200);
  EXPECT_EQ(parse("30s"), "");
  EXPECT_EQ(seconds, 30);
  for (const char *wrong : {"0", "-1", "1001", "m", "5 m", "5mm", "1.5h", "5d", "1e3"})
    EXPECT_EQ(parse(wrong), std::string("invalid value '") + wrong +
                                "' for --every: expected steps from 1 to 1000, or a time such as "
                                "30s, 5m or 2h");
}

TEST(Text, NearestName) {
  std::vector<std::string> names{"--steps", "--seed", "--batch"};
  EXPECT_EQ(nearestName("--step", names), "--steps");
  EXPECT_EQ(nearestName("--sede", names), "--seed");
  EXPECT_EQ(nearestName("--banana-split", names), "");
  EXPECT_EQ(nearestName("", names), "");
}

TEST(Json, Values) {
  JsonWriter json;
  json.beginObject().field("a\"\n", int64_t(-1)).field("b", 0.1).field("nan", NAN);
  json.key("list").beginArray().value(true).value("x").beginArray().endArray().endArray();
  json.endObject();
  EXPECT_EQ(json.text(), "{\"a\\\"\\n\":-1,\"b\":0.1,\"nan\":null,\"list\":[true,\"x\",[]]}");
}
