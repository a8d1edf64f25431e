//===- Gradient.cpp - The pass iarc-gradient --------------------------------===//
#include "iarc/Autodiff.h"
#include "iarc/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace iarc {
#define GEN_PASS_DEF_IARCGRADIENT
#include "iarc/Transforms/Passes.h.inc"

namespace {

struct Gradient : impl::IarcGradientBase<Gradient> {
  void runOnOperation() override {
    auto forward = getOperation().lookupSymbol<func::FuncOp>("forward");
    if (!forward) {
      getOperation().emitError("has no function @forward to differentiate");
      return signalPassFailure();
    }
    if (failed(verifyForward(forward)))
      return signalPassFailure();
    FailureOr<func::FuncOp> gradients = makeGradients(forward);
    if (failed(gradients))
      return signalPassFailure();
    makeTrainStep(*gradients);
  }

  /// The signature, and the names that the pass adds.
  LogicalResult verifyForward(func::FuncOp forward) {
    if (!llvm::hasSingleElement(forward.getBody()))
      return forward.emitOpError("must have a body of one block to be differentiated");
    TypeRange results = forward.getResultTypes();
    if (results.size() != 2 || !isa<FloatType>(results[0]) || !isa<ValueType>(results[1]))
      return forward.emitOpError("must return the loss and the logits, got ")
             << forward.getFunctionType();
    for (auto [index, type] : llvm::enumerate(forward.getArgumentTypes()))
      if (isa<WeightType>(type) && !forward.getArgAttr(index, kWeightAttr))
        return forward.emitOpError("argument ")
               << index << " is a weight without '" << kWeightAttr << "'";
    for (StringRef name : {"gradients", "train_step"})
      if (getOperation().lookupSymbol(name))
        return forward.emitOpError("has been differentiated: the module has @") << name;
    return success();
  }

  /// Appends a copy of `function` under another name to the module.
  func::FuncOp copy(func::FuncOp function, StringRef name) {
    auto clone = cast<func::FuncOp>(function->clone());
    clone.setName(name);
    getOperation().push_back(clone);
    return clone;
  }

  FailureOr<func::FuncOp> makeGradients(func::FuncOp forward) {
    func::FuncOp function = copy(forward, "gradients");
    Block &block = function.front();
    Operation *ret = block.getTerminator();
    OpBuilder builder(ret);

    SmallVector<BlockArgument> weights;
    Activity activity;
    for (BlockArgument argument : block.getArguments())
      if (isa<WeightType>(argument.getType())) {
        weights.push_back(argument);
        activity.insert(argument);
      }
    propagateActivity(block, activity);

    AdjointAccumulator adjoints(activity);
    Value loss = ret->getOperand(0);
    adjoints.add(builder, loss,
                 arith::ConstantOp::create(builder, loss.getLoc(),
                                           builder.getFloatAttr(loss.getType(), 1.0)));
    if (failed(buildBlockAdjoint(block, builder, adjoints)))
      return failure();

    for (BlockArgument weight : weights) {
      Value gradient = adjoints.get(weight);
      if (!gradient)
        gradient = ZeroOp::create(builder, weight.getLoc(), weight.getType());
      ret->insertOperands(ret->getNumOperands(), gradient);
    }
    function.setType(builder.getFunctionType(block.getArgumentTypes(), ret->getOperandTypes()));
    for (auto [index, weight] : llvm::enumerate(weights))
      function.setResultAttr(2 + index, kGradientAttr,
                             function.getArgAttr(weight.getArgNumber(), kWeightAttr));
    return function;
  }

  void makeTrainStep(func::FuncOp gradients) {
    func::FuncOp function = copy(gradients, "train_step");
    Block &block = function.front();
    Operation *ret = block.getTerminator();
    OpBuilder builder(ret);
    SmallVector<BlockArgument> weights;
    for (BlockArgument argument : block.getArguments())
      if (isa<WeightType>(argument.getType()))
        weights.push_back(argument);
    UpdateForm form = updateFormOf(getOperation());
    unsigned firstState = block.getNumArguments();
    // All velocities come before the second states.
    SmallVector<Value> states;
    for (unsigned state = 0; state < (form.second ? 2 : 1); ++state)
      for (BlockArgument weight : weights)
        states.push_back(block.addArgument(weight.getType(), weight.getLoc()));
    SmallVector<Value> results{ret->getOperand(0), ret->getOperand(1)};
    SmallVector<UpdateOp> updates;
    for (auto [index, weight] : llvm::enumerate(weights)) {
      Value second = form.second ? states[weights.size() + index] : Value();
      updates.push_back(UpdateOp::create(builder, weight.getLoc(), weight, states[index],
                                         ret->getOperand(2 + index), second, form.rule,
                                         form.decay));
    }
    for (unsigned result = 0; result < (form.second ? 3 : 2); ++result)
      for (UpdateOp update : updates)
        results.push_back(update->getResult(result));
    ret->setOperands(results);
    // Attributes of the old results name gradients that are no longer returned.
    function.removeResAttrsAttr();
    function.setType(builder.getFunctionType(block.getArgumentTypes(), ret->getOperandTypes()));
    SmallVector<Attribute> argumentAttrs;
    for (BlockArgument weight : weights)
      argumentAttrs.push_back(function.getArgAttr(weight.getArgNumber(), kWeightAttr));
    for (auto [index, symbol] : llvm::enumerate(argumentAttrs))
      for (unsigned state = 0; state < (form.second ? 2 : 1); ++state)
        function.setArgAttr(firstState + state * weights.size() + index,
                            state ? kSecondAttr : kVelocityAttr, symbol);
  }
};

} // namespace
} // namespace iarc
