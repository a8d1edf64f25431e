//===- Inference.h - One window at a time ----------------------------------------===//
//
// Calls the generated function that computes one window on one core. It reads the
// weights in an arrangement of its own, which is made here once they are loaded.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_INFERENCE_H
#define IARC_RUNTIME_LIB_INFERENCE_H

#include "Memory.h"
#include "Session.h"

#include <memory>
#include <string>
#include <vector>

namespace iarc::runtime {

/// Tokens from the oldest to the newest: their symbols, -1 at an interspersed control token, and
/// control indices, -1 without one.
struct Tokens {
  std::vector<int32_t> symbols, controls;
  size_t size() const noexcept { return symbols.size(); }
  void add(int32_t symbol, int32_t control) {
    symbols.push_back(symbol);
    controls.push_back(control);
  }
};

/// Whether the program computes one window by code of its own: a program whose compiler could not
/// make that does it by forward, a batch of one.
inline bool hasInference(const iarc_model &model) noexcept { return model.infer != nullptr; }

/// What is said of a prompt that such a program cannot compute.
std::string shorterThanContext(const iarc_model &model, size_t tokens);

class Inference {
public:
  /// Reads the weights from a file. Throws Error (status InputOutput) as Session and loadWeights
  /// do.
  Inference(const iarc_model &model, const std::string &weights);
  /// Draws initial weights.
  Inference(const iarc_model &model, uint64_t seed);
  /// Without weights: setWeights() comes first.
  explicit Inference(const iarc_model &model);

  /// Copies weights, stored as iarc_call has them.
  void setWeights(const void *weights);

  const iarc_model &model;
  /// Positions whose logits are given: the context, or 1 where the loss reads the last one.
  int64_t rows() const noexcept { return rowCount; }

  /// Computes the window that ends with the newest token: the context's last tokens, or all if they
  /// are fewer; at least one. Throws Error (status Usage) for fewer where hasInference() says no.
  /// Gives the logits [rows][symbols], of no meaning where there is no token.
  template <class Real> const Real *run(const Tokens &tokens) {
    compute(tokens);
    return logitArray.as<Real>();
  }
  /// The same; logits of the last position in double precision, written to `logits`.
  void predict(const Tokens &tokens, std::vector<double> &logits);
  /// Logits of all rows of the window computed last, in double precision.
  void copyLogits(int64_t row, std::vector<double> &logits) const;
  /// Computes the window that was computed last once more.
  void repeat() noexcept { model.infer(&call); }
  /// The weights that one window reads, and their bytes.
  const void *weights() const noexcept { return prepared.data(); }
  uint64_t weightBytes() const noexcept;

private:
  void compute(const Tokens &tokens);

  int64_t rowCount;
  std::unique_ptr<Session> session; ///< without inference code
  Array prepared, workspace, symbolArray, controlArray, logitArray;
  iarc_call call{};
};

/// The stored weights as the function that `code` describes reads them, code.weight_elements. Throws Error
/// (status InputOutput) where memory is short.
Array prepareWeights(const iarc_model &model, const iarc_inference &code, const void *stored);

/// Arranges one tensor as infer reads it; `prepared` is zero before. Elements of elementBytes.
void prepareTensor(const iarc_prepared &tensor, int64_t elementBytes, const std::byte *stored,
                   std::byte *prepared) noexcept;

} // namespace iarc::runtime

#endif
