//===- PredictCommand.cpp - predict and generate ----------------------------------===//

#include "Console.h"
#include "Distribution.h"
#include "GivenBatch.h"
#include "Inference.h"
#include "Json.h"
#include "Program.h"
#include "Real.h"
#include "Text.h"
#include "TokenData.h"
#include "TokenText.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <unistd.h>

namespace iarc::runtime {

namespace {

constexpr int64_t mostGenerated = 1000000000;

/// The symbols by falling probability.
std::vector<int32_t> ranking(const std::vector<double> &logits) {
  std::vector<int32_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  auto keyOf = [&](int32_t symbol) { // a NaN comes last
    double logit = logits[size_t(symbol)];
    return std::isnan(logit) ? -HUGE_VAL : logit;
  };
  std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    return keyOf(a) != keyOf(b) ? keyOf(a) > keyOf(b) : a < b;
  });
  return order;
}

/// Reads prompts line by line from standard input. What is written for a line waits until no
/// further line is there, so that a program at the other end of a pipe gets each answer at once.
class Prompts {
public:
  Prompts(const Invocation &invocation) : invocation(invocation), reader(STDIN_FILENO) {}

  /// The next line's tokens; for a line that is no prompt they are empty, and `valid` is false
  /// unless it is blank.
  bool next(Tokens &tokens, bool &valid) {
    if (!reader.ready())
      flush();
    std::string line;
    bool tooLong;
    if (!reader.next(line, tooLong))
      return false;
    std::vector<TokenComplaint> complaints;
    if (tooLong)
      complaints.push_back(
          {1, format("the line is longer than %zu bytes", LineReader::longestLine)});
    else
      tokens = parseTokens(invocation.model.task, line, complaints);
    const iarc_model &model = invocation.model;
    if (!hasInference(model) && tokens.size() > 0 && int64_t(tokens.size()) < model.context)
      complaints.push_back({1, shorterThanContext(model, tokens.size())});
    valid = complaints.empty();
    constexpr size_t mostComplaints = 10;
    for (size_t i = 0; i < std::min(complaints.size(), mostComplaints); ++i)
      complain(complaints[i].column, complaints[i].message);
    if (complaints.size() > mostComplaints)
      complain(complaints[mostComplaints].column,
               format("%zu further tokens are none", complaints.size() - mostComplaints));
    if (!valid)
      tokens = Tokens();
    refused += !valid;
    return true;
  }
  void answer(const std::string &line) { output += line + "\n"; }
  void flush() {
    writeOutput(output);
    output.clear();
  }
  int64_t number() const noexcept { return reader.number(); }
  /// Ends the program where the logits of the line are no numbers.
  void requireFinite(const std::vector<double> &logits) {
    if (!std::all_of(logits.begin(), logits.end(), [](double x) { return std::isfinite(x); }))
      failNotFinite();
  }
  [[noreturn]] void failNotFinite() {
    flush();
    fail(Exit::Diverged, "the logits for line %lld are not finite: these weights cannot predict",
         (long long)number());
  }
  /// To be called at the end: the exit status.
  int finish() {
    flush();
    if (refused)
      fail(Exit::InputOutput, "%s line%s of standard input %s no prompt",
           withSeparators(refused).c_str(), refused == 1 ? "" : "s", refused == 1 ? "was" : "were");
    return int(Exit::Ok);
  }

private:
  void complain(int64_t column, const std::string &message) {
    flush(); // messages and answers in their order
    reportError(invocation.program, format("line %lld, column %lld: %s", (long long)reader.number(),
                                           (long long)column, message.c_str()));
  }

  const Invocation &invocation;
  LineReader reader;
  std::string output;
  int64_t refused = 0;
};

struct PredictOptions {
  int64_t most = 0; ///< symbols shown with their probabilities; 0: the best one alone
  bool all = false, json = false;
};

/// What is said of a window that has absent positions.
std::string absentNote(const iarc_model &model, int64_t given) {
  return given < model.context
             ? format("  # %lld of %lld positions", (long long)given, (long long)model.context)
             : "";
}

std::string predictionText(const iarc_task &task, const std::vector<double> &logits,
                           int64_t most) {
  if (most == 0)
    return symbolText(task, bestSymbol(logits));
  std::vector<double> shares = probabilities(logits);
  std::string text;
  std::vector<int32_t> order = ranking(logits);
  for (size_t i = 0; i < std::min(order.size(), size_t(most)); ++i)
    text += format("%s%s:%.4f", i ? " " : "", symbolText(task, order[i]).c_str(),
                   shares[size_t(order[i])]);
  return text;
}

