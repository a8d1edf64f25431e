//===- WeightMap.cpp - Weights of other frameworks --------------------------------===//

#include "WeightMap.h"

#include "Error.h"
#include "Real.h"
#include "Text.h"
#include "Weights.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <numeric>
#include <set>

namespace iarc::runtime {

namespace {

/// Takes a line apart from left to right.
class LineParser {
public:
  LineParser(std::string_view rest, const std::string &name, int64_t number)
      : rest(rest), name(name), number(number) {}

  bool take(char c) {
    skipBlanks();
    if (rest.empty() || rest[0] != c)
      return false;
    rest.remove_prefix(1);
    return true;
  }
  void require(char c) {
    if (!take(c))
      wrong(format("'%c' is expected before %s", c, here().c_str()));
  }
  std::string word() {
    skipBlanks();
    size_t end = std::min(rest.find_first_of(" \t\r=[]:,"), rest.size());
    std::string text(rest.substr(0, end));
    if (text.empty())
      wrong("a name is expected before " + here());
    rest.remove_prefix(end);
    return text;
  }
  int64_t integer() {
    skipBlanks();
    int64_t value = 0;
    auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error != std::errc() || value < 0)
      wrong("a whole number is expected before " + here());
    rest.remove_prefix(size_t(end - rest.data()));
    return value;
  }
  bool atEnd() {
    skipBlanks();
    return rest.empty();
  }
  std::string here() const { return rest.empty() ? "the end" : quoted(rest); }
  [[noreturn]] void wrong(const std::string &what) const {
    fail(Exit::InputOutput,
         "%s, line %lld: %s\nhint: a line is NAME[INDEX] = THEIR.NAME[BEGIN:END] transpose; both "
         "brackets and transpose may be left out",
         quoted(name).c_str(), (long long)number, what.c_str());
  }

private:
  void skipBlanks() {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r"), rest.size()));
  }
  std::string_view rest;
  const std::string &name;
  int64_t number;
};

const iarc_weight *findWeight(const iarc_model &model, const std::string &name) {
  for (int64_t w = 0; w < model.weight_tensors; ++w)
    if (name == model.weights[w].name)
      return &model.weights[w];
  return nullptr;
}

int64_t product(const std::vector<int64_t> &sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1), std::multiplies<>());
}

/// Where a line puts its numbers.
struct Place {
  const iarc_weight *weight = nullptr;
  int64_t first = 0; ///< element of the weight
  std::vector<int64_t> shape;
};

} // namespace

std::vector<WeightMapLine> parseWeightMap(const std::string &text, const std::string &name) {
  std::vector<WeightMapLine> map;
  int64_t number = 0;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    std::string_view content(text.data() + at, end - at);
    at = end + 1;
    content = content.substr(0, content.find('#'));
    LineParser parser(content, name, ++number);
    if (parser.atEnd())
      continue;
    WeightMapLine line;
    line.number = number;
    line.weight = parser.word();
    if (parser.take('[')) {
      do
        line.index.push_back(parser.integer());
      while (parser.take(','));
      parser.require(']');
    }
    parser.require('=');
    line.tensor = parser.word();
    if (parser.take('[')) {
      line.sliced = true;
      line.begin = parser.integer();
      parser.require(':');
      line.end = parser.integer();
      parser.require(']');
    }
    if (!parser.atEnd()) {
      std::string before = parser.here();
      if (parser.word() != "transpose" || !parser.atEnd())
        parser.wrong(before + " is not understood");
      line.transpose = true;
    }
    map.push_back(line);
  }
  return map;
}

