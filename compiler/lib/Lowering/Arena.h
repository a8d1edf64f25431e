//===- Arena.h - Buffers that share memory by their lifetimes ---------------===//
#ifndef IARC_LOWERING_ARENA_H
#define IARC_LOWERING_ARENA_H

#include "Schedule.h"

namespace iarc {

/// From the region that writes a buffer first to the one that reads it last, both included, by
/// their numbers in the order of a function.
struct Lifetime {
  int64_t first = 0, last = 0;
  bool overlaps(const Lifetime &other) const { return first <= other.last && other.first <= last; }
  /// The shortest one that includes both.
  Lifetime with(const Lifetime &other) const {
    return {std::min(first, other.first), std::max(last, other.last)};
  }
};

/// The lifetimes of the values of a function. What an iteration of a repeat makes for itself lives
/// in a part of the repeat's time, and is made again by the next one. What a repeat reads of the
/// values around it must last until its end.
class Lifetimes {
public:
  /// The order of a block's runs.
  using Schedule = llvm::function_ref<llvm::SmallVector<Run>(mlir::Block &)>;

  /// `viewsShare`: a reshape's result is its operand's buffer.
  Lifetimes(mlir::Block &block, Schedule schedule, bool viewsShare) : viewsShare(viewsShare) {
    number(block, schedule);
  }

  /// Of the op itself: of a repeat all of its iterations.
  Lifetime of(mlir::Operation *op) const { return times.lookup(op); }
  /// Of a value that an op defines, in a buffer of its own.
  Lifetime of(mlir::Value value) const;

private:
  void number(mlir::Block &block, Schedule schedule);
  int64_t lastUse(mlir::Value value) const;

  bool viewsShare;
  int64_t now = 0;
  llvm::DenseMap<mlir::Operation *, Lifetime> times;
};

/// A buffer of an arena.
struct ArenaBuffer {
  Lifetime lifetime;
  int64_t elements = 0;
};

/// Where each buffer begins: no two whose lifetimes overlap share an element. The largest are
/// placed first, each as low as it fits, which leaves few gaps: no order is best for all.
llvm::SmallVector<int64_t> placeInArena(llvm::ArrayRef<ArenaBuffer> buffers);

/// Elements up to the end of the last buffer.
int64_t arenaElements(llvm::ArrayRef<ArenaBuffer> buffers, llvm::ArrayRef<int64_t> offsets);

/// A part of a workspace, for who asks for its buffers one by one and does so twice: what the first
/// time asks for is placed then, and handed out in the same order the second time.
class Arena {
public:
  /// The buffer's first element; 0 the first time.
  int64_t place(ArenaBuffer buffer) {
    if (isPlaced)
      return begin + offsets[next++];
    buffers.push_back(buffer);
    return 0;
  }
  /// Between the two times: places all buffers from element `first` on. Returns the end of them.
  int64_t finish(int64_t first) {
    begin = first;
    offsets = placeInArena(buffers);
    isPlaced = true;
    return begin + arenaElements(buffers, offsets);
  }

private:
  llvm::SmallVector<ArenaBuffer> buffers;
  llvm::SmallVector<int64_t> offsets;
  bool isPlaced = false;
  int64_t begin = 0;
  size_t next = 0;
};

} // namespace iarc
#endif
