// iarc-transpose-weights: which transposed products read a copy, and where it is made.
// RUN: iarc-opt %s -pass-pipeline='builtin.module(func.func(iarc-transpose-weights))' | FileCheck %s

!x = !iarc.value<position 3, feature 128 : f32>
!y = !iarc.value<position 3, feature 256 : f32>
!w = !iarc.weight<out 256, in 128 : f32>

// One copy for two products, before the repeat that has both.
// CHECK-LABEL: func.func @outside(
// CHECK-SAME: %[[Y:[a-z0-9]+]]: {{.*}}, %[[W:[a-z0-9]+]]: !iarc.weight<out 256, in 128 : f32>
// CHECK: %[[T:.*]] = iarc.transpose %[[W]] : (!iarc.weight<out 256, in 128 : f32>) -> !iarc.weight<out 128, in 256 : f32>
// CHECK-NOT: iarc.transpose
// CHECK: iarc.repeat 4
// CHECK: %[[X:.*]] = iarc.linear %{{.*}}, %[[T]] : (!iarc.value<position 3, feature 256 : f32>, !iarc.weight<out 128, in 256 : f32>)
// CHECK: iarc.linear %[[X]], %[[W]] :
// CHECK: iarc.linear %{{.*}}, %[[T]] :
func.func @outside(%y: !y, %w: !w) -> !x {
  %r = iarc.repeat 4 carry(%y) : (!y) -> !y {
  ^bb0(%c: !y):
    %dx = iarc.linear %c, %w transposed : (!y, !w) -> !x
    %n = iarc.linear %dx, %w : (!x, !w) -> !y
    iarc.yield %n : !y
  }
  %dx = iarc.linear %r, %w transposed : (!y, !w) -> !x
  return %dx : !x
}

// Each layer's own: where the slice is.
// CHECK-LABEL: func.func @slices(
// CHECK: iarc.repeat 4
// CHECK-NEXT: ^bb0(%{{.*}}, %[[S:[a-z0-9]+]]: !iarc.weight<out 256, in 256 : f32>):
// CHECK-NEXT: %[[T:.*]] = iarc.transpose %[[S]]
// CHECK-NEXT: iarc.linear %{{.*}}, %[[T]] :
func.func @slices(%y: !y, %w: !iarc.weight<layer 4, out 256, in 256 : f32>) -> !y {
  %r = iarc.repeat 4 carry(%y) slices(%w) : (!y, !iarc.weight<layer 4, out 256, in 256 : f32>) -> !y {
  ^bb0(%c: !y, %s: !iarc.weight<out 256, in 256 : f32>):
    %n = iarc.linear %c, %s transposed : (!y, !iarc.weight<out 256, in 256 : f32>) -> !y
    iarc.yield %n : !y
  }
  return %r : !y
}

// Small ones, and those of positions, are read as they are.
// CHECK-LABEL: func.func @others(
// CHECK-NOT: iarc.transpose
// CHECK: return
func.func @others(%y: !y, %small: !iarc.weight<out 256, in 127 : f32>, %own: !iarc.weight<position 3, out 256, in 128 : f32>) -> (!iarc.value<position 3, feature 127 : f32>, !x) {
  %a = iarc.linear %y, %small transposed : (!y, !iarc.weight<out 256, in 127 : f32>) -> !iarc.value<position 3, feature 127 : f32>
  %b = iarc.linear %y, %own transposed : (!y, !iarc.weight<position 3, out 256, in 128 : f32>) -> !x
  return %a, %b : !iarc.value<position 3, feature 127 : f32>, !x
}
