//===- Random.h - Counter-based random numbers --------------------------------===//
//
// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy
// as 1, 2, 3", SC 2011). Every draw is a pure function of (seed, stream, sample,
// number of the draw), so that any sample can be made by any thread in any order.
//
//   key     = seed, low word first
//   counter = { block of the sample, stream, sample low word, sample high word }
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_RANDOM_H
#define IARC_RUNTIME_LIB_RANDOM_H

#include <array>
#include <cstdint>

namespace iarc::runtime {

using PhiloxBlock = std::array<uint32_t, 4>;

/// One block of Philox4x32 with ten rounds.
PhiloxBlock philox4x32(PhiloxBlock counter, std::array<uint32_t, 2> key) noexcept;

/// What a stream is for. Two uses never share a stream, so their draws are independent.
enum Stream : uint32_t {
  TrainingStream = 0,
  EvaluationStream = 1,
  CheckStream = 2,            ///< which elements check-gradients looks at
  GenerationStream = 3,       ///< what generate draws after a prompt
  FirstWeightStream = 0x10000 ///< + index of the weight tensor
};

/// The block `block` of one sample of one stream.
inline PhiloxBlock randomBlock(uint64_t seed, uint32_t stream, uint64_t sample,
                               uint32_t block) noexcept {
  return philox4x32({block, stream, uint32_t(sample), uint32_t(sample >> 32)},
                    {uint32_t(seed), uint32_t(seed >> 32)});
}

/// The words of one sample's blocks in order.
class Draws {
public:
  Draws(uint64_t seed, uint32_t stream, uint64_t sample) noexcept
      : seed(seed), sample(sample), stream(stream) {}

  /// 32 uniform bits.
  uint32_t word() noexcept {
    if (used == 4) {
      block = randomBlock(seed, stream, sample, blocks++);
      used = 0;
    }
    return block[used++];
  }

  /// Uniform on 0 .. bound - 1 without bias: the high half of word * bound, where the words whose
  /// low half falls into the incomplete interval are drawn again (Lemire 2019). bound >= 1.
  uint32_t below(uint32_t bound) noexcept {
    uint64_t product = uint64_t(word()) * bound;
    if (uint32_t(product) < bound) {
      uint32_t threshold = uint32_t(-bound) % bound;
      while (uint32_t(product) < threshold)
        product = uint64_t(word()) * bound;
    }
    return uint32_t(product >> 32);
  }

private:
  uint64_t seed, sample;
  uint32_t stream;
  uint32_t blocks = 0;
  int used = 4;
  PhiloxBlock block{};
};

/// 53 bits of two words as a multiple of 2^-53 in [0, 1).
inline double unitInterval(uint32_t high, uint32_t low) noexcept {
  uint64_t bits = (uint64_t(high) << 21) ^ (low >> 11);
  return double(bits) * 0x1p-53;
}

} // namespace iarc::runtime

#endif
