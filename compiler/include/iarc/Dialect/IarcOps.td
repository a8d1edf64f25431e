//===- IarcOps.td - The operations of the iarc dialect ---------*- tablegen -*-===//
#ifndef IARC_OPS_TD
#define IARC_OPS_TD

include "iarc/Dialect/AdjointInterface.td"
include "iarc/Dialect/IarcDialect.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Iarc_Op<string mnemonic, list<Trait> traits = []> : Op<Iarc_Dialect, mnemonic, traits>;

/// An op that builds its own adjoint.
class Iarc_DifferentiableOp<string mnemonic, list<Trait> traits = []>
    : Iarc_Op<mnemonic, traits # [Pure, DeclareOpInterfaceMethods<Iarc_AdjointInterface, ["buildAdjoint"]>]>;

/// An op that has no adjoint, and the reason.
class Iarc_FinalOp<string mnemonic, string reason, list<Trait> traits = []>
    : Iarc_Op<mnemonic, traits # [DeclareOpInterfaceMethods<Iarc_AdjointInterface, ["getNoAdjointReason"]>]> {
  code reasonMethod = "::llvm::StringRef $cppClass::getNoAdjointReason() { return \"" # reason # "\"; }";
  let extraClassDefinition = reasonMethod;
}

//===----------------------------------------------------------------------===//
// Weights and tokens
//===----------------------------------------------------------------------===//

def Iarc_WeightOp : Iarc_FinalOp<"weight", "a declaration, not a value", [Symbol]> {
  let summary = "declares a weight tensor";
  let description = [{
    Names a weight tensor, its axes and how it starts. A function receives the weight as an
    argument with the attribute `iarc.weight = @name`.

    ```mlir
    iarc.weight @query : !iarc.weight<layer 12, out 20, in 20 : f32> = normal(0.0, 0.1)
    ```

    `first` and `second` are the mean and standard deviation of `normal`, the
    bounds of `uniform`, or the value of `constant` and zero. With `fan_in` n the deviation, or both
    bounds, are divided by sqrt(n), or with `growing` by sqrt(n (t + 1)) in the row t of a pair (t, s), or at position t.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<Iarc_WeightType>:$type,
                       Iarc_InitialiserAttr:$initialiser, F64Attr:$first, F64Attr:$second,
                       DefaultValuedAttr<I64Attr, "0">:$fan_in, UnitAttr:$fan_in_grows);
  let assemblyFormat = [{
    $sym_name `:` $type `=` $initialiser `(` $first `,` $second `)`
    (`fan_in` $fan_in^ (`growing` $fan_in_grows^)?)? attr-dict
  }];
  let hasVerifier = 1;
}

def Iarc_EncodeOp : Iarc_FinalOp<"encode", "its result depends on no weight", [Pure]> {
  let summary = "one-hot symbols joined with the control tape";
  let description = [{
    Feature f of position t is 1 where f < symbols and the symbol at t is f, or where
    f = symbols + c and the control token at t is c; else 0.
  }];
  let arguments = (ins Iarc_BatchType:$batch);
  let results = (outs Iarc_ValueType:$result);
  let assemblyFormat = "$batch attr-dict `:` type($batch) `->` type($result)";
  let hasVerifier = 1;
}

def Iarc_LookupOp : Iarc_DifferentiableOp<"lookup"> {
  let summary = "the row of a weight that belongs to the token at each position";
  let description = [{
    A learned embedding: feature i of position t is W[s, i], the row of the symbol s at t, or with `controls` of the
    control token at t; zero where there is none. It is the product of `iarc.linear` with the transposed matrix and the
    one-hot token, without the one-hot token.

    A result with more features than the weight holds the one-hot control token behind them, as `iarc.encode` does.

    ```mlir
    %x = iarc.lookup %tokens, %e : (!iarc.batch<position 64, symbol 256, control 0>, !iarc.weight<out 256, in 32 : f32>)
                                -> !iarc.value<position 64, feature 32 : f32>
    ```
  }];
  let arguments = (ins Iarc_BatchType:$batch, Iarc_WeightType:$weight, UnitAttr:$controls);
  let results = (outs Iarc_ValueType:$result);
  let assemblyFormat = "$batch `,` $weight (`controls` $controls^)? attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = [{
    /// Whether the one-hot control token follows the row.
    bool appendsControls() { return getResult().getType().getFeatures() != getWeight().getType().getSize("in"); }
  }];
  let hasVerifier = 1;
}

