// What the verifiers of rows and declared weights refuse.
// RUN: iarc-opt %s -split-input-file -verify-diagnostics

func.func @layers(%w: !iarc.weight<out 4 : f32>) -> !iarc.value<layer 2, position 3, feature 4 : f32> {
  // expected-error @+1 {{takes values without layer axes}}
  %0 = iarc.broadcast %w : !iarc.weight<out 4 : f32> -> !iarc.value<layer 2, position 3, feature 4 : f32>
  return %0 : !iarc.value<layer 2, position 3, feature 4 : f32>
}

// -----

func.func @matrix(%w: !iarc.weight<out 4, in 4 : f32>) -> !iarc.value<position 3, feature 4 : f32> {
  // expected-error @+1 {{takes a weight with the axis out, or position and out}}
  %0 = iarc.broadcast %w : !iarc.weight<out 4, in 4 : f32> -> !iarc.value<position 3, feature 4 : f32>
  return %0 : !iarc.value<position 3, feature 4 : f32>
}

// -----

func.func @positions(%w: !iarc.weight<position 2, out 4 : f32>) -> !iarc.value<position 3, feature 4 : f32> {
  // expected-error @+1 {{weight has 2 positions, the value 3}}
  %0 = iarc.broadcast %w : !iarc.weight<position 2, out 4 : f32> -> !iarc.value<position 3, feature 4 : f32>
  return %0 : !iarc.value<position 3, feature 4 : f32>
}

// -----

func.func @features(%w: !iarc.weight<out 5 : f32>) -> !iarc.value<position 3, feature 4 : f32> {
  // expected-error @+1 {{weight has 5 features, the value 4}}
  %0 = iarc.broadcast %w : !iarc.weight<out 5 : f32> -> !iarc.value<position 3, feature 4 : f32>
  return %0 : !iarc.value<position 3, feature 4 : f32>
}

// -----

func.func @element(%w: !iarc.weight<out 4 : f64>) -> !iarc.value<position 3, feature 4 : f32> {
  // expected-error @+1 {{weight is 'f64', the value 'f32'}}
  %0 = iarc.broadcast %w : !iarc.weight<out 4 : f64> -> !iarc.value<position 3, feature 4 : f32>
  return %0 : !iarc.value<position 3, feature 4 : f32>
}

// -----

func.func @spread(%x: !iarc.value<position 3, feature 2 : f32>) -> !iarc.value<position 3, feature 4 : f32> {
  // expected-error @+1 {{takes '!iarc.value<position 3, feature 1 : f32>'}}
  %0 = iarc.spread %x : !iarc.value<position 3, feature 2 : f32> -> !iarc.value<position 3, feature 4 : f32>
  return %0 : !iarc.value<position 3, feature 4 : f32>
}

// -----

func.func @spread_layers(%x: !iarc.value<layer 2, position 3, feature 1 : f32>) -> !iarc.value<layer 2, position 3, feature 4 : f32> {
  // expected-error @+1 {{takes values without layer axes}}
  %0 = iarc.spread %x : !iarc.value<layer 2, position 3, feature 1 : f32> -> !iarc.value<layer 2, position 3, feature 4 : f32>
  return %0 : !iarc.value<layer 2, position 3, feature 4 : f32>
}

// -----

func.func @reduce(%x: !iarc.value<layer 2, position 3, feature 4 : f32>) {
  // expected-error @+1 {{takes values without layer axes}}
  %0 = iarc.reduce sum %x : !iarc.value<layer 2, position 3, feature 4 : f32>
  return
}

// -----

func.func @join(%x: !iarc.value<position 3, feature 4 : f32>, %y: !iarc.value<position 2, feature 4 : f32>) {
  // expected-error @+1 {{operands and result may differ in their features only}}
  %0 = iarc.join %x, %y : (!iarc.value<position 3, feature 4 : f32>, !iarc.value<position 2, feature 4 : f32>) -> !iarc.value<position 3, feature 8 : f32>
  return
}

// -----

func.func @join_features(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{operands have 8 features together, the result 9}}
  %0 = iarc.join %x, %x : (!iarc.value<position 3, feature 4 : f32>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.value<position 3, feature 9 : f32>
  return
}

// -----

func.func @join_layers(%x: !iarc.value<layer 2, position 3, feature 4 : f32>) {
  // expected-error @+1 {{takes values without layer axes}}
  %0 = iarc.join %x : (!iarc.value<layer 2, position 3, feature 4 : f32>) -> !iarc.value<layer 2, position 3, feature 4 : f32>
  return
}

// -----

func.func @odd(%x: !iarc.value<position 3, feature 6 : f32>) {
  // expected-error @+1 {{size must be even and divide the features, got 3 for 6}}
  %0 = iarc.rotate %x size 3 base 1.0e+04 : !iarc.value<position 3, feature 6 : f32>
  return
}

// -----

func.func @base(%x: !iarc.value<position 3, feature 6 : f32>) {
  // expected-error @+1 {{base must be positive and finite, got 0.0}}
  %0 = iarc.rotate %x size 2 base 0.0 : !iarc.value<position 3, feature 6 : f32>
  return
}

// -----

func.func @rotate_layers(%x: !iarc.value<layer 2, position 3, feature 6 : f32>) {
  // expected-error @+1 {{takes values without layer axes}}
  %0 = iarc.rotate %x size 2 base 1.0e+04 : !iarc.value<layer 2, position 3, feature 6 : f32>
  return
}

// -----

func.func @target(%b: !iarc.batch<position 3, symbol 5, control 2>) {
  // expected-error @+1 {{result must have position 3 or 1 and feature 5}}
  %0 = iarc.target %b : !iarc.batch<position 3, symbol 5, control 2> -> !iarc.value<position 2, feature 5 : f32>
  return
}

// -----

func.func @own(%x: !iarc.value<position 3, feature 5 : f32>, %b: !iarc.batch<position 3, symbol 5, control 2>) -> f32 {
  // expected-error @+1 {{logits must have position 3 or 1 and feature 1}}
  %0 = iarc.loss own at all %x, %b : (!iarc.value<position 3, feature 5 : f32>, !iarc.batch<position 3, symbol 5, control 2>) -> f32
  return %0 : f32
}

// -----

func.func @parameter(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{parameter must be '!iarc.value<position 3, feature 1 : f32>'}}
  %0 = iarc.attention %q, %q, %q parameters(%q : !iarc.value<position 3, feature 4 : f32>) heads 2 scale 0.5 causal decay [] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32, %p: f32):
    iarc.yield %z : f32
  }
  return
}

// -----

func.func @kernel(%q: !iarc.value<position 3, feature 4 : f32>, %p: !iarc.value<position 3, feature 1 : f32>) {
  // expected-error @+1 {{kernel must take 2 arguments, got 1}}
  %0 = iarc.attention %q, %q, %q parameters(%p : !iarc.value<position 3, feature 1 : f32>) heads 2 scale 0.5 causal decay [] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }
  return
}

// -----

func.func @adjoint(%q: !iarc.value<position 3, feature 4 : f32>, %p: !iarc.value<position 3, feature 1 : f32>) {
  // expected-error @+1 {{adjoint of a parameter must be '!iarc.value<position 3, feature 2 : f32>'}}
  %0:4 = iarc.attention_adjoint %q, %q, %q, %q parameters(%p : !iarc.value<position 3, feature 1 : f32> -> !iarc.value<position 3, feature 1 : f32>) heads 2 scale 0.5 causal decay [] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32, %w: f32):
    iarc.yield %z, %z, %w : f32, f32, f32
  }
  return
}
