// iarc-fuse-epilogues: each rewrite, and where it must not apply.
// RUN: iarc-opt %s -iarc-fuse-epilogues | FileCheck %s

!v = !iarc.value<position 3, feature 4 : f32>
!w = !iarc.weight<out 4, in 4 : f32>

//===--- AddToMap ---===//

// add(a, b) => map(a, b) { a + b }
// CHECK-LABEL: func.func @add(
// CHECK-SAME: %[[X:[a-z0-9]+]]: !iarc.value<position 3, feature 4 : f32>, %[[Y:[a-z0-9]+]]:
// CHECK-NEXT: iarc.map %[[X]], %[[Y]] : !iarc.value<position 3, feature 4 : f32> {
// CHECK-NEXT: ^bb0(%[[U:.*]]: f32, %[[V:.*]]: f32):
// CHECK-NEXT: %[[S:.*]] = arith.addf %[[U]], %[[V]] : f32
// CHECK-NEXT: iarc.yield %[[S]] : f32
func.func @add(%x: !v, %y: !v) -> !v {
  %0 = iarc.add %x, %y : !v
  return %0 : !v
}

// A sum of stacks stays: maps have none.
// CHECK-LABEL: func.func @add_stacks
// CHECK-NEXT: iarc.add
func.func @add_stacks(%x: !iarc.value<layer 3, position 2, feature 4 : f32>, %y: !iarc.value<layer 3, position 2, feature 4 : f32>) -> !iarc.value<layer 3, position 2, feature 4 : f32> {
  %0 = iarc.add %x, %y : !iarc.value<layer 3, position 2, feature 4 : f32>
  return %0 : !iarc.value<layer 3, position 2, feature 4 : f32>
}

// A sum of weights stays: it is no work for each sample.
// CHECK-LABEL: func.func @add_weights
// CHECK-NEXT: iarc.add
func.func @add_weights(%x: !w, %y: !w) -> !w {
  %0 = iarc.add %x, %y : !w
  return %0 : !w
}

//===--- MapOfMap ---===//

// map(map(x), y) { f } => map(y, x) { f . g }
// CHECK-LABEL: func.func @map_of_map(
// CHECK-SAME: %[[X:[a-z0-9]+]]: !iarc.value<position 3, feature 4 : f32>, %[[Y:[a-z0-9]+]]:
// CHECK-NEXT: %[[R:.*]] = iarc.map %[[Y]], %[[X]] : {{.*}} {
// CHECK-NEXT: ^bb0(%[[V:.*]]: f32, %[[U:.*]]: f32):
// CHECK-NEXT: %[[E:.*]] = math.exp %[[U]] : f32
// CHECK-NEXT: %[[P:.*]] = arith.mulf %[[E]], %[[V]] : f32
// CHECK-NEXT: iarc.yield %[[P]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: return %[[R]]
func.func @map_of_map(%x: !v, %y: !v) -> !v {
  %0 = iarc.map %x : !v {
  ^bb0(%u: f32):
    %e = math.exp %u : f32
    iarc.yield %e : f32
  }
  %1 = iarc.map %0, %y : !v {
  ^bb0(%u: f32, %v: f32):
    %p = arith.mulf %u, %v : f32
    iarc.yield %p : f32
  }
  return %1 : !v
}

// Both results of the inner map go into the outer one, which reads the operand as well: one operand.
// CHECK-LABEL: func.func @two_results(
// CHECK-SAME: %[[X:[a-z0-9]+]]: !iarc.value
// CHECK-NEXT: iarc.map %[[X]] : {{.*}} {
// CHECK-NEXT: ^bb0(%[[U:.*]]: f32):
// CHECK-NEXT: %[[E:.*]] = math.exp %[[U]] : f32
// CHECK-NEXT: %[[T:.*]] = math.tanh %[[U]] : f32
// CHECK-NEXT: %[[P:.*]] = arith.mulf %[[T]], %[[E]] : f32
// CHECK-NEXT: %[[Q:.*]] = arith.addf %[[P]], %[[U]] : f32
// CHECK-NEXT: iarc.yield %[[Q]] : f32
func.func @two_results(%x: !v) -> !v {
  %0:2 = iarc.map %x : !v {
  ^bb0(%u: f32):
    %e = math.exp %u : f32
    %t = math.tanh %u : f32
    iarc.yield %e, %t : f32, f32
  }
  %1 = iarc.map %0#1, %x, %0#0 : !v {
  ^bb0(%u: f32, %v: f32, %w: f32):
    %p = arith.mulf %u, %w : f32
    %q = arith.addf %p, %v : f32
    iarc.yield %q : f32
  }
  return %1 : !v
}

