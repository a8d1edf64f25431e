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
#include "llvm/TargetParser/AArch64TargetParser.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/X86TargetParser.h"

#include <optional>

using namespace iarc;

Target::Target(TargetOptions options, std::unique_ptr<llvm::TargetMachine> machine)
    : targetOptions(std::move(options)), targetMachine(std::move(machine)) {}
Target::Target(Target &&) noexcept = default;
Target &Target::operator=(Target &&) noexcept = default;
Target::~Target() = default;

Target Target::clone() const {
  const llvm::TargetMachine &from = *targetMachine;
  return Target(
      targetOptions,
      std::unique_ptr<llvm::TargetMachine>(from.getTarget().createTargetMachine(
          from.getTargetTriple(), from.getTargetCPU(), from.getTargetFeatureString(), from.Options,
          from.getRelocationModel(), from.getCodeModel(), from.getOptLevel())));
}

static llvm::Triple hostTriple() { return llvm::Triple(llvm::sys::getDefaultTargetTriple()); }

/// What code is to be made for; the compiler's own machine where `name` is empty.
static llvm::Expected<llvm::Triple> parseTriple(llvm::StringRef name) {
  if (name.empty())
    return hostTriple();
  llvm::Triple triple(llvm::Triple::normalize(name));
  bool known =
      triple.getArch() == llvm::Triple::x86_64 || triple.getArch() == llvm::Triple::aarch64;
  // "x86_64-linux-gnux32" and the like have pointers of 32 bits.
  bool usual = triple.getEnvironmentName() == "gnu" || triple.getEnvironmentName() == "musl";
  if (known && triple.isOSLinux() && usual)
    return triple;
  std::string message = ("unknown target '" + name + "'").str();
  std::vector<std::string> names = {"aarch64-linux-gnu", "x86_64-linux-gnu"};
  // Another architecture is no misspelt one, however near its name.
  std::string nearest = known ? nearestName(name, names) : "";
  message += nearest.empty() ? "; one of aarch64-linux-gnu, x86_64-linux-gnu"
                             : "; did you mean '" + nearest + "'?";
  return llvm::createStringError(message);
}

/// Whether a processor of this machine could run code for `triple`.
static bool isHostArchitecture(const llvm::Triple &triple) {
  return triple.getArch() == hostTriple().getArch();
}

/// LLVM's back end for `triple`. Initialised on first use, and others than this machine's own only
/// when asked for: a wrong source never gets here, and starting up stays short.
static llvm::Expected<const llvm::Target *> findBackend(const llvm::Triple &triple) {
  if (isHostArchitecture(triple)) {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    llvm::InitializeNativeTargetAsmParser();
  } else {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargets();
    llvm::InitializeAllTargetMCs();
    llvm::InitializeAllAsmPrinters();
    llvm::InitializeAllAsmParsers();
  }
  std::string reason;
  const llvm::Target *backend = llvm::TargetRegistry::lookupTarget(triple, reason);
  if (!backend)
    return llvm::createStringError("this LLVM has no back end for '" + triple.str() +
                                   "': " + reason);
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

static int64_t vectorRegistersOf(const llvm::MCSubtargetInfo &subtarget,
                                 const llvm::Triple &triple) {
  if (triple.isAArch64())
    return 32;
  // The upper 16 exist at every width with avx512vl, without it at 512 bits only: the width that
  // vectorBitsOf gives to either.
  return triple.isX86() && subtarget.checkFeatures("+avx512f") ? 32 : 16;
}

/// Those of the enabled features that a compiled program looks for, see ProcessorFeatures.def.
static std::string requiredFeatures(const llvm::MCSubtargetInfo &subtarget,
                                    const llvm::Triple &triple) {
  static constexpr llvm::StringLiteral x86[] = {
#define IARC_X86_FEATURE(name, present) name,
#include "iarc/runtime/ProcessorFeatures.def"
  };
  static constexpr llvm::StringLiteral aarch64[] = {
#define IARC_AARCH64_FEATURE(name, word, bit) name,
#include "iarc/runtime/ProcessorFeatures.def"
  };
  llvm::ArrayRef<llvm::StringLiteral> listed;
  if (triple.isX86())
    listed = x86;
  else if (triple.isAArch64())
    listed = aarch64;
  std::vector<llvm::SubtargetFeatureKV> enabled = subtarget.getEnabledProcessorFeatures();
  std::string required;
  for (llvm::StringRef name : listed)
    if (llvm::any_of(enabled,
                     [&](const llvm::SubtargetFeatureKV &feature) { return name == feature.Key; }))
      required += (required.empty() ? "" : ",") + name.str();
  return required;
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
    if (triple.isAArch64()) // those that are another's synonym, such as "apple-m1"
      for (const llvm::AArch64::Alias &synonym : llvm::AArch64::CpuAliases)
        names.push_back(synonym.AltName.str());
  }
  llvm::sort(names);
  names.erase(llvm::unique(names), names.end());
  return names;
}

