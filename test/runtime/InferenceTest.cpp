//===- InferenceTest.cpp - The arrangements of weights that inference reads --------===//
//
// Each form against its definition in Descriptor.h, element by element.
//
//===----------------------------------------------------------------------===//

#include "Inference.h"

#include <gtest/gtest.h>

using namespace iarc::runtime;

namespace {

/// Stored numbers 1, 2, 3 ... so that zero is nothing's place.
template <class Real> std::vector<Real> prepare(const iarc_prepared &tensor, int64_t stored) {
  std::vector<Real> from(static_cast<size_t>(tensor.source + stored * tensor.outer));
  for (size_t i = 0; i < from.size(); ++i)
    from[i] = Real(i + 1);
  std::vector<Real> to(size_t(tensor.target + tensor.elements * tensor.outer));
  prepareTensor(tensor, sizeof(Real), reinterpret_cast<const std::byte *>(from.data()),
                reinterpret_cast<std::byte *>(to.data()));
  return to;
}

int64_t up(int64_t n, int64_t by) { return (n + by - 1) / by; }

TEST(PrepareTensor, Stored) {
  auto to = prepare<float>({3, 2, IARC_PREPARED_STORED, 2, 20, 1, 5, 4, 1, 1}, 20);
  for (int64_t i = 0; i < 40; ++i)
    EXPECT_EQ(to[size_t(2 + i)], float(3 + i + 1));
}

TEST(PrepareTensor, Positions) {
  for (int64_t positions : {1, 3, 4, 5, 9})
    for (int64_t rows : {1, 2, 3, 5}) {
      const int64_t out = 5, in = 3, lanes = 4, groups = up(positions, lanes), outer = 2;
      const int64_t elements = groups * out * in * lanes, source = 16, target = 32;
      auto to = prepare<double>({source, target, IARC_PREPARED_POSITIONS, outer, elements,
                                 positions, out, in, rows, lanes},
                                positions * out * in);
      size_t at = size_t(target);
      for (int64_t o = 0; o < outer; ++o)
        for (int64_t group = 0; group < groups; ++group)
          for (int64_t block = 0; block < out; block += rows)
            for (int64_t i = 0; i < in; ++i)
              for (int64_t row = block; row < std::min(block + rows, out); ++row)
                for (int64_t lane = 0; lane < lanes; ++lane, ++at) {
                  int64_t t = group * lanes + lane;
                  int64_t place = ((o * positions + t) * out + row) * in + i;
                  EXPECT_EQ(to[at], t < positions ? double(source + place + 1) : 0);
                }
      EXPECT_EQ(at, to.size());
    }
}

TEST(PrepareTensor, Pairs) {
  for (int64_t positions : {2, 4, 5, 9})
    for (int64_t rows : {1, 2, 5}) {
      const int64_t out = 5, in = 3, lanes = 4, outer = 2, pairs = positions * (positions + 1) / 2;
      int64_t vectors = 0;
      for (int64_t group = 0; group < up(positions, lanes); ++group)
        vectors += std::min(positions, (group + 1) * lanes);
      auto to = prepare<float>({0, 0, IARC_PREPARED_PAIRS, outer, vectors * out * in * lanes,
                                positions, out, in, rows, lanes},
                               pairs * out * in);
      size_t at = 0;
      for (int64_t o = 0; o < outer; ++o)
        for (int64_t group = 0; group < up(positions, lanes); ++group)
          for (int64_t block = 0; block < out; block += rows)
            for (int64_t s = 0; s < std::min(positions, (group + 1) * lanes); ++s)
              for (int64_t i = 0; i < in; ++i)
                for (int64_t row = block; row < std::min(block + rows, out); ++row)
                  for (int64_t lane = 0; lane < lanes; ++lane, ++at) {
                    int64_t t = group * lanes + lane, pair = t * (t + 1) / 2 + s;
                    bool there = t < positions && s <= t;
                    int64_t place = ((o * pairs + pair) * out + row) * in + i;
                    EXPECT_EQ(to[at], there ? float(place + 1) : 0);
                  }
      EXPECT_EQ(at, to.size());
    }
}

TEST(PrepareTensor, Outputs) {
  for (int64_t out : {1, 7, 8, 25})
    for (int64_t rows : {1, 2, 3}) {
      const int64_t in = 3, lanes = 8, outer = 2, vectors = up(out, lanes);
      auto to = prepare<float>(
          {0, 0, IARC_PREPARED_OUTPUTS, outer, vectors * lanes * in, 1, out, in, rows, lanes},
          out * in);
      size_t at = 0;
      for (int64_t o = 0; o < outer; ++o)
        for (int64_t block = 0; block < vectors; block += rows)
          for (int64_t i = 0; i < in; ++i)
            for (int64_t row = block; row < std::min(block + rows, vectors); ++row)
              for (int64_t lane = 0; lane < lanes; ++lane, ++at) {
                int64_t output = row * lanes + lane;
                EXPECT_EQ(to[at], output < out ? float((o * out + output) * in + i + 1) : 0);
              }
      EXPECT_EQ(at, to.size());
    }
}

} // namespace
