//===- Canonicalize.cpp - Rewrites that hold anywhere -----------------------===//
#include "iarc/Dialect/Iarc.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/BitVector.h"

using namespace mlir;
using namespace iarc;

namespace {

/// A map of `inputs` with one result for each of `results` that takes over the body of `op`.
MapOp rebuildMap(PatternRewriter &rewriter, MapOp op, ArrayRef<Value> inputs,
                 ArrayRef<Value> results) {
  auto replacement =
      MapOp::create(rewriter, op.getLoc(),
                    SmallVector<Type>(results.size(), op.getResultTypes().front()), inputs);
  replacement.getBody().takeBody(op.getBody());
  return replacement;
}

/// map(a, a) => map(a); map(a, b) whose body does not read b => map(a)
struct DropMapOperands : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    Block &body = op.getBody().front();
    SmallVector<Value> inputs;
    SmallVector<unsigned> dropped;
    // First of all the arguments of equal operands become one, which decides what is read.
    for (auto [index, input] : llvm::enumerate(op.getInputs())) {
      unsigned first = std::distance(op.getInputs().begin(), llvm::find(op.getInputs(), input));
      if (first < index)
        rewriter.replaceAllUsesWith(body.getArgument(index), body.getArgument(first));
    }
    for (auto [index, input] : llvm::enumerate(op.getInputs())) {
      if (body.getArgument(index).use_empty() && op.getInputs().size() - dropped.size() > 1) {
        dropped.push_back(index);
      } else {
        inputs.push_back(input);
      }
    }
    if (dropped.empty())
      return failure();
    auto replacement = rebuildMap(rewriter, op, inputs, SmallVector<Value>(op.getResults()));
    for (unsigned index : llvm::reverse(dropped))
      replacement.getBody().front().eraseArgument(index);
    rewriter.replaceOp(op, replacement.getResults());
    return success();
  }
};

/// %x, %y = map(..) with %y unused => %x = map(..)
struct DropMapResults : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    SmallVector<Value> kept, yielded;
    Operation *yield = op.getBody().front().getTerminator();
    for (auto [result, value] : llvm::zip(op.getResults(), yield->getOperands()))
      if (!result.use_empty()) {
        kept.push_back(result);
        yielded.push_back(value);
      }
    if (kept.empty() || kept.size() == op.getNumResults())
      return failure();
    rewriter.modifyOpInPlace(yield, [&] { yield->setOperands(yielded); });
    auto replacement = rebuildMap(rewriter, op, SmallVector<Value>(op.getInputs()), kept);
    for (auto [old, fresh] : llvm::zip(kept, replacement.getResults()))
      rewriter.replaceAllUsesWith(old, fresh);
    rewriter.eraseOp(op);
    return success();
  }
};

/// What of a repeat its used results depend on, through any number of iterations.
class LivePorts {
public:
  explicit LivePorts(RepeatOp op) : op(op), results(op.getNumResults()) {
    for (auto [index, result] : llvm::enumerate(op.getResults()))
      if (!result.use_empty())
        add(index);
    while (spread())
      ;
  }

  bool isLive(Value value) const { return values.contains(value); }
  bool isLive(Operation *inner) const {
    return !wouldOpBeTriviallyDead(inner) ||
           llvm::any_of(inner->getResults(), [&](Value result) { return isLive(result); });
  }
  /// Whether a result is read, or carried for one that is.
  bool isLiveResult(unsigned index) const { return results.test(index); }

private:
  void add(unsigned result) {
    results.set(result);
    values.insert(op.getYield()->getOperand(result));
  }
  /// One pass over the body; whether it found that another carried value is read.
  bool spread() {
    for (Operation &inner : llvm::reverse(op.getBodyBlock().without_terminator()))
      if (isLive(&inner))
        inner.walk([&](Operation *nested) { values.insert_range(nested->getOperands()); });
    bool found = false;
    for (auto [index, argument] : llvm::enumerate(op.getCarriedArguments()))
      if (!results.test(index) && isLive(argument)) {
        add(index);
        found = true;
      }
    return found;
  }

  RepeatOp op;
  llvm::BitVector results;
  DenseSet<Value> values;
};