// Several readers: the inner map is computed once.
// CHECK-LABEL: func.func @map_of_map_read_twice
// CHECK-NEXT: iarc.map
// CHECK: iarc.map
func.func @map_of_map_read_twice(%x: !v) -> (!v, !v) {
  %0 = iarc.map %x : !v {
  ^bb0(%u: f32):
    %e = math.exp %u : f32
    iarc.yield %e : f32
  }
  %1 = iarc.map %0 : !v {
  ^bb0(%u: f32):
    %p = math.tanh %u : f32
    iarc.yield %p : f32
  }
  return %0, %1 : !v, !v
}

// Another block: what a repeat reads from outside is not computed in every iteration.
// CHECK-LABEL: func.func @map_outside
// CHECK-NEXT: iarc.map
// CHECK: math.exp
// CHECK: iarc.repeat
// CHECK-NEXT: ^bb0
// CHECK-NEXT: iarc.map %{{.*}}, %{{.*}} :
// CHECK-NOT: math.exp
// CHECK: return
func.func @map_outside(%x: !v) -> !v {
  %0 = iarc.map %x : !v {
  ^bb0(%u: f32):
    %e = math.exp %u : f32
    iarc.yield %e : f32
  }
  %1 = iarc.repeat 2 carry(%x) : (!v) -> !v {
  ^bb0(%h: !v):
    %2 = iarc.map %0, %h : !v {
    ^bb0(%u: f32, %v: f32):
      %p = arith.mulf %u, %v : f32
      iarc.yield %p : f32
    }
    iarc.yield %2 : !v
  }
  return %1 : !v
}

//===--- MapOfLinear ---===//

// map(x, linear(x, W)) { f } => linear(x, W) extras(x) epilogue { f }; the sum comes first
// CHECK-LABEL: func.func @map_of_linear(
// CHECK-SAME: %[[X:[a-z0-9]+]]: !iarc.value<position 3, feature 4 : f32>, %[[W:[a-z0-9]+]]:
// CHECK-NEXT: %[[R:.*]] = iarc.linear %[[X]], %[[W]] extras(%[[X]]) : {{.*}} epilogue {
// CHECK-NEXT: ^bb0(%[[S:.*]]: f32, %[[U:.*]]: f32):
// CHECK-NEXT: %[[D:.*]] = arith.subf %[[U]], %[[S]] : f32
// CHECK-NEXT: iarc.yield %[[D]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: return %[[R]]
func.func @map_of_linear(%x: !v, %w: !w) -> !v {
  %0 = iarc.linear %x, %w : (!v, !w) -> !v
  %1 = iarc.map %x, %0 : !v {
  ^bb0(%u: f32, %s: f32):
    %d = arith.subf %u, %s : f32
    iarc.yield %d : f32
  }
  return %1 : !v
}

// A transposed product stays one; a map of two results makes a product of two results.
// CHECK-LABEL: func.func @transposed
// CHECK-NEXT: %[[R:.*]]:2 = iarc.linear %{{.*}}, %{{.*}} transposed : (!iarc.value<position 3, feature 4 : f32>, !iarc.weight<out 4, in 4 : f32>) -> (!iarc.value<position 3, feature 4 : f32>, !iarc.value<position 3, feature 4 : f32>) epilogue {
func.func @transposed(%x: !v, %w: !w) -> (!v, !v) {
  %0 = iarc.linear %x, %w transposed : (!v, !w) -> !v
  %1:2 = iarc.map %0 : !v {
  ^bb0(%s: f32):
    %e = math.exp %s : f32
    iarc.yield %e, %s : f32, f32
  }
  return %1#0, %1#1 : !v, !v
}