std::string predictionLine(Inference &inference, const Tokens &tokens, Prompts &prompts,
                           const PredictOptions &options) {
  const iarc_model &model = inference.model;
  const int64_t given = std::min(int64_t(tokens.size()), model.context);
  std::vector<double> logits;
  inference.predict(tokens, logits);
  prompts.requireFinite(logits);
  const int64_t rows = inference.rows(), first = options.all ? rows - given : rows - 1;
  if (!options.json) {
    std::string text;
    for (int64_t row = first; row < rows; ++row) {
      inference.copyLogits(row, logits);
      text +=
          (row > first ? (options.most ? " | " : " ") : "") +
          predictionText(model.task, logits, options.most);
    }
    return text + absentNote(model, given);
  }
  JsonWriter json;
  json.beginObject().field("line", prompts.number()).field("positions", given);
  json.field("context", model.context);
  json.key("predictions").beginArray();
  for (int64_t row = first; row < rows; ++row) {
    inference.copyLogits(row, logits);
    json.beginObject().field("symbol", int64_t(bestSymbol(logits)));
    if (isText(model.task))
      json.field("text", std::string_view(symbolText(model.task, bestSymbol(logits))));
    if (options.most) {
      std::vector<double> shares = probabilities(logits);
      std::vector<int32_t> order = ranking(logits);
      json.key("probabilities").beginArray();
      for (size_t i = 0; i < std::min(order.size(), size_t(options.most)); ++i)
        json.beginObject()
            .field("symbol", int64_t(order[i]))
            .field("probability", shares[size_t(order[i])])
            .endObject();
      json.endArray();
    }
    json.endObject();
  }
  return json.endArray().endObject().text();
}

/// A conversation at a terminal: each line's tokens follow those before, a blank line takes the
/// prediction for the next symbol.
int runInteractive(const Invocation &invocation, Inference &inference,
                   const PredictOptions &options) {
  const iarc_model &model = invocation.model;
  if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
    fail(Exit::Usage, "--interactive needs a terminal\nhint: without it predict reads lines from "
                      "standard input and answers each");
  writeOutput(format("tokens go on where the last line ended; a blank line accepts the prediction, "
                     "'clear' starts anew, Ctrl-D ends (%s, context %lld)\n",
                     model.name, (long long)model.context));
  LineReader reader(STDIN_FILENO);
  Tokens tokens;
  std::vector<double> logits;
  while (true) {
    writeOutput("> ");
    std::string line;
    bool tooLong;
    if (!reader.next(line, tooLong)) {
      writeOutput("\n");
      return int(Exit::Ok);
    }
    if (line == "clear") {
      tokens = Tokens();
      continue;
    }
    std::vector<TokenComplaint> complaints;
    if (tooLong)
      complaints.push_back({1, "the line is too long"});
    Tokens fresh = parseTokens(model.task, tooLong ? std::string() : line, complaints);
    for (const TokenComplaint &complaint : complaints)
      writeOutput(
          format("column %lld: %s\n", (long long)complaint.column, complaint.message.c_str()));
    if (!complaints.empty())
      continue;
    if (fresh.size() == 0 && tokens.size() > 0)
      fresh.add(bestSymbol(logits), -1);
    for (size_t i = 0; i < fresh.size(); ++i)
      tokens.add(fresh.symbols[i], fresh.controls[i]);
    if (tokens.size() == 0)
      continue;
    std::string text;
    if (line.find_first_not_of(" \t") == std::string::npos)
      text = tokenText(model.task, tokens.symbols.back(), -1) + " -> ";
    inference.predict(tokens, logits);
    const int64_t given = std::min(int64_t(tokens.size()), model.context);
    writeOutput(text + predictionText(model.task, logits, options.most) + absentNote(model, given) + "\n");
  }
}

