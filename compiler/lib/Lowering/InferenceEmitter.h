//===- InferenceEmitter.h - Emits the ops of inference ----------------------===//
#ifndef IARC_LOWERING_INFERENCEEMITTER_H
#define IARC_LOWERING_INFERENCEEMITTER_H

#include "Inference.h"

namespace iarc {

/// Emits the ops of one block at the builder's place. Addresses are computed once, at the block's
/// start.
class InferenceEmitter {
public:
  using Value = mlir::Value;

  /// `first` is the first position of the window that holds a token.
  InferenceEmitter(mlir::ImplicitLocOpBuilder &b, const Inference &inference, const Plan &plan,
                   const Layout &layout, const Target &target, mlir::Type element,
                   SharedCode &shared, Value call, Value loop, Value first);

  /// Any op but a repeat.
  void emit(mlir::Operation *op);
  /// Moves the logits that are wanted to the call's array, [position][symbol].
  void emitLogits(Value logits);
  /// Moves a value to the place of another one of its type.
  void emitCopy(Value from, Value to);

private:
  void emitPrepared(BroadcastOp op);
  void emitRotate(RotateOp op);
  void emitPositions(mlir::Operation *op);
  void emitFeatures(mlir::Operation *op);
  /// The first lane group that an op with lanes of positions computes.
  Value firstGroup(mlir::Operation *op);

  /// A product with prepared weights: blocks of rows pass by the window's lane groups, or a
  /// position's outputs.
  void emitProduct(LinearOp op);
  /// The sums of a block's rows, added to `start`, over begin <= i < end: the block's weights are
  /// read in their order from `weights` on, and row by row meet the same operand `input(i)`.
  llvm::SmallVector<Value> emitRows(Emitter &e, Value weights, int64_t rows, Value begin, Value end,
                                    mlir::ValueRange start, llvm::function_ref<Value(Value)> input);
  void emitAttention(AttentionOp op);

  /// Between [lane group][feature][lane] and positions with their features side by side: calls
  /// `body` with the places of each number in either and its position, for the positions from
  /// `begin` on. A row of the latter is `stride` elements long.
  void forElements(Value begin, int64_t features, int64_t stride,
                   llvm::function_ref<void(Value lanes, Value rows, Value position)> body);
  /// Place of position p's feature 0 in a value of so many features with lanes of positions.
  Value positionAt(Value p, int64_t features);

  mlir::ImplicitLocOpBuilder &b;
  const Inference &inference;
  const Plan &plan;
  Emitter window;   ///< lanes are positions
  Emitter features; ///< lanes are features
  Emitter scalar;   ///< one number at a time
  Value first;
};

} // namespace iarc
#endif
