//===- StreamTest.cpp - The IARC stream ------------------------------------------===//
//
// Generated windows are replayed by rules written down here a second time, in
// another form than the generator's; windows of an independent generator go
// through the same replay.
//
//===----------------------------------------------------------------------===//

#include "IarcStream.h"
#include "Random.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace iarc::runtime;

namespace {

struct Window {
  std::vector<int32_t> symbols, controls, governing;
};

IarcSettings taskOf(const char *subtasks, int64_t symbols = 16) {
  return {subtasks, symbols, 1, 9, 0, 0, 0};
}

Window windowOf(const IarcSettings &task, int64_t context, uint64_t seed, uint32_t stream,
                uint64_t sample) {
  Window window;
  window.symbols.resize(size_t(context + 1));
  window.controls.resize(size_t(context));
  window.governing.resize(size_t(context));
  std::vector<int32_t> scratch(size_t(IarcStream::length(task, context)));
  IarcStream(task, context, seed, stream)
      .generate(sample, scratch.data(), window.symbols.data(), window.controls.data(),
                window.governing.data(), 1);
  return window;
}

/// Recomputes every symbol after the first control token that is not C, as far as it looks back
/// only on what the window shows. Returns how many symbols it could check.
int replay(const IarcSettings &task, const Window &window) {
  const std::vector<int32_t> &x = window.symbols;
  const int64_t n = int64_t(window.controls.size());
  int checked = 0;
  char governs = 0;  // of I, A, R
  int64_t since = 0; // position of the last token that (re)started it
  int64_t stepSize = 0;
  for (int64_t t = 0; t < n; ++t) {
    int32_t control = window.controls[size_t(t)];
    char token = control < 0 ? 0 : task.subtasks[control];
    if (token == 'I')
      stepSize = governs == 'I' && task.increment_keeps ? stepSize : 1;
    if (token == 'C' && governs == 'I')
      ++stepSize;
    if (token && token != 'C')
      governs = token;
    if (token && governs)
      since = t;
    if (!governs)
      continue;
    if (!window.governing.empty()) {
      EXPECT_EQ(task.subtasks[window.governing[size_t(t)]], governs) << "at " << t;
    }
    int64_t expected;
    if (governs == 'I')
      expected = (x[size_t(t)] + stepSize) % task.symbols;
    else if (governs == 'A' && t >= 1)
      expected = (x[size_t(t)] + x[size_t(t - 1)]) % task.symbols;
    else if (governs == 'R') {
      int64_t j = t + 1 - since;
      int64_t source = since - j + (task.mirror_repeats_last ? 1 : 0);
      if (source < 0)
        continue;
      expected = x[size_t(source)];
    } else
      continue;
    EXPECT_EQ(x[size_t(t + 1)], expected) << governs << " at " << t;
    ++checked;
  }
  return checked;
}

/// The tape that an interspersed window stands for: a control token goes back to the symbol before
/// it. One at the window's beginning has none there and is left out.
Window tapeOf(const Window &window) {
  Window tape;
  for (size_t t = 0; t < window.symbols.size(); ++t) {
    if (window.symbols[t] >= 0) {
      tape.symbols.push_back(window.symbols[t]);
      tape.controls.push_back(-1);
    } else if (!tape.symbols.empty()) {
      tape.controls.back() = window.controls[t];
    }
  }
  tape.controls.pop_back();
  return tape;
}

std::vector<std::string> subsets() {
  std::vector<std::string> result;
  const std::string letters = "IARC";
  for (int mask = 1; mask < 16; ++mask) {
    std::string subset;
    for (int letter = 0; letter < 4; ++letter)
      if (mask >> letter & 1)
        subset += letters[size_t(letter)];
    if (subset == "C")
      continue;
    result.push_back(subset);
    if (subset.size() > 1)
      result.push_back({subset.rbegin(), subset.rend()}); // another order
  }
  return result;
}

} // namespace

