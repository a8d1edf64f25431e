// The adjoint of each op.
// RUN: iarc-opt %s -iarc-gradient -canonicalize -split-input-file | FileCheck %s

// linear: no adjoint of an input that depends on no weight; transposed for one that does.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A2:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V3:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V4:.*]] = iarc.linear %[[V3]], %[[A1]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V5:.*]] = iarc.linear %[[V4]], %[[A2]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<position 2, out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.loss  cross_entropy at  last %[[V5]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V7:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V5]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V8:.*]] = iarc.linear %[[V7]], %[[A2]] transposed : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<position 2, out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V9:.*]] = iarc.weight_gradient %[[V7]], %[[V4]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<position 2, out 2, in 2 : f32>
// CHECK-NEXT: %[[V10:.*]] = iarc.weight_gradient %[[V8]], %[[V3]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: return %[[V6]], %[[V5]], %[[V10]], %[[V9]] : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>, !iarc.weight<position 2, out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
iarc.weight @p : !iarc.weight<position 2, out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}, %p: !iarc.weight<position 2, out 2, in 2 : f32> {iarc.weight = @p}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
  %y = iarc.linear %h, %p : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<position 2, out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}

// -----

// linear transposed: the weight's gradient exchanges its operands.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V2:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V3:.*]] = iarc.linear %[[V2]], %[[A1]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V4:.*]] = iarc.linear %[[V3]], %[[A1]] transposed : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V5:.*]] = iarc.loss  cross_entropy at  last %[[V4]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V6:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V4]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V7:.*]] = iarc.linear %[[V6]], %[[A1]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V8:.*]] = iarc.weight_gradient %[[V3]], %[[V6]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: %[[V9:.*]] = iarc.weight_gradient %[[V7]], %[[V2]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: %[[V10:.*]] = iarc.add %[[V8]], %[[V9]] : !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: return %[[V5]], %[[V4]], %[[V10]] : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
  %y = iarc.linear %h, %w transposed : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}

// -----

// add: the adjoint itself, twice.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V2:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V3:.*]] = iarc.linear %[[V2]], %[[A1]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V4:.*]] = iarc.add %[[V3]], %[[V3]] : !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V5:.*]] = iarc.loss  cross_entropy at  last %[[V4]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V6:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V4]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V7:.*]] = iarc.add %[[V6]], %[[V6]] : !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V8:.*]] = iarc.weight_gradient %[[V7]], %[[V2]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: return %[[V5]], %[[V4]], %[[V8]] : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
  %y = iarc.add %h, %h : !iarc.value<position 2, feature 2 : f32>
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}

// -----

// norm.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V2:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V3:.*]] = iarc.linear %[[V2]], %[[A1]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V4:.*]], %[[SCALE:.*]] = iarc.norm %[[V3]] eps 1.000000e-05 : <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V5:.*]] = iarc.loss  cross_entropy at  last %[[V4]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V6:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V4]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V7:.*]] = iarc.norm_adjoint %[[V4]] scale %[[SCALE]], %[[V6]] : <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V8:.*]] = iarc.weight_gradient %[[V7]], %[[V2]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: return %[[V5]], %[[V4]], %[[V8]] : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
  %y, %scaley = iarc.norm %h eps 1.0e-5 : !iarc.value<position 2, feature 2 : f32>
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}

// -----

// slice and embed are each other's adjoint.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V2:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V3:.*]] = iarc.linear %[[V2]], %[[A1]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V4:.*]] = iarc.slice %[[V3]] from 1 : <position 2, feature 2 : f32> -> <position 2, feature 1 : f32>
// CHECK-NEXT: %[[V5:.*]] = iarc.embed %[[V4]] at 0 : <position 2, feature 1 : f32> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.loss  cross_entropy at  last %[[V5]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V7:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V5]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V8:.*]] = iarc.slice %[[V7]] from 0 : <position 2, feature 2 : f32> -> <position 2, feature 1 : f32>
// CHECK-NEXT: %[[V9:.*]] = iarc.embed %[[V8]] at 1 : <position 2, feature 1 : f32> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V10:.*]] = iarc.weight_gradient %[[V9]], %[[V2]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: return %[[V6]], %[[V5]], %[[V10]] : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
  %s = iarc.slice %h from 1 : !iarc.value<position 2, feature 2 : f32> -> !iarc.value<position 2, feature 1 : f32>
  %y = iarc.embed %s at 0 : !iarc.value<position 2, feature 1 : f32> -> !iarc.value<position 2, feature 2 : f32>
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}

