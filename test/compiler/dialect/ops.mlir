// Every type and op prints and parses: custom form, generic form and bytecode.
// RUN: iarc-opt %s | FileCheck %s
// RUN: iarc-opt %s | iarc-opt | FileCheck %s
// RUN: iarc-opt %s --mlir-print-op-generic | iarc-opt | FileCheck %s
// RUN: iarc-opt %s --emit-bytecode | iarc-opt | FileCheck %s
// RUN: iarc-opt %s --verify-roundtrip -o /dev/null
// RUN: iarc-opt %s --mlir-print-op-generic | FileCheck %s --check-prefix=GENERIC

// CHECK: module attributes {iarc.model = {batch = 200 : i64, momentum = 8.000000e-01 : f64, name = "tiny", rate = 2.000000e-02 : f64, steps = 8000 : i64, task = {subtasks = "IARC"}}}
module attributes {iarc.model = {name = "tiny", task = {subtasks = "IARC"}, batch = 200, steps = 8000, rate = 0.02, momentum = 0.8}} {

// CHECK: iarc.weight @query : !iarc.weight<layer 2, position 3, out 4, in 4 : f32> = normal(0.000000e+00, 1.000000e-01)
// GENERIC: "iarc.weight"() <{fan_in = 0 : i64, first = 0.000000e+00 : f64, initialiser = #iarc<initialiser normal>, second = 1.000000e-01 : f64, sym_name = "query", type = !iarc.weight<layer 2, position 3, out 4, in 4 : f32>}> : () -> ()
iarc.weight @query : !iarc.weight<layer 2, position 3, out 4, in 4 : f32> = normal(0.0, 0.1)
// CHECK: iarc.weight @shared : !iarc.weight<out 5, in 4 : f64> = uniform(-1.000000e+00, 1.000000e+00)
iarc.weight @shared : !iarc.weight<out 5, in 4 : f64> = uniform(-1.0, 1.0)
// CHECK: iarc.weight @fixed : !iarc.weight<out 4, in 4 : f32> = constant(5.000000e-01, 0.000000e+00) {note = "an attribute of its own"}
iarc.weight @fixed : !iarc.weight<out 4, in 4 : f32> = constant(0.5, 0.0) {note = "an attribute of its own"}

// CHECK-LABEL: func.func private @types(
// CHECK-SAME: !iarc.batch<position 3, symbol 2, control 0>
// CHECK-SAME: !iarc.value<position 1, feature 1 : f64>
// CHECK-SAME: !iarc.value<layer 2, layer 3, position 4, feature 5 : f32>
// CHECK-SAME: !iarc.weight<layer 2, layer 3, position 4, out 5, in 6 : f64>
func.func private @types(!iarc.batch<position 3, symbol 2, control 0>,
                         !iarc.value<position 1, feature 1 : f64>,
                         !iarc.value<layer 2, layer 3, position 4, feature 5 : f32>,
                         !iarc.weight<layer 2, layer 3, position 4, out 5, in 6 : f64>)

// CHECK-LABEL: func.func private @arguments(
// CHECK-SAME: {iarc.weight = @shared}
// CHECK-SAME: {iarc.velocity = @shared}
// CHECK-SAME: -> (!iarc.weight<out 5, in 4 : f64> {iarc.gradient = @shared})
func.func private @arguments(!iarc.weight<out 5, in 4 : f64> {iarc.weight = @shared},
                             !iarc.weight<out 5, in 4 : f64> {iarc.velocity = @shared})
    -> (!iarc.weight<out 5, in 4 : f64> {iarc.gradient = @shared})

// CHECK-LABEL: func.func @encode
func.func @encode(%batch: !iarc.batch<position 3, symbol 2, control 2>) -> !iarc.value<position 3, feature 4 : f32> {
  // CHECK: %{{.*}} = iarc.encode %{{.*}} : <position 3, symbol 2, control 2> -> <position 3, feature 4 : f32>
  // GENERIC: "iarc.encode"(%{{.*}}) : (!iarc.batch<position 3, symbol 2, control 2>) -> !iarc.value<position 3, feature 4 : f32>
  %x = iarc.encode %batch : !iarc.batch<position 3, symbol 2, control 2> -> !iarc.value<position 3, feature 4 : f32>
  return %x : !iarc.value<position 3, feature 4 : f32>
}

// CHECK-LABEL: func.func @linear
func.func @linear(%x: !iarc.value<position 3, feature 4 : f32>, %y: !iarc.value<position 3, feature 5 : f32>,
                  %w: !iarc.weight<out 5, in 4 : f32>, %p: !iarc.weight<position 3, out 5, in 4 : f32>) {
  // CHECK: iarc.linear %arg0, %arg2 : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>) -> !iarc.value<position 3, feature 5 : f32>{{$}}
  %0 = iarc.linear %x, %w : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>) -> !iarc.value<position 3, feature 5 : f32>
  // GENERIC: "iarc.linear"(%{{.*}}, %{{.*}}) <{operandSegmentSizes = array<i32: 1, 1, 0, 0>, transposed}> ({
  // CHECK: iarc.linear %arg1, %arg3 transposed : (!iarc.value<position 3, feature 5 : f32>, !iarc.weight<position 3, out 5, in 4 : f32>) -> !iarc.value<position 3, feature 4 : f32>{{$}}
  %1 = iarc.linear %y, %p transposed : (!iarc.value<position 3, feature 5 : f32>, !iarc.weight<position 3, out 5, in 4 : f32>) -> !iarc.value<position 3, feature 4 : f32>
  // CHECK: iarc.linear %arg0, %arg2 extras(%arg1) {note} : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>, !iarc.value<position 3, feature 5 : f32>) -> (!iarc.value<position 3, feature 5 : f32>, !iarc.value<position 3, feature 5 : f32>) epilogue {
  // CHECK-NEXT: ^bb0(%[[SUM:.*]]: f32, %[[EXTRA:.*]]: f32):
  // CHECK-NEXT: %[[S:.*]] = arith.addf %[[SUM]], %[[EXTRA]] : f32
  // CHECK-NEXT: iarc.yield %[[S]], %[[SUM]] : f32, f32
  %2:2 = iarc.linear %x, %w extras(%y) {note} : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>, !iarc.value<position 3, feature 5 : f32>) -> (!iarc.value<position 3, feature 5 : f32>, !iarc.value<position 3, feature 5 : f32>) epilogue {
  ^bb0(%sum: f32, %extra: f32):
    %s = arith.addf %sum, %extra : f32
    iarc.yield %s, %sum : f32, f32
  }
  // CHECK: iarc.weight_gradient %arg1, %arg0 : (!iarc.value<position 3, feature 5 : f32>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.weight<out 5, in 4 : f32>
  %3 = iarc.weight_gradient %y, %x : (!iarc.value<position 3, feature 5 : f32>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.weight<out 5, in 4 : f32>
  // CHECK: iarc.weight_gradient {{.*}} -> !iarc.weight<position 3, out 5, in 4 : f32>
  %4 = iarc.weight_gradient %y, %x : (!iarc.value<position 3, feature 5 : f32>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.weight<position 3, out 5, in 4 : f32>
  // CHECK: iarc.sum_positions %{{.*}} : (!iarc.weight<position 3, out 5, in 4 : f32>) -> !iarc.weight<out 5, in 4 : f32>
  %5 = iarc.sum_positions %4 : (!iarc.weight<position 3, out 5, in 4 : f32>) -> !iarc.weight<out 5, in 4 : f32>
  // CHECK: iarc.transpose %{{.*}} : (!iarc.weight<out 5, in 4 : f32>) -> !iarc.weight<out 4, in 5 : f32>
  %6 = iarc.transpose %5 : (!iarc.weight<out 5, in 4 : f32>) -> !iarc.weight<out 4, in 5 : f32>
  return
}

// CHECK-LABEL: func.func @bias
func.func @bias(%x: !iarc.value<position 3, feature 4 : f32>, %y: !iarc.value<position 3, feature 5 : f32>,
                %w: !iarc.weight<out 5, in 4 : f32>, %b: !iarc.weight<out 5 : f32>, %p: !iarc.weight<position 3, out 5 : f32>,
                %c: !iarc.weight<out 4 : f32>) {
  // GENERIC: "iarc.linear"(%{{.*}}, %{{.*}}, %{{.*}}) <{operandSegmentSizes = array<i32: 1, 1, 1, 0>}> ({
  // CHECK: iarc.linear %arg0, %arg2 bias %arg3 : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>, !iarc.weight<out 5 : f32>) -> !iarc.value<position 3, feature 5 : f32>{{$}}
  %0 = iarc.linear %x, %w bias %b : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>, !iarc.weight<out 5 : f32>) -> !iarc.value<position 3, feature 5 : f32>
  // CHECK: iarc.linear %arg1, %arg2 transposed bias %arg5 : (!iarc.value<position 3, feature 5 : f32>, !iarc.weight<out 5, in 4 : f32>, !iarc.weight<out 4 : f32>) -> !iarc.value<position 3, feature 4 : f32>{{$}}
  %1 = iarc.linear %y, %w transposed bias %c : (!iarc.value<position 3, feature 5 : f32>, !iarc.weight<out 5, in 4 : f32>, !iarc.weight<out 4 : f32>) -> !iarc.value<position 3, feature 4 : f32>
  // CHECK: iarc.linear %arg0, %arg2 bias %arg4 extras(%arg1) : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>, !iarc.weight<position 3, out 5 : f32>, !iarc.value<position 3, feature 5 : f32>) -> !iarc.value<position 3, feature 5 : f32> epilogue {
  %2 = iarc.linear %x, %w bias %p extras(%y) : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>, !iarc.weight<position 3, out 5 : f32>, !iarc.value<position 3, feature 5 : f32>) -> !iarc.value<position 3, feature 5 : f32> epilogue {
  ^bb0(%sum: f32, %extra: f32):
    %s = arith.addf %sum, %extra : f32
    iarc.yield %s : f32
  }
  // CHECK: iarc.bias_gradient %arg1 : (!iarc.value<position 3, feature 5 : f32>) -> !iarc.weight<out 5 : f32>
  %3 = iarc.bias_gradient %y : (!iarc.value<position 3, feature 5 : f32>) -> !iarc.weight<out 5 : f32>
  // CHECK: iarc.bias_gradient %arg1 : (!iarc.value<position 3, feature 5 : f32>) -> !iarc.weight<position 3, out 5 : f32>
  %4 = iarc.bias_gradient %y : (!iarc.value<position 3, feature 5 : f32>) -> !iarc.weight<position 3, out 5 : f32>
  return
}

