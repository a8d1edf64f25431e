//===- Arena.cpp - Buffers that share memory by their lifetimes -------------===//
#include "Arena.h"
#include "llvm/ADT/STLExtras.h"

#include <tuple>

using namespace mlir;

namespace iarc {

void Lifetimes::number(Block &block, Schedule schedule) {
  for (const Run &run : schedule(block)) {
    int64_t first = now++;
    if (auto repeat = dyn_cast<RepeatOp>(run.front()))
      number(repeat.getBodyBlock(), schedule);
    for (Operation *op : run)
      times[op] = {first, now - 1};
  }
  times[block.getTerminator()] = {now, now};
  ++now;
}

int64_t Lifetimes::lastUse(Value value) const {
  int64_t last = 0;
  for (Operation *user : value.getUsers()) {
    // A map reads what was spread where it lies (Emitter::emitMap), so that the op between counts
    // as a view too.
    if (isa<SpreadOp, BroadcastOp>(user) || (isa<ReshapeOp>(user) && viewsShare))
      last = std::max(last, lastUse(user->getResult(0)));
    if (Operation *op = value.getParentBlock()->findAncestorOpInBlock(*user))
      last = std::max(last, of(op).last);
  }
  return last;
}

Lifetime Lifetimes::of(Value value) const {
  Lifetime made = of(value.getDefiningOp());
  return {made.first, std::max(made.last, lastUse(value))};
}

SmallVector<int64_t> placeInArena(ArrayRef<ArenaBuffer> buffers) {
  SmallVector<size_t> order(llvm::to_vector(llvm::seq<size_t>(buffers.size())));
  llvm::sort(order, [&](size_t a, size_t b) {
    return std::tie(buffers[b].elements, a) < std::tie(buffers[a].elements, b);
  });
  SmallVector<int64_t> offsets(buffers.size(), 0);
  SmallVector<size_t> placed; // by offset
  for (size_t index : order) {
    const ArenaBuffer &buffer = buffers[index];
    int64_t begin = 0;
    for (size_t other : placed) {
      if (offsets[other] >= begin + buffer.elements)
        break; // it fits below all that follow
      if (buffers[other].lifetime.overlaps(buffer.lifetime))
        begin = std::max(begin, offsets[other] + buffers[other].elements);
    }
    offsets[index] = begin;
    placed.insert(llvm::upper_bound(placed, index,
                                    [&](size_t a, size_t b) { return offsets[a] < offsets[b]; }),
                  index);
  }
  return offsets;
}

int64_t arenaElements(ArrayRef<ArenaBuffer> buffers, ArrayRef<int64_t> offsets) {
  int64_t end = 0;
  for (auto [buffer, offset] : llvm::zip(buffers, offsets))
    end = std::max(end, offset + buffer.elements);
  return end;
}

} // namespace iarc
