//===- Plan.h - Where every value of a function lies ------------------------===//
//
// Buffers are planned before any loop is emitted. A value lies batch-innermost, [position][lane
// group] [feature][lanes]; since the number of lane groups is known only when the program runs,
// offsets into the batch's part of the workspace count elements a lane group.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_LOWERING_PLAN_H
#define IARC_LOWERING_PLAN_H

#include "Positions.h"
#include "iarc/Dialect/Iarc.h"
#include "iarc/Pipeline.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/MapVector.h"

namespace iarc {

/// The array that a buffer is part of. All but the last three are indexed in elements; those are
/// indexed in elements times the number of lane groups.
enum class Storage {
  Weights,   ///< iarc_call::weights
  Velocity,  ///< iarc_call::velocity: the optimiser's states, one after the other
  Gradients, ///< iarc_call::gradients
  Fixed,     ///< the fixed part of the workspace
  PerGroup,  ///< the part of the workspace that grows with the lane groups
  Logits,    ///< iarc_call::logits
};

/// One summand of an address that depends on the iteration of an enclosing repeat.
struct LoopTerm {
  unsigned depth; ///< of the repeat, 0 outermost
  int64_t stride; ///< elements (a lane group) from one slot to the next
  bool countdown; ///< the repeat runs in reverse: iterations executed so far = count - 1 - index
  bool executed;  ///< the slot follows from the iterations executed, not from the layer's index
  int64_t count;  ///< iterations of the repeat
  int64_t ahead;  ///< added to the iterations executed: 1 for what the next iteration reads
  int64_t slots;  ///< slots are taken modulo this
};

/// Where a value lies: `offset` plus one term for each repeat that it varies with.
struct Buffer {
  Storage storage = Storage::Fixed;
  int64_t offset = 0;
  llvm::SmallVector<LoopTerm, 2> terms;
};

/// The arrangement of numbers that the code is generated for.
struct Layout {
  int64_t lanes = 8;
  unsigned elementBytes = 4;
  /// Lane groups where they are known when compiling: in inference, whose lanes are positions or
  /// features of one window (Inference.h). 0: those of the call.
  int64_t groups = 0;
  /// The lanes are neighbouring features of one position.
  bool lanesAreFeatures = false;
};

/// Sizes of what inference reads and writes; see Inference.h.
class InferenceSizes {
public:
  virtual ~InferenceSizes() = default;
  /// Elements of a value, of a stacked one those of all iterations.
  virtual int64_t elementsOf(ValueType type) const = 0;
  /// Elements of a row of attention weights for each lane.
  virtual int64_t rowElements() const = 0;
  /// Elements from one iteration's slice of a weight, the body's argument `slice`, to the next.
  virtual int64_t sliceElements(mlir::Value slice) const = 0;
};

/// Offset of every weight tensor by its symbol, in elements, and the length of the whole array.
struct WeightOffsets {
  llvm::MapVector<mlir::StringAttr, int64_t> offsets;
  int64_t elements = 0;
};
WeightOffsets planWeights(mlir::ModuleOp module);

/// The buffers of one function.
struct Plan {
  llvm::DenseMap<mlir::Value, Buffer> buffers;
  llvm::DenseMap<mlir::Operation *, Buffer> scratch; ///< of iarc.loss: its sum for each lane
  LivePositions live;
  /// Some gradient of a training step is stored before its update: at the workspace's start.
  bool storesGradients = false;
  /// Of a training step or its gradients, whose rounding need not be that of other batch sizes.
  bool isStep = false;
  /// Where the products by OpenBLAS, one at a time, find their operands in its order.
  Buffer packed;
  int64_t fixedElements = 0;
  int64_t elementsPerGroup = 0;
};

/// The update that is made together with `gradient`, block by block as the gradient's op makes it;
/// null where there is none. OpenBLAS stores what it makes.
UpdateOp updateOf(mlir::Value gradient, Matmul matmul);

/// Elements a lane group that an op needs for its operands in another order, or 0.
using PackedElements = llvm::function_ref<int64_t(mlir::Operation *)>;

/// Inserts the copies without which some value would need two buffers, then plans all buffers.
/// The emitters rely on the copies; the IR stays valid.
Plan planFunction(mlir::func::FuncOp function, const WeightOffsets &weights, const Layout &layout,
                  Matmul matmul, PackedElements packedElements);

/// The same for the function of inference: every buffer lies in the fixed part of a workspace of
/// its own, and a reshape is no view.
Plan planInference(mlir::func::FuncOp function, const WeightOffsets &weights, const Layout &layout,
                   const InferenceSizes &sizes);

} // namespace iarc
#endif
