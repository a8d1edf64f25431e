//===- Target.h - The processor that code is generated for -----------------===//
//
// Resolves the name given to --target-cpu into LLVM's target machine and into
// the description that the lowering passes work with.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_CODEGEN_TARGET_H
#define IARC_CODEGEN_TARGET_H

#include "iarc/Pipeline.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <string>
#include <vector>

namespace llvm {
class TargetMachine;
} // namespace llvm

namespace iarc {

/// A processor of the architecture that the compiler itself runs on.
class Target {
public:
  /// `name` is "native" (this machine, with the features that it reports) or one of
  /// targetNames(). `optLevel` 0 to 3 is that of instruction selection. The error of an unknown
  /// name says what is closest to it and how to list all.
  static llvm::Expected<Target> create(llvm::StringRef name, int optLevel);

  Target(Target &&) noexcept;
  Target &operator=(Target &&) noexcept;
  ~Target();

  const TargetOptions &options() const { return targetOptions; }
  llvm::TargetMachine &machine() const { return *targetMachine; }

private:
  Target(TargetOptions options, std::unique_ptr<llvm::TargetMachine> machine);

  TargetOptions targetOptions;
  std::unique_ptr<llvm::TargetMachine> targetMachine;
};

/// Every name that Target::create takes beside "native", sorted.
std::vector<std::string> targetNames();

} // namespace iarc
#endif
