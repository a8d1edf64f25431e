//===- TrainSettings.cpp - The statement train ------------------------------===//
//
// The optimiser with its coefficients, the schedule of its rate, and the settings of the
// run. The defaults are those of the papers and of PyTorch; docs/language.md says which.
//
//===----------------------------------------------------------------------===//
#include "Sema/Elaborator.h"

#include "Diagnostics/Suggest.h"

#include <algorithm>
#include <map>

namespace iarc::dsl {

using ast::StatementKind;

namespace {

/// "adam, adamw, lion and sgd" in quotes.
std::string quotedList(const std::vector<std::string> &names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "'" : i + 1 == names.size() ? " and '" : ", '") + names[i] + "'";
  return text;
}

/// What an optimiser begins with before its arguments are read.
Train defaultsOf(const std::string &optimiser, Train train) {
  if (optimiser == "adam" || optimiser == "adamw") {
    train.optimiser = optimiser == "adam" ? Optimiser::Adam : Optimiser::AdamW;
    train.rate.rate = 1e-3;
    train.momentum = 0.9;
    train.beta2 = 0.999;
    train.epsilon = 1e-8;
    train.decay = optimiser == "adam" ? 0 : 0.01;
  } else if (optimiser == "lion") {
    train.optimiser = Optimiser::Lion;
    train.rate.rate = 1e-4;
    train.momentum = 0.9;
    train.beta2 = 0.99;
  }
  return train;
}

std::string plain(double value) {
  std::string text = std::to_string(value);
  while (text.back() == '0')
    text.pop_back();
  return text.back() == '.' ? text.substr(0, text.size() - 1) : text;
}

} // namespace

std::optional<double> Elaborator::trainNumber(const Expression &node, Scope &scope,
                                              const std::string &name, double low, double high,
                                              bool below, const char *hint) {
  std::optional<double> value =
      real(evaluate(node, scope), node.range, "'" + name + "'", Code::InvalidSetting);
  if (!value || (*value >= low && (below ? *value < high : *value <= high)))
    return value;
  std::string range = high > 1e29 ? (low > 0    ? "must be positive"
                                     : *value < 0 ? "must not be negative"
                                                  : "must be at most 1e30")
                                  : "must be at least " + plain(low) +
                                        (below ? " and below " : " and at most ") + plain(high);
  Diagnostic &diagnostic = report(Code::InvalidSetting, node.range, "'" + name + "' " + range);
  if (*hint)
    diagnostic.hint(hint);
  return std::nullopt;
}

void Elaborator::schedule(const Expression &node, Scope &scope, bool mayWarm) {
  Schedule &schedule = model->train.rate;
  auto rate = [&](const Expression &value) {
    schedule.rate = trainNumber(value, scope, "rate", 0, 1e30, false, "").value_or(schedule.rate);
  };
  const Formals *formals =
      node.kind == ast::ExpressionKind::Call ? scheduleFormals(node.text) : nullptr;
  if (!formals)
    return rate(node);
  Binding binding =
      bindArguments({node.text, *formals, {}, false}, node.arguments, node.focus, &diagnostics);
  if (!binding.valid)
    return;
  auto argument = [&](size_t slot) -> const Expression & { return *binding.slots[slot]->value; };
  if (node.text == "warmup") {
    if (!mayWarm) {
      report(Code::InvalidSetting, node.focus, "a warm-up inside of a warm-up")
          .hint("one is enough: 'warmup(100, cosine(0.001, to: 0))'");
      return;
    }
    std::optional<int64_t> steps = integer(evaluate(argument(0), scope), argument(0).range,
                                           "the steps of a warm-up", 1, limits::steps,
                                           Code::InvalidSetting);
    schedule.warmUp = steps.value_or(0);
    return this->schedule(argument(1), scope, false);
  }
  rate(argument(0));
  if (node.text == "step") {
    schedule.kind = ScheduleKind::Step;
    schedule.every = integer(evaluate(argument(1), scope), argument(1).range, "'every'", 1,
                             limits::steps, Code::InvalidSetting)
                         .value_or(1);
    schedule.factor =
        trainNumber(argument(2), scope, "factor", 0, 1, false, "the rate is multiplied by it")
            .value_or(1);
  } else if (node.text != "constant") {
    schedule.kind = node.text == "linear" ? ScheduleKind::Linear : ScheduleKind::Cosine;
    if (binding.slots[1])
      schedule.to = trainNumber(argument(1), scope, "to", 0, 1e30, false, "").value_or(0);
  }
}

