//===- Descriptor.cpp - The model descriptor as constant data --------------===//
//
// Builds the C structs of iarc/runtime/Descriptor.h out of LLVM constants. Every
// field is written together with its offset in the C struct, and the layout that
// LLVM gives the constant is compared with it: the two cannot drift apart.
//
//===----------------------------------------------------------------------===//
#include "iarc/CodeGen/Descriptor.h"

#include "iarc/runtime/Descriptor.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/Module.h"

#include <cstddef>

using namespace iarc;

// A change of the header must come with a change of this file.
static_assert(IARC_DESCRIPTOR_VERSION == 8, "write the new version's fields below");
static_assert(sizeof(iarc_axis) == 16 && sizeof(iarc_weight) == 80 && sizeof(iarc_task) == 104 &&
                  sizeof(iarc_control) == 24 && sizeof(iarc_prepared) == 80 &&
                  sizeof(iarc_schedule) == 48 && sizeof(iarc_training) == 136 &&
                  sizeof(iarc_data) == 40 && sizeof(iarc_inference) == 80 &&
                  sizeof(iarc_region) == 40 && sizeof(iarc_model) == 608,
              "the descriptor changed: write the new fields below and raise the version");

namespace {

/// Reads entries of one dictionary and remembers the first complaint, so that the code that builds
/// a struct reads as a list of its fields.
class Reader {
public:
  Reader(mlir::DictionaryAttr dictionary, std::string path, std::string &complaint)
      : dictionary(dictionary), path(std::move(path)), complaint(complaint) {}

  int64_t integer(llvm::StringRef key) {
    auto attribute = read<mlir::IntegerAttr>(key, "an integer");
    return attribute ? attribute.getInt() : 0;
  }
  double real(llvm::StringRef key) {
    auto attribute = read<mlir::FloatAttr>(key, "a real");
    return attribute ? attribute.getValueAsDouble() : 0;
  }
  llvm::StringRef string(llvm::StringRef key) {
    auto attribute = read<mlir::StringAttr>(key, "a string");
    return attribute ? attribute.getValue() : "";
  }
  bool has(llvm::StringRef key) const { return dictionary && dictionary.contains(key); }
  Reader dictionaryAt(llvm::StringRef key) {
    return {read<mlir::DictionaryAttr>(key, "a dictionary"), nameOf(key), complaint};
  }
  /// One reader for each element of an array of dictionaries.
  std::vector<Reader> arrayAt(llvm::StringRef key) {
    std::vector<Reader> elements;
    auto array = read<mlir::ArrayAttr>(key, "an array");
    if (!array)
      return elements;
    for (auto [index, element] : llvm::enumerate(array)) {
      std::string name = nameOf(key) + "[" + std::to_string(index) + "]";
      auto entry = llvm::dyn_cast<mlir::DictionaryAttr>(element);
      if (!entry)
        complain("'" + name + "' is not a dictionary");
      elements.push_back({entry, name, complaint});
    }
    return elements;
  }

private:
  template <typename AttrType> AttrType read(llvm::StringRef key, const char *expected) {
    if (!dictionary)
      return {};
    mlir::Attribute attribute = dictionary.get(key);
    auto typed = llvm::dyn_cast_or_null<AttrType>(attribute);
    if (!attribute)
      complain("'" + nameOf(key) + "' is missing");
    else if (!typed)
      complain("'" + nameOf(key) + "' is not " + expected);
    return typed;
  }
  std::string nameOf(llvm::StringRef key) const {
    return path.empty() ? key.str() : path + "." + key.str();
  }
  void complain(const std::string &what) {
    if (complaint.empty())
      complaint = "descriptor entry " + what;
  }

  mlir::DictionaryAttr dictionary;
  std::string path;
  std::string &complaint;
};

/// Makes LLVM constants of the module.
class Builder {
public:
  Builder(llvm::Module &module, std::string &complaint)
      : module(module), complaint(complaint), context(module.getContext()) {}

