//===- NumberRange.h - Ranges of whole numbers ----------------------------===//
//
// What a number of a task can be. Arithmetic gives a range that holds every
// result, which is all numbers where one of them would wrap; of nothing it gives
// nothing.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_SEMA_NUMBERRANGE_H
#define IARC_DSL_SEMA_NUMBERRANGE_H

#include <cstdint>
#include <limits>
#include <string>

namespace iarc::dsl {

/// The numbers low .. high.
struct NumberRange {
  static constexpr int64_t least = std::numeric_limits<int64_t>::min();
  static constexpr int64_t most = std::numeric_limits<int64_t>::max();

  int64_t low = least, high = most;
  bool empty = false; ///< of code that is never reached

  /// low .. high, or nothing where low is the larger one.
  static NumberRange of(int64_t low, int64_t high) {
    return low <= high ? NumberRange{low, high, false} : none();
  }
  static NumberRange only(int64_t value) { return {value, value, false}; }
  static NumberRange none() { return {0, 0, true}; }
  bool operator==(const NumberRange &other) const {
    return empty == other.empty && (empty || (low == other.low && high == other.high));
  }
  bool within(int64_t first, int64_t last) const {
    return empty || (low >= first && high <= last);
  }
};

/// What either holds; of the numbers between them, too.
NumberRange join(NumberRange a, NumberRange b);
/// What both hold.
NumberRange meet(NumberRange a, NumberRange b);
/// The range without one of its ends, where `value` is that.
NumberRange without(NumberRange range, int64_t value);

NumberRange sum(NumberRange a, NumberRange b);
NumberRange difference(NumberRange a, NumberRange b);
NumberRange product(NumberRange a, NumberRange b);
/// Of the smaller ones, and of the larger ones, of two numbers.
NumberRange minimum(NumberRange a, NumberRange b);
NumberRange maximum(NumberRange a, NumberRange b);
/// The quotient rounded down, and what is left of it, by those of the divisors that are at least
/// 1; all numbers where there is none.
NumberRange quotient(NumberRange a, NumberRange divisors);
NumberRange remainder(NumberRange a, NumberRange divisors);

/// As the predicate of a sentence: "lies in 0..5".
std::string textOf(NumberRange range);

} // namespace iarc::dsl

#endif
