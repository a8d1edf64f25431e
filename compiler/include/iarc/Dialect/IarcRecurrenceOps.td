//===- IarcRecurrenceOps.td - Recurrence over positions --------*- tablegen -*-===//
//
// A recurrence over positions is an iarc.repeat over slices of a value whose
// positions became iterations; what it needs beside stands here. Included by IarcOps.td.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RECURRENCE_OPS_TD
#define IARC_RECURRENCE_OPS_TD

//===----------------------------------------------------------------------===//
// Views and moves between positions, iterations and features
//===----------------------------------------------------------------------===//

def Iarc_ReshapeOp : Iarc_DifferentiableOp<"reshape"> {
  let summary = "the same elements under other leading axes";
  let description = [{
    Renames the axes before `feature`; their product, the features and the order of the elements stay. Operand and
    result share one buffer. `<position T, feature F>` as `<layer T, position 1, feature F>` makes
    positions the iterations of a repeat: the leading axis of a stacked value is the iteration, whatever its name. The
    adjoint is the reshape back.

    ```mlir
    %s = iarc.reshape %x : !iarc.value<position 24, feature 20 : f32>
                        -> !iarc.value<layer 24, position 1, feature 20 : f32>
    ```
  }];
  let arguments = (ins Iarc_ValueType:$input);
  let results = (outs Iarc_ValueType:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Iarc_FlattenOp : Iarc_DifferentiableOp<"flatten"> {
  let summary = "all positions as the features of one";
  let description = [{ `result[0, t F + f] = input[t, f]` with F the features of the input. The adjoint is iarc.unflatten. }];
  let arguments = (ins Iarc_ValueType:$input);
  let results = (outs Iarc_ValueType:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Iarc_UnflattenOp : Iarc_DifferentiableOp<"unflatten"> {
  let summary = "the features of one position as positions";
  let description = [{ `result[t, f] = input[0, t F + f]` with F the features of the result: undoes iarc.flatten. }];
  let arguments = (ins Iarc_ValueType:$input);
  let results = (outs Iarc_ValueType:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Gates
//===----------------------------------------------------------------------===//

def Iarc_LstmGatesOp
    : Iarc_DifferentiableOp<"lstm_gates", [AllTypesMatch<["cell", "hidden", "nextCell"]>]> {
  let summary = "the elementwise part of a step of a long short-term memory";
  let description = [{
    With the 4 h features of `z` being, h each, the input, forget, candidate and output gate before their functions,
    and `cell` of h features:

        cell'  = sigmoid(forget) cell + sigmoid(input) tanh(candidate)
        hidden = sigmoid(output) tanh(cell')

    ```mlir
    %hidden, %next = iarc.lstm_gates %z, %cell : !iarc.value<position 1, feature 80 : f32>, !iarc.value<position 1, feature 20 : f32>
    ```
  }];
  let arguments = (ins Iarc_ValueType:$z, Iarc_ValueType:$cell);
  let results = (outs Iarc_ValueType:$hidden, Iarc_ValueType:$nextCell);
  let assemblyFormat = "$z `,` $cell attr-dict `:` type($z) `,` type($cell)";
  let hasVerifier = 1;
}

def Iarc_LstmGatesAdjointOp
    : Iarc_FinalOp<"lstm_gates_adjoint", "made by autodiff; second derivatives are not supported",
                   [Pure, AllTypesMatch<["z", "zAdjoint"]>,
                    AllTypesMatch<["cell", "hiddenAdjoint", "nextCellAdjoint", "cellAdjoint"]>]> {
  let summary = "adjoint of iarc.lstm_gates";
  let description = [{
    Recomputes the gates, so that only z and the cell are kept. With i, f, g, o the gates after their functions,
    t = tanh(cell'), dh and dc the adjoints of hidden and cell', and dc' = dc + dh o (1 - t^2):

        di = dc' g i (1 - i)    df = dc' cell f (1 - f)    dg = dc' i (1 - g^2)    do = dh t o (1 - o)
        dcell = dc' f
  }];
  let arguments = (ins Iarc_ValueType:$z, Iarc_ValueType:$cell, Iarc_ValueType:$hiddenAdjoint,
                       Iarc_ValueType:$nextCellAdjoint);
  let results = (outs Iarc_ValueType:$zAdjoint, Iarc_ValueType:$cellAdjoint);
  let assemblyFormat = "$z `,` $cell `,` $hiddenAdjoint `,` $nextCellAdjoint attr-dict `:` type($z) `,` type($cell)";
  let hasVerifier = 1;
}

#endif
