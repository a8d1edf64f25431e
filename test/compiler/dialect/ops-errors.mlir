// What the verifiers of the ops refuse, each message once and its neighbours.
// RUN: iarc-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{'iarc.weight' op standard deviation must not be negative, got -1.000000e-01}}
iarc.weight @w : !iarc.weight<out 5, in 4 : f32> = normal(0.0, -0.1)

// -----

// expected-error @+1 {{'iarc.weight' op bounds must be in order, got 1.000000e+00 and 5.000000e-01}}
iarc.weight @w : !iarc.weight<out 5, in 4 : f32> = uniform(1.0, 0.5)

// -----

// expected-error @+1 {{'iarc.weight' op numbers of the initialiser must be finite, got INF and 0.000000e+00}}
iarc.weight @w : !iarc.weight<out 5, in 4 : f32> = constant(0x7FF0000000000000, 0.0)

// -----

// expected-error @+1 {{'iarc.weight' op numbers of the initialiser must be finite, got 0.000000e+00 and nan}}
iarc.weight @w : !iarc.weight<out 5, in 4 : f32> = normal(0.0, 0x7FF8000000000000)

// -----

// expected-error @+2 {{expected ::iarc::Initialiser to be one of: normal, uniform, constant}}
// expected-error @+1 {{failed to parse Iarc_InitialiserAttr}}
iarc.weight @w : !iarc.weight<out 5, in 4 : f32> = gaussian(0.0, 0.1)

// -----

func.func @f(%b: !iarc.batch<position 3, symbol 2, control 2>) {
  // expected-error @+1 {{'iarc.encode' op result must have position 3 and feature 4, got '!iarc.value<position 3, feature 5 : f32>'}}
  %0 = iarc.encode %b : !iarc.batch<position 3, symbol 2, control 2> -> !iarc.value<position 3, feature 5 : f32>
  return
}

// -----

func.func @f(%b: !iarc.batch<position 3, symbol 2, control 2>) {
  // expected-error @+1 {{'iarc.encode' op result must have position 3 and feature 4, got '!iarc.value<position 4, feature 4 : f32>'}}
  %0 = iarc.encode %b : !iarc.batch<position 3, symbol 2, control 2> -> !iarc.value<position 4, feature 4 : f32>
  return
}

// -----