// Three positions make six pairs.
// CHECK-LABEL: func.func @across
func.func @across(%x: !iarc.value<position 3, feature 4 : f32>, %y: !iarc.value<position 3, feature 5 : f32>,
                  %w: !iarc.weight<pair 6, out 5, in 4 : f32>, %b: !iarc.weight<position 3, out 5 : f32>) {
  // CHECK: iarc.linear %arg0, %arg2 bias %arg3 : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<pair 6, out 5, in 4 : f32>, !iarc.weight<position 3, out 5 : f32>) -> !iarc.value<position 3, feature 5 : f32>{{$}}
  %0 = iarc.linear %x, %w bias %b : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<pair 6, out 5, in 4 : f32>, !iarc.weight<position 3, out 5 : f32>) -> !iarc.value<position 3, feature 5 : f32>
  // CHECK: iarc.linear %arg1, %arg2 transposed : (!iarc.value<position 3, feature 5 : f32>, !iarc.weight<pair 6, out 5, in 4 : f32>) -> !iarc.value<position 3, feature 4 : f32>{{$}}
  %1 = iarc.linear %y, %w transposed : (!iarc.value<position 3, feature 5 : f32>, !iarc.weight<pair 6, out 5, in 4 : f32>) -> !iarc.value<position 3, feature 4 : f32>
  // CHECK: iarc.weight_gradient %arg1, %arg0 : (!iarc.value<position 3, feature 5 : f32>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.weight<pair 6, out 5, in 4 : f32>
  %2 = iarc.weight_gradient %y, %x : (!iarc.value<position 3, feature 5 : f32>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.weight<pair 6, out 5, in 4 : f32>
  // Stacked by a repeat.
  // CHECK: iarc.repeat 2 carry(%arg1) slices(%{{.*}}) : (!iarc.value<position 3, feature 5 : f32>, !iarc.weight<layer 2, pair 6, out 5, in 5 : f32>) -> !iarc.value<position 3, feature 5 : f32> {
  %s = iarc.zero : !iarc.weight<layer 2, pair 6, out 5, in 5 : f32>
  %3 = iarc.repeat 2 carry(%y) slices(%s) : (!iarc.value<position 3, feature 5 : f32>, !iarc.weight<layer 2, pair 6, out 5, in 5 : f32>) -> !iarc.value<position 3, feature 5 : f32> {
  ^bb0(%h: !iarc.value<position 3, feature 5 : f32>, %u: !iarc.weight<pair 6, out 5, in 5 : f32>):
    %n = iarc.linear %h, %u : (!iarc.value<position 3, feature 5 : f32>, !iarc.weight<pair 6, out 5, in 5 : f32>) -> !iarc.value<position 3, feature 5 : f32>
    iarc.yield %n : !iarc.value<position 3, feature 5 : f32>
  }
  return
}

