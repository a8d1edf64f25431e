//===- Emitter.h - Emits the tasks of parallel regions ----------------------===//
//
// An Emitter writes the body of one region function: loops over lane groups and
// features around vector operations that hold `lanes` samples. Addresses are plain pointers: every
// buffer is dense, and LLVM's own address folding does the rest.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_LOWERING_EMITTER_H
#define IARC_LOWERING_EMITTER_H

#include "LargeProducts.h"
#include "RegisterBlocks.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace iarc {

/// Whether a large product is done by OpenBLAS.
bool usesBlas(mlir::Operation *op, const Target &target);

/// Elements a lane group that a product by OpenBLAS needs beside its operands and results.
int64_t countPackedElements(mlir::Operation *op, const Target &target, const Layout &layout);

/// Cosine and sine of the angle by which a pair of features is turned at a position.
std::pair<double, double> rotationOf(RotateOp op, int64_t position, int64_t pair);

/// Tasks of the gradient of a weight across positions.
int64_t countAcrossTasks(WeightGradientOp op);

/// Tasks of the gradient of a bias as a region of its own.
int64_t countBiasTasks(BiasGradientOp op);

/// Tasks of a sum over the positions of a gradient.
int64_t countSumTasks(SumPositionsOp op);

/// Tasks of the copy of a weight in the other order.
int64_t countTransposeTasks(TransposeOp op);

/// Tasks of the gradient of an embedding.
int64_t countLookupTasks(LookupGradientOp op);

/// What the functions of a module share.
struct SharedCode {
  /// Names of constant arrays by their content.
  llvm::DenseMap<mlir::Attribute, std::string> tables;
  /// The functions so far that others may turn out to equal.
  llvm::SmallVector<mlir::LLVM::LLVMFuncOp> functions;

  /// The function that has the body of this one, which is erased where it is another one.
  mlir::LLVM::LLVMFuncOp keepOnce(mlir::LLVM::LLVMFuncOp function);
};

class MatrixGradient;

class Emitter {
public:
  using Value = mlir::Value;
  /// Emits a loop's body, given the counter.
  using Body = llvm::function_ref<void(Value)>;
  /// Emits a loop's body, given the counter and what is carried; returns the next carried values.
  using CarryBody = llvm::function_ref<llvm::SmallVector<Value>(Value, mlir::ValueRange)>;

  /// `loop` points to the iteration numbers of the enclosing repeats, outermost first.
  Emitter(mlir::ImplicitLocOpBuilder &builder, const Plan &plan, const Layout &layout,
          const Target &target, mlir::Type element, SharedCode &shared, Value call, Value loop);

  mlir::ImplicitLocOpBuilder &b;
  const Layout layout;
  const Target target;
  const mlir::Type element;        ///< f32 or f64
  const mlir::VectorType vector;   ///< `lanes` of them
  const mlir::VectorType integers; ///< `lanes` of i32

  /// Lane groups of the call.
  Value groups() { return groupCount; }

  // --- numbers ---
  Value index(int64_t value);
  Value add(Value x, Value y);
  Value mul(Value x, Value y);
  Value mul(Value x, int64_t y) { return y == 1 ? x : mul(x, index(y)); }
  Value sub(Value x, Value y);
  Value minimum(Value x, Value y);
  Value truth(bool value);
  /// The number in every lane.
  Value splat(double value);
  Value splat(Value scalar);
  /// Start of a constant array in the object's read-only data.
  Value table(llvm::ArrayRef<double> numbers);

  // --- loops ---
  void forLoop(Value begin, Value end, int64_t step, Body body);
  llvm::SmallVector<Value> forLoop(Value begin, Value end, int64_t step, mlir::ValueRange inits,
                                   CarryBody body);
  /// Emits `body` under a condition.
  void ifThen(Value condition, llvm::function_ref<void()> body);