llvm::Expected<std::string> iarc::crossTarget(llvm::StringRef name) {
  llvm::Expected<llvm::Triple> triple = parseTriple(name);
  if (!triple)
    return triple.takeError();
  llvm::Triple host = hostTriple();
  if (triple->getArch() == host.getArch() && triple->getOS() == host.getOS() &&
      triple->getEnvironment() == host.getEnvironment())
    return std::string();
  return (triple->getArchName() + "-linux-" + triple->getEnvironmentName()).str();
}

llvm::Expected<std::vector<std::string>> iarc::targetNames(llvm::StringRef name) {
  llvm::Expected<llvm::Triple> triple = parseTriple(name);
  if (!triple)
    return triple.takeError();
  llvm::Expected<const llvm::Target *> backend = findBackend(*triple);
  if (!backend)
    return backend.takeError();
  return processorNames(*describe(**backend, *triple, "", ""), *triple);
}

/// What every processor of the architecture can run.
static llvm::StringRef baseline(const llvm::Triple &triple) {
  return triple.isX86() ? "x86-64" : "generic";
}

llvm::Expected<std::string> iarc::baselineProcessor(llvm::StringRef name) {
  llvm::Expected<llvm::Triple> triple = parseTriple(name);
  if (!triple)
    return triple.takeError();
  return baseline(*triple).str();
}

llvm::Expected<Target> Target::create(llvm::StringRef tripleName, llvm::StringRef cpu,
                                      int optLevel) {
  llvm::Expected<llvm::Triple> parsed = parseTriple(tripleName);
  if (!parsed)
    return parsed.takeError();
  const llvm::Triple &triple = *parsed;
  llvm::Expected<const llvm::Target *> backend = findBackend(triple);
  if (!backend)
    return backend.takeError();

  llvm::StringRef name = cpu;
  if (name.empty())
    name = isHostArchitecture(triple) ? "native" : baseline(triple);
  TargetOptions options;
  if (name == "native") {
    if (!isHostArchitecture(triple))
      return llvm::createStringError(
          "'--target-cpu native' is this machine's processor, which is no " + triple.getArchName() +
          "\nhint: leave it out for '" + baseline(triple) +
          "', or name one that '--target-cpu list' prints");
    options.cpu = llvm::sys::getHostCPUName().str();
    options.features = hostFeatures();
  } else {
    std::vector<std::string> names = processorNames(*describe(**backend, triple, "", ""), triple);
    if (!llvm::is_contained(names, name)) {
      std::string message = ("unknown target CPU '" + name + "'").str();
      std::string nearest = nearestName(name, names);
      if (!nearest.empty())
        message += "; did you mean '" + nearest + "'?";
      std::string list = "--target-cpu list";
      if (!tripleName.empty())
        list = ("--target " + tripleName + " " + list).str();
      return llvm::createStringError(message + "\nhint: '" + list + "' prints every name");
    }
    options.cpu = triple.isAArch64() ? llvm::AArch64::resolveCPUAlias(name).str() : name.str();
  }
  // Vectors have 128 bits, for which there is NEON: with the scalable ones, and newer instructions
  // on integers and memory, LLVM would only make code that fewer processors and assemblers take.
  if (triple.isAArch64())
    options.features +=
        llvm::StringRef(options.features.empty() ? "" : ",").str() + "-sve,-sme,-cssc,-mops";
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget =
      describe(**backend, triple, options.cpu, options.features);
  options.requiredFeatures = requiredFeatures(*subtarget, triple);
  options.vectorBits = vectorBitsOf(*subtarget, triple);
  options.vectorRegisters = vectorRegistersOf(*subtarget, triple);

  constexpr llvm::CodeGenOptLevel levels[] = {
      llvm::CodeGenOptLevel::None, llvm::CodeGenOptLevel::Less, llvm::CodeGenOptLevel::Default,
      llvm::CodeGenOptLevel::Aggressive};
  llvm::TargetOptions backendOptions;
  // Only what the passes marked as fused is fused: results do not hang on LLVM's choices.
  backendOptions.AllowFPOpFusion = llvm::FPOpFusion::Standard;
  std::unique_ptr<llvm::TargetMachine> machine(
      (*backend)->createTargetMachine(triple, options.cpu, options.features, backendOptions,
                                      llvm::Reloc::PIC_, std::nullopt, levels[optLevel]));
  if (!machine)
    return llvm::createStringError("LLVM cannot generate code for '" + options.cpu + "'");
  return Target(std::move(options), std::move(machine));
}
