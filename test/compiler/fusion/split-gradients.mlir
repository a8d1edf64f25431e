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
func.func @shared(%x: !v, %d: !h) -> !iarc.weight<out 8, in 4 : f32> {
  %g = iarc.weight_gradient %d, %x : (!h, !v) -> !iarc.weight<out 8, in 4 : f32>
  return %g : !iarc.weight<out 8, in 4 : f32>
}
// In a repeat, of the layers' own matrices.
// CHECK-LABEL: func.func @layers(
// CHECK: iarc.repeat 2
// CHECK: iarc.weight_gradient {{.*}} -> !iarc.weight<position 3, out 4, in 4 : f32>
// CHECK: iarc.sum_positions
// CHECK: iarc.yield
func.func @layers(%x: !v) -> !iarc.weight<layer 2, out 4, in 4 : f32> {
  %y, %gs = iarc.repeat 2 carry(%x) : (!v) -> (!v, !iarc.weight<layer 2, out 4, in 4 : f32>) {
  ^bb0(%c: !v):
    %g = iarc.weight_gradient %c, %c : (!v, !v) -> !iarc.weight<out 4, in 4 : f32>
    iarc.yield %c, %g : !v, !iarc.weight<out 4, in 4 : f32>
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
// 200 samples of 200 + 200 features are 80,000 numbers, two matrices of 200 x 200 as many; of 201 x 201 they are more.
// CHECK-LABEL: func.func @wide(
// CHECK: iarc.weight_gradient {{.*}} -> !iarc.weight<position 3, out 200, in 200 : f32>
// CHECK: iarc.weight_gradient {{.*}} -> !iarc.weight<out 201, in 201 : f32>
func.func @wide(%x: !iarc.value<position 3, feature 200 : f32>, %y: !iarc.value<position 3, feature 201 : f32>) -> (!iarc.weight<out 200, in 200 : f32>, !iarc.weight<out 201, in 201 : f32>) {
  %g = iarc.weight_gradient %x, %x : (!iarc.value<position 3, feature 200 : f32>, !iarc.value<position 3, feature 200 : f32>) -> !iarc.weight<out 200, in 200 : f32>
  %k = iarc.weight_gradient %y, %y : (!iarc.value<position 3, feature 201 : f32>, !iarc.value<position 3, feature 201 : f32>) -> !iarc.weight<out 201, in 201 : f32>
  return %g, %k : !iarc.weight<out 200, in 200 : f32>, !iarc.weight<out 201, in 201 : f32>
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
