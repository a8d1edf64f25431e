// Canonicalisation: each rewrite, and cases that must stay.
// RUN: iarc-opt %s -canonicalize | FileCheck %s

!v = !iarc.value<position 3, feature 4 : f32>
!s = !iarc.value<layer 2, position 3, feature 4 : f32>
!w = !iarc.weight<out 4, in 4 : f32>
!ws = !iarc.weight<layer 2, out 4, in 4 : f32>

//===--- DropMapOperands ---===//

// map(a, a) => map(a)
// CHECK-LABEL: func.func @equal_operands(
// CHECK-SAME: %[[X:.*]]: !iarc.value<{{.*}}>)
// CHECK-NEXT: iarc.map %[[X]] : {{.*}} {
// CHECK-NEXT: ^bb0(%[[U:.*]]: f32):
// CHECK-NEXT: arith.mulf %[[U]], %[[U]] : f32
func.func @equal_operands(%x: !v) -> !v {
  %0 = iarc.map %x, %x : !v {
  ^bb0(%u: f32, %v: f32):
    %p = arith.mulf %u, %v : f32
    iarc.yield %p : f32
  }
  return %0 : !v
}

// map(a, a) of which only the second is read: what is kept is what is read.
// CHECK-LABEL: func.func @second_of_equal_operands(
// CHECK-SAME: %[[X:.*]]: !iarc.value<{{.*}}>)
// CHECK-NEXT: iarc.map %[[X]] : {{.*}} {
// CHECK-NEXT: ^bb0(%[[U:.*]]: f32):
// CHECK-NEXT: math.exp %[[U]] : f32
func.func @second_of_equal_operands(%x: !v) -> !v {
  %0 = iarc.map %x, %x : !v {
  ^bb0(%u: f32, %v: f32):
    %p = math.exp %v : f32
    iarc.yield %p : f32
  }
  return %0 : !v
}

// map(a, b, a, c) that reads b and the second a => map(a, b)
// CHECK-LABEL: func.func @unread_operands(
// CHECK-SAME: %[[A:.*]]: !iarc.value<{{.*}}>, %[[B:.*]]: !iarc.value<{{.*}}>, %[[C:.*]]: !iarc.value<{{.*}}>)
// CHECK-NEXT: iarc.map %[[A]], %[[B]] : {{.*}} {
// CHECK-NEXT: ^bb0(%[[U:.*]]: f32, %[[V:.*]]: f32):
// CHECK-NEXT: arith.subf %[[V]], %[[U]] : f32
func.func @unread_operands(%a: !v, %b: !v, %c: !v) -> !v {
  %0 = iarc.map %a, %b, %a, %c : !v {
  ^bb0(%s: f32, %t: f32, %u: f32, %v: f32):
    %p = arith.subf %t, %u : f32
    iarc.yield %p : f32
  }
  return %0 : !v
}

// A map that reads nothing keeps one operand, which gives it its shape.
// CHECK-LABEL: func.func @reads_nothing(
// CHECK-SAME: %{{.*}}: !iarc.value<{{.*}}>, %[[B:.*]]: !iarc.value<{{.*}}>)
// CHECK-NEXT: iarc.map %[[B]] : {{.*}} {
func.func @reads_nothing(%a: !v, %b: !v) -> !v {
  %0 = iarc.map %a, %b : !v {
  ^bb0(%u: f32, %v: f32):
    %one = arith.constant 1.0 : f32
    iarc.yield %one : f32
  }
  return %0 : !v
}

//===--- DropMapResults ---===//

// %x, %y = map with %x unread => %y = map
// CHECK-LABEL: func.func @unread_result
// CHECK-NEXT: %[[Y:.*]] = iarc.map %{{.*}} : {{.*}} {
// CHECK-NEXT: ^bb0(%[[U:.*]]: f32):
// CHECK-NEXT: %[[E:.*]] = math.exp %[[U]]
// CHECK-NEXT: iarc.yield %[[E]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: return %[[Y]]
func.func @unread_result(%x: !v) -> !v {
  %0:2 = iarc.map %x : !v {
  ^bb0(%u: f32):
    %t = math.tanh %u : f32
    %e = math.exp %u : f32
    iarc.yield %t, %e : f32, f32
  }
  return %0#1 : !v
}

// CHECK-LABEL: func.func @all_results_read
// CHECK-NEXT: iarc.map
// CHECK: iarc.yield %{{.*}}, %{{.*}} : f32, f32
func.func @all_results_read(%x: !v) -> (!v, !v) {
  %0:2 = iarc.map %x : !v {
  ^bb0(%u: f32):
    %t = math.tanh %u : f32
    %e = math.exp %u : f32
    iarc.yield %t, %e : f32, f32
  }
  return %0#0, %0#1 : !v, !v
}

//===--- DropRepeatPorts ---===//

