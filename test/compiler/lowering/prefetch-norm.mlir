// Ops without products, such as a norm, would wait for the lines that they ask for. Beside the
// largest product of the tile these are fetched one position ahead: what the norm reads and what it
// writes. Not beside the other product, not by the norm itself, and not the norm's scales, of which
// a position has few lines.
// RUN: iarc-opt %s -iarc-lower | FileCheck %s

!b = !iarc.batch<position 2, symbol 8, control 0>
!v = !iarc.value<position 2, feature 8 : f32>
!h = !iarc.value<position 2, feature 16 : f32>
!w = !iarc.weight<position 2, out 8, in 8 : f32>
!g = !iarc.value<position 1, feature 16 : f32>
!u = !iarc.weight<position 2, out 16, in 8 : f32>

// CHECK-LABEL: llvm.func internal @forward_region_3
// CHECK-NOT: llvm.intr.prefetch
// CHECK-LABEL: llvm.func internal @linear_3
// CHECK: scf.for {{.*}} iter_args
// CHECK-NOT: vector.fma
// CHECK: hint = 2 {{.*}} rw = 0
// CHECK-NOT: vector.fma
// CHECK: hint = 3 {{.*}} rw = 1
// CHECK-NOT: llvm.intr.prefetch
// CHECK: vector.fma
// CHECK-LABEL: llvm.func internal @linear_4
// CHECK: scf.for {{.*}} iter_args
// CHECK-NOT: vector.fma
// CHECK: hint = 2 {{.*}} rw = 0
// CHECK-NOT: vector.fma
// CHECK: hint = 3 {{.*}} rw = 1
// CHECK-NOT: vector.fma
// CHECK: hint = 2 {{.*}} rw = 0
// CHECK-NOT: vector.fma
// CHECK: hint = 3 {{.*}} rw = 1
// CHECK-NOT: llvm.intr.prefetch
// CHECK: vector.fma
module attributes {iarc.model = {name = "t", task = {}, batch = 200, steps = 1, rate = 1.0, momentum = 0.0}} {
  iarc.weight @w : !w = uniform(-1.0, 1.0)
  iarc.weight @u : !u = uniform(-1.0, 1.0)
  func.func @forward(%b: !b, %w: !w {iarc.weight = @w}, %u: !u {iarc.weight = @u}) -> (f32, !v) {
    %e = iarc.encode %b : !b -> !v
    %f = iarc.flatten %e : !v -> !g
    %x = iarc.unflatten %f : !g -> !v
    %n, %s = iarc.norm %x eps 1.0 : !iarc.value<position 2, feature 8 : f32>
    %y = iarc.linear %n, %w : (!v, !w) -> !v
    %z = iarc.linear %n, %u : (!v, !u) -> !h
    %l = iarc.loss cross_entropy at last %y, %b : (!v, !b) -> f32
    return %l, %y : f32, !v
  }
}
