//===- Complaints.h - What LLVM's back end complains of ---------------------===//
#ifndef IARC_LIB_CODEGEN_COMPLAINTS_H
#define IARC_LIB_CODEGEN_COMPLAINTS_H

#include <string>

namespace llvm {
class LLVMContext;
} // namespace llvm

namespace iarc {

/// Appends to `complaint`, which must outlive the context's use, what LLVM refuses; its remarks and
/// warnings are dropped.
void collectComplaints(llvm::LLVMContext &context, std::string &complaint);

} // namespace iarc
#endif
