// What the verifiers refuse: repeat and yield.
// RUN: iarc-opt %s -split-input-file -verify-diagnostics

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
