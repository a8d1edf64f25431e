// Reverse mode through repeats: what is saved, carried, summed and stacked.
// RUN: iarc-opt %s -iarc-gradient -canonicalize -split-input-file | FileCheck %s

// The sliced weight and the carried value are all that the adjoint needs: one stack, gradients stacked.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V2:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V3:.*]]:2 = iarc.repeat 3 carry(%[[V2]]) slices(%[[A1]]) : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A4:.*]]: !iarc.value<position 2, feature 2 : f32>, %[[A5:.*]]: !iarc.weight<out 2, in 2 : f32>):
// CHECK-NEXT: %[[V6:.*]] = iarc.linear %[[A4]], %[[A5]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: iarc.yield %[[V6]], %[[A4]] : !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: %[[V7:.*]] = iarc.loss  cross_entropy at  last %[[V3]]#0, %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V8:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]]#0, %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V9:.*]]:2 = iarc.repeat 3 reverse carry(%[[V8]]) slices(%[[A1]], %[[V3]]#1) : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A4]]: !iarc.value<position 2, feature 2 : f32>, %[[A5]]: !iarc.weight<out 2, in 2 : f32>, %[[A10:.*]]: !iarc.value<position 2, feature 2 : f32>):
// CHECK-NEXT: %[[V6]] = iarc.linear %[[A4]], %[[A5]] transposed : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V11:.*]] = iarc.weight_gradient %[[A4]], %[[A10]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: iarc.yield %[[V6]], %[[V11]] : !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[V7]], %[[V3]]#0, %[[V9]]#1 : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>
iarc.weight @s : !iarc.weight<layer 3, out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %s: !iarc.weight<layer 3, out 2, in 2 : f32> {iarc.weight = @s}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %y = iarc.repeat 3 carry(%e) slices(%s) : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32> {
  ^bb0(%h: !iarc.value<position 2, feature 2 : f32>, %l: !iarc.weight<out 2, in 2 : f32>):
    %n = iarc.linear %h, %l : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
    iarc.yield %n : !iarc.value<position 2, feature 2 : f32>
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}

// -----

// Nothing is saved where the adjoint reads nothing: a sum.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V2:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V3:.*]] = iarc.linear %[[V2]], %[[A1]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V4:.*]] = iarc.repeat 3 carry(%[[V2]]) : (!iarc.value<position 2, feature 2 : f32>) -> !iarc.value<position 2, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A5:.*]]: !iarc.value<position 2, feature 2 : f32>):
// CHECK-NEXT: %[[V6:.*]] = iarc.add %[[A5]], %[[V3]] : !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: iarc.yield %[[V6]] : !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: %[[V7:.*]] = iarc.loss  cross_entropy at  last %[[V4]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V8:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V4]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V9:.*]] = iarc.zero : !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V10:.*]]:2 = iarc.repeat 3 reverse carry(%[[V8]], %[[V9]]) : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A5]]: !iarc.value<position 2, feature 2 : f32>, %[[A11:.*]]: !iarc.value<position 2, feature 2 : f32>):
// CHECK-NEXT: %[[V6]] = iarc.add %[[A11]], %[[A5]] : !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: iarc.yield %[[A5]], %[[V6]] : !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: %[[V12:.*]] = iarc.weight_gradient %[[V10]]#1, %[[V2]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: return %[[V7]], %[[V4]], %[[V12]] : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
  %y = iarc.repeat 3 carry(%e) : (!iarc.value<position 2, feature 2 : f32>) -> !iarc.value<position 2, feature 2 : f32> {
  ^bb0(%g: !iarc.value<position 2, feature 2 : f32>):
    %n = iarc.add %g, %h : !iarc.value<position 2, feature 2 : f32>
    iarc.yield %n : !iarc.value<position 2, feature 2 : f32>
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}

// -----