// Of two products the last takes the other's result as an extra operand.
// CHECK-LABEL: func.func @two_products(
// CHECK-SAME: %[[X:[a-z0-9]+]]: !iarc.value<position 3, feature 4 : f32>, %[[W:[a-z0-9]+]]: !iarc.weight<out 4, in 4 : f32>, %[[V:[a-z0-9]+]]:
// CHECK-NEXT: %[[A:.*]] = iarc.linear %[[X]], %[[W]] : {{.*}} -> !iarc.value<position 3, feature 4 : f32>{{$}}
// CHECK-NEXT: iarc.linear %[[X]], %[[V]] extras(%[[A]]) : {{.*}} epilogue {
// CHECK-NEXT: ^bb0(%[[S:.*]]: f32, %[[E:.*]]: f32):
// CHECK-NEXT: arith.subf %[[S]], %[[E]] : f32
func.func @two_products(%x: !v, %w: !w, %v: !w) -> !v {
  %0 = iarc.linear %x, %w : (!v, !w) -> !v
  %1 = iarc.linear %x, %v : (!v, !w) -> !v
  %2 = iarc.map %1, %0 : !v {
  ^bb0(%u: f32, %s: f32):
    %d = arith.subf %u, %s : f32
    iarc.yield %d : f32
  }
  return %2 : !v
}

// The product moves down to the map, whose other operand is made in between.
// CHECK-LABEL: func.func @made_in_between
// CHECK-NEXT: %[[N:.*]], %{{.*}} = iarc.norm
// CHECK-NEXT: iarc.linear %{{.*}}, %{{.*}} extras(%[[N]])
func.func @made_in_between(%x: !v, %w: !w) -> !v {
  %0 = iarc.linear %x, %w : (!v, !w) -> !v
  %n, %scalen = iarc.norm %x eps 1.0 : !v
  %1 = iarc.add %0, %n : !v
  return %1 : !v
}

// relu(linear + x) + y: add, map and add end as one epilogue.
// CHECK-LABEL: func.func @chain
// CHECK-NEXT: iarc.linear %{{.*}}, %{{.*}} extras(%{{.*}}, %{{.*}}) : {{.*}} epilogue {
// CHECK-NOT: iarc.map
// CHECK: return
func.func @chain(%x: !v, %y: !v, %w: !w) -> !v {
  %0 = iarc.linear %x, %w : (!v, !w) -> !v
  %1 = iarc.add %0, %x : !v
  %2 = iarc.map %1 : !v {
  ^bb0(%u: f32):
    %z = arith.constant 0.0 : f32
    %m = arith.maximumf %u, %z : f32
    iarc.yield %m : f32
  }
  %3 = iarc.add %2, %y : !v
  return %3 : !v
}

// Several readers: the product's own result is needed.
// CHECK-LABEL: func.func @product_read_twice
// CHECK-NEXT: iarc.linear %{{.*}} -> !iarc.value<position 3, feature 4 : f32>{{$}}
// CHECK-NEXT: iarc.map
func.func @product_read_twice(%x: !v, %w: !w) -> (!v, !v) {
  %0 = iarc.linear %x, %w : (!v, !w) -> !v
  %1 = iarc.map %0 : !v {
  ^bb0(%u: f32):
    %e = math.exp %u : f32
    iarc.yield %e : f32
  }
  return %0, %1 : !v, !v
}

// Another block: the product is not repeated.
// CHECK-LABEL: func.func @product_outside
// CHECK-NEXT: iarc.linear %{{.*}} -> !iarc.value<position 3, feature 4 : f32>{{$}}
// CHECK-NEXT: iarc.repeat
// CHECK-NEXT: ^bb0
// CHECK-NEXT: iarc.map
func.func @product_outside(%x: !v, %w: !w) -> !v {
  %0 = iarc.linear %x, %w : (!v, !w) -> !v
  %1 = iarc.repeat 2 carry(%x) : (!v) -> !v {
  ^bb0(%h: !v):
    %2 = iarc.add %0, %h : !v
    iarc.yield %2 : !v
  }
  return %1 : !v
}

// A product that has an epilogue already keeps it.
// CHECK-LABEL: func.func @has_epilogue
// CHECK-NEXT: iarc.linear
// CHECK: math.tanh
// CHECK: iarc.map
// CHECK: math.exp
func.func @has_epilogue(%x: !v, %w: !w) -> !v {
  %0 = iarc.linear %x, %w : (!v, !w) -> !v epilogue {
  ^bb0(%s: f32):
    %t = math.tanh %s : f32
    iarc.yield %t : f32
  }
  %1 = iarc.map %0 : !v {
  ^bb0(%u: f32):
    %e = math.exp %u : f32
    iarc.yield %e : f32
  }
  return %1 : !v
}

