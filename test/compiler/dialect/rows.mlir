// Rows, joins, rotations and declared weights: read, printed and read again; a spread to one feature is none.
// RUN: iarc-opt %s | iarc-opt | FileCheck %s
// RUN: iarc-opt %s -canonicalize | FileCheck %s --check-prefix=FOLD

// CHECK-LABEL: @rows
func.func @rows(%w: !iarc.weight<position 3, out 4 : f32>, %x: !iarc.value<position 3, feature 4 : f32>,
                %b: !iarc.batch<position 3, symbol 4, control 2>) -> (!iarc.value<position 3, feature 8 : f32>, f32) {
  // CHECK: iarc.broadcast %{{.*}} : <position 3, out 4 : f32> -> <position 3, feature 4 : f32>
  %g = iarc.broadcast %w : !iarc.weight<position 3, out 4 : f32> -> !iarc.value<position 3, feature 4 : f32>
  // CHECK: iarc.reduce sum %{{.*}} : <position 3, feature 4 : f32>
  %s = iarc.reduce sum %g : !iarc.value<position 3, feature 4 : f32>
  // CHECK: iarc.reduce maximum
  %m = iarc.reduce maximum %x : !iarc.value<position 3, feature 4 : f32>
  // CHECK: iarc.spread %{{.*}} : <position 3, feature 1 : f32> -> <position 3, feature 4 : f32>
  %r = iarc.spread %s : !iarc.value<position 3, feature 1 : f32> -> !iarc.value<position 3, feature 4 : f32>
  // CHECK: iarc.rotate %{{.*}} size 2 base 1.000000e+04 : <position 3, feature 4 : f32>
  %t = iarc.rotate %r size 2 base 1.0e+04 : !iarc.value<position 3, feature 4 : f32>
  // CHECK: iarc.rotate %{{.*}} size 4 base 1.000000e+01 inverse
  %u = iarc.rotate %t size 4 base 1.0e+01 inverse : !iarc.value<position 3, feature 4 : f32>
  // CHECK: iarc.join
  %j = iarc.join %u, %g : (!iarc.value<position 3, feature 4 : f32>, !iarc.value<position 3, feature 4 : f32>) -> !iarc.value<position 3, feature 8 : f32>
  // CHECK: iarc.target %{{.*}} masked
  %o = iarc.target %b masked : !iarc.batch<position 3, symbol 4, control 2> -> !iarc.value<position 3, feature 4 : f32>
  %p = iarc.add %o, %g : !iarc.value<position 3, feature 4 : f32>
  %q = iarc.reduce sum %p : !iarc.value<position 3, feature 4 : f32>
  // CHECK: iarc.loss own at all
  %l = iarc.loss own at all %q, %b masked : (!iarc.value<position 3, feature 1 : f32>, !iarc.batch<position 3, symbol 4, control 2>) -> f32
  return %j, %l : !iarc.value<position 3, feature 8 : f32>, f32
}

// FOLD-LABEL: @narrow
// FOLD-NOT: iarc.spread
// FOLD: return %arg0
func.func @narrow(%x: !iarc.value<position 3, feature 1 : f32>) -> !iarc.value<position 3, feature 1 : f32> {
  %r = iarc.spread %x : !iarc.value<position 3, feature 1 : f32> -> !iarc.value<position 3, feature 1 : f32>
  return %r : !iarc.value<position 3, feature 1 : f32>
}