  // --- memory ---
  /// Start of a value's buffer in this iteration.
  Value address(mlir::Value value);
  Value address(const Buffer &buffer);
  const Plan &getPlan() { return plan; }
  /// `pointer` moved by elements of the element type.
  Value offset(Value pointer, Value elements);
  Value offset(Value pointer, int64_t elements) {
    return elements ? offset(pointer, index(elements)) : pointer;
  }
  Value load(Value pointer); ///< one vector
  void store(Value vector, Value pointer);
  enum class Prefetch { ToRead, ToWrite };
  /// Elements of a cache line.
  int64_t lineElements() const { return kCacheLine / layout.elementBytes; }
  /// Asks for the cache lines of `elements` elements, of which none need be used or even exist.
  void prefetch(Value pointer, int64_t elements, Prefetch kind = Prefetch::ToRead);
  /// Contiguous elements that are asked for bit by bit.
  struct PrefetchRun {
    Value start;
    int64_t elements;
    Prefetch kind;
  };
  /// Asks for one of `parts` equal parts of each run. Beside the iterations of a loop that computes
  /// the lines come one by one and do not keep its loads waiting; and it is one instruction where
  /// the block's lines at once are dozens.
  void prefetchPart(llvm::ArrayRef<PrefetchRun> runs, Value part, int64_t parts);
  Value loadScalar(Value pointer);
  Value loadSplat(Value pointer) { return splat(loadScalar(pointer)); }
  void storeScalar(Value scalar, Value pointer);
  Value loadIntegers(Value pointer);             ///< `lanes` of i32
  Value field(unsigned number, mlir::Type type); ///< of the iarc_call
  /// Start of tokens at position t, group g in an array [..][groups][lanes] of i32.
  Value tokens(unsigned fieldNumber, Value t, Value g);
  Value sampleWeights(Value g);
  /// An unaligned vector, and one of which only the first lanes are read; the others are 0.
  Value loadUnaligned(Value pointer);
  Value loadFirst(Value pointer, int64_t count);
  /// An unaligned vector of `count` lanes, or a number when it is one.
  Value loadPiece(Value pointer, int64_t count);
  /// Vectors of any length, or numbers.
  void storeUnaligned(Value value, Value pointer);
  /// Whether this call updates weights; otherwise it gives gradients.
  Value updates();
  /// An array of vectors on the region function's own stack frame.
  Value scratch(int64_t vectors);
  /// One such array for whatever needs it in turn, as large as the largest that was asked for.
  Value sharedScratch(int64_t vectors);

  // --- arithmetic ---
  Value fma(Value x, Value y, Value sum);
  Value addF(Value x, Value y);
  Value subF(Value x, Value y);
  Value mulF(Value x, Value y);
  Value divF(Value x, Value y);
  Value expF(Value x);
  Value maxF(Value x, Value y);
  Value select(Value condition, Value yes, Value no);
  /// Applies a scalar region to vectors.
  llvm::SmallVector<Value> inlineRegion(mlir::Block &block, mlir::ValueRange arguments);
  /// The sum over the lanes of each vector, in a fixed tree: `lanes` sums in each vector returned.
  llvm::SmallVector<Value> sumLanes(llvm::ArrayRef<Value> vectors);
  /// The sums over each `width` neighbouring lanes of at most as many vectors, in one vector: for
  /// each such piece the sums of all vectors, or for each vector the sums of its pieces. What is
  /// missing of the vectors is repeated from the last one.
  enum class SumOrder { Pieces, Vectors };
  Value sumPieces(llvm::ArrayRef<Value> vectors, int64_t width, SumOrder order);
  /// Lane j of result i is lane i of row j; `lanes` rows.
  llvm::SmallVector<Value> transposeLanes(llvm::ArrayRef<Value> rows);
  /// Lanes first .. first + count - 1 of a vector; a number when it is one.
  Value piece(Value vector, int64_t first, int64_t count);
  /// A vector of such pieces, a power of two of them, side by side; of one that is repeated.
  Value concatenate(llvm::ArrayRef<Value> pieces);
  Value repeatPiece(Value piece);
  /// What `old` (weight, velocity and perhaps a second state) becomes by a gradient; vectors of any
  /// length, or numbers. See iarc.update.
  llvm::SmallVector<Value> update(UpdateRule rule, bool decay, mlir::ValueRange old,
                                  Value gradient);

  /// One step of a register block: `next[r, c] += left(r) * right(c)`. The shorter side is held,
  /// the longer passes.
  void emitOuterProduct(llvm::SmallVectorImpl<Value> &next, int64_t rows, int64_t columns,
                        llvm::function_ref<Value(int64_t)> left,
                        llvm::function_ref<Value(int64_t)> right);