// The bias stays with the product, whose sum includes it; a product across positions fuses as any other.
// CHECK-LABEL: func.func @bias(
// CHECK-SAME: %[[X:[a-z0-9]+]]: !iarc.value<position 3, feature 4 : f32>, %[[W:[a-z0-9]+]]: !iarc.weight<pair 6, out 4, in 4 : f32>, %[[B:[a-z0-9]+]]:
// CHECK-NEXT: %[[R:.*]]:2 = iarc.linear %[[X]], %[[W]] bias %[[B]] extras(%[[X]]) : {{.*}} epilogue {
// CHECK-NEXT: ^bb0(%[[S:.*]]: f32, %[[E:.*]]: f32):
// CHECK-NEXT: %[[P:.*]] = math.exp %[[S]] : f32
// CHECK-NEXT: %[[A:.*]] = arith.addf %[[E]], %[[P]] : f32
// CHECK-NEXT: iarc.yield %[[A]], %[[P]] : f32, f32
// CHECK-NEXT: }
// CHECK-NEXT: return %[[R]]#0, %[[R]]#1
func.func @bias(%x: !v, %w: !iarc.weight<pair 6, out 4, in 4 : f32>, %b: !iarc.weight<position 3, out 4 : f32>) -> (!v, !v) {
  %y = iarc.linear %x, %w bias %b : (!v, !iarc.weight<pair 6, out 4, in 4 : f32>, !iarc.weight<position 3, out 4 : f32>) -> !v
  %0:2 = iarc.map %x, %y : !v {
  ^bb0(%u: f32, %v: f32):
    %p = math.exp %v : f32
    %a = arith.addf %u, %p : f32
    iarc.yield %a, %p : f32, f32
  }
  return %0#0, %0#1 : !v, !v
}

// The residual stream joins attention where a row's sum is divided.
// CHECK-LABEL: func.func @attention(
// CHECK-SAME: %[[X:[a-z0-9]+]]: !iarc.value<position 3, feature 4 : f32>, %[[Q:[a-z0-9]+]]:
// CHECK-NEXT: %[[R:.*]] = iarc.attention %[[Q]], %[[Q]], %[[Q]] extras(%[[X]] : !iarc.value<position 3, feature 4 : f32>) heads 2 {{.*}} {
// CHECK-NEXT: ^bb0(%[[Z:.*]]: f32):
// CHECK-NEXT: iarc.yield %[[Z]] : f32
// CHECK-NEXT: } epilogue {
// CHECK-NEXT: ^bb0(%[[S:.*]]: f32, %[[E:.*]]: f32):
// CHECK-NEXT: %[[A:.*]] = arith.addf %[[E]], %[[S]] : f32
// CHECK-NEXT: iarc.yield %[[A]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: return %[[R]]
func.func @attention(%x: !v, %q: !v) -> !v {
  %y = iarc.attention %q, %q, %q heads 2 scale 1.0 causal decay [] normalise sum eps 0.0 : !v {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }
  %0 = iarc.add %x, %y : !v
  return %0 : !v
}

// Two readers, or two results of the map: attention stays by itself.
// CHECK-LABEL: func.func @attention_read_twice(
// CHECK-NEXT: iarc.attention
// CHECK-NOT: epilogue
// CHECK: return
func.func @attention_read_twice(%x: !v) -> (!v, !v, !v) {
  %y = iarc.attention %x, %x, %x heads 2 scale 1.0 causal decay [] normalise sum eps 0.0 : !v {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }
  %0 = iarc.add %x, %y : !v
  %1 = iarc.attention %0, %0, %0 heads 2 scale 1.0 causal decay [] normalise sum eps 0.0 : !v {
  ^bb0(%z: f32):
    iarc.yield %z : f32
  }
  %2:2 = iarc.map %x, %1 : !v {
  ^bb0(%u: f32, %v: f32):
    %a = arith.addf %u, %v : f32
    %m = arith.mulf %u, %v : f32
    iarc.yield %a, %m : f32, f32
  }
  return %y, %2#0, %2#1 : !v, !v, !v
}