// CHECK-LABEL: func.func @elementwise
func.func @elementwise(%x: !iarc.value<position 3, feature 4 : f32>, %y: !iarc.value<position 3, feature 4 : f32>,
                       %w: !iarc.weight<out 5, in 4 : f32>, %s: !iarc.value<layer 2, position 3, feature 4 : f32>) {
  // CHECK: %{{.*}}:2 = iarc.map %arg0, %arg1 {note} : !iarc.value<position 3, feature 4 : f32> {
  // CHECK-NEXT: ^bb0(%[[U:.*]]: f32, %[[V:.*]]: f32):
  // CHECK-NEXT: %[[M:.*]] = arith.mulf %[[U]], %[[V]] : f32
  // CHECK-NEXT: %[[E:.*]] = math.exp %[[M]] : f32
  // CHECK-NEXT: iarc.yield %[[E]], %[[M]] : f32, f32
  // CHECK-NEXT: }
  %0:2 = iarc.map %x, %y {note} : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%u: f32, %v: f32):
    %m = arith.mulf %u, %v : f32
    %e = math.exp %m : f32
    iarc.yield %e, %m : f32, f32
  }
  // CHECK: iarc.add %arg0, %arg1 : !iarc.value<position 3, feature 4 : f32>
  %1 = iarc.add %x, %y : !iarc.value<position 3, feature 4 : f32>
  // CHECK: iarc.add %arg2, %arg2 : !iarc.weight<out 5, in 4 : f32>
  %2 = iarc.add %w, %w : !iarc.weight<out 5, in 4 : f32>
  // CHECK: iarc.add %arg3, %arg3 : !iarc.value<layer 2, position 3, feature 4 : f32>
  %3 = iarc.add %s, %s : !iarc.value<layer 2, position 3, feature 4 : f32>
  // CHECK: iarc.zero : !iarc.value<position 3, feature 4 : f32>
  %4 = iarc.zero : !iarc.value<position 3, feature 4 : f32>
  // CHECK: iarc.zero : !iarc.weight<out 5, in 4 : f32>
  %5 = iarc.zero : !iarc.weight<out 5, in 4 : f32>
  // CHECK: %[[NORM:.*]], %[[SCALE:.*]] = iarc.norm %arg0 eps 1.000000e-05 : <position 3, feature 4 : f32>
  %6, %scale6 = iarc.norm %x eps 1.0e-5 : !iarc.value<position 3, feature 4 : f32>
  // CHECK: iarc.norm_adjoint %[[NORM]] scale %[[SCALE]], %arg1 : <position 3, feature 4 : f32>
  %7 = iarc.norm_adjoint %6 scale %scale6, %y : !iarc.value<position 3, feature 4 : f32>
  // CHECK: iarc.norm_adjoint %[[NORM]] scale %[[SCALE]], %arg1 residual %arg0 : !iarc.value<position 3, feature 4 : f32> : <position 3, feature 4 : f32>
  %70 = iarc.norm_adjoint %6 scale %scale6, %y residual %x : !iarc.value<position 3, feature 4 : f32> : !iarc.value<position 3, feature 4 : f32>
  // CHECK: iarc.slice %arg0 from 1 : <position 3, feature 4 : f32> -> <position 3, feature 2 : f32>
  %8 = iarc.slice %x from 1 : !iarc.value<position 3, feature 4 : f32> -> !iarc.value<position 3, feature 2 : f32>
  // CHECK: iarc.embed %{{.*}} at 1 : <position 3, feature 2 : f32> -> <position 3, feature 4 : f32>
  %9 = iarc.embed %8 at 1 : !iarc.value<position 3, feature 2 : f32> -> !iarc.value<position 3, feature 4 : f32>
  // CHECK: iarc.copy %arg0 : !iarc.value<position 3, feature 4 : f32>
  %10 = iarc.copy %x : !iarc.value<position 3, feature 4 : f32>
  return
}

