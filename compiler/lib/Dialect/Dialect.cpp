//===- Dialect.cpp - Registration of the iarc dialect -----------------------===//
#include "iarc/Dialect/Iarc.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FoldInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace iarc;

#include "iarc/Dialect/AdjointInterface.cpp.inc"
#include "iarc/Dialect/IarcDialect.cpp.inc"
#include "iarc/Dialect/IarcEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "iarc/Dialect/IarcAttrs.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "iarc/Dialect/IarcTypes.cpp.inc"

namespace {
/// Constants of a scalar region stay inside it, so that it can be read and moved on its own.
struct ScalarRegionFolds : DialectFoldInterface {
  using DialectFoldInterface::DialectFoldInterface;
  bool shouldMaterializeInto(Region *region) const final {
    return isa<MapOp, LinearOp, AttentionOp, AttentionAdjointOp>(region->getParentOp());
  }
};
} // namespace

void IarcDialect::initialize() {
  addInterfaces<ScalarRegionFolds>();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "iarc/Dialect/IarcAttrs.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "iarc/Dialect/IarcTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "iarc/Dialect/IarcOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Attributes of modules, arguments and results
//===----------------------------------------------------------------------===//

LogicalResult IarcDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  StringRef name = attribute.getName().getValue();
  if (name == kGivesGradientsAttr) {
    auto function = dyn_cast<FunctionOpInterface>(op);
    if (!function || function.getName() != "train_step" || !isa<UnitAttr>(attribute.getValue()))
      return op->emitError() << "'" << name << "' belongs on @train_step, without a value";
    return success();
  }
  if (name == kLibraryCallAttr) {
    // On an op of math, and on what that op becomes in the LLVM dialect.
    if (isa<FunctionOpInterface>(op) || !isa<UnitAttr>(attribute.getValue()))
      return op->emitError() << "'" << name << "' belongs on an op of math, without a value";
    return success();
  }
  if (name != kModelAttr && name != kDescriptorAttr)
    return op->emitError() << "unknown attribute '" << name << "' of the iarc dialect";
  auto dictionary = dyn_cast<DictionaryAttr>(attribute.getValue());
  if (!isa<ModuleOp>(op) || !dictionary)
    return op->emitError() << "'" << name << "' must be a dictionary on the module";
  if (name == kModelAttr)
    for (StringRef entry : {"name", "task", "batch", "steps", "rate", "momentum"})
      if (!dictionary.contains(entry))
        return op->emitError() << "'" << name << "' has no entry '" << entry << "'";
  return success();
}

/// `attribute`, of an argument or result of a function, names a declared weight of the same type.
static LogicalResult verifyNamesWeight(Operation *op, NamedAttribute attribute, Type type) {
  StringRef name = attribute.getName().getValue();
  auto symbol = dyn_cast<FlatSymbolRefAttr>(attribute.getValue());
  auto weight = symbol ? SymbolTable::lookupNearestSymbolFrom<WeightOp>(op, symbol) : WeightOp();
  if (!weight)
    return op->emitError() << "'" << name << "' must name an iarc.weight of the module, got "
                           << attribute.getValue();
  if (weight.getType() != type)
    return op->emitError() << "'" << name << " = " << symbol << "' must be on a "
                           << weight.getType() << ", got " << type;
  return success();
}

LogicalResult IarcDialect::verifyRegionArgAttribute(Operation *op, unsigned region,
                                                    unsigned argument, NamedAttribute attribute) {
  StringRef name = attribute.getName().getValue();
  auto function = dyn_cast<FunctionOpInterface>(op);
  if (!function || (name != kWeightAttr && name != kVelocityAttr && name != kSecondAttr))
    return op->emitError() << "unknown attribute '" << name << "' of an argument";
  return verifyNamesWeight(op, attribute, function.getArgumentTypes()[argument]);
}

LogicalResult IarcDialect::verifyRegionResultAttribute(Operation *op, unsigned region,
                                                       unsigned result, NamedAttribute attribute) {
  StringRef name = attribute.getName().getValue();
  auto function = dyn_cast<FunctionOpInterface>(op);
  if (!function || name != kGradientAttr)
    return op->emitError() << "unknown attribute '" << name << "' of a result";
  return verifyNamesWeight(op, attribute, function.getResultTypes()[result]);
}

//===----------------------------------------------------------------------===//
// Types with axes
//===----------------------------------------------------------------------===//

static int64_t numElements(ArrayRef<Axis> axes) {
  int64_t count = 1;
  for (const Axis &axis : axes)
    count *= axis.size;
  return count;
}

static int64_t sizeOf(ArrayRef<Axis> axes, StringRef name) {
  for (const Axis &axis : axes)
    if (axis.name.getValue() == name)
      return axis.size;
  return 0;
}

/// Whether the axes end with `inner` and `innermost`.
static bool endsWith(ArrayRef<Axis> axes, StringRef inner, StringRef innermost) {
  return axes.size() >= 2 && axes[axes.size() - 2].name.getValue() == inner &&
         axes.back().name.getValue() == innermost;
}

