//===- Lower.cpp - The pass iarc-lower --------------------------------------===//
#include "Descriptor.h"
#include "EmitPeak.h"
#include "EmitUpdate.h"
#include "Emitter.h"
#include "Inference.h"
#include "PlanRemarks.h"
#include "RegionTable.h"
#include "Schedule.h"
#include "iarc/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace iarc {
#define GEN_PASS_DEF_IARCLOWER
#include "iarc/Transforms/Passes.h.inc"

namespace {

/// Emits `iarc_NAME(call)` for one function: parallel regions in order, repeats as loops.
class FunctionLowering {
public:
  FunctionLowering(ModuleOp module, func::FuncOp source, const Plan &plan, const Layout &layout,
                   const Target &target, Type element, SharedCode &shared, RegionTable &table,
                   bool remarks)
      : module(module), source(source), plan(plan), layout(layout), target(target),
        element(element), shared(shared), table(table), remarks(remarks),
        pointer(LLVM::LLVMPointerType::get(module.getContext())),
        givesGradients(source->hasAttr(kGivesGradientsAttr)) {}

  void run();

private:
  std::string regionName() { return (source.getName() + "_region_" + Twine(regions)).str(); }
  LLVM::LLVMFuncOp makeFunction(StringRef name, ArrayRef<Type> arguments, Location location);
  /// The function `name`, which calls `body` with one field of the call replaced.
  void emitEntry(StringRef name, StringRef body, unsigned to, std::optional<unsigned> from);
  void lowerBlock(Block &block, unsigned depth);
  using TaskBody = llvm::function_ref<void(Emitter &, Value)>;
  /// A region function whose tasks are made by `body`, and the call that runs `tasks` of them, from
  /// the last to the first where `backward` is given and true.
  LLVM::LLVMFuncOp emitRegion(Location location, Value tasks, TaskBody body, Value backward = {});
  /// The same for ops that the table of regions then knows.
  void emitRegion(ArrayRef<Operation *> ops, Value tasks, TaskBody body, Value backward = {});
  /// Whether a region of the innermost repeat is to run backward: in every other iteration, when it
  /// reads the same large weight in all of them. Null where it reads none.
  Value alternates(Operation *op, unsigned depth);
  void lowerTiles(ArrayRef<Operation *> ops);

  ModuleOp module;
  func::FuncOp source;
  const Plan &plan;
  Layout layout;
  Target target;
  Type element;
  SharedCode &shared;
  RegionTable &table;
  bool remarks; ///< says what it chooses
  Type pointer;
  bool givesGradients;          ///< the code also serves as that of @gradients
  OpBuilder *builder = nullptr; ///< in the step function
  Emitter *step = nullptr;
  Value call, loop;
  unsigned regions = 0;
};

LLVM::LLVMFuncOp FunctionLowering::makeFunction(StringRef name, ArrayRef<Type> arguments,
                                                Location location) {
  OpBuilder atEnd = OpBuilder::atBlockEnd(module.getBody());
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(module.getContext()), arguments);
  return LLVM::LLVMFuncOp::create(atEnd, location, name, type);
}

void FunctionLowering::emitRegion(ArrayRef<Operation *> ops, Value tasks, TaskBody body,
                                  Value backward) {
  LLVM::LLVMFuncOp function = emitRegion(ops.front()->getLoc(), tasks, body, backward);
  table.add(function, ops, plan, layout, target);
}

