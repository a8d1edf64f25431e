//===- Names.cpp - Predefined names ---------------------------------------===//
#include "Sema/Names.h"

#include <algorithm>
#include <map>

namespace iarc::dsl {

namespace {

const std::vector<Intrinsic> &intrinsics() {
  static const std::vector<Intrinsic> table = {
      {"exp", ScalarOp::Exp, 1},     {"log", ScalarOp::Log, 1},
      {"sqrt", ScalarOp::Sqrt, 1},   {"tanh", ScalarOp::Tanh, 1},
      {"erf", ScalarOp::Erf, 1},     {"sin", ScalarOp::Sin, 1},
      {"cos", ScalarOp::Cos, 1},     {"abs", ScalarOp::Abs, 1},
      {"max", ScalarOp::Maximum, 2}, {"min", ScalarOp::Minimum, 2},
  };
  return table;
}

const std::vector<PrimitiveEntry> &primitives() {
  static const std::vector<PrimitiveEntry> table = {
      {"linear",
       Primitive::Linear,
       {{"x"},
        {"features"},
        {"name", false, true},
        {"weights", false, true},
        {"initialise", false, true},
        {"bias", false, true}}},
      {"attend",
       Primitive::Attend,
       {{"query"},
        {"key"},
        {"value"},
        {"heads", true, true},
        {"kernel", true, true},
        {"scale", false, true},
        {"mask", false, true},
        {"decay", false, true},
        {"normalise", false, true},
        {"key_heads", false, true}}},
      {"embed",
       Primitive::Embed,
       {{"features"}, {"name", false, true}, {"initialise", false, true}, {"tape", false, true}}},
      {"unembed", Primitive::Unembed, {{"x"}, {"of", false, true}, {"bias", false, true}}},
      {"norm", Primitive::Norm, {{"x"}, {"eps", false, true}}},
      {"width", Primitive::Width, {{"x"}}},
      {"row_sum", Primitive::RowSum, {{"x"}}},
      {"row_mean", Primitive::RowMean, {{"x"}}},
      {"row_max", Primitive::RowMax, {{"x"}}},
      {"join", Primitive::Join, {{"values", true, false, true}}},
      {"rope", Primitive::Rope, {{"x"}, {"heads", true, true}, {"base", false, true}}},
      {"sum", Primitive::Sum, {{"eps"}}},
      {"absolute_sum", Primitive::AbsoluteSum, {{"eps"}}},
      {"flatten", Primitive::Flatten, {{"x"}}},
      {"lstm_gates", Primitive::LstmGates, {{"z"}, {"cell"}}},
      {"normal", Primitive::Normal, {{"mean"}, {"deviation"}, {"scale", false, true}}},
      {"uniform", Primitive::Uniform, {{"low"}, {"high"}, {"scale", false, true}}},
      {"constant", Primitive::Constant, {{"value"}}},
  };
  return table;
}

const std::vector<std::string> words = {"causal", "none", "alibi", "shared", "sum",
                                        "absolute_sum", "fan_in", "one_hot", "added"};

} // namespace

const Intrinsic *findIntrinsic(const std::string &name) {
  for (const Intrinsic &intrinsic : intrinsics())
    if (intrinsic.name == name)
      return &intrinsic;
  return nullptr;
}

std::vector<std::string> intrinsicNames(int arity) {
  std::vector<std::string> names;
  for (const Intrinsic &intrinsic : intrinsics())
    if (intrinsic.arity == arity)
      names.push_back(intrinsic.name);
  return names;
}

const PrimitiveEntry *findPrimitive(const std::string &name) {
  for (const PrimitiveEntry &entry : primitives())
    if (entry.name == name)
      return &entry;
  return nullptr;
}

bool namesWeight(const PrimitiveEntry &entry, const std::string &argument) {
  switch (entry.primitive) {
  case Primitive::Linear:
  case Primitive::Embed: return argument == "name";
  case Primitive::Unembed: return argument == "of";
  default: return false;
  }
}

bool isWord(const std::string &name) {
  return std::find(words.begin(), words.end(), name) != words.end();
}

const WordChoice *findChoice(const std::string &name) {
  static const std::vector<WordChoice> choices = {
      {"a loss", {"cross_entropy", "squared_error"}},
      {"a reach of the loss", {"last", "all"}},
      {"an encoding", {"tape", "interspersed"}},
      {"a unit of text", {"byte", "character"}},
      {"a type of tokens", {"u8", "u16", "u32"}},
  };
  for (const WordChoice &choice : choices)
    if (std::find(choice.words.begin(), choice.words.end(), name) != choice.words.end())
      return &choice;
  return nullptr;
}

bool isTaskValue(const std::string &name) { return name == "encode" || name == "symbols"; }

bool isPredefined(const std::string &name) {
  return findIntrinsic(name) || findPrimitive(name) || isWord(name) || isTaskValue(name);
}

const std::vector<std::string> &predefinedNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all = words;
    all.push_back("encode");
    all.push_back("symbols");
    for (const std::string &name : predefinedCallees())
      if (std::find(all.begin(), all.end(), name) == all.end())
        all.push_back(name);
    return all;
  }();
  return names;
}

std::vector<std::string> predefinedCallees() {
  std::vector<std::string> all;
  for (const Intrinsic &intrinsic : intrinsics())
    all.push_back(intrinsic.name);
  for (const PrimitiveEntry &entry : primitives())
    all.push_back(entry.name);
  return all;
}

using FormalsByName = std::map<std::string, Formals>;

static const Formals *findFormals(const FormalsByName &all, const std::string &name) {
  auto entry = all.find(name);
  return entry == all.end() ? nullptr : &entry->second;
}

static const FormalsByName &optimisers() {
  static const FormalsByName all = [] {
    auto named = [](std::vector<std::string> names) {
      Formals formals;
      for (std::string &name : names)
        formals.push_back({std::move(name), false, true});
      return formals;
    };
    return FormalsByName{{"sgd", named({"rate", "momentum", "nesterov", "decay"})},
                         {"adam", named({"rate", "beta1", "beta2", "eps"})},
                         {"adamw", named({"rate", "beta1", "beta2", "eps", "decay"})},
                         {"lion", named({"rate", "beta1", "beta2", "decay"})}};
  }();
  return all;
}

const Formals *optimiserFormals(const std::string &name) { return findFormals(optimisers(), name); }

std::vector<std::string> optimiserNames() {
  std::vector<std::string> names;
  for (const auto &[name, formals] : optimisers())
    names.push_back(name);
  return names;
}

const Formals *scheduleFormals(const std::string &name) {
  static const FormalsByName all = {
      {"constant", {{"rate"}}},
      {"step", {{"rate"}, {"every", true, true}, {"factor", true, true}}},
      {"linear", {{"rate"}, {"to", false, true}}},
      {"cosine", {{"rate"}, {"to", false, true}}},
      {"warmup", {{"steps"}, {"schedule"}}}};
  return findFormals(all, name);
}

} // namespace iarc::dsl
