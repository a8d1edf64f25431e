// Under a loss at the last position, the iteration that borders on it computes one position of three.
// RUN: iarc-opt %s -iarc-gradient -canonicalize -cse -iarc-lower | FileCheck %s
// RUN: sed -e 's/cross_entropy at last/cross_entropy at all/' %s | iarc-opt -iarc-gradient -canonicalize -cse -iarc-lower | FileCheck %s --check-prefix=ALL

!b = !iarc.batch<position 3, symbol 2, control 1>
!v = !iarc.value<position 3, feature 3 : f32>
!p = !iarc.weight<position 3, out 3, in 3 : f32>
!ps = !iarc.weight<layer 2, position 3, out 3, in 3 : f32>
!l = !iarc.value<position 3, feature 2 : f32>

// A product at one position is 18 operations. Forward 3 + 1 positions; backward the same for the input's
// adjoint and for the weight's gradient.
// CHECK: executed_product_flop = 2.160000e+02 : f64
// CHECK-SAME: product_flop = 3.240000e+02 : f64
// ALL: executed_product_flop = 3.240000e+02 : f64
// The forward function gives all logits: it skips nothing.
// CHECK-LABEL: llvm.func internal @forward_region_1(
// CHECK-NOT: scf.if
// CHECK-LABEL: llvm.func @iarc_gradients(
// CHECK: llvm.func internal @gradients_region_1(
// The layer's number is compared with that of the last one.
// CHECK: %[[LAYER:.*]] = llvm.load %arg1
// CHECK: %[[EDGE:.*]] = arith.cmpi eq, %[[LAYER]], %{{.*}} : i64
// CHECK: %[[FIRST:.*]] = arith.select %[[EDGE]], %{{.*}}, %{{.*}} : i64
// CHECK: %[[LIVE:.*]] = arith.cmpi sge, %{{.*}}, %[[FIRST]] : i64
// CHECK: scf.if %[[LIVE]] {
module attributes {iarc.model = {name = "tiny", task = {subtasks = "I"}, batch = 4, steps = 10, rate = 0.02, momentum = 0.8}} {
  iarc.weight @w : !ps = uniform(-1.0, 1.0)
  func.func @forward(%batch: !b, %w: !ps {iarc.weight = @w}) -> (f32, !l) {
    %e = iarc.encode %batch : !b -> !v
    %y = iarc.repeat 2 carry(%e) slices(%w) : (!v, !ps) -> !v {
    ^bb0(%h: !v, %s: !p):
      %n = iarc.linear %h, %s : (!v, !p) -> !v
      iarc.yield %n : !v
    }
    %l = iarc.slice %y from 0 : !v -> !l
    %loss = iarc.loss cross_entropy at last %l, %batch : (!l, !b) -> f32
    return %loss, %l : f32, !l
  }
}