// relu saves its result, not its input, nor what the product gave.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V2:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V3:.*]]:3 = iarc.repeat 3 carry(%[[V2]]) slices(%[[A1]]) : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A4:.*]]: !iarc.value<position 2, feature 2 : f32>, %[[A5:.*]]: !iarc.weight<out 2, in 2 : f32>):
// CHECK-NEXT: %[[V6:.*]] = iarc.linear %[[A4]], %[[A5]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V7:.*]] = iarc.map %[[V6]] : !iarc.value<position 2, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A8:.*]]: f32):
// CHECK-NEXT: %[[C9:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V10:.*]] = arith.maximumf %[[A8]], %[[C9]] : f32
// CHECK-NEXT: iarc.yield %[[V10]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: iarc.yield %[[V7]], %[[V7]], %[[A4]] : !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: %[[V11:.*]] = iarc.loss  cross_entropy at  last %[[V3]]#0, %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V12:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]]#0, %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V13:.*]]:2 = iarc.repeat 3 reverse carry(%[[V12]]) slices(%[[V3]]#1, %[[A1]], %[[V3]]#2) : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A4]]: !iarc.value<position 2, feature 2 : f32>, %[[A5]]: !iarc.value<position 2, feature 2 : f32>, %[[A8]]: !iarc.weight<out 2, in 2 : f32>, %[[A14:.*]]: !iarc.value<position 2, feature 2 : f32>):
// CHECK-NEXT: %[[V6]] = iarc.map %[[A5]], %[[A4]] : !iarc.value<position 2, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A15:.*]]: f32, %[[A16:.*]]: f32):
// CHECK-NEXT: %[[C9]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V17:.*]] = arith.cmpf ogt, %[[A15]], %[[C9]] : f32
// CHECK-NEXT: %[[V18:.*]] = arith.select %[[V17]], %[[A16]], %[[C9]] : f32
// CHECK-NEXT: iarc.yield %[[V18]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V7]] = iarc.linear %[[V6]], %[[A8]] transposed : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V10]] = iarc.weight_gradient %[[V6]], %[[A14]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: iarc.yield %[[V7]], %[[V10]] : !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[V11]], %[[V3]]#0, %[[V13]]#1 : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>
iarc.weight @s : !iarc.weight<layer 3, out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %s: !iarc.weight<layer 3, out 2, in 2 : f32> {iarc.weight = @s}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %y = iarc.repeat 3 carry(%e) slices(%s) : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32> {
  ^bb0(%h: !iarc.value<position 2, feature 2 : f32>, %l: !iarc.weight<out 2, in 2 : f32>):
    %n = iarc.linear %h, %l : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
    %r = iarc.map %n : !iarc.value<position 2, feature 2 : f32> {
    ^bb0(%x: f32):
      %z = arith.constant 0.0 : f32
      %m = arith.maximumf %x, %z : f32
      iarc.yield %m : f32
    }
    iarc.yield %r : !iarc.value<position 2, feature 2 : f32>
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}

// -----

// A tied weight: the gradients of the iterations are summed in a carried value.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V2:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V3:.*]]:2 = iarc.repeat 3 carry(%[[V2]]) : (!iarc.value<position 2, feature 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A4:.*]]: !iarc.value<position 2, feature 2 : f32>):
// CHECK-NEXT: %[[V5:.*]] = iarc.linear %[[A4]], %[[A1]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: iarc.yield %[[V5]], %[[A4]] : !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: %[[V6:.*]] = iarc.loss  cross_entropy at  last %[[V3]]#0, %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V7:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]]#0, %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V8:.*]] = iarc.zero : !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: %[[V9:.*]]:2 = iarc.repeat 3 reverse carry(%[[V7]], %[[V8]]) slices(%[[V3]]#1) : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A4]]: !iarc.value<position 2, feature 2 : f32>, %[[A10:.*]]: !iarc.weight<out 2, in 2 : f32>, %[[A11:.*]]: !iarc.value<position 2, feature 2 : f32>):
// CHECK-NEXT: %[[V5]] = iarc.linear %[[A4]], %[[A1]] transposed : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V12:.*]] = iarc.weight_gradient %[[A4]], %[[A11]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: %[[V13:.*]] = iarc.add %[[A10]], %[[V12]] : !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: iarc.yield %[[V5]], %[[V13]] : !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[V6]], %[[V3]]#0, %[[V9]]#1 : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %y = iarc.repeat 3 carry(%e) : (!iarc.value<position 2, feature 2 : f32>) -> !iarc.value<position 2, feature 2 : f32> {
  ^bb0(%h: !iarc.value<position 2, feature 2 : f32>):
    %n = iarc.linear %h, %w : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
    iarc.yield %n : !iarc.value<position 2, feature 2 : f32>
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}

