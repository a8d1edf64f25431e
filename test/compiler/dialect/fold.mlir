// Folders: each one, and its neighbour that must stay.
// RUN: iarc-opt %s -canonicalize | FileCheck %s

!v = !iarc.value<position 3, feature 4 : f32>
!n = !iarc.value<position 3, feature 2 : f32>
!w = !iarc.weight<out 4, in 4 : f32>

// add(0, x) => x; add(x, 0) => x
// CHECK-LABEL: func.func @add_zero(
// CHECK-SAME: %[[X:.*]]: !iarc.value<{{.*}}>, %[[W:.*]]: !iarc.weight<{{.*}}>)
// CHECK-NEXT: return %[[X]], %[[X]], %[[W]]
func.func @add_zero(%x: !v, %w: !w) -> (!v, !v, !w) {
  %z = iarc.zero : !v
  %zw = iarc.zero : !w
  %0 = iarc.add %z, %x : !v
  %1 = iarc.add %x, %z : !v
  %2 = iarc.add %zw, %w : !w
  return %0, %1, %2 : !v, !v, !w
}

// add(0, 0) => 0
// CHECK-LABEL: func.func @add_zeros
// CHECK-NEXT: %[[Z:.*]] = iarc.zero
// CHECK-NEXT: return %[[Z]]
func.func @add_zeros() -> !v {
  %z = iarc.zero : !v
  %0 = iarc.add %z, %z : !v
  return %0 : !v
}

// CHECK-LABEL: func.func @add_stays
// CHECK: iarc.add
func.func @add_stays(%x: !v, %y: !v) -> !v {
  %0 = iarc.add %x, %y : !v
  return %0 : !v
}

// A slice of all features, and all features embedded, are the operand.
// CHECK-LABEL: func.func @everything(
// CHECK-SAME: %[[X:.*]]: !iarc.value<{{.*}}>)
// CHECK-NEXT: return %[[X]], %[[X]]
func.func @everything(%x: !v) -> (!v, !v) {
  %0 = iarc.slice %x from 0 : !v -> !v
  %1 = iarc.embed %x at 0 : !v -> !v
  return %0, %1 : !v, !v
}

// CHECK-LABEL: func.func @a_part
// CHECK: iarc.slice
// CHECK: iarc.embed
func.func @a_part(%x: !v) -> (!n, !v) {
  %0 = iarc.slice %x from 0 : !v -> !n
  %1 = iarc.embed %0 at 2 : !n -> !v
  return %0, %1 : !n, !v
}

// Ops without effects that nobody reads go away; the constants of a scalar region stay inside it.
// CHECK-LABEL: func.func @dead
// CHECK-NEXT: iarc.map
// CHECK-NEXT: ^bb0
// CHECK-NEXT: arith.constant 2.000000e+00
// CHECK-NOT: iarc.norm
// CHECK: return
func.func @dead(%x: !v) -> !v {
  %0, %scale0 = iarc.norm %x eps 1.0 : !v
  %1 = iarc.map %x : !v {
  ^bb0(%u: f32):
    %one = arith.constant 1.0 : f32
    %two = arith.addf %one, %one : f32
    %p = arith.mulf %u, %two : f32
    iarc.yield %p : f32
  }
  return %1 : !v
}
