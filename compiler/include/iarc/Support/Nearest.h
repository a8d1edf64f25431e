//===- Nearest.h - The known name closest to a misspelt one ----------------===//
//
// What the "did you mean" hints of the tools are made of.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_SUPPORT_NEAREST_H
#define IARC_SUPPORT_NEAREST_H

#include "llvm/ADT/StringRef.h"

#include <algorithm>
#include <string>

namespace iarc {

/// The member of `names` (any range of string-like) with the smallest edit distance to `word`,
/// or an empty string when none is close enough to be what was meant.
template <typename Range>
std::string nearestName(llvm::StringRef word, const Range &names) {
  std::string best;
  // A third of the word may be wrong and at most four letters: nothing is near to "-x".
  unsigned bound = std::min<unsigned>(word.size() / 3, 4) + 1;
  for (const auto &candidate : names) {
    llvm::StringRef name(candidate);
    unsigned distance = word.edit_distance_insensitive(name, /*AllowReplacements=*/true, bound);
    if (distance >= bound)
      continue;
    bound = distance;
    best = name.str();
  }
  return best;
}

} // namespace iarc
#endif