// -----

// Two carried values that change places: so do their adjoints.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V2:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V3:.*]] = iarc.linear %[[V2]], %[[A1]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V4:.*]]:2 = iarc.repeat 3 carry(%[[V2]], %[[V3]]) : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A5:.*]]: !iarc.value<position 2, feature 2 : f32>, %[[A6:.*]]: !iarc.value<position 2, feature 2 : f32>):
// CHECK-NEXT: iarc.yield %[[A6]], %[[A5]] : !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: %[[V7:.*]] = iarc.loss  cross_entropy at  last %[[V4]]#0, %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V8:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V4]]#0, %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V9:.*]] = iarc.zero : !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V10:.*]]:2 = iarc.repeat 3 reverse carry(%[[V8]], %[[V9]]) : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A5]]: !iarc.value<position 2, feature 2 : f32>, %[[A6]]: !iarc.value<position 2, feature 2 : f32>):
// CHECK-NEXT: iarc.yield %[[A6]], %[[A5]] : !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: %[[V11:.*]] = iarc.weight_gradient %[[V10]]#1, %[[V2]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: return %[[V7]], %[[V4]]#0, %[[V11]] : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
  %y, %k = iarc.repeat 3 carry(%e, %h) : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) {
  ^bb0(%p: !iarc.value<position 2, feature 2 : f32>, %q: !iarc.value<position 2, feature 2 : f32>):
    iarc.yield %q, %p : !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}

// -----

// A value that is carried through unchanged, and one that depends on no weight and gets no adjoint.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V2:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V3:.*]] = iarc.linear %[[V2]], %[[A1]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V4:.*]]:4 = iarc.repeat 2 carry(%[[V2]], %[[V3]], %[[V2]]) : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>, !iarc.value<layer 2, position 2, feature 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A5:.*]]: !iarc.value<position 2, feature 2 : f32>, %[[A6:.*]]: !iarc.value<position 2, feature 2 : f32>, %[[A7:.*]]: !iarc.value<position 2, feature 2 : f32>):
// CHECK-NEXT: %[[V8:.*]] = iarc.map %[[A5]], %[[A6]], %[[A7]] : !iarc.value<position 2, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A9:.*]]: f32, %[[A10:.*]]: f32, %[[A11:.*]]: f32):
// CHECK-NEXT: %[[V12:.*]] = arith.mulf %[[A10]], %[[A11]] : f32
// CHECK-NEXT: %[[V13:.*]] = arith.addf %[[A9]], %[[V12]] : f32
// CHECK-NEXT: iarc.yield %[[V13]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: iarc.yield %[[V8]], %[[A6]], %[[A7]], %[[A7]] : !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: %[[V14:.*]] = iarc.loss  cross_entropy at  last %[[V4]]#0, %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V15:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V4]]#0, %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V16:.*]] = iarc.zero : !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V17:.*]]:2 = iarc.repeat 2 reverse carry(%[[V15]], %[[V16]]) slices(%[[V4]]#3) : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>, !iarc.value<layer 2, position 2, feature 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A5]]: !iarc.value<position 2, feature 2 : f32>, %[[A6]]: !iarc.value<position 2, feature 2 : f32>, %[[A7]]: !iarc.value<position 2, feature 2 : f32>):
// CHECK-NEXT: %[[V8]] = iarc.map %[[A7]], %[[A5]] : !iarc.value<position 2, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A9]]: f32, %[[A10]]: f32):
// CHECK-NEXT: %[[V13]] = arith.mulf %[[A10]], %[[A9]] fastmath<contract> : f32
// CHECK-NEXT: iarc.yield %[[V13]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V12]] = iarc.add %[[A6]], %[[V8]] : !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: iarc.yield %[[A5]], %[[V12]] : !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: %[[V18:.*]] = iarc.weight_gradient %[[V17]]#1, %[[V2]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: return %[[V14]], %[[V4]]#0, %[[V18]] : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
  %y, %k, %m = iarc.repeat 2 carry(%e, %h, %e) : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) {
  ^bb0(%p: !iarc.value<position 2, feature 2 : f32>, %q: !iarc.value<position 2, feature 2 : f32>, %r: !iarc.value<position 2, feature 2 : f32>):
    %t = iarc.map %p, %q, %r : !iarc.value<position 2, feature 2 : f32> {
    ^bb0(%u: f32, %v: f32, %x: f32):
      %a = arith.mulf %v, %x : f32
      %c = arith.addf %u, %a : f32
      iarc.yield %c : f32
    }
    iarc.yield %t, %q, %r : !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}