// A further contribution to the adjoint of a norm's input joins there, whichever side it stands on.
// CHECK-LABEL: func.func @norm_residual(
// CHECK-SAME: %[[X:[a-z0-9]+]]: {{[^,]*}}, {{[^,]*}}, %[[S:[a-z0-9]+]]:
// CHECK-NEXT: %[[A:.*]] = iarc.norm_adjoint %[[X]] scale %[[S]], %[[X]] residual %[[X]]
// CHECK-NEXT: %[[B:.*]] = iarc.norm_adjoint %[[X]] scale %[[S]], %[[A]] residual %[[X]]
// CHECK-NEXT: return %[[B]]
func.func @norm_residual(%x: !v, %s: !iarc.value<position 3, feature 1 : f32>) -> !v {
  %0 = iarc.norm_adjoint %x scale %s, %x : !v
  %1 = iarc.add %0, %x : !v
  %2 = iarc.norm_adjoint %x scale %s, %1 : !v
  %3 = iarc.add %x, %2 : !v
  return %3 : !v
}

// Not where the norm's share is wanted by itself, nor a second one.
// CHECK-LABEL: func.func @norm_read_twice(
// CHECK-NEXT: %[[A:.*]] = iarc.norm_adjoint
// CHECK-NOT: residual
// CHECK: iarc.map
// CHECK: return %[[A]]
func.func @norm_read_twice(%x: !v, %s: !iarc.value<position 3, feature 1 : f32>) -> (!v, !v) {
  %0 = iarc.norm_adjoint %x scale %s, %x : !v
  %1 = iarc.add %0, %x : !v
  return %0, %1 : !v, !v
}

// CHECK-LABEL: func.func @norm_two(
// CHECK: iarc.norm_adjoint {{.*}} residual
// CHECK-NEXT: iarc.map
func.func @norm_two(%x: !v, %s: !iarc.value<position 3, feature 1 : f32>) -> !v {
  %0 = iarc.norm_adjoint %x scale %s, %x : !v
  %1 = iarc.add %0, %x : !v
  %2 = iarc.add %1, %x : !v
  return %2 : !v
}

// An activation and its slope, both of one product, become one epilogue with two results.
// CHECK-LABEL: func.func @slope(
// CHECK-NEXT: %[[Y:.*]]:2 = iarc.linear {{.*}} epilogue {
// CHECK-NEXT: ^bb0(%[[U:.*]]: f32):
// CHECK-NEXT: %[[E:.*]] = math.exp %[[U]]
// CHECK-NEXT: %[[F:.*]] = math.exp %[[U]]
// CHECK-NEXT: %[[N:.*]] = arith.negf %[[F]]
// CHECK-NEXT: iarc.yield %[[E]], %[[N]]
// CHECK-NEXT: }
// CHECK-NEXT: %[[Z:.*]], %{{.*}} = iarc.norm %[[Y]]#0
// CHECK: return %[[Z]], %[[Y]]#1
func.func @slope(%x: !v, %w: !w) -> (!v, !v) {
  %0 = iarc.linear %x, %w : (!v, !w) -> !v
  %1 = iarc.map %0 : !v {
  ^bb0(%u: f32):
    %e = math.exp %u : f32
    iarc.yield %e : f32
  }
  %n, %s = iarc.norm %1 eps 1.0 : !v
  %2 = iarc.map %0 : !v {
  ^bb0(%u: f32):
    %e = math.exp %u : f32
    %m = arith.negf %e : f32
    iarc.yield %m : f32
  }
  return %n, %2 : !v, !v
}

// The product itself is read as well: it is stored in any case, and the maps read it.
// CHECK-LABEL: func.func @slope_of_kept(
// CHECK-NEXT: iarc.linear
// CHECK-NOT: epilogue
// CHECK-NEXT: iarc.map
// CHECK: iarc.map
func.func @slope_of_kept(%x: !v, %w: !w) -> (!v, !v, !v) {
  %0 = iarc.linear %x, %w : (!v, !w) -> !v
  %1 = iarc.map %0 : !v {
  ^bb0(%u: f32):
    %e = math.exp %u : f32
    iarc.yield %e : f32
  }
  %2 = iarc.map %0 : !v {
  ^bb0(%u: f32):
    %e = math.sin %u : f32
    iarc.yield %e : f32
  }
  return %0, %1, %2 : !v, !v, !v
}
