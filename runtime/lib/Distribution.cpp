//===- Distribution.cpp - Logits as a choice -----------------------------------------===//

#include "Distribution.h"

#include <cmath>

namespace iarc::runtime {

int32_t bestSymbol(const std::vector<double> &logits) noexcept {
  size_t best = 0;
  for (size_t s = 1; s < logits.size(); ++s)
    if (logits[s] > logits[best] || std::isnan(logits[best]))
      best = s;
  return int32_t(best);
}

std::vector<double> probabilities(const std::vector<double> &logits, double temperature) {
  double largest = logits[size_t(bestSymbol(logits))], sum = 0;
  std::vector<double> shares;
  for (double logit : logits)
    shares.push_back(std::exp((logit - largest) / temperature));
  for (double share : shares)
    sum += share;
  for (double &share : shares)
    share /= sum;
  return shares;
}

} // namespace iarc::runtime
