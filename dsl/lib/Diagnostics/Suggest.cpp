//===- Suggest.cpp - The nearest name -------------------------------------===//
#include "Diagnostics/Suggest.h"

#include <algorithm>
#include <cctype>

namespace iarc::dsl {

namespace {

/// Optimal string alignment distance, case ignored.
size_t distance(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  std::vector<size_t> before(b.size() + 1), previous(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    previous[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
          lower(a[i - 2]) == lower(b[j - 1]))
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(previous);
    previous.swap(row);
  }
  return previous[b.size()];
}

} // namespace

std::string nearestName(std::string_view word, const std::vector<std::string> &candidates) {
  if (word.empty() || word.size() > 64)
    return {};
  size_t limit = std::max<size_t>(1, (word.size() + 1) / 3);
  std::string best;
  for (const std::string &candidate : candidates) {
    if (candidate.size() > word.size() + limit || word.size() > candidate.size() + limit)
      continue;
    size_t d = distance(word, candidate);
    // Two one-letter names have nothing in common but their length.
    if (d > limit || d >= std::max(word.size(), candidate.size()))
      continue;
    if (best.empty() || d < distance(word, best))
      best = candidate;
  }
  return best;
}

std::string_view hintForForeignName(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> hints[] = {
      {"mean", "the mean over the features of a value is 'row_mean(x)'"},
      {"concat", "'join([x, y])' puts the features of values side by side"},
      {"concatenate", "'join([x, y])' puts the features of values side by side"},
      {"cat", "'join([x, y])' puts the features of values side by side"},
      {"pow", "a power is written 'x ^ n'"},
      {"power", "a power is written 'x ^ n'"},
      {"matmul", "'linear(x, W)' multiplies by a matrix that 'weight' declares"},
      {"dense", "'linear(x, features)' maps by a matrix of its own"},
      {"layernorm", "'norm(x)' normalises the features of a value"},
      {"layer_norm", "'norm(x)' normalises the features of a value"},
      {"range", "a range is written 'a..<b', as in 'for i in 0..<4 { ... }'"},
      {"full", "a mask is 'causal' or 'none'"},
      {"per_position", "a placement is written 'per position'"},
      {"across_positions", "a placement is written 'across positions'"},
      {"per", "a placement is written 'per position'"},
      {"across", "a placement is written 'across positions'"},
      {"position", "a placement is written 'per position' or 'across positions'"},
      {"positions", "a placement is written 'per position' or 'across positions'"},
      {"exponential", "schedules of the rate are 'constant', 'step', 'linear', 'cosine' and 'warmup'"}};
  for (auto [foreign, hint] : hints)
    if (name == foreign)
      return hint;
  return {};
}

std::string listOf(const std::vector<std::string> &names, std::string_view conjunction) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0)
      text += i + 1 == names.size() ? " " + std::string(conjunction) + " " : std::string(", ");
    text += "'" + names[i] + "'";
  }
  return text;
}

} // namespace iarc::dsl