void importWeights(const iarc_model &model, const std::string &path,
                   const std::vector<WeightMapLine> &given, void *weights) {
  SafetensorsFile file(path);
  std::vector<WeightMapLine> map = given;
  for (int64_t w = 0; w < model.weight_tensors; ++w) {
    const std::string name = model.weights[w].name;
    if (std::none_of(given.begin(), given.end(), [&](auto &line) { return line.weight == name; })) {
      WeightMapLine line;
      line.weight = line.tensor = name;
      map.push_back(line);
    }
  }
  std::string differences;
  auto differ = [&](const WeightMapLine &line, const std::string &what) {
    differences += "\n  " + quoted(line.weight) +
                   (line.number ? format(" (line %lld)", (long long)line.number) : std::string()) +
                   ": " + what;
  };
  std::set<std::string> read;
  std::vector<std::vector<bool>> filled(static_cast<size_t>(model.weight_tensors));
  for (int64_t w = 0; w < model.weight_tensors; ++w)
    filled[size_t(w)].resize(size_t(model.weights[w].count));

  for (const WeightMapLine &line : map) {
    Place place;
    place.weight = findWeight(model, line.weight);
    if (!place.weight) {
      differ(line, "the model has no such weight");
      continue;
    }
    place.shape = shapeOf(*place.weight);
    const std::string whole = shapeText(place.shape);
    bool inside = line.index.size() <= place.shape.size();
    int64_t stride = place.weight->count;
    for (size_t axis = 0; inside && axis < line.index.size(); ++axis) {
      inside = line.index[axis] < place.shape[axis];
      stride /= place.shape[axis];
      place.first += line.index[axis] * stride;
    }
    if (!inside) {
      differ(line, "no such part of " + whole);
      continue;
    }
    place.shape.erase(place.shape.begin(), place.shape.begin() + int64_t(line.index.size()));
    const TensorEntry *entry = file.find(line.tensor);
    if (!entry) {
      differ(line, "the file has no tensor " + quoted(line.tensor) + "; the model has " + whole);
      continue;
    }
    read.insert(line.tensor);
    std::vector<int64_t> shape = entry->shape;
    if (line.sliced && (shape.empty() || line.begin >= line.end || line.end > shape[0])) {
      differ(line, format("%s is %s and has no rows %lld:%lld", quoted(line.tensor).c_str(),
                          shapeText(shape).c_str(), (long long)line.begin, (long long)line.end));
      continue;
    }
    int64_t skipped = 0;
    if (line.sliced) {
      skipped = line.begin * (product(shape) / shape[0]);
      shape[0] = line.end - line.begin;
    }
    const std::vector<int64_t> stored = shape;
    if (line.transpose && shape.size() != 2) {
      differ(line, quoted(line.tensor) + " is " + shapeText(shape) +
                       "; what is transposed has two axes");
      continue;
    }
    if (line.transpose)
      std::swap(shape[0], shape[1]);
    if (shape != place.shape) {
      differ(line, "the model has " + shapeText(place.shape) + ", " + quoted(line.tensor) +
                       " gives " + shapeText(shape));
      continue;
    }
    if (entry->type == ElementType::I32) {
      differ(line, quoted(line.tensor) + " holds integers");
      continue;
    }
    auto &mark = filled[size_t(place.weight - model.weights)];
    const int64_t count = product(shape);
    bool twice = false;
    for (int64_t i = 0; i < count; ++i) {
      twice |= mark[size_t(place.first + i)];
      mark[size_t(place.first + i)] = true;
    }
    if (twice) {
      differ(line, "filled by two lines");
      continue;
    }
    withReal(model, [&](auto real) {
      using Real = decltype(real);
      std::vector<Real> numbers(static_cast<size_t>(entry->count));
      file.copy(*entry, numbers.data());
      Real *to = static_cast<Real *>(weights) + place.weight->offset + place.first;
      const Real *from = numbers.data() + skipped;
      for (int64_t i = 0; i < count; ++i)
        to[i] = line.transpose ? from[i % shape[1] * stored[1] + i / shape[1]] : from[i];
    });
  }
  for (int64_t w = 0; w < model.weight_tensors && differences.empty(); ++w) {
    auto missing = std::count(filled[size_t(w)].begin(), filled[size_t(w)].end(), false);
    if (missing)
      differences += format("\n  %s: no line fills %s of its %s numbers",
                            quoted(model.weights[w].name).c_str(), withSeparators(missing).c_str(),
                            withSeparators(model.weights[w].count).c_str());
  }
  if (!differences.empty())
    fail(Exit::InputOutput, "the weights in %s do not fit the model %s:%s", quoted(path).c_str(),
         quoted(model.name).c_str(), differences.c_str());
  std::string unread;
  for (const TensorEntry &entry : file.tensors())
    if (!read.count(entry.name))
      unread += (unread.empty() ? "" : ", ") + quoted(entry.name);
  if (!unread.empty())
    std::fprintf(stderr, "note: not read of %s: %s\n", quoted(path).c_str(), unread.c_str());
}

} // namespace iarc::runtime
