// The adjoint of attention makes the weights of a block of queries before it turns those of the block
// before into adjoints, where both blocks' numbers fit the nearest cache; in long contexts one after
// the other. What the next task reads and writes is fetched beside the visits of keys, and nothing
// before and after them: twice over the keys, the rest of the rows with their own keys.
// RUN: iarc-opt %s -iarc-gradient -canonicalize -cse -iarc-lower | FileCheck %s
// RUN: sed -e 's/position 8/position 100/g' %s | iarc-opt -iarc-gradient -canonicalize -cse -iarc-lower | FileCheck %s --check-prefix=LONG

!b = !iarc.batch<position 8, symbol 4, control 0>
!v = !iarc.value<position 8, feature 4 : f32>
!w = !iarc.weight<out 4, in 4 : f32>

// For each of two rows the sum of its weights and of these times do . v are carried.
// CHECK-LABEL: llvm.func internal @gradients_region_5(
// CHECK: scf.for %[[ROW:.*]] = %[[FIRST:.*]] to %{{.*}} step %{{.*}} iter_args(%[[S0:.*]] = %{{.*}}, %[[S1:.*]] = %{{.*}}, %{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK: %[[NEXT:.*]]:4 = scf.if
// CHECK-NOT: prefetch
// CHECK: scf.for
// CHECK-COUNT-4: llvm.intr.prefetch
// CHECK: vector.fma
// CHECK-NOT: prefetch
// CHECK: } else {
// CHECK: %[[BEFORE:.*]] = arith.cmpi sgt, %[[ROW]], %[[FIRST]]
// CHECK: scf.if %[[BEFORE]] {
// CHECK: arith.addf %[[S0]],
// CHECK: arith.mulf %[[S1]],
// CHECK-NOT: prefetch
// CHECK: scf.for
// CHECK-COUNT-3: llvm.intr.prefetch
// CHECK: vector.fma
// CHECK-NOT: prefetch
// CHECK: scf.yield %[[NEXT]]#0, %[[NEXT]]#1, %[[NEXT]]#2, %[[NEXT]]#3

// LONG-LABEL: llvm.func internal @gradients_region_5(
// LONG-NOT: scf.if
// LONG: vector.fma
// LONG-NOT: scf.if
// LONG-LABEL: llvm.func internal @gradients_region_6(
module attributes {iarc.model = {name = "t", task = {}, batch = 8, steps = 1, rate = 1.0, momentum = 0.0}} {
  iarc.weight @w : !w = uniform(-1.0, 1.0)
  func.func @forward(%b: !b, %w: !w {iarc.weight = @w}) -> (f32, !v) {
    %e = iarc.encode %b : !b -> !v
    %q = iarc.linear %e, %w : (!v, !w) -> !v
    %y = iarc.attention %q, %q, %e heads 1 scale 0.5 causal decay [] normalise sum eps 1.0e-3 : !v {
    ^bb0(%z: f32):
      %s = arith.mulf %z, %z : f32
      iarc.yield %s : f32
    }
    %l = iarc.loss cross_entropy at all %y, %b : (!v, !b) -> f32
    return %l, %y : f32, !v
  }
}
