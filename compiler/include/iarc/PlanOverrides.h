//===- PlanOverrides.h - Choices that are made for the planner --------------===//
#ifndef IARC_PLANOVERRIDES_H
#define IARC_PLANOVERRIDES_H

#include <algorithm>
#include <cstdint>

namespace iarc {

/// Sizes of a register block: `rows` produced features by `columns` lane groups of a product, or
/// broadcast features by vectors of interleaved ones of a weight's gradient.
struct RegisterBlock {
  int64_t rows = 0, columns = 0;
  /// Registers that the block needs: accumulators, the shorter side of the block, the passing
  /// element of the longer one, and one that is left to LLVM, whose scheduler would otherwise spill
  /// an accumulator in the loop.
  int64_t countRegisters() const { return rows * columns + std::min(rows, columns) + 2; }
};

/// Choices that are made for the planner, for experiments. A block of no rows is chosen by cost.
struct PlanOverrides {
  RegisterBlock linear, gradient;
};

/// Largest blocks that the planner looks at.
inline constexpr RegisterBlock kLargestLinearBlock{16, 8}, kLargestGradientBlock{8, 8};

} // namespace iarc

#endif