// -----

// attention: the kernel's value and derivative.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V2:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V3:.*]] = iarc.linear %[[V2]], %[[A1]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V4:.*]] = iarc.attention %[[V3]], %[[V2]], %[[V3]] heads 1 scale 5.000000e-01 causal decay [2.500000e-01] normalise  sum eps 1.000000e-03 : <position 2, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A5:.*]]: f32):
// CHECK-NEXT: %[[V6:.*]] = arith.mulf %[[A5]], %[[A5]] : f32
// CHECK-NEXT: iarc.yield %[[V6]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V7:.*]] = iarc.loss  cross_entropy at  last %[[V4]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V8:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V4]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V9:.*]], %[[V10:.*]], %[[V11:.*]] = iarc.attention_adjoint %[[V3]], %[[V2]], %[[V3]], %[[V8]] heads 1 scale 5.000000e-01 causal decay [2.500000e-01] normalise  sum eps 1.000000e-03 : <position 2, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A5]]: f32):
// CHECK-NEXT: %[[V6]] = arith.mulf %[[A5]], %[[A5]] : f32
// CHECK-NEXT: %[[V12:.*]] = arith.addf %[[A5]], %[[A5]] fastmath<contract> : f32
// CHECK-NEXT: iarc.yield %[[V6]], %[[V12]] : f32, f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V13:.*]] = iarc.add %[[V9]], %[[V11]] : !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V14:.*]] = iarc.weight_gradient %[[V13]], %[[V2]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: return %[[V7]], %[[V4]], %[[V14]] : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
  %y = iarc.attention %h, %e, %h heads 1 scale 0.5 causal decay [0.25] normalise sum eps 1.0e-3 : !iarc.value<position 2, feature 2 : f32> {
  ^bb0(%z: f32):
    %k = arith.mulf %z, %z : f32
    iarc.yield %k : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}

// -----

// attention whose kernel is constant: the derivative is zero.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V2:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V3:.*]] = iarc.linear %[[V2]], %[[A1]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V4:.*]] = iarc.attention %[[V2]], %[[V2]], %[[V3]] heads 1 scale 5.000000e-01 causal decay [] normalise  sum eps 0.000000e+00 : <position 2, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A5:.*]]: f32):
// CHECK-NEXT: %[[C6:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-NEXT: iarc.yield %[[C6]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V7:.*]] = iarc.loss  cross_entropy at  last %[[V4]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V8:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V4]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V9:.*]], %[[V10:.*]], %[[V11:.*]] = iarc.attention_adjoint %[[V2]], %[[V2]], %[[V3]], %[[V8]] heads 1 scale 5.000000e-01 causal decay [] normalise  sum eps 0.000000e+00 : <position 2, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A5]]: f32):
// CHECK-NEXT: %[[C6]] = arith.constant 1.000000e+00 : f32
// CHECK-NEXT: %[[C12:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: iarc.yield %[[C6]], %[[C12]] : f32, f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V13:.*]] = iarc.weight_gradient %[[V11]], %[[V2]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: return %[[V7]], %[[V4]], %[[V13]] : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
  %y = iarc.attention %e, %e, %h heads 1 scale 0.5 causal decay [] normalise sum eps 0.0 : !iarc.value<position 2, feature 2 : f32> {
  ^bb0(%z: f32):
    %k = arith.constant 1.0 : f32
    iarc.yield %k : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}

// -----

