//===- Text.cpp - Words and figures for people --------------------------------===//

#include "Text.h"
#include "Error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdarg>
#include <cstdio>

namespace iarc::runtime {

static std::string formatList(const char *form, va_list list) {
  va_list again;
  va_copy(again, list);
  int length = std::vsnprintf(nullptr, 0, form, list);
  std::string text(length > 0 ? size_t(length) : 0, '\0');
  std::vsnprintf(text.data(), text.size() + 1, form, again);
  va_end(again);
  return text;
}

std::string format(const char *form, ...) {
  va_list list;
  va_start(list, form);
  std::string text = formatList(form, list);
  va_end(list);
  return text;
}

void fail(Exit status, const char *form, ...) {
  va_list list;
  va_start(list, form);
  std::string text = formatList(form, list);
  va_end(list);
  throw Error{status, std::move(text)};
}

std::string withSeparators(int64_t value) {
  std::string digits = std::to_string(value);
  size_t first = digits[0] == '-' ? 1 : 0;
  for (size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string bytesText(uint64_t bytes) {
  static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = double(bytes);
  int unit = 0;
  while (value >= 1024 && unit < 6) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? format("%llu bytes", (unsigned long long)bytes)
                   : format("%.1f %s", value, units[unit]);
}

std::string shapeText(const std::vector<int64_t> &shape) {
  std::string text = "[";
  for (size_t axis = 0; axis < shape.size(); ++axis)
    (text += axis ? ", " : "") += std::to_string(shape[axis]);
  text += ']';
  return text;
}

std::string scaledText(double value) {
  static const char *const prefixes[] = {" ", " k", " M", " G", " T", " P"};
  int prefix = 0;
  while (std::fabs(value) >= 1000 && prefix < 5) {
    value /= 1000;
    ++prefix;
  }
  return format("%.3g%s", value, prefixes[prefix]);
}

std::string lossText(double loss, int decimals) {
  return std::fabs(loss) < 1e6 ? format("%.*f", decimals, loss) : format("%.4g", loss);
}

std::string shareText(double share, int decimals) {
  return std::isnan(share) ? format("%*s", decimals + 2, "-") : format("%.*f", decimals, share);
}

std::string exactText(double value) {
  char text[32];
  auto [end, error] = std::to_chars(text, text + sizeof text, value);
  return std::string(text, end);
}

std::string durationText(double seconds) {
  if (!(seconds >= 0) || seconds > 1e9)
    return "-:--";
  long long whole = (long long)(seconds + 0.5);
  if (whole >= 3600)
    return format("%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
  return format("%lld:%02lld", whole / 60, whole % 60);
}

std::string quoted(std::string_view text) {
  constexpr size_t longest = 200;
  std::string result = "'";
  for (unsigned char c : text.substr(0, longest)) {
    if (c < 32 || c == 127)
      result += format("\\x%02x", c);
    else
      result += char(c);
  }
  if (text.size() > longest)
    result += "...";
  result += '\'';
  return result;
}

/// Edit distance in which exchanging two neighbours counts one, as it is one slip of the hand.
static size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i)
    d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j)
    d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i)
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t change = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

std::string shellWord(const std::string &word) {
  constexpr const char *plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_./=-+:,@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos)
    return word;
  std::string text = "'";
  for (char letter : word)
    text += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return text + "'";
}

std::string nearestName(std::string_view name, const std::vector<std::string> &candidates) {
  if (name.empty() || name.size() > 64)
    return "";
  std::string best;
  size_t least = name.size() / 3 + 1; // more than a third of the letters wrong: another word
  for (const std::string &candidate : candidates) {
    size_t distance = editDistance(name, candidate);
    if (distance < least || (distance == least && best.empty())) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

} // namespace iarc::runtime
