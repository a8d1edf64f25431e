// Constant factors of a scalar region become one: (x / 4) * 3 => x * 0.75, y * (x * c) => (y * x) * c.
// RUN: iarc-opt %s -pass-pipeline='builtin.module(func.func(iarc-fuse-epilogues))' | FileCheck %s
!v = !iarc.value<position 3, feature 4 : f32>

// CHECK-LABEL: func.func @merged
// CHECK: ^bb0(%[[X:.*]]: f32, %[[Y:.*]]: f32):
// CHECK: %[[C:.*]] = arith.constant 1.500000e+00 : f32
// CHECK-NEXT: %[[P:.*]] = arith.mulf %[[Y]], %[[X]]
// CHECK-NEXT: %[[R:.*]] = arith.mulf %[[P]], %[[C]]
// CHECK-NEXT: iarc.yield %[[R]]
func.func @merged(%x: !v, %y: !v) -> !v {
  %0 = iarc.map %x, %y : !v {
  ^bb0(%a: f32, %b: f32):
    %four = arith.constant 4.0 : f32
    %three = arith.constant 3.0 : f32
    %two = arith.constant 2.0 : f32
    %q = arith.divf %a, %four : f32
    %t = arith.mulf %three, %q : f32
    %p = arith.mulf %b, %t : f32
    %r = arith.mulf %p, %two : f32
    iarc.yield %r : f32
  }
  return %0 : !v
}

// A product that is read twice stays, and a factor that would overflow, vanish or lose bits.
// CHECK-LABEL: func.func @kept
// CHECK-DAG: %[[BIG:.*]] = arith.constant 1.000000e+30 : f32
// CHECK-DAG: %[[SMALL:.*]] = arith.constant 1.000000e-30 : f32
// CHECK-DAG: %[[HUGE:.*]] = arith.constant 3.000000e+38 : f32
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK: %[[A:.*]] = arith.mulf %[[X:.*]], %[[BIG]]
// CHECK-NEXT: %[[B:.*]] = arith.mulf %[[A]], %[[BIG]]
// CHECK-NEXT: %[[C:.*]] = arith.mulf %[[X]], %[[SMALL]]
// CHECK-NEXT: %[[D:.*]] = arith.mulf %[[C]], %[[SMALL]]
// CHECK-NEXT: arith.divf %[[X]], %[[HUGE]]
// CHECK-NEXT: arith.divf %[[X]], %[[ZERO]]
// CHECK-NEXT: %[[E:.*]] = arith.mulf %[[X]], %[[S:.*]]
// CHECK-NEXT: arith.mulf %[[E]], %[[S]]
// CHECK-NEXT: iarc.yield
func.func @kept(%x: !v) -> (!v, !v, !v, !v, !v, !v) {
  %0:6 = iarc.map %x : !v {
  ^bb0(%a: f32):
    %big = arith.constant 1.0e+30 : f32
    %small = arith.constant 1.0e-30 : f32
    %huge = arith.constant 3.0e+38 : f32
    %zero = arith.constant 0.0 : f32
    %seven = arith.constant 7.0 : f32
    %b = arith.mulf %a, %big : f32
    %c = arith.mulf %b, %big : f32
    %d = arith.mulf %a, %small : f32
    %e = arith.mulf %d, %small : f32
    %f = arith.divf %a, %huge : f32
    %g = arith.divf %a, %zero : f32
    %h = arith.mulf %a, %seven : f32
    %i = arith.mulf %h, %seven : f32
    iarc.yield %c, %e, %f, %g, %h, %i : f32, f32, f32, f32, f32, f32
  }
  return %0#0, %0#1, %0#2, %0#3, %0#4, %0#5 : !v, !v, !v, !v, !v, !v
}