static LogicalResult verifyAxes(function_ref<InFlightDiagnostic()> emitError, ArrayRef<Axis> axes,
                                Type elementType) {
  if (!elementType.isF32() && !elementType.isF64())
    return emitError() << "element type must be f32 or f64, got " << elementType;
  int64_t count = 1;
  for (auto [index, axis] : llvm::enumerate(axes)) {
    if (llvm::any_of(axes.take_front(index), [&](const Axis &earlier) {
          return earlier.name == axis.name && axis.name.getValue() != "layer";
        }))
      return emitError() << "axis " << axis.name.getValue() << " appears twice";
    if (axis.size <= 0)
      return emitError() << "size of axis " << axis.name.getValue() << " must be positive, got "
                         << axis.size;
    if (llvm::MulOverflow(count, axis.size, count))
      return emitError() << "the number of elements does not fit 64 bits";
  }
  return success();
}

LogicalResult ValueType::verify(function_ref<InFlightDiagnostic()> emitError, ArrayRef<Axis> axes,
                                Type elementType) {
  if (!endsWith(axes, "position", "feature"))
    return emitError() << "the last two axes must be position and feature";
  return verifyAxes(emitError, axes, elementType);
}

LogicalResult WeightType::verify(function_ref<InFlightDiagnostic()> emitError, ArrayRef<Axis> axes,
                                 Type elementType) {
  bool isBias = !axes.empty() && axes.back().name.getValue() == "out";
  if (!isBias && !endsWith(axes, "out", "in"))
    return emitError() << "the last two axes must be out and in, or of a bias the last one out";
  if (isBias && sizeOf(axes, "pair"))
    return emitError() << "a bias has no axis pair";
  return verifyAxes(emitError, axes, elementType);
}

LogicalResult BatchType::verify(function_ref<InFlightDiagnostic()> emitError, int64_t positions,
                                int64_t symbols, int64_t controls) {
  if (positions <= 0 || symbols <= 0 || controls < 0)
    return emitError() << "positions and symbols must be positive and controls not negative";
  return success();
}

/// `<name size, name size : element>`
static ParseResult parseAxes(AsmParser &parser, SmallVectorImpl<Axis> &axes, Type &elementType) {
  if (parser.parseLess())
    return failure();
  do {
    StringRef name;
    int64_t size;
    if (parser.parseKeyword(&name) || parser.parseInteger(size))
      return failure();
    axes.push_back({StringAttr::get(parser.getContext(), name), size});
  } while (succeeded(parser.parseOptionalComma()));
  return failure(parser.parseColon() || parser.parseType(elementType) || parser.parseGreater());
}

static void printAxes(AsmPrinter &printer, ArrayRef<Axis> axes, Type elementType) {
  printer << '<';
  llvm::interleaveComma(axes, printer, [&](const Axis &axis) {
    printer << axis.name.getValue() << ' ' << axis.size;
  });
  printer << " : " << elementType << '>';
}

template <typename T> static Type parseAxesType(AsmParser &parser) {
  SmallVector<Axis> axes;
  Type elementType;
  if (parseAxes(parser, axes, elementType))
    return {};
  return T::getChecked([&] { return parser.emitError(parser.getNameLoc()); }, parser.getContext(),
                       ArrayRef<Axis>(axes), elementType);
}

template <typename T> static T stackedType(T type, int64_t count) {
  SmallVector<Axis> axes{{StringAttr::get(type.getContext(), "layer"), count}};
  llvm::append_range(axes, type.getAxes());
  return T::get(axes, type.getElementType());
}

template <typename T> static T sliceType(T type) {
  if (type.getAxes().front().name.getValue() != "layer")
    return {};
  return T::get(type.getAxes().drop_front(), type.getElementType());
}

Type ValueType::parse(AsmParser &parser) { return parseAxesType<ValueType>(parser); }
void ValueType::print(AsmPrinter &printer) const {
  printAxes(printer, getAxes(), getElementType());
}
int64_t ValueType::getNumElements() const { return numElements(getAxes()); }
int64_t ValueType::getSize(StringRef name) const { return sizeOf(getAxes(), name); }
ValueType ValueType::stacked(int64_t count) const { return stackedType(*this, count); }
ValueType ValueType::slice() const { return sliceType(*this); }
ValueType ValueType::withFeatures(int64_t features) const {
  SmallVector<Axis> axes(getAxes());
  axes.back().size = features;
  return ValueType::get(axes, getElementType());
}

Type WeightType::parse(AsmParser &parser) { return parseAxesType<WeightType>(parser); }
void WeightType::print(AsmPrinter &printer) const {
  printAxes(printer, getAxes(), getElementType());
}
int64_t WeightType::getNumElements() const { return numElements(getAxes()); }
int64_t WeightType::getSize(StringRef name) const { return sizeOf(getAxes(), name); }
WeightType WeightType::perPosition(int64_t positions) const {
  SmallVector<Axis> axes(getAxes());
  auto *features = llvm::find_if(axes, [](Axis axis) { return axis.name.getValue() == "out"; });
  axes.insert(features, {StringAttr::get(getContext(), "position"), positions});
  return WeightType::get(axes, getElementType());
}
WeightType WeightType::stacked(int64_t count) const { return stackedType(*this, count); }
WeightType WeightType::slice() const { return sliceType(*this); }