func.func @f(%b: !iarc.batch<position 3, symbol 2, control 2>) {
  // expected-error @+1 {{'iarc.encode' op result must have position 3 and feature 4, got '!iarc.value<layer 2, position 3, feature 4 : f32>'}}
  %0 = iarc.encode %b : !iarc.batch<position 3, symbol 2, control 2> -> !iarc.value<layer 2, position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<layer 2, position 3, feature 4 : f32>, %w: !iarc.weight<out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.linear' op takes values without layer axes, got '!iarc.value<layer 2, position 3, feature 4 : f32>'}}
  %0 = iarc.linear %x, %w : (!iarc.value<layer 2, position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>) -> !iarc.value<position 3, feature 5 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<layer 2, out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.linear' op takes weights without layer axes, got '!iarc.weight<layer 2, out 5, in 4 : f32>'}}
  %0 = iarc.linear %x, %w : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<layer 2, out 5, in 4 : f32>) -> !iarc.value<position 3, feature 5 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<layer 2, position 3, out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.linear' op takes weights without layer axes, got '!iarc.weight<layer 2, position 3, out 5, in 4 : f32>'}}
  %0 = iarc.linear %x, %w : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<layer 2, position 3, out 5, in 4 : f32>) -> !iarc.value<position 3, feature 5 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<position 2, out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.linear' op weight has 2 positions, the value 3}}
  %0 = iarc.linear %x, %w : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<position 2, out 5, in 4 : f32>) -> !iarc.value<position 3, feature 5 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<out 5, in 4 : f64>) {
  // expected-error @+1 {{'iarc.linear' op weight is 'f64', the value 'f32'}}
  %0 = iarc.linear %x, %w : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f64>) -> !iarc.value<position 3, feature 5 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<out 5, in 6 : f32>) {
  // expected-error @+1 {{'iarc.linear' op reads 4 features, but the weight's axis 'in' has 6}}
  %0 = iarc.linear %x, %w : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 6 : f32>) -> !iarc.value<position 3, feature 5 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.linear' op reads 4 features, but the weight's axis 'out' has 5}}
  %0 = iarc.linear %x, %w transposed : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>) -> !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.linear' op must have a result}}
  iarc.linear %x, %w : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>) -> ()
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.linear' op result must be '!iarc.value<position 3, feature 5 : f32>', got '!iarc.value<position 3, feature 4 : f32>'}}
  %0 = iarc.linear %x, %w : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>) -> !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.linear' op extra operand must be '!iarc.value<position 3, feature 5 : f32>', got '!iarc.value<position 3, feature 4 : f32>'}}
  %0 = iarc.linear %x, %w extras(%x) : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.value<position 3, feature 5 : f32> epilogue {
  ^bb0(%s: f32, %e: f32):
    iarc.yield %s : f32
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<out 4, in 4 : f32>) {
  // expected-error @+1 {{'iarc.linear' op without an epilogue has one result and no extra operands}}
  %0 = iarc.linear %x, %w extras(%x) : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 4, in 4 : f32>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<out 4, in 4 : f32>) {
  // expected-error @+1 {{'iarc.linear' op without an epilogue has one result and no extra operands}}
  %0:2 = iarc.linear %x, %w : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 4, in 4 : f32>) -> (!iarc.value<position 3, feature 4 : f32>, !iarc.value<position 3, feature 4 : f32>)
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.linear' op epilogue must take 1 arguments, got 2}}
  %0 = iarc.linear %x, %w : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>) -> !iarc.value<position 3, feature 5 : f32> epilogue {
  ^bb0(%s: f32, %e: f32):
    iarc.yield %s : f32
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.linear' op epilogue must yield 1 numbers, got 2}}
  %0 = iarc.linear %x, %w : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>) -> !iarc.value<position 3, feature 5 : f32> epilogue {
  ^bb0(%s: f32):
    iarc.yield %s, %s : f32, f32
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.linear' op epilogue must be one block}}
  %0 = iarc.linear %x, %w : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>) -> !iarc.value<position 3, feature 5 : f32> epilogue {
  ^bb0(%s: f32):
    iarc.yield %s : f32
  ^bb1(%t: f32):
    iarc.yield %t : f32
  }
  return
}

// -----

func.func @f(%y: !iarc.value<position 3, feature 5 : f32>, %x: !iarc.value<layer 2, position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.weight_gradient' op takes values without layer axes, got '!iarc.value<layer 2, position 3, feature 4 : f32>'}}
  %0 = iarc.weight_gradient %y, %x : (!iarc.value<position 3, feature 5 : f32>, !iarc.value<layer 2, position 3, feature 4 : f32>) -> !iarc.weight<out 5, in 4 : f32>
  return
}

// -----

