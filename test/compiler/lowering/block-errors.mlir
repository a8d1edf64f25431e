// A block that no registers hold.
// RUN: iarc-opt %s -iarc-lower="vector-bits=256 linear-block=9,9" -verify-diagnostics

// expected-error @+1 {{a block must have 1 to 16 rows and 1 to 8 columns that fit 16 registers, got 9, 9}}
module attributes {iarc.model = {name = "t", task = {}, batch = 1, steps = 1, rate = 1.0, momentum = 0.0}} {
  func.func private @forward() -> f32
}
