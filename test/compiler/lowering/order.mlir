// Weights' gradients come after all other work of their block, but before whoever reads them: here
// a repeat that starts from twice a gradient.
// RUN: iarc-opt %s -iarc-lower | FileCheck %s

!b = !iarc.batch<position 1, symbol 2, control 0>
!v = !iarc.value<position 1, feature 2 : f32>
!w = !iarc.weight<out 2, in 2 : f32>

// CHECK-LABEL: llvm.func @iarc_forward
// CHECK: llvm.mlir.addressof @forward_region_0
// CHECK: llvm.mlir.addressof @forward_region_1
// CHECK: llvm.mlir.addressof @forward_region_2
// CHECK: scf.for
// CHECK: llvm.mlir.addressof @forward_region_3
// The second region is the gradient: it sums over the lanes.
// CHECK-LABEL: llvm.func internal @forward_region_1
// CHECK: vector.shuffle
// CHECK-LABEL: llvm.func internal @forward_region_2
// CHECK-NOT: vector.shuffle
// CHECK: arith.addf
module attributes {iarc.model = {name = "t", task = {}, batch = 1, steps = 1, rate = 1.0, momentum = 0.0}} {
  func.func @forward(%b: !b) -> (f32, !v) {
    %e = iarc.encode %b : !b -> !v
    %g = iarc.weight_gradient %e, %e : (!v, !v) -> !w
    %s = iarc.add %g, %g : !w
    %r = iarc.repeat 2 carry(%s) : (!w) -> !w {
    ^bb0(%h: !w):
      iarc.yield %h : !w
    }
    %y = iarc.linear %e, %r : (!v, !w) -> !v
    %l = iarc.loss cross_entropy at last %y, %b : (!v, !b) -> f32
    return %l, %y : f32, !v
  }
}
