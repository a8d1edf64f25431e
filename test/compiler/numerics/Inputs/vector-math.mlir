// Each elementary function of sixteen numbers.
func.func @vector_exp(%from: !llvm.ptr, %to: !llvm.ptr) {
  %x = llvm.load %from {alignment = 64 : i64} : !llvm.ptr -> vector<16xf32>
  %y = math.exp %x : vector<16xf32>
  llvm.store %y, %to {alignment = 64 : i64} : vector<16xf32>, !llvm.ptr
  return
}
func.func @vector_log(%from: !llvm.ptr, %to: !llvm.ptr) {
  %x = llvm.load %from {alignment = 64 : i64} : !llvm.ptr -> vector<16xf32>
  %y = math.log %x : vector<16xf32>
  llvm.store %y, %to {alignment = 64 : i64} : vector<16xf32>, !llvm.ptr
  return
}
func.func @vector_tanh(%from: !llvm.ptr, %to: !llvm.ptr) {
  %x = llvm.load %from {alignment = 64 : i64} : !llvm.ptr -> vector<16xf32>
  %y = math.tanh %x : vector<16xf32>
  llvm.store %y, %to {alignment = 64 : i64} : vector<16xf32>, !llvm.ptr
  return
}
func.func @vector_erf(%from: !llvm.ptr, %to: !llvm.ptr) {
  %x = llvm.load %from {alignment = 64 : i64} : !llvm.ptr -> vector<16xf32>
  %y = math.erf %x : vector<16xf32>
  llvm.store %y, %to {alignment = 64 : i64} : vector<16xf32>, !llvm.ptr
  return
}
func.func @vector_sin(%from: !llvm.ptr, %to: !llvm.ptr) {
  %x = llvm.load %from {alignment = 64 : i64} : !llvm.ptr -> vector<16xf32>
  %y = math.sin %x : vector<16xf32>
  llvm.store %y, %to {alignment = 64 : i64} : vector<16xf32>, !llvm.ptr
  return
}
func.func @vector_cos(%from: !llvm.ptr, %to: !llvm.ptr) {
  %x = llvm.load %from {alignment = 64 : i64} : !llvm.ptr -> vector<16xf32>
  %y = math.cos %x : vector<16xf32>
  llvm.store %y, %to {alignment = 64 : i64} : vector<16xf32>, !llvm.ptr
  return
}