// map: no adjoint of an input that depends on no weight.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V2:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V3:.*]] = iarc.linear %[[V2]], %[[A1]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V4:.*]] = iarc.map %[[V3]], %[[V2]] : !iarc.value<position 2, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A5:.*]]: f32, %[[A6:.*]]: f32):
// CHECK-NEXT: %[[V7:.*]] = arith.mulf %[[A5]], %[[A6]] : f32
// CHECK-NEXT: iarc.yield %[[V7]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V8:.*]] = iarc.loss  cross_entropy at  last %[[V4]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V9:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V4]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V10:.*]] = iarc.map %[[V2]], %[[V9]] : !iarc.value<position 2, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A5]]: f32, %[[A6]]: f32):
// CHECK-NEXT: %[[V7]] = arith.mulf %[[A6]], %[[A5]] fastmath<contract> : f32
// CHECK-NEXT: iarc.yield %[[V7]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V11:.*]] = iarc.weight_gradient %[[V10]], %[[V2]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: return %[[V8]], %[[V4]], %[[V11]] : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
  %y = iarc.map %h, %e : !iarc.value<position 2, feature 2 : f32> {
  ^bb0(%u: f32, %v: f32):
    %k = arith.mulf %u, %v : f32
    iarc.yield %k : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}

// -----

// map of two results, one of them unread: its adjoint counts for nothing.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V2:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V3:.*]] = iarc.linear %[[V2]], %[[A1]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V4:.*]] = iarc.map %[[V3]] : !iarc.value<position 2, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A5:.*]]: f32):
// CHECK-NEXT: %[[V6:.*]] = math.exp %[[A5]] : f32
// CHECK-NEXT: iarc.yield %[[V6]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V7:.*]] = iarc.loss  cross_entropy at  last %[[V4]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V8:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V4]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V9:.*]] = iarc.map %[[V4]], %[[V8]] : !iarc.value<position 2, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A5]]: f32, %[[A10:.*]]: f32):
// CHECK-NEXT: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[PRODUCT:.*]] = arith.mulf %[[A10]], %[[A5]] fastmath<contract> : f32
// CHECK-NEXT: %[[NONE:.*]] = arith.cmpf oeq, %[[A10]], %[[ZERO]] : f32
// CHECK-NEXT: %[[SAFE:.*]] = arith.select %[[NONE]], %[[ZERO]], %[[PRODUCT]] : f32
// CHECK-NEXT: iarc.yield %[[SAFE]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V11:.*]] = iarc.weight_gradient %[[V9]], %[[V2]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: return %[[V7]], %[[V4]], %[[V11]] : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
  %y, %t = iarc.map %h : !iarc.value<position 2, feature 2 : f32> {
  ^bb0(%u: f32):
    %k = math.exp %u : f32
    %l = math.tanh %u : f32
    iarc.yield %k, %l : f32, f32
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}

// -----

// a weight that the loss does not depend on has gradient zero.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A1:[a-z0-9]+]]: !iarc.
// CHECK-SAME: %[[A2:[a-z0-9]+]]: !iarc.
// CHECK-NEXT: %[[V3:.*]] = iarc.encode %[[A0]] : <position 2, symbol 2, control 0> -> <position 2, feature 2 : f32>
// CHECK-NEXT: %[[V4:.*]] = iarc.linear %[[V3]], %[[A1]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V5:.*]] = iarc.loss  cross_entropy at  last %[[V4]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
// CHECK-NEXT: %[[V6:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V4]], %[[A0]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[V7:.*]] = iarc.weight_gradient %[[V6]], %[[V3]] : (!iarc.value<position 2, feature 2 : f32>, !iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: %[[V8:.*]] = iarc.zero : !iarc.weight<position 2, out 2, in 2 : f32>
// CHECK-NEXT: return %[[V5]], %[[V4]], %[[V7]], %[[V8]] : f32, !iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>, !iarc.weight<position 2, out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
iarc.weight @unused : !iarc.weight<position 2, out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}, %unused: !iarc.weight<position 2, out 2, in 2 : f32> {iarc.weight = @unused}) -> (f32, !iarc.value<position 2, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !iarc.value<position 2, feature 2 : f32>
  %y = iarc.linear %e, %w : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 2, feature 2 : f32>, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 2, feature 2 : f32>
}