func.func @f(%y: !iarc.value<position 3, feature 5 : f32>, %x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.weight_gradient' op takes weights without layer axes, got '!iarc.weight<layer 2, out 5, in 4 : f32>'}}
  %0 = iarc.weight_gradient %y, %x : (!iarc.value<position 3, feature 5 : f32>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.weight<layer 2, out 5, in 4 : f32>
  return
}

// -----

func.func @f(%y: !iarc.value<position 3, feature 5 : f32>, %x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.weight_gradient' op weight has 2 positions, the value 3}}
  %0 = iarc.weight_gradient %y, %x : (!iarc.value<position 3, feature 5 : f32>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.weight<position 2, out 5, in 4 : f32>
  return
}

// -----

func.func @f(%y: !iarc.value<position 2, feature 5 : f32>, %x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.weight_gradient' op operands may differ in their features only, got '!iarc.value<position 2, feature 5 : f32>' and '!iarc.value<position 3, feature 4 : f32>'}}
  %0 = iarc.weight_gradient %y, %x : (!iarc.value<position 2, feature 5 : f32>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.weight<out 5, in 4 : f32>
  return
}

// -----

func.func @f(%y: !iarc.value<layer 2, position 3, feature 5 : f32>, %x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.weight_gradient' op operands may differ in their features only, got '!iarc.value<layer 2, position 3, feature 5 : f32>' and '!iarc.value<position 3, feature 4 : f32>'}}
  %0 = iarc.weight_gradient %y, %x : (!iarc.value<layer 2, position 3, feature 5 : f32>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.weight<out 5, in 4 : f32>
  return
}

// -----

func.func @f(%y: !iarc.value<position 3, feature 5 : f64>, %x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.weight_gradient' op operands may differ in their features only, got '!iarc.value<position 3, feature 5 : f64>' and '!iarc.value<position 3, feature 4 : f32>'}}
  %0 = iarc.weight_gradient %y, %x : (!iarc.value<position 3, feature 5 : f64>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.weight<out 5, in 4 : f32>
  return
}

// -----

func.func @f(%y: !iarc.value<position 3, feature 5 : f32>, %x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.weight_gradient' op result must have out 5 and in 4, got '!iarc.weight<out 4, in 5 : f32>'}}
  %0 = iarc.weight_gradient %y, %x : (!iarc.value<position 3, feature 5 : f32>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.weight<out 4, in 5 : f32>
  return
}

// -----

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
  %0 = iarc.norm %x eps 0.0 : !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.norm' op eps must be positive and finite, got -1.000000e+00}}
  %0 = iarc.norm %x eps -1.0 : !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.norm' op eps must be positive and finite, got nan}}
  %0 = iarc.norm %x eps 0x7FF8000000000000 : !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.norm' op eps must be positive and finite, got INF}}
  %0 = iarc.norm %x eps 0x7FF0000000000000 : !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<layer 2, position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.norm' op takes values without layer axes, got '!iarc.value<layer 2, position 3, feature 4 : f32>'}}
  %0 = iarc.norm %x eps 1.0 : !iarc.value<layer 2, position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.norm_adjoint' op eps must be positive and finite, got 0.000000e+00}}
  %0 = iarc.norm_adjoint %x, %x eps 0.0 : !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.norm_adjoint' op eps must be positive and finite, got -1.000000e+00}}
  %0 = iarc.norm_adjoint %x, %x eps -1.0 : !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.norm_adjoint' op eps must be positive and finite, got nan}}
  %0 = iarc.norm_adjoint %x, %x eps 0x7FF8000000000000 : !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.norm_adjoint' op eps must be positive and finite, got INF}}
  %0 = iarc.norm_adjoint %x, %x eps 0x7FF0000000000000 : !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<layer 2, position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.norm_adjoint' op takes values without layer axes, got '!iarc.value<layer 2, position 3, feature 4 : f32>'}}
  %0 = iarc.norm_adjoint %x, %x eps 1.0 : !iarc.value<layer 2, position 3, feature 4 : f32>
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
  // expected-error @+1 {{'iarc.attention' op failed to verify that all of {query, key} have same type}}
  %0 = "iarc.attention"(%q, %k, %q) <{heads = 1 : i64, scale = 1.0, slopes = array<f64>, normalise = #iarc<normalise none>, eps = 0.0}> ({
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }) : (!iarc.value<position 3, feature 4 : f32>, !iarc.value<position 2, feature 4 : f32>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.value<position 3, feature 4 : f32>
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
  // expected-error @+1 {{'iarc.loss' op logits must have position 3 and feature 2, got '!iarc.value<position 3, feature 4 : f32>'}}
  %0 = iarc.loss cross_entropy at last %x, %b : (!iarc.value<position 3, feature 4 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> f32
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %b: !iarc.batch<position 3, symbol 2, control 2>) {
  // expected-error @+1 {{'iarc.loss_adjoint' op logits must have position 3 and feature 2, got '!iarc.value<position 3, feature 4 : f32>'}}
  %0 = iarc.loss_adjoint cross_entropy at last %x, %b : (!iarc.value<position 3, feature 4 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 4, feature 2 : f32>, %b: !iarc.batch<position 3, symbol 2, control 2>) {
  // expected-error @+1 {{'iarc.loss' op logits must have position 3 and feature 2, got '!iarc.value<position 4, feature 2 : f32>'}}
  %0 = iarc.loss cross_entropy at last %x, %b : (!iarc.value<position 4, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> f32
  return
}

// -----

func.func @f(%x: !iarc.value<position 4, feature 2 : f32>, %b: !iarc.batch<position 3, symbol 2, control 2>) {
  // expected-error @+1 {{'iarc.loss_adjoint' op logits must have position 3 and feature 2, got '!iarc.value<position 4, feature 2 : f32>'}}
  %0 = iarc.loss_adjoint cross_entropy at last %x, %b : (!iarc.value<position 4, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> !iarc.value<position 4, feature 2 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<layer 2, position 3, feature 2 : f32>, %b: !iarc.batch<position 3, symbol 2, control 2>) {
  // expected-error @+1 {{'iarc.loss' op logits must have position 3 and feature 2, got '!iarc.value<layer 2, position 3, feature 2 : f32>'}}
  %0 = iarc.loss cross_entropy at last %x, %b : (!iarc.value<layer 2, position 3, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> f32
  return
}

// -----

func.func @f(%x: !iarc.value<layer 2, position 3, feature 2 : f32>, %b: !iarc.batch<position 3, symbol 2, control 2>) {
  // expected-error @+1 {{'iarc.loss_adjoint' op logits must have position 3 and feature 2, got '!iarc.value<layer 2, position 3, feature 2 : f32>'}}
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

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.repeat' op count must be at least 1, got 0}}
  %0 = iarc.repeat 0 carry(%x) : (!iarc.value<position 3, feature 4 : f32>) -> !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%h: !iarc.value<position 3, feature 4 : f32>):
    iarc.yield %h : !iarc.value<position 3, feature 4 : f32>
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.repeat' op count must be at least 1, got -1}}
  %0 = iarc.repeat -1 carry(%x) : (!iarc.value<position 3, feature 4 : f32>) -> !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%h: !iarc.value<position 3, feature 4 : f32>):
    iarc.yield %h : !iarc.value<position 3, feature 4 : f32>
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.repeat' op body must take 1 arguments, got 2}}
  %0 = iarc.repeat 2 carry(%x) : (!iarc.value<position 3, feature 4 : f32>) -> !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%h: !iarc.value<position 3, feature 4 : f32>, %g: !iarc.value<position 3, feature 4 : f32>):
    iarc.yield %h : !iarc.value<position 3, feature 4 : f32>
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.repeat' op must return what it carries: 1 values, got 0}}
  iarc.repeat 2 carry(%x) : (!iarc.value<position 3, feature 4 : f32>) -> () {
  ^bb0(%h: !iarc.value<position 3, feature 4 : f32>):
    iarc.yield
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.repeat' op body must yield 1 values, got 0}}
  %0 = iarc.repeat 2 carry(%x) : (!iarc.value<position 3, feature 4 : f32>) -> !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%h: !iarc.value<position 3, feature 4 : f32>):
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.repeat' op body must yield 1 values, got 2}}
  %0 = iarc.repeat 2 carry(%x) : (!iarc.value<position 3, feature 4 : f32>) -> !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%h: !iarc.value<position 3, feature 4 : f32>):
    iarc.yield %h, %h : !iarc.value<position 3, feature 4 : f32>, !iarc.value<position 3, feature 4 : f32>
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.repeat' op carried value 0 changes its type}}
  %0 = iarc.repeat 2 carry(%x) : (!iarc.value<position 3, feature 4 : f32>) -> !iarc.value<position 3, feature 2 : f32> {
  ^bb0(%h: !iarc.value<position 3, feature 4 : f32>):
    iarc.yield %h : !iarc.value<position 3, feature 4 : f32>
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.repeat' op carried value 0 changes its type}}
  %0 = iarc.repeat 2 carry(%x) : (!iarc.value<position 3, feature 4 : f32>) -> !iarc.value<position 3, feature 4 : f32> {
  ^bb0(%h: !iarc.value<position 3, feature 2 : f32>):
    iarc.yield %h : !iarc.value<position 3, feature 2 : f32>
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.repeat' op carried value 1 changes its type}}
  %0:2 = iarc.repeat 2 carry(%x, %x) : (!iarc.value<position 3, feature 4 : f32>, !iarc.value<position 3, feature 4 : f32>) -> (!iarc.value<position 3, feature 4 : f32>, !iarc.value<position 3, feature 4 : f32>) {
  ^bb0(%h: !iarc.value<position 3, feature 4 : f32>, %g: !iarc.value<position 3, feature 4 : f32>):
    %s = iarc.slice %g from 0 : !iarc.value<position 3, feature 4 : f32> -> !iarc.value<position 3, feature 2 : f32>
    iarc.yield %h, %s : !iarc.value<position 3, feature 4 : f32>, !iarc.value<position 3, feature 2 : f32>
  }
  return
}

// -----

func.func @f(%s: !iarc.value<layer 2, position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.repeat' op slice operand must stack 3 of '!iarc.value<position 3, feature 4 : f32>', got '!iarc.value<layer 2, position 3, feature 4 : f32>'}}
  iarc.repeat 3 slices(%s) : (!iarc.value<layer 2, position 3, feature 4 : f32>) -> () {
  ^bb0(%h: !iarc.value<position 3, feature 4 : f32>):
    iarc.yield
  }
  return
}

// -----

func.func @f(%s: !iarc.value<layer 2, position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.repeat' op slice operand must stack 2 of '!iarc.value<position 3, feature 2 : f32>', got '!iarc.value<layer 2, position 3, feature 4 : f32>'}}
  iarc.repeat 2 slices(%s) : (!iarc.value<layer 2, position 3, feature 4 : f32>) -> () {
  ^bb0(%h: !iarc.value<position 3, feature 2 : f32>):
    iarc.yield
  }
  return
}

// -----

func.func @f(%s: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.repeat' op slice operand must stack 2 of '!iarc.value<position 3, feature 4 : f32>', got '!iarc.value<position 3, feature 4 : f32>'}}
  iarc.repeat 2 slices(%s) : (!iarc.value<position 3, feature 4 : f32>) -> () {
  ^bb0(%h: !iarc.value<position 3, feature 4 : f32>):
    iarc.yield
  }
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.repeat' op stacked result must stack 2 of '!iarc.value<position 3, feature 4 : f32>', got '!iarc.value<layer 3, position 3, feature 4 : f32>'}}
  %0 = iarc.repeat 2 : () -> !iarc.value<layer 3, position 3, feature 4 : f32> {
    iarc.yield %x : !iarc.value<position 3, feature 4 : f32>
  }
  return
}

// -----

func.func @f(%w: !iarc.weight<out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.repeat' op stacked result must stack 2 of '!iarc.weight<out 5, in 4 : f32>', got '!iarc.value<layer 2, position 3, feature 4 : f32>'}}
  %0 = iarc.repeat 2 : () -> !iarc.value<layer 2, position 3, feature 4 : f32> {
    iarc.yield %w : !iarc.weight<out 5, in 4 : f32>
  }
  return
}

// -----

func.func @f() {
  // expected-error @+1 {{'iarc.repeat' op region #0 ('body') failed to verify constraint: region with 1 blocks}}
  "iarc.repeat"() <{count = 2 : i64, operandSegmentSizes = array<i32: 0, 0>}> ({
  }) : () -> ()
  return
}

// -----

func.func @f() {
  // expected-error @+1 {{'iarc.repeat' op expects region #0 to have 0 or 1 blocks}}
  "iarc.repeat"() <{count = 2 : i64, operandSegmentSizes = array<i32: 0, 0>}> ({
  ^bb0:
    iarc.yield
  ^bb1:
    iarc.yield
  }) : () -> ()
  return
}

// -----

func.func @f() {
  // expected-error @+2 {{'iarc.repeat' op expects regions to end with 'iarc.yield', found 'llvm.unreachable'}}
  // expected-note @+1 {{absence of terminator implies 'iarc.yield'}}
  "iarc.repeat"() <{count = 2 : i64, operandSegmentSizes = array<i32: 0, 0>}> ({
    llvm.unreachable
  }) : () -> ()
  return
}

// -----

func.func @f() {
  // expected-error @+1 {{'iarc.yield' op expects parent op to be one of 'iarc.repeat, iarc.map, iarc.linear, iarc.attention, iarc.attention_adjoint'}}
  iarc.yield
  return
}
