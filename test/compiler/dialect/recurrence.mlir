// The ops of recurrence print, parse and fold.
// RUN: iarc-opt %s | FileCheck %s --check-prefix=PRINT
// RUN: iarc-opt %s --verify-roundtrip -o /dev/null
// RUN: iarc-opt %s --mlir-print-op-generic | iarc-opt | FileCheck %s --check-prefix=PRINT
// RUN: iarc-opt %s -canonicalize | FileCheck %s

!v = !iarc.value<position 4, feature 6 : f32>
!s = !iarc.value<layer 4, position 1, feature 6 : f32>
!flat = !iarc.value<position 1, feature 24 : f32>
!z = !iarc.value<position 4, feature 8 : f32>
!c = !iarc.value<position 4, feature 2 : f32>

// PRINT-LABEL: func.func @all(
// PRINT: iarc.reshape %{{.*}} : <position 4, feature 6 : f32> -> <layer 4, position 1, feature 6 : f32>
// PRINT: iarc.flatten %{{.*}} : <position 4, feature 6 : f32> -> <position 1, feature 24 : f32>
// PRINT: iarc.unflatten %{{.*}} : <position 1, feature 24 : f32> -> <position 4, feature 6 : f32>
// PRINT: iarc.lstm_gates %{{.*}}, %{{.*}} : <position 4, feature 8 : f32>, <position 4, feature 2 : f32>
// PRINT: iarc.lstm_gates_adjoint %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : <position 4, feature 8 : f32>, <position 4, feature 2 : f32>
func.func @all(%x: !v, %f: !flat, %z: !z, %c: !c) -> (!s, !flat, !v, !c, !z, !c) {
  %0 = iarc.reshape %x : !v -> !s
  %1 = iarc.flatten %x : !v -> !flat
  %2 = iarc.unflatten %f : !flat -> !v
  %3:2 = iarc.lstm_gates %z, %c : !z, !c
  %4:2 = iarc.lstm_gates_adjoint %z, %c, %3#0, %3#1 : !z, !c
  return %0, %1, %2, %3#0, %4#0, %4#1 : !s, !flat, !v, !c, !z, !c
}

// reshape(reshape(x)) => reshape(x), or x where the types agree
// CHECK-LABEL: func.func @reshapes(
// CHECK-SAME: %[[X:.*]]: !iarc.value
// CHECK-NEXT: %[[Y:.*]] = iarc.reshape %[[X]] : <position 4, feature 6 : f32> -> <layer 2, position 2, feature 6 : f32>
// CHECK-NEXT: return %[[X]], %[[X]], %[[Y]]
func.func @reshapes(%x: !v) -> (!v, !v, !iarc.value<layer 2, position 2, feature 6 : f32>) {
  %0 = iarc.reshape %x : !v -> !v
  %1 = iarc.reshape %x : !v -> !s
  %2 = iarc.reshape %1 : !s -> !v
  %3 = iarc.reshape %1 : !s -> !iarc.value<layer 2, position 2, feature 6 : f32>
  return %0, %2, %3 : !v, !v, !iarc.value<layer 2, position 2, feature 6 : f32>
}

// unflatten(flatten(x)) => x; flatten(unflatten(x)) => x; of one position => x
// CHECK-LABEL: func.func @flattens(
// CHECK-SAME: %[[X:.*]]: !iarc.value<position 4, feature 6 : f32>, %[[F:.*]]: !iarc.value<position 1, feature 24 : f32>)
// CHECK-NEXT: return %[[X]], %[[F]], %[[F]], %[[F]]
func.func @flattens(%x: !v, %f: !flat) -> (!v, !flat, !flat, !flat) {
  %0 = iarc.flatten %x : !v -> !flat
  %1 = iarc.unflatten %0 : !flat -> !v
  %2 = iarc.unflatten %f : !flat -> !v
  %3 = iarc.flatten %2 : !v -> !flat
  %4 = iarc.flatten %f : !flat -> !flat
  %5 = iarc.unflatten %f : !flat -> !flat
  return %1, %3, %4, %5 : !v, !flat, !flat, !flat
}

// Another split of the same features is no identity.
// CHECK-LABEL: func.func @another_split(
// CHECK-NEXT: iarc.flatten
// CHECK-NEXT: iarc.unflatten
func.func @another_split(%x: !v) -> !iarc.value<position 6, feature 4 : f32> {
  %0 = iarc.flatten %x : !v -> !flat
  %1 = iarc.unflatten %0 : !flat -> !iarc.value<position 6, feature 4 : f32>
  return %1 : !iarc.value<position 6, feature 4 : f32>
}
