//===- Import.cpp - From the elaborated model to the iarc dialect -----------===//
#include "iarc/Import.h"
#include "TaskImport.h"
#include "iarc/Dialect/Iarc.h"
#include "iarc/Pipeline.h"
#include "iarc/dsl/Model.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;

namespace iarc {
namespace {

class Importer {
public:
  Importer(const dsl::Model &model, MLIRContext &context, Precision precision)
      : model(model), builder(&context),
        element(precision == Precision::F64 ? Type(builder.getF64Type()) : builder.getF32Type()) {}

  OwningOpRef<ModuleOp> run();

private:
  Location locationOf(const dsl::Location &where) {
    return FileLineColLoc::get(builder.getContext(), where.file, where.line, where.column);
  }
  SmallVector<Axis> axesOf(const dsl::Shape &shape) {
    SmallVector<Axis> axes;
    for (const dsl::Axis &axis : shape)
      axes.push_back({builder.getStringAttr(axis.name), axis.size});
    return axes;
  }
  ValueType typeOf(dsl::ValueId value) {
    return ValueType::get(axesOf(model.valueShapes[value]), element);
  }
  WeightType typeOf(const dsl::Weight &weight) {
    return WeightType::get(axesOf(weight.shape), element);
  }
  DictionaryAttr protocol();
  void importRegion(const dsl::Region &region);
  void importOp(const dsl::Op &op);
  void importRepeat(const dsl::Op &op, Location location);
  void importRecur(const dsl::Op &op, Location location);
  void collectWeights(const dsl::Region &region, SmallVectorImpl<dsl::WeightId> &used);