/// Writes the logits of every window of a batch, for comparisons with other implementations.
int runBatchPrediction(const Invocation &invocation, Inference &inference,
                       const std::string &batchFile, const std::string &out, int64_t positions) {
  const iarc_model &model = invocation.model;
  GivenBatch batch = readBatch(model, batchFile);
  const int64_t context = model.context, rows = inference.rows(), symbols = model.task.symbols;
  withReal(model, [&](auto real) {
    using Real = decltype(real);
    Array logits(uint64_t(batch.samples * rows * symbols) * sizeof(Real));
    for (int64_t b = 0; b < batch.samples; ++b) {
      Tokens tokens;
      for (int64_t t = context - positions; t < context; ++t)
        tokens.add(batch.symbols[size_t(b * (context + 1) + t)],
                   batch.controls[size_t(b * context + t)]);
      const Real *from = inference.run<Real>(tokens);
      // Of absent positions there are no logits.
      for (int64_t i = std::max<int64_t>(rows - positions, 0) * symbols; i < rows * symbols; ++i)
        logits.as<Real>()[b * rows * symbols + i] = from[i];
    }
    writeSafetensors(
        out, {{"logits", elementType(model), {batch.samples, rows, symbols}, logits.data()}},
        {{"model", model.name}});
  });
  return int(Exit::Ok);
}

} // namespace

int runPredict(const Invocation &invocation) {
  const iarc_model &model = invocation.model;
  std::string weights, batch, out;
  int64_t positions = model.context;
  PredictOptions options;
  bool interactive = false;
  Arguments arguments("predict");
  arguments.addFile("--weights", &weights, "the weights to predict with", /*required=*/true);
  arguments.addInteger("--probabilities", "K", &options.most, 1, model.task.symbols,
                       "show the K most probable symbols as SYMBOL:PROBABILITY",
                       "none: the most probable symbol alone");
  arguments.addSwitch("--all", &options.all, "predict after every token, not the last one only");
  arguments.addSwitch("--interactive", &interactive, "a conversation at a terminal");
  arguments.addSwitch("--json", &options.json, "a line of JSON for each prompt");
  arguments.addFile("--batch", &batch, "predict the windows of this batch instead of lines");
  arguments.addOutput("--out", &out, "with --batch: write 'logits' [batch, positions, N] there");
  arguments.addInteger("--positions", "N", &positions, 1, model.context,
                       "with --batch: the last N tokens of each window, the others are absent");
  if (!parseArguments(invocation, "predict", arguments))
    return int(Exit::Ok);
  if (options.all && (model.loss_at == IARC_LOSS_AT_LAST))
    fail(
        Exit::Usage,
        "--all: the loss of this model reads the last position, so that no other one is trained to "
        "predict");
  if (options.most && model.loss == IARC_LOSS_SQUARED_ERROR)
    fail(Exit::Usage, "--probabilities: a model that is trained by squared_error gives none");
  if (batch.empty() != out.empty())
    fail(Exit::Usage, "--batch FILE and --out FILE need each other");
  if (!batch.empty())
    for (const char *flag : {"--probabilities", "--all", "--json"})
      if (arguments.given(flag))
        fail(Exit::Usage, "%s is for lines: --batch writes the logits of whole windows", flag);
  if (batch.empty() && arguments.given("--positions"))
    fail(Exit::Usage, "--positions is for --batch: of a line all tokens are there");
  if (interactive && (!batch.empty() || options.json || options.all))
    fail(Exit::Usage, "--interactive goes with --weights and --probabilities only");

  Inference inference(model, weights);
  if (!batch.empty())
    return runBatchPrediction(invocation, inference, batch, out, positions);
  if (interactive)
    return runInteractive(invocation, inference, options);
  Prompts prompts(invocation);
  Tokens tokens;
  bool valid;
  // One line for each line, so that answers can be told apart.
  while (prompts.next(tokens, valid)) {
    if (tokens.size() == 0)
      prompts.answer(options.json ? "null" : valid ? "" : "?");
    else
      prompts.answer(predictionLine(inference, tokens, prompts, options));
  }
  return prompts.finish();
}

namespace {

std::string textOf(const iarc_task &task, const Tokens &tokens) {
  std::string text;
  for (int32_t symbol : tokens.symbols)
    text += symbolBytes(task, symbol);
  return text;
}

/// Continues prompts symbol by symbol.
struct Generator {
  Inference &inference;
  int64_t count;
  double temperature;
  uint64_t seed;
  bool isFinite = true; ///< whether all logits were, so far