  llvm::Constant *integer(int64_t value) {
    return llvm::ConstantInt::getSigned(llvm::Type::getInt64Ty(context), value);
  }
  llvm::Constant *real(double value) {
    return llvm::ConstantFP::get(llvm::Type::getDoubleTy(context), value);
  }
  /// A pointer to a private, null-terminated copy of `text`, one for all that are equal.
  llvm::Constant *string(llvm::StringRef text) {
    llvm::Constant *&known = strings[text];
    if (!known)
      known = ownString(text, "iarc.string");
    return known;
  }
  /// The same, but one that has a `name` and may be replaced.
  llvm::Constant *ownString(llvm::StringRef text, llvm::StringRef name) {
    return global(llvm::ConstantDataArray::getString(context, text), name);
  }
  /// A pointer to the function `name`, which must be defined.
  llvm::Constant *function(llvm::StringRef name) {
    llvm::Function *function = module.getFunction(name);
    if (function && !function->isDeclaration())
      return function;
    if (complaint.empty())
      complaint = ("the lowered module does not define the function '" + name + "'").str();
    return llvm::ConstantPointerNull::get(llvm::PointerType::get(context, 0));
  }
  llvm::Constant *nullPointer() {
    return llvm::ConstantPointerNull::get(llvm::PointerType::get(context, 0));
  }
  /// A pointer to a private array of equal structs; null for an empty one.
  llvm::Constant *array(llvm::ArrayRef<llvm::Constant *> elements, llvm::StringRef name) {
    if (elements.empty())
      return llvm::ConstantPointerNull::get(llvm::PointerType::get(context, 0));
    auto *type = llvm::ArrayType::get(elements.front()->getType(), elements.size());
    return global(llvm::ConstantArray::get(type, elements), name);
  }

  struct Field {
    size_t offset; ///< in the C struct
    llvm::Constant *value;
  };
  llvm::Constant *structure(llvm::ArrayRef<Field> fields, size_t size, llvm::StringRef name) {
    llvm::SmallVector<llvm::Constant *> values;
    for (const Field &field : fields)
      values.push_back(field.value);
    llvm::Constant *value = llvm::ConstantStruct::getAnon(context, values);
    const llvm::StructLayout *layout =
        module.getDataLayout().getStructLayout(llvm::cast<llvm::StructType>(value->getType()));
    bool same = layout->getSizeInBytes().getFixedValue() == size;
    for (auto [index, field] : llvm::enumerate(fields))
      same &= layout->getElementOffset(index).getFixedValue() == field.offset;
    if (!same && complaint.empty())
      complaint = ("the layout of '" + name + "' differs from iarc/runtime/Descriptor.h").str();
    return value;
  }

private:
  llvm::Constant *global(llvm::Constant *value, llvm::StringRef name) {
    auto *variable = new llvm::GlobalVariable(module, value->getType(), /*isConstant=*/true,
                                              llvm::GlobalValue::PrivateLinkage, value, name);
    variable->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
    return variable;
  }

  llvm::Module &module;
  std::string &complaint;
  llvm::LLVMContext &context;
  llvm::StringMap<llvm::Constant *> strings;
};

} // namespace

static llvm::Constant *buildAxis(Builder &build, Reader axis) {
  return build.structure({{offsetof(iarc_axis, name), build.string(axis.string("name"))},
                          {offsetof(iarc_axis, size), build.integer(axis.integer("size"))}},
                         sizeof(iarc_axis), "iarc_axis");
}

static llvm::Constant *buildWeight(Builder &build, Reader weight) {
  llvm::SmallVector<llvm::Constant *> axes;
  for (Reader axis : weight.arrayAt("axes"))
    axes.push_back(buildAxis(build, axis));
  return build.structure(
      {{offsetof(iarc_weight, name), build.string(weight.string("name"))},
       {offsetof(iarc_weight, axes), build.array(axes, "iarc.axes")},
       {offsetof(iarc_weight, rank), build.integer(axes.size())},
       {offsetof(iarc_weight, offset), build.integer(weight.integer("offset"))},
       {offsetof(iarc_weight, count), build.integer(weight.integer("count"))},
       {offsetof(iarc_weight, initialiser), build.integer(weight.integer("initialiser"))},
       {offsetof(iarc_weight, first), build.real(weight.real("first"))},
       {offsetof(iarc_weight, second), build.real(weight.real("second"))},
       {offsetof(iarc_weight, fan_in), build.integer(weight.integer("fan_in"))},
       {offsetof(iarc_weight, fan_in_grows), build.integer(weight.integer("fan_in_grows"))}},
      sizeof(iarc_weight), "iarc_weight");
}