  const dsl::Model &model;
  OpBuilder builder;
  Type element;
  Value batch;
  DenseMap<dsl::ValueId, Value> values;
  DenseMap<dsl::WeightId, Value> weights; ///< sliced by the repeats around the insertion point
};

DictionaryAttr Importer::protocol() {
  auto integer = [&](StringRef name, int64_t value) {
    return builder.getNamedAttr(name, builder.getI64IntegerAttr(value));
  };
  auto real = [&](StringRef name, double value) {
    return builder.getNamedAttr(name, builder.getF64FloatAttr(value));
  };
  auto string = [&](StringRef name, StringRef value) {
    return builder.getNamedAttr(name, builder.getStringAttr(value));
  };
  const dsl::Task &task = model.task;
  SmallVector<Attribute> controls, arguments;
  for (const dsl::TaskControl &control : task.controls)
    controls.push_back(
        builder.getDictionaryAttr({string("name", control.name), string("label", control.label),
                                   integer("governs", control.governs)}));
  for (const auto &[name, value] : task.arguments)
    arguments.push_back(builder.getDictionaryAttr({string("name", name), string("value", value)}));
  SmallVector<NamedAttribute> taskEntries(
      {string("name", task.name), builder.getNamedAttr("controls", builder.getArrayAttr(controls)),
       builder.getNamedAttr("arguments", builder.getArrayAttr(arguments)),
       integer("symbols", task.symbols), integer("gap_minimum", task.gapMinimum),
       integer("gap_maximum", task.gapMaximum), integer("interspersed", task.interspersed),
       integer("masked", task.target.result >= 0),
       integer("scratch_bytes",
               task.data.form == dsl::DataForm::None ? taskScratchBytes(task, model.context) : 0)});
  if (const dsl::TaskData &data = task.data; data.form != dsl::DataForm::None)
    taskEntries.push_back(builder.getNamedAttr(
        "data", builder.getDictionaryAttr(
                    {string("path", data.path), integer("form", static_cast<int64_t>(data.form)),
                     real("split", data.split), string("vocabulary", data.vocabulary)})));
  auto taskAttr = builder.getDictionaryAttr(taskEntries);
  const dsl::Train &train = model.train;
  SmallVector<NamedAttribute> entries{
      builder.getNamedAttr("name", builder.getStringAttr(model.name)),
      builder.getNamedAttr("task", taskAttr),
      integer("batch", train.batch),
      integer("steps", train.steps),
      real("rate", train.rate.rate),
      real("momentum", train.momentum)};
  // What is not said is as without it.
  auto addReal = [&](StringRef name, double value, double otherwise = 0) {
    if (value != otherwise)
      entries.push_back(real(name, value));
  };
  auto addInteger = [&](StringRef name, int64_t value, int64_t otherwise) {
    if (value != otherwise)
      entries.push_back(integer(name, value));
  };
  auto addWord = [&](StringRef name, unsigned value, ArrayRef<StringRef> words) {
    if (value)
      entries.push_back(builder.getNamedAttr(name, builder.getStringAttr(words[value])));
  };
  addWord("optimiser", unsigned(train.optimiser), {"sgd", "nesterov", "adam", "adamw", "lion"});
  addReal("beta2", train.beta2);
  addReal("epsilon", train.epsilon);
  addReal("decay", train.decay);
  addWord("schedule", unsigned(train.rate.kind), {"constant", "step", "linear", "cosine"});
  addReal("rate_to", train.rate.to);
  addReal("rate_factor", train.rate.factor, 1);
  addInteger("rate_every", train.rate.every, 1);
  addInteger("warm_up", train.rate.warmUp, 0);
  addReal("clip", train.clip);
  addInteger("accumulate", train.accumulate, 1);
  addInteger("evaluate_every", train.evaluateEvery, 0);
  addWord("stop", unsigned(train.stop), {"never", "loss", "accuracy"});
  addReal("stop_at", train.stopAt);
  return builder.getDictionaryAttr(entries);
}

OwningOpRef<ModuleOp> Importer::run() {
  Location location = locationOf(model.location);
  OwningOpRef<ModuleOp> module = ModuleOp::create(location);
  (*module)->setAttr(kModelAttr, protocol());
  builder.setInsertionPointToEnd(module->getBody());

  int64_t controls = model.task.controls.size();
  auto batchType =
      BatchType::get(builder.getContext(), model.context, model.task.symbols, controls);
  SmallVector<Type> inputs{batchType};
  for (const dsl::Weight &weight : model.weights) {
    WeightType type = typeOf(weight);
    WeightOp::create(builder, locationOf(weight.location), weight.name, type,
                     static_cast<Initialiser>(weight.initialiser.kind),
                     APFloat(weight.initialiser.first), APFloat(weight.initialiser.second),
                     weight.initialiser.fanIn, weight.initialiser.fanInGrows);
    inputs.push_back(type);
  }
  dsl::ValueId logits = model.body.yields.front();
  auto function = func::FuncOp::create(builder, location, "forward",
                                       builder.getFunctionType(inputs, {element, typeOf(logits)}));
  Block *entry = function.addEntryBlock();
  batch = entry->getArgument(0);
  for (auto [index, weight] : llvm::enumerate(model.weights)) {
    weights[index] = entry->getArgument(index + 1);
    function.setArgAttr(index + 1, kWeightAttr,
                        FlatSymbolRefAttr::get(builder.getContext(), weight.name));
  }
  builder.setInsertionPointToEnd(entry);
  importRegion(model.body);
  Value loss = LossOp::create(builder, locationOf(model.lossLocation), element,
                              values[model.loss == dsl::LossKind::Own ? model.lossValue : logits],
                              batch, static_cast<LossKind>(model.loss),
                              model.lossAt == dsl::LossAt::Last ? LossAt::Last : LossAt::All,
                              model.task.interspersed, model.task.target.result >= 0);
  func::ReturnOp::create(builder, location, ValueRange{loss, values[logits]});
  if (model.task.data.form == dsl::DataForm::None)
    importTask(*module, model.task, model.context);
  if (failed(verify(*module)))
    return {};
  return module;
}

void Importer::importRegion(const dsl::Region &region) {
  for (const dsl::Op &op : region.ops)
    importOp(op);
}

void Importer::importOp(const dsl::Op &op) {
  Location location = locationOf(op.location);
  if (op.kind == dsl::OpKind::Repeat)
    return importRepeat(op, location);
  if (op.kind == dsl::OpKind::Recur)
    return importRecur(op, location);
  SmallVector<Value> operands;
  for (dsl::ValueId operand : op.operands)
    operands.push_back(values[operand]);
  ValueType type = typeOf(op.results.front());
  Value &result = values[op.results.front()];
  OpBuilder::InsertionGuard guard(builder);
  switch (op.kind) {
  case dsl::OpKind::Encode:
    result = EncodeOp::create(builder, location, type, batch);
    break;
  case dsl::OpKind::Embed:
    result = LookupOp::create(builder, location, type, batch, weights[op.weight], op.ofControls);
    break;
  case dsl::OpKind::Linear: {
    Value bias = op.bias >= 0 ? weights[op.bias] : Value();
    auto linear =
        LinearOp::create(builder, location, TypeRange{type}, operands[0], weights[op.weight], bias,
                         /*extras=*/ValueRange{}, /*transposed=*/false);
    result = linear.getResult(0);
    break;
  }
  case dsl::OpKind::Norm:
    result = NormOp::create(builder, location, type, cast<ValueType>(type).withFeatures(1),
                            operands[0], APFloat(op.eps))
                 .getResult();
    break;
  case dsl::OpKind::Slice:
    result = SliceOp::create(builder, location, type, operands[0], op.begin);
    break;
  case dsl::OpKind::Map: {
    auto map = MapOp::create(builder, location, TypeRange{type}, operands);
    result = map.getResult(0);
    Block *body = builder.createBlock(&map.getBody());
    for (size_t i = 0; i < operands.size(); ++i)
      body->addArgument(element, location);
    YieldOp::create(builder, location,
                    importScalar(builder, location, op.scalar, body->getArguments()));
    break;
  }
  case dsl::OpKind::Attention: {
    bool exponential = isExponential(op.scalar);
    auto attention = AttentionOp::create(
        builder, location, type, operands[0], operands[1], operands[2],
        /*parameters=*/ValueRange(operands).drop_front(3), /*extras=*/ValueRange{}, op.heads,
        APFloat(op.scale), op.causal, op.slopes, static_cast<Normalise>(op.normalise),
        APFloat(op.eps), exponential);
    result = attention.getResult();
    Block *body = builder.createBlock(&attention.getKernel());
    for (size_t i = 2; i < operands.size(); ++i)
      body->addArgument(element, location);
    YieldOp::create(builder, location,
                    importScalar(builder, location, op.scalar, body->getArguments(), exponential));
    break;
  }
  case dsl::OpKind::Broadcast:
    result = BroadcastOp::create(builder, location, type, weights[op.weight]);
    break;
  case dsl::OpKind::Spread:
    result = SpreadOp::create(builder, location, type, operands[0]);
    break;
  case dsl::OpKind::Reduce:
    result = ReduceOp::create(builder, location, type,
                              op.largest ? Reduction::Maximum : Reduction::Sum, operands[0]);
    break;
  case dsl::OpKind::Join:
    result = JoinOp::create(builder, location, type, operands);
    break;
  case dsl::OpKind::Rotate:
    result = RotateOp::create(builder, location, type, operands[0], op.size, APFloat(op.base),
                              /*inverse=*/false);
    break;
  case dsl::OpKind::Target:
    result = TargetOp::create(builder, location, type, batch, model.task.interspersed,
                              model.task.target.result >= 0);
    break;
  case dsl::OpKind::Flatten:
    result = FlattenOp::create(builder, location, type, operands[0]);
    break;
  case dsl::OpKind::LstmGates: {
    auto gates = LstmGatesOp::create(builder, location, operands[0], operands[1]);
    result = JoinOp::create(builder, location, type, gates.getResults());
    break;
  }
  case dsl::OpKind::Repeat:
  case dsl::OpKind::Recur:
    break;
  }
}

void Importer::collectWeights(const dsl::Region &region, SmallVectorImpl<dsl::WeightId> &used) {
  for (const dsl::Op &op : region.ops) {
    if (op.body)
      collectWeights(*op.body, used);
    for (dsl::WeightId weight : {op.weight, op.bias})
      if (weight >= 0 && !llvm::is_contained(used, weight))
        used.push_back(weight);
  }
}

void Importer::importRepeat(const dsl::Op &op, Location location) {
  SmallVector<Value> inits, slices;
  for (dsl::ValueId operand : op.operands)
    inits.push_back(values[operand]);
  // A weight declared inside the repeat has one layer axis for it; every other is read as it is.
  SmallVector<dsl::WeightId> used, sliced;
  collectWeights(*op.body, used);
  for (dsl::WeightId weight : used) {
    auto type = cast<WeightType>(weights[weight].getType());
    if (!type.slice())
      continue;
    sliced.push_back(weight);
    slices.push_back(weights[weight]);
  }
  SmallVector<Type> types;
  for (dsl::ValueId result : op.results)
    types.push_back(typeOf(result));
  auto repeat =
      RepeatOp::create(builder, location, types, op.count, /*reverse=*/false, inits, slices);
  OpBuilder::InsertionGuard guard(builder);
  Block *body = builder.createBlock(&repeat.getBody());
  for (auto [argument, init] : llvm::zip(op.body->arguments, inits))
    values[argument] = body->addArgument(init.getType(), location);
  DenseMap<dsl::WeightId, Value> outer = weights;
  for (auto [weight, slice] : llvm::zip(sliced, slices))
    weights[weight] = body->addArgument(cast<WeightType>(slice.getType()).slice(), location);
  importRegion(*op.body);
  SmallVector<Value> yields;
  for (dsl::ValueId yield : op.body->yields)
    yields.push_back(values[yield]);
  YieldOp::create(builder, location, yields);
  weights = outer;
  for (auto [result, value] : llvm::zip(op.results, repeat.getResults()))
    values[result] = value;
}

/// A recurrence is a repeat whose iterations are the positions: it slices and stacks views in which
/// every position is an iteration.
void Importer::importRecur(const dsl::Op &op, Location location) {
  const dsl::Region &region = *op.body;
  size_t carried = region.yields.size();
  int64_t positions = typeOf(op.results.front()).getPositions();
  SmallVector<Value> inits, slices;
  SmallVector<Type> types;
  for (dsl::ValueId state : ArrayRef(region.arguments).take_front(carried)) {
    inits.push_back(ZeroOp::create(builder, location, typeOf(state)));
    types.push_back(typeOf(state));
  }
  for (dsl::ValueId state : ArrayRef(region.arguments).take_front(carried))
    types.push_back(typeOf(state).stacked(positions));
  for (dsl::ValueId operand : op.operands) {
    ValueType type = typeOf(operand);
    Axis one[] = {{type.getAxes()[0].name, 1}, type.getAxes()[1]};
    auto stack = ValueType::get(one, element).stacked(positions);
    slices.push_back(ReshapeOp::create(builder, location, stack, values[operand]));
  }
  auto repeat =
      RepeatOp::create(builder, location, types, positions, /*reverse=*/false, inits, slices);
  {
    OpBuilder::InsertionGuard guard(builder);
    Block *body = builder.createBlock(&repeat.getBody());
    for (dsl::ValueId argument : region.arguments)
      values[argument] = body->addArgument(typeOf(argument), location);
    importRegion(region);
    SmallVector<Value> yields;
    for (int pass = 0; pass < 2; ++pass)
      for (dsl::ValueId yield : region.yields)
        yields.push_back(values[yield]);
    YieldOp::create(builder, location, yields);
  }
  for (auto [result, stack] : llvm::zip(op.results, repeat.getStackedResults()))
    values[result] = ReshapeOp::create(builder, location, typeOf(result), stack);
}

} // namespace

OwningOpRef<ModuleOp> importModel(const dsl::Model &model, MLIRContext &context,
                                  Precision precision) {
  context.loadDialect<IarcDialect, func::FuncDialect, arith::ArithDialect, scf::SCFDialect,
                      LLVM::LLVMDialect>();
  return Importer(model, context, precision).run();
}

} // namespace iarc
