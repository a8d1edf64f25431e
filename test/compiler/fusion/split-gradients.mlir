// iarc-split-gradients: which gradients of shared weights are made position by position.
// RUN: iarc-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(iarc-split-gradients{least-positions=3}))' | FileCheck %s
// RUN: iarc-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(iarc-split-gradients))' | FileCheck %s --check-prefix=FEW
// RUN: iarc-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(iarc-split-gradients{least-positions=3 least-batch=201}))' | FileCheck %s --check-prefix=FEW
// FEW-NOT: iarc.sum_positions

!v = !iarc.value<position 3, feature 4 : f32>
!h = !iarc.value<position 3, feature 8 : f32>
module attributes {iarc.model = {name = "tiny", task = {subtasks = "IARC"}, batch = 200, steps = 8000, rate = 0.02, momentum = 0.8}} {
// CHECK-LABEL: func.func @shared(
// CHECK-SAME: %[[X:[a-z0-9]+]]: !iarc.value<position 3, feature 4 : f32>, %[[D:[a-z0-9]+]]:
// CHECK: %[[P:.*]] = iarc.weight_gradient %[[D]], %[[X]] : {{.*}} -> !iarc.weight<position 3, out 8, in 4 : f32>
// CHECK: %[[G:.*]] = iarc.sum_positions %[[P]] : {{.*}} -> !iarc.weight<out 8, in 4 : f32>
// CHECK: return %[[G]]
func.func @shared(%x: !v, %d: !h, %w: !iarc.weight<out 8, in 4 : f32>) -> (!iarc.weight<out 8, in 4 : f32>, !v) {
  %g = iarc.weight_gradient %d, %x : (!h, !v) -> !iarc.weight<out 8, in 4 : f32>
  %dx = iarc.linear %d, %w transposed : (!h, !iarc.weight<out 8, in 4 : f32>) -> !v
  return %g, %dx : !iarc.weight<out 8, in 4 : f32>, !v
}
// Nothing else has the operands at hand.
// CHECK-LABEL: func.func @alone(
// CHECK-NOT: iarc.sum_positions
// CHECK: return
func.func @alone(%x: !v, %d: !h) -> !iarc.weight<out 8, in 4 : f32> {
  %g = iarc.weight_gradient %d, %x : (!h, !v) -> !iarc.weight<out 8, in 4 : f32>
  return %g : !iarc.weight<out 8, in 4 : f32>
}
// In a repeat, of the layers' own matrices; a product makes the output adjoint.
// CHECK-LABEL: func.func @layers(
// CHECK: iarc.repeat 2
// CHECK: iarc.weight_gradient {{.*}} -> !iarc.weight<position 3, out 4, in 4 : f32>
// CHECK: iarc.sum_positions
// CHECK: iarc.yield
func.func @layers(%x: !v, %w: !iarc.weight<out 4, in 4 : f32>) -> !iarc.weight<layer 2, out 4, in 4 : f32> {
  %y, %gs = iarc.repeat 2 carry(%x) : (!v) -> (!v, !iarc.weight<layer 2, out 4, in 4 : f32>) {
  ^bb0(%c: !v):
    %d = iarc.linear %c, %w transposed : (!v, !iarc.weight<out 4, in 4 : f32>) -> !v
    %g = iarc.weight_gradient %d, %c : (!v, !v) -> !iarc.weight<out 4, in 4 : f32>
    iarc.yield %d, %g : !v, !iarc.weight<out 4, in 4 : f32>
  }
  return %gs : !iarc.weight<layer 2, out 4, in 4 : f32>
}
// Each position's own already, or a pair's.
// CHECK-LABEL: func.func @placed(
// CHECK-NOT: iarc.sum_positions
// CHECK: return
func.func @placed(%x: !v, %d: !h) -> (!iarc.weight<position 3, out 8, in 4 : f32>, !iarc.weight<pair 6, out 8, in 4 : f32>) {
  %g = iarc.weight_gradient %d, %x : (!h, !v) -> !iarc.weight<position 3, out 8, in 4 : f32>
  %p = iarc.weight_gradient %d, %x : (!h, !v) -> !iarc.weight<pair 6, out 8, in 4 : f32>
  return %g, %p : !iarc.weight<position 3, out 8, in 4 : f32>, !iarc.weight<pair 6, out 8, in 4 : f32>
}
// 200 samples of 300 + 100 features are 80,000 numbers, two matrices of 300 x 100 three quarters of that.
// 183 x 180 has a kernel of its own.
// CHECK-LABEL: func.func @sizes(
// CHECK: iarc.weight_gradient {{.*}} -> !iarc.weight<position 3, out 300, in 100 : f32>
// CHECK: iarc.weight_gradient {{.*}} -> !iarc.weight<out 183, in 180 : f32>
func.func @sizes(%a: !iarc.value<position 3, feature 300 : f32>, %b: !iarc.value<position 3, feature 100 : f32>, %v: !iarc.weight<out 300, in 100 : f32>,
                 %c: !iarc.value<position 3, feature 183 : f32>, %d: !iarc.value<position 3, feature 180 : f32>, %w: !iarc.weight<out 183, in 8 : f32>)
    -> (!iarc.weight<out 300, in 100 : f32>, !iarc.weight<out 183, in 180 : f32>) {
  %g = iarc.weight_gradient %a, %b : (!iarc.value<position 3, feature 300 : f32>, !iarc.value<position 3, feature 100 : f32>) -> !iarc.weight<out 300, in 100 : f32>
  %x = iarc.linear %a, %v transposed : (!iarc.value<position 3, feature 300 : f32>, !iarc.weight<out 300, in 100 : f32>) -> !iarc.value<position 3, feature 100 : f32>
  %k = iarc.weight_gradient %c, %d : (!iarc.value<position 3, feature 183 : f32>, !iarc.value<position 3, feature 180 : f32>) -> !iarc.weight<out 183, in 180 : f32>
  %y = iarc.linear %c, %w transposed : (!iarc.value<position 3, feature 183 : f32>, !iarc.weight<out 183, in 8 : f32>) -> !iarc.value<position 3, feature 8 : f32>
  return %g, %k : !iarc.weight<out 300, in 100 : f32>, !iarc.weight<out 183, in 180 : f32>
}
}

// -----

// A module that names no batch.
// CHECK-LABEL: func.func @unknown(
// CHECK-NOT: iarc.sum_positions
func.func @unknown(%x: !iarc.value<position 3, feature 4 : f32>) -> !iarc.weight<out 4, in 4 : f32> {
  %g = iarc.weight_gradient %x, %x : (!iarc.value<position 3, feature 4 : f32>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.weight<out 4, in 4 : f32>
  return %g : !iarc.weight<out 4, in 4 : f32>
}
