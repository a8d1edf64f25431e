//===- Complaints.cpp - What LLVM's back end complains of -------------------===//
#include "Complaints.h"

#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Support/raw_ostream.h"

void iarc::collectComplaints(llvm::LLVMContext &context, std::string &complaint) {
  context.setDiagnosticHandlerCallBack(
      [](const llvm::DiagnosticInfo *info, void *complaint) {
        if (info->getSeverity() != llvm::DS_Error)
          return;
        llvm::raw_string_ostream stream(*static_cast<std::string *>(complaint));
        stream << "LLVM refused the generated code: ";
        llvm::DiagnosticPrinterRawOStream printer(stream);
        info->print(printer);
      },
      &complaint);
}
