//===- Memory.h - Arrays, and whether they fit ---------------------------------===//
//
// All large arrays of a compiled program are planned first, their sum is compared
// with the memory that the process may have, and only then are they mapped. So a
// model or batch that is too large is refused with the figure, not killed later.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_MEMORY_H
#define IARC_RUNTIME_LIB_MEMORY_H

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

namespace iarc::runtime {

/// Bytes from the system: zeroed, aligned to 64 bytes (to 2 MiB when at least as large), huge pages
/// requested. Moves, does not copy.
class Array {
public:
  Array() = default;
  /// Throws Error (status InputOutput) when the system refuses. 0 bytes give a null array.
  explicit Array(uint64_t bytes);
  Array(Array &&other) noexcept { swap(other); }
  Array &operator=(Array &&other) noexcept {
    swap(other);
    return *this;
  }
  ~Array();

  template <class T> T *as() const noexcept { return reinterpret_cast<T *>(start); }
  std::byte *data() const noexcept { return start; }
  uint64_t bytes() const noexcept { return size; }

private:
  void swap(Array &other) noexcept {
    std::swap(mapping, other.mapping);
    std::swap(mapped, other.mapped);
    std::swap(start, other.start);
    std::swap(size, other.size);
  }
  void *mapping = nullptr;
  uint64_t mapped = 0;
  std::byte *start = nullptr;
  uint64_t size = 0;
};

/// Memory that this process may still take, in bytes, and what sets the bound.
struct AvailableMemory {
  uint64_t bytes = UINT64_MAX;
  std::string bound; ///< "of memory", "under the limit of the control group", ...
};

/// The least of MemAvailable, what is left under the limits of the control groups (versions 1 and
/// 2; their reclaimable file cache counts as free) and what is left under RLIMIT_AS. `root` is put
/// before /proc and /sys so that tests can pose as another machine.
AvailableMemory availableMemory(const std::string &root = "");

/// Sums sizes with overflow checks.
class MemoryPlan {
public:
  /// Adds the product of the factors; a negative factor counts as too large.
  void add(std::initializer_list<int64_t> factors) noexcept;
  bool overflowed() const noexcept { return overflow; }
  uint64_t bytes() const noexcept { return total; }

  /// Throws Error (status InputOutput) with both figures unless the sum fits into `available`.
  /// `hint` is the way out, such as "use a smaller --batch (now 200000)".
  void require(const AvailableMemory &available, const std::string &hint) const;

private:
  uint64_t total = 0;
  bool overflow = false;
};

} // namespace iarc::runtime

#endif
