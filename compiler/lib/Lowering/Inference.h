//===- Inference.h - One window at a time -----------------------------------===//
//
// The second lowering of @forward computes one window on one core. A training step has samples for
// the lanes; here the lanes are positions of the window, [lane group of positions][feature][lane],
// or, of a value with one position, as in a recurrence, neighbouring features. So that vectors of
// weights meet them, the weights are rearranged once, when they are loaded: "prepared". Every size
// is known when compiling.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_LOWERING_INFERENCE_H
#define IARC_LOWERING_INFERENCE_H

#include "Emitter.h"

namespace iarc {

/// How the runtime arranges a weight; the numbers are those of enum iarc_prepared_form. A block is
/// up to `rows` rows, the last one of a matrix may have fewer; lanes without a number are zero.
enum class PreparedForm : int64_t {
  Stored = 0,    ///< as it is: one matrix for several positions
  Positions = 1, ///< [lane group][block][in][row][lane]: the lanes are positions
  Pairs = 2,     ///< [lane group of t][block][s][in][row][lane]: the lanes are positions t
  Outputs = 3, ///< [block][in][row][lane]: the lanes are neighbouring outputs, a row is one vector
};

/// A weight tensor as inference reads it: `outer` of these one after the other, one for each
/// iteration of the enclosing repeats.
struct PreparedWeight {
  PreparedForm form = PreparedForm::Stored;
  int64_t positions = 1, out = 1, in = 1; ///< of a bias `in` is 1
  int64_t rows = 1, lanes = 1;
  int64_t elements = 0; ///< of one
  int64_t outer = 1;
  bool operator==(const PreparedWeight &other) const = default;
};

/// The function of inference and what it reads.
class Inference : public InferenceSizes {
public:
  /// Copies @forward without its loss and arranges its weights. `lanes` is the full vector width.
  Inference(mlir::func::FuncOp forward, const Target &target, int64_t lanes);
  ~Inference() override;
  Inference(const Inference &) = delete;
  Inference &operator=(const Inference &) = delete;

  /// Whether all ops can be lowered so; the language makes no others.
  bool isSupported() const { return supported; }

  int64_t elementsOf(ValueType type) const override;
  int64_t rowElements() const override;
  int64_t sliceElements(mlir::Value slice) const override;
  /// Whether the lanes of a value of this type are positions.
  static bool hasPositionLanes(ValueType type) { return type.getPositions() > 1; }
  /// How an op's weight or bias is arranged.
  const PreparedWeight &formOf(mlir::Value weight) const { return forms.find(weight)->second; }
  int64_t paddedPositions() const { return groups * positionLanes; }

  mlir::func::FuncOp function;
  int64_t context = 1;       ///< positions of the window
  int64_t positionLanes = 1; ///< positions in a lane group
  int64_t groups = 1;        ///< lane groups of the window
  int64_t featureLanes;      ///< features in a vector, of a value with one position
  int64_t rows = 0;          ///< positions whose logits are given: all, or the last one
  /// By the weight's symbol, in the order of the prepared array.
  llvm::MapVector<mlir::StringAttr, PreparedWeight> weights;
  WeightOffsets offsets;
  /// The weight that `symbol` of `weights` is made of: itself, or that of which it is a copy.
  mlir::StringAttr sourceOf(mlir::StringAttr symbol) const {
    auto copy = copies.find(symbol);
    return copy == copies.end() ? symbol : copy->second;
  }

private:
  bool analyse();
  bool isSupported(mlir::Operation *op) const;
  bool arrange(LinearOp op);
  bool arrange(LookupOp op);
  bool arrange(BroadcastOp op);
  /// Arranges what an op reads in a form of its own; false where that cannot be.
  bool arrange(mlir::OpOperand &use, PreparedWeight form);
  bool arrange(mlir::Value weight, PreparedWeight form);
  bool arrangeAgain(mlir::OpOperand &use, PreparedWeight form);
  /// An argument that is the same weight, or slice of it, as `argument` and has this form: another
  /// one, or a new one; null where the weight is none of the function's.
  mlir::Value copyOf(mlir::BlockArgument argument, PreparedWeight form);
  mlir::StringAttr symbolOf(mlir::BlockArgument argument);

  Target target;
  llvm::DenseMap<mlir::Value, PreparedWeight> forms;
  llvm::DenseMap<mlir::StringAttr, mlir::StringAttr> copies; ///< of weights that have two forms
  bool supported = false;
};

/// Positions in a lane group: those with which the groups of `context` positions need the fewest
/// vector operations. Positions that fill a group up are computed for nothing. `vectorLanes` fill a
/// vector of `vectorBits`.
int64_t choosePositionLanes(int64_t context, int64_t vectorLanes, int64_t vectorBits);

/// Emits `iarc_infer(call)`; the plan is that of planInference.
void lowerInference(mlir::ModuleOp module, const Inference &inference, const Plan &plan,
                    const Layout &layout, const Target &target, mlir::Type element,
                    SharedCode &shared);

} // namespace iarc
#endif
