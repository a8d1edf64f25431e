// Attention whose values have another width than its queries: what does not fit is refused.
// RUN: iarc-opt %s -split-input-file -verify-diagnostics

func.func @heads(%q: !iarc.value<position 4, feature 6 : f32>, %v: !iarc.value<position 4, feature 7 : f32>) {
  // expected-error@+1 {{heads must divide the features, got 2 heads and 7 features}}
  %0 = iarc.attention %q, %q, %v heads 2 scale 1.0 causal decay [] normalise sum eps 1.0e-3 : <position 4, feature 6 : f32>, <position 4, feature 7 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }
  return
}

// -----

func.func @positions(%q: !iarc.value<position 4, feature 6 : f32>, %v: !iarc.value<position 5, feature 6 : f32>) {
  // expected-error@+1 {{query and value may differ in their features only}}
  %0 = iarc.attention %q, %q, %v heads 2 scale 1.0 causal decay [] normalise sum eps 1.0e-3 : <position 4, feature 6 : f32>, <position 5, feature 6 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }
  return
}

// -----

func.func @key(%q: !iarc.value<position 4, feature 6 : f32>, %v: !iarc.value<position 4, feature 2 : f32>) { // expected-note {{prior use here}}
  // expected-error@+1 {{expects different type than prior uses}}
  %0 = iarc.attention %q, %v, %v heads 2 scale 1.0 causal decay [] normalise sum eps 1.0e-3 : <position 4, feature 6 : f32>, <position 4, feature 2 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }
  return
}
