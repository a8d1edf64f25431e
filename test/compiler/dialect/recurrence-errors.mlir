// What the verifiers refuse: reshapes, flatten, gates, logits of one position.
// RUN: iarc-opt %s -split-input-file -verify-diagnostics

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.reshape' op must keep the features and the element type, got '!iarc.value<position 3, feature 4 : f32>' and '!iarc.value<position 4, feature 3 : f32>'}}
  %0 = iarc.reshape %x : !iarc.value<position 3, feature 4 : f32> -> !iarc.value<position 4, feature 3 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.reshape' op must keep the features and the element type}}
  %0 = iarc.reshape %x : !iarc.value<position 3, feature 4 : f32> -> !iarc.value<position 3, feature 4 : f64>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.reshape' op must keep the number of elements, got '!iarc.value<position 3, feature 4 : f32>' and '!iarc.value<layer 3, position 2, feature 4 : f32>'}}
  %0 = iarc.reshape %x : !iarc.value<position 3, feature 4 : f32> -> !iarc.value<layer 3, position 2, feature 4 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<layer 2, position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.flatten' op takes values without layer axes, got '!iarc.value<layer 2, position 3, feature 4 : f32>'}}
  %0 = iarc.flatten %x : !iarc.value<layer 2, position 3, feature 4 : f32> -> !iarc.value<position 1, feature 24 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 3, feature 4 : f32>) {
  // expected-error @+1 {{'iarc.flatten' op must relate '!iarc.value<position 3, feature 4 : f32>' to position 1 and feature 12, got '!iarc.value<position 1, feature 13 : f32>'}}
  %0 = iarc.flatten %x : !iarc.value<position 3, feature 4 : f32> -> !iarc.value<position 1, feature 13 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 2, feature 6 : f32>) {
  // expected-error @+1 {{'iarc.unflatten' op must relate '!iarc.value<position 3, feature 4 : f32>' to position 1 and feature 12, got '!iarc.value<position 2, feature 6 : f32>'}}
  %0 = iarc.unflatten %x : !iarc.value<position 2, feature 6 : f32> -> !iarc.value<position 3, feature 4 : f32>
  return
}

// -----

func.func @f(%z: !iarc.value<position 3, feature 8 : f32>, %c: !iarc.value<position 3, feature 3 : f32>) {
  // expected-error @+1 {{'iarc.lstm_gates' op takes 4 features of z for each of the 3 of the cell, got '!iarc.value<position 3, feature 8 : f32>' and '!iarc.value<position 3, feature 3 : f32>'}}
  %0:2 = iarc.lstm_gates %z, %c : !iarc.value<position 3, feature 8 : f32>, !iarc.value<position 3, feature 3 : f32>
  return
}

// -----

func.func @f(%z: !iarc.value<layer 2, position 3, feature 8 : f32>, %c: !iarc.value<layer 2, position 3, feature 2 : f32>) {
  // expected-error @+1 {{'iarc.lstm_gates' op takes values without layer axes, got '!iarc.value<layer 2, position 3, feature 8 : f32>'}}
  %0:2 = iarc.lstm_gates %z, %c : !iarc.value<layer 2, position 3, feature 8 : f32>, !iarc.value<layer 2, position 3, feature 2 : f32>
  return
}

// -----

func.func @f(%z: !iarc.value<position 3, feature 6 : f32>, %c: !iarc.value<position 3, feature 2 : f32>) {
  // expected-error @+1 {{'iarc.lstm_gates_adjoint' op takes 4 features of z for each of the 2 of the cell, got '!iarc.value<position 3, feature 6 : f32>' and '!iarc.value<position 3, feature 2 : f32>'}}
  %0:2 = iarc.lstm_gates_adjoint %z, %c, %c, %c : !iarc.value<position 3, feature 6 : f32>, !iarc.value<position 3, feature 2 : f32>
  return
}

// -----

func.func @f(%x: !iarc.value<position 1, feature 2 : f32>, %b: !iarc.batch<position 3, symbol 2, control 2>) {
  // Of one position are the logits of the last one.
  %0 = iarc.loss cross_entropy at last %x, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> f32
  // expected-error @+1 {{'iarc.loss' op at all positions needs logits of 3 positions, got '!iarc.value<position 1, feature 2 : f32>'}}
  %1 = iarc.loss cross_entropy at all %x, %b : (!iarc.value<position 1, feature 2 : f32>, !iarc.batch<position 3, symbol 2, control 2>) -> f32
  return
}
