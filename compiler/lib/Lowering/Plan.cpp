//===- Plan.cpp - Copies and buffers ----------------------------------------===//
#include "Plan.h"
#include "Arena.h"
#include "LargeProducts.h"
#include "Rings.h"
#include "mlir/IR/Builders.h"

using namespace mlir;

namespace iarc {

/// Weights, and the parts of the workspace, start at multiples of this many elements: 64 bytes of
/// f32.
static constexpr int64_t kAlignment = 16;

static int64_t aligned(int64_t elements) {
  return (elements + kAlignment - 1) / kAlignment * kAlignment;
}

WeightOffsets planWeights(ModuleOp module) {
  WeightOffsets weights;
  for (auto weight : module.getOps<WeightOp>()) {
    weights.offsets[weight.getSymNameAttr()] = weights.elements;
    weights.elements += aligned(cast<WeightType>(weight.getType()).getNumElements());
  }
  return weights;
}

namespace {

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

/// The weight or state of which `value` is the update, made in place: the operand of an update,
/// or of a repeat that updates it slice by slice. Null for any other value.
Value updatedInPlace(Value value) {
  auto result = dyn_cast<OpResult>(value);
  if (!result)
    return {};
  unsigned index = result.getResultNumber();
  if (auto update = dyn_cast<UpdateOp>(result.getOwner()))
    return update.getUpdated()[index];
  auto repeat = dyn_cast<RepeatOp>(result.getOwner());
  if (!repeat || index < repeat.getNumCarried())
    return {};
  auto slice =
      dyn_cast_or_null<BlockArgument>(updatedInPlace(repeat.getYield()->getOperand(index)));
  if (!slice || slice.getOwner() != &repeat.getBodyBlock() ||
      slice.getArgNumber() < repeat.getNumCarried())
    return {};
  return repeat.getSlices()[slice.getArgNumber() - repeat.getNumCarried()];
}

/// Whether the op that defines `value` can write it to any buffer: everything but arguments, what
/// an update does in place, another view of a buffer, and a repeat's results that lie in the ring
/// of what it carries.
bool canBePlaced(Value value, Block *block) {
  Operation *op = value.getDefiningOp();
  if (!op || op->getBlock() != block || isa<UpdateOp, ReshapeOp>(op))
    return false;
  auto repeat = dyn_cast<RepeatOp>(op);
  unsigned index = cast<OpResult>(value).getResultNumber();
  return !repeat ||
         (index >= repeat.getNumCarried() && !liesInRing(repeat, index) && !updatedInPlace(value));
}

/// Replaces `use` by a copy of its own, made at the end of its block.
void copyFor(OpOperand &use) {
  OpBuilder builder(use.getOwner());
  Value value = use.get();
  use.set(CopyOp::create(builder, value.getLoc(), value.getType(), value));
}

void insertCopies(Operation *terminator, Block *block, function_ref<bool(unsigned)> isFree) {
  DenseSet<Value> placed;
  for (OpOperand &use : terminator->getOpOperands()) {
    if (!isa<ValueType, WeightType>(use.get().getType()) || isFree(use.getOperandNumber()))
      continue;
    if (!canBePlaced(use.get(), block) || !placed.insert(use.get()).second)
      copyFor(use);
  }
}

void insertCopies(func::FuncOp function, bool isInference) {
  function.walk([&](RepeatOp repeat) {
    insertCopies(repeat.getYield(), &repeat.getBodyBlock(), [&](unsigned index) {
      return index >= repeat.getNumCarried() &&
             (liesInRing(repeat, index) || updatedInPlace(repeat.getResult(index)) ||
              (!isInference && stackedRing(repeat, index)));
    });
    // What a repeat starts from is written straight into the first slot of its ring.
    OpBuilder builder(repeat);
    for (unsigned i = 0; i < repeat.getNumCarried(); ++i) {
      OpOperand &init = repeat->getOpOperand(i);
      if (!canBePlaced(init.get(), repeat->getBlock()) || !init.get().hasOneUse())
        copyFor(init);
    }
  });
  DenseSet<Value> gradients;
  function.walk([&](UpdateOp update) {
    OpOperand &gradient = update.getGradientMutable();
    if (!canBePlaced(gradient.get(), update->getBlock()) ||
        !gradients.insert(gradient.get()).second)
      copyFor(gradient);
  });
  Operation *ret = function.front().getTerminator();
  if (isInference)
    return; // what it returns is moved out of wherever it lies
  insertCopies(ret, &function.front(), [&](unsigned index) {
    // An update writes in place: its results already lie where they belong.
    return bool(updatedInPlace(ret->getOperand(index)));
  });
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

class Planner {
public:
  Planner(const WeightOffsets &weights, const Layout &layout, Matmul matmul,
          const InferenceSizes *inference)
      : weights(weights), layout(layout), matmul(matmul), inference(inference) {}
  Plan run(func::FuncOp function);

private:
  /// Elements of a value, of a lane group for activations.
  int64_t elementsOf(Type type) {
    if (auto value = dyn_cast<ValueType>(type))
      return inference ? inference->elementsOf(value) : value.getNumElements() * layout.lanes;
    return aligned(cast<WeightType>(type).getNumElements());
  }
  bool isBatched(Type type) { return isa<ValueType>(type) && !inference; }
  Storage workspaceOf(Type type) { return isBatched(type) ? Storage::PerGroup : Storage::Fixed; }
  /// From one slot of a stack to the next, `slice` being one slot.
  int64_t sliceElements(Value slice) {
    if (isa<ValueType>(slice.getType()))
      return elementsOf(slice.getType());
    return inference ? inference->sliceElements(slice)
                     : cast<WeightType>(slice.getType()).getNumElements();
  }
  int64_t ringElements(RepeatOp repeat, unsigned index) {
    return elementsOf(repeat.getBodyBlock().getArgument(index).getType()) *
           ringSlots(repeat, index);
  }
  /// A part of the workspace for some elements, which may share it with others.
  Buffer allocate(Storage storage, int64_t elements, Lifetime lifetime) {
    return {storage, arena(storage).place({lifetime, elements}), {}};
  }
  Buffer allocate(Value value) {
    return allocate(workspaceOf(value.getType()), elementsOf(value.getType()),
                    lifetimes->of(value));
  }
  /// The slots of carried value `index`, from the op that makes what the repeat starts from to the
  /// last use of a result that lies there.
  Buffer allocateRing(RepeatOp repeat, unsigned index);
  /// Gives the stacked results of `outer` that are parts of an inner repeat's rings the memory of
  /// all these rings, one an iteration.
  void allocateStackedRings(RepeatOp outer, unsigned depth);
  Arena &arena(Storage storage) { return storage == Storage::PerGroup ? perGroup : fixed; }

  void planBlock(Block &block, unsigned depth);
  void planRepeat(RepeatOp repeat, unsigned depth);

  const WeightOffsets &weights;
  Layout layout;
  Matmul matmul;
  const InferenceSizes *inference; ///< null but for the function of inference
  std::optional<Lifetimes> lifetimes;
  /// The rings that a stack of an outer repeat consists of, by what starts them.
  llvm::DenseMap<Value, Buffer> stackedRings;
  /// From one slot to the next of a stack whose slots are not side by side.
  llvm::DenseMap<Value, int64_t> slotStrides;
  Arena fixed, perGroup;
  Plan plan;
};

/// The slice of a stacked buffer that belongs to the current iteration.
Buffer sliceOf(Buffer buffer, unsigned depth, int64_t stride) {
  buffer.terms.push_back({depth, stride, false, false, 0, 0, 0});
  return buffer;
}

Buffer Planner::allocateRing(RepeatOp repeat, unsigned index) {
  Value init = repeat.getInits()[index];
  Lifetime lifetime = lifetimes->of(repeat).with(lifetimes->of(repeat.getResult(index)));
  if (Operation *op = init.getDefiningOp())
    lifetime = lifetime.with(lifetimes->of(op));
  for (unsigned k = repeat.getNumCarried(); k < repeat.getNumResults(); ++k)
    if (liesInRing(repeat, k))
      lifetime = lifetime.with(lifetimes->of(repeat.getResult(k)));
  Type type = repeat.getBodyBlock().getArgument(index).getType();
  return allocate(workspaceOf(type), ringElements(repeat, index), lifetime);
}

void Planner::allocateStackedRings(RepeatOp outer, unsigned depth) {
  llvm::MapVector<Value, SmallVector<std::pair<unsigned, StackedRing>>> byRing; // by its start
  for (unsigned k = outer.getNumCarried(); k < outer.getNumResults(); ++k)
    if (!liesInRing(outer, k))
      if (std::optional<StackedRing> ring = stackedRing(outer, k))
        byRing[ring->repeat.getInits()[ring->carried]].push_back({k, *ring});
  for (auto &[init, stacks] : byRing) {
    auto [repeat, carried, first] = stacks.front().second;
    Lifetime lifetime = lifetimes->of(outer);
    for (const auto &[k, ring] : stacks)
      lifetime = lifetime.with(lifetimes->of(outer.getResult(k)));
    Type type = repeat.getBodyBlock().getArgument(carried).getType();
    int64_t elements = ringElements(repeat, carried);
    Buffer all = allocate(workspaceOf(type), elements * int64_t(outer.getCount()), lifetime);
    for (const auto &[k, ring] : stacks) {
      Value stack = outer.getResult(k);
      plan.buffers[stack] = all;
      plan.buffers[stack].offset += ring.firstSlot * elementsOf(type);
      slotStrides[stack] = elements;
    }
    stackedRings[init] = sliceOf(all, depth, elements);
  }
}

void Planner::planRepeat(RepeatOp repeat, unsigned depth) {
  Block &body = repeat.getBodyBlock();
  Operation *yield = repeat.getYield();
  for (auto [slice, argument] : llvm::zip(repeat.getSlices(), repeat.getSliceArguments())) {
    auto apart = slotStrides.find(slice);
    int64_t stride = apart == slotStrides.end() ? sliceElements(argument) : apart->second;
    plan.buffers[argument] = sliceOf(plan.buffers.lookup(slice), depth, stride);
  }
  int64_t count = repeat.getCount();
  for (unsigned i = 0; i < repeat.getNumCarried(); ++i) {
    Value init = repeat.getInits()[i], argument = body.getArgument(i);
    int64_t slots = ringSlots(repeat, i);
    // The ring was allocated where the first slot was first needed: at the definition of the init.
    Buffer ring = plan.buffers.lookup(init);
    int64_t stride = elementsOf(argument.getType());
    Buffer in = ring, out = ring, last = ring;
    in.terms.push_back({depth, stride, repeat.getReverse(), true, count, 0, slots});
    out.terms.push_back({depth, stride, repeat.getReverse(), true, count, 1, slots});
    last.offset += count % slots * stride;
    plan.buffers[argument] = in;
    plan.buffers[yield->getOperand(i)] = out;
    plan.buffers[repeat.getResult(i)] = last;
    for (unsigned k = repeat.getNumCarried(); k < repeat.getNumResults(); ++k) {
      if (yield->getOperand(k) == argument && savesCarried(repeat, k))
        plan.buffers[repeat.getResult(k)] = ring;
      if (stacksNext(repeat, k) == i) {
        plan.buffers[repeat.getResult(k)] = ring;
        plan.buffers[repeat.getResult(k)].offset += stride;
      }
    }
  }
  if (!inference)
    allocateStackedRings(repeat, depth);
  for (unsigned i = repeat.getNumCarried(); i < repeat.getNumResults(); ++i) {
    Value stack = repeat.getResult(i);
    if (liesInRing(repeat, i) || slotStrides.contains(stack))
      continue;
    if (Value updated = updatedInPlace(stack)) {
      plan.buffers[stack] = plan.buffers.lookup(updated);
      continue;
    }
    if (!plan.buffers.contains(stack))
      plan.buffers[stack] = allocate(stack);
    plan.buffers[yield->getOperand(i)] =
        sliceOf(plan.buffers.lookup(stack), depth, sliceElements(yield->getOperand(i)));
  }
  planBlock(body, depth + 1);
}

void Planner::planBlock(Block &block, unsigned depth) {
  // Rings come first, so that what starts a repeat is written into its ring.
  for (auto repeat : block.getOps<RepeatOp>())
    for (unsigned i = 0; i < repeat.getNumCarried(); ++i) {
      Value init = repeat.getInits()[i];
      auto stacked = stackedRings.find(init);
      plan.buffers[init] =
          stacked == stackedRings.end() ? allocateRing(repeat, i) : stacked->second;
    }
  for (auto update : block.getOps<UpdateOp>()) {
    Buffer gradient = plan.buffers.lookup(update.getWeight());
    gradient.storage = Storage::Gradients;
    plan.buffers[update.getGradient()] = gradient;
  }
  for (Operation &op : block) {
    if (auto repeat = dyn_cast<RepeatOp>(op)) {
      planRepeat(repeat, depth);
      continue;
    }
    if (auto update = dyn_cast<UpdateOp>(op)) {
      for (auto [result, updated] : llvm::zip(update->getResults(), update.getUpdated()))
        plan.buffers[result] = plan.buffers.lookup(updated);
      continue;
    }
    if (auto reshape = dyn_cast<ReshapeOp>(op); reshape && !inference) {
      plan.buffers[reshape.getResult()] = plan.buffers.lookup(reshape.getInput());
      continue;
    }
    if (isa<LossOp>(op)) {
      plan.scratch[&op] = allocate(Storage::PerGroup, layout.lanes, lifetimes->of(&op));
      continue;
    }
    if (isa<AttentionOp>(op) && inference) // a row of weights, of each lane
      plan.scratch[&op] = allocate(Storage::Fixed, inference->rowElements(), lifetimes->of(&op));
    for (Value result : op.getResults())
      if (isa<ValueType, WeightType>(result.getType()) && !plan.buffers.contains(result))
        plan.buffers[result] = allocate(result);
  }
}

/// Inference runs one op after the other.
static SmallVector<Run> opsOf(Block &block) {
  SmallVector<Run> runs;
  for (Operation &op : block.without_terminator())
    runs.push_back({&op});
  return runs;
}

Plan Planner::run(func::FuncOp function) {
  Block &block = function.front();
  for (BlockArgument argument : block.getArguments()) {
    unsigned index = argument.getArgNumber();
    for (auto [name, storage, start] :
         {std::tuple(kWeightAttr, Storage::Weights, int64_t(0)),
          std::tuple(kVelocityAttr, Storage::Velocity, int64_t(0)),
          std::tuple(kSecondAttr, Storage::Velocity, weights.elements)}) // lies behind the first
      if (auto symbol = function.getArgAttrOfType<FlatSymbolRefAttr>(index, name))
        plan.buffers[argument] = {storage, start + weights.offsets.lookup(symbol.getAttr()), {}};
  }
  Operation *ret = block.getTerminator();
  for (auto [index, value] : llvm::enumerate(ret->getOperands())) {
    if (isa<ValueType>(value.getType())) {
      if (!inference)
        plan.buffers[value] = {Storage::Logits, 0, {}};
    } else if (auto symbol = function.getResultAttrOfType<FlatSymbolRefAttr>(index, kGradientAttr))
      plan.buffers[value] = {Storage::Gradients, weights.offsets.lookup(symbol.getAttr()), {}};
  }
  // A training step keeps the gradients that it stores where the workspace begins, arranged as the
  // array of gradients is, so that both functions share their regions.
  function.walk(
      [&](UpdateOp update) { plan.storesGradients |= !updateOf(update.getGradient(), matmul); });
  if (plan.storesGradients)
    plan.fixedElements = weights.elements;
  lifetimes.emplace(
      block, [&](Block &block) { return inference ? opsOf(block) : scheduleOf(block, matmul); },
      /*viewsShare=*/!inference);
  llvm::DenseMap<Value, Buffer> given = plan.buffers;
  planBlock(block, 0);
  plan.fixedElements = fixed.finish(plan.fixedElements);
  plan.elementsPerGroup = perGroup.finish(0);
  plan.buffers = std::move(given);
  planBlock(block, 0);
  return std::move(plan);
}

} // namespace

UpdateOp updateOf(Value gradient, Matmul matmul) {
  Operation *op = gradient.getDefiningOp();
  if (!isa_and_nonnull<WeightGradientOp, BiasGradientOp, SumPositionsOp>(op) ||
      !gradient.hasOneUse() || (matmul == Matmul::Blas && isLargeProduct(op)))
    return {};
  auto update = dyn_cast<UpdateOp>(*gradient.user_begin());
  return update && update->getBlock() == gradient.getDefiningOp()->getBlock() ? update : UpdateOp();
}

Plan planFunction(func::FuncOp function, const WeightOffsets &weights, const Layout &layout,
                  Matmul matmul, PackedElements packedElements) {
  insertCopies(function, /*isInference=*/false);
  Plan plan = Planner(weights, layout, matmul, nullptr).run(function);
  int64_t packed = 0;
  function.walk([&](Operation *op) { packed = std::max(packed, packedElements(op)); });
  plan.packed = {Storage::PerGroup, plan.elementsPerGroup, {}};
  plan.elementsPerGroup += packed;
  plan.live = findLivePositions(function);
  plan.isStep = function.getName() == "train_step" || function.getName() == "gradients";
  return plan;
}

Plan planInference(func::FuncOp function, const WeightOffsets &weights, const Layout &layout,
                   const InferenceSizes &sizes) {
  insertCopies(function, /*isInference=*/true);
  Plan plan = Planner(weights, layout, Matmul::Own, &sizes).run(function);
  plan.live = findLivePositions(function);
  return plan;
}

} // namespace iarc
