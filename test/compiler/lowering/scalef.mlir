// x86's vectors of 512 bits have an instruction for y 2^n, which exp ends with: sixteen numbers of
// f32 take it, others the exponent's bits.
// RUN: iarc-opt %s -iarc-expand-math=vector-bits=512 | FileCheck %s --check-prefixes=CHECK,WIDE
// RUN: iarc-opt %s -iarc-expand-math | FileCheck %s --check-prefixes=CHECK,NARROW

// CHECK-LABEL: func.func @sixteen
// WIDE: llvm.call_intrinsic "llvm.x86.avx512.mask.scalef.ps.512"
// WIDE-NOT: arith.shli
// NARROW-NOT: scalef
// NARROW: arith.shli
func.func @sixteen(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.exp %x : vector<16xf32>
  return %y : vector<16xf32>
}

// CHECK-LABEL: func.func @eight
// CHECK-NOT: scalef
// CHECK: arith.shli
func.func @eight(%x: vector<8xf32>) -> vector<8xf32> {
  %y = math.exp %x : vector<8xf32>
  return %y : vector<8xf32>
}