static llvm::Constant *buildPrepared(Builder &build, Reader tensor) {
  auto integer = [&](llvm::StringRef key) { return build.integer(tensor.integer(key)); };
  return build.structure({{offsetof(iarc_prepared, source), integer("source")},
                          {offsetof(iarc_prepared, target), integer("target")},
                          {offsetof(iarc_prepared, form), integer("form")},
                          {offsetof(iarc_prepared, outer), integer("outer")},
                          {offsetof(iarc_prepared, elements), integer("elements")},
                          {offsetof(iarc_prepared, positions), integer("positions")},
                          {offsetof(iarc_prepared, out), integer("out")},
                          {offsetof(iarc_prepared, in), integer("in")},
                          {offsetof(iarc_prepared, rows), integer("rows")},
                          {offsetof(iarc_prepared, lanes), integer("lanes")}},
                         sizeof(iarc_prepared), "iarc_prepared");
}

/// Of the program's own processor `target` is empty and `code` the place of what embedInference
/// adds.
static llvm::Constant *buildInference(Builder &build, Reader model, const TargetOptions &options,
                                      llvm::StringRef target, llvm::StringRef architecture,
                                      llvm::Constant *code) {
  llvm::SmallVector<llvm::Constant *> prepared;
  for (Reader tensor : model.arrayAt("infer_weights"))
    prepared.push_back(buildPrepared(build, tensor));
  auto integer = [&](llvm::StringRef key) { return build.integer(model.integer(key)); };
  return build.structure(
      {{offsetof(iarc_inference, target), build.string(target)},
       {offsetof(iarc_inference, architecture), build.string(architecture)},
       {offsetof(iarc_inference, cpu), build.string(options.cpu)},
       {offsetof(iarc_inference, features), build.string(options.requiredFeatures)},
       {offsetof(iarc_inference, positions), integer("infer_positions")},
       {offsetof(iarc_inference, workspace_bytes), integer("infer_workspace_bytes")},
       {offsetof(iarc_inference, weights), build.array(prepared, "iarc.prepared")},
       {offsetof(iarc_inference, tensors), build.integer(prepared.size())},
       {offsetof(iarc_inference, weight_elements), integer("infer_weight_elements")},
       {offsetof(iarc_inference, code), code}},
      sizeof(iarc_inference), "iarc_inference");
}

/// A pointer to the constant.
static llvm::Constant *buildData(Builder &build, Reader data) {
  llvm::StringRef vocabulary = data.string("vocabulary");
  llvm::Constant *value = build.structure(
      {{offsetof(iarc_data, path), build.string(data.string("path"))},
       {offsetof(iarc_data, form), build.integer(data.integer("form"))},
       {offsetof(iarc_data, split), build.real(data.real("split"))},
       {offsetof(iarc_data, vocabulary), build.string(vocabulary)},
       {offsetof(iarc_data, vocabulary_bytes), build.integer(int64_t(vocabulary.size()))}},
      sizeof(iarc_data), "iarc_data");
  return build.array({value}, "iarc.data");
}

