// Products of tiles are functions that take the addresses of their tensors; those of one shape and
// epilogue are one function.
// RUN: iarc-opt %s -iarc-lower | FileCheck %s
// RUN: iarc-opt %s -iarc-lower | FileCheck %s --check-prefix=ONCE

!b = !iarc.batch<position 20, symbol 8, control 0>
!v = !iarc.value<position 20, feature 8 : f32>
!w = !iarc.weight<position 20, out 8, in 8 : f32>

// CHECK-LABEL: llvm.func internal @forward_region_2(
// CHECK-NOT: vector.fma
// CHECK: llvm.call @[[PRODUCT:linear_[0-9]+]](%arg0, %arg1, %[[P:[0-9]+]], %[[BEGIN:[0-9]+]], %[[END:[0-9]+]], %[[W:[0-9]+]], %[[A:[0-9]+]], %[[Q:[0-9]+]])
// CHECK-NEXT: llvm.call @[[PRODUCT]](%arg0, %arg1, %[[P]], %[[BEGIN]], %[[END]], %[[U:[0-9]+]], %[[A]], %{{[0-9]+}})
// CHECK-NEXT: llvm.call @[[SUM:linear_[0-9]+]](%arg0, %arg1, %[[P]], %[[BEGIN]], %[[END]], %[[U]], %[[A]], %{{[0-9]+}})
// CHECK-NOT: vector.fma
// CHECK: llvm.func internal @[[PRODUCT]](
// CHECK: vector.fma
// CHECK: llvm.func internal @[[SUM]](
// CHECK: vector.fma

// ONCE-COUNT-2: llvm.func internal @linear_
// ONCE-NOT: llvm.func internal @linear_
module attributes {iarc.model = {name = "t", task = {}, batch = 200, steps = 1, rate = 1.0, momentum = 0.0}} {
  iarc.weight @w : !w = uniform(-1.0, 1.0)
  iarc.weight @u : !w = uniform(-1.0, 1.0)
  func.func @forward(%b: !b, %w: !w {iarc.weight = @w}, %u: !w {iarc.weight = @u}) -> (f32, !v) {
    %e = iarc.encode %b : !b -> !v
    %a = iarc.attention %e, %e, %e heads 1 scale 1.0 causal decay [] normalise none eps 0.0 : !v {
    ^bb0(%z: f32):
      iarc.yield %z : f32
    }
    %q = iarc.linear %a, %w : (!v, !w) -> !v
    %k = iarc.linear %a, %u : (!v, !w) -> !v
    %s = iarc.linear %a, %u extras(%a) : (!v, !w, !v) -> !v epilogue {
    ^bb0(%y: f32, %x: f32):
      %r = arith.addf %y, %x : f32
      iarc.yield %r : f32
    }
    %m = iarc.attention %q, %k, %s heads 1 scale 1.0 causal decay [] normalise none eps 0.0 : !v {
    ^bb0(%z: f32):
      iarc.yield %z : f32
    }
    %l = iarc.loss cross_entropy at last %m, %b : (!v, !b) -> f32
    return %l, %m : f32, !v
  }
}
