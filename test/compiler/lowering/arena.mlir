// Values whose lifetimes do not overlap share memory. The ops of one region keep their values for all of it; attention is a
// region of its own. A value of four positions and two features has 256 bytes for every lane group.
// RUN: iarc-opt %s -split-input-file -iarc-lower | FileCheck %s

!b = !iarc.batch<position 4, symbol 2, control 0>
!v = !iarc.value<position 4, feature 2 : f32>

// Two at a time, whose places the next ones take; the loss's sums lie where one of them was. The logits are not of the arena.
// CHECK: workspace_bytes = 0 : i64, workspace_bytes_per_group = 512 : i64
module attributes {iarc.model = {name = "t", task = {}, batch = 1, steps = 1, rate = 1.0, momentum = 0.0}} {
  func.func @forward(%b: !b) -> (f32, !v) {
    %0 = iarc.encode %b : !b -> !v
    %1 = iarc.attention %0, %0, %0 heads 1 scale 1.0 causal decay [] normalise sum eps 0.0 : !v {
    ^bb0(%z: f32):
      iarc.yield %z : f32
    }
    %2 = iarc.attention %1, %1, %1 heads 1 scale 1.0 causal decay [] normalise sum eps 0.0 : !v {
    ^bb0(%z: f32):
      iarc.yield %z : f32
    }
    %3 = iarc.attention %2, %2, %2 heads 1 scale 1.0 causal decay [] normalise sum eps 0.0 : !v {
    ^bb0(%z: f32):
      iarc.yield %z : f32
    }
    %4 = iarc.attention %3, %3, %3 heads 1 scale 1.0 causal decay [] normalise sum eps 0.0 : !v {
    ^bb0(%z: f32):
      iarc.yield %z : f32
    }
    %l = iarc.loss cross_entropy at last %4, %b : (!v, !b) -> f32
    return %l, %4 : f32, !v
  }
}

// -----

!b = !iarc.batch<position 4, symbol 2, control 0>
!v = !iarc.value<position 4, feature 2 : f32>

// What a repeat carries has two slots for all of its time, and so has what each of its iterations reads: three values. Of what
// an iteration makes for itself two are there at a time.
// CHECK: workspace_bytes = 0 : i64, workspace_bytes_per_group = 1280 : i64
module attributes {iarc.model = {name = "t", task = {}, batch = 1, steps = 1, rate = 1.0, momentum = 0.0}} {
  func.func @forward(%b: !b) -> (f32, !v) {
    %0 = iarc.encode %b : !b -> !v
    %1 = iarc.encode %b : !b -> !v
    %2 = iarc.repeat 3 carry(%1) : (!v) -> !v {
    ^bb0(%x: !v):
      %b0 = iarc.add %x, %0 : !v
      %b1 = iarc.attention %b0, %b0, %b0 heads 1 scale 1.0 causal decay [] normalise sum eps 0.0 : !v {
      ^bb0(%z: f32):
        iarc.yield %z : f32
      }
      %b2 = iarc.attention %b1, %b1, %b1 heads 1 scale 1.0 causal decay [] normalise sum eps 0.0 : !v {
      ^bb0(%z: f32):
        iarc.yield %z : f32
      }
      %b3 = iarc.attention %b2, %b2, %b2 heads 1 scale 1.0 causal decay [] normalise sum eps 0.0 : !v {
      ^bb0(%z: f32):
        iarc.yield %z : f32
      }
      %b4 = iarc.add %b3, %0 : !v
      iarc.yield %b4 : !v
    }
    %3 = iarc.add %2, %2 : !v
    %l = iarc.loss cross_entropy at last %3, %b : (!v, !b) -> f32
    return %l, %3 : f32, !v
  }
}

// -----

!b = !iarc.batch<position 4, symbol 2, control 0>
!v = !iarc.value<position 4, feature 2 : f32>

