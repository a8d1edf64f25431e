//===- NumberRange.cpp - Ranges of whole numbers --------------------------===//
#include "Sema/NumberRange.h"

#include <algorithm>

namespace iarc::dsl {

namespace {

using Wide = __int128;

constexpr int64_t least = NumberRange::least, most = NumberRange::most;

/// All numbers where arithmetic would wrap.
NumberRange wrapped(Wide low, Wide high) {
  if (low < least || high > most)
    return {};
  return {int64_t(low), int64_t(high), false};
}

/// `result` of the numbers and of those divisors that are at least 1.
template <typename Result>
NumberRange divided(NumberRange a, NumberRange divisors, Result result) {
  if (a.empty || divisors.empty)
    return NumberRange::none();
  NumberRange positive = meet(divisors, {1, most, false});
  return positive.empty ? NumberRange() : result(a, positive);
}

} // namespace

NumberRange join(NumberRange a, NumberRange b) {
  if (a.empty || b.empty)
    return a.empty ? b : a;
  return {std::min(a.low, b.low), std::max(a.high, b.high), false};
}

NumberRange meet(NumberRange a, NumberRange b) {
  if (a.empty || b.empty)
    return NumberRange::none();
  return NumberRange::of(std::max(a.low, b.low), std::min(a.high, b.high));
}

NumberRange without(NumberRange range, int64_t value) {
  if (range.empty || (range.low == value && range.high == value))
    return NumberRange::none();
  return {range.low == value ? range.low + 1 : range.low,
          range.high == value ? range.high - 1 : range.high, false};
}

NumberRange sum(NumberRange a, NumberRange b) {
  if (a.empty || b.empty)
    return NumberRange::none();
  return wrapped(Wide(a.low) + b.low, Wide(a.high) + b.high);
}

NumberRange difference(NumberRange a, NumberRange b) {
  if (a.empty || b.empty)
    return NumberRange::none();
  return wrapped(Wide(a.low) - b.high, Wide(a.high) - b.low);
}

NumberRange product(NumberRange a, NumberRange b) {
  if (a.empty || b.empty)
    return NumberRange::none();
  Wide corners[] = {Wide(a.low) * b.low, Wide(a.low) * b.high, Wide(a.high) * b.low,
                    Wide(a.high) * b.high};
  return wrapped(*std::min_element(corners, corners + 4), *std::max_element(corners, corners + 4));
}

NumberRange minimum(NumberRange a, NumberRange b) {
  if (a.empty || b.empty)
    return NumberRange::none();
  return {std::min(a.low, b.low), std::min(a.high, b.high), false};
}

NumberRange maximum(NumberRange a, NumberRange b) {
  if (a.empty || b.empty)
    return NumberRange::none();
  return {std::max(a.low, b.low), std::max(a.high, b.high), false};
}

NumberRange quotient(NumberRange a, NumberRange divisors) {
  return divided(a, divisors, [](NumberRange a, NumberRange b) {
    auto floored = [](int64_t x, int64_t y) { return x / y - (x % y < 0 ? 1 : 0); };
    return NumberRange{std::min(floored(a.low, b.low), floored(a.low, b.high)),
                       std::max(floored(a.high, b.low), floored(a.high, b.high)), false};
  });
}

NumberRange remainder(NumberRange a, NumberRange divisors) {
  return divided(a, divisors, [](NumberRange a, NumberRange b) {
    return a.low >= 0 && a.high < b.low ? a : NumberRange{0, b.high - 1, false};
  });
}

std::string textOf(NumberRange range) {
  if (range.low == range.high)
    return "is " + std::to_string(range.low);
  if (range.low == least && range.high == most)
    return "may be any number";
  if (range.low == least)
    return "is any number up to " + std::to_string(range.high);
  if (range.high == most)
    return "is any number from " + std::to_string(range.low);
  return "lies in " + std::to_string(range.low) + ".." + std::to_string(range.high);
}

} // namespace iarc::dsl
