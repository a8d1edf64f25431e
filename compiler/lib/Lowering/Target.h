//===- Target.h - What code is generated for --------------------------------===//
#ifndef IARC_LOWERING_TARGET_H
#define IARC_LOWERING_TARGET_H

#include "iarc/Pipeline.h"

#include <cstdint>

namespace iarc {

/// What the code is generated for; see IarcLower's options.
struct Target {
  int64_t vectorBits = 256;
  int64_t vectorRegisters = 16;
  Matmul matmul = Matmul::Auto;
  PlanOverrides plan;
};

/// Lane groups of one task of a region over (position, lane groups). A multiple of the usual
/// register block widths.
inline constexpr int64_t kGroupsPerTile = 25;

/// Lane groups of one task of a product across positions: so few that the input of all positions
/// stays in the second cache, where each position of the result reads it again.
inline constexpr int64_t kGroupsAcross = 5;

/// Samples of a step, those of the paper, for which blocks are chosen and the stack is laid out.
inline constexpr int64_t kUsualSamples = 200;

/// Bytes of a line of the caches.
inline constexpr int64_t kCacheLine = 64;

/// Bytes that stay in the first cache while others pass: half of that of all processors since 2008.
inline constexpr int64_t kPassingBytes = 16384;

/// Rows of a task of a large product: 10 tasks for 480 rows, so that the one position of a
/// recurrence can be shared out among threads.
inline constexpr int64_t kLargeTaskRows = 48;

/// From this many positions on, positions alone are enough to share out among threads.
inline constexpr int64_t kPositionsToShare = 16;

} // namespace iarc
#endif