// -----

// linear with a bias and across positions: the bias's gradient, one for all positions or one for each; the
// product transposed has no bias.
// CHECK-LABEL: func.func @gradients(
// CHECK-SAME: %[[A0:[a-z0-9]+]]: !iarc.batch
// CHECK-SAME: %[[W:[a-z0-9]+]]: !iarc.weight<out 2, in 2 : f32>
// CHECK-SAME: %[[WB:[a-z0-9]+]]: !iarc.weight<out 2 : f32>
// CHECK-SAME: %[[P:[a-z0-9]+]]: !iarc.weight<pair 3, out 2, in 2 : f32>
// CHECK-SAME: %[[PB:[a-z0-9]+]]: !iarc.weight<position 2, out 2 : f32>
// CHECK-NEXT: %[[E:.*]] = iarc.encode %[[A0]]
// CHECK-NEXT: %[[H:.*]] = iarc.linear %[[E]], %[[W]] bias %[[WB]] :
// CHECK-NEXT: %[[Y:.*]] = iarc.linear %[[H]], %[[P]] bias %[[PB]] :
// CHECK-NEXT: %[[L:.*]] = iarc.loss  cross_entropy at  last %[[Y]], %[[A0]]
// CHECK-NEXT: %[[DY:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[Y]], %[[A0]]
// CHECK-NEXT: %[[DH:.*]] = iarc.linear %[[DY]], %[[P]] transposed : (!iarc.value<position 2, feature 2 : f32>, !iarc.weight<pair 3, out 2, in 2 : f32>) -> !iarc.value<position 2, feature 2 : f32>
// CHECK-NEXT: %[[DP:.*]] = iarc.weight_gradient %[[DY]], %[[H]] : {{.*}} -> !iarc.weight<pair 3, out 2, in 2 : f32>
// CHECK-NEXT: %[[DPB:.*]] = iarc.bias_gradient %[[DY]] : (!iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<position 2, out 2 : f32>
// CHECK-NEXT: %[[DW:.*]] = iarc.weight_gradient %[[DH]], %[[E]] : {{.*}} -> !iarc.weight<out 2, in 2 : f32>
// CHECK-NEXT: %[[DWB:.*]] = iarc.bias_gradient %[[DH]] : (!iarc.value<position 2, feature 2 : f32>) -> !iarc.weight<out 2 : f32>
// CHECK-NEXT: return %[[L]], %[[Y]], %[[DW]], %[[DWB]], %[[DP]], %[[DPB]] :
!v = !iarc.value<position 2, feature 2 : f32>
!w = !iarc.weight<out 2, in 2 : f32>
!wb = !iarc.weight<out 2 : f32>
!p = !iarc.weight<pair 3, out 2, in 2 : f32>
!pb = !iarc.weight<position 2, out 2 : f32>
iarc.weight @w : !w = normal(0.0, 0.1)
iarc.weight @wb : !wb = constant(0.0, 0.0)
iarc.weight @p : !p = normal(0.0, 0.1)
iarc.weight @pb : !pb = constant(0.0, 0.0)
func.func @forward(%b: !iarc.batch<position 2, symbol 2, control 0>, %w: !w {iarc.weight = @w}, %wb: !wb {iarc.weight = @wb},
                   %p: !p {iarc.weight = @p}, %pb: !pb {iarc.weight = @pb}) -> (f32, !v) {
  %e = iarc.encode %b : !iarc.batch<position 2, symbol 2, control 0> -> !v
  %h = iarc.linear %e, %w bias %wb : (!v, !w, !wb) -> !v
  %y = iarc.linear %h, %p bias %pb : (!v, !p, !pb) -> !v
  %loss = iarc.loss cross_entropy at last %y, %b : (!v, !iarc.batch<position 2, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !v
}
