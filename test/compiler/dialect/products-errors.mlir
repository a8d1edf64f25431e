// What the verifiers refuse: weights, encode, products.
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

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<out 5, in 4 : f32>, %b: !iarc.weight<out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.linear' op bias must have no axis in, got '!iarc.weight<out 5, in 4 : f32>'}}
  %0 = iarc.linear %x, %w bias %b : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>, !iarc.weight<out 5, in 4 : f32>) -> !iarc.value<position 3, feature 5 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<out 5, in 4 : f32>, %b: !iarc.weight<layer 2, out 5 : f32>) {
  // expected-error @+1 {{'iarc.linear' op takes a bias without layer axes, got '!iarc.weight<layer 2, out 5 : f32>'}}
  %0 = iarc.linear %x, %w bias %b : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>, !iarc.weight<layer 2, out 5 : f32>) -> !iarc.value<position 3, feature 5 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<out 5, in 4 : f32>, %b: !iarc.weight<position 2, out 5 : f32>) {
  // expected-error @+1 {{'iarc.linear' op bias has 2 positions, the value 3}}
  %0 = iarc.linear %x, %w bias %b : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>, !iarc.weight<position 2, out 5 : f32>) -> !iarc.value<position 3, feature 5 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<out 5, in 4 : f32>, %b: !iarc.weight<out 4 : f32>) {
  // expected-error @+1 {{'iarc.linear' op bias has 4 features, the value 5}}
  %0 = iarc.linear %x, %w bias %b : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>, !iarc.weight<out 4 : f32>) -> !iarc.value<position 3, feature 5 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 5 : f32>, %w: !iarc.weight<out 5, in 4 : f32>, %b: !iarc.weight<out 5 : f32>) {
  // expected-error @+1 {{'iarc.linear' op bias has 5 features, the value 4}}
  %0 = iarc.linear %x, %w transposed bias %b : (!iarc.value<position 3, feature 5 : f32>, !iarc.weight<out 5, in 4 : f32>, !iarc.weight<out 5 : f32>) -> !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<out 5, in 4 : f32>, %b: !iarc.weight<out 5 : f64>) {
  // expected-error @+1 {{'iarc.linear' op bias is 'f64', the value 'f32'}}
  %0 = iarc.linear %x, %w bias %b : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5, in 4 : f32>, !iarc.weight<out 5 : f64>) -> !iarc.value<position 3, feature 5 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<out 5 : f32>) {
  // expected-error @+1 {{'iarc.linear' op takes a weight with the axes out and in, got '!iarc.weight<out 5 : f32>'}}
  %0 = iarc.linear %x, %w : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 5 : f32>) -> !iarc.value<position 3, feature 5 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<pair 5, out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.linear' op weight has 5 pairs, the value's 3 positions make 6}}
  %0 = iarc.linear %x, %w : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<pair 5, out 5, in 4 : f32>) -> !iarc.value<position 3, feature 5 : f32>
  return
}

// -----

func.func @f(%y: !iarc.value<position 3, feature 5 : f32>, %x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.weight_gradient' op weight has 5 pairs, the value's 3 positions make 6}}
  %0 = iarc.weight_gradient %y, %x : (!iarc.value<position 3, feature 5 : f32>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.weight<pair 5, out 5, in 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>, %w: !iarc.weight<position 3, pair 6, out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.linear' op takes weights without layer axes, got '!iarc.weight<position 3, pair 6, out 5, in 4 : f32>'}}
  %0 = iarc.linear %x, %w : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<position 3, pair 6, out 5, in 4 : f32>) -> !iarc.value<position 3, feature 5 : f32>
  return
}

// -----