/// Drops what a repeat carries for itself alone, the slices that its body does not read and the
/// stacked results that nobody reads.
struct DropRepeatPorts : OpRewritePattern<RepeatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(RepeatOp op, PatternRewriter &rewriter) const override {
    LivePorts live(op);
    SmallVector<Value> inits, slices, yielded, results;
    SmallVector<unsigned> deadArguments;
    auto keep = [&](Value operand, BlockArgument argument, bool isLive, SmallVector<Value> &kept) {
      if (isLive)
        kept.push_back(operand);
      else
        deadArguments.push_back(argument.getArgNumber());
    };
    for (auto [init, argument] : llvm::zip(op.getInits(), op.getCarriedArguments()))
      keep(init, argument, live.isLiveResult(argument.getArgNumber()), inits);
    for (auto [slice, argument] : llvm::zip(op.getSlices(), op.getSliceArguments()))
      keep(slice, argument, live.isLive(argument), slices);
    Operation *yield = op.getYield();
    for (auto [index, result] : llvm::enumerate(op.getResults()))
      if (live.isLiveResult(index)) {
        results.push_back(result);
        yielded.push_back(yield->getOperand(index));
      }
    if (deadArguments.empty() && results.size() == op.getNumResults())
      return failure();
    rewriter.modifyOpInPlace(yield, [&] { yield->setOperands(yielded); });
    SmallVector<Operation *> dead;
    for (Operation &inner : op.getBodyBlock().without_terminator())
      if (!live.isLive(&inner))
        dead.push_back(&inner);
    for (Operation *inner : llvm::reverse(dead))
      rewriter.eraseOp(inner);
    SmallVector<Type> types;
    for (Value result : results)
      types.push_back(result.getType());
    auto replacement = RepeatOp::create(rewriter, op.getLoc(), types, op.getCount(),
                                        op.getReverse(), inits, slices);
    replacement.getBody().takeBody(op.getBody());
    for (unsigned index : llvm::reverse(deadArguments))
      replacement.getBodyBlock().eraseArgument(index);
    for (auto [old, fresh] : llvm::zip(results, replacement.getResults()))
      rewriter.replaceAllUsesWith(old, fresh);
    rewriter.eraseOp(op);
    return success();
  }
};

/// repeat carry(x) { .. slices of x .. yield join(a, b) }
///   => repeat carry(x1, x2) { .. slices of x1 and x2 .. yield a, b }
///
/// A carried value that is put together from parts, and of which only ranges within the parts are
/// read, is carried part by part: then nothing is moved for either, and of its adjoint neither.
struct SplitCarried : OpRewritePattern<RepeatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RepeatOp op, PatternRewriter &rewriter) const override {
    for (unsigned index = 0; index < op.getNumCarried(); ++index)
      if (JoinOp join = splittableJoin(op, index)) {
        split(op, index, join, rewriter);
        return success();
      }
    return failure();
  }

