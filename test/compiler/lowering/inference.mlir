// Single windows: one function without parallel regions, and how the weights are arranged for it.
// RUN: iarc-opt %s -split-input-file -iarc-lower="vector-bits=256" | FileCheck %s

!b = !iarc.batch<position 9, symbol 2, control 1>
!v = !iarc.value<position 9, feature 3 : f32>
!w = !iarc.weight<out 3, in 3 : f32>
!ws = !iarc.weight<layer 2, position 9, out 3, in 3 : f32>
!p = !iarc.weight<position 9, out 3, in 3 : f32>
!c = !iarc.weight<pair 45, out 3, in 3 : f32>
!cb = !iarc.weight<position 9, out 3 : f32>
!f = !iarc.value<position 1, feature 27 : f32>
!wf = !iarc.weight<out 2, in 27 : f32>
!l = !iarc.value<position 1, feature 2 : f32>

// CHECK: infer_positions = 16 : i64
// CHECK-SAME: infer_rows = 1 : i64, infer_supported = 1 : i64
// A shared weight as it is; a weight per position in groups of 8 positions; pairs in two groups, which see 8 and 9
// positions; a bias per position; a weight of one position, whose outputs fill a quarter of a vector.
// CHECK-SAME: infer_weight_elements = 1808 : i64
// CHECK-SAME: {elements = 9 : i64, form = 0 : i64, in = 3 : i64, lanes = 1 : i64, out = 3 : i64, outer = 1 : i64, positions = 9 : i64, rows = 1 : i64, source = 0 : i64, target = 0 : i64}
// CHECK-SAME: {elements = 144 : i64, form = 1 : i64, in = 3 : i64, lanes = 8 : i64, out = 3 : i64, outer = 2 : i64, positions = 9 : i64, rows = 3 : i64, source = 16 : i64, target = 16 : i64}
// CHECK-SAME: {elements = 1224 : i64, form = 2 : i64, in = 3 : i64, lanes = 8 : i64, out = 3 : i64, outer = 1 : i64, positions = 9 : i64, rows = 3 : i64, source = 192 : i64, target = 304 : i64}
// CHECK-SAME: {elements = 48 : i64, form = 1 : i64, in = 1 : i64,
// CHECK-SAME: {elements = 216 : i64, form = 3 : i64, in = 27 : i64, lanes = 8 : i64, out = 2 : i64, outer = 1 : i64, positions = 1 : i64, rows = 1 : i64
// CHECK-SAME: infer_workspace_bytes = {{[0-9]+}} : i64
// CHECK-LABEL: llvm.func @iarc_infer(
// CHECK-NOT: iarc_parallel
// CHECK: vector.fma {{.*}} vector<8xf32>
// CHECK-NOT: iarc_parallel
// CHECK: llvm.return
module attributes {iarc.model = {name = "tiny", task = {subtasks = "I"}, batch = 4, steps = 10, rate = 0.02, momentum = 0.8}} {
  iarc.weight @a : !w = normal(0.0, 0.1)
  iarc.weight @b : !ws = normal(0.0, 0.1)
  iarc.weight @c : !c = normal(0.0, 0.1)
  iarc.weight @d : !cb = normal(0.0, 0.1)
  iarc.weight @e : !wf = normal(0.0, 0.1)
  func.func @forward(%batch: !b, %a: !w {iarc.weight = @a}, %b: !ws {iarc.weight = @b}, %c: !c {iarc.weight = @c},
                     %d: !cb {iarc.weight = @d}, %e: !wf {iarc.weight = @e}) -> (f32, !l) {
    %0 = iarc.encode %batch : !b -> !v
    %1 = iarc.linear %0, %a : (!v, !w) -> !v
    %2 = iarc.repeat 2 carry(%1) slices(%b) : (!v, !ws) -> !v {
    ^bb0(%h: !v, %l: !p):
      %n = iarc.linear %h, %l : (!v, !p) -> !v
      iarc.yield %n : !v
    }
    %3 = iarc.linear %2, %c bias %d : (!v, !c, !cb) -> !v
    %4 = iarc.flatten %3 : !v -> !f
    %5 = iarc.linear %4, %e : (!f, !wf) -> !l
    %loss = iarc.loss cross_entropy at last %5, %batch : (!l, !b) -> f32
    return %loss, %5 : f32, !l
  }
}

// -----

// A weight that is read in two arrangements, or an op that the language does not make: no code, and the descriptor says so.
!b = !iarc.batch<position 9, symbol 3, control 0>
!v = !iarc.value<position 9, feature 3 : f32>
!w = !iarc.weight<out 3, in 3 : f32>

// CHECK: infer_positions = 0 : i64
// CHECK-SAME: infer_rows = 0 : i64, infer_supported = 0 : i64, infer_weight_elements = 0 : i64, infer_weights = [], infer_workspace_bytes = 0 : i64
// CHECK: llvm.func @iarc_forward
// CHECK-NOT: iarc_infer
module attributes {iarc.model = {name = "tiny", task = {subtasks = "I"}, batch = 4, steps = 10, rate = 0.02, momentum = 0.8}} {
  iarc.weight @a : !w = normal(0.0, 0.1)
  func.func @forward(%batch: !b, %a: !w {iarc.weight = @a}) -> (f32, !v) {
    %0 = iarc.encode %batch : !b -> !v
    %1 = iarc.linear %0, %a transposed : (!v, !w) -> !v
    %loss = iarc.loss cross_entropy at last %1, %batch : (!v, !b) -> f32
    return %loss, %1 : f32, !v
  }
}

// -----

!b = !iarc.batch<position 9, symbol 3, control 0>
!v = !iarc.value<position 9, feature 3 : f32>
!s = !iarc.value<layer 9, position 1, feature 3 : f32>
!o = !iarc.value<position 1, feature 3 : f32>
!w = !iarc.weight<out 3, in 3 : f32>

// A weight that is read in two orders is prepared twice.
// CHECK: infer_supported = 1 : i64
// CHECK-SAME: infer_weights = [{elements = 9 : i64, form = 0 : i64, {{.*}}, source = 0 : i64, target = 0 : i64}, {elements = {{[0-9]+}} : i64, form = {{[1-9]}} : i64, {{.*}}, source = 0 : i64, target = {{[1-9][0-9]*}} : i64}]
module attributes {iarc.model = {name = "tiny", task = {subtasks = "I"}, batch = 4, steps = 10, rate = 0.02, momentum = 0.8}} {
  iarc.weight @a : !w = normal(0.0, 0.1)
  func.func @forward(%batch: !b, %a: !w {iarc.weight = @a}) -> (f32, !o) {
    %0 = iarc.encode %batch : !b -> !v
    %1 = iarc.linear %0, %a : (!v, !w) -> !v
    %z = iarc.zero : !o
    %s = iarc.reshape %1 : !v -> !s
    %2 = iarc.repeat 9 carry(%z) slices(%s) : (!o, !s) -> !o {
    ^bb0(%h: !o, %x: !o):
      %y = iarc.linear %h, %a : (!o, !w) -> !o
      %n = iarc.add %x, %y : !o
      iarc.yield %n : !o
    }
    %loss = iarc.loss cross_entropy at last %2, %batch : (!o, !b) -> f32
    return %loss, %2 : f32, !o
  }
}
