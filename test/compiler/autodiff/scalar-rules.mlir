// The derivative of each scalar op, as the adjoint of a map.
// RUN: iarc-opt %s -iarc-gradient -split-input-file | FileCheck %s

// addf: both operands get the adjoint itself, no map
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.linear %[[V0]], %[[A2]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V4:.*]] = iarc.map %[[V0]], %[[V3]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V5:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V4]], %[[A6:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V7:.*]] = iarc.linear %[[V5]], %[[A2]] transposed : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %k = iarc.linear %h, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h, %k : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32, %z: f32):
    %y = arith.addf %x, %z : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// subf
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.linear %[[V0]], %[[A2]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V4:.*]] = iarc.map %[[V0]], %[[V3]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V5:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V4]], %[[A6:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V7:.*]] = iarc.map %[[V5]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A8:.*]]: f32):
// CHECK-NEXT: %[[V9:.*]] = arith.negf %[[A8]] : f32
// CHECK-NEXT: iarc.yield %[[V9]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V10:.*]] = iarc.linear %[[V7]], %[[A2]] transposed : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %k = iarc.linear %h, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h, %k : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32, %z: f32):
    %y = arith.subf %x, %z : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// mulf
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.linear %[[V0]], %[[A2]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V4:.*]] = iarc.map %[[V0]], %[[V3]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V5:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V4]], %[[A6:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V7:.*]]:2 = iarc.map %[[V0]], %[[V3]], %[[V5]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A8:.*]]: f32, %[[A9:.*]]: f32, %[[A10:.*]]: f32):
// CHECK-NEXT: %[[V11:.*]] = arith.mulf %[[A10]], %[[A9]] fastmath<contract> : f32
// CHECK-NEXT: %[[V12:.*]] = arith.mulf %[[A10]], %[[A8]] fastmath<contract> : f32
// CHECK-NEXT: iarc.yield %[[V11]], %[[V12]] : f32, f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V13:.*]] = iarc.linear %[[V7]]#1, %[[A2]] transposed : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %k = iarc.linear %h, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h, %k : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32, %z: f32):
    %y = arith.mulf %x, %z : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// divf: the second operand's share reads the result
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.linear %[[V0]], %[[A2]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V4:.*]] = iarc.map %[[V0]], %[[V3]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V5:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V4]], %[[A6:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V7:.*]]:2 = iarc.map %[[V3]], %[[V4]], %[[V5]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A8:.*]]: f32, %[[A9:.*]]: f32, %[[A10:.*]]: f32):
// CHECK-NEXT: %[[V11:.*]] = arith.divf %[[A10]], %[[A8]] fastmath<contract> : f32
// CHECK-NEXT: %[[V12:.*]] = arith.mulf %[[V11]], %[[A9]] fastmath<contract> : f32
// CHECK-NEXT: %[[V13:.*]] = arith.negf %[[V12]] : f32
// CHECK-NEXT: iarc.yield %[[V11]], %[[V13]] : f32, f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V14:.*]] = iarc.linear %[[V7]]#1, %[[A2]] transposed : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %k = iarc.linear %h, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h, %k : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32, %z: f32):
    %y = arith.divf %x, %z : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// mulf by itself
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.map %[[V0]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V4:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]], %[[A5:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.map %[[V0]], %[[V4]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A7:.*]]: f32, %[[A8:.*]]: f32):
// CHECK-NEXT: %[[V9:.*]] = arith.mulf %[[A8]], %[[A7]] fastmath<contract> : f32
// CHECK-NEXT: %[[V10:.*]] = arith.mulf %[[A8]], %[[A7]] fastmath<contract> : f32
// CHECK-NEXT: %[[V11:.*]] = arith.addf %[[V9]], %[[V10]] fastmath<contract> : f32
// CHECK-NEXT: iarc.yield %[[V11]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V12:.*]] = iarc.weight_gradient %[[V6]], %[[V1]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    %y = arith.mulf %x, %x : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// divf by a constant: nothing for the constant
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.map %[[V0]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V4:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]], %[[A5:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.map %[[V4]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A7:.*]]: f32):
// CHECK-NEXT: %[[C8:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-NEXT: %[[V9:.*]] = arith.divf %[[A7]], %[[C8]] fastmath<contract> : f32
// CHECK-NEXT: iarc.yield %[[V9]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V10:.*]] = iarc.weight_gradient %[[V6]], %[[V1]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    %c = arith.constant 3.0 : f32
    %y = arith.divf %x, %c : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// divf of a constant
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.map %[[V0]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V4:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]], %[[A5:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.map %[[V0]], %[[V4]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A7:.*]]: f32, %[[A8:.*]]: f32):
// CHECK-NEXT: %[[C9:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-NEXT: %[[V10:.*]] = arith.divf %[[C9]], %[[A7]] : f32
// CHECK-NEXT: %[[V11:.*]] = arith.divf %[[A8]], %[[A7]] fastmath<contract> : f32
// CHECK-NEXT: %[[V12:.*]] = arith.mulf %[[V11]], %[[V10]] fastmath<contract> : f32
// CHECK-NEXT: %[[V13:.*]] = arith.negf %[[V12]] : f32
// CHECK-NEXT: iarc.yield %[[V13]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V14:.*]] = iarc.weight_gradient %[[V6]], %[[V1]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    %c = arith.constant 1.0 : f32
    %y = arith.divf %c, %x : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// negf
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.map %[[V0]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V4:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]], %[[A5:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.map %[[V4]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A7:.*]]: f32):
// CHECK-NEXT: %[[V8:.*]] = arith.negf %[[A7]] : f32
// CHECK-NEXT: iarc.yield %[[V8]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V9:.*]] = iarc.weight_gradient %[[V6]], %[[V1]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    %y = arith.negf %x : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// maximumf with zero (relu): reads the result, not the input
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.map %[[V0]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V4:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]], %[[A5:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.map %[[V3]], %[[V4]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A7:.*]]: f32, %[[A8:.*]]: f32):
// CHECK-NEXT: %[[C9:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V10:.*]] = arith.cmpf ogt, %[[A7]], %[[C9]] : f32
// CHECK-NEXT: %[[C11:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V12:.*]] = arith.select %[[V10]], %[[A8]], %[[C11]] : f32
// CHECK-NEXT: iarc.yield %[[V12]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V13:.*]] = iarc.weight_gradient %[[V6]], %[[V1]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    %c = arith.constant 0.0 : f32
    %y = arith.maximumf %x, %c : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// maximumf of two: at a tie the second is the one
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.linear %[[V0]], %[[A2]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V4:.*]] = iarc.map %[[V0]], %[[V3]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V5:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V4]], %[[A6:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V7:.*]]:2 = iarc.map %[[V3]], %[[V4]], %[[V5]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A8:.*]]: f32, %[[A9:.*]]: f32, %[[A10:.*]]: f32):
// CHECK-NEXT: %[[V11:.*]] = arith.cmpf ogt, %[[A9]], %[[A8]] : f32
// CHECK-NEXT: %[[C12:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V13:.*]] = arith.select %[[V11]], %[[A10]], %[[C12]] : f32
// CHECK-NEXT: %[[V14:.*]] = arith.select %[[V11]], %[[C12]], %[[A10]] : f32
// CHECK-NEXT: iarc.yield %[[V13]], %[[V14]] : f32, f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V15:.*]] = iarc.linear %[[V7]]#1, %[[A2]] transposed : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %k = iarc.linear %h, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h, %k : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32, %z: f32):
    %y = arith.maximumf %x, %z : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// minimumf of two
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.linear %[[V0]], %[[A2]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V4:.*]] = iarc.map %[[V0]], %[[V3]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V5:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V4]], %[[A6:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V7:.*]]:2 = iarc.map %[[V3]], %[[V4]], %[[V5]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A8:.*]]: f32, %[[A9:.*]]: f32, %[[A10:.*]]: f32):
// CHECK-NEXT: %[[V11:.*]] = arith.cmpf olt, %[[A9]], %[[A8]] : f32
// CHECK-NEXT: %[[C12:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V13:.*]] = arith.select %[[V11]], %[[A10]], %[[C12]] : f32
// CHECK-NEXT: %[[V14:.*]] = arith.select %[[V11]], %[[C12]], %[[A10]] : f32
// CHECK-NEXT: iarc.yield %[[V13]], %[[V14]] : f32, f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V15:.*]] = iarc.linear %[[V7]]#1, %[[A2]] transposed : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %k = iarc.linear %h, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h, %k : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32, %z: f32):
    %y = arith.minimumf %x, %z : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// exp: reads the result, not the input
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.map %[[V0]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V4:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]], %[[A5:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.map %[[V3]], %[[V4]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A7:.*]]: f32, %[[A8:.*]]: f32):
// CHECK-NEXT: %[[V9:.*]] = arith.mulf %[[A8]], %[[A7]] fastmath<contract> : f32
// CHECK-NEXT: iarc.yield %[[V9]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V10:.*]] = iarc.weight_gradient %[[V6]], %[[V1]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    %y = math.exp %x : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// tanh: reads the result, not the input
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.map %[[V0]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V4:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]], %[[A5:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.map %[[V3]], %[[V4]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A7:.*]]: f32, %[[A8:.*]]: f32):
// CHECK-NEXT: %[[C9:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-NEXT: %[[V10:.*]] = arith.mulf %[[A7]], %[[A7]] fastmath<contract> : f32
// CHECK-NEXT: %[[V11:.*]] = arith.subf %[[C9]], %[[V10]] fastmath<contract> : f32
// CHECK-NEXT: %[[V12:.*]] = arith.mulf %[[A8]], %[[V11]] fastmath<contract> : f32
// CHECK-NEXT: iarc.yield %[[V12]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V13:.*]] = iarc.weight_gradient %[[V6]], %[[V1]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    %y = math.tanh %x : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// sqrt: reads the result, not the input
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.map %[[V0]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V4:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]], %[[A5:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.map %[[V3]], %[[V4]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A7:.*]]: f32, %[[A8:.*]]: f32):
// CHECK-NEXT: %[[C9:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-NEXT: %[[V10:.*]] = arith.mulf %[[A8]], %[[C9]] fastmath<contract> : f32
// CHECK-NEXT: %[[V11:.*]] = arith.divf %[[V10]], %[[A7]] fastmath<contract> : f32
// CHECK-NEXT: iarc.yield %[[V11]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V12:.*]] = iarc.weight_gradient %[[V6]], %[[V1]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    %y = math.sqrt %x : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// log
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.map %[[V0]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V4:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]], %[[A5:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.map %[[V0]], %[[V4]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A7:.*]]: f32, %[[A8:.*]]: f32):
// CHECK-NEXT: %[[V9:.*]] = arith.divf %[[A8]], %[[A7]] fastmath<contract> : f32
// CHECK-NEXT: iarc.yield %[[V9]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V10:.*]] = iarc.weight_gradient %[[V6]], %[[V1]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    %y = math.log %x : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// erf: 2 / sqrt(pi) exp(-x^2)
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.map %[[V0]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V4:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]], %[[A5:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.map %[[V0]], %[[V4]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A7:.*]]: f32, %[[A8:.*]]: f32):
// CHECK-NEXT: %[[V9:.*]] = arith.mulf %[[A7]], %[[A7]] fastmath<contract> : f32
// CHECK-NEXT: %[[V10:.*]] = arith.negf %[[V9]] : f32
// CHECK-NEXT: %[[V11:.*]] = math.exp %[[V10]] : f32
// CHECK-NEXT: %[[C12:.*]] = arith.constant 1.12837923 : f32
// CHECK-NEXT: %[[V13:.*]] = arith.mulf %[[V11]], %[[C12]] fastmath<contract> : f32
// CHECK-NEXT: %[[V14:.*]] = arith.mulf %[[A8]], %[[V13]] fastmath<contract> : f32
// CHECK-NEXT: iarc.yield %[[V14]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V15:.*]] = iarc.weight_gradient %[[V6]], %[[V1]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    %y = math.erf %x : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// sin
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.map %[[V0]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V4:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]], %[[A5:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.map %[[V0]], %[[V4]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A7:.*]]: f32, %[[A8:.*]]: f32):
// CHECK-NEXT: %[[V9:.*]] = math.cos %[[A7]] : f32
// CHECK-NEXT: %[[V10:.*]] = arith.mulf %[[A8]], %[[V9]] fastmath<contract> : f32
// CHECK-NEXT: iarc.yield %[[V10]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V11:.*]] = iarc.weight_gradient %[[V6]], %[[V1]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    %y = math.sin %x : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// cos
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.map %[[V0]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V4:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]], %[[A5:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.map %[[V0]], %[[V4]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A7:.*]]: f32, %[[A8:.*]]: f32):
// CHECK-NEXT: %[[V9:.*]] = math.sin %[[A7]] : f32
// CHECK-NEXT: %[[V10:.*]] = arith.negf %[[V9]] : f32
// CHECK-NEXT: %[[V11:.*]] = arith.mulf %[[A8]], %[[V10]] fastmath<contract> : f32
// CHECK-NEXT: iarc.yield %[[V11]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V12:.*]] = iarc.weight_gradient %[[V6]], %[[V1]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    %y = math.cos %x : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// absf: the sign of x, 0 at 0
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.map %[[V0]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V4:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]], %[[A5:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.map %[[V0]], %[[V4]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A7:.*]]: f32, %[[A8:.*]]: f32):
// CHECK-NEXT: %[[C9:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V10:.*]] = arith.cmpf olt, %[[A7]], %[[C9]] : f32
// CHECK-NEXT: %[[V11:.*]] = arith.negf %[[A8]] : f32
// CHECK-NEXT: %[[V12:.*]] = arith.select %[[V10]], %[[V11]], %[[C9]] : f32
// CHECK-NEXT: %[[V13:.*]] = arith.cmpf ogt, %[[A7]], %[[C9]] : f32
// CHECK-NEXT: %[[V14:.*]] = arith.select %[[V13]], %[[A8]], %[[V12]] : f32
// CHECK-NEXT: iarc.yield %[[V14]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V15:.*]] = iarc.weight_gradient %[[V6]], %[[V1]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    %y = math.absf %x : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// powf by a constant: nothing for the constant
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.map %[[V0]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V4:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]], %[[A5:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.map %[[V0]], %[[V4]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A7:.*]]: f32, %[[A8:.*]]: f32):
// CHECK-NEXT: %[[C9:.*]] = arith.constant 2.500000e+00 : f32
// CHECK-NEXT: %[[C10:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-NEXT: %[[V11:.*]] = arith.subf %[[C9]], %[[C10]] fastmath<contract> : f32
// CHECK-NEXT: %[[V12:.*]] = math.powf %[[A7]], %[[V11]] : f32
// CHECK-NEXT: %[[V13:.*]] = arith.mulf %[[V12]], %[[C9]] fastmath<contract> : f32
// CHECK-NEXT: %[[V14:.*]] = arith.mulf %[[A8]], %[[V13]] fastmath<contract> : f32
// CHECK-NEXT: iarc.yield %[[V14]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V15:.*]] = iarc.weight_gradient %[[V6]], %[[V1]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    %c = arith.constant 2.5 : f32
    %y = math.powf %x, %c : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// powf: x^n ln x is 0 where x^n is
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.linear %[[V0]], %[[A2]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V4:.*]] = iarc.map %[[V0]], %[[V3]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V5:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V4]], %[[A6:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V7:.*]]:2 = iarc.map %[[V0]], %[[V3]], %[[V5]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A8:.*]]: f32, %[[A9:.*]]: f32, %[[A10:.*]]: f32):
// CHECK-NEXT: %[[V11:.*]] = math.powf %[[A8]], %[[A9]] : f32
// CHECK-NEXT: %[[C12:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-NEXT: %[[V13:.*]] = arith.subf %[[A9]], %[[C12]] fastmath<contract> : f32
// CHECK-NEXT: %[[V14:.*]] = math.powf %[[A8]], %[[V13]] : f32
// CHECK-NEXT: %[[V15:.*]] = arith.mulf %[[A9]], %[[V14]] fastmath<contract> : f32
// CHECK-NEXT: %[[V16:.*]] = arith.mulf %[[A10]], %[[V15]] fastmath<contract> : f32
// CHECK-NEXT: %[[C17:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V18:.*]] = arith.cmpf oeq, %[[V11]], %[[C17]] : f32
// CHECK-NEXT: %[[C19:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V20:.*]] = math.log %[[A8]] : f32
// CHECK-NEXT: %[[V21:.*]] = arith.mulf %[[V11]], %[[V20]] fastmath<contract> : f32
// CHECK-NEXT: %[[V22:.*]] = arith.select %[[V18]], %[[C19]], %[[V21]] : f32
// CHECK-NEXT: %[[V23:.*]] = arith.mulf %[[A10]], %[[V22]] fastmath<contract> : f32
// CHECK-NEXT: iarc.yield %[[V16]], %[[V23]] : f32, f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V24:.*]] = iarc.linear %[[V7]]#1, %[[A2]] transposed : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %k = iarc.linear %h, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h, %k : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32, %z: f32):
    %y = math.powf %x, %z : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// select: each branch gets the adjoint or an exact zero
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.linear %[[V0]], %[[A2]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V4:.*]] = iarc.map %[[V0]], %[[V3]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V5:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V4]], %[[A6:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V7:.*]]:2 = iarc.map %[[V0]], %[[V3]], %[[V5]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A8:.*]]: f32, %[[A9:.*]]: f32, %[[A10:.*]]: f32):
// CHECK-NEXT: %[[V11:.*]] = arith.cmpf olt, %[[A8]], %[[A9]] : f32
// CHECK-NEXT: %[[C12:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V13:.*]] = arith.select %[[V11]], %[[A10]], %[[C12]] : f32
// CHECK-NEXT: %[[V14:.*]] = arith.select %[[V11]], %[[C12]], %[[A10]] : f32
// CHECK-NEXT: iarc.yield %[[V13]], %[[V14]] : f32, f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V15:.*]] = iarc.linear %[[V7]]#1, %[[A2]] transposed : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %k = iarc.linear %h, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h, %k : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32, %z: f32):
    %c = arith.cmpf olt, %x, %z : f32
    %y = arith.select %c, %x, %z : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// a branch that is not taken: its 0 * inf is no NaN (log, division)
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.map %[[V0]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V4:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]], %[[A5:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.map %[[V0]], %[[V4]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A7:.*]]: f32, %[[A8:.*]]: f32):
// CHECK-NEXT: %[[C9:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V10:.*]] = arith.cmpf ogt, %[[A7]], %[[C9]] : f32
// CHECK-NEXT: %[[C11:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V12:.*]] = arith.select %[[V10]], %[[A8]], %[[C11]] : f32
// CHECK-NEXT: %[[V13:.*]] = arith.divf %[[V12]], %[[A7]] fastmath<contract> : f32
// CHECK-NEXT: %[[C14:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V15:.*]] = arith.cmpf oeq, %[[V12]], %[[C14]] : f32
// CHECK-NEXT: %[[V16:.*]] = arith.select %[[V15]], %[[C14]], %[[V13]] : f32
// CHECK-NEXT: iarc.yield %[[V16]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V17:.*]] = iarc.weight_gradient %[[V6]], %[[V1]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    %o = arith.constant 0.0 : f32
    %c = arith.cmpf ogt, %x, %o : f32
    %l = math.log %x : f32
    %y = arith.select %c, %l, %o : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// a branch that is not taken: guarded through a product
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.map %[[V0]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V4:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]], %[[A5:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.map %[[V0]], %[[V4]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A7:.*]]: f32, %[[A8:.*]]: f32):
// CHECK-NEXT: %[[C9:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V10:.*]] = arith.cmpf ogt, %[[A7]], %[[C9]] : f32
// CHECK-NEXT: %[[V11:.*]] = math.exp %[[A7]] : f32
// CHECK-NEXT: %[[C12:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V13:.*]] = arith.select %[[V10]], %[[A8]], %[[C12]] : f32
// CHECK-NEXT: %[[V14:.*]] = arith.mulf %[[V13]], %[[V11]] fastmath<contract> : f32
// CHECK-NEXT: %[[C15:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V16:.*]] = arith.cmpf oeq, %[[V13]], %[[C15]] : f32
// CHECK-NEXT: %[[V17:.*]] = arith.select %[[V16]], %[[C15]], %[[V14]] : f32
// CHECK-NEXT: %[[V18:.*]] = arith.mulf %[[V13]], %[[A7]] fastmath<contract> : f32
// CHECK-NEXT: %[[C19:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V20:.*]] = arith.cmpf oeq, %[[V13]], %[[C19]] : f32
// CHECK-NEXT: %[[V21:.*]] = arith.select %[[V20]], %[[C19]], %[[V18]] : f32
// CHECK-NEXT: %[[V22:.*]] = arith.mulf %[[V21]], %[[V11]] fastmath<contract> : f32
// CHECK-NEXT: %[[C23:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V24:.*]] = arith.cmpf oeq, %[[V21]], %[[C23]] : f32
// CHECK-NEXT: %[[V25:.*]] = arith.select %[[V24]], %[[C23]], %[[V22]] : f32
// CHECK-NEXT: %[[V26:.*]] = arith.addf %[[V17]], %[[V25]] fastmath<contract> : f32
// CHECK-NEXT: iarc.yield %[[V26]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V27:.*]] = iarc.weight_gradient %[[V6]], %[[V1]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    %o = arith.constant 0.0 : f32
    %c = arith.cmpf ogt, %x, %o : f32
    %l = math.exp %x : f32
    %p = arith.mulf %x, %l : f32
    %y = arith.select %c, %p, %o : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// a branch that is not taken: guarded through sin
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.map %[[V0]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V4:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]], %[[A5:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.map %[[V0]], %[[V4]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A7:.*]]: f32, %[[A8:.*]]: f32):
// CHECK-NEXT: %[[C9:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[C10:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-NEXT: %[[V11:.*]] = arith.cmpf ogt, %[[A7]], %[[C9]] : f32
// CHECK-NEXT: %[[V12:.*]] = arith.divf %[[C10]], %[[A7]] : f32
// CHECK-NEXT: %[[C13:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V14:.*]] = arith.select %[[V11]], %[[A8]], %[[C13]] : f32
// CHECK-NEXT: %[[V15:.*]] = math.cos %[[V12]] : f32
// CHECK-NEXT: %[[V16:.*]] = arith.mulf %[[V14]], %[[V15]] fastmath<contract> : f32
// CHECK-NEXT: %[[C17:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V18:.*]] = arith.cmpf oeq, %[[V14]], %[[C17]] : f32
// CHECK-NEXT: %[[V19:.*]] = arith.select %[[V18]], %[[C17]], %[[V16]] : f32
// CHECK-NEXT: %[[V20:.*]] = arith.divf %[[V19]], %[[A7]] fastmath<contract> : f32
// CHECK-NEXT: %[[C21:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V22:.*]] = arith.cmpf oeq, %[[V19]], %[[C21]] : f32
// CHECK-NEXT: %[[V23:.*]] = arith.select %[[V22]], %[[C21]], %[[V20]] : f32
// CHECK-NEXT: %[[V24:.*]] = arith.mulf %[[V23]], %[[V12]] fastmath<contract> : f32
// CHECK-NEXT: %[[V25:.*]] = arith.negf %[[V24]] : f32
// CHECK-NEXT: %[[C26:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V27:.*]] = arith.cmpf oeq, %[[V19]], %[[C26]] : f32
// CHECK-NEXT: %[[V28:.*]] = arith.select %[[V27]], %[[C26]], %[[V25]] : f32
// CHECK-NEXT: iarc.yield %[[V28]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V29:.*]] = iarc.weight_gradient %[[V6]], %[[V1]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    %o = arith.constant 0.0 : f32
    %n = arith.constant 1.0 : f32
    %c = arith.cmpf ogt, %x, %o : f32
    %d = arith.divf %n, %x : f32
    %l = math.sin %d : f32
    %y = arith.select %c, %l, %o : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

// a function that does not depend on its argument has no adjoint at all
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.map %[[V0]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V4:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]], %[[A5:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.zero : !iarc.weight<out 2, in 2 : f32>
iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%batch: !iarc.batch<position 1, symbol 2, control 0>,
                   %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w}) -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %batch : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    %y = arith.constant 1.0 : f32
    iarc.yield %y : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}