private:
  static std::optional<JoinOp::Part> partOf(SliceOp slice, JoinOp join) {
    return join.partOf(slice.getBegin(), slice.getResult().getType().getFeatures());
  }

  /// The join that makes carried value `index`, where it can be carried in parts. A stack of joins
  /// is taken apart where it is read as positions: a join has no layers.
  static JoinOp splittableJoin(RepeatOp op, unsigned index) {
    auto join = op.getYield()->getOperand(index).getDefiningOp<JoinOp>();
    if (!join || join->getBlock() != &op.getBodyBlock() || join.getInputs().size() < 2)
      return {};
    bool onlySliced =
        llvm::all_of(op.getBodyBlock().getArgument(index).getUsers(), [&](Operation *user) {
          auto slice = dyn_cast<SliceOp>(user);
          return slice && partOf(slice, join);
        });
    bool stacksAreReshaped = llvm::all_of(op.getStackedResults(), [&](OpResult stack) {
      return !stacks(op, stack, join) || llvm::all_of(stack.getUsers(), [](Operation *user) {
        auto reshape = dyn_cast<ReshapeOp>(user);
        return reshape && reshape.getResult().getType().getAxes().size() == 2;
      });
    });
    return onlySliced && stacksAreReshaped ? join : JoinOp();
  }

  static bool stacks(RepeatOp op, OpResult stack, JoinOp join) {
    return op.getYield()->getOperand(stack.getResultNumber()) == join.getResult();
  }

  static void split(RepeatOp op, unsigned index, JoinOp join, PatternRewriter &rewriter) {
    Location loc = op.getLoc();
    Value init = op.getInits()[index];
    SmallVector<Value> parts(join.getInputs()), inits, yielded;
    SmallVector<Type> types;
    for (unsigned i = 0; i < op.getNumCarried(); ++i)
      if (i != index)
        inits.push_back(op.getInits()[i]);
    int64_t begin = 0;
    for (auto [number, part] : llvm::enumerate(parts)) {
      auto type = cast<ValueType>(part.getType());
      Value start = init.getDefiningOp<ZeroOp>()
                        ? ZeroOp::create(rewriter, loc, type).getResult()
                        : SliceOp::create(rewriter, loc, type, init, begin).getResult();
      inits.insert(inits.begin() + index + number, start);
      begin += type.getFeatures();
    }
    // The old results that are taken apart, and where each one's first new one is.
    llvm::BitVector isSplit(op.getNumResults());
    SmallVector<unsigned> places;
    for (auto [number, result] : llvm::enumerate(op.getResults())) {
      bool isStack = number >= op.getNumCarried();
      isSplit[number] = number == index || (isStack && stacks(op, result, join));
      places.push_back(types.size());
      if (!isSplit[number]) {
        types.push_back(result.getType());
        yielded.push_back(op.getYield()->getOperand(number));
        continue;
      }
      for (Value part : parts) {
        auto type = cast<ValueType>(part.getType());
        types.push_back(isStack ? type.stacked(op.getCount()) : type);
        yielded.push_back(part);
      }
    }

    auto replacement = RepeatOp::create(rewriter, loc, types, op.getCount(), op.getReverse(), inits,
                                        op.getSlices());
    Operation *yield = op.getYield();
    rewriter.modifyOpInPlace(yield, [&] { yield->setOperands(yielded); });
    replacement.getBody().takeBody(op.getBody());
    Block &body = replacement.getBodyBlock();
    for (auto [number, part] : llvm::enumerate(parts))
      body.insertArgument(index + number, part.getType(), loc);
    unsigned whole = index + parts.size();
    for (Operation *user : llvm::make_early_inc_range(body.getArgument(whole).getUsers())) {
      auto slice = cast<SliceOp>(user);
      JoinOp::Part part = *partOf(slice, join);
      rewriter.modifyOpInPlace(slice, [&] {
        slice.getInputMutable().assign(body.getArgument(index + part.operand));
        slice.setBegin(part.begin);
      });
    }
    body.eraseArgument(whole);

    for (auto [number, result] : llvm::enumerate(op.getResults())) {
      auto fresh = replacement.getResults().drop_front(places[number]);
      if (!isSplit[number]) {
        rewriter.replaceAllUsesWith(result, fresh.front());
        continue;
      }
      if (number == index) {
        rewriter.setInsertionPointAfter(replacement);
        rewriter.replaceAllUsesWith(result, JoinOp::create(rewriter, loc, result.getType(),
                                                           fresh.take_front(parts.size())));
        continue;
      }
      for (Operation *user : llvm::make_early_inc_range(result.getUsers())) {
        auto reshape = cast<ReshapeOp>(user);
        ValueType type = reshape.getResult().getType();
        rewriter.setInsertionPoint(reshape);
        SmallVector<Value> reshaped;
        for (auto [part, stack] : llvm::zip(parts, fresh)) {
          int64_t features = cast<ValueType>(part.getType()).getFeatures();
          reshaped.push_back(ReshapeOp::create(rewriter, loc, type.withFeatures(features), stack));
        }
        rewriter.replaceOpWithNewOp<JoinOp>(reshape, type, reshaped);
      }
    }
    rewriter.eraseOp(op);
  }
};

} // namespace

void MapOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropMapOperands, DropMapResults>(context);
}

void RepeatOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropRepeatPorts, SplitCarried>(context);
}