LLVM::LLVMFuncOp FunctionLowering::emitRegion(Location location, Value tasks, TaskBody body,
                                              Value backward) {
  std::string name = regionName();
  ++regions;
  Type i64 = IntegerType::get(module.getContext(), 64);
  LLVM::LLVMFuncOp function = makeFunction(name, {pointer, pointer, i64, i64}, location);
  function.setLinkage(LLVM::Linkage::Internal);
  Block *entry = function.addEntryBlock(*builder);
  ImplicitLocOpBuilder b(location, module.getContext());
  b.setInsertionPointToEnd(entry);
  Emitter emitter(b, plan, layout, target, element, shared, entry->getArgument(0),
                  entry->getArgument(1));
  emitter.forLoop(entry->getArgument(2), entry->getArgument(3), 1,
                  [&](Value task) { body(emitter, task); });
  LLVM::ReturnOp::create(b, ValueRange{});

  function = shared.keepOnce(function);
  Value address = LLVM::AddressOfOp::create(*builder, location, function);
  auto run = [&](StringRef runtime) {
    LLVM::CallOp::create(*builder, location, TypeRange{}, runtime,
                         ValueRange{call, address, loop, tasks});
  };
  if (!backward) {
    run("iarc_parallel");
    return function;
  }
  auto branch = scf::IfOp::create(*builder, location, backward, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(*builder);
  builder->setInsertionPointToStart(branch.thenBlock());
  run("iarc_parallel_backward");
  builder->setInsertionPointToStart(branch.elseBlock());
  run("iarc_parallel");
  return function;
}

Value FunctionLowering::alternates(Operation *op, unsigned depth) {
  auto linear = dyn_cast<LinearOp>(op);
  auto repeat = op->getParentOfType<RepeatOp>();
  if (!linear || !repeat || !isLargeProduct(op) ||
      repeat.getBody().isAncestor(linear.getWeight().getParentRegion()))
    return {};
  Value place = LLVM::GEPOp::create(*builder, op->getLoc(), pointer, builder->getI64Type(), loop,
                                    ArrayRef<LLVM::GEPArg>{int32_t(depth) - 1});
  Value iteration = LLVM::LoadOp::create(*builder, op->getLoc(), builder->getI64Type(), place,
                                         /*alignment=*/8);
  return arith::TruncIOp::create(*builder, op->getLoc(), builder->getI1Type(), iteration);
}

/// Lane groups of one task of a region over positions: fewer where there are few positions to share
/// out, one where each has enough to do for itself because of its many features.
static int64_t groupsPerTile(ArrayRef<Operation *> ops) {
  int64_t positions = positionsOf(ops.front());
  if (positions >= kPositionsToShare)
    return kGroupsPerTile;
  constexpr int64_t kFeaturesToShare = 256;
  bool isWide = llvm::all_of(ops, [](Operation *op) {
    auto type = dyn_cast<ValueType>(op->getResult(0).getType());
    return type && !isa<LinearOp>(op) && type.getFeatures() >= kFeaturesToShare;
  });
  return isWide ? 1 : kGroupsPerTile / 5;
}

void FunctionLowering::lowerTiles(ArrayRef<Operation *> ops) {
  int64_t positions = positionsOf(ops.front());
  bool wholePositions = llvm::any_of(ops, Emitter::isPositionOp);
  auto across = Emitter::isAcrossOp(ops.front()) ? cast<LinearOp>(ops.front()) : LinearOp();
  int64_t tile = across ? kGroupsAcross : groupsPerTile(ops);
  if (remarks)
    remarkTiles(regionName(), ops, positions, tile, wholePositions, plan, layout, target);
  auto chunksOf = [&](Emitter &e) {
    if (wholePositions)
      return e.index(1);
    return arith::DivSIOp::create(e.b, e.add(e.groups(), e.index(tile - 1)), e.index(tile))
        .getResult();
  };
  // Evenly cut, as usualTiles says.
  auto startOf = [&](Emitter &e, Value chunk) -> Value {
    return arith::DivSIOp::create(e.b, e.mul(e.groups(), chunk), chunksOf(e));
  };
  Value tasks = step->mul(chunksOf(*step), positions);
  emitRegion(ops, tasks, [&](Emitter &e, Value task) {
    e.enterTiles(ops, wholePositions);
    Value p = task, begin = e.index(0), end = e.groups();
    if (across) {
      // One chunk after the other, each with all positions: their inputs stay in the second cache.
      Value chunk = arith::DivSIOp::create(e.b, task, e.index(positions));
      p = e.shareOut(across, arith::RemSIOp::create(e.b, task, e.index(positions)));
      if (!wholePositions) {
        begin = startOf(e, chunk);
        end = startOf(e, e.add(chunk, e.index(1)));
      }
    } else if (!wholePositions) {
      Value chunks = chunksOf(e);
      p = arith::DivSIOp::create(e.b, task, chunks);
      Value chunk = arith::RemSIOp::create(e.b, task, chunks);
      begin = startOf(e, chunk);
      end = startOf(e, e.add(chunk, e.index(1)));
    }
    e.placeLocals(p);
    for (Operation *op : ops) {
      e.b.setLoc(op->getLoc());
      e.emitTile(op, p, begin, end);
    }
  });
}

void FunctionLowering::lowerBlock(Block &block, unsigned depth) {
  for (const Run &run : scheduleOf(block, target.matmul)) {
    if (isTiles(run)) {
      lowerTiles(run);
      continue;
    }
    Operation *op = run.front();
    if (auto update = dyn_cast<UpdateOp>(op); update && givesGradients) {
      step->ifThen(step->updates(), [&] {
        emitRegion(op, step->countTasks(op), [&](Emitter &e, Value task) { e.emitTask(op, task); });
      });
      continue;
    }
    if (auto repeat = dyn_cast<RepeatOp>(op)) {
      int64_t count = repeat.getCount();
      step->forLoop(step->index(0), step->index(count), 1, [&](Value iteration) {
        Value layer =
            repeat.getReverse() ? step->sub(step->index(count - 1), iteration) : iteration;
        Value place = LLVM::GEPOp::create(*builder, op->getLoc(), pointer, builder->getI64Type(),
                                          loop, ArrayRef<LLVM::GEPArg>{int32_t(depth)});
        LLVM::StoreOp::create(*builder, op->getLoc(), layer, place, /*alignment=*/8);
        lowerBlock(repeat.getBodyBlock(), depth + 1);
      });
      continue;
    }
    if (remarks)
      remarkOp(regionName(), op, plan, layout, target);
    if (isLargeProduct(op) && usesBlas(op, target))
      table.add(emitRegion(op->getLoc(), step->countPackTasks(op),
                           [&](Emitter &e, Value task) { e.emitPackTask(op, task); }),
                "operands packed for OpenBLAS", op);
    emitRegion(
        op, step->countTasks(op), [&](Emitter &e, Value task) { e.emitTask(op, task); },
        alternates(op, depth));
    if (auto loss = dyn_cast<LossOp>(op)) {
      // The lanes' sums are added in one task, in one order.
      auto sum = [&](Emitter &e, Value) {
        Value partial = e.address(e.getPlan().scratch.find(op)->second);
        Value lanes =
            e.forLoop(e.index(0), e.groups(), 1, e.splat(0.0), [&](Value g, ValueRange carried) {
              return SmallVector<Value>{
                  e.addF(carried[0], e.load(e.offset(partial, e.mul(g, e.layout.lanes))))};
            })[0];
        e.storeScalar(e.piece(e.sumLanes(lanes).front(), 0, 1), e.field(Emitter::Loss, pointer));
      };
      table.add(emitRegion(op->getLoc(), step->index(1), sum), "sum of the loss", op);
    }
  }
}

/// A copy of the call in which field number `to` has the value of field `from`, or null.
static Value withField(ImplicitLocOpBuilder &b, Value call, unsigned to,
                       std::optional<unsigned> from) {
  constexpr int64_t kFields = Emitter::FieldCount;
  Type pointer = call.getType(), i64 = b.getI64Type();
  auto place = [&](Value base, unsigned number) {
    return LLVM::GEPOp::create(b, pointer, i64, base, ArrayRef<LLVM::GEPArg>{int32_t(number)})
        .getResult();
  };
  Value fields = arith::ConstantOp::create(b, b.getI64IntegerAttr(kFields));
  Value copy = LLVM::AllocaOp::create(b, pointer, i64, fields, /*alignment=*/8);
  for (unsigned number = 0; number < kFields; ++number) {
    Value value;
    if (number == to && !from)
      value = arith::ConstantOp::create(b, b.getI64IntegerAttr(0));
    else
      value = LLVM::LoadOp::create(b, i64, place(call, number == to ? *from : number),
                                   /*alignment=*/8);
    LLVM::StoreOp::create(b, value, place(copy, number), /*alignment=*/8);
  }
  return copy;
}

void FunctionLowering::emitEntry(StringRef name, StringRef body, unsigned to,
                                 std::optional<unsigned> from) {
  LLVM::LLVMFuncOp function = makeFunction(name, {pointer}, source.getLoc());
  ImplicitLocOpBuilder b(source.getLoc(), module.getContext());
  Block *entry = function.addEntryBlock(b);
  b.setInsertionPointToEnd(entry);
  LLVM::CallOp::create(b, TypeRange{}, body, withField(b, entry->getArgument(0), to, from));
  LLVM::ReturnOp::create(b, ValueRange{});
}

void FunctionLowering::run() {
  Location location = source.getLoc();
  bool updates = !source.getOps<UpdateOp>().empty() || givesGradients;
  std::string name = ("iarc_" + source.getName()).str();
  std::string body = updates ? name + "_body" : name;
  LLVM::LLVMFuncOp function = makeFunction(body, {pointer}, location);
  ImplicitLocOpBuilder b(location, module.getContext());
  Block *entry = function.addEntryBlock(b);
  b.setInsertionPointToEnd(entry);
  builder = &b;
  call = entry->getArgument(0);
  if (updates) {
    function.setLinkage(LLVM::Linkage::Internal);
    // A training step has no array of gradients: it keeps the few that it stores in its workspace.
    emitEntry(name, body, Emitter::Gradients, Emitter::Workspace);
    // Without a velocity nothing is updated, and all gradients are stored.
    if (givesGradients)
      emitEntry("iarc_gradients", body, Emitter::Velocity, std::nullopt);
  }
  int64_t depth = 0;
  source.walk([&](RepeatOp repeat) {
    int64_t own = 1;
    for (Operation *parent = repeat->getParentOp(); parent; parent = parent->getParentOp())
      own += isa<RepeatOp>(parent);
    depth = std::max(depth, own);
  });
  Value size = arith::ConstantOp::create(b, b.getI64IntegerAttr(std::max<int64_t>(depth, 1)));
  loop = LLVM::AllocaOp::create(b, pointer, b.getI64Type(), size, /*alignment=*/8);
  Emitter emitter(b, plan, layout, target, element, shared, entry->getArgument(0), loop);
  step = &emitter;
  if (remarks)
    remarkMemory(source, plan, layout);
  lowerBlock(source.front(), 0);
  LLVM::ReturnOp::create(b, ValueRange{});
}

/// What the emitters rely on: one block, arguments and results that have a place, ops of the
/// dialect, one element type, and at most one loss.
LogicalResult verifyFunction(func::FuncOp function, Type element) {
  if (!llvm::hasSingleElement(function.getBody()))
    return function.emitOpError("must have a body of one block to be lowered");
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes()))
    if (!isa<BatchType>(type) && !function.getArgAttr(index, kWeightAttr) &&
        !function.getArgAttr(index, kVelocityAttr) && !function.getArgAttr(index, kSecondAttr))
      return function.emitOpError("argument ")
             << index << " must be the batch, a weight or a velocity, got " << type;
  unsigned losses = 0;
  WalkResult walk = function.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<func::ReturnOp, arith::ConstantOp>(op))
      return WalkResult::advance();
    if (!isa<IarcDialect>(op->getDialect())) {
      op->emitOpError("cannot be lowered: it is not of the dialect");
      return WalkResult::interrupt();
    }
    for (Type type : op->getResultTypes()) {
      auto value = dyn_cast<ValueType>(type);
      auto weight = dyn_cast<WeightType>(type);
      if ((value && value.getElementType() != element) ||
          (weight && weight.getElementType() != element)) {
        op->emitOpError("all values must be ") << element << " as the loss, got " << type;
        return WalkResult::interrupt();
      }
    }
    if (isa<LossOp>(op) && (++losses > 1 || op->getParentOp() != function)) {
      op->emitOpError("a function has one loss, outside of any repeat");
      return WalkResult::interrupt();
    }
    // Scalar regions have been verified.
    return isa<RepeatOp>(op) ? WalkResult::advance() : WalkResult::skip();
  });
  return failure(walk.wasInterrupted());
}

