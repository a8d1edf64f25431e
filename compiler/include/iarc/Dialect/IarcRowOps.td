//===- IarcRowOps.td - Rows of features and declared weights ---*- tablegen -*-===//
//
// What makes norms, losses and position encodings of a user's own: reductions
// over the features of a position, their reverse, joins, rotations, and weights as operands of
// elementwise work. Included by IarcOps.td.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_ROW_OPS_TD
#define IARC_ROW_OPS_TD

def Iarc_BroadcastOp : Iarc_DifferentiableOp<"broadcast", [Pure]> {
  let summary = "a weight without inputs, the same for every sample";
  let description = [{
    `result[t, f] = W[f]`, or `W[t, f]` where the weight has a position axis. The adjoint is iarc.bias_gradient.

    ```mlir
    %g = iarc.broadcast %w : !iarc.weight<out 20 : f32> -> !iarc.value<position 24, feature 20 : f32>
    ```
  }];
  let arguments = (ins Iarc_WeightType:$weight);
  let results = (outs Iarc_ValueType:$result);
  let assemblyFormat = "$weight attr-dict `:` type($weight) `->` type($result)";
  let hasVerifier = 1;
}

def Iarc_SpreadOp : Iarc_DifferentiableOp<"spread", [Pure]> {
  let summary = "one number a position, for every feature";
  let description = [{ `result[t, f] = input[t, 0]`. The adjoint is iarc.reduce sum. }];
  let arguments = (ins Iarc_ValueType:$input);
  let results = (outs Iarc_ValueType:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Iarc_ReduceOp : Iarc_DifferentiableOp<"reduce", [Pure,
      TypesMatchWith<"the result has one feature", "input", "result",
                     "::llvm::cast<::iarc::ValueType>($_self).withFeatures(1)">]> {
  let summary = "the features of a position as one number";
  let description = [{
    `sum`: `result[t] = sum_f input[t, f]`, in one order whatever the threads; `maximum`: the largest of them, whose adjoint
    is shared equally by the features that attain it.

    ```mlir
    %s = iarc.reduce sum %x : !iarc.value<position 24, feature 20 : f32>
    ```
  }];
  let arguments = (ins Iarc_ReductionAttr:$kind, Iarc_ValueType:$input);
  let results = (outs Iarc_ValueType:$result);
  let assemblyFormat = "$kind $input attr-dict `:` type($input)";
  let hasVerifier = 1;
}

def Iarc_JoinOp : Iarc_DifferentiableOp<"join", [Pure]> {
  let summary = "the features of several values, one after the other";
  let description = [{ The adjoint of each operand is a slice. }];
  let arguments = (ins Variadic<Iarc_ValueType>:$inputs);
  let results = (outs Iarc_ValueType:$result);
  let assemblyFormat = "$inputs attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = [{
    /// A range of features within one of the operands.
    struct Part {
      unsigned operand;
      int64_t begin; ///< in that operand
    };
    /// Where the result's features begin .. begin + features - 1 come from; nothing for those of several operands.
    std::optional<Part> partOf(int64_t begin, int64_t features);
  }];
  let hasVerifier = 1;
}

def Iarc_RotateOp : Iarc_DifferentiableOp<"rotate", [Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "rotary position embedding";
  let description = [{
    Turns each pair of neighbouring features (2 i, 2 i + 1) of each run of `size` features at position t by the angle
    `t base^(-2 i / size)`, or with `inverse` by its negative, which is the adjoint: Su et al., "RoFormer", arXiv
    2104.09864, equation 34.

    ```mlir
    %r = iarc.rotate %q size 6 base 1.000000e+04 : !iarc.value<position 24, feature 24 : f32>
    ```
  }];
  let arguments = (ins Iarc_ValueType:$input, I64Attr:$size, F64Attr:$base, UnitAttr:$inverse);
  let results = (outs Iarc_ValueType:$result);
  let assemblyFormat = "$input `size` $size `base` $base (`inverse` $inverse^)? attr-dict `:` type($input)";
  let hasVerifier = 1;
}

def Iarc_TargetOp : Iarc_FinalOp<"target", "its result depends on no weight", [Pure]> {
  let summary = "one-hot symbols that are to be predicted";
  let description = [{
    Feature f of position t is 1 where the symbol that iarc.loss would compare position t with is f, else 0; all are 0 where
    nothing is predicted. A result of one position is that of the last. `interspersed` and `masked` are as those of
    iarc.loss.
  }];
  let arguments = (ins Iarc_BatchType:$batch, UnitAttr:$interspersed, UnitAttr:$masked);
  let results = (outs Iarc_ValueType:$result);
  let assemblyFormat = "$batch (`interspersed` $interspersed^)? (`masked` $masked^)? attr-dict `:` type($batch) `->` type($result)";
  let hasVerifier = 1;
}

#endif
