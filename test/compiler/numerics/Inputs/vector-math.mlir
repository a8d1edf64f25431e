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
// Sixteen powers: of the first sixteen numbers by the sixteen after them.
func.func @vector_pow(%from: !llvm.ptr, %to: !llvm.ptr) {
  %x = llvm.load %from {alignment = 64 : i64} : !llvm.ptr -> vector<16xf32>
  %second = llvm.getelementptr %from[16] : (!llvm.ptr) -> !llvm.ptr, f32
  %y = llvm.load %second {alignment = 64 : i64} : !llvm.ptr -> vector<16xf32>
  %z = math.powf %x, %y : vector<16xf32>
  llvm.store %z, %to {alignment = 64 : i64} : vector<16xf32>, !llvm.ptr
  return
}
