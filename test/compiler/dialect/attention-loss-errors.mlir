// What the verifiers refuse: attention, the loss and their adjoints.
// RUN: iarc-opt %s -split-input-file -verify-diagnostics

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention' op heads must divide the features, got 3 heads and 4 features}}
  %0 = iarc.attention %q, %q, %q heads 3 scale 0.5 causal decay [0.25, 0.0625] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention' op heads must divide the features, got 0 heads and 4 features}}
  %0 = iarc.attention %q, %q, %q heads 0 scale 0.5 causal decay [0.25, 0.0625] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention' op heads must divide the features, got -2 heads and 4 features}}
  %0 = iarc.attention %q, %q, %q heads -2 scale 0.5 causal decay [0.25, 0.0625] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention' op decay must have one slope for each head, got 1 for 2 heads}}
  %0 = iarc.attention %q, %q, %q heads 2 scale 0.5 causal decay [0.5] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention' op slopes of the decay must be finite and not negative, got -5.000000e-01}}
  %0 = iarc.attention %q, %q, %q heads 2 scale 0.5 causal decay [0.5, -0.5] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention' op eps must be finite and not negative, got -1.000000e+00}}
  %0 = iarc.attention %q, %q, %q heads 2 scale 0.5 causal decay [0.25, 0.0625] normalise sum eps -1.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention' op scale must be finite, got INF}}
  %0 = iarc.attention %q, %q, %q heads 2 scale 0x7FF0000000000000 causal decay [0.25, 0.0625] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<layer 2, position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention' op takes values without layer axes, got '!iarc.value<layer 2, position 3, feature 4 : f32>'}}
  %0 = iarc.attention %q, %q, %q heads 2 scale 0.5 causal decay [0.25, 0.0625] normalise sum eps 0.0 : !iarc.value<layer 2, position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention' op kernel must take 1 arguments, got 0}}
  %0 = iarc.attention %q, %q, %q heads 2 scale 0.5 causal decay [0.25, 0.0625] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
    %z = arith.constant 1.0 : f32
    iarc.yield %z : f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention' op kernel arguments must be 'f32', got 'f64'}}
  %0 = iarc.attention %q, %q, %q heads 2 scale 0.5 causal decay [0.25, 0.0625] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f64):
    iarc.yield %z : f64
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention_adjoint' op heads must divide the features, got 3 heads and 4 features}}
  %0:3 = iarc.attention_adjoint %q, %q, %q, %q heads 3 scale 0.5 causal decay [0.25, 0.0625] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z, %z : f32, f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention_adjoint' op heads must divide the features, got 0 heads and 4 features}}
  %0:3 = iarc.attention_adjoint %q, %q, %q, %q heads 0 scale 0.5 causal decay [0.25, 0.0625] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z, %z : f32, f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention_adjoint' op heads must divide the features, got -2 heads and 4 features}}
  %0:3 = iarc.attention_adjoint %q, %q, %q, %q heads -2 scale 0.5 causal decay [0.25, 0.0625] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z, %z : f32, f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention_adjoint' op decay must have one slope for each head, got 1 for 2 heads}}
  %0:3 = iarc.attention_adjoint %q, %q, %q, %q heads 2 scale 0.5 causal decay [0.5] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z, %z : f32, f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention_adjoint' op slopes of the decay must be finite and not negative, got -5.000000e-01}}
  %0:3 = iarc.attention_adjoint %q, %q, %q, %q heads 2 scale 0.5 causal decay [0.5, -0.5] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z, %z : f32, f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention_adjoint' op eps must be finite and not negative, got -1.000000e+00}}
  %0:3 = iarc.attention_adjoint %q, %q, %q, %q heads 2 scale 0.5 causal decay [0.25, 0.0625] normalise sum eps -1.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z, %z : f32, f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention_adjoint' op scale must be finite, got INF}}
  %0:3 = iarc.attention_adjoint %q, %q, %q, %q heads 2 scale 0x7FF0000000000000 causal decay [0.25, 0.0625] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z, %z : f32, f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<layer 2, position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention_adjoint' op takes values without layer axes, got '!iarc.value<layer 2, position 3, feature 4 : f32>'}}
  %0:3 = iarc.attention_adjoint %q, %q, %q, %q heads 2 scale 0.5 causal decay [0.25, 0.0625] normalise sum eps 0.0 : !iarc.value<layer 2, position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z, %z : f32, f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention_adjoint' op kernel must take 1 arguments, got 0}}
  %0:3 = iarc.attention_adjoint %q, %q, %q, %q heads 2 scale 0.5 causal decay [0.25, 0.0625] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
    %z = arith.constant 1.0 : f32
    iarc.yield %z : f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention_adjoint' op kernel arguments must be 'f32', got 'f64'}}
  %0:3 = iarc.attention_adjoint %q, %q, %q, %q heads 2 scale 0.5 causal decay [0.25, 0.0625] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f64):
    iarc.yield %z : f64
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention' op kernel must yield 1 numbers, got 2}}
  %0 = iarc.attention %q, %q, %q heads 2 scale 0.5 causal decay [0.25, 0.0625] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z, %z : f32, f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention_adjoint' op kernel must yield 2 numbers, got 1}}
  %0:3 = iarc.attention_adjoint %q, %q, %q, %q heads 2 scale 0.5 causal decay [0.25, 0.0625] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
   iarc.yield %z : f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>, %k: !iarc.value<position 2, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention' op failed to verify that all of {query, key, value, result} have same type}}
  %0 = "iarc.attention"(%q, %k, %q) <{operandSegmentSizes = array<i32: 1, 1, 1, 0, 0>, heads = 1 : i64, scale = 1.0, slopes = array<f64>, normalise = #iarc<normalise none>, eps = 0.0}> ({
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }, {}) : (!iarc.value<position 3, feature 4 : f32>, !iarc.value<position 2, feature 4 : f32>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 2 : f32>, %b: !iarc.batch<position 3, symbol 2, control 2>) {
  // expected-error @+1 {{'iarc.loss' op result must be 'f32' as the logits, got 'f64'}}
  %0 = iarc.loss cross_entropy at last %x, %b : (!iarc.value<position 3, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> f64
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %b: !iarc.batch<position 3, symbol 2, control 2>) {
  // expected-error @+1 {{'iarc.loss' op logits must have position 3 or 1 and feature 2, got '!iarc.value<position 3, feature 4 : f32>'}}
  %0 = iarc.loss cross_entropy at last %x, %b : (!iarc.value<position 3, feature 4 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> f32
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %b: !iarc.batch<position 3, symbol 2, control 2>) {
  // expected-error @+1 {{'iarc.loss_adjoint' op logits must have position 3 or 1 and feature 2, got '!iarc.value<position 3, feature 4 : f32>'}}
  %0 = iarc.loss_adjoint cross_entropy at last %x, %b : (!iarc.value<position 3, feature 4 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 4, feature 2 : f32>, %b: !iarc.batch<position 3, symbol 2, control 2>) {
  // expected-error @+1 {{'iarc.loss' op logits must have position 3 or 1 and feature 2, got '!iarc.value<position 4, feature 2 : f32>'}}
  %0 = iarc.loss cross_entropy at last %x, %b : (!iarc.value<position 4, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> f32
  return
}

// -----

func.func @f(%x: !iarc.value<position 4, feature 2 : f32>, %b: !iarc.batch<position 3, symbol 2, control 2>) {
  // expected-error @+1 {{'iarc.loss_adjoint' op logits must have position 3 or 1 and feature 2, got '!iarc.value<position 4, feature 2 : f32>'}}
  %0 = iarc.loss_adjoint cross_entropy at last %x, %b : (!iarc.value<position 4, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> !iarc.value<position 4, feature 2 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<layer 2, position 3, feature 2 : f32>, %b: !iarc.batch<position 3, symbol 2, control 2>) {
  // expected-error @+1 {{'iarc.loss' op logits must have position 3 or 1 and feature 2, got '!iarc.value<layer 2, position 3, feature 2 : f32>'}}
  %0 = iarc.loss cross_entropy at last %x, %b : (!iarc.value<layer 2, position 3, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> f32
  return
}

// -----

func.func @f(%x: !iarc.value<layer 2, position 3, feature 2 : f32>, %b: !iarc.batch<position 3, symbol 2, control 2>) {
  // expected-error @+1 {{'iarc.loss_adjoint' op logits must have position 3 or 1 and feature 2, got '!iarc.value<layer 2, position 3, feature 2 : f32>'}}
  %0 = iarc.loss_adjoint cross_entropy at last %x, %b : (!iarc.value<layer 2, position 3, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> !iarc.value<layer 2, position 3, feature 2 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 2 : f32>, %b: !iarc.batch<position 3, symbol 2, control 2>) {
  // expected-error @+1 {{'iarc.loss_adjoint' op result must be '!iarc.value<position 3, feature 2 : f32>' as the logits, got '!iarc.value<position 3, feature 4 : f32>'}}
  %0 = iarc.loss_adjoint cross_entropy at all %x, %b : (!iarc.value<position 3, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 2 : f32>, %b: !iarc.batch<position 3, symbol 2, control 2>) {
  // expected-error @+2 {{expected ::iarc::LossAt to be one of: last, all}}
  // expected-error @+1 {{failed to parse Iarc_LossAtAttr}}
  %0 = iarc.loss cross_entropy at first %x, %b : (!iarc.value<position 3, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> f32
  return
}

// -----

func.func @loss_at_all_of_one(%logits: !iarc.value<position 1, feature 2 : f32>, %batch: !iarc.batch<position 3, symbol 2, control 2>) -> f32 {
  // expected-error @+1 {{'iarc.loss' op at all positions needs logits of 3 positions, got '!iarc.value<position 1, feature 2 : f32>'}}
  %0 = iarc.loss cross_entropy at all %logits, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> f32
  return %0 : f32
}

// -----

func.func @loss_adjoint_at_all_of_one(%logits: !iarc.value<position 1, feature 2 : f32>, %batch: !iarc.batch<position 3, symbol 2, control 2>) {
  // expected-error @+1 {{'iarc.loss_adjoint' op at all positions needs logits of 3 positions, got '!iarc.value<position 1, feature 2 : f32>'}}
  %0 = iarc.loss_adjoint cross_entropy at all %logits, %batch : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> !iarc.value<position 1, feature 2 : f32>
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention' op without an epilogue has no extra operands}}
  %0 = iarc.attention %q, %q, %q extras(%q : !iarc.value<position 3, feature 4 : f32>) heads 2 scale 0.5 causal decay [] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>, %x: !iarc.value<position 3, feature 2 : f32>) {
  // expected-error @+1 {{'iarc.attention' op extra operand must be '!iarc.value<position 3, feature 4 : f32>', got '!iarc.value<position 3, feature 2 : f32>'}}
  %0 = iarc.attention %q, %q, %q extras(%x : !iarc.value<position 3, feature 2 : f32>) heads 2 scale 0.5 causal decay [] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  } epilogue {
  ^bb0(%s: f32, %e: f32):
    iarc.yield %s : f32
  }
  return
}

// -----

func.func @f(%q: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.attention' op epilogue must take 2 arguments, got 1}}
  %0 = iarc.attention %q, %q, %q extras(%q : !iarc.value<position 3, feature 4 : f32>) heads 2 scale 0.5 causal decay [] normalise sum eps 0.0 : !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  } epilogue {
  ^bb0(%s: f32):
    iarc.yield %s : f32
  }
  return
}
