//===- Random.cpp - Counter-based random numbers ------------------------------===//

#include "Random.h"

#include "iarc/runtime/Descriptor.h"

#include <algorithm>

namespace iarc::runtime {

PhiloxBlock philox4x32(PhiloxBlock counter, std::array<uint32_t, 2> key) noexcept {
  constexpr uint32_t multiplier0 = 0xD2511F53, multiplier1 = 0xCD9E8D57;
  constexpr uint32_t weyl0 = 0x9E3779B9, weyl1 = 0xBB67AE85;
  auto [c0, c1, c2, c3] = counter;
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; ++round) {
    uint64_t product0 = uint64_t(multiplier0) * c0;
    uint64_t product1 = uint64_t(multiplier1) * c2;
    c0 = uint32_t(product1 >> 32) ^ c1 ^ k0;
    c2 = uint32_t(product0 >> 32) ^ c3 ^ k1;
    c1 = uint32_t(product1);
    c3 = uint32_t(product0);
    k0 += weyl0;
    k1 += weyl1;
  }
  return {c0, c1, c2, c3};
}

} // namespace iarc::runtime

extern "C" void iarc_random_block(uint64_t seed, int64_t stream, uint64_t sample, int64_t block,
                                  uint32_t *words) {
  using namespace iarc::runtime;
  PhiloxBlock made = randomBlock(seed, uint32_t(stream), sample, uint32_t(block));
  std::copy(made.begin(), made.end(), words);
}