// CHECK-LABEL: func.func @attention
func.func @attention(%q: !iarc.value<position 3, feature 4 : f32>, %dy: !iarc.value<position 3, feature 4 : f32>) {
  // CHECK: iarc.attention %arg0, %arg0, %arg0 heads 2 scale 5.000000e-01 causal decay [2.500000e-01, 6.250000e-02] normalise sum eps 0.000000e+00 exponential : <position 3, feature 4 : f32> {
  // CHECK-NEXT: ^bb0(%[[Z:.*]]: f32):
  // CHECK-NEXT: iarc.yield %[[Z]] : f32
  // CHECK-NEXT: }
  %0 = iarc.attention %q, %q, %q heads 2 scale 0.5 causal decay [0.25, 0.0625] normalise sum eps 0.0 exponential
      : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }
  // CHECK: iarc.attention %arg0, %arg0, %arg0 heads 1 scale 1.000000e+00 decay [] normalise absolute_sum eps 1.000000e-03 : <position 3, feature 4 : f32> {
  %1 = iarc.attention %q, %q, %q heads 1 scale 1.0 decay [] normalise absolute_sum eps 1.0e-3
      : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }
  // CHECK: %{{.*}}, %{{.*}}, %{{.*}} = iarc.attention_adjoint %arg0, %arg0, %arg0, %arg1 heads 1 scale 1.000000e+00 causal decay [] normalise none eps 0.000000e+00 : <position 3, feature 4 : f32> {
  // CHECK-NEXT: ^bb0(%[[Z:.*]]: f32):
  // CHECK-NEXT: %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
  // CHECK-NEXT: iarc.yield %[[Z]], %[[ONE]] : f32, f32
  %2:3 = iarc.attention_adjoint %q, %q, %q, %dy heads 1 scale 1.0 causal decay [] normalise none eps 0.0
      : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    %one = arith.constant 1.0 : f32
    iarc.yield %z, %one : f32, f32
  }
  return
}

