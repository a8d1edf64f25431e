// iarc-recompute: what is made again, and what stays saved.
// RUN: iarc-opt %s -iarc-recompute -canonicalize | FileCheck %s
// RUN: iarc-opt %s -iarc-recompute="most-reduced=3" -canonicalize | FileCheck %s --check-prefix=SAVED

!v = !iarc.value<position 3, feature 4 : f32>
!vs = !iarc.value<layer 2, position 3, feature 4 : f32>
!h = !iarc.value<position 3, feature 8 : f32>
!hs = !iarc.value<layer 2, position 3, feature 8 : f32>
!w = !iarc.weight<out 8, in 4 : f32>
!ws = !iarc.weight<layer 2, out 8, in 4 : f32>
!u = !iarc.weight<out 4, in 8 : f32>
!us = !iarc.weight<layer 2, out 4, in 8 : f32>

// The hidden features come back with their epilogue; the input of the layer, which they are made of, is
// still saved.
// CHECK-LABEL: func.func @hidden(
// CHECK-SAME: %[[X:[a-z0-9]+]]: {{.*}}, %[[W:[a-z0-9]+]]: !iarc.weight<layer 2, out 8, in 4 : f32>, %[[U:[a-z0-9]+]]:
// CHECK: %[[F:.*]]:2 = iarc.repeat 2 carry(%[[X]]) slices(%[[W]], %[[U]])
// CHECK-SAME: -> (!iarc.value<position 3, feature 4 : f32>, !iarc.value<layer 2, position 3, feature 4 : f32>)
// CHECK: iarc.repeat 2 reverse
// CHECK: ^bb0(%[[D:.*]]: !iarc.value<position 3, feature 4 : f32>, %[[XS:[a-z0-9]+]]: !iarc.value<position 3, feature 4 : f32>, %[[WS:[a-z0-9]+]]: !iarc.weight<out 8, in 4 : f32>
// CHECK: %[[H:.*]] = iarc.linear %[[XS]], %[[WS]] {{.*}} epilogue {
// CHECK: arith.maximumf
// CHECK: iarc.weight_gradient %[[D]], %[[H]]
// SAVED-LABEL: func.func @hidden(
// SAVED: iarc.repeat 2 carry
// SAVED-SAME: !iarc.value<layer 2, position 3, feature 8 : f32>)
// SAVED: iarc.repeat 2 reverse
// SAVED-NOT: arith.maximumf
func.func @hidden(%x: !v, %w: !ws, %u: !us) -> (!v, !us) {
  %y, %xs, %hs = iarc.repeat 2 carry(%x) slices(%w, %u) : (!v, !ws, !us) -> (!v, !vs, !hs) {
  ^bb0(%c: !v, %a: !w, %b: !u):
    %h = iarc.linear %c, %a : (!v, !w) -> !h epilogue {
    ^bb0(%s: f32):
      %zero = arith.constant 0.0 : f32
      %m = arith.maximumf %s, %zero : f32
      iarc.yield %m : f32
    }
    %o = iarc.linear %h, %b : (!h, !u) -> !v
    iarc.yield %o, %c, %h : !v, !v, !h
  }
  %d, %g = iarc.repeat 2 reverse carry(%y) slices(%xs, %hs, %w) : (!v, !vs, !hs, !ws) -> (!v, !us) {
  ^bb0(%c: !v, %s: !v, %h: !h, %a: !w):
    %m = iarc.weight_gradient %c, %h : (!v, !h) -> !u
    %t = iarc.linear %s, %a : (!v, !w) -> !h
    %e = iarc.linear %t, %a transposed : (!h, !w) -> !v
    iarc.yield %e, %m : !v, !u
  }
  return %d, %g : !v, !us
}

// What the product reads is not there: it stays saved.
// CHECK-LABEL: func.func @no_input(
// CHECK: iarc.repeat 2 carry
// CHECK-SAME: !iarc.value<layer 2, position 3, feature 8 : f32>)
func.func @no_input(%x: !v, %w: !ws, %u: !us) -> !us {
  %y, %hs = iarc.repeat 2 carry(%x) slices(%w, %u) : (!v, !ws, !us) -> (!v, !hs) {
  ^bb0(%c: !v, %a: !w, %b: !u):
    %h = iarc.linear %c, %a : (!v, !w) -> !h
    %o = iarc.linear %h, %b : (!h, !u) -> !v
    iarc.yield %o, %h : !v, !h
  }
  %d, %g = iarc.repeat 2 reverse carry(%y) slices(%hs, %u) : (!v, !hs, !us) -> (!v, !us) {
  ^bb0(%c: !v, %h: !h, %b: !u):
    %m = iarc.weight_gradient %c, %h : (!v, !h) -> !u
    %t = iarc.linear %c, %b transposed : (!v, !u) -> !h
    %e = iarc.linear %t, %b : (!h, !u) -> !v
    iarc.yield %e, %m : !v, !u
  }
  return %g : !us
}
