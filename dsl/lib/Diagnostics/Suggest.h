//===- Suggest.h - The nearest name ---------------------------------------===//
#ifndef IARC_DSL_DIAGNOSTICS_SUGGEST_H
#define IARC_DSL_DIAGNOSTICS_SUGGEST_H

#include <string>
#include <string_view>
#include <vector>

namespace iarc::dsl {

/// The candidate nearest to `word`, or an empty string if none is near: at most a third of the
/// word's length in insertions, deletions, substitutions and swaps of neighbours.
std::string nearestName(std::string_view word, const std::vector<std::string> &candidates);

/// What the language has for a name that other frameworks have for it, as a hint; empty for any other name.
std::string_view hintForForeignName(std::string_view name);

/// `'a'`, `'a' or 'b'`, `'a', 'b' or 'c'`.
std::string listOf(const std::vector<std::string> &names, std::string_view conjunction = "or");

} // namespace iarc::dsl
#endif