TEST(Stream, GeneratedWindowsFollowTheRules) {
  for (const std::string &subset : subsets())
    for (int options = 0; options < 4; ++options)
      for (int64_t symbols : {1, 2, 16, 18}) {
        SCOPED_TRACE(subset + " options " + std::to_string(options));
        IarcSettings task = taskOf(subset.c_str(), symbols);
        task.mirror_repeats_last = options & 1;
        // Under keep, the increment at the window's first I may come from before the window; a
        // window long enough shows an A or R before most of its I.
        task.increment_keeps = options >> 1;
        if (task.increment_keeps && subset.find('I') != std::string::npos)
          continue;
        int checked = 0;
        for (uint64_t sample = 0; sample < 40; ++sample) {
          Window window = windowOf(task, 24, 5, TrainingStream, sample);
          for (int32_t x : window.symbols)
            ASSERT_TRUE(x >= 0 && x < symbols);
          for (int32_t c : window.controls)
            ASSERT_TRUE(c >= -1 && c < int32_t(subset.size()));
          checked += replay(task, window);
        }
        EXPECT_GT(checked, 40 * 5);
      }
}

// With A before every checked I the kept increment is known to the replay.
TEST(Stream, IncrementKeeps) {
  IarcSettings task = taskOf("IAC");
  task.increment_keeps = 1;
  int larger = 0;
  for (uint64_t sample = 0; sample < 400; ++sample) {
    Window window = windowOf(task, 40, 9, TrainingStream, sample);
    size_t first = 0;
    while (first < 40 &&
           (window.controls[first] < 0 || task.subtasks[window.controls[first]] != 'A'))
      ++first;
    if (first > 30)
      continue;
    Window tail{{window.symbols.begin() + long(first), window.symbols.end()},
                {window.controls.begin() + long(first), window.controls.end()},
                {window.governing.begin() + long(first), window.governing.end()}};
    // A window that begins at A: the symbol before it is not shown, so skip that one position.
    replay(task, tail);
    for (size_t t = 1; t + 1 < tail.symbols.size(); ++t)
      larger += tail.governing[t] == 0 && tail.controls[t] == 0 &&
                (tail.symbols[t + 1] - tail.symbols[t] + 16) % 16 > 1;
  }
  EXPECT_GT(larger, 10); // an I that did not reset
}

TEST(Stream, OptionsChangeTheStream) {
  IarcSettings task = taskOf("IRC"), mirror = task, keeps = task;
  mirror.mirror_repeats_last = 1;
  keeps.increment_keeps = 1;
  int mirrorDiffers = 0, keepsDiffers = 0;
  for (uint64_t sample = 0; sample < 20; ++sample) {
    Window base = windowOf(task, 24, 1, 0, sample);
    mirrorDiffers += base.symbols != windowOf(mirror, 24, 1, 0, sample).symbols;
    keepsDiffers += base.symbols != windowOf(keeps, 24, 1, 0, sample).symbols;
    // The draws are the same: options change the rules only.
    EXPECT_EQ(base.controls, windowOf(mirror, 24, 1, 0, sample).controls);
  }
  EXPECT_GT(mirrorDiffers, 15);
  EXPECT_GT(keepsDiffers, 5);
}

TEST(Stream, IndependentlyGeneratedWindows) {
  std::ifstream file(IARC_TEST_INPUTS "/streams.txt");
  ASSERT_TRUE(file);
  std::string subtasks;
  int64_t symbols = 0;
  int windows = 0, checked = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#')
      continue;
    if (line.compare(0, 8, "subtasks") == 0) {
      std::istringstream words(line.substr(8));
      subtasks.clear();
      for (std::string word; words >> word && word != "symbols";)
        subtasks += word;
      words >> symbols;
      continue;
    }
    IarcSettings task = taskOf(subtasks.c_str(), symbols);
    Window window;
    std::istringstream words(line);
    for (std::string word; words >> word;) {
      window.symbols.push_back(std::stoi(word));
      size_t bracket = word.find('(');
      window.controls.push_back(
          bracket == std::string::npos ? -1 : int32_t(subtasks.find(word[bracket + 1])));
    }
    window.controls.pop_back(); // the last symbol is a target only
    SCOPED_TRACE(line);
    EXPECT_EQ(window.controls.size(), 24u);
    checked += replay(task, window);
    ++windows;
  }
  EXPECT_EQ(windows, 24);
  EXPECT_GT(checked, 300);
}

