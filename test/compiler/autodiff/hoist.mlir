// Gradients of weights that every iteration reads: one product after the loop.
// RUN: iarc-opt %s -iarc-hoist-weight-gradients -canonicalize -split-input-file | FileCheck %s

!v = !iarc.value<position 1, feature 4 : f32>
!s = !iarc.value<layer 3, position 1, feature 4 : f32>
!w = !iarc.weight<out 4, in 4 : f32>

// Both operands are stacked already: one as a slice, one as a result. The sum leaves the loop.
// CHECK-LABEL: func.func @stacked(
// CHECK-SAME: %[[X:.*]]: !iarc.value<layer 3, position 1, feature 4 : f32>, %[[D:.*]]: !iarc.value<position 1, feature 4 : f32>, %[[W:.*]]: !iarc.weight
// CHECK-NEXT: %[[R:.*]]:2 = iarc.repeat 3 reverse carry(%[[D]]) :
// CHECK-NEXT: ^bb0(%[[C:.*]]: !iarc.value<position 1, feature 4 : f32>):
// CHECK-NEXT: %[[DX:.*]] = iarc.linear %[[C]], %[[W]] transposed
// CHECK-NEXT: iarc.yield %[[DX]], %[[DX]]
// CHECK: %[[DY:.*]] = iarc.reshape %[[R]]#1 : <layer 3, position 1, feature 4 : f32> -> <position 3, feature 4 : f32>
// CHECK-NEXT: %[[XS:.*]] = iarc.reshape %[[X]] : <layer 3, position 1, feature 4 : f32> -> <position 3, feature 4 : f32>
// CHECK-NEXT: %[[G:.*]] = iarc.weight_gradient %[[DY]], %[[XS]]
// CHECK-NEXT: return %[[R]]#0, %[[G]], %[[R]]#1
func.func @stacked(%x: !s, %d: !v, %w: !w) -> (!v, !w, !s) {
  %z = iarc.zero : !w
  %r:3 = iarc.repeat 3 reverse carry(%d, %z) slices(%x) : (!v, !w, !s) -> (!v, !w, !s) {
  ^bb0(%c: !v, %sum: !w, %xi: !v):
    %dx = iarc.linear %c, %w transposed : (!v, !w) -> !v
    %g = iarc.weight_gradient %dx, %xi : (!v, !v) -> !w
    %n = iarc.add %sum, %g : !w
    iarc.yield %dx, %n, %dx : !v, !w, !v
  }
  return %r#0, %r#1, %r#2 : !v, !w, !s
}

// -----

// Several products in one sum, and a start that is not zero.
!v = !iarc.value<position 1, feature 4 : f32>
!s = !iarc.value<layer 3, position 1, feature 4 : f32>
!w = !iarc.weight<out 4, in 4 : f32>
// CHECK-LABEL: func.func @several(
// CHECK-SAME: %[[X:.*]]: !iarc.value<{{.*}}>, %[[Y:.*]]: !iarc.value<{{.*}}>, %[[W:.*]]: !iarc.weight
// CHECK-NOT: iarc.repeat
// CHECK-DAG: %[[XS:.*]] = iarc.reshape %[[X]]
// CHECK-DAG: %[[YS:.*]] = iarc.reshape %[[Y]]
// CHECK: iarc.weight_gradient
// CHECK: iarc.add %[[W]], %{{.*}}
// CHECK: iarc.weight_gradient
// CHECK: %[[SUM:.*]] = iarc.add
// CHECK: return %[[SUM]]
func.func @several(%x: !s, %y: !s, %w: !w) -> !w {
  %r = iarc.repeat 3 carry(%w) slices(%x, %y) : (!w, !s, !s) -> !w {
  ^bb0(%sum: !w, %xi: !v, %yi: !v):
    %g = iarc.weight_gradient %xi, %yi : (!v, !v) -> !w
    %h = iarc.weight_gradient %yi, %xi : (!v, !v) -> !w
    %gh = iarc.add %g, %h : !w
    %n = iarc.add %sum, %gh : !w
    iarc.yield %n : !w
  }
  return %r : !w
}

// -----