// CHECK-LABEL: func.func @loss
func.func @loss(%logits: !iarc.value<position 3, feature 2 : f32>, %batch: !iarc.batch<position 3, symbol 2, control 2>) -> f32 {
  // CHECK: iarc.loss cross_entropy at last %arg0, %arg1 : (!iarc.value<position 3, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> f32
  // GENERIC: "iarc.loss"(%{{.*}}, %{{.*}}) <{at = #iarc<loss_at last>, kind = #iarc<loss_kind cross_entropy>}>
  %0 = iarc.loss cross_entropy at last %logits, %batch : (!iarc.value<position 3, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> f32
  // CHECK: iarc.loss_adjoint squared_error at all %arg0, %arg1 : (!iarc.value<position 3, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> !iarc.value<position 3, feature 2 : f32>
  %1 = iarc.loss_adjoint squared_error at all %logits, %batch : (!iarc.value<position 3, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> !iarc.value<position 3, feature 2 : f32>
  return %0 : f32
}

// CHECK-LABEL: func.func @loss_interspersed
func.func @loss_interspersed(%logits: !iarc.value<position 3, feature 2 : f32>, %last: !iarc.value<position 1, feature 2 : f32>, %batch: !iarc.batch<position 3, symbol 2, control 2>) -> f32 {
  // CHECK: iarc.loss cross_entropy at all %arg0, %arg2 interspersed : (
  // GENERIC: "iarc.loss"(%{{.*}}, %{{.*}}) <{at = #iarc<loss_at all>, interspersed, kind = #iarc<loss_kind cross_entropy>}>
  %0 = iarc.loss cross_entropy at all %logits, %batch interspersed : (!iarc.value<position 3, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> f32
  // CHECK: iarc.loss_adjoint squared_error at last %arg1, %arg2 interspersed : (!iarc.value<position 1, feature 2 : f32>,
  %1 = iarc.loss_adjoint squared_error at last %last, %batch interspersed : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> !iarc.value<position 1, feature 2 : f32>
  return %0 : f32
}

// CHECK-LABEL: func.func @update
func.func @update(%w: !iarc.weight<out 5, in 4 : f32>, %v: !iarc.weight<out 5, in 4 : f32>, %g: !iarc.weight<out 5, in 4 : f32>) {
  // CHECK: %{{.*}}, %{{.*}} = iarc.update %arg0, %arg1, %arg2 : <out 5, in 4 : f32>
  %0:2 = iarc.update %w, %v, %g : !iarc.weight<out 5, in 4 : f32>
  return
}

// CHECK-LABEL: func.func @repeat
func.func @repeat(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<layer 2, out 4, in 4 : f32>) {
  // CHECK: %{{.*}}:2 = iarc.repeat 2 carry(%arg0) slices(%arg1) : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<layer 2, out 4, in 4 : f32>) -> (!iarc.value<position 3, feature 4 : f32>, !iarc.value<layer 2, position 3, feature 4 : f32>) {
  // CHECK-NEXT: ^bb0(%[[H:.*]]: !iarc.value<position 3, feature 4 : f32>, %[[W:.*]]: !iarc.weight<out 4, in 4 : f32>):
  // CHECK-NEXT: %[[N:.*]] = iarc.linear %[[H]], %[[W]]
  // CHECK-NEXT: iarc.yield %[[N]], %[[H]] : !iarc.value<position 3, feature 4 : f32>, !iarc.value<position 3, feature 4 : f32>
  %0:2 = iarc.repeat 2 carry(%x) slices(%w) : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<layer 2, out 4, in 4 : f32>) -> (!iarc.value<position 3, feature 4 : f32>, !iarc.value<layer 2, position 3, feature 4 : f32>) {
  ^bb0(%h: !iarc.value<position 3, feature 4 : f32>, %l: !iarc.weight<out 4, in 4 : f32>):
    %n = iarc.linear %h, %l : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 4, in 4 : f32>) -> !iarc.value<position 3, feature 4 : f32>
    iarc.yield %n, %h : !iarc.value<position 3, feature 4 : f32>, !iarc.value<position 3, feature 4 : f32>
  }
  // CHECK: iarc.repeat 2 reverse slices(%{{.*}}) {note} : (!iarc.value<layer 2, position 3, feature 4 : f32>) -> () {
  iarc.repeat 2 reverse slices(%0#1) {note} : (!iarc.value<layer 2, position 3, feature 4 : f32>) -> () {
  ^bb0(%h: !iarc.value<position 3, feature 4 : f32>):
    // CHECK-NEXT: ^bb0(%{{.*}}: !iarc.value<position 3, feature 4 : f32>):
    iarc.yield
  }
  // CHECK: iarc.repeat 1 : () -> () {
  iarc.repeat 1 : () -> () {
  }
  return
}
}