TEST(Stream, GapsAndControlTokensAreUniform) {
  IarcSettings task = taskOf("IARC");
  std::map<int64_t, int64_t> gaps;
  std::map<int32_t, int64_t> tokens;
  int64_t total = 0, totalTokens = 0;
  for (uint64_t sample = 0; sample < 200; ++sample) {
    Window window = windowOf(task, 2000, 3, TrainingStream, sample);
    int64_t last = -1;
    for (int64_t t = 0; t < 2000; ++t) {
      int32_t control = window.controls[size_t(t)];
      if (control < 0)
        continue;
      ++tokens[control];
      ++totalTokens;
      if (last >= 0) {
        ++gaps[t - last];
        ++total;
      }
      last = t;
    }
  }
  ASSERT_EQ(gaps.size(), 9u);
  ASSERT_EQ(tokens.size(), 4u);
  for (auto [gap, count] : gaps) {
    EXPECT_TRUE(gap >= 1 && gap <= 9);
    double expected = double(total) / 9;
    EXPECT_NEAR(double(count), expected, 6 * std::sqrt(expected));
  }
  for (auto [token, count] : tokens) {
    double expected = double(totalTokens) / 4;
    EXPECT_NEAR(double(count), expected, 6 * std::sqrt(expected)) << token;
  }
}

TEST(Stream, OtherGaps) {
  IarcSettings task = taskOf("IR");
  task.gap_minimum = 12;
  task.gap_maximum = 14; // a mirror looks back further than ten symbols
  for (uint64_t sample = 0; sample < 50; ++sample) {
    Window window = windowOf(task, 60, 3, TrainingStream, sample);
    EXPECT_GT(replay(task, window), 10);
    int64_t last = -1;
    for (int64_t t = 0; t < 60; ++t)
      if (window.controls[size_t(t)] >= 0) {
        if (last >= 0) {
          EXPECT_GE(t - last, 12);
          EXPECT_LE(t - last, 14);
        }
        last = t;
      }
  }
}

TEST(Stream, SamplesAreIndependentOfEachOther) {
  IarcSettings task = taskOf("IARC");
  Window a = windowOf(task, 24, 1, TrainingStream, 0);
  EXPECT_EQ(a.symbols, windowOf(task, 24, 1, TrainingStream, 0).symbols);
  EXPECT_NE(a.symbols, windowOf(task, 24, 1, TrainingStream, 1).symbols);
  EXPECT_NE(a.symbols, windowOf(task, 24, 2, TrainingStream, 0).symbols);
  EXPECT_NE(a.symbols, windowOf(task, 24, 1, EvaluationStream, 0).symbols);
  // A longer window begins as the shorter one.
  Window longer = windowOf(task, 30, 1, TrainingStream, 0);
  longer.symbols.resize(25);
  EXPECT_EQ(longer.symbols, a.symbols);
}

TEST(Stream, InterspersedWindowsFollowTheRules) {
  for (const std::string &subset : subsets())
    for (int64_t context : {1, 2, 24}) {
      SCOPED_TRACE(subset + " context " + std::to_string(context));
      IarcSettings task = taskOf(subset.c_str(), 17);
      task.interspersed = 1;
      int checked = 0, controls = 0, first = 0;
      for (uint64_t sample = 0; sample < 200; ++sample) {
        Window window = windowOf(task, context, 5, TrainingStream, sample);
        for (size_t t = 0; t < size_t(context); ++t) {
          bool isControl = window.controls[t] >= 0;
          ASSERT_EQ(isControl, window.symbols[t] == -1); // one of them
          ASSERT_LT(window.controls[t], int32_t(subset.size()));
          ASSERT_FALSE(isControl && window.symbols[t + 1] < 0); // never two control tokens
          controls += isControl;
          first += isControl && t == 0;
          // What follows a control token is made by it, or by what it continues.
          if (isControl && subset[size_t(window.controls[t])] != 'C') {
            EXPECT_EQ(window.governing[t], window.controls[t]);
          }
          EXPECT_NE(subset[size_t(window.governing[t])], 'C');
        }
        ASSERT_GE(window.symbols.back(), 0); // the last position always has a target
        if (context > 2)
          checked += replay(task, tapeOf(window));
      }
      EXPECT_GT(controls, 200 * int(context) / 12);
      EXPECT_GT(first, 0);
      EXPECT_GT(checked, context > 2 ? 200 * 5 : -1);
    }
}

