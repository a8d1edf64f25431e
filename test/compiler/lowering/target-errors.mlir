// Widths that no target has.
// RUN: iarc-opt %s -iarc-lower="vector-bits=100" -verify-diagnostics

// expected-error @+1 {{vector-bits must be 128, 256 or 512 and vector-registers at least 8, got 100 and 16}}
module attributes {iarc.model = {name = "t", task = {}, batch = 1, steps = 1, rate = 1.0, momentum = 0.0}} {
  func.func private @forward() -> f32
}