func.func @f(%y: !iarc.value<position 3, feature 5 : f32>, %x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.weight_gradient' op takes a weight with the axes out and in, got '!iarc.weight<out 5 : f32>'}}
  %0 = iarc.weight_gradient %y, %x : (!iarc.value<position 3, feature 5 : f32>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.weight<out 5 : f32>
  return
}

// -----

func.func @f(%y: !iarc.value<position 3, feature 5 : f32>) {
  // expected-error @+1 {{'iarc.bias_gradient' op bias has 4 features, the value 5}}
  %0 = iarc.bias_gradient %y : (!iarc.value<position 3, feature 5 : f32>) -> !iarc.weight<out 4 : f32>
  return
}

// -----

func.func @f(%y: !iarc.value<position 3, feature 5 : f32>) {
  // expected-error @+1 {{'iarc.bias_gradient' op bias must have no axis in, got '!iarc.weight<out 5, in 4 : f32>'}}
  %0 = iarc.bias_gradient %y : (!iarc.value<position 3, feature 5 : f32>) -> !iarc.weight<out 5, in 4 : f32>
  return
}

// -----

func.func @f(%y: !iarc.value<layer 2, position 3, feature 5 : f32>) {
  // expected-error @+1 {{'iarc.bias_gradient' op takes values without layer axes, got '!iarc.value<layer 2, position 3, feature 5 : f32>'}}
  %0 = iarc.bias_gradient %y : (!iarc.value<layer 2, position 3, feature 5 : f32>) -> !iarc.weight<out 5 : f32>
  return
}

// -----

func.func @f(%g: !iarc.weight<out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.sum_positions' op takes the result's type with an axis 'position' before 'out', got '!iarc.weight<out 5, in 4 : f32>' and '!iarc.weight<out 5, in 4 : f32>'}}
  %0 = iarc.sum_positions %g : (!iarc.weight<out 5, in 4 : f32>) -> !iarc.weight<out 5, in 4 : f32>
  return
}

// -----

func.func @f(%g: !iarc.weight<position 3, out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.sum_positions' op takes the result's type with an axis 'position' before 'out', got '!iarc.weight<position 3, out 5, in 4 : f32>' and '!iarc.weight<out 4, in 5 : f32>'}}
  %0 = iarc.sum_positions %g : (!iarc.weight<position 3, out 5, in 4 : f32>) -> !iarc.weight<out 4, in 5 : f32>
  return
}

// -----

func.func @f(%g: !iarc.weight<position 3, out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.sum_positions' op takes the result's type with an axis 'position' before 'out', got '!iarc.weight<position 3, out 5, in 4 : f32>' and '!iarc.weight<position 3, out 5, in 4 : f32>'}}
  %0 = iarc.sum_positions %g : (!iarc.weight<position 3, out 5, in 4 : f32>) -> !iarc.weight<position 3, out 5, in 4 : f32>
  return
}

// -----

func.func @f(%g: !iarc.weight<position 6, out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.sum_positions' op takes the result's type with an axis 'position' before 'out', got '!iarc.weight<position 6, out 5, in 4 : f32>' and '!iarc.weight<pair 6, out 5, in 4 : f32>'}}
  %0 = iarc.sum_positions %g : (!iarc.weight<position 6, out 5, in 4 : f32>) -> !iarc.weight<pair 6, out 5, in 4 : f32>
  return
}

// -----

func.func @f(%w: !iarc.weight<position 3, out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.transpose' op takes a weight with the axes out and in alone, got '!iarc.weight<position 3, out 5, in 4 : f32>'}}
  %0 = iarc.transpose %w : (!iarc.weight<position 3, out 5, in 4 : f32>) -> !iarc.weight<position 3, out 4, in 5 : f32>
  return
}

// -----

func.func @f(%w: !iarc.weight<out 5 : f32>) {
  // expected-error @+1 {{'iarc.transpose' op takes a weight with the axes out and in alone, got '!iarc.weight<out 5 : f32>'}}
  %0 = iarc.transpose %w : (!iarc.weight<out 5 : f32>) -> !iarc.weight<out 5 : f32>
  return
}

// -----

func.func @f(%w: !iarc.weight<out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.transpose' op result must have out 4 and in 5, got '!iarc.weight<out 5, in 4 : f32>'}}
  %0 = iarc.transpose %w : (!iarc.weight<out 5, in 4 : f32>) -> !iarc.weight<out 5, in 4 : f32>
  return
}

// -----

func.func @f(%w: !iarc.weight<out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.transpose' op result must have out 4 and in 5, got '!iarc.weight<layer 2, out 4, in 5 : f32>'}}
  %0 = iarc.transpose %w : (!iarc.weight<out 5, in 4 : f32>) -> !iarc.weight<layer 2, out 4, in 5 : f32>
  return
}

// -----

func.func @f(%w: !iarc.weight<out 5, in 4 : f32>) {
  // expected-error @+1 {{'iarc.transpose' op result must have out 4 and in 5, got '!iarc.weight<out 4, in 5 : f64>'}}
  %0 = iarc.transpose %w : (!iarc.weight<out 5, in 4 : f32>) -> !iarc.weight<out 4, in 5 : f64>
  return
}