// Several positions: iterations and positions are one axis of the sum.
!v = !iarc.value<position 2, feature 4 : f32>
!s = !iarc.value<layer 3, position 2, feature 4 : f32>
!w = !iarc.weight<out 4, in 4 : f32>
// CHECK-LABEL: func.func @positions(
// CHECK: iarc.weight_gradient %{{.*}}, %{{.*}} : (!iarc.value<position 6, feature 4 : f32>, !iarc.value<position 6, feature 4 : f32>)
func.func @positions(%x: !s) -> !w {
  %z = iarc.zero : !w
  %r = iarc.repeat 3 carry(%z) slices(%x) : (!w, !s) -> !w {
  ^bb0(%sum: !w, %xi: !v):
    %g = iarc.weight_gradient %xi, %xi : (!v, !v) -> !w
    %n = iarc.add %g, %sum : !w
    iarc.yield %n : !w
  }
  return %r : !w
}

// -----

// A wide weight: its gradient's operands are worth stacking anew: 32 samples of 32 features = 32 x 32.
!n = !iarc.value<position 1, feature 32 : f32>
!s = !iarc.value<layer 3, position 1, feature 32 : f32>
!w = !iarc.weight<out 32, in 32 : f32>
// CHECK-LABEL: func.func @wide(
// CHECK: %[[R:.*]]:2 = iarc.repeat 3 carry(%{{.*}}) slices(%{{.*}}) : (!iarc.value<position 1, feature 32 : f32>, !iarc.value<layer 3, position 1, feature 32 : f32>) -> (!iarc.value<position 1, feature 32 : f32>, !iarc.value<layer 3, position 1, feature 32 : f32>)
// CHECK: iarc.weight_gradient %{{.*}}, %{{.*}} : (!iarc.value<position 3, feature 32 : f32>, !iarc.value<position 3, feature 32 : f32>)
func.func @wide(%x: !s, %d: !n) -> (!n, !w) {
  %z = iarc.zero : !w
  %r:2 = iarc.repeat 3 carry(%d, %z) slices(%x) : (!n, !w, !s) -> (!n, !w) {
  ^bb0(%c: !n, %sum: !w, %xi: !n):
    %dx = iarc.add %c, %xi : !n
    %g = iarc.weight_gradient %dx, %xi : (!n, !n) -> !w
    %n = iarc.add %sum, %g : !w
    iarc.yield %dx, %n : !n, !w
  }
  return %r#0, %r#1 : !n, !w
}

// -----

// What stays in the loop: a stack larger than the weight, a value from outside, a weight per
// position, a sum that somebody else reads.
!v = !iarc.value<position 2, feature 4 : f32>
!s = !iarc.value<layer 3, position 2, feature 4 : f32>
!w = !iarc.weight<out 4, in 4 : f32>
!p = !iarc.weight<position 2, out 4, in 4 : f32>
// CHECK-LABEL: func.func @stays(
// CHECK: iarc.repeat
// CHECK: iarc.weight_gradient
// CHECK: iarc.weight_gradient
// CHECK: iarc.weight_gradient
// CHECK: iarc.weight_gradient
// CHECK: iarc.yield
// CHECK-NOT: iarc.weight_gradient
func.func @stays(%x: !s, %d: !v) -> (!w, !w, !p, !w, !iarc.weight<layer 3, out 4, in 4 : f32>) {
  %z = iarc.zero : !w
  %zp = iarc.zero : !p
  %r:5 = iarc.repeat 3 carry(%z, %z, %zp, %z) slices(%x) : (!w, !w, !p, !w, !s) -> (!w, !w, !p, !w, !iarc.weight<layer 3, out 4, in 4 : f32>) {
  ^bb0(%a: !w, %b: !w, %c: !p, %e: !w, %xi: !v):
    %big = iarc.add %xi, %xi : !v
    %ga = iarc.weight_gradient %big, %xi : (!v, !v) -> !w
    %na = iarc.add %a, %ga : !w
    %gb = iarc.weight_gradient %d, %xi : (!v, !v) -> !w
    %nb = iarc.add %b, %gb : !w
    %gc = iarc.weight_gradient %xi, %xi : (!v, !v) -> !p
    %nc = iarc.add %c, %gc : !p
    %ge = iarc.weight_gradient %xi, %xi : (!v, !v) -> !w
    %ne = iarc.add %e, %ge : !w
    iarc.yield %na, %nb, %nc, %ne, %ne : !w, !w, !p, !w, !w
  }
  return %r#0, %r#1, %r#2, %r#3, %r#4 : !w, !w, !p, !w, !iarc.weight<layer 3, out 4, in 4 : f32>
}
