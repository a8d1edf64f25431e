//===- Text.h - Words and figures for people ----------------------------------===//
//
// Formatting shared by messages, tables and help: printf into a string, figures
// with thousands separators, bytes, shapes, and the nearest of several names.
// Nothing here depends on the locale.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_TEXT_H
#define IARC_RUNTIME_LIB_TEXT_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace iarc::runtime {

/// printf into a string.
__attribute__((format(printf, 1, 2))) std::string format(const char *form, ...);

/// 1267200 as "1,267,200".
std::string withSeparators(int64_t value);

/// A number of bytes in the largest fitting binary unit: "70.3 GiB", "512 bytes".
std::string bytesText(uint64_t bytes);

/// A shape as "[12, 24, 20, 20]"; "[]" for rank 0.
std::string shapeText(const std::vector<int64_t> &shape);

/// A figure before its unit, with a prefix: 1.52e9 as "1.52 G", 12 as "12 ".
std::string scaledText(double value);

/// A loss with so many decimals, or with an exponent when it is very large.
std::string lossText(double loss, int decimals);

/// A share of something, such as an accuracy, with so many decimals; of nothing, which is NaN, "-" in
/// its last column.
std::string shareText(double share, int decimals);

/// The shortest text that reads back as the same number: "0.02", "1e-30", "nan", "-inf".
std::string exactText(double value);

/// A duration as "1:02:03", "1:41" or "0:07".
std::string durationText(double seconds);

/// The text in single quotes, with control characters escaped and cut when very long, so that a
/// message stays one readable line whatever was typed.
std::string quoted(std::string_view text);

/// A word of a command line that may be copied into a shell.
std::string shellWord(const std::string &word);

/// The candidate with the least edit distance to `name`, or "" when none is near enough to be
/// meant.
std::string nearestName(std::string_view name, const std::vector<std::string> &candidates);

} // namespace iarc::runtime

#endif