// The map reads the sum where it lies and not where it was spread to: while attention runs there are the encoding, attention's
// result, the place of the spread one and the sum, which has half as many numbers.
// CHECK: workspace_bytes = 0 : i64, workspace_bytes_per_group = 896 : i64
module attributes {iarc.model = {name = "t", task = {}, batch = 1, steps = 1, rate = 1.0, momentum = 0.0}} {
  func.func @forward(%b: !b) -> (f32, !v) {
    %0 = iarc.encode %b : !b -> !v
    %1 = iarc.reduce sum %0 : <position 4, feature 2 : f32>
    %2 = iarc.spread %1 : <position 4, feature 1 : f32> -> <position 4, feature 2 : f32>
    %3 = iarc.attention %0, %0, %0 heads 1 scale 1.0 causal decay [] normalise sum eps 0.0 : !v {
    ^bb0(%z: f32):
      iarc.yield %z : f32
    }
    %4 = iarc.map %3, %2 : !v {
    ^bb0(%x: f32, %y: f32):
      %s = arith.addf %x, %y : f32
      iarc.yield %s : f32
    }
    %l = iarc.loss cross_entropy at last %4, %b : (!v, !b) -> f32
    return %l, %4 : f32, !v
  }
}

// -----

!b = !iarc.batch<position 3, symbol 2, control 0>
!v = !iarc.value<position 3, feature 2 : f32>
!row = !iarc.value<position 1, feature 2 : f32>
!rows = !iarc.value<layer 3, position 1, feature 2 : f32>
!stack = !iarc.value<layer 2, layer 3, position 1, feature 2 : f32>

// What an iteration of the outer repeat stacks of the inner one's state, before each step and after it, is that state's own
// memory: four rows an iteration, 512 bytes, which a repeat that reads the stacks passes ring by ring. What the two outer repeats
// carry takes 384 each. Copied are only the last of these: into the next iteration, into the next repeat, and to the logits.
// CHECK: operations = "encode"
// CHECK-SAME: operations = "zero"
// CHECK-SAME: operations = "map"
// CHECK-SAME: operations = "copy"
// CHECK-SAME: operations = "copy"
// CHECK-SAME: operations = "map"
// CHECK-SAME: operations = "copy"
// CHECK-NOT: operations = "copy"
// CHECK-SAME: workspace_bytes_per_group = 1280 : i64
module attributes {iarc.model = {name = "t", task = {}, batch = 1, steps = 1, rate = 1.0, momentum = 0.0}} {
  func.func @forward(%b: !b) -> (f32, !v) {
    %x = iarc.encode %b : !b -> !v
    %r:3 = iarc.repeat 2 carry(%x) : (!v) -> (!v, !stack, !stack) {
    ^bb0(%y: !v):
      %z = iarc.zero : !row
      %s = iarc.reshape %y : !v -> !rows
      %i:3 = iarc.repeat 3 carry(%z) slices(%s) : (!row, !rows) -> (!row, !rows, !rows) {
      ^bb0(%h: !row, %t: !row):
        %n = iarc.map %h, %t : !row {
        ^bb0(%u: f32, %w: f32):
          %p = arith.addf %u, %w : f32
          iarc.yield %p : f32
        }
        iarc.yield %n, %h, %n : !row, !row, !row
      }
      %o = iarc.reshape %i#2 : !rows -> !v
      iarc.yield %o, %i#1, %i#2 : !v, !rows, !rows
    }
    %q = iarc.repeat 2 reverse carry(%r#0) slices(%r#1, %r#2) : (!v, !stack, !stack) -> !v {
    ^bb0(%y: !v, %before: !rows, %after: !rows):
      %s = iarc.reshape %before : !rows -> !v
      %t = iarc.reshape %after : !rows -> !v
      %n = iarc.map %y, %s, %t : !v {
      ^bb0(%u: f32, %w: f32, %m: f32):
        %p = arith.addf %u, %w : f32
        %o = arith.mulf %p, %m : f32
        iarc.yield %o : f32
      }
      iarc.yield %n : !v
    }
    %l = iarc.loss cross_entropy at last %q, %b : (!v, !b) -> f32
    return %l, %q : f32, !v
  }
}
