//===- Checkpoint.h - A training run as a file ------------------------------------===//
//
// A checkpoint is a safetensors file of the weights under their names, of the optimiser's
// states as "velocity/NAME" or the like, and of metadata: the format's name, the run's state (RunState.h),
// what the model is, and what compiled it. It always has a checksum. A file of weights
// is what remains of it for every other command.
//
// Names and shapes do not tell two kernels or activations apart. What a model computes
// is told by its probe: the loss of its generated code on fixed windows with fixed
// weights, which depends neither on the run nor, but for rounding, on the processor or
// the version of the compiler.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_CHECKPOINT_H
#define IARC_RUNTIME_LIB_CHECKPOINT_H

#include "RunState.h"
#include "Safetensors.h"
#include "Session.h"

#include <string>
#include <vector>

namespace iarc::runtime {

/// Whether a tensor of a checkpoint is a state of the optimiser: no weight's name has a slash.
inline bool isState(const std::string &name) { return name.find('/') != std::string::npos; }

/// The loss of the probe. Overwrites the session's weights and batch.
double probeLoss(Session &session);

/// Writes the session's weights and states by way of OutputFile. Throws Error (status
/// InputOutput).
void writeCheckpoint(const std::string &path, Session &session, const RunState &state,
                     double probe);

/// Whether the metadata is that of a checkpoint.
bool isCheckpoint(const std::map<std::string, std::string> &metadata);

/// Reads the state of a checkpoint from its header. Returns what is wrong, "" when all is well.
std::string parseCheckpoint(const SafetensorsHeader &header, RunState &state, double &probe);

/// A checkpoint that was read and is whole; whether it fits is asked for.
class Checkpoint {
public:
  /// Throws Error (status InputOutput) that names the file and what is wrong with it.
  explicit Checkpoint(const std::string &path);

  const std::string &path() const noexcept { return file.path(); }
  const RunState &state() const noexcept { return run; }

  /// Throws Error (status InputOutput) with every weight and setting of the model that differs.
  void requireModel(const iarc_model &model) const;

  /// Throws Error (status InputOutput) when the model computes something else. Returns a note, or
  /// "", when bits may differ since the code is that of another compiler or processor.
  std::string requireProbe(const iarc_model &model, double probe) const;

  /// Copies weights and states; after requireModel.
  void load(Session &session) const;

private:
  SafetensorsFile file;
  RunState run;
  double probe = 0;
};

} // namespace iarc::runtime

#endif
