// Attention takes two queries at once where their features and sums fit the registers: here 4 features
// in 32 registers, the sum of its weights and of each feature for both, and each key and its value
// loaded once. An odd query that is left over goes alone, and so do all in 16 registers.
// RUN: iarc-opt %s -iarc-lower='vector-bits=512 vector-registers=32' | FileCheck %s
// RUN: iarc-opt %s -iarc-lower='vector-bits=256 vector-registers=16' | FileCheck %s --check-prefix=SINGLE
// RUN: sed -e 's/position 9/position 8/g' %s | iarc-opt -iarc-lower='vector-bits=512 vector-registers=32' | FileCheck %s --check-prefix=EVEN

!b = !iarc.batch<position 9, symbol 4, control 0>
!v = !iarc.value<position 9, feature 4 : f32>
!w = !iarc.weight<out 4, in 4 : f32>

// CHECK-LABEL: llvm.func internal @attention_{{[0-9]+}}(
// CHECK: scf.for %{{.*}} step %c2
// The keys that both see: ten sums.
// CHECK: %[[SUMS:.*]]:10 = scf.for
// CHECK: llvm.intr.prefetch
// CHECK: arith.mulf {{.*}} : vector<16xf32>
// CHECK: arith.mulf {{.*}} : vector<16xf32>
// CHECK-COUNT-14: vector.fma
// CHECK: scf.yield
// The second one's own key: no loop, and its sums alone go on.
// CHECK-NOT: scf.for
// CHECK: vector.fma {{.*}}, %[[SUMS]]#6 :
// CHECK-NOT: scf.for
// CHECK: arith.divf
// CHECK: arith.divf
// The ninth query.
// CHECK: scf.for
// CHECK: :5 = scf.for

// SINGLE-LABEL: llvm.func internal @attention_{{[0-9]+}}(
// SINGLE-NOT: :10 = scf.for
// SINGLE: :5 = scf.for
// SINGLE-NOT: = scf.for
// SINGLE-LABEL: llvm.func

// EVEN-LABEL: llvm.func internal @attention_{{[0-9]+}}(
// EVEN: :10 = scf.for
// EVEN-NOT: :5 = scf.for
// EVEN-LABEL: llvm.func
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
