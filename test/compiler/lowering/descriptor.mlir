// The descriptor of a model that is small enough to count by hand, and the functions that are left.
// RUN: iarc-opt %s -iarc-gradient -canonicalize -cse -iarc-lower | FileCheck %s
// RUN: iarc-opt %s -iarc-gradient -canonicalize -cse -iarc-lower="vector-bits=512" | FileCheck %s --check-prefix=WIDE

!b = !iarc.batch<position 3, symbol 2, control 1>
!v = !iarc.value<position 3, feature 3 : f32>
!w = !iarc.weight<out 3, in 3 : f32>
!ws = !iarc.weight<layer 2, position 3, out 3, in 3 : f32>
!p = !iarc.weight<position 3, out 3, in 3 : f32>
!l = !iarc.value<position 3, feature 2 : f32>

// CHECK: module attributes {iarc.descriptor = {
// CHECK-SAME: attention_flop = 0.000000e+00 : f64
// CHECK-SAME: batch = 4 : i64, context = 3 : i64, element_bytes = 4 : i64
// Backward there is no product for the input of the first map, which depends on no weight; but one
// for each of the two layers: (1 + 2 + 1 + 4) products of 2 * 3 * 3 * 3 operations.
// CHECK-SAME: executed_product_flop = 4.320000e+02 : f64
// CHECK-SAME: lanes = 8 : i64, loss = 0 : i64, loss_at = 1 : i64
// CHECK-SAME: momentum = 8.000000e-01 : f64, name = "tiny"
// Nominal: three products for each of three maps.
// CHECK-SAME: product_flop = 4.860000e+02 : f64
// What bench --profile says of each region: 3 positions of a product of 2 * 3 * 3 operations. The step's
// regions that equal those of @gradients are theirs.
// CHECK-SAME: rate = 2.000000e-02 : f64
// CHECK-SAME: regions = [{function = "forward_region_0", operations = "encode, linear 3 -> 3", place = "descriptor.mlir:[[# @LINE + 44]]", predicted = 0.9{{[0-9]+}} : f64, product_flop = 5.400000e+01 : f64},
// CHECK-SAME: {function = "forward_region_4", operations = "sum of the loss", place = "descriptor.mlir:{{[0-9]+}}", predicted = 0.000000e+00 : f64, product_flop = 0.000000e+00 : f64}
// CHECK-SAME: {function = "gradients_region_8", operations = "weight_gradient 3x3", place = "descriptor.mlir:{{[0-9]+}}", predicted = 0.3{{[0-9]+}} : f64, product_flop = 5.400000e+01 : f64}
// CHECK-NOT: "train_step_region_0"
// CHECK-SAME: {function = "train_step_region_10", operations = "update"
// CHECK-SAME: {function = "iarc_update_region", operations = "update of all weights by given gradients", place = ""
// CHECK-SAME: steps = 10 : i64, task = {subtasks = "I"}
// 9 weights take 16 places, 54 take 64.
// CHECK-SAME: weight_elements = 80 : i64
// CHECK-SAME: weights = [
// CHECK-SAME: axes = [{name = "out", size = 3 : i64}, {name = "in", size = 3 : i64}], count = 9 : i64, fan_in = 0 : i64, fan_in_grows = 0 : i64, first = 0.000000e+00 : f64, initialiser = 0 : i64, name = "a", offset = 0 : i64, second = 1.000000e-01 : f64
// CHECK-SAME: axes = [{name = "layer", size = 2 : i64}, {name = "position", size = 3 : i64}, {name = "out", size = 3 : i64}, {name = "in", size = 3 : i64}], count = 54 : i64, fan_in = 0 : i64, fan_in_grows = 0 : i64, first = -1.000000e+00 : f64, initialiser = 1 : i64, name = "b", offset = 16 : i64, second = 1.000000e+00 : f64
// CHECK-SAME: width = 3 : i64
// The gradients of a training step: 80 numbers. For each lane group: the encoding 9, what the repeat
// carries and saves 3 * 9, the loss 1, its adjoint 6, what the reverse repeat carries 2 * 9, each of
// 8 lanes; the logits lie outside.
// CHECK-SAME: workspace_bytes = 320 : i64, workspace_bytes_per_group = 1920 : i64}}
// CHECK-NOT: iarc.model
// CHECK-NOT: iarc.weight
// CHECK: llvm.func @iarc_parallel(!llvm.ptr, !llvm.ptr, !llvm.ptr, i64)
// CHECK: llvm.func @iarc_forward(%{{.*}}: !llvm.ptr) {
// CHECK: llvm.func internal @forward_region_0(
// CHECK: llvm.func @iarc_gradients(%{{.*}}: !llvm.ptr) {
// A repeat stores its iteration's number for the regions that it runs; a reverse one counts down.
// CHECK: scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step
// CHECK-NEXT: %[[PLACE:.*]] = llvm.getelementptr
// CHECK-NEXT: llvm.store %[[I]], %[[PLACE]]
// CHECK: scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step
// CHECK-NEXT: %[[LAST:.*]] = arith.constant 1 : i64
// CHECK-NEXT: %[[DOWN:.*]] = arith.subi %[[LAST]], %[[I]] : i64
// CHECK-NEXT: %[[PLACE:.*]] = llvm.getelementptr
// CHECK-NEXT: llvm.store %[[DOWN]], %[[PLACE]]
// CHECK: llvm.func internal @gradients_region_0(
// CHECK: llvm.func @iarc_train_step(%{{.*}}: !llvm.ptr) {
// CHECK: llvm.func @iarc_peak(%{{.*}}: i64) -> f64 {
// CHECK-NOT: func.func
// CHECK-NOT: iarc.linear

// WIDE: lanes = 16 : i64
// WIDE: vector<16xf32>
module attributes {iarc.model = {name = "tiny", task = {subtasks = "I"}, batch = 4, steps = 10, rate = 0.02, momentum = 0.8}} {
  iarc.weight @a : !w = normal(0.0, 0.1)
  iarc.weight @b : !ws = uniform(-1.0, 1.0)
  func.func @forward(%batch: !b, %a: !w {iarc.weight = @a}, %b: !ws {iarc.weight = @b}) -> (f32, !l) {
    %e = iarc.encode %batch : !b -> !v
    %x = iarc.linear %e, %a : (!v, !w) -> !v
    %y = iarc.repeat 2 carry(%x) slices(%b) : (!v, !ws) -> !v {
    ^bb0(%h: !v, %l: !p):
      %n = iarc.linear %h, %l : (!v, !p) -> !v
      iarc.yield %n : !v
    }
    %s = iarc.slice %y from 0 : !v -> !l
    %loss = iarc.loss cross_entropy at all %s, %batch : (!l, !b) -> f32
    return %loss, %s : f32, !l
  }
}
