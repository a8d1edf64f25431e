//===- IarcDialect.td - The iarc dialect, its types and attributes -*- tablegen -*-===//
#ifndef IARC_DIALECT_TD
#define IARC_DIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def Iarc_Dialect : Dialect {
  let name = "iarc";
  let cppNamespace = "::iarc";
  let summary = "small sequence models as graphs of values with named axes";
  let description = [{
    The `iarc` dialect describes one step of a sequence model with value semantics. An
    `!iarc.value` holds one number for each sample of the batch and each index of its named
    axes; the batch itself is not an axis, every op maps over it. An `!iarc.weight` is shared by
    the batch. Autodiff, fusion and planning work on this level; buffers, the batch-innermost
    layout and loops appear in `iarc-lower`.

    A module holds one `iarc.weight` symbol for each weight tensor, a dictionary
    attribute `iarc.model` with the task and the training protocol, and functions of
    `func.func` whose arguments carry `iarc.weight = @symbol`, `iarc.velocity = @symbol` or
    `iarc.second = @symbol` (the two states of an optimiser) and whose results carry `iarc.gradient = @symbol`.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

class Iarc_Type<string name, string typeMnemonic> : TypeDef<Iarc_Dialect, name> {
  let mnemonic = typeMnemonic;
}

class Iarc_AxesType<string name, string typeMnemonic> : Iarc_Type<name, typeMnemonic> {
  let parameters = (ins ArrayRefParameter<"::iarc::Axis", "axes, slowest first">:$axes,
                        "::mlir::Type":$elementType);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let builders = [TypeBuilderWithInferredContext<(ins "::llvm::ArrayRef<::iarc::Axis>":$axes,
                                                      "::mlir::Type":$elementType), [{
    return $_get(elementType.getContext(), axes, elementType);
  }]>];
  code axesMethods = [{
    /// Product of the sizes of all axes.
    int64_t getNumElements() const;
    /// Size of the axis called `name`, or 0 where there is none.
    int64_t getSize(::llvm::StringRef name) const;
    bool hasAxis(::llvm::StringRef name) const { return getSize(name) != 0; }
  }];
}

def Iarc_ValueType : Iarc_AxesType<"Value", "value"> {
  let summary = "activations: one number a sample and index of the named axes";
  let description = [{
    `!iarc.value<position 24, feature 20 : f32>`. The last two axes are `position` and
    `feature`; leading `layer` axes stack the values of the iterations of a repeat.
  }];
  let extraClassDeclaration = axesMethods # [{
    int64_t getPositions() const { return getSize("position"); }
    int64_t getFeatures() const { return getSize("feature"); }
    /// The same type with another feature count.
    ValueType withFeatures(int64_t features) const;
    /// The type of `count` of these, stacked along a new leading layer axis.
    ValueType stacked(int64_t count) const;
    /// The type without its leading layer axis; null where there is none.
    ValueType slice() const;
  }];
}

def Iarc_WeightType : Iarc_AxesType<"Weight", "weight"> {
  let summary = "a weight tensor, its gradient or its velocity";
  let description = [{
    `!iarc.weight<layer 12, position 24, out 20, in 20 : f32>`: dense, row-major in this order.
    The last two axes are `out` and `in`. A `position` axis means that every position owns its
    matrix; a `pair` axis, that every pair of a position t and one s <= t before it does: matrix (t, s) lies
    at t (t + 1) / 2 + s, and the axis has T (T + 1) / 2 of them for T positions. Without either all
    positions share one. Leading `layer` axes stack the weights of the iterations of a repeat.

    A bias has no axis `in`: `!iarc.weight<layer 12, position 24, out 20 : f32>`. It has no pairs either, since
    a position adds one bias only.
  }];
  let extraClassDeclaration = axesMethods # [{
    bool isPerPosition() const { return hasAxis("position"); }
    /// Whether every pair (t, s <= t) of positions owns a matrix.
    bool isAcrossPositions() const { return hasAxis("pair"); }
    bool isBias() const { return !hasAxis("in"); }
    /// The type of one such weight for each of `positions` positions, of which this one has no axis.
    WeightType perPosition(int64_t positions) const;
    WeightType stacked(int64_t count) const;
    WeightType slice() const;
  }];
}

def Iarc_BatchType : Iarc_Type<"Batch", "batch"> {
  let summary = "the token windows of a batch";
  let description = [{
    For each sample `positions + 1` symbols below `symbols`, and at each of the first `positions`
    positions a control token below `controls` or none.
  }];
  let parameters = (ins "int64_t":$positions, "int64_t":$symbols, "int64_t":$controls);
  let assemblyFormat = "`<` `position` $positions `,` `symbol` $symbols `,` `control` $controls `>`";
  let genVerifyDecl = 1;
}

def Iarc_AnyStackable : AnyTypeOf<[Iarc_ValueType, Iarc_WeightType]>;

class Iarc_Enum<string name, string description, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, description, cases> {
  let cppNamespace = "::iarc";
  let genSpecializedAttr = 0;
}

def Iarc_InitialiserEnum : Iarc_Enum<"Initialiser", "how a weight starts", [
  I32EnumAttrCase<"Normal", 0, "normal">,
  I32EnumAttrCase<"Uniform", 1, "uniform">,
  I32EnumAttrCase<"Constant", 2, "constant">]>;
def Iarc_InitialiserAttr : EnumAttr<Iarc_Dialect, Iarc_InitialiserEnum, "initialiser">;

def Iarc_NormaliseEnum : Iarc_Enum<"Normalise", "what divides a row of attention weights", [
  I32EnumAttrCase<"None", 0, "none">,
  I32EnumAttrCase<"Sum", 1, "sum">,
  I32EnumAttrCase<"AbsoluteSum", 2, "absolute_sum">]>;
def Iarc_NormaliseAttr : EnumAttr<Iarc_Dialect, Iarc_NormaliseEnum, "normalise">;

def Iarc_ReductionEnum : Iarc_Enum<"Reduction", "what the features of a position become", [
  I32EnumAttrCase<"Sum", 0, "sum">,
  I32EnumAttrCase<"Maximum", 1, "maximum">]>;
def Iarc_ReductionAttr : EnumAttr<Iarc_Dialect, Iarc_ReductionEnum, "reduction">;

def Iarc_LossEnum : Iarc_Enum<"LossKind", "loss of one position", [
  I32EnumAttrCase<"CrossEntropy", 0, "cross_entropy">,
  I32EnumAttrCase<"SquaredError", 1, "squared_error">,
  I32EnumAttrCase<"Own", 2, "own">]>;
def Iarc_LossAttr : EnumAttr<Iarc_Dialect, Iarc_LossEnum, "loss_kind">;

def Iarc_RuleEnum : Iarc_Enum<"UpdateRule", "how a training step changes a weight", [
  I32EnumAttrCase<"Sgd", 0, "sgd">,
  I32EnumAttrCase<"Nesterov", 1, "nesterov">,
  I32EnumAttrCase<"Adam", 2, "adam">,
  I32EnumAttrCase<"Lion", 3, "lion">]>;
def Iarc_RuleAttr : EnumAttr<Iarc_Dialect, Iarc_RuleEnum, "rule">;

def Iarc_LossAtEnum : Iarc_Enum<"LossAt", "positions that the loss reads", [
  I32EnumAttrCase<"Last", 0, "last">,
  I32EnumAttrCase<"All", 1, "all">]>;
def Iarc_LossAtAttr : EnumAttr<Iarc_Dialect, Iarc_LossAtEnum, "loss_at">;

#endif