/// Lowers the function of inference and adds what its caller needs to the descriptor. An op that
/// inference knows nothing of leaves the program without it.
void addInference(ModuleOp module, const Inference &inference, const Layout &layout,
                  const WeightOffsets &weights, const Target &target, Type element,
                  SharedCode &shared) {
  int64_t workspace = 0;
  if (inference.isSupported()) {
    Plan plan = planInference(inference.function, inference.offsets, layout, inference);
    // The last vector of a slice may be read beyond its value.
    workspace = plan.fixedElements + inference.featureLanes;
    lowerInference(module, inference, plan, layout, target, element, shared);
  }
  auto descriptor = module->getAttrOfType<DictionaryAttr>(kDescriptorAttr);
  module->setAttr(kDescriptorAttr,
                  withInference(descriptor, inference, weights, workspace * layout.elementBytes));
}

struct Lower : impl::IarcLowerBase<Lower> {
  using IarcLowerBase::IarcLowerBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (!module->hasAttr(kModelAttr)) {
      module.emitError("has no attribute '") << kModelAttr << "'";
      return signalPassFailure();
    }
    // The function of the task is scalar code already, and what it calls is the runtime's.
    SmallVector<func::FuncOp> functions;
    for (auto function : module.getOps<func::FuncOp>()) {
      if (function.getName() == "fill_batch")
        function.setName("iarc_fill_batch");
      else if (function.getName() != "iarc_random_block")
        functions.push_back(function);
    }
    Type element;
    for (func::FuncOp function : functions)
      if (function.getName() == "forward" && function.getNumResults())
        element = function.getResultTypes().front();
    if (!element || !(element.isF32() || element.isF64())) {
      module.emitError("has no function @forward that returns its loss first");
      return signalPassFailure();
    }
    if (!llvm::is_contained({128, 256, 512}, int64_t(vectorBits)) || vectorRegisters < 8) {
      module.emitError("vector-bits must be 128, 256 or 512 and vector-registers at least 8, got ")
          << int64_t(vectorBits) << " and " << int64_t(vectorRegisters);
      return signalPassFailure();
    }
    Target target{vectorBits, vectorRegisters, matmul, {}};
    for (auto [given, block, largest] :
         {std::tuple(ArrayRef<int64_t>(linearBlock), &target.plan.linear, kLargestLinearBlock),
          std::tuple(ArrayRef<int64_t>(gradientBlock), &target.plan.gradient,
                     kLargestGradientBlock)}) {
      if (given.empty())
        continue;
      if (given.size() == 2)
        *block = {given[0], given[1]};
      if (block->rows < 1 || block->columns < 1 || block->rows > largest.rows ||
          block->columns > largest.columns || block->countRegisters() > vectorRegisters) {
        module.emitError("a block must have 1 to ")
            << largest.rows << " rows and 1 to " << largest.columns << " columns that fit "
            << int64_t(vectorRegisters) << " registers, got " << given;
        return signalPassFailure();
      }
    }
    for (func::FuncOp function : functions)
      if (failed(verifyFunction(function, element)))
        return signalPassFailure();
    Layout layout{vectorBits / int64_t(element.getIntOrFloatBitWidth()),
                  element.getIntOrFloatBitWidth() / 8};
    WeightOffsets weights = planWeights(module);
    DescriptorFacts facts = gatherFacts(module);

