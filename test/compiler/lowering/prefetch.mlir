// A block of a product fetches what the next ones need line by line, beside its multiply-adds, and
// before and after its loop nothing: here the weights of the next position and the lines of later
// results.
// RUN: iarc-opt %s -iarc-lower | FileCheck %s

!b = !iarc.batch<position 2, symbol 8, control 0>
!v = !iarc.value<position 2, feature 8 : f32>
!w = !iarc.weight<position 2, out 8, in 8 : f32>

// CHECK-LABEL: llvm.func internal @forward_region_0
// CHECK-NOT: llvm.intr.prefetch
// CHECK: scf.for {{.*}} iter_args
// CHECK-NOT: vector.fma
// CHECK-DAG: "llvm.intr.prefetch"({{.*}}) <{cache = 1 : i32, hint = 2 : i32, rw = 0 : i32}>
// CHECK-DAG: "llvm.intr.prefetch"({{.*}}) <{cache = 1 : i32, hint = 3 : i32, rw = 1 : i32}>
// CHECK: vector.fma
// CHECK-NOT: llvm.intr.prefetch
// CHECK: scf.yield
// CHECK-NOT: llvm.intr.prefetch
// CHECK: scf.for {{.*}} iter_args
module attributes {iarc.model = {name = "t", task = {}, batch = 200, steps = 1, rate = 1.0, momentum = 0.0}} {
  iarc.weight @w : !w = uniform(-1.0, 1.0)
  func.func @forward(%b: !b, %w: !w {iarc.weight = @w}) -> (f32, !v) {
    %e = iarc.encode %b : !b -> !v
    %y = iarc.linear %e, %w : (!v, !w) -> !v
    %z = iarc.linear %y, %w : (!v, !w) -> !v
    %l = iarc.loss cross_entropy at last %z, %b : (!v, !b) -> f32
    return %l, %z : f32, !v
  }
}