// A slice that the body does not read, a stacked result that nobody reads and what is carried for
// itself alone go.
// CHECK-LABEL: func.func @unread_ports(
// CHECK-SAME: %[[X:.*]]: !iarc.value<{{[^>]*}}>, %{{.*}}: !iarc.weight<{{[^>]*}}>, %[[V:.*]]: !iarc.weight<{{[^>]*}}>)
// CHECK-NEXT: %[[Y:.*]]:2 = iarc.repeat 2 carry(%[[X]]) slices(%[[V]])
// CHECK-NEXT: ^bb0(%[[H:.*]]: !iarc.value<{{.*}}>, %[[L:.*]]: !iarc.weight<{{.*}}>):
// CHECK-NEXT: %[[N:.*]] = iarc.linear %[[H]], %[[L]]
// CHECK-NEXT: iarc.yield %[[N]], %[[N]]
// CHECK-NEXT: }
// CHECK-NEXT: return %[[Y]]#0, %[[Y]]#1
func.func @unread_ports(%x: !v, %w: !ws, %v: !ws) -> (!v, !s) {
  %0:4 = iarc.repeat 2 carry(%x, %x) slices(%w, %v) : (!v, !v, !ws, !ws) -> (!v, !v, !s, !s) {
  ^bb0(%h: !v, %g: !v, %k: !w, %l: !w):
    %n = iarc.linear %h, %l : (!v, !w) -> !v
    iarc.yield %n, %g, %h, %n : !v, !v, !v, !v
  }
  return %0#0, %0#3 : !v, !s
}

// A chain through ops and slices that ends in itself goes with them; %g stays, as %h reads it an
// iteration later though nobody reads its result.
// CHECK-LABEL: func.func @unread_chain(
// CHECK-SAME: %[[X:.*]]: !iarc.value<{{[^>]*}}>, %{{.*}}: !iarc.weight<{{[^>]*}}>, %[[V:.*]]: !iarc.weight<{{[^>]*}}>)
// CHECK-NEXT: %[[Y:.*]]:2 = iarc.repeat 2 carry(%[[X]], %[[X]]) slices(%[[V]])
// CHECK-NEXT: ^bb0(%[[H:.*]]: !iarc.value<{{.*}}>, %[[G:.*]]: !iarc.value<{{.*}}>, %[[L:.*]]: !iarc.weight<{{.*}}>):
// CHECK-NEXT: %[[N:.*]] = iarc.linear %[[H]], %[[L]]
// CHECK-NEXT: iarc.yield %[[G]], %[[N]]
// CHECK-NEXT: }
// CHECK-NEXT: return %[[Y]]#0
func.func @unread_chain(%x: !v, %w: !ws, %v: !ws) -> !v {
  %0:3 = iarc.repeat 2 carry(%x, %x, %x) slices(%w, %v) : (!v, !v, !v, !ws, !ws) -> (!v, !v, !v) {
  ^bb0(%h: !v, %g: !v, %d: !v, %k: !w, %l: !w):
    %n = iarc.linear %h, %l : (!v, !w) -> !v
    %e = iarc.linear %d, %k : (!v, !w) -> !v
    %f = iarc.add %e, %h : !v
    iarc.yield %g, %n, %f : !v, !v, !v
  }
  return %0#0 : !v
}

// The direction is kept.
// CHECK-LABEL: func.func @reverse
// CHECK-NEXT: iarc.repeat 2 reverse carry(%{{.*}}) : (!iarc.value<position 3, feature 4 : f32>) -> !iarc.value<position 3, feature 4 : f32> {
func.func @reverse(%x: !v, %w: !ws) -> !v {
  %0:2 = iarc.repeat 2 reverse carry(%x) slices(%w) : (!v, !ws) -> (!v, !s) {
  ^bb0(%h: !v, %k: !w):
    %n, %scalen = iarc.norm %h eps 1.0 : !v
    iarc.yield %n, %h : !v, !v
  }
  return %0#0 : !v
}

// What only an unread stack needs goes with it, through nested repeats.
// CHECK-LABEL: func.func @nested
// CHECK-NEXT: iarc.repeat 2 carry(%{{.*}}) : (!iarc.value<position 3, feature 4 : f32>) -> !iarc.value<position 3, feature 4 : f32> {
// CHECK-NOT: iarc.norm
// CHECK: return
func.func @nested(%x: !v) -> !v {
  %0:2 = iarc.repeat 2 carry(%x) : (!v) -> (!v, !iarc.value<layer 2, layer 2, position 3, feature 4 : f32>) {
  ^bb0(%h: !v):
    %1:2 = iarc.repeat 2 carry(%h) : (!v) -> (!v, !s) {
    ^bb0(%g: !v):
      %n, %scalen = iarc.norm %g eps 1.0 : !v
      %t = iarc.add %g, %g : !v
      iarc.yield %t, %n : !v, !v
    }
    iarc.yield %1#0, %1#1 : !v, !s
  }
  return %0#0 : !v
}

// A repeat that nobody reads goes.
// CHECK-LABEL: func.func @unread_repeat
// CHECK-NEXT: return
func.func @unread_repeat(%x: !v) {
  %0 = iarc.repeat 2 carry(%x) : (!v) -> !v {
  ^bb0(%h: !v):
    iarc.yield %h : !v
  }
  return
}