// -----

// A stacked result that a second repeat reads: its adjoint is a stack.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V2:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V3:.*]]:3 = iarc.repeat 3 carry(%[[V2]]) slices(%[[A1]]) : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A4:.*]]: !iarc.value<position 2, feature 2 : f32>, %[[A5:.*]]: !iarc.weight<out 2, in 2 : f32>):
// CHECK-NEXT: %[[V6:.*]] = iarc.linear %[[A4]], %[[A5]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: iarc.yield %[[V6]], %[[V6]], %[[A4]] : !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: %[[V7:.*]] = iarc.repeat 3 carry(%[[V3]]#0) slices(%[[V3]]#1) : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>) -> !iarc.value<position 2, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A4]]: !iarc.value<position 2, feature 2 : f32>, %[[A5]]: !iarc.value<position 2, feature 2 : f32>):
// CHECK-NEXT: %[[V6]] = iarc.add %[[A4]], %[[A5]] : !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: iarc.yield %[[V6]] : !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: %[[V8:.*]] = iarc.loss  cross_entropy at  last %[[V7]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V9:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V7]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V10:.*]]:2 = iarc.repeat 3 reverse carry(%[[V9]]) : (!iarc.value<position 2, feature 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A4]]: !iarc.value<position 2, feature 2 : f32>):
// CHECK-NEXT: iarc.yield %[[A4]], %[[A4]] : !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: %[[V11:.*]]:2 = iarc.repeat 3 reverse carry(%[[V10]]#0) slices(%[[V10]]#1, %[[A1]], %[[V3]]#2) : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A4]]: !iarc.value<position 2, feature 2 : f32>, %[[A5]]: !iarc.value<position 2, feature 2 : f32>, %[[A12:.*]]: !iarc.weight<out 2, in 2 : f32>, %[[A13:.*]]: !iarc.value<position 2, feature 2 : f32>):
// CHECK-NEXT: %[[V6]] = iarc.add %[[A4]], %[[A5]] : !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V14:.*]] = iarc.linear %[[V6]], %[[A12]] transposed : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V15:.*]] = iarc.weight_gradient %[[V6]], %[[A13]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: iarc.yield %[[V14]], %[[V15]] : !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[V8]], %[[V7]], %[[V11]]#1 : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>
iarc.weight @s : !iarc.weight<layer 3, out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %s: !iarc.weight<layer 3, out 2, in 2 : f32> {iarc.weight = @s}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %k, %t = iarc.repeat 3 carry(%e) slices(%s) : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>) {
  ^bb0(%h: !iarc.value<position 2, feature 2 : f32>, %l: !iarc.weight<out 2, in 2 : f32>):
    %n = iarc.linear %h, %l : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
    iarc.yield %n, %n : !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>
  }
  %y = iarc.repeat 3 carry(%k) slices(%t) : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>) -> !iarc.value<position 2, feature 2 : f32> {
  ^bb0(%h: !iarc.value<position 2, feature 2 : f32>, %l: !iarc.value<position 2, feature 2 : f32>):
    %n = iarc.add %h, %l : !iarc.value<position 2, feature 2 : f32>
    iarc.yield %n : !iarc.value<position 2, feature 2 : f32>
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}