void Elaborator::optimiser(const Statement &statement, Scope &scope) {
  Train &train = model->train;
  const std::string &name = statement.name.text;
  const Formals *formals = optimiserFormals(name);
  if (!formals) {
    std::string nearest = nearestName(name, optimiserNames());
    report(Code::UnknownOption, statement.name.range, "unknown optimiser '" + name + "'")
        .hint(nearest.empty() ? "known are " + quotedList(optimiserNames())
                              : "did you mean '" + nearest + "'?");
    return;
  }
  train = defaultsOf(name, train);
  Binding binding = bindArguments({"train " + name, *formals, {}, false}, statement.arguments,
                                  statement.name.range, &diagnostics);
  if (!binding.valid)
    return;
  for (size_t slot = 0; slot < formals->size(); ++slot) {
    if (!binding.slots[slot])
      continue;
    const Expression &node = *binding.slots[slot]->value;
    const std::string &argument = (*formals)[slot].name;
    auto number = [&](double &target, double low, double high, const char *hint) {
      target = trainNumber(node, scope, argument, low, high, true, hint).value_or(target);
    };
    if (argument == "rate") {
      schedule(node, scope, true);
    } else if (argument == "nesterov") {
      Value value = evaluate(node, scope);
      if (value.is(ValueKind::Truth))
        train.optimiser = value.truth ? Optimiser::Nesterov : Optimiser::Sgd;
      else if (!value.isPoison())
        report(Code::InvalidSetting, node.range,
               "'nesterov' must be 'true' or 'false', not " + describe(value));
    } else if (argument == "momentum") {
      number(train.momentum, 0, 1, "the velocity is v := momentum * v + gradient");
    } else if (argument == "beta1") {
      number(train.momentum, 0, 1, "the mean gradient is m := beta1 * m + (1 - beta1) * gradient");
    } else if (argument == "beta2") {
      number(train.beta2, 0, 1, "the usual ones are between 0.9 and 0.999");
    } else if (argument == "eps") {
      number(train.epsilon, 1e-30, 1e30, "it keeps a gradient of zero from being divided by zero");
    } else {
      number(train.decay, 0, 1e30, "");
    }
  }
}

void Elaborator::trainSetting(const ast::Argument &given, Scope &scope) {
  Train &train = model->train;
  const std::string &name = given.name.text, &word = given.word.text;
  const Expression &node = *given.value;
  // Each setting as it is written.
  static const std::map<std::string, const char *> forms = {
      {"batch", "batch 200"},
      {"steps", "steps 8000"},
      {"clip", "clip 1"},
      {"accumulate", "accumulate 4"},
      {"evaluate", "evaluate every 500"},
      {"stop", "stop at accuracy 0.99"}};
  const bool right = name == "evaluate" ? word == "every"
                     : name == "stop"   ? !word.empty() && word != "every"
                                        : word.empty();
  if (!right) {
    report(Code::InvalidSetting, given.range, "'" + name + "' is not written so")
        .hint(std::string("write '") + forms.at(name) + "'");
    return;
  }
  auto whole = [&](int64_t &target, int64_t most) {
    target = integer(evaluate(node, scope), node.range, "'" + name + "'", 1, most,
                     Code::InvalidSetting)
                 .value_or(target);
  };
  if (name == "batch")
    whole(train.batch, limits::batch);
  else if (name == "steps")
    whole(train.steps, limits::steps);
  else if (name == "accumulate")
    whole(train.accumulate, limits::batch);
  else if (name == "evaluate")
    whole(train.evaluateEvery, limits::steps);
  else if (name == "clip")
    train.clip = trainNumber(node, scope, "clip", 1e-30, 1e30, true,
                             "it is the longest that a gradient may be")
                     .value_or(0);
  else if (word == "loss" || word == "accuracy") {
    train.stop = word == "loss" ? Stop::Loss : Stop::Accuracy;
    train.stopAt =
        trainNumber(node, scope, word, 0, word == "loss" ? 1e30 : 1, false, "").value_or(0);
  } else {
    std::string nearest = nearestName(word, {"loss", "accuracy"});
    report(Code::UnknownOption, given.word.range, "a run cannot stop at '" + word + "'")
        .hint(nearest.empty() ? "known are 'loss' and 'accuracy'"
                              : "did you mean '" + nearest + "'?");
  }
}

void Elaborator::train(Scope &scope) {
  const Statement *statement = setting(StatementKind::Train);
  if (!statement || statement->broken)
    return;
  Train &train = model->train;
  train.location = statement->keyword.location();
  optimiser(*statement, scope);
  const std::vector<std::string> known = {"batch",      "steps",    "clip",
                                          "accumulate", "evaluate", "stop"};
  std::map<std::string, const ast::Argument *> seen;
  for (const ast::Argument &given : statement->settings) {
    const std::string &name = given.name.text;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      std::string nearest = nearestName(name, known);
      report(Code::UnknownOption, given.name.range, "unknown setting '" + name + "' of 'train'")
          .hint(nearest.empty() ? "known are " + quotedList(known)
                                : "did you mean '" + nearest + "'?");
      continue;
    }
    auto [entry, fresh] = seen.insert({name, &given});
    if (!fresh) {
      report(Code::RepeatedStatement, given.name.range, "'" + name + "' is given twice")
          .note(entry->second->name.range, "the first one is here");
      continue;
    }
    if (given.value)
      trainSetting(given, scope);
  }
  if (auto stop = seen.find("stop"); stop != seen.end() && !seen.count("evaluate"))
    report(Code::InvalidSetting, stop->second->range, "'stop' needs evaluations during the training")
        .hint("write 'evaluate every 500' beside it");
  if (auto parts = seen.find("accumulate");
      parts != seen.end() && train.accumulate > train.batch)
    report(Code::InvalidSetting, parts->second->value->range,
           "a batch of " + std::to_string(train.batch) + " cannot be computed in " +
               std::to_string(train.accumulate) + " parts")
        .hint("'accumulate' is at most 'batch'");
}

} // namespace iarc::dsl
