//===- Target.cpp - The processor that code is generated for ---------------===//
//
// Names, features and vector width of a processor, from LLVM's tables.
//
//===----------------------------------------------------------------------===//
#include "iarc/CodeGen/Target.h"

#include "iarc/Support/Nearest.h"

#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/X86TargetParser.h"

#include <optional>

using namespace iarc;

Target::Target(TargetOptions options, std::unique_ptr<llvm::TargetMachine> machine)
    : targetOptions(std::move(options)), targetMachine(std::move(machine)) {}
Target::Target(Target &&) noexcept = default;
Target &Target::operator=(Target &&) noexcept = default;
Target::~Target() = default;

/// LLVM's back end for this machine. Initialised on first use: a wrong source never gets here.
static llvm::Expected<const llvm::Target *> findBackend(const llvm::Triple &triple) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  llvm::InitializeNativeTargetAsmParser();
  std::string reason;
  const llvm::Target *backend = llvm::TargetRegistry::lookupTarget(triple, reason);
  if (!backend)
    return llvm::createStringError("LLVM has no back end for this machine: " + reason);
  return backend;
}

static std::unique_ptr<llvm::MCSubtargetInfo> describe(const llvm::Target &backend,
                                                       const llvm::Triple &triple,
                                                       llvm::StringRef cpu,
                                                       llvm::StringRef features) {
  return std::unique_ptr<llvm::MCSubtargetInfo>(
      backend.createMCSubtargetInfo(triple, cpu, features));
}

/// The features that this machine reports, on or off, in LLVM's notation. A virtual machine may
/// lack some that the processor's name implies, so the name alone is not enough.
static std::string hostFeatures() {
  std::string features;
  for (const auto &[name, enabled] : llvm::sys::getHostCPUFeatures()) {
    if (!features.empty())
      features += ',';
    features += enabled ? '+' : '-';
    features += name;
  }
  return features;
}

static int64_t vectorBitsOf(const llvm::MCSubtargetInfo &subtarget, const llvm::Triple &triple) {
  if (!triple.isX86())
    return 128;
  if (subtarget.checkFeatures("+avx512f"))
    return 512;
  if (subtarget.checkFeatures("+avx"))
    return 256;
  return 128;
}

static std::vector<std::string> processorNames(const llvm::MCSubtargetInfo &subtarget,
                                               const llvm::Triple &triple) {
  std::vector<std::string> names;
  if (triple.isX86()) {
    // The subtarget's own table also holds processors without 64-bit mode.
    llvm::SmallVector<llvm::StringRef> known;
    llvm::X86::fillValidCPUArchList(known, /*Only64Bit=*/triple.isArch64Bit());
    for (llvm::StringRef name : known)
      if (subtarget.isCPUStringValid(name))
        names.push_back(name.str());
  } else {
    for (const llvm::SubtargetSubTypeKV &processor : subtarget.getAllProcessorDescriptions())
      names.emplace_back(processor.Key);
  }
  llvm::sort(names);
  return names;
}

std::vector<std::string> iarc::targetNames() {
  llvm::Triple triple(llvm::sys::getDefaultTargetTriple());
  llvm::Expected<const llvm::Target *> backend = findBackend(triple);
  if (!backend) {
    llvm::consumeError(backend.takeError());
    return {};
  }
  return processorNames(*describe(**backend, triple, "", ""), triple);
}

llvm::Expected<Target> Target::create(llvm::StringRef name, int optLevel) {
  llvm::Triple triple(llvm::sys::getDefaultTargetTriple());
  llvm::Expected<const llvm::Target *> backend = findBackend(triple);
  if (!backend)
    return backend.takeError();

  TargetOptions options;
  if (name == "native") {
    options.cpu = llvm::sys::getHostCPUName().str();
    options.features = hostFeatures();
  } else {
    std::vector<std::string> names = processorNames(*describe(**backend, triple, "", ""), triple);
    if (!llvm::is_contained(names, name)) {
      std::string message = ("unknown target CPU '" + name + "'").str();
      std::string nearest = nearestName(name, names);
      if (!nearest.empty())
        message += "; did you mean '" + nearest + "'?";
      return llvm::createStringError(message + "\nhint: '--target-cpu list' prints every name");
    }
    options.cpu = name.str();
  }
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget =
      describe(**backend, triple, options.cpu, options.features);
  options.vectorBits = vectorBitsOf(*subtarget, triple);

  constexpr llvm::CodeGenOptLevel levels[] = {
      llvm::CodeGenOptLevel::None, llvm::CodeGenOptLevel::Less, llvm::CodeGenOptLevel::Default,
      llvm::CodeGenOptLevel::Aggressive};
  llvm::TargetOptions backendOptions;
  // Only what the passes marked as fused is fused: results do not hang on LLVM's choices.
  backendOptions.AllowFPOpFusion = llvm::FPOpFusion::Standard;
  std::unique_ptr<llvm::TargetMachine> machine((*backend)->createTargetMachine(
      triple, options.cpu, options.features, backendOptions, llvm::Reloc::PIC_, std::nullopt,
      levels[optLevel]));
  if (!machine)
    return llvm::createStringError("LLVM cannot generate code for '" + options.cpu + "'");
  return Target(std::move(options), std::move(machine));
}
