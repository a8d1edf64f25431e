// What iarc-lower refuses.
// RUN: iarc-opt %s -iarc-lower -split-input-file -verify-diagnostics

// expected-error @+1 {{has no attribute 'iarc.model'}}
module {}

// -----

// expected-error @+1 {{has no function @forward that returns its loss first}}
module attributes {iarc.model = {name = "t", task = {}, batch = 1, steps = 1, rate = 1.0, momentum = 0.0}} {}

// -----

// expected-error @+1 {{has no function @forward that returns its loss first}}
module attributes {iarc.model = {name = "t", task = {}, batch = 1, steps = 1, rate = 1.0, momentum = 0.0}} {
  func.func @forward() {
    return
  }
}

// -----

// expected-error @+1 {{has no function @forward that returns its loss first}}
module attributes {iarc.model = {name = "t", task = {}, batch = 1, steps = 1, rate = 1.0, momentum = 0.0}} {
  func.func private @forward() -> f16
}

// -----

module attributes {iarc.model = {name = "t", task = {}, batch = 1, steps = 1, rate = 1.0, momentum = 0.0}} {
  // expected-error @+1 {{'func.func' op must have a body of one block to be lowered}}
  func.func private @forward() -> f32
}

// -----

module attributes {iarc.model = {name = "t", task = {}, batch = 1, steps = 1, rate = 1.0, momentum = 0.0}} {
  // expected-error @+1 {{'func.func' op argument 0 must be the batch, a weight or a velocity, got 'f32'}}
  func.func @forward(%x: f32) -> f32 {
    return %x : f32
  }
}

// -----

!b = !iarc.batch<position 1, symbol 2, control 0>
!v = !iarc.value<position 1, feature 2 : f32>
module attributes {iarc.model = {name = "t", task = {}, batch = 1, steps = 1, rate = 1.0, momentum = 0.0}} {
  func.func @forward(%b: !b) -> (f32, !v) {
    %x = iarc.encode %b : !b -> !v
    %l = iarc.loss cross_entropy at last %x, %b : (!v, !b) -> f32
    // expected-error @+1 {{'arith.negf' op cannot be lowered: it is not of the dialect}}
    %n = arith.negf %l : f32
    return %n, %x : f32, !v
  }
}

// -----

!b = !iarc.batch<position 1, symbol 2, control 0>
!v = !iarc.value<position 1, feature 2 : f32>
!d = !iarc.value<position 1, feature 2 : f64>
module attributes {iarc.model = {name = "t", task = {}, batch = 1, steps = 1, rate = 1.0, momentum = 0.0}} {
  func.func @forward(%b: !b) -> (f32, !v) {
    %x = iarc.encode %b : !b -> !v
    // expected-error @+1 {{'iarc.encode' op all values must be 'f32' as the loss, got '!iarc.value<position 1, feature 2 : f64>'}}
    %y = iarc.encode %b : !b -> !d
    %l = iarc.loss cross_entropy at last %x, %b : (!v, !b) -> f32
    return %l, %x : f32, !v
  }
}

// -----

!b = !iarc.batch<position 1, symbol 2, control 0>
!v = !iarc.value<position 1, feature 2 : f32>
module attributes {iarc.model = {name = "t", task = {}, batch = 1, steps = 1, rate = 1.0, momentum = 0.0}} {
  func.func @forward(%b: !b) -> (f32, !v) {
    %x = iarc.encode %b : !b -> !v
    %l = iarc.loss cross_entropy at last %x, %b : (!v, !b) -> f32
    // expected-error @+1 {{'iarc.loss' op a function has one loss, outside of any repeat}}
    %m = iarc.loss squared_error at last %x, %b : (!v, !b) -> f32
    return %l, %x : f32, !v
  }
}

// -----

!b = !iarc.batch<position 1, symbol 2, control 0>
!v = !iarc.value<position 1, feature 2 : f32>
module attributes {iarc.model = {name = "t", task = {}, batch = 1, steps = 1, rate = 1.0, momentum = 0.0}} {
  func.func @forward(%b: !b) -> (f32, !v) {
    %x = iarc.encode %b : !b -> !v
    iarc.repeat 2 : () -> () {
      // expected-error @+1 {{'iarc.loss' op a function has one loss, outside of any repeat}}
      %m = iarc.loss squared_error at last %x, %b : (!v, !b) -> f32
    }
    %l = iarc.loss cross_entropy at last %x, %b : (!v, !b) -> f32
    return %l, %x : f32, !v
  }
}
