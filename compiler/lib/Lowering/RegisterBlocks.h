//===- RegisterBlocks.h - The cost model of register blocks -----------------===//
#ifndef IARC_LOWERING_REGISTERBLOCKS_H
#define IARC_LOWERING_REGISTERBLOCKS_H

#include "Plan.h"
#include "Target.h"

namespace iarc {

/// The block that needs the fewest cycles for `features` produced features and about `groups` lane
/// groups: every accumulator, the loaded vectors of one operand and one broadcast stay in
/// registers; a block costs the larger of its multiply-adds (two a cycle), its loads (two a cycle)
/// and the latency of a chain (four cycles), and with vectors of 512 bits some of both.
RegisterBlock chooseLinearBlock(int64_t features, int64_t groups, const Target &target);

/// What lies in a vector of a gradient's operands: of some neighbouring features a chunk of 16
/// bytes each.
struct Chunks {
  explicit Chunks(const Layout &layout)
      : samples(kBytes / layout.elementBytes), features(layout.lanes / samples) {}
  static constexpr int64_t kBytes = 16;
  int64_t samples;  ///< of a chunk
  int64_t features; ///< chunks of a vector
};

/// How a weight's gradient is summed (EmitGradients.cpp).
struct GradientPlan {
  RegisterBlock block; ///< rows, of broadcast features, by vectors of interleaved ones
  bool interleavesOut; ///< the output adjoint is interleaved and the input broadcast
};
/// The one that needs the fewest cycles. Where each position has its own sums, they count too: a
/// block costs what it takes to sum its chunks.
GradientPlan chooseGradient(WeightType weight, const Layout &layout, const Target &target);

/// Lane groups of each tile of those of kUsualSamples, or of the ones known when compiling, at most
/// `most` to a tile: evenly cut, as those of a call are.
llvm::SmallVector<int64_t> usualTiles(int64_t most, const Layout &layout);

/// How the lane groups of a tile are cut: what blocks leave over widens as many of them by one
/// group, where there is code for that, and is else done one by one. 13 groups are two blocks of 4
/// and one of 5.
struct LinearCut {
  RegisterBlock block;
  RegisterBlock wide; ///< one group wider than `block`; no rows: blocks are not widened
  RegisterBlock single;
  struct Counts {
    int64_t wides, blocks, singles;
  };
  /// Of each there are in `groups` lane groups, in this order.
  Counts count(int64_t groups) const;
};

/// The cut that needs the fewest cycles for `features` produced features on tiles of `sizes` lane
/// groups.
LinearCut chooseLinearCut(int64_t features, llvm::ArrayRef<int64_t> sizes, const Target &target);

/// What the cost model says of a block: its multiply-adds' own time, at two a cycle, as a share of
/// the predicted time; and the block that would have been second.
struct BlockPrediction {
  RegisterBlock block, wide; ///< `wide` has no rows where all blocks are of one width
  RegisterBlock second;      ///< no rows where there is no other block
  double share = 0, secondShare = 0;
};
BlockPrediction predictLinearBlock(int64_t features, int64_t groups, const Target &target);
BlockPrediction predictLinearCut(int64_t features, llvm::ArrayRef<int64_t> sizes,
                                 const Target &target);
BlockPrediction predictGradient(WeightType weight, const Layout &layout, const Target &target);

/// The pieces in which a block's sums are stored, `lanes` of which lie in a vector, row after row:
/// each is a part of one row and of one vector. A row is contiguous in memory.
void forPiecesOfRows(int64_t rows, int64_t columns, int64_t lanes,
                     llvm::function_ref<void(int64_t row, int64_t column, int64_t size)> body);

} // namespace iarc
#endif
