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

// exp: reads the result, not the input, and passes a zero on as one where the result is infinite
// CHECK-LABEL: func.func @gradients
// CHECK: %[[V0:.*]] = iarc.linear %[[V1:.*]], %[[A2:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK: %[[V3:.*]] = iarc.map %[[V0]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V4:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V3]], %[[A5:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V6:.*]] = iarc.map %[[V3]], %[[V4]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A7:.*]]: f32, %[[A8:.*]]: f32):
// CHECK-NEXT: %[[V9:.*]] = arith.mulf %[[A8]], %[[A7]] fastmath<contract> : f32
// CHECK-NEXT: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[NONE:.*]] = arith.cmpf oeq, %[[A8]], %[[ZERO]] : f32
// CHECK-NEXT: %[[SAFE:.*]] = arith.select %[[NONE]], %[[ZERO]], %[[V9]] : f32
// CHECK-NEXT: iarc.yield %[[SAFE]] : f32
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
// CHECK: %[[V0:.*]] = iarc.map %[[V1:.*]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V2:.*]] = iarc.map %[[V1]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A3:.*]]: f32):
// CHECK-NEXT: %[[V4:.*]] = math.erf %[[A3]] : f32
// CHECK-NEXT: %[[V5:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-NEXT: %[[V6:.*]] = arith.mulf %[[A3]], %[[A3]] fastmath<contract> : f32
// CHECK-NEXT: %[[V7:.*]] = arith.negf %[[V6]] : f32
// CHECK-NEXT: %[[V8:.*]] = math.exp %[[V7]] : f32
// CHECK-NEXT: %[[V9:.*]] = arith.constant 1.12837923 : f32
// CHECK-NEXT: %[[V10:.*]] = arith.mulf %[[V8]], %[[V9]] fastmath<contract> : f32
// CHECK-NEXT: iarc.yield %[[V10]] : f32
// CHECK-NEXT: }
// CHECK: %[[V11:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V0]], %[[A12:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V13:.*]] = iarc.map %[[V11]], %[[V2]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A3]]: f32, %[[A14:.*]]: f32):
// CHECK-NEXT: %[[V4]] = arith.mulf %[[A3]], %[[A14]] : f32
// CHECK-NEXT: iarc.yield %[[V4]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V15:.*]] = iarc.weight_gradient %[[V13]], %[[V16:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
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
// CHECK: %[[V0:.*]] = iarc.map %[[V1:.*]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V2:.*]] = iarc.map %[[V1]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A3:.*]]: f32):
// CHECK-NEXT: %[[V4:.*]] = math.sin %[[A3]] : f32
// CHECK-NEXT: %[[V5:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-NEXT: %[[V6:.*]] = math.cos %[[A3]] : f32
// CHECK-NEXT: iarc.yield %[[V6]] : f32
// CHECK-NEXT: }
// CHECK: %[[V7:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V0]], %[[A8:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V9:.*]] = iarc.map %[[V7]], %[[V2]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A3]]: f32, %[[A10:.*]]: f32):
// CHECK-NEXT: %[[V4]] = arith.mulf %[[A3]], %[[A10]] : f32
// CHECK-NEXT: iarc.yield %[[V4]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V11:.*]] = iarc.weight_gradient %[[V9]], %[[V12:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
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
// CHECK: %[[V0:.*]] = iarc.map %[[V1:.*]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V2:.*]] = iarc.map %[[V1]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A3:.*]]: f32):
// CHECK-NEXT: %[[V4:.*]] = math.cos %[[A3]] : f32
// CHECK-NEXT: %[[V5:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-NEXT: %[[V6:.*]] = math.sin %[[A3]] : f32
// CHECK-NEXT: %[[V7:.*]] = arith.negf %[[V6]] : f32
// CHECK-NEXT: iarc.yield %[[V7]] : f32
// CHECK-NEXT: }
// CHECK: %[[V8:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V0]], %[[A9:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V10:.*]] = iarc.map %[[V8]], %[[V2]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A3]]: f32, %[[A11:.*]]: f32):
// CHECK-NEXT: %[[V4]] = arith.mulf %[[A3]], %[[A11]] : f32
// CHECK-NEXT: iarc.yield %[[V4]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V12:.*]] = iarc.weight_gradient %[[V10]], %[[V13:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
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
// CHECK: %[[V0:.*]] = iarc.map %[[V1:.*]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V2:.*]] = iarc.map %[[V1]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A3:.*]]: f32):
// CHECK-NEXT: %[[V4:.*]] = arith.constant 2.500000e+00 : f32
// CHECK-NEXT: %[[V5:.*]] = math.powf %[[A3]], %[[V4]] : f32
// CHECK-NEXT: %[[V6:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-NEXT: %[[V7:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-NEXT: %[[V8:.*]] = arith.subf %[[V4]], %[[V7]] fastmath<contract> : f32
// CHECK-NEXT: %[[V9:.*]] = math.powf %[[A3]], %[[V8]] : f32
// CHECK-NEXT: %[[V10:.*]] = arith.mulf %[[V9]], %[[V4]] fastmath<contract> : f32
// CHECK-NEXT: iarc.yield %[[V10]] : f32
// CHECK-NEXT: }
// CHECK: %[[V11:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V0]], %[[A12:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V13:.*]] = iarc.map %[[V11]], %[[V2]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A3]]: f32, %[[A14:.*]]: f32):
// CHECK-NEXT: %[[V5]] = arith.mulf %[[A3]], %[[A14]] : f32
// CHECK-NEXT: iarc.yield %[[V5]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V15:.*]] = iarc.weight_gradient %[[V13]], %[[V16:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
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
// CHECK: %[[V0:.*]] = iarc.map %[[V1:.*]], %[[V2:.*]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V3:.*]]:2 = iarc.map %[[V1]], %[[V2]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A4:.*]]: f32, %[[A5:.*]]: f32):
// CHECK-NEXT: %[[V6:.*]] = math.powf %[[A4]], %[[A5]] : f32
// CHECK-NEXT: %[[V7:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-NEXT: %[[V8:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-NEXT: %[[V9:.*]] = arith.subf %[[A5]], %[[V8]] fastmath<contract> : f32
// CHECK-NEXT: %[[V10:.*]] = math.powf %[[A4]], %[[V9]] : f32
// CHECK-NEXT: %[[V11:.*]] = arith.mulf %[[A5]], %[[V10]] fastmath<contract> : f32
// CHECK-NEXT: %[[V12:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V13:.*]] = arith.cmpf oeq, %[[V6]], %[[V12]] : f32
// CHECK-NEXT: %[[V14:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V15:.*]] = math.log %[[A4]] : f32
// CHECK-NEXT: %[[V16:.*]] = arith.mulf %[[V6]], %[[V15]] fastmath<contract> : f32
// CHECK-NEXT: %[[V17:.*]] = arith.select %[[V13]], %[[V14]], %[[V16]] : f32
// CHECK-NEXT: iarc.yield %[[V11]], %[[V17]] : f32, f32
// CHECK-NEXT: }
// CHECK: %[[V18:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V0]], %[[A19:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V20:.*]] = iarc.map %[[V18]], %[[V21:.*]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A4]]: f32, %[[A5]]: f32):
// CHECK-NEXT: %[[V6]] = arith.mulf %[[A4]], %[[A5]] : f32
// CHECK-NEXT: iarc.yield %[[V6]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V22:.*]] = iarc.map %[[V18]], %[[V23:.*]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A4]]: f32, %[[A5]]: f32):
// CHECK-NEXT: %[[V6]] = arith.mulf %[[A4]], %[[A5]] : f32
// CHECK-NEXT: iarc.yield %[[V6]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V24:.*]] = iarc.linear %[[V22]], %[[A25:.*]] transposed : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
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
// CHECK: %[[V0:.*]] = iarc.map %[[V1:.*]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V2:.*]] = iarc.map %[[V1]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A3:.*]]: f32):
// CHECK-NEXT: %[[V4:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V5:.*]] = arith.cmpf ogt, %[[A3]], %[[V4]] : f32
// CHECK-NEXT: %[[V6:.*]] = math.exp %[[A3]] : f32
// CHECK-NEXT: %[[V7:.*]] = arith.mulf %[[A3]], %[[V6]] : f32
// CHECK-NEXT: %[[V8:.*]] = arith.select %[[V5]], %[[V7]], %[[V4]] : f32
// CHECK-NEXT: %[[V9:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-NEXT: %[[V10:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V11:.*]] = arith.select %[[V5]], %[[V9]], %[[V10]] : f32
// CHECK-NEXT: %[[V12:.*]] = arith.select %[[V5]], %[[V10]], %[[V9]] : f32
// CHECK-NEXT: %[[V13:.*]] = arith.mulf %[[V11]], %[[V6]] fastmath<contract> : f32
// CHECK-NEXT: %[[V14:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V15:.*]] = arith.cmpf oeq, %[[V11]], %[[V14]] : f32
// CHECK-NEXT: %[[V16:.*]] = arith.select %[[V15]], %[[V14]], %[[V13]] : f32
// CHECK-NEXT: %[[V17:.*]] = arith.mulf %[[V11]], %[[A3]] fastmath<contract> : f32
// CHECK-NEXT: %[[V18:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V19:.*]] = arith.cmpf oeq, %[[V11]], %[[V18]] : f32
// CHECK-NEXT: %[[V20:.*]] = arith.select %[[V19]], %[[V18]], %[[V17]] : f32
// CHECK-NEXT: %[[V21:.*]] = arith.mulf %[[V20]], %[[V6]] fastmath<contract> : f32
// CHECK-NEXT: %[[V22:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V23:.*]] = arith.cmpf oeq, %[[V20]], %[[V22]] : f32
// CHECK-NEXT: %[[V24:.*]] = arith.select %[[V23]], %[[V22]], %[[V21]] : f32
// CHECK-NEXT: %[[V25:.*]] = arith.addf %[[V16]], %[[V24]] fastmath<contract> : f32
// CHECK-NEXT: iarc.yield %[[V25]] : f32
// CHECK-NEXT: }
// CHECK: %[[V26:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V0]], %[[A27:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V28:.*]] = iarc.map %[[V26]], %[[V2]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A3]]: f32, %[[A29:.*]]: f32):
// CHECK-NEXT: %[[V5]] = arith.mulf %[[A3]], %[[A29]] : f32
// CHECK-NEXT: iarc.yield %[[V5]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V30:.*]] = iarc.weight_gradient %[[V28]], %[[V31:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
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
// CHECK: %[[V0:.*]] = iarc.map %[[V1:.*]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK: %[[V2:.*]] = iarc.map %[[V1]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A3:.*]]: f32):
// CHECK-NEXT: %[[V4:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V5:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-NEXT: %[[V6:.*]] = arith.cmpf ogt, %[[A3]], %[[V4]] : f32
// CHECK-NEXT: %[[V7:.*]] = arith.divf %[[V5]], %[[A3]] : f32
// CHECK-NEXT: %[[V8:.*]] = math.sin %[[V7]] : f32
// CHECK-NEXT: %[[V9:.*]] = arith.select %[[V6]], %[[V8]], %[[V4]] : f32
// CHECK-NEXT: %[[V10:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-NEXT: %[[V11:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V12:.*]] = arith.select %[[V6]], %[[V10]], %[[V11]] : f32
// CHECK-NEXT: %[[V13:.*]] = arith.select %[[V6]], %[[V11]], %[[V10]] : f32
// CHECK-NEXT: %[[V14:.*]] = math.cos %[[V7]] : f32
// CHECK-NEXT: %[[V15:.*]] = arith.mulf %[[V12]], %[[V14]] fastmath<contract> : f32
// CHECK-NEXT: %[[V16:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V17:.*]] = arith.cmpf oeq, %[[V12]], %[[V16]] : f32
// CHECK-NEXT: %[[V18:.*]] = arith.select %[[V17]], %[[V16]], %[[V15]] : f32
// CHECK-NEXT: %[[V19:.*]] = arith.divf %[[V18]], %[[A3]] fastmath<contract> : f32
// CHECK-NEXT: %[[V20:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V21:.*]] = arith.cmpf oeq, %[[V18]], %[[V20]] : f32
// CHECK-NEXT: %[[V22:.*]] = arith.select %[[V21]], %[[V20]], %[[V19]] : f32
// CHECK-NEXT: %[[V23:.*]] = arith.mulf %[[V22]], %[[V7]] fastmath<contract> : f32
// CHECK-NEXT: %[[V24:.*]] = arith.negf %[[V23]] : f32
// CHECK-NEXT: %[[V25:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V26:.*]] = arith.cmpf oeq, %[[V18]], %[[V25]] : f32
// CHECK-NEXT: %[[V27:.*]] = arith.select %[[V26]], %[[V25]], %[[V24]] : f32
// CHECK-NEXT: iarc.yield %[[V27]] : f32
// CHECK-NEXT: }
// CHECK: %[[V28:.*]] = iarc.loss_adjoint  cross_entropy at  last %[[V0]], %[[A29:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
// CHECK-NEXT: %[[V30:.*]] = iarc.map %[[V28]], %[[V2]] : !iarc.value<position 1, feature 2 : f32> {
// CHECK-NEXT: ^bb0(%[[A3]]: f32, %[[A31:.*]]: f32):
// CHECK-NEXT: %[[V6]] = arith.mulf %[[A3]], %[[A31]] : f32
// CHECK-NEXT: iarc.yield %[[V6]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[V32:.*]] = iarc.weight_gradient %[[V30]], %[[V33:.*]] : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
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