static llvm::Constant *buildTask(Builder &build, Reader task) {
  llvm::SmallVector<llvm::Constant *> controls, arguments;
  for (Reader control : task.arrayAt("controls"))
    controls.push_back(build.structure(
        {{offsetof(iarc_control, name), build.string(control.string("name"))},
         {offsetof(iarc_control, label), build.string(control.string("label"))},
         {offsetof(iarc_control, governs), build.integer(control.integer("governs"))}},
        sizeof(iarc_control), "iarc_control"));
  for (Reader argument : task.arrayAt("arguments"))
    arguments.push_back(
        build.structure({{offsetof(iarc_argument, name), build.string(argument.string("name"))},
                         {offsetof(iarc_argument, value), build.string(argument.string("value"))}},
                        sizeof(iarc_argument), "iarc_argument"));
  auto integer = [&](llvm::StringRef key) { return build.integer(task.integer(key)); };
  return build.structure(
      {{offsetof(iarc_task, name), build.string(task.string("name"))},
       {offsetof(iarc_task, controls), build.array(controls, "iarc.controls")},
       {offsetof(iarc_task, control_count), build.integer(controls.size())},
       {offsetof(iarc_task, arguments), build.array(arguments, "iarc.arguments")},
       {offsetof(iarc_task, argument_count), build.integer(arguments.size())},
       {offsetof(iarc_task, symbols), integer("symbols")},
       {offsetof(iarc_task, gap_minimum), integer("gap_minimum")},
       {offsetof(iarc_task, gap_maximum), integer("gap_maximum")},
       {offsetof(iarc_task, interspersed), integer("interspersed")},
       {offsetof(iarc_task, masked), integer("masked")},
       {offsetof(iarc_task, scratch_bytes), integer("scratch_bytes")},
       {offsetof(iarc_task, fill),
        task.has("data") ? build.nullPointer() : build.function("iarc_fill_batch")},
       {offsetof(iarc_task, data),
        task.has("data") ? buildData(build, task.dictionaryAt("data")) : build.nullPointer()}},
      sizeof(iarc_task), "iarc_task");
}

static llvm::Constant *buildTraining(Builder &build, Reader training, double rate) {
  auto integer = [&](llvm::StringRef key) { return build.integer(training.integer(key)); };
  auto real = [&](llvm::StringRef key) { return build.real(training.real(key)); };
  llvm::Constant *schedule =
      build.structure({{offsetof(iarc_schedule, kind), integer("schedule")},
                       {offsetof(iarc_schedule, rate), build.real(rate)},
                       {offsetof(iarc_schedule, to), real("rate_to")},
                       {offsetof(iarc_schedule, factor), real("rate_factor")},
                       {offsetof(iarc_schedule, every), integer("rate_every")},
                       {offsetof(iarc_schedule, warm_up), integer("warm_up")}},
                      sizeof(iarc_schedule), "iarc_schedule");
  return build.structure({{offsetof(iarc_training, optimiser), integer("optimiser")},
                          {offsetof(iarc_training, states), integer("states")},
                          {offsetof(iarc_training, decays), integer("decays")},
                          {offsetof(iarc_training, beta2), real("beta2")},
                          {offsetof(iarc_training, epsilon), real("epsilon")},
                          {offsetof(iarc_training, decay), real("decay")},
                          {offsetof(iarc_training, schedule), schedule},
                          {offsetof(iarc_training, clip), real("clip")},
                          {offsetof(iarc_training, accumulate), integer("accumulate")},
                          {offsetof(iarc_training, evaluate_every), integer("evaluate_every")},
                          {offsetof(iarc_training, stop), integer("stop")},
                          {offsetof(iarc_training, stop_at), real("stop_at")}},
                         sizeof(iarc_training), "iarc_training");
}

static llvm::Constant *buildRegion(Builder &build, Reader region) {
  return build.structure(
      {{offsetof(iarc_region, function), build.function(region.string("function"))},
       {offsetof(iarc_region, operations), build.string(region.string("operations"))},
       {offsetof(iarc_region, place), build.string(region.string("place"))},
       {offsetof(iarc_region, product_flop), build.real(region.real("product_flop"))},
       {offsetof(iarc_region, predicted), build.real(region.real("predicted"))}},
      sizeof(iarc_region), "iarc_region");
}