// Both encodings write the same stream: the tape's window, interspersed, lies within the other.
TEST(Stream, InterspersedIsTheSameStream) {
  for (const char *subset : {"IARC", "RA"})
    for (uint64_t sample = 0; sample < 30; ++sample) {
      IarcSettings task = taskOf(subset), other = task;
      other.interspersed = 1;
      Window tape = windowOf(task, 24, 7, TrainingStream, sample);
      Window window = windowOf(other, 120, 7, TrainingStream, sample);
      std::vector<int32_t> expected, tokens; // control index c as ~c
      for (size_t t = 0; t < 24; ++t) {
        expected.push_back(tape.symbols[t]);
        if (tape.controls[t] >= 0)
          expected.push_back(~tape.controls[t]);
      }
      for (size_t t = 0; t < 120; ++t)
        tokens.push_back(window.symbols[t] >= 0 ? window.symbols[t] : ~window.controls[t]);
      auto found = std::search(tokens.begin(), tokens.end(), expected.begin(), expected.end());
      ASSERT_NE(found, tokens.end());
      // The warm-up counts tokens, so that the window begins by its control tokens earlier.
      EXPECT_LE(found - tokens.begin(), 40);
      EXPECT_GT(found - tokens.begin(), 2);
    }
}

// These values pin the stream for ever: whoever changes them changes every result ever reported.
TEST(Stream, PinnedValues) {
  auto text = [](const IarcSettings &task, uint64_t seed, uint64_t sample) {
    Window window = windowOf(task, 12, seed, TrainingStream, sample);
    std::string result;
    for (size_t t = 0; t < window.symbols.size(); ++t) {
      result += (t ? " " : "") + std::to_string(window.symbols[t]);
      if (t < 12 && window.controls[t] >= 0)
        result += std::string("(") + task.subtasks[window.controls[t]] + ")";
    }
    return result;
  };
  EXPECT_EQ(text(taskOf("IARC"), 1, 0), "15 14 13 11 8(R) 11 13 14 15 15(C) 15 14 13");
  EXPECT_EQ(text(taskOf("IARC"), 1, 1), "15 5 4(I) 5 6 7 8 9 10 11(I) 12 13 14");
  EXPECT_EQ(text(taskOf("RI", 18), 123456789012345, 7777777777), "0 1 2 3 4(R) 3 2 1 0(I) 1 2 3 4");
  auto interspersed = [](const char *subtasks, uint64_t sample) {
    IarcSettings task = taskOf(subtasks);
    task.interspersed = 1;
    Window window = windowOf(task, 12, 1, TrainingStream, sample);
    std::string result;
    for (size_t t = 0; t < window.symbols.size(); ++t)
      result += (t ? " " : "") + (window.symbols[t] >= 0
                                      ? std::to_string(window.symbols[t])
                                      : std::string(1, task.subtasks[window.controls[t]]));
    return result;
  };
  EXPECT_EQ(interspersed("IARC", 0), "R 7 4 3 2 1 0 15 A 15 14 13 11");
  EXPECT_EQ(interspersed("IARC", 1), "14 13 12 R 13 A 9 6 15 5 4 I 5");
  EXPECT_EQ(interspersed("RI", 5), "R 11 10 R 11 I 12 R 11 10 11 12 11");
}
