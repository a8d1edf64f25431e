//===- Rings.h - Where what a repeat carries lies ----------------------------===//
//
// The values of a carried value take the slots of a ring in turn: two, or one for the start and
// each iteration where a stacked result of the repeat is made of them. Such a result is the ring's
// own memory.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_LOWERING_RINGS_H
#define IARC_LOWERING_RINGS_H

#include "iarc/Dialect/Iarc.h"

namespace iarc {

/// Whether stacked result number `index` of the repeat saves a carried value at the start of the
/// iteration. Then the carried value's ring has a slot for each iteration and is the stack itself.
bool savesCarried(RepeatOp repeat, unsigned index);

/// Number of the carried value whose next value stacked result number `index` is, if any. Then the
/// carried value's ring, but for its first slot, is the stack itself.
std::optional<unsigned> stacksNext(RepeatOp repeat, unsigned index);

/// Whether the stacked result lies in the ring of a carried value.
bool liesInRing(RepeatOp repeat, unsigned index);

/// Slots of the ring of carried value `index`: where the current value and the next one lie, or
/// all.
int64_t ringSlots(RepeatOp repeat, unsigned index);

/// The part of an inner repeat's ring that an iteration of an outer repeat stacks.
struct StackedRing {
  RepeatOp repeat;
  unsigned carried;  ///< whose ring it is
  int64_t firstSlot; ///< 0 or 1
};

/// That of stacked result number `index` of `outer`, which then can be the memory of all these
/// rings one after the other: they are apart by the slot that it does not have. So every reader
/// must take it slice by slice. Nothing for a result that is made otherwise or read otherwise.
std::optional<StackedRing> stackedRing(RepeatOp outer, unsigned index);

} // namespace iarc
#endif