// -----

// A reverse repeat: its adjoint counts up.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V2:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V3:.*]]:2 = iarc.repeat 3 reverse carry(%[[V2]]) slices(%[[A1]]) : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A4:.*]]: !iarc.value<position 2, feature 2 : f32>, %[[A5:.*]]: !iarc.weight<out 2, in 2 : f32>):
// CHECK-NEXT: %[[V6:.*]] = iarc.linear %[[A4]], %[[A5]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: iarc.yield %[[V6]], %[[A4]] : !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: %[[V7:.*]] = iarc.loss  cross_entropy at  last %[[V3]]#0, %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V8:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]]#0, %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V9:.*]]:2 = iarc.repeat 3 carry(%[[V8]]) slices(%[[A1]], %[[V3]]#1) : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A4]]: !iarc.value<position 2, feature 2 : f32>, %[[A5]]: !iarc.weight<out 2, in 2 : f32>, %[[A10:.*]]: !iarc.value<position 2, feature 2 : f32>):
// CHECK-NEXT: %[[V6]] = iarc.linear %[[A4]], %[[A5]] transposed : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V11:.*]] = iarc.weight_gradient %[[A4]], %[[A10]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: iarc.yield %[[V6]], %[[V11]] : !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[V7]], %[[V3]]#0, %[[V9]]#1 : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>
iarc.weight @s : !iarc.weight<layer 3, out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %s: !iarc.weight<layer 3, out 2, in 2 : f32> {iarc.weight = @s}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %y = iarc.repeat 3 reverse carry(%e) slices(%s) : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32> {
  ^bb0(%h: !iarc.value<position 2, feature 2 : f32>, %l: !iarc.weight<out 2, in 2 : f32>):
    %n = iarc.linear %h, %l : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
    iarc.yield %n : !iarc.value<position 2, feature 2 : f32>
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}

// -----

// A repeat of one iteration stays one.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V2:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V3:.*]]:2 = iarc.repeat 1 carry(%[[V2]]) : (!iarc.value<position 2, feature 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.value<layer 1, position 2, feature 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A4:.*]]: !iarc.value<position 2, feature 2 : f32>):
// CHECK-NEXT: %[[V5:.*]] = iarc.linear %[[A4]], %[[A1]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: iarc.yield %[[V5]], %[[A4]] : !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: %[[V6:.*]] = iarc.loss  cross_entropy at  last %[[V3]]#0, %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V7:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]]#0, %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V8:.*]] = iarc.zero : !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: %[[V9:.*]]:2 = iarc.repeat 1 reverse carry(%[[V7]], %[[V8]]) slices(%[[V3]]#1) : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>, !iarc.value<layer 1, position 2, feature 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A4]]: !iarc.value<position 2, feature 2 : f32>, %[[A10:.*]]: !iarc.weight<out 2, in 2 : f32>, %[[A11:.*]]: !iarc.value<position 2, feature 2 : f32>):
// CHECK-NEXT: %[[V5]] = iarc.linear %[[A4]], %[[A1]] transposed : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V12:.*]] = iarc.weight_gradient %[[A4]], %[[A11]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: %[[V13:.*]] = iarc.add %[[A10]], %[[V12]] : !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: iarc.yield %[[V5]], %[[V13]] : !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[V6]], %[[V3]]#0, %[[V9]]#1 : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %y = iarc.repeat 1 carry(%e) : (!iarc.value<position 2, feature 2 : f32>) -> !iarc.value<position 2, feature 2 : f32> {
  ^bb0(%h: !iarc.value<position 2, feature 2 : f32>):
    %n = iarc.linear %h, %w : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
    iarc.yield %n : !iarc.value<position 2, feature 2 : f32>
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}