llvm::Error iarc::addDescriptor(llvm::Module &module, mlir::DictionaryAttr descriptor,
                                llvm::StringRef compiler, const TargetOptions &target,
                                llvm::StringRef graph, llvm::ArrayRef<InferenceCode> exports) {
  std::string complaint;
  Reader model(descriptor, "", complaint);
  Builder build(module, complaint);

  llvm::SmallVector<llvm::Constant *> weights;
  for (Reader weight : model.arrayAt("weights"))
    weights.push_back(buildWeight(build, weight));
  llvm::SmallVector<llvm::Constant *> regions;
  for (Reader region : model.arrayAt("regions"))
    regions.push_back(buildRegion(build, region));
  llvm::StringRef architecture = module.getTargetTriple().getArchName();
  llvm::Constant *own =
      buildInference(build, model, target, "", architecture, build.ownString("", kInferenceCode));
  llvm::SmallVector<llvm::Constant *> others;
  for (const InferenceCode &code : exports)
    others.push_back(buildInference(build, Reader(code.descriptor, code.target, complaint),
                                    code.options, code.target, code.architecture,
                                    build.string(code.text)));

  auto integer = [&](llvm::StringRef key) { return build.integer(model.integer(key)); };
  auto real = [&](llvm::StringRef key) { return build.real(model.real(key)); };
  llvm::Constant *value = build.structure(
      {{offsetof(iarc_model, version), build.integer(IARC_DESCRIPTOR_VERSION)},
       {offsetof(iarc_model, name), build.string(model.string("name"))},
       {offsetof(iarc_model, compiler), build.string(compiler)},
       {offsetof(iarc_model, target_cpu), build.string(target.cpu)},
       {offsetof(iarc_model, target_features), build.string(target.requiredFeatures)},
       {offsetof(iarc_model, element_bytes), integer("element_bytes")},
       {offsetof(iarc_model, lanes), integer("lanes")},
       {offsetof(iarc_model, context), integer("context")},
       {offsetof(iarc_model, width), integer("width")},
       {offsetof(iarc_model, predicted_positions), integer("predicted_positions")},
       {offsetof(iarc_model, task), buildTask(build, model.dictionaryAt("task"))},
       {offsetof(iarc_model, loss), integer("loss")},
       {offsetof(iarc_model, loss_at), integer("loss_at")},
       {offsetof(iarc_model, weights), build.array(weights, "iarc.weights")},
       {offsetof(iarc_model, weight_tensors), build.integer(weights.size())},
       {offsetof(iarc_model, weight_elements), integer("weight_elements")},
       {offsetof(iarc_model, workspace_bytes), integer("workspace_bytes")},
       {offsetof(iarc_model, workspace_bytes_per_group), integer("workspace_bytes_per_group")},
       {offsetof(iarc_model, rate), real("rate")},
       {offsetof(iarc_model, momentum), real("momentum")},
       {offsetof(iarc_model, batch), integer("batch")},
       {offsetof(iarc_model, steps), integer("steps")},
       {offsetof(iarc_model, product_flop), real("product_flop")},
       {offsetof(iarc_model, attention_flop), real("attention_flop")},
       {offsetof(iarc_model, executed_product_flop), real("executed_product_flop")},
       {offsetof(iarc_model, forward), build.function("iarc_forward")},
       {offsetof(iarc_model, gradients), build.function("iarc_gradients")},
       {offsetof(iarc_model, train_step), build.function("iarc_train_step")},
       {offsetof(iarc_model, peak), build.function("iarc_peak")},
       {offsetof(iarc_model, infer_rows), integer("infer_rows")},
       {offsetof(iarc_model, inference), own},
       {offsetof(iarc_model, infer),
        model.integer("infer_supported") ? build.function("iarc_infer") : build.nullPointer()},
       {offsetof(iarc_model, exports), build.array(others, "iarc.exports")},
       {offsetof(iarc_model, export_count), build.integer(others.size())},
       {offsetof(iarc_model, graph), build.string(graph)},
       {offsetof(iarc_model, training),
        buildTraining(build, model.dictionaryAt("training"), model.real("rate"))},
       {offsetof(iarc_model, update), build.function("iarc_update")},
       {offsetof(iarc_model, regions), build.array(regions, "iarc.regions")},
       {offsetof(iarc_model, region_count), build.integer(regions.size())}},
      sizeof(iarc_model), "iarc_model");

  if (!complaint.empty())
    return llvm::createStringError(complaint);
  new llvm::GlobalVariable(module, value->getType(), /*isConstant=*/true,
                           llvm::GlobalValue::ExternalLinkage, value, "iarc_model_descriptor");
  return llvm::Error::success();
}
