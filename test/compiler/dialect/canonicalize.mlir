// Canonicalisation: each rewrite, and cases that must stay.
// RUN: iarc-opt %s -canonicalize | FileCheck %s

!v = !iarc.value<position 3, feature 4 : f32>
!s = !iarc.value<layer 2, position 3, feature 4 : f32>
!one = !iarc.value<position 3, feature 1 : f32>
!two = !iarc.value<position 3, feature 2 : f32>
!wide = !iarc.value<position 3, feature 8 : f32>
!row = !iarc.value<position 1, feature 8 : f32>
!rows = !iarc.value<layer 3, position 1, feature 8 : f32>
!half = !iarc.value<position 1, feature 4 : f32>
!quarter = !iarc.value<position 1, feature 2 : f32>
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

//===--- SliceOp::fold ---===//

// slice(slice(x)) => slice(x); a slice of a join is one of the part that holds it all
// CHECK-LABEL: func.func @slices(
// CHECK-SAME: %[[X:.*]]: !iarc.value<{{.*}}>, %[[Y:.*]]: !iarc.value<{{.*}}>)
// CHECK-NEXT: %[[A:.*]] = iarc.slice %[[X]] from 2 : <position 3, feature 4 : f32> -> <position 3, feature 1 : f32>
// CHECK-NEXT: %[[B:.*]] = iarc.slice %[[Y]] from 1 : <position 3, feature 4 : f32> -> <position 3, feature 1 : f32>
// CHECK-NEXT: return %[[A]], %[[X]], %[[Y]], %[[B]]
func.func @slices(%x: !v, %y: !v) -> (!one, !v, !v, !one) {
  %0 = iarc.slice %x from 1 : !v -> !two
  %a = iarc.slice %0 from 1 : !two -> !one
  %j = iarc.join %x, %y : (!v, !v) -> !wide
  %p = iarc.slice %j from 0 : !wide -> !v
  %q = iarc.slice %j from 4 : !wide -> !v
  %r = iarc.slice %j from 5 : !wide -> !one
  return %a, %p, %q, %r : !one, !v, !v, !one
}

// A slice over the border of two parts stays.
// CHECK-LABEL: func.func @slice_of_both(
// CHECK-NEXT: iarc.join
// CHECK-NEXT: iarc.slice {{.*}} from 3
func.func @slice_of_both(%x: !v, %y: !v) -> !two {
  %j = iarc.join %x, %y : (!v, !v) -> !wide
  %r = iarc.slice %j from 3 : !wide -> !two
  return %r : !two
}

//===--- SplitCarried ---===//

// What a repeat puts together and reads in parts is carried in parts, and so are its stacks; what
// it starts from is sliced, or zero. Nothing of the first result, but for it, is put together.
// CHECK-LABEL: func.func @carries_parts(
// CHECK-SAME: %[[X:.*]]: !iarc.value<position 1, feature 8 : f32>)
// CHECK-DAG: %[[P:.*]] = iarc.slice %[[X]] from 0 : <position 1, feature 8 : f32> -> <position 1, feature 4 : f32>
// CHECK-DAG: %[[Q:.*]] = iarc.slice %[[X]] from 4 : <position 1, feature 8 : f32> -> <position 1, feature 4 : f32>
// CHECK: %[[R:.*]]:3 = iarc.repeat 3 carry(%[[P]], %[[Q]])
// CHECK-NEXT: ^bb0(%[[A:.*]]: !iarc.value<position 1, feature 4 : f32>, %[[B:.*]]: !iarc.value<position 1, feature 4 : f32>):
// CHECK-NEXT: %[[C:.*]] = iarc.slice %[[B]] from 1 : <position 1, feature 4 : f32> -> <position 1, feature 2 : f32>
// CHECK-NEXT: %[[D:.*]] = iarc.join %[[C]], %[[C]]
// CHECK-NEXT: iarc.yield %[[B]], %[[D]], %[[D]]
// CHECK: %[[J:.*]] = iarc.join %[[R]]#0, %[[R]]#1
// CHECK-NEXT: %[[S:.*]] = iarc.reshape %[[R]]#2 : <layer 3, position 1, feature 4 : f32> -> <position 3, feature 4 : f32>
// CHECK-NEXT: return %[[J]], %[[S]]
func.func @carries_parts(%x: !row) -> (!row, !v) {
  %r:2 = iarc.repeat 3 carry(%x) : (!row) -> (!row, !rows) {
  ^bb0(%s: !row):
    %b = iarc.slice %s from 4 : !row -> !half
    %c = iarc.slice %s from 5 : !row -> !quarter
    %d = iarc.join %c, %c : (!quarter, !quarter) -> !half
    %next = iarc.join %b, %d : (!half, !half) -> !row
    iarc.yield %next, %next : !row, !row
  }
  %0 = iarc.reshape %r#1 : !rows -> !iarc.value<position 3, feature 8 : f32>
  %1 = iarc.slice %0 from 4 : !iarc.value<position 3, feature 8 : f32> -> !v
  return %r#0, %1 : !row, !v
}

// It stays whole where a read meets two parts, where it is read as a whole, and where its stack is
// read as one.
// CHECK-LABEL: func.func @read_over_parts(
// CHECK: iarc.repeat 3 carry(%{{.*}}) : (!iarc.value<position 1, feature 8 : f32>)
func.func @read_over_parts(%x: !row) -> !row {
  %r = iarc.repeat 3 carry(%x) : (!row) -> !row {
  ^bb0(%s: !row):
    %b = iarc.slice %s from 2 : !row -> !half
    %next = iarc.join %b, %b : (!half, !half) -> !row
    iarc.yield %next : !row
  }
  return %r : !row
}
// CHECK-LABEL: func.func @read_whole(
// CHECK: iarc.repeat 3 carry(%{{.*}}) : (!iarc.value<position 1, feature 8 : f32>)
func.func @read_whole(%x: !row) -> !row {
  %r = iarc.repeat 3 carry(%x) : (!row) -> !row {
  ^bb0(%s: !row):
    %e = iarc.map %s : !row {
    ^bb0(%u: f32):
      %f = math.exp %u : f32
      iarc.yield %f : f32
    }
    %b = iarc.slice %e from 4 : !row -> !half
    %next = iarc.join %b, %b : (!half, !half) -> !row
    iarc.yield %next : !row
  }
  return %r : !row
}
// CHECK-LABEL: func.func @whole_stack(
// CHECK: iarc.repeat 3 carry(%{{.*}}) : (!iarc.value<position 1, feature 8 : f32>)
func.func @whole_stack(%x: !row) -> !rows {
  %r:2 = iarc.repeat 3 carry(%x) : (!row) -> (!row, !rows) {
  ^bb0(%s: !row):
    %b = iarc.slice %s from 4 : !row -> !half
    %next = iarc.join %b, %b : (!half, !half) -> !row
    iarc.yield %next, %next : !row, !row
  }
  return %r#1 : !rows
}
