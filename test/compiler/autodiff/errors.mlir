// What iarc-gradient refuses.
// RUN: iarc-opt %s -iarc-gradient -split-input-file -verify-diagnostics

// expected-error @+1 {{has no function @forward to differentiate}}
module {}

// -----

module {
  // expected-error @+1 {{'func.func' op must have a body of one block to be differentiated}}
  func.func private @forward() -> (f32, !iarc.value<position 1, feature 2 : f32>)
}

// -----

module {
  // expected-error @+1 {{'func.func' op must return the loss and the logits, got '(f32) -> f32'}}
  func.func @forward(%x: f32) -> f32 {
    return %x : f32
  }
}

// -----

module {
  // expected-error @+1 {{'func.func' op argument 1 is a weight without 'iarc.weight'}}
  func.func @forward(%b: !iarc.batch<position 1, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32>)
      -> (f32, !iarc.value<position 1, feature 2 : f32>) {
    %x = iarc.encode %b : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
    %l = iarc.loss cross_entropy at last %x, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
    return %l, %x : f32, !iarc.value<position 1, feature 2 : f32>
  }
}

// -----

module {
  // expected-error @+1 {{'func.func' op has been differentiated: the module has @train_step}}
  func.func @forward(%b: !iarc.batch<position 1, symbol 2, control 0>)
      -> (f32, !iarc.value<position 1, feature 2 : f32>) {
    %x = iarc.encode %b : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
    %l = iarc.loss cross_entropy at last %x, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
    return %l, %x : f32, !iarc.value<position 1, feature 2 : f32>
  }
  func.func private @train_step()
}

// A map's body and a kernel with a function that has no derivative: refused, not taken as constant.
// -----

iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 1, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w})
    -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.map %h : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    // expected-error @+1 {{'math.atan' op has no derivative}}
    %a = math.atan %x : f32
    iarc.yield %a : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 1, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w})
    -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.attention %h, %h, %h heads 1 scale 1.0 decay [] normalise none eps 0.0 : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    // expected-error @+1 {{'math.rsqrt' op has no derivative}}
    %a = math.rsqrt %x : f32
    iarc.yield %a : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 1, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w})
    -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y = iarc.repeat 2 carry(%h) : (!iarc.value<position 1, feature 2 : f32>) -> !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%g: !iarc.value<position 1, feature 2 : f32>):
    %n = iarc.map %g : !iarc.value<position 1, feature 2 : f32> {
    ^bb0(%x: f32):
      // expected-error @+1 {{'math.floor' op has no derivative}}
      %a = math.floor %x : f32
      iarc.yield %a : f32
    }
    iarc.yield %n : !iarc.value<position 1, feature 2 : f32>
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 1, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w})
    -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  // expected-error @+1 {{'iarc.attention' op with an epilogue cannot be differentiated: autodiff comes before fusion}}
  %y = iarc.attention %h, %h, %h heads 1 scale 1.0 decay [] normalise none eps 0.0 : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    iarc.yield %x : f32
  } epilogue {
  ^bb0(%x: f32):
    iarc.yield %x : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 1, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w})
    -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  // expected-error @+1 {{'iarc.linear' op with an epilogue cannot be differentiated: autodiff comes before fusion}}
  %y = iarc.linear %h, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32> epilogue {
  ^bb0(%x: f32):
    iarc.yield %x : f32
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 1, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w})
    -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %n, %s = iarc.norm %h eps 1.0 : !iarc.value<position 1, feature 2 : f32>
  // expected-error @+1 {{'iarc.norm_adjoint' op cannot be differentiated: made by autodiff; second derivatives are not supported}}
  %y = iarc.norm_adjoint %n scale %s, %h : !iarc.value<position 1, feature 2 : f32>
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 1, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w})
    -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  // expected-error @+1 {{'iarc.loss_adjoint' op cannot be differentiated: made by autodiff; second derivatives are not supported}}
  %y = iarc.loss_adjoint cross_entropy at last %h, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> !iarc.value<position 1, feature 2 : f32>
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 1, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w})
    -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  // expected-error @+1 {{'iarc.attention_adjoint' op cannot be differentiated: made by autodiff; second derivatives are not supported}}
  %y, %q, %r = iarc.attention_adjoint %h, %h, %h, %h heads 1 scale 1.0 decay [] normalise none eps 0.0 : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    iarc.yield %x, %x : f32, f32
  }
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 1, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w})
    -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  // expected-error @+1 {{'iarc.weight_gradient' op cannot be differentiated: made by autodiff; second derivatives are not supported}}
  %g = iarc.weight_gradient %h, %h : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
  %y = iarc.linear %h, %g : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 1, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w})
    -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  // expected-error @+1 {{'iarc.update' op cannot be differentiated: ends a training step}}
  %g, %u = iarc.update %w, %w, %w : !iarc.weight<out 2, in 2 : f32>
  %y = iarc.linear %h, %g : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 1, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w})
    -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %p = iarc.weight_gradient %h, %h : (!iarc.value<position 1, feature 2 : f32>, !iarc.value<position 1, feature 2 : f32>) -> !iarc.weight<position 1, out 2, in 2 : f32>
  // expected-error @+1 {{'iarc.sum_positions' op cannot be differentiated: made by fusion, after autodiff}}
  %g = iarc.sum_positions %p : (!iarc.weight<position 1, out 2, in 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
  %y = iarc.linear %h, %g : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 1, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w})
    -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  // expected-error @+1 {{'iarc.transpose' op cannot be differentiated: made after autodiff}}
  %g = iarc.transpose %w : (!iarc.weight<out 2, in 2 : f32>) -> !iarc.weight<out 2, in 2 : f32>
  %y = iarc.linear %h, %g : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 1, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w})
    -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  // expected-error @+1 {{'iarc.copy' op cannot be differentiated: made by planning, after autodiff}}
  %y = iarc.copy %h : !iarc.value<position 1, feature 2 : f32>
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// -----

iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 1, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w})
    -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %y, %scaley = iarc.norm %h eps 1.0 : !iarc.value<position 1, feature 2 : f32>
  %l = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  // expected-error @+1 {{'arith.addf' op cannot be differentiated: it is not of the dialect}}
  %loss = arith.addf %l, %l : f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}

// What depends on no weight needs no adjoint, whatever it is.
// -----

iarc.weight @w : !iarc.weight<out 2, in 2 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 1, symbol 2, control 0>, %w: !iarc.weight<out 2, in 2 : f32> {iarc.weight = @w})
    -> (f32, !iarc.value<position 1, feature 2 : f32>) {
  %e = iarc.encode %b : !iarc.batch<position 1, symbol 2, control 0> -> !iarc.value<position 1, feature 2 : f32>
  %h = iarc.linear %e, %w : (!iarc.value<position 1, feature 2 : f32>, !iarc.weight<out 2, in 2 : f32>) -> !iarc.value<position 1, feature 2 : f32>
  %k = iarc.map %e : !iarc.value<position 1, feature 2 : f32> {
  ^bb0(%x: f32):
    %a = math.atan %x : f32
    iarc.yield %a : f32
  }
  %c = iarc.copy %k : !iarc.value<position 1, feature 2 : f32>
  %y = iarc.add %h, %c : !iarc.value<position 1, feature 2 : f32>
  %loss = iarc.loss cross_entropy at last %y, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 1, symbol 2, control 0>) -> f32
  return %loss, %y : f32, !iarc.value<position 1, feature 2 : f32>
}
