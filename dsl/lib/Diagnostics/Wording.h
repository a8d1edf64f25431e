//===- Wording.h - What parser and analysis say alike ---------------------===//
//
// Some mistakes are noticed by the one or by the other, as the text around them
// happens to parse. Said in the same words at the same place they are said once.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_DIAGNOSTICS_WORDING_H
#define IARC_DSL_DIAGNOSTICS_WORDING_H

#include <string>
#include <string_view>

namespace iarc::dsl {

/// What is wrong with `context = 6`.
inline std::string withoutSign(std::string_view setting, std::string_view sign = "=") {
  return "the setting '" + std::string(setting) + "' is written without '" + std::string(sign) +
         "'";
}

/// What is wrong with `weight g[8]`, and the way out.
inline std::string lacksInitialiser(std::string_view weight) {
  return "the weight '" + std::string(weight) + "' lacks '= initialiser'";
}
inline constexpr const char *initialiserHint =
    "such as '= normal(0, 0.1)', '= constant(1)' or '= 0'";

} // namespace iarc::dsl

#endif
