// Embeddings: read, printed and read again; their gradient, the sum of both uses where the readout is tied.
// RUN: iarc-opt %s | iarc-opt | FileCheck %s
// RUN: iarc-opt %s -iarc-gradient -canonicalize | FileCheck %s --check-prefix=GRADIENT

// CHECK-LABEL: @forward
// GRADIENT-LABEL: @gradients
iarc.weight @e : !iarc.weight<out 5, in 3 : f32> = normal(0.0, 0.1)
iarc.weight @t : !iarc.weight<out 2, in 3 : f32> = normal(0.0, 0.1)
func.func @forward(%b: !iarc.batch<position 4, symbol 5, control 2>, %e: !iarc.weight<out 5, in 3 : f32> {iarc.weight = @e}, %t: !iarc.weight<out 2, in 3 : f32> {iarc.weight = @t}) -> (f32, !iarc.value<position 4, feature 5 : f32>) {
  // CHECK: iarc.lookup %{{.*}}, %{{.*}} : (!iarc.batch<position 4, symbol 5, control 2>, !iarc.weight<out 5, in 3 : f32>) -> !iarc.value<position 4, feature 3 : f32>
  %x = iarc.lookup %b, %e : (!iarc.batch<position 4, symbol 5, control 2>, !iarc.weight<out 5, in 3 : f32>) -> !iarc.value<position 4, feature 3 : f32>
  // CHECK: iarc.lookup %{{.*}}, %{{.*}} controls :
  %y = iarc.lookup %b, %t controls : (!iarc.batch<position 4, symbol 5, control 2>, !iarc.weight<out 2, in 3 : f32>) -> !iarc.value<position 4, feature 3 : f32>
  %z = iarc.add %x, %y : !iarc.value<position 4, feature 3 : f32>
  %logits = iarc.linear %z, %e : (!iarc.value<position 4, feature 3 : f32>, !iarc.weight<out 5, in 3 : f32>) -> !iarc.value<position 4, feature 5 : f32>
  %loss = iarc.loss cross_entropy at all %logits, %b : (!iarc.value<position 4, feature 5 : f32>, !iarc.batch<position 4, symbol 5, control 2>) -> f32
  // GRADIENT: %[[DY:.*]] = iarc.linear %{{.*}}, %{{.*}} transposed
  // GRADIENT: %[[READOUT:.*]] = iarc.weight_gradient
  // GRADIENT-DAG: %[[TAPE:.*]] = iarc.lookup_gradient %[[DY]], %{{.*}} controls : (!iarc.value<position 4, feature 3 : f32>, !iarc.batch<position 4, symbol 5, control 2>) -> !iarc.weight<out 2, in 3 : f32>
  // GRADIENT-DAG: %[[ROWS:.*]] = iarc.lookup_gradient %[[DY]], %{{.*}} : (!iarc.value<position 4, feature 3 : f32>, !iarc.batch<position 4, symbol 5, control 2>) -> !iarc.weight<out 5, in 3 : f32>
  // GRADIENT-DAG: %[[SUM:.*]] = iarc.add %[[READOUT]], %[[ROWS]]
  // GRADIENT: return %{{.*}}, %{{.*}}, %[[SUM]], %[[TAPE]]
  return %loss, %logits : f32, !iarc.value<position 4, feature 5 : f32>
}
