// Products across positions are regions of their own: what they read must be there at all positions. What
// follows position by position belongs to the same region; the gradients come last.
// RUN: iarc-opt %s -iarc-lower | FileCheck %s
// RUN: iarc-opt %s -iarc-lower | FileCheck %s --check-prefix=FACTS

!b = !iarc.batch<position 3, symbol 2, control 0>
!v = !iarc.value<position 3, feature 2 : f32>
!w = !iarc.weight<pair 6, out 2, in 2 : f32>
!c = !iarc.weight<position 3, out 2 : f32>

// Nominal: forward, and twice that backward, of 6 pairs with 2 * 2 * 2 operations, for two products.
// FACTS: product_flop = 2.880000e+02 : f64

// CHECK-LABEL: llvm.func @iarc_forward
// CHECK: llvm.mlir.addressof @forward_region_0
// CHECK: llvm.mlir.addressof @forward_region_1
// CHECK: llvm.mlir.addressof @forward_region_2
// CHECK: llvm.mlir.addressof @forward_region_3
// CHECK: llvm.mlir.addressof @forward_region_4
// CHECK: llvm.mlir.addressof @forward_region_5
// CHECK-NOT: llvm.mlir.addressof
// CHECK-LABEL: llvm.func internal @forward_region_0
// CHECK: arith.cmpi eq
// CHECK-NOT: vector.fma
// The product with its bias, then the norm of its result.
// CHECK-LABEL: llvm.func internal @forward_region_1
// CHECK: arith.shrui
// CHECK: vector.fma
// CHECK: math.sqrt
// CHECK-LABEL: llvm.func internal @forward_region_2
// CHECK: vector.fma
// CHECK-NOT: math.sqrt
// CHECK: llvm.return
// The loss, and the sum of its lanes.
// CHECK-LABEL: llvm.func internal @forward_region_3
// CHECK-LABEL: llvm.func internal @forward_region_4
// The last one: the pair of a task, then the sum over the lane groups.
// CHECK-LABEL: llvm.func internal @forward_region_5
// CHECK: math.sqrt %{{.*}} : f64
// CHECK: vector.fma
// CHECK: vector.shuffle
module attributes {iarc.model = {name = "t", task = {}, batch = 1, steps = 1, rate = 1.0, momentum = 0.0}} {
  iarc.weight @w : !w = normal(0.0, 0.1)
  iarc.weight @c : !c = constant(0.0, 0.0)
  func.func @forward(%b: !b, %w: !w {iarc.weight = @w}, %c: !c {iarc.weight = @c}) -> (f32, !v, !w) {
    %e = iarc.encode %b : !b -> !v
    %g = iarc.weight_gradient %e, %e : (!v, !v) -> !w
    %x = iarc.linear %e, %w bias %c : (!v, !w, !c) -> !v
    %n, %scalen = iarc.norm %x eps 1.0e-5 : !v
    %y = iarc.linear %n, %w : (!v, !w) -> !v
    %l = iarc.loss cross_entropy at last %y, %b : (!v, !b) -> f32
    return %l, %y, %g : f32, !v, !w
  }
}
