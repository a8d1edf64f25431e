//===- Descriptor.cpp - The dictionary iarc.descriptor ----------------------===//
#include "Descriptor.h"
#include "mlir/IR/Builders.h"

using namespace mlir;

namespace iarc {

/// How often an op runs in one call of its function.
static double timesRun(Operation *op) {
  double times = 1;
  for (Operation *parent = op->getParentOp(); parent; parent = parent->getParentOp())
    if (auto repeat = dyn_cast<RepeatOp>(parent))
      times *= double(repeat.getCount());
  return times;
}

/// One with the matrix of each position, or of each pair of them.
double productFlop(Operation *op) {
  WeightType weight;
  ValueType input;
  if (auto linear = dyn_cast<LinearOp>(op)) {
    weight = linear.getWeight().getType();
    input = linear.getInput().getType();
  } else if (auto gradient = dyn_cast<WeightGradientOp>(op)) {
    weight = gradient.getResult().getType();
    input = gradient.getInput().getType();
  } else {
    return 0;
  }
  double products = weight.isAcrossPositions() ? weight.getSize("pair") : input.getPositions();
  return 2.0 * weight.getSize("out") * weight.getSize("in") * products;
}

DescriptorFacts gatherFacts(ModuleOp module) {
  DescriptorFacts facts;
  LivePositions live;
  if (auto step = module.lookupSymbol<func::FuncOp>("train_step"))
    live = findLivePositions(step);
  module.walk([&](Operation *op) {
    auto function = op->getParentOfType<func::FuncOp>();
    if (!function)
      return;
    bool isForward = function.getName() == "forward", isStep = function.getName() == "train_step";
    double times = timesRun(op);
    if (double flop = times * productFlop(op)) {
      // Backward there is a product for the input's adjoint and one for the weight's gradient.
      facts.productFlop += isForward && isa<LinearOp>(op) ? 3 * flop : 0;
      facts.executedProductFlop += isStep ? flop * computedShare(op, live) : 0;
    } else if (auto attention = dyn_cast<AttentionOp>(op); attention && isForward) {
      // A visible pair of one head: two products of its size forward, four backward.
      double positions = attention.getResult().getType().getPositions();
      double pairs =
          attention.getCausal() ? positions * (positions + 1) / 2 : positions * positions;
      facts.attentionFlop += times * 12 * pairs * attention.getResult().getType().getFeatures();
    } else if (auto loss = dyn_cast<LossOp>(op); loss && isForward) {
      facts.loss = int64_t(loss.getKind());
      facts.lossAt = int64_t(loss.getAt());
      BatchType batch = loss.getBatch().getType();
      facts.context = batch.getPositions();
      facts.predictedPositions = loss.getLogits().getType().getPositions();
      facts.width = batch.getSymbols() + batch.getControls();
    }
  });
  return facts;
}

/// The entries of iarc_training, from those that the module gives beside rate and momentum; what it
/// leaves out is as without it.
static DictionaryAttr describeTraining(ModuleOp module) {
  Builder b(module.getContext());
  auto model = module->getAttrOfType<DictionaryAttr>(kModelAttr);
  UpdateForm form = updateFormOf(module);
  SmallVector<NamedAttribute> entries;
  auto put = [&](StringRef name, Attribute value) {
    entries.push_back(b.getNamedAttr(name, value));
  };
  auto putInteger = [&](StringRef name, int64_t value) { put(name, b.getI64IntegerAttr(value)); };
  auto real = [&](StringRef name, double otherwise) {
    Attribute given = model.get(name);
    put(name, given ? given : b.getF64FloatAttr(otherwise));
  };
  auto integer = [&](StringRef name, int64_t otherwise) {
    Attribute given = model.get(name);
    put(name, given ? given : b.getI64IntegerAttr(otherwise));
  };
  /// The number of a word among `words`, the first of which may be left out.
  auto word = [&](StringRef name, ArrayRef<StringRef> words) {
    auto given = model.getAs<StringAttr>(name);
    auto place = llvm::find(words, given ? given.getValue() : words.front());
    putInteger(name, place == words.end() ? 0 : place - words.begin());
  };
  word("optimiser", {"sgd", "nesterov", "adam", "adamw", "lion"});
  putInteger("states", form.second ? 2 : 1);
  putInteger("decays", form.decay);
  real("beta2", 0);
  real("epsilon", 0);
  real("decay", 0);
  word("schedule", {"constant", "step", "linear", "cosine"});
  real("rate_to", 0);
  real("rate_factor", 1);
  integer("rate_every", 1);
  integer("warm_up", 0);
  real("clip", 0);
  integer("accumulate", 1);
  integer("evaluate_every", 0);
  word("stop", {"never", "loss", "accuracy"});
  real("stop_at", 0);
  return b.getDictionaryAttr(entries);
}

DictionaryAttr makeDescriptor(ModuleOp module, const Layout &layout, const WeightOffsets &weights,
                              const DescriptorFacts &facts) {
  Builder b(module.getContext());
  auto model = module->getAttrOfType<DictionaryAttr>(kModelAttr);
  SmallVector<NamedAttribute> entries;
  auto put = [&](StringRef name, Attribute value) {
    entries.push_back(b.getNamedAttr(name, value));
  };
  auto putInteger = [&](StringRef name, int64_t value) { put(name, b.getI64IntegerAttr(value)); };
  auto putReal = [&](StringRef name, double value) { put(name, b.getF64FloatAttr(value)); };
  for (StringRef name : {"name", "task", "batch", "steps", "rate", "momentum"})
    put(name, model.get(name));
  put("training", describeTraining(module));
  putInteger("context", facts.context);
  putInteger("width", facts.width);
  putInteger("predicted_positions", facts.predictedPositions);
  putInteger("element_bytes", layout.elementBytes);
  putInteger("lanes", layout.lanes);
  putInteger("loss", facts.loss);
  putInteger("loss_at", facts.lossAt);
  SmallVector<Attribute> list;
  for (auto weight : module.getOps<WeightOp>()) {
    auto type = cast<WeightType>(weight.getType());
    SmallVector<Attribute> axes;
    for (const Axis &axis : type.getAxes())
      axes.push_back(b.getDictionaryAttr({b.getNamedAttr("name", axis.name),
                                          b.getNamedAttr("size", b.getI64IntegerAttr(axis.size))}));
    list.push_back(b.getDictionaryAttr(
        {b.getNamedAttr("name", weight.getSymNameAttr()),
         b.getNamedAttr("axes", b.getArrayAttr(axes)),
         b.getNamedAttr("offset",
                        b.getI64IntegerAttr(weights.offsets.lookup(weight.getSymNameAttr()))),
         b.getNamedAttr("count", b.getI64IntegerAttr(type.getNumElements())),
         b.getNamedAttr("initialiser", b.getI64IntegerAttr(int64_t(weight.getInitialiser()))),
         b.getNamedAttr("first", weight.getFirstAttr()),
         b.getNamedAttr("second", weight.getSecondAttr()),
         b.getNamedAttr("fan_in", b.getI64IntegerAttr(weight.getFanIn())),
         b.getNamedAttr("fan_in_grows", b.getI64IntegerAttr(weight.getFanInGrows()))}));
  }
  put("weights", b.getArrayAttr(list));
  putInteger("weight_elements", weights.elements);
  putInteger("workspace_bytes", facts.fixedElements * layout.elementBytes);
  putInteger("workspace_bytes_per_group", facts.elementsPerGroup * layout.elementBytes);
  putReal("product_flop", facts.productFlop);
  putReal("attention_flop", facts.attentionFlop);
  putReal("executed_product_flop", facts.executedProductFlop);
  put("regions", facts.regions);
  return b.getDictionaryAttr(entries);
}

DictionaryAttr withInference(DictionaryAttr descriptor, const Inference &inference,
                             const WeightOffsets &weights, int64_t workspaceBytes) {
  Builder b(descriptor.getContext());
  SmallVector<NamedAttribute> entries(descriptor.getValue());
  auto integer = [&](StringRef name, int64_t value) {
    return b.getNamedAttr(name, b.getI64IntegerAttr(value));
  };
  bool supported = inference.isSupported();
  entries.push_back(integer("infer_supported", supported));
  entries.push_back(integer("infer_rows", supported ? inference.rows : 0));
  entries.push_back(integer("infer_positions", supported ? inference.paddedPositions() : 0));
  entries.push_back(integer("infer_workspace_bytes", workspaceBytes));
  SmallVector<Attribute> list;
  for (const auto &[symbol, weight] : inference.weights)
    if (supported)
      list.push_back(b.getDictionaryAttr(
          {integer("source", weights.offsets.lookup(inference.sourceOf(symbol))),
           integer("target", inference.offsets.offsets.lookup(symbol)),
           integer("form", int64_t(weight.form)), integer("outer", weight.outer),
           integer("elements", weight.elements), integer("positions", weight.positions),
           integer("out", weight.out), integer("in", weight.in), integer("rows", weight.rows),
           integer("lanes", weight.lanes)}));
  entries.push_back(b.getNamedAttr("infer_weights", b.getArrayAttr(list)));
  entries.push_back(integer("infer_weight_elements", supported ? inference.offsets.elements : 0));
  return b.getDictionaryAttr(entries);
}

} // namespace iarc