  // --- ops; positions p, lane groups begin <= g < end ---
  /// Whether the op computes each (position, lane group) from the same one.
  static bool isTileOp(mlir::Operation *op);
  /// Whether the op is a product across positions: it computes each (position, lane group) from the
  /// same lane group of several positions, which must all be there.
  static bool isAcrossOp(mlir::Operation *op);
  /// Whether the op computes each position from the whole batch of the same one: the gradient of a
  /// weight per position. In the task that made its operands they are still in the nearer caches.
  static bool isPositionOp(mlir::Operation *op);
  void emitTile(mlir::Operation *op, Value p, Value begin, Value end);
  /// Tells which ops form the tiles of this region, before any is emitted. Where a task has all
  /// lane groups of a position, what one of them makes and only others read gets a place on the
  /// stack: in a buffer of all positions it would be written to memory that nobody reads again.
  void enterTiles(llvm::ArrayRef<mlir::Operation *> ops, bool wholePositions);
  /// Moves the values on the stack to the position that the task is about to compute.
  void placeLocals(Value p);
  /// Whether an op of this region's tiles makes the value: then it is in the nearer caches.
  bool isMadeHere(mlir::Value value) { return tileOps.contains(value.getDefiningOp()); }
  /// Whether the value lies on the stack.
  bool isLocal(mlir::Value value) {
    return llvm::any_of(locals, [&](const Local &local) { return local.value == value; });
  }
  /// The first position that the op computes in this iteration; see Positions.h.
  Value firstPosition(mlir::Operation *op, int64_t positions);
  /// The position that number `order` of a chunk's tasks computes of a product across positions:
  /// long ones and short ones in turn, so that any run of tasks is about the same work.
  Value shareOut(LinearOp op, Value order);

  /// Tasks that bring the operands of a product by OpenBLAS into the order that it takes, and the
  /// code of one; before the product's own.
  Value countPackTasks(mlir::Operation *op);
  void emitPackTask(mlir::Operation *op, Value task);

  /// Tasks of one op that is a region of its own, as a number, and the code of one task.
  Value countTasks(mlir::Operation *op);
  void emitTask(mlir::Operation *op, Value task);