def Iarc_LookupGradientOp
    : Iarc_FinalOp<"lookup_gradient", "made by autodiff; second derivatives are not supported", [Pure]> {
  let summary = "gradient of iarc.lookup with respect to its weight";
  let description = [{
    `G[s, i] = sum over samples and positions whose token is s of dy[t, i]`, taken in one order; further features
    of the adjoint are those of the control token and not read.
  }];
  let arguments = (ins Iarc_ValueType:$outputAdjoint, Iarc_BatchType:$batch, UnitAttr:$controls);
  let results = (outs Iarc_WeightType:$result);
  let assemblyFormat = "$outputAdjoint `,` $batch (`controls` $controls^)? attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

def Iarc_LinearOp : Iarc_DifferentiableOp<"linear", [AttrSizedOperandSegments]> {
  let summary = "a placed linear map, optionally with a fused epilogue";
  let description = [{
    `y[t, o] = sum_i W[o, i] x[t, i]`, or with `transposed` `y[t, i] = sum_o W[o, i] x[t, o]`,
    where W is the weight's matrix of position t, or its only one when the weight has no position axis.
    With a weight across positions, whose matrices are W[t, s], it is
    `y[t, o] = sum_{s <= t, i} W[t, s][o, i] x[s, i]`, and `transposed` its adjoint
    `y[s, i] = sum_{t >= s, o} W[t, s][o, i] x[t, o]`.

    A `bias`, of the result's feature count and with a position axis or without, is added: it is what
    the sum starts from.

    Each accumulator may pass through an `epilogue`, a scalar region that `iarc-fuse-epilogues` makes: its
    first argument is the sum, which includes the bias, the others are the elements of `extras` (values of the result's
    shape) at the same place; it yields the results' elements.

    ```mlir
    %y = iarc.linear %x, %w : (!iarc.value<position 24, feature 20 : f32>, !iarc.weight<out 80, in 20 : f32>)
                           -> !iarc.value<position 24, feature 80 : f32>
    ```
  }];
  let arguments = (ins Iarc_ValueType:$input, Iarc_WeightType:$weight,
                       Optional<Iarc_WeightType>:$bias, Variadic<Iarc_ValueType>:$extras,
                       UnitAttr:$transposed);
  let results = (outs Variadic<Iarc_ValueType>:$results);
  let regions = (region AnyRegion:$epilogue);
  let assemblyFormat = [{
    $input `,` $weight (`transposed` $transposed^)? (`bias` $bias^)? (`extras` `(` $extras^ `)`)?
    attr-dict `:` functional-type(operands, results) (`epilogue` $epilogue^)?
  }];
  let extraClassDeclaration = [{
    bool hasEpilogue() { return !getEpilogue().empty(); }
    /// Features summed over, and features of the sum.
    int64_t getReduced() { return getWeight().getType().getSize(getTransposed() ? "out" : "in"); }
    int64_t getProduced() { return getWeight().getType().getSize(getTransposed() ? "in" : "out"); }
  }];
  let hasVerifier = 1;
}

def Iarc_WeightGradientOp
    : Iarc_FinalOp<"weight_gradient", "made by autodiff; second derivatives are not supported", [Pure]> {
  let summary = "gradient of a placed linear map with respect to its weight";
  let description = [{
    `G[o, i] = sum over samples (and positions, when the weight is shared) of dy[t, o] x[t, i]`;
    across positions `G[t, s][o, i] = sum over samples of dy[t, o] x[s, i]` for s <= t.
  }];
  let arguments = (ins Iarc_ValueType:$outputAdjoint, Iarc_ValueType:$input);
  let results = (outs Iarc_WeightType:$result);
  let assemblyFormat = "$outputAdjoint `,` $input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Iarc_BiasGradientOp
    : Iarc_FinalOp<"bias_gradient", "made by autodiff; second derivatives are not supported", [Pure]> {
  let summary = "gradient of a linear map with respect to its bias";
  let description = [{
    `G[o] = sum over samples (and positions, when the bias is shared) of dy[t, o]`.
  }];
  let arguments = (ins Iarc_ValueType:$outputAdjoint);
  let results = (outs Iarc_WeightType:$result);
  let assemblyFormat = "$outputAdjoint attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Iarc_TransposeOp : Iarc_FinalOp<"transpose", "made after autodiff", [Pure]> {
  let summary = "a shared weight with its axes out and in exchanged";
  let description = [{
    `R[i, o] = W[o, i]`: a copy from which a transposed product reads its weights one after the other.
    `iarc-transpose-weights` makes it.
  }];
  let arguments = (ins Iarc_WeightType:$weight);
  let results = (outs Iarc_WeightType:$result);
  let assemblyFormat = "$weight attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Iarc_SumPositionsOp
    : Iarc_FinalOp<"sum_positions", "made by fusion, after autodiff", [Pure]> {
  let summary = "sum over the positions of a gradient that has one matrix for each";
  let description = [{
    `G[o, i] = sum over t of P[t][o, i]`, in the order of t: the gradient of a shared weight from
    `iarc.weight_gradient`s of single positions. `iarc-split-gradients` makes it.
  }];
  let arguments = (ins Iarc_WeightType:$input);
  let results = (outs Iarc_WeightType:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

def Iarc_MapOp : Iarc_DifferentiableOp<"map", [SameOperandsAndResultType]> {
  let summary = "a scalar function of the elements of its operands";
  let description = [{
    Applies its region to the elements at each place. Arithmetic, activations and whatever a user
    writes are all maps; one piece of code differentiates them.

    ```mlir
    %y = iarc.map %a, %b : !iarc.value<position 24, feature 20 : f32> {
    ^bb0(%u: f32, %v: f32):
      %s = arith.addf %u, %v : f32
      iarc.yield %s : f32
    }
    ```
  }];
  let arguments = (ins Variadic<Iarc_ValueType>:$inputs);
  let results = (outs Variadic<Iarc_ValueType>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def Iarc_AddOp : Iarc_DifferentiableOp<"add", [SameOperandsAndResultType, Commutative]> {
  let summary = "sum of two values or of two weights";
  let arguments = (ins Iarc_AnyStackable:$lhs, Iarc_AnyStackable:$rhs);
  let results = (outs Iarc_AnyStackable:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($result)";
  let hasFolder = 1;
}

def Iarc_ZeroOp : Iarc_FinalOp<"zero", "its result depends on no weight", [Pure]> {
  let summary = "all elements zero";
  let results = (outs Iarc_AnyStackable:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

def Iarc_NormOp
    : Iarc_DifferentiableOp<"norm", [AllTypesMatch<["input", "result"]>,
        TypesMatchWith<"the scale has one feature", "input", "scale",
                       "::llvm::cast<::iarc::ValueType>($_self).withFeatures(1)">]> {
  let summary = "normalises the features of each position";
  let description = [{
    `result = (x - mean) scale` over the features, without gain or bias, with `scale = 1 / sqrt(variance + eps)`;
    the variance is the mean squared deviation. The scale is a result because the adjoint reads it.

    ```mlir
    %y, %scale = iarc.norm %x eps 1.000000e-05 : <position 24, feature 20 : f32>
    ```
  }];
  let arguments = (ins Iarc_ValueType:$input, F64Attr:$eps);
  let results = (outs Iarc_ValueType:$result, Iarc_ValueType:$scale);
  let assemblyFormat = "$input `eps` $eps attr-dict `:` type($input)";
  let hasVerifier = 1;
}

def Iarc_NormAdjointOp
    : Iarc_FinalOp<"norm_adjoint", "made by autodiff; second derivatives are not supported",
                   [Pure, AllTypesMatch<["output", "resultAdjoint", "inputAdjoint"]>,
                    TypesMatchWith<"the scale has one feature", "inputAdjoint", "scale",
                                   "::llvm::cast<::iarc::ValueType>($_self).withFeatures(1)">]> {
  let summary = "adjoint of iarc.norm";
  let description = [{
    With y = norm(x) and its scale r, means over the features, and what else contributes to the adjoint of x as
    `residual`, which iarc-fuse-epilogues puts there: `dx = residual + r (dy - mean(dy) - y mean(dy y))`. So x itself
    need not be kept.
  }];
  let arguments = (ins Iarc_ValueType:$output, Iarc_ValueType:$scale, Iarc_ValueType:$resultAdjoint,
                       Optional<Iarc_ValueType>:$residual);
  let results = (outs Iarc_ValueType:$inputAdjoint);
  let assemblyFormat = [{
    $output `scale` $scale `,` $resultAdjoint (`residual` $residual^ `:` type($residual))? attr-dict
    `:` type($inputAdjoint)
  }];
  let hasVerifier = 1;
}

def Iarc_SliceOp : Iarc_DifferentiableOp<"slice"> {
  let summary = "a range of features";
  let description = [{ Features begin .. begin + n - 1, n being the result's feature count. }];
  let arguments = (ins Iarc_ValueType:$input, I64Attr:$begin);
  let results = (outs Iarc_ValueType:$result);
  let assemblyFormat = "$input `from` $begin attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Iarc_EmbedOp : Iarc_DifferentiableOp<"embed"> {
  let summary = "features placed into a wider value, zero elsewhere";
  let description = [{ The adjoint of iarc.slice: result[begin + f] = input[f], other features are 0. }];
  let arguments = (ins Iarc_ValueType:$input, I64Attr:$begin);
  let results = (outs Iarc_ValueType:$result);
  let assemblyFormat = "$input `at` $begin attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

def Iarc_AttentionOp : Iarc_DifferentiableOp<"attention", [
      AttrSizedOperandSegments, AllTypesMatch<["query", "key", "value", "result"]>]> {
  let summary = "attention with a kernel of the user's";
  let description = [{
    Head h reads the features h n .. h n + n - 1 of its operands, n = features / heads. With
    `z_ij = scale q_i . k_j` and `w_ij = kernel(z_ij) exp(-slopes[h] |i - j|)` over the visible j
    (j <= i when `causal`, else all),

        result_i = sum_j w_ij v_j / (eps + sum_j w_ij)

    `normalise` may replace the divisor by eps + sum_j |w_ij| (`absolute_sum`) or by 1 (`none`). With eps = 0 a row
    whose divisor is 0 gives 0. What is not visible is never read.

    The region maps z, and for query i the number of each of the `parameters` at position i, to the kernel's value. With
    `exponential` it yields the exponent instead: kernel(z) = exp(region(z)), computed with the maximum over j of the exponent and the logarithm
    of the decay subtracted, and eps scaled alike, which leaves the result as it is.

    The epilogue, made by fusion, is a scalar region of the sum and of one number of each extra
    operand; without one the sum is the result.
  }];
  let arguments = (ins Iarc_ValueType:$query, Iarc_ValueType:$key, Iarc_ValueType:$value,
                       Variadic<Iarc_ValueType>:$parameters, Variadic<Iarc_ValueType>:$extras,
                       I64Attr:$heads, F64Attr:$scale, UnitAttr:$causal,
                       DenseF64ArrayAttr:$slopes, Iarc_NormaliseAttr:$normalise, F64Attr:$eps,
                       UnitAttr:$exponential);
  let results = (outs Iarc_ValueType:$result);
  let regions = (region SizedRegion<1>:$kernel, AnyRegion:$epilogue);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`parameters` `(` $parameters^ `:` type($parameters) `)`)?
    (`extras` `(` $extras^ `:` type($extras) `)`)? `heads` $heads `scale` $scale (`causal` $causal^)? `decay` $slopes
    `normalise` $normalise `eps` $eps (`exponential` $exponential^)? attr-dict `:` type($result) $kernel
    (`epilogue` $epilogue^)?
  }];
  let extraClassDeclaration = [{
    bool hasEpilogue() { return !getEpilogue().empty(); }
  }];
  let hasVerifier = 1;
}

def Iarc_AttentionAdjointOp
    : Iarc_FinalOp<"attention_adjoint", "made by autodiff; second derivatives are not supported",
                   [Pure, AllTypesMatch<["query", "key", "value", "resultAdjoint", "queryAdjoint",
                                         "keyAdjoint", "valueAdjoint"]>]> {
  let summary = "adjoint of iarc.attention";
  let description = [{
    Recomputes the row's weights, so that nothing of size context x context is kept. With t_ij =
    do_i . v_j, divisor s_i and D_i = sum_j w_ij t_ij / s_i (0 when not normalised):
    `dw_ij = (t_ij - D_i) / s_i` (D_i times the sign of w_ij for `absolute_sum`),
    `dz_ij = dw_ij decay_ij kernel'(z_ij)`, `dv_j += w_ij / s_i do_i`, `dq_i += scale dz_ij k_j`,
    `dk_j += scale dz_ij q_i`.

    The region maps z and the parameters to the kernel's value, its derivative by z and that by each parameter; with
    `exponential`, to the exponent and the exponent's derivatives. The adjoint of a parameter p at position i has one feature
    a head: `sum_j dw_ij decay_ij dkernel/dp(z_ij)`.
  }];
  let arguments = (ins Iarc_ValueType:$query, Iarc_ValueType:$key, Iarc_ValueType:$value,
                       Iarc_ValueType:$resultAdjoint, Variadic<Iarc_ValueType>:$parameters,
                       I64Attr:$heads, F64Attr:$scale, UnitAttr:$causal,
                       DenseF64ArrayAttr:$slopes, Iarc_NormaliseAttr:$normalise, F64Attr:$eps,
                       UnitAttr:$exponential);
  let results = (outs Iarc_ValueType:$queryAdjoint, Iarc_ValueType:$keyAdjoint,
                      Iarc_ValueType:$valueAdjoint, Variadic<Iarc_ValueType>:$parameterAdjoints);
  let regions = (region SizedRegion<1>:$kernel);
  let assemblyFormat = [{
    $query `,` $key `,` $value `,` $resultAdjoint
    (`parameters` `(` $parameters^ `:` type($parameters) `->` type($parameterAdjoints) `)`)? `heads` $heads `scale` $scale (`causal` $causal^)?
    `decay` $slopes `normalise` $normalise `eps` $eps (`exponential` $exponential^)? attr-dict `:`
    type($query) $kernel
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Loss and update
//===----------------------------------------------------------------------===//

def Iarc_LossOp : Iarc_DifferentiableOp<"loss"> {
  let summary = "loss of the predicted next symbol";
  let description = [{
    The sum over samples of the sample's weight times its loss: softmax cross entropy of the
    logits at position t against symbol t + 1, or the squared distance of the logits from the one-hot
    symbol; at the last position, or the mean over all positions. Logits of one position are those of the
    last, whatever the context. With `interspersed` a target may be a control token, symbol -1, whose
    position adds no loss. With `masked` the call says for each position what it predicts, or that
    it predicts nothing and adds no loss. A sample's weight (1 / batch, 0 for padding) is data of the call.
    The kind `own` takes the losses themselves, one feature a position, in the place of logits.
  }];
  let arguments = (ins Iarc_ValueType:$logits, Iarc_BatchType:$batch, Iarc_LossAttr:$kind,
                       Iarc_LossAtAttr:$at, UnitAttr:$interspersed, UnitAttr:$masked);
  let results = (outs AnyFloat:$result);
  let assemblyFormat = "$kind `at` $at $logits `,` $batch (`interspersed` $interspersed^)? (`masked` $masked^)? attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Iarc_LossAdjointOp
    : Iarc_FinalOp<"loss_adjoint", "made by autodiff; second derivatives are not supported", [Pure]> {
  let summary = "gradient of iarc.loss with respect to the logits";
  let description = [{
    The sample's weight times softmax(logits) - onehot (cross entropy) or 2 (logits - onehot)
    (squared error), divided by the context when `at all`; zero at positions that the loss does not read, and with
    `interspersed` or `masked` where the target is no symbol.
  }];
  let arguments = (ins Iarc_ValueType:$logits, Iarc_BatchType:$batch, Iarc_LossAttr:$kind,
                       Iarc_LossAtAttr:$at, UnitAttr:$interspersed, UnitAttr:$masked);
  let results = (outs Iarc_ValueType:$result);
  let assemblyFormat = "$kind `at` $at $logits `,` $batch (`interspersed` $interspersed^)? (`masked` $masked^)? attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Iarc_UpdateOp
    : Iarc_FinalOp<"update", "ends a training step", [Pure, SameOperandsAndResultType]> {
  let summary = "the optimiser's step for one weight";
  let description = [{
    What it reads beside the weight w and the gradient g is the optimiser's state: the velocity v, and of `adam` a
    second tensor s. Its coefficients (rate, momentum m, beta2 b, epsilon, decay) are data of the call.

    | rule | |
    |---|---|
    | `sgd` | `v' = m v + g`, `w' = w - rate v'` |
    | `nesterov` | `v' = m v + g`, `w' = w - rate (g + m v')` |
    | `adam` | `v' = m v + (1 - m) g`, `s' = b s + (1 - b) g^2`, `w' = w - rate v' / (root sqrt(s') + epsilon)`; the call's rate and root hold the corrections of bias |
    | `lion` | `w' = w - rate sign(m v + (1 - m) g)`, `v' = b v + (1 - b) g` |

    With `decay`, `sgd` and `nesterov` take g + decay w for g, and the others multiply w by decay first, which then holds
    1 - rate times the declared decay. The textual form ends in these words; `sgd` is left out.

    ```mlir
    %w1, %v1 = iarc.update %w, %v, %g : !iarc.weight<out 5, in 4 : f32>
    %w2, %v2, %s2 = iarc.update %w, %v, %g, %s adam decay : !iarc.weight<out 5, in 4 : f32>
    ```

    In place after lowering: other readers of w come before.
  }];
  let arguments = (ins Iarc_WeightType:$weight, Iarc_WeightType:$velocity, Iarc_WeightType:$gradient,
                       Optional<Iarc_WeightType>:$second,
                       DefaultValuedAttr<Iarc_RuleAttr, "UpdateRule::Sgd">:$rule, UnitAttr:$decay);
  let results = (outs Iarc_WeightType:$newWeight, Iarc_WeightType:$newVelocity,
                      Optional<Iarc_WeightType>:$newSecond);
  let builders = [OpBuilder<(ins "::mlir::Value":$weight, "::mlir::Value":$velocity, "::mlir::Value":$gradient,
                                "::mlir::Value":$second, "UpdateRule":$rule, "bool":$decay)>];
  let extraClassDeclaration = [{
    /// What is updated in place, in the order of the results: weight, velocity, and second or none.
    ::llvm::SmallVector<::mlir::Value> getUpdated();
  }];
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
}

def Iarc_CopyOp : Iarc_FinalOp<"copy", "made by planning, after autodiff", [Pure, SameOperandsAndResultType]> {
  let summary = "the same elements in a buffer of their own";
  let description = [{
    Made by `iarc-lower` where one value must lie in two places, such as a value that is carried and saved.
  }];
  let arguments = (ins Iarc_AnyStackable:$source);
  let results = (outs Iarc_AnyStackable:$result);
  let assemblyFormat = "$source attr-dict `:` type($result)";
}

//===----------------------------------------------------------------------===//
// Repetition
//===----------------------------------------------------------------------===//

include "iarc/Dialect/IarcRecurrenceOps.td"
include "iarc/Dialect/IarcRowOps.td"

def Iarc_RepeatOp : Iarc_DifferentiableOp<"repeat", [AttrSizedOperandSegments,
      SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "a rolled loop over layers";
  let description = [{
    Runs its body `count` times. The body's arguments are the carried values, starting from
    `inits`, and then the current slice of each of `slices`, operands with a leading layer axis of size `count`.
    It yields the next carried values and then one value for each stacked result, the
    results of all iterations along a new leading layer axis. With `reverse` the iterations count down.

    ```mlir
    %y, %saved = iarc.repeat 12 carry(%x) slices(%query)
        : (!iarc.value<position 24, feature 20 : f32>, !iarc.weight<layer 12, out 20, in 20 : f32>)
       -> (!iarc.value<position 24, feature 20 : f32>, !iarc.value<layer 12, position 24, feature 20 : f32>) {
    ^bb0(%h: !iarc.value<position 24, feature 20 : f32>, %w: !iarc.weight<out 20, in 20 : f32>):
      %n = iarc.linear %h, %w : ...
      iarc.yield %n, %h : ...
    }
    ```

    The adjoint is a repeat in the other direction that carries the adjoints of what this one
    carries and of what its body reads from outside; forward values that it reads become stacked results of this one.
  }];
  let arguments = (ins I64Attr:$count, UnitAttr:$reverse, Variadic<Iarc_AnyStackable>:$inits,
                       Variadic<Iarc_AnyStackable>:$slices);
  let results = (outs Variadic<Iarc_AnyStackable>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $count (`reverse` $reverse^)? (`carry` `(` $inits^ `)`)? (`slices` `(` $slices^ `)`)? attr-dict `:`
    functional-type(operands, results) $body
  }];
  let extraClassDeclaration = [{
    mlir::Block &getBodyBlock() { return getBody().front(); }
    unsigned getNumCarried() { return getInits().size(); }
    mlir::Block::BlockArgListType getCarriedArguments() {
      return getBodyBlock().getArguments().take_front(getNumCarried());
    }
    mlir::Block::BlockArgListType getSliceArguments() {
      return getBodyBlock().getArguments().drop_front(getNumCarried());
    }
    mlir::ResultRange getCarriedResults() { return getResults().take_front(getNumCarried()); }
    mlir::ResultRange getStackedResults() { return getResults().drop_front(getNumCarried()); }
    mlir::Operation *getYield() { return getBodyBlock().getTerminator(); }
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def Iarc_YieldOp : Iarc_FinalOp<"yield", "a terminator: its op differentiates the whole region",
                                [Pure, Terminator, ParentOneOf<["RepeatOp", "MapOp", "LinearOp", "AttentionOp", "AttentionAdjointOp"]>]> {
  let summary = "ends a region of the dialect";
  let arguments = (ins Variadic<AnyType>:$operands);
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, ::mlir::ValueRange()); }]>];
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
}

#endif
