//===- Initialise.h - Initial weights from the seed ------------------------------===//
//
// Every weight tensor has a random stream of its own, and every element is a pure
// function of (seed, tensor index, row-major element index): the weights do not
// depend on the number of threads.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_INITIALISE_H
#define IARC_RUNTIME_LIB_INITIALISE_H

#include "ThreadPool.h"

#include "iarc/runtime/Descriptor.h"

#include <cstdint>

namespace iarc::runtime {

/// Elements 2 * pair and 2 * pair + 1 of the standard normal (Box and Muller) or the uniform
/// distribution on [0, 1) in double precision, of weight tensor number `tensor`.
void normalPair(uint64_t seed, int64_t tensor, int64_t pair, double &even, double &odd) noexcept;
void uniformPair(uint64_t seed, int64_t tensor, int64_t pair, double &even, double &odd) noexcept;

/// Fills weights [weight_elements] (real) with every tensor's declared initialiser. Gaps between
/// tensors are left alone.
void initialiseWeights(const iarc_model &model, uint64_t seed, void *weights, ThreadPool &pool);

/// Fills them as check-gradients wants them, whatever the model declares: normal, with a standard
/// deviation at which neither activations nor gradients vanish; see docs/program.md.
void initialiseForCheck(const iarc_model &model, uint64_t seed, void *weights, ThreadPool &pool);

} // namespace iarc::runtime

#endif