    {
      OpBuilder atStart = OpBuilder::atBlockBegin(module.getBody());
      auto pointer = LLVM::LLVMPointerType::get(&getContext());
      auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(&getContext()),
                                              {pointer, pointer, pointer, atStart.getI64Type()});
      for (StringRef name : {"iarc_parallel", "iarc_parallel_backward"})
        LLVM::LLVMFuncOp::create(atStart, module.getLoc(), name, type);
    }
    // Copied before the copies of planning are made.
    Inference inference(module.lookupSymbol<func::FuncOp>("forward"), target, layout.lanes);
    // One workspace, divided in the same place, serves all functions.
    SmallVector<Plan, 0> plans;
    for (func::FuncOp function : functions) {
      plans.push_back(planFunction(function, weights, layout, target.matmul, [&](Operation *op) {
        return countPackedElements(op, target, layout);
      }));
      facts.fixedElements = std::max(facts.fixedElements, plans.back().fixedElements);
      facts.elementsPerGroup = std::max(facts.elementsPerGroup, plans.back().elementsPerGroup);
    }
    SharedCode shared;
    RegionTable table(&getContext());
    for (auto [function, plan] : llvm::zip(functions, plans)) {
      plan.fixedElements = facts.fixedElements;
      FunctionLowering(module, function, plan, layout, target, element, shared, table,
                       remarks && function.getName() == "train_step")
          .run();
    }
    emitPeak(module, target, element);
    emitUpdate(module, weights, layout, target, element, shared, table);
    facts.regions = table.describe();
    module->setAttr(kDescriptorAttr, makeDescriptor(module, layout, weights, facts));
    addInference(module, inference, layout, weights, target, element, shared);
    module->removeAttr(kModelAttr);
    for (func::FuncOp function : functions)
      function.erase();
    for (auto weight : llvm::make_early_inc_range(module.getOps<WeightOp>()))
      weight.erase();
  }
};

} // namespace
} // namespace iarc