  // Numbers of the fields of iarc_call.
  enum Field : unsigned {
    Weights,
    Velocity,
    Gradients,
    Workspace,
    Symbols,
    Controls,
    SampleWeights,
    LogitsField,
    Loss,
    Groups,
    Rate,
    Momentum,
    Pool,
    First,
    Targets,
    Decay,
    Beta2,
    Epsilon,
    Root,
    Scale,
    Samples,
    FieldCount
  };

private:
  friend class InferenceEmitter;
  friend class MatrixGradient;
  void emitWholeTile(mlir::Operation *op, Value p, Value begin, Value end);
  void emitWholeTask(mlir::Operation *op, Value task);
  /// Whether an op of a tile, or an op that is a region, becomes a function of its own.
  static bool isTileKernel(mlir::Operation *op);
  bool isTaskKernel(mlir::Operation *op) const;
  void emitTileKernel(mlir::Operation *op, Value p, Value begin, Value end);
  /// The function that `body` emits, given its emitter and arguments for `numbers`, and its call.
  /// The addresses that the body asks for are further arguments.
  void emitKernel(mlir::Operation *op, mlir::ValueRange numbers,
                  llvm::function_ref<void(Emitter &, mlir::ValueRange)> body);
  void emitEncode(EncodeOp op, Value p, Value begin, Value end);
  /// One where the token at position p is f, for f < count: a row of features from `to` on.
  void emitOneHot(unsigned field, Value p, Value g, Value to, int64_t count);
  void emitLookup(LookupOp op, Value p, Value begin, Value end);
  /// Emits `body` for the lanes of position p and group g whose token is at least `first` and below
  /// `last`, given the lane and the token, and `other` for all others.
  void forTokens(unsigned field, Value p, Value g, Value first, Value last,
                 llvm::function_ref<void(Value, Value)> body,
                 llvm::function_ref<void(Value)> other = nullptr);
  void emitLookupGradient(LookupGradientOp op, Value task);
  void emitLinear(LinearOp op, Value p, Value begin, Value end);
  void emitLinearBlock(LinearOp op, Value p, Value group, Value feature, int64_t rows,
                       int64_t columns);
  /// Calls `touch` once for each value in memory that an op of the region's tiles reads or writes,
  /// products only with `byProducts`; not for what a tile reads as it has just made it.
  void forTouched(mlir::Block *block, bool byProducts,
                  llvm::function_ref<void(mlir::Value, Prefetch)> touch);
  /// Whether beside this product is fetched what the tile's ops without products touch: beside the
  /// largest one.
  bool fetchesForTile(LinearOp op);
  /// What is fetched while a block of a product is computed.
  llvm::SmallVector<PrefetchRun> runsBesideBlock(LinearOp op, Value p, Value group, Value feature,
                                                 RegisterBlock block);
  /// The sums of a block over the reduced features begin <= i < end, added to `inits`; `beside` is
  /// called for each i.
  llvm::SmallVector<Value> emitLinearSums(LinearOp op, Value p, Value group, Value feature,
                                          RegisterBlock block, Value begin, Value end,
                                          mlir::ValueRange inits,
                                          llvm::function_ref<void(Value)> beside = nullptr);
  /// What the accumulators of a block of a product start from.
  llvm::SmallVector<Value> emitStart(LinearOp op, Value p, Value feature, int64_t rows,
                                     int64_t columns);
  /// Passes a block's sums through the epilogue and stores the results.
  void emitLinearEnd(LinearOp op, llvm::ArrayRef<Value> sums, Value p, Value group, Value feature,
                     int64_t rows, int64_t columns);
  /// What the ops of a tile with a product across positions read and write beside it, of the lane
  /// groups of one strip.
  llvm::SmallVector<PrefetchRun> runsBesideStrip(LinearOp op, Value p, Value group,
                                                 int64_t columns);
  void emitAcrossStrip(LinearOp op, Value p, Value group, RegisterBlock block);
  llvm::SmallVector<Value> emitAcrossBlock(LinearOp op, Value p, Value first, Value last,
                                           Value group, Value feature, RegisterBlock block,
                                           mlir::ValueRange start);
  Value countLargeTasks(LinearOp op);
  void emitLargeLinear(LinearOp op, Value task);
  /// The same for all samples in lanes.
  void emitLinearOfGroups(LinearOp op, Value task);
  /// Whether the call has one sample.
  Value isOneSample();
  /// Emits `one` for calls of one sample and `many` for all others.
  void ifOneSample(llvm::function_ref<void()> one, llvm::function_ref<void()> many);
  /// Whether there is code for one sample, vectors of features: for large products of a training
  /// step, whose rounding may depend on the size of a batch. Its tasks, and the code of one
  /// (EmitSampleProducts.cpp).
  bool hasCodeOfSample(LinearOp op) const;
  bool hasCodeOfSample(WeightGradientOp op) const;
  Value countSampleTasks(LinearOp op);
  Value countSampleTasks(WeightGradientOp op);
  void emitLinearOfSample(LinearOp op, Value task);
  void emitSampleGradient(WeightGradientOp op, Value task);
  /// Copies the features first .. first + count - 1 of the only sample at position p to the stack.
  void copySample(Value value, int64_t features, Value p, Value first, Value count, Value to);
  void emitBlasLinear(LinearOp op, Value task);
  void emitBlasGradient(WeightGradientOp op, Value task);
  int64_t countBlasTasks(mlir::Operation *op);
  void callBlas(bool transposeA, bool transposeB, Value m, Value n, Value k, Value a, Value lda,
                Value b, Value ldb, Value c, Value ldc);
  void emitLstmGates(LstmGatesOp op, Value p, Value begin, Value end);
  void emitLstmGatesAdjoint(LstmGatesAdjointOp op, Value p, Value begin, Value end);
  void emitFlatten(mlir::Operation *op, Value t);
  void emitMap(MapOp op, Value p, Value begin, Value end);
  void emitNorm(NormOp op, Value p, Value begin, Value end);
  /// Whether a spread or broadcast need not be stored, since the maps that read it read its source.
  bool isReadByMapsOnly(mlir::Operation *op);
  void emitBroadcast(BroadcastOp op, Value p, Value begin, Value end);
  void emitSpread(SpreadOp op, Value p, Value begin, Value end);
  void emitReduce(ReduceOp op, Value p, Value begin, Value end);
  void emitJoin(JoinOp op, Value p, Value begin, Value end);
  void emitRotate(RotateOp op, Value p, Value begin, Value end);
  /// Turns the pairs of one row; `turn` gives cosine and sine of a pair.
  void emitRotation(RotateOp op, Value from, Value to,
                    llvm::function_ref<std::pair<Value, Value>(Value pair)> turn);
  void emitTarget(TargetOp op, Value p, Value begin, Value end);
  void emitNormAdjoint(NormAdjointOp op, Value p, Value begin, Value end);
  void emitMove(Value from, int64_t fromFeatures, int64_t fromBegin, Value to, int64_t toFeatures,
                int64_t toBegin, int64_t count, Value p, Value begin, Value end);
  void emitFill(Value to, Value p, Value begin, Value end);
  /// Tasks of a gradient that is a region of its own, and the code of one: a range of rows and
  /// columns of one matrix, summed over all samples, and for a shared weight all positions.
  Value countGradientTasks(WeightGradientOp op);
  void emitWeightGradient(WeightGradientOp op, Value task);
  /// All of the gradient of one position's matrix.
  void emitGradientOfPosition(WeightGradientOp op, Value p);
  /// Rows and columns number `task` of matrix number `matrix`, summed over a range of positions.
  void emitGradientTask(WeightGradientOp op, Value task, Value matrix, Value firstPosition,
                        Value lastPosition);
  /// Adds the samples of position t of the output adjoint and s of the input. Where the
  /// interleaved one of them was already, for an earlier matrix, `isInterleaved` holds or is null.
  void addAllGroups(MatrixGradient &gradient, WeightGradientOp op, Value t, Value s,
                    Value isInterleaved);
  /// The gradients of the matrices matrixOf(t, s) of some pairs s <= t of positions.
  struct PairRange {
    Value firstT, lastT, firstS, lastS;
  };
  void emitGradientsOfPairs(WeightGradientOp op, PairRange range,
                            llvm::function_ref<Value(Value t, Value s)> matrixOf);
  /// Vectors of the stack that a gradient takes.
  int64_t gradientScratch(WeightGradientOp op) const;
  /// The lane groups that a gradient's position is summed over: none where the output adjoint is
  /// zero.
  Value summedGroups(WeightGradientOp op, Value p);
  /// Fetches the weight and velocity that the gradient's update will read and write from element
  /// `first` on: they were last used a step ago. They may lie beyond the tensor's end.
  void prefetchUpdated(mlir::Value gradient, Value first, int64_t elements);
  /// Stores a finished block of a weight's gradient, or updates the weight by it. `corner` counts
  /// the elements from the tensor's start to the block's; `sums` holds a vector for each element.
  void finishGradientBlock(mlir::Value gradient, Value corner, int64_t rows, int64_t columns,
                           int64_t rowStride, llvm::ArrayRef<Value> sums);
  /// Stores parts of a finished gradient, or updates the weight by them. Of each part `sum` is a
  /// number or a vector and `at` its place, in elements from the tensor's start.
  struct GradientPart {
    Value sum, at;
  };
  void finishGradient(mlir::Value gradient, llvm::ArrayRef<GradientPart> parts);
  /// The same of a block whose sums lie as the gradient's rows do, in as many vectors a row as its
  /// columns need.
  void finishFeatureBlock(mlir::Value gradient, Value corner, int64_t rows, int64_t columns,
                          llvm::ArrayRef<Value> sums);
  void emitTranspose(TransposeOp op, Value task);
  void emitSumPositions(SumPositionsOp op, Value task);
  void emitAcrossGradient(WeightGradientOp op, Value task);
  void emitBiasGradient(BiasGradientOp op, Value task);
  void emitBiasGradientBlock(BiasGradientOp op, Value first, Value last, Value feature,
                             int64_t rows);
  void emitAttention(AttentionOp op, Value task);
  void emitAttentionAdjoint(AttentionAdjointOp op, Value task);
  void emitLossTask(LossOp op, Value group);
  void emitLossAdjointTask(LossAdjointOp op, Value group);
  void emitElements(mlir::Operation *op, Value task);
  /// Row of a value: features of position p, group g.
  Value row(Value base, int64_t features, Value p, Value g);

