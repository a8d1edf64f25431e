//===- Distribution.h - Logits as a choice -------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_DISTRIBUTION_H
#define IARC_RUNTIME_LIB_DISTRIBUTION_H

#include <cstdint>
#include <vector>

namespace iarc::runtime {

/// The symbol with the largest logit, the first among equals; a NaN is never the largest.
int32_t bestSymbol(const std::vector<double> &logits) noexcept;

/// exp(logit / temperature), divided by its sum.
std::vector<double> probabilities(const std::vector<double> &logits, double temperature = 1);

} // namespace iarc::runtime

#endif
