// RUN: iarc-opt %s --iarc-convert-to-llvm | FileCheck %s --implicit-check-not=func.func --implicit-check-not=memref. --implicit-check-not=vector.load

// Blocks, vectors and buffers of one function; loads and stores go through pointers.
// CHECK-LABEL: llvm.func @scaled
// CHECK: llvm.br ^[[HEAD:.*]](
// CHECK: ^[[HEAD]]({{.*}}: i64):
// CHECK: llvm.icmp "slt"
// CHECK: llvm.cond_br
// CHECK: llvm.load {{.*}} -> vector<8xf32>
// CHECK: llvm.fmul
// CHECK: llvm.store
// CHECK: llvm.br ^[[HEAD]](
// CHECK: llvm.return
func.func @scaled(%x: memref<64xf32>, %factor: vector<8xf32>) {
  %zero = arith.constant 0 : index
  %step = arith.constant 8 : index
  %end = arith.constant 64 : index
  cf.br ^head(%zero : index)
^head(%i: index):
  %more = arith.cmpi slt, %i, %end : index
  cf.cond_br %more, ^body, ^done
^body:
  %v = vector.load %x[%i] : memref<64xf32>, vector<8xf32>
  %w = arith.mulf %v, %factor : vector<8xf32>
  vector.store %w, %x[%i] : memref<64xf32>, vector<8xf32>
  %next = arith.addi %i, %step : index
  cf.br ^head(%next : index)
^done:
  return
}
