//===- Optimiser.h - How a run changes its weights ---------------------------------===//
//
// The settings of the compiled optimiser, as declared or given on the command line, and
// what they make of one step: the coefficients of the generated update.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_OPTIMISER_H
#define IARC_RUNTIME_LIB_OPTIMISER_H

#include "Schedule.h"

#include <string>
#include <vector>

namespace iarc::runtime {

class Arguments;

struct Optimiser {
  iarc_schedule rate = constantSchedule(0);
  double momentum = 0; ///< of adam, adamw and lion beta1
  double beta2 = 0, epsilon = 0, decay = 0;
  double clip = 0;        ///< the longest gradient; 0: any length
  int64_t accumulate = 1; ///< parts in which a batch is computed
};

/// The coefficients of one update: iarc_call.
struct UpdateCoefficients {
  double rate = 0, momentum = 0, decay = 0, beta2 = 0, epsilon = 0, root = 1, scale = 1;
};

Optimiser declaredOptimiser(const iarc_model &model);

/// Those of the update with index `step`, counted from 0, from states that began as zeros.
UpdateCoefficients coefficientsOf(const iarc_model &model, const Optimiser &optimiser, int64_t step,
                                  int64_t steps);

/// "sgd", "nesterov", "adam", "adamw" or "lion".
const char *optimiserName(const iarc_model &model);

/// What the optimiser's states are called in a checkpoint: "velocity".
std::vector<const char *> stateNames(const iarc_model &model);

/// "rate 0.02, momentum 0.8", and what else is not as if it were not there.
std::string optimiserText(const iarc_model &model, const Optimiser &optimiser);

/// A coefficient of the compiled optimiser: its flag is "--" and its name.
struct OptimiserNumber {
  const char *name, *help;
  double Optimiser::*field;
  double most; ///< excluded
};
/// Those that the compiled optimiser has, beside the rate.
std::vector<OptimiserNumber> optimiserNumbers(const iarc_model &model);

/// Declares the flags: --rate, the optimiser's numbers, --clip and --accumulate. Those of other
/// optimisers are refused with the names of its own.
void addOptimiser(Arguments &arguments, const iarc_model &model, Optimiser *optimiser);

} // namespace iarc::runtime

#endif
