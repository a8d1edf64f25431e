// What the verifiers refuse: maps, sums, norms, slices, updates, copies.
// RUN: iarc-opt %s -split-input-file -verify-diagnostics

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.map' op body must take 1 arguments, got 2}}
  %0 = iarc.map %x : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%u: f32, %v: f32):
    iarc.yield %u : f32
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.map' op body arguments must be 'f32', got 'f64'}}
  %0 = iarc.map %x : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%u: f64):
    iarc.yield %u : f64
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.map' op body must yield 'f32', got 'i1'}}
  %0 = iarc.map %x : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%u: f32):
    %c = arith.cmpf olt, %u, %u : f32
    iarc.yield %c : i1
  }
  return
}

// -----

func.func @f(%x: !iarc.value<layer 2, position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.map' op takes values without layer axes, got '!iarc.value<layer 2, position 3, feature 4 : f32>'}}
  %0 = iarc.map %x : !iarc.value<layer 2, position 3, feature 4 : f32> {
  ^bb0(%u: f32):
    iarc.yield %u : f32
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.map' op body must end with iarc.yield}}
  %0 = "iarc.map"(%x) ({
  ^bb0(%u: f32):
    %c = arith.addf %u, %u : f32
  }) : (!iarc.value<position 3, feature 4 : f32>) -> !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.map' op body must end with iarc.yield}}
  %0 = "iarc.map"(%x) ({
  ^bb0(%u: f32):
  }) : (!iarc.value<position 3, feature 4 : f32>) -> !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.map' op body must yield 2 numbers, got 1}}
  %0:2 = "iarc.map"(%x) ({
  ^bb0(%u: f32):
    iarc.yield %u : f32
  }) : (!iarc.value<position 3, feature 4 : f32>) -> (!iarc.value<position 3, feature 4 : f32>, !iarc.value<position 3, feature 4 : f32>)
  return
}

// -----

func.func @f() {
  // expected-error @+1 {{'iarc.map' op expected 1 or more operands, but found 0}}
  %0 = iarc.map : !iarc.value<position 3, feature 4 : f32> {
    %c = arith.constant 1.0 : f32
    iarc.yield %c : f32
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.map' op expected 1 or more results}}
  iarc.map %x : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%u: f32):
    iarc.yield
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %y: !iarc.value<position 3, feature 5 : f32>) {
  // expected-error @+1 {{'iarc.map' op requires the same type for all operands and results}}
  %0 = "iarc.map"(%x, %y) ({
  ^bb0(%u: f32, %v: f32):
    iarc.yield %u : f32
  }) : (!iarc.value<position 3, feature 4 : f32>, !iarc.value<position 3, feature 5 : f32>) -> !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.weight<out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.map' op operand #0 must be variadic of activations: one number a sample and index of the named axes, but got '!iarc.weight<out 5, in 4 : f32>'}}
  %0 = iarc.map %x : !iarc.weight<out 5, in 4 : f32> {
  ^bb0(%u: f32):
    iarc.yield %u : f32
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.map' op region #0 ('body') failed to verify constraint: region with 1 blocks}}
  %0 = "iarc.map"(%x) ({
  }) : (!iarc.value<position 3, feature 4 : f32>) -> !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.map' op body may hold ops of arith and math only, got iarc.zero}}
  %0 = iarc.map %x : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%u: f32):
    %z = iarc.zero : !iarc.value<position 3, feature 4 : f32>
    iarc.yield %u : f32
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %s: f32) {
  // expected-error @+1 {{'iarc.map' op body may read nothing from outside but constants}}
  %0 = iarc.map %x : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%u: f32):
    %p = arith.mulf %u, %s : f32
    iarc.yield %p : f32
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{map needs a body that yields}}
  %0 = iarc.map %x : !iarc.value<position 3, feature 4 : f32> {
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.add' op requires the same type for all operands and results}}
  %0 = "iarc.add"(%x, %w) : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>) -> !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: f32) {
  // expected-error @+1 {{'iarc.add' op operand #0 must be activations: one number a sample and index of the named axes or a weight tensor, its gradient or its velocity, but got 'f32'}}
  %0 = "iarc.add"(%x, %x) : (f32, f32) -> f32
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.norm' op eps must be positive and finite, got 0.000000e+00}}
  %0, %scale0 = iarc.norm %x eps 0.0 : !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.norm' op eps must be positive and finite, got -1.000000e+00}}
  %0, %scale0 = iarc.norm %x eps -1.0 : !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.norm' op eps must be positive and finite, got nan}}
  %0, %scale0 = iarc.norm %x eps 0x7FF8000000000000 : !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.norm' op eps must be positive and finite, got INF}}
  %0, %scale0 = iarc.norm %x eps 0x7FF0000000000000 : !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<layer 2, position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.norm' op takes values without layer axes, got '!iarc.value<layer 2, position 3, feature 4 : f32>'}}
  %0, %scale0 = iarc.norm %x eps 1.0 : !iarc.value<layer 2, position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<layer 2, position 3, feature 4 : f32>,
             %s: !iarc.value<layer 2, position 3, feature 1 : f32>) {
  // expected-error @+1 {{'iarc.norm_adjoint' op takes values without layer axes, got '!iarc.value<layer 2, position 3, feature 4 : f32>'}}
  %0 = iarc.norm_adjoint %x scale %s, %x : !iarc.value<layer 2, position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %s: !iarc.value<position 3, feature 1 : f32>) {
  // expected-error @+1 {{'iarc.norm_adjoint' op residual must have the type of the result, '!iarc.value<position 3, feature 4 : f32>', got '!iarc.value<position 3, feature 1 : f32>'}}
  %0 = iarc.norm_adjoint %x scale %s, %x residual %s : !iarc.value<position 3, feature 1 : f32> : !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.slice' op 2 features from 3 are not all within 0 .. 3}}
  %0 = iarc.slice %x from 3 : !iarc.value<position 3, feature 4 : f32> -> !iarc.value<position 3, feature 2 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.slice' op 2 features from -1 are not all within 0 .. 3}}
  %0 = iarc.slice %x from -1 : !iarc.value<position 3, feature 4 : f32> -> !iarc.value<position 3, feature 2 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.slice' op 2 features from 9223372036854775807 are not all within 0 .. 3}}
  %0 = iarc.slice %x from 9223372036854775807 : !iarc.value<position 3, feature 4 : f32> -> !iarc.value<position 3, feature 2 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.slice' op operand and result may differ in their features only}}
  %0 = iarc.slice %x from 0 : !iarc.value<position 3, feature 4 : f32> -> !iarc.value<position 2, feature 2 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.slice' op 5 features from 0 are not all within 0 .. 3}}
  %0 = iarc.slice %x from 0 : !iarc.value<position 3, feature 4 : f32> -> !iarc.value<position 3, feature 5 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<layer 2, position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.slice' op takes values without layer axes, got '!iarc.value<layer 2, position 3, feature 4 : f32>'}}
  %0 = iarc.slice %x from 0 : !iarc.value<layer 2, position 3, feature 4 : f32> -> !iarc.value<layer 2, position 3, feature 2 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 2 : f32>) {
  // expected-error @+1 {{'iarc.embed' op 2 features from 3 are not all within 0 .. 3}}
  %0 = iarc.embed %x at 3 : !iarc.value<position 3, feature 2 : f32> -> !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 2 : f32>) {
  // expected-error @+1 {{'iarc.embed' op 2 features from -1 are not all within 0 .. 3}}
  %0 = iarc.embed %x at -1 : !iarc.value<position 3, feature 2 : f32> -> !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 2 : f32>) {
  // expected-error @+1 {{'iarc.embed' op 2 features from 9223372036854775807 are not all within 0 .. 3}}
  %0 = iarc.embed %x at 9223372036854775807 : !iarc.value<position 3, feature 2 : f32> -> !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 2, feature 2 : f32>) {
  // expected-error @+1 {{'iarc.embed' op operand and result may differ in their features only}}
  %0 = iarc.embed %x at 0 : !iarc.value<position 2, feature 2 : f32> -> !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 5 : f32>) {
  // expected-error @+1 {{'iarc.embed' op 5 features from 0 are not all within 0 .. 3}}
  %0 = iarc.embed %x at 0 : !iarc.value<position 3, feature 5 : f32> -> !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<layer 2, position 3, feature 2 : f32>) {
  // expected-error @+1 {{'iarc.embed' op takes values without layer axes, got '!iarc.value<layer 2, position 3, feature 4 : f32>'}}
  %0 = iarc.embed %x at 0 : !iarc.value<layer 2, position 3, feature 2 : f32> -> !iarc.value<layer 2, position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%w: !iarc.weight<out 5, in 4 : f32>, %v: !iarc.weight<out 4, in 4 : f32>) {
  // expected-error @+1 {{'iarc.update' op requires the same type for all operands and results}}
  %0:2 = "iarc.update"(%w, %w, %v) : (!iarc.weight<out 5, in 4 : f32>, !iarc.weight<out 5, in 4 : f32>, !iarc.weight<out 4, in 4 : f32>) -> (!iarc.weight<out 5, in 4 : f32>, !iarc.weight<out 5, in 4 : f32>)
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.copy' op requires the same type for all operands and results}}
  %0 = "iarc.copy"(%x) : (!iarc.value<position 3, feature 4 : f32>) -> !iarc.value<position 3, feature 2 : f32>
  return
}
