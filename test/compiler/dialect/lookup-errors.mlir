// What the verifiers of embeddings refuse.
// RUN: iarc-opt %s -split-input-file -verify-diagnostics

func.func @rows(%b: !iarc.batch<position 4, symbol 5, control 2>, %e: !iarc.weight<out 4, in 3 : f32>) -> !iarc.value<position 4, feature 3 : f32> {
  // expected-error @+1 {{weight must have a row for each of 5 symbols}}
  %x = iarc.lookup %b, %e : (!iarc.batch<position 4, symbol 5, control 2>, !iarc.weight<out 4, in 3 : f32>) -> !iarc.value<position 4, feature 3 : f32>
  return %x : !iarc.value<position 4, feature 3 : f32>
}

// -----

func.func @controls(%b: !iarc.batch<position 4, symbol 5, control 2>, %e: !iarc.weight<out 5, in 3 : f32>) -> !iarc.value<position 4, feature 3 : f32> {
  // expected-error @+1 {{weight must have a row for each of 2 control tokens}}
  %x = iarc.lookup %b, %e controls : (!iarc.batch<position 4, symbol 5, control 2>, !iarc.weight<out 5, in 3 : f32>) -> !iarc.value<position 4, feature 3 : f32>
  return %x : !iarc.value<position 4, feature 3 : f32>
}

// -----

func.func @features(%b: !iarc.batch<position 4, symbol 5, control 2>, %e: !iarc.weight<out 5, in 3 : f32>) -> !iarc.value<position 4, feature 4 : f32> {
  // expected-error @+1 {{value must have position 4 and feature 3 or 5}}
  %x = iarc.lookup %b, %e : (!iarc.batch<position 4, symbol 5, control 2>, !iarc.weight<out 5, in 3 : f32>) -> !iarc.value<position 4, feature 4 : f32>
  return %x : !iarc.value<position 4, feature 4 : f32>
}

// -----

func.func @placed(%b: !iarc.batch<position 4, symbol 5, control 2>, %e: !iarc.weight<position 4, out 5, in 3 : f32>) -> !iarc.value<position 4, feature 3 : f32> {
  // expected-error @+1 {{takes a weight with the axes out and in alone}}
  %x = iarc.lookup %b, %e : (!iarc.batch<position 4, symbol 5, control 2>, !iarc.weight<position 4, out 5, in 3 : f32>) -> !iarc.value<position 4, feature 3 : f32>
  return %x : !iarc.value<position 4, feature 3 : f32>
}

// -----

func.func @precision(%b: !iarc.batch<position 4, symbol 5, control 2>, %dy: !iarc.value<position 4, feature 3 : f32>) -> !iarc.weight<out 5, in 3 : f64> {
  // expected-error @+1 {{weight is 'f64', the value 'f32'}}
  %x = iarc.lookup_gradient %dy, %b : (!iarc.value<position 4, feature 3 : f32>, !iarc.batch<position 4, symbol 5, control 2>) -> !iarc.weight<out 5, in 3 : f64>
  return %x : !iarc.weight<out 5, in 3 : f64>
}