  bool mapsReadSources = true; ///< not where weights are prepared
  const Plan &plan;
  SharedCode &shared;
  Value call, loop, groupCount;
  std::array<Value, 13> fields;
  /// Addresses are computed once, at the function's start: LLVM cannot move their loads out of
  /// loops that store.
  mlir::Operation *prologueEnd = nullptr;
  llvm::DenseMap<mlir::Value, Value> addresses;
  /// In a kernel: the values whose addresses are its last arguments, in the order of their use.
  llvm::SmallVectorImpl<mlir::Value> *kernelTensors = nullptr;
  Value kernelSummed; ///< of a gradient: see summedGroups
  /// An operand that several gradients of a tile interleave in the same way: the first of them that
  /// reads it does, for all.
  struct SharedOperand {
    int64_t count = 1; ///< of the gradients
    Value number;      ///< of this one
    Value isInterleaved, place;
  };
  /// That of a gradient that sums `summed` lane groups, before it is emitted.
  SharedOperand shareOperand(WeightGradientOp op, Value summed);
  SharedOperand sharedOperand; ///< in a kernel
  /// In a region, by such an operand and the columns of its strips: its place, and whether it is
  /// interleaved so far.
  llvm::DenseMap<std::pair<mlir::Value, int64_t>, std::pair<Value, Value>> interleavedOperands;
  llvm::DenseSet<mlir::Operation *> tileOps;
  /// A value of one position, its place on the stack and its buffer for batches that outgrow that.
  struct Local {
    mlir::Value value;
    Value onStack, buffer;
  };
  llvm::SmallVector<Local> locals;
  mlir::LLVM::AllocaOp common; ///< see sharedScratch
  int64_t commonVectors = 0;
};

} // namespace iarc
#endif