  /// What follows the tokens: a text, or numbers between blanks. Drawn from this sample's stream of
  /// random numbers.
  std::string run(Tokens &tokens, uint64_t sample) {
    const iarc_model &model = inference.model;
    Draws draws(seed, GenerationStream, sample);
    std::vector<double> logits;
    std::string text;
    for (int64_t i = 0; i < count; ++i) {
      inference.predict(tokens, logits);
      isFinite = std::all_of(logits.begin(), logits.end(), [](double x) { return std::isfinite(x); });
      if (!isFinite)
        return text;
      int32_t symbol = bestSymbol(logits);
      if (temperature > 0) {
        std::vector<double> shares = probabilities(logits, temperature);
        uint32_t high = draws.word();
        double rest = unitInterval(high, draws.word());
        for (symbol = 0; size_t(symbol) + 1 < shares.size(); ++symbol)
          if ((rest -= shares[size_t(symbol)]) < 0)
            break;
      }
      text += (i && !isText(model.task) ? " " : "") + symbolBytes(model.task, symbol);
      tokens.add(symbol, -1);
      // Only the last context tokens are read.
      if (int64_t(tokens.size()) > 8 * model.context + 1024) {
        auto keep = [&](std::vector<int32_t> &row) {
          row.erase(row.begin(), row.end() - model.context);
        };
        keep(tokens.symbols);
        keep(tokens.controls);
      }
    }
    return text;
  }
};

} // namespace

int runGenerate(const Invocation &invocation) {
  const iarc_model &model = invocation.model;
  std::string weights, prompt;
  int64_t count = 0;
  uint64_t seed = defaultSeed;
  double temperature = 0;
  // The count may stand alone: generate 20.
  Invocation words = invocation;
  if (!words.words.empty() && !words.words[0].empty() && words.words[0][0] != '-')
    words.words.insert(words.words.begin(), "--symbols");
  Arguments arguments("generate");
  arguments.addInteger("--symbols", "N", &count, 1, mostGenerated,
                       "symbols to generate after each prompt; 'generate N' is the same", "20");
  count = 20;
  arguments.addFile("--weights", &weights, "the weights to generate with", /*required=*/true);
  arguments.addText("--prompt", "TEXT",
                    isText(model.task)
                        ? "the text to continue, instead of lines of standard input; \\n, \\t and "
                          "\\xHH stand for what is hard to type"
                        : "the tokens to continue, instead of lines of standard input", "",
                    [&](const std::string &text) {
                      prompt = text; // an empty one is refused below, with the reason
                      return std::string();
                    });
  arguments.addNumber("--temperature", "X", &temperature, 0, 100, false,
                      "0 takes the most probable symbol; else draws, with logits divided by X");
  arguments.addSeed(&seed);
  if (!parseArguments(words, "generate", arguments))
    return int(Exit::Ok);
  if (temperature > 0 && model.loss == IARC_LOSS_SQUARED_ERROR)
    fail(Exit::Usage, "--temperature: a model that is trained by squared_error gives no "
                      "probabilities to draw from");

  Inference inference(model, weights);
  Generator generator{inference, count, temperature, seed};
  if (arguments.given("--prompt")) {
    std::vector<TokenComplaint> complaints;
    Tokens tokens = parseTokens(model.task, prompt, complaints);
    if (!complaints.empty())
      fail(Exit::Usage, "--prompt: column %lld: %s", (long long)complaints.front().column,
           complaints.front().message.c_str());
    if (tokens.size() == 0)
      fail(Exit::Usage, "--prompt: there is no token to continue: a prompt has one at least");
    if (!hasInference(model) && int64_t(tokens.size()) < model.context)
      fail(Exit::Usage, "--prompt: %s", shorterThanContext(model, tokens.size()).c_str());
    const std::string start = isText(model.task) ? textOf(model.task, tokens) : "";
    std::string text = generator.run(tokens, 0);
    if (!generator.isFinite)
      fail(Exit::Diverged, "the logits are not finite: these weights cannot predict");
    writeOutput((isText(model.task) ? escaped(start + text, /*isPrinted=*/true) : text) + "\n");
    return int(Exit::Ok);
  }
  Prompts prompts(invocation);
  Tokens tokens;
  bool valid;
  while (prompts.next(tokens, valid)) {
    if (tokens.size() == 0) {
      prompts.answer(valid ? "" : "?");
      continue;
    }
    const int64_t given = int64_t(tokens.size());
    std::string text = generator.run(tokens, uint64_t(prompts.number() - 1));
    if (!generator.isFinite)
      prompts.failNotFinite();
    prompts.answer((isText(model.task) ? escaped(text) : text) + absentNote(model, given));
  }
  return prompts.finish();
}

} // namespace iarc::runtime
