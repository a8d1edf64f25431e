//===- Target.h - The processor that code is generated for -----------------===//
//
// Resolves what was given to --target and --target-cpu into LLVM's target machine and into
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

/// A processor and the system on it.
class Target {
public:
  /// `triple` is empty for the machine that the compiler itself runs on, else it names a Linux on
  /// x86-64 or AArch64, such as "aarch64-linux-gnu". `cpu` is empty for the default, "native"
  /// (this machine, with the features that it reports; no choice for another architecture) or one
  /// of targetNames(triple). The default is native or, for another architecture, what every
  /// processor of it can run. `optLevel` 0 to 3 is that of instruction selection. The error of an
  /// unknown name says what is closest to it and how to list all.
  static llvm::Expected<Target> create(llvm::StringRef triple, llvm::StringRef cpu, int optLevel);

  Target(Target &&) noexcept;
  Target &operator=(Target &&) noexcept;
  ~Target();

  /// Another one, for another thread.
  Target clone() const;

  const TargetOptions &options() const { return targetOptions; }
  llvm::TargetMachine &machine() const { return *targetMachine; }

private:
  Target(TargetOptions options, std::unique_ptr<llvm::TargetMachine> machine);

  TargetOptions targetOptions;
  std::unique_ptr<llvm::TargetMachine> targetMachine;
};

/// Every CPU that Target::create takes for `triple` beside "native", sorted; its errors for a wrong
/// triple.
llvm::Expected<std::vector<std::string>> targetNames(llvm::StringRef triple);

/// The processor whose code all of the triple's architecture can run, for Target::create; its
/// errors for a wrong triple.
llvm::Expected<std::string> baselineProcessor(llvm::StringRef triple);

/// The triple in the short form that tools and folders are named after, such as
/// "aarch64-linux-gnu", where it names another architecture or system than the compiler's own; else
/// empty. The error of one that code cannot be made for lists those that it can.
llvm::Expected<std::string> crossTarget(llvm::StringRef triple);

} // namespace iarc
#endif
