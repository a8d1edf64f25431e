//===- Windows.cpp - Windows to look at ---------------------------------------------===//

#include "Windows.h"

#include "Batch.h"
#include "Console.h"
#include "GivenBatch.h"
#include "Processor.h"
#include "Random.h"
#include "Text.h"
#include "TokenText.h"

#include <algorithm>
#include <unistd.h>

namespace iarc::runtime {

namespace {

constexpr int64_t mostWindows = 1000000;

/// Adds a prompt, whose last tokens become the end of a window.
void addPrompt(Windows &windows, const Tokens &tokens) {
  const int64_t context = windows.context, given = std::min(int64_t(tokens.size()), context);
  auto add = [&](std::vector<int32_t> &to, const std::vector<int32_t> &from) {
    to.insert(to.end(), size_t(context - given), -1);
    to.insert(to.end(), from.end() - given, from.end());
  };
  add(windows.symbols, tokens.symbols);
  windows.symbols.push_back(-1);
  add(windows.controls, tokens.controls);
  windows.first.push_back(int32_t(context - given));
  ++windows.count;
}

Windows givenWindows(const iarc_model &model, const std::string &path) {
  GivenBatch batch = readBatch(model, path);
  Windows windows;
  windows.count = batch.samples;
  windows.context = model.context;
  windows.targets = batch.targets;
  if (windows.targets.empty())
    for (int64_t b = 0; b < batch.samples; ++b)
      for (int64_t t = 1; t <= model.context; ++t)
        windows.targets.push_back(batch.symbols[size_t(b * (model.context + 1) + t)]);
  windows.symbols = std::move(batch.symbols);
  windows.controls = std::move(batch.controls);
  windows.first.assign(size_t(windows.count), 0);
  return windows;
}

} // namespace

Tokens Windows::tokens(int64_t number) const {
  Tokens tokens;
  const Window here = window(number);
  for (int64_t t = here.first; t < context; ++t)
    tokens.add(here.symbols[t], here.controls[t]);
  return tokens;
}

Windows freshWindows(const iarc_model &model, uint64_t seed, int64_t first, int64_t count) {
  requireProcessor(model);
  const int64_t atOnce = std::min<int64_t>(count, 256);
  const size_t context = size_t(model.context);
  MemoryPlan plan;
  Batch::plan(model, atOnce, plan);
  plan.add({count, model.context + 1, 4 * 4});
  plan.require(availableMemory(), "use fewer --samples");
  ThreadPool pool(1);
  Batch batch(model, atOnce);
  Windows windows;
  windows.count = count;
  windows.context = model.context;
  windows.symbols.resize(size_t(count) * (context + 1));
  for (std::vector<int32_t> *rows : {&windows.controls, &windows.targets, &windows.governing})
    rows->resize(size_t(count) * context);
  windows.first.assign(size_t(count), 0);
  for (int64_t done = 0; done < count; done += atOnce) {
    const int64_t now = std::min(atOnce, count - done);
    batch.fill(seed, EvaluationStream, uint64_t(first + done), now, pool);
    for (int64_t b = 0; b < now; ++b) {
      const size_t row = size_t(done + b) * context;
      batch.extract(b, windows.symbols.data() + row + size_t(done + b), windows.controls.data() + row,
                    windows.targets.data() + row, windows.governing.data() + row);
    }
  }
  return windows;
}

void WindowChoice::declare(Arguments &arguments) {
  arguments.addInteger("--samples", "N", &samples, 1, mostWindows,
                       "fresh windows of the task, those of eval",
                       "none: prompts from standard input, as predict reads them");
  arguments.addInteger("--first", "N", &first, 0, mostSteps, "with --samples: number of the first one");
  arguments.addSeed(&seed);
  arguments.addText("--text", "PROMPT", "one prompt, instead of standard input", "",
                    [this](const std::string &given) {
                      text = given; // an empty one is refused later, with the reason
                      return std::string();
                    });
  arguments.addFile("--batch", &batch, "the windows of this batch file, such as the command batch writes");
}

Windows WindowChoice::read(const Invocation &invocation, const Arguments &arguments) const {
  const iarc_model &model = invocation.model;
  const char *chosen = nullptr;
  for (const char *name : {"--samples", "--text", "--batch"})
    if (arguments.given(name)) {
      if (chosen)
        fail(Exit::Usage, "%s and %s both say which windows: give one of them", chosen, name);
      chosen = name;
    }
  for (const char *name : {"--first", "--seed"})
    if (arguments.given(name) && !arguments.given("--samples"))
      fail(Exit::Usage, "%s goes with --samples: it chooses fresh windows of the task", name);
  if (arguments.given("--samples"))
    return freshWindows(model, seed, first, samples);
  if (arguments.given("--batch"))
    return givenWindows(model, batch);
  Windows windows;
  windows.context = model.context;
  auto lacksCode = [&](const Tokens &tokens) {
    const bool can = hasInference(model) || int64_t(tokens.size()) >= model.context;
    return can ? std::string() : shorterThanContext(model, tokens.size());
  };
  if (arguments.given("--text")) {
    std::vector<TokenComplaint> complaints;
    Tokens tokens = parseTokens(model.task, text, complaints);
    if (!complaints.empty())
      fail(Exit::Usage, "--text: column %lld: %s", (long long)complaints.front().column,
           complaints.front().message.c_str());
    if (tokens.size() == 0)
      fail(Exit::Usage, "--text: a prompt has one token at least");
    if (std::string complaint = lacksCode(tokens); !complaint.empty())
      fail(Exit::Usage, "--text: %s", complaint.c_str());
    addPrompt(windows, tokens);
    return windows;
  }
  if (isatty(STDIN_FILENO))
    fail(Exit::Usage, "which windows? --samples N takes fresh ones of the task, --text \"...\" a prompt, "
                      "and standard input lines of prompts");
  LineReader reader(STDIN_FILENO);
  std::string line;
  bool tooLong;
  int64_t refused = 0;
  while (reader.next(line, tooLong)) {
    std::vector<TokenComplaint> complaints;
    Tokens tokens;
    if (tooLong)
      complaints.push_back({1, format("the line is longer than %zu bytes", LineReader::longestLine)});
    else
      tokens = parseTokens(model.task, line, complaints);
    if (complaints.empty() && tokens.size() > 0)
      if (std::string complaint = lacksCode(tokens); !complaint.empty())
        complaints.push_back({1, complaint});
    if (!complaints.empty()) {
      ++refused;
      reportError(invocation.program,
                  format("line %lld, column %lld: %s", (long long)reader.number(),
                         (long long)complaints.front().column, complaints.front().message.c_str()));
    } else if (tokens.size() > 0) {
      addPrompt(windows, tokens);
    }
    if (windows.count > mostWindows)
      fail(Exit::Usage, "standard input has more than %s prompts", withSeparators(mostWindows).c_str());
  }
  if (refused)
    fail(Exit::InputOutput, "%s line%s of standard input %s no prompt: nothing is written",
         withSeparators(refused).c_str(), refused == 1 ? "" : "s", refused == 1 ? "was" : "were");
  if (windows.count == 0)
    fail(Exit::InputOutput, "standard input has no prompt");
  return windows;
}

} // namespace iarc::runtime