// -----

// Nested: the stack of the inner repeat is stacked by the outer one, and both adjoints run backwards.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V2:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V3:.*]]:2 = iarc.repeat 2 carry(%[[V2]]) slices(%[[A1]]) : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 2, layer 3, out 2, in 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.value<layer 2, layer 3, position 2, feature 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A4:.*]]: !iarc.value<position 2, feature 2 : f32>, %[[A5:.*]]: !iarc.weight<layer 3, out 2, in 2 : f32>):
// CHECK-NEXT: %[[V6:.*]]:2 = iarc.repeat 3 carry(%[[A4]]) slices(%[[A5]]) : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A7:.*]]: !iarc.value<position 2, feature 2 : f32>, %[[A8:.*]]: !iarc.weight<out 2, in 2 : f32>):
// CHECK-NEXT: %[[V9:.*]] = iarc.linear %[[A7]], %[[A8]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: iarc.yield %[[V9]], %[[A7]] : !iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: iarc.yield %[[V6]]#0, %[[V6]]#1 : !iarc.value<position 2, feature 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: %[[V10:.*]] = iarc.loss  cross_entropy at  last %[[V3]]#0, %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V11:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]]#0, %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V12:.*]]:2 = iarc.repeat 2 reverse carry(%[[V11]]) slices(%[[A1]], %[[V3]]#1) : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 2, layer 3, out 2, in 2 : f32>, !iarc.value<layer 2, layer 3, position 2, feature 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 2, layer 3, out 2, in 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A4]]: !iarc.value<position 2, feature 2 : f32>, %[[A5]]: !iarc.weight<layer 3, out 2, in 2 : f32>, %[[A7]]: !iarc.value<layer 3, position 2, feature 2 : f32>):
// CHECK-NEXT: %[[V6]]:2 = iarc.repeat 3 reverse carry(%[[A4]]) slices(%[[A5]], %[[A7]]) : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>, !iarc.value<layer 3, position 2, feature 2 : f32>) -> (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>) {
// CHECK-NEXT: ^bb0(%[[A8]]: !iarc.value<position 2, feature 2 : f32>, %[[A13:.*]]: !iarc.weight<out 2, in 2 : f32>, %[[A14:.*]]: !iarc.value<position 2, feature 2 : f32>):
// CHECK-NEXT: %[[V9]] = iarc.linear %[[A8]], %[[A13]] transposed : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V15:.*]] = iarc.weight_gradient %[[A8]], %[[A14]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: iarc.yield %[[V9]], %[[V15]] : !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: iarc.yield %[[V6]]#0, %[[V6]]#1 : !iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[V10]], %[[V3]]#0, %[[V12]]#1 : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 2, layer 3, out 2, in 2 : f32>
iarc.weight @s : !iarc.weight<layer 2, layer 3, out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %s: !iarc.weight<layer 2, layer 3, out 2, in 2 : f32> {iarc.weight = @s}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %y = iarc.repeat 2 carry(%e) slices(%s) : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 2, layer 3, out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32> {
  ^bb0(%h: !iarc.value<position 2, feature 2 : f32>, %o: !iarc.weight<layer 3, out 2, in 2 : f32>):
    %i = iarc.repeat 3 carry(%h) slices(%o) : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<layer 3, out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32> {
    ^bb0(%g: !iarc.value<position 2, feature 2 : f32>, %l: !iarc.weight<out 2, in 2 : f32>):
      %n = iarc.linear %g, %l : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
      iarc.yield %n : !iarc.value<position 2, feature 2 : f32>
    }
    iarc.yield %i : !iarc.value<position 2, feature 2 : f32>
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}
