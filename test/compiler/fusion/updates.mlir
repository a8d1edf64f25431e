// iarc-fuse-updates: the update moves to where the gradient is made, and where it must not.
// RUN: iarc-opt %s -split-input-file -iarc-fuse-updates | FileCheck %s

!v = !iarc.value<position 3, feature 4 : f32>
!w = !iarc.weight<out 4, in 4 : f32>
!ws = !iarc.weight<layer 2, out 4, in 4 : f32>

// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[X:[a-z0-9]+]]: !iarc.value<position 3, feature 4 : f32>, %[[W:[a-z0-9]+]]: !iarc.weight<layer 2, out 4, in 4 : f32>, %[[V:[a-z0-9]+]]:
// CHECK-SAME: attributes {iarc.gives_gradients}
// CHECK: %[[R:.*]]:3 = iarc.repeat 2 reverse carry(%[[X]]) slices(%[[W]], %[[V]])
// CHECK: ^bb0(%[[D:.*]]: !iarc.value<position 3, feature 4 : f32>, %[[WS:.*]]: !iarc.weight<out 4, in 4 : f32>, %[[VS:.*]]: !iarc.weight<out 4, in 4 : f32>):
// CHECK: %[[G:.*]] = iarc.weight_gradient
// CHECK: %[[NW:.*]], %[[NV:.*]] = iarc.update %[[WS]], %[[VS]], %[[G]]
// CHECK: iarc.yield %{{.*}}, %[[NW]], %[[NV]]
// CHECK: return %[[R]]#0, %[[R]]#1, %[[R]]#2
// CHECK-NOT: @gradients
func.func @gradients(%x: !v) -> !v {
  return %x : !v
}
func.func @train_step(%x: !v, %w: !ws, %velocity: !ws) -> (!v, !ws, !ws) {
  %r:2 = iarc.repeat 2 reverse carry(%x) slices(%w) : (!v, !ws) -> (!v, !ws) {
  ^bb0(%d: !v, %s: !w):
    %dx = iarc.linear %d, %s transposed : (!v, !w) -> !v
    %g = iarc.weight_gradient %d, %d : (!v, !v) -> !w
    iarc.yield %dx, %g : !v, !w
  }
  %nw, %nv = iarc.update %w, %velocity, %r#1 : !ws
  return %r#0, %nw, %nv : !v, !ws, !ws
}

// -----

// Down through every loop that makes the gradient.
!v = !iarc.value<position 3, feature 4 : f32>
!w = !iarc.weight<out 4, in 4 : f32>
!ws = !iarc.weight<layer 2, out 4, in 4 : f32>
!wss = !iarc.weight<layer 3, layer 2, out 4, in 4 : f32>
// CHECK-LABEL: func.func @train_step(
// CHECK-NOT: iarc.gives_gradients
// CHECK: iarc.repeat 3
// CHECK: iarc.repeat 2
// CHECK: iarc.update
// CHECK: iarc.yield
// CHECK-NOT: iarc.update
func.func @train_step(%x: !v, %w: !wss, %velocity: !wss) -> (!v, !wss, !wss) {
  %r:2 = iarc.repeat 3 reverse carry(%x) slices(%w) : (!v, !wss) -> (!v, !wss) {
  ^bb0(%c: !v, %s: !ws):
    %i:2 = iarc.repeat 2 reverse carry(%c) slices(%s) : (!v, !ws) -> (!v, !ws) {
    ^bb0(%d: !v, %m: !w):
      %dx = iarc.linear %d, %m transposed : (!v, !w) -> !v
      %g = iarc.weight_gradient %d, %d : (!v, !v) -> !w
      iarc.yield %dx, %g : !v, !w
    }
    iarc.yield %i#0, %i#1 : !v, !ws
  }
  %nw, %nv = iarc.update %w, %velocity, %r#1 : !wss
  return %r#0, %nw, %nv : !v, !wss, !wss
}

// -----

// Not where another op still reads the weight, nor where the gradient has another reader, nor where the
// repeat reads the weight whole.
!v = !iarc.value<position 3, feature 4 : f32>
!w = !iarc.weight<out 4, in 4 : f32>
!ws = !iarc.weight<layer 2, out 4, in 4 : f32>
// CHECK-LABEL: func.func @train_step(
// CHECK: iarc.repeat 2
// CHECK-NOT: iarc.update
// CHECK: iarc.repeat 2
// CHECK-NOT: iarc.update
// CHECK: iarc.repeat 2
// CHECK: iarc.update %arg1
// CHECK: iarc.repeat 2
// CHECK-NOT: iarc.update
// CHECK: iarc.update %arg3
// CHECK: iarc.add
func.func @train_step(%x: !v, %w: !ws, %wv: !ws, %u: !ws, %uv: !ws) -> (!v, !v, !ws, !ws, !ws, !ws, !ws) {
  %y = iarc.repeat 2 carry(%x) slices(%w) : (!v, !ws) -> !v {
  ^bb0(%h: !v, %s: !w):
    %z = iarc.linear %h, %s : (!v, !w) -> !v
    iarc.yield %z : !v
  }
  %r:2 = iarc.repeat 2 reverse carry(%y) slices(%w) : (!v, !ws) -> (!v, !ws) {
  ^bb0(%d: !v, %s: !w):
    %dx = iarc.linear %d, %s transposed : (!v, !w) -> !v
    %g = iarc.weight_gradient %d, %d : (!v, !v) -> !w
    iarc.yield %dx, %g : !v, !w
  }
  %late = iarc.repeat 2 carry(%x) slices(%w) : (!v, !ws) -> !v {
  ^bb0(%h: !v, %s: !w):
    %z = iarc.linear %h, %s : (!v, !w) -> !v
    iarc.yield %z : !v
  }
  %nw, %nv = iarc.update %w, %wv, %r#1 : !ws
  %q:2 = iarc.repeat 2 reverse carry(%y) slices(%u) : (!v, !ws) -> (!v, !ws) {
  ^bb0(%d: !v, %s: !w):
    %dx = iarc.linear %d, %s transposed : (!v, !w) -> !v
    %g = iarc.weight_gradient %d, %d : (!v, !v) -> !w
    iarc.yield %dx, %g : !v, !w
  }
  %nu, %nuv = iarc.update %u, %uv, %q#1 : !ws
  %twice = iarc.add %q#1, %q#1 : !ws
  return %late, %q#0, %nw, %nv, %nu, %nuv, %twice : !v, !v, !ws, !ws, !ws, !ws, !ws
}
