//===- Emit.cpp - From the LLVM dialect to assembly and objects ------------===//
//
// Translation to LLVM IR, the optimiser and the back end.
//
//===----------------------------------------------------------------------===//
#include "iarc/CodeGen/Emit.h"

#include "Analyses.h"
#include "InferenceText.h"

#include "iarc/CodeGen/Descriptor.h"

#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"

#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Transforms/InstCombine/InstCombine.h"
#include "llvm/Transforms/Scalar/EarlyCSE.h"
#include "llvm/Transforms/Scalar/LICM.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"
#include "llvm/Transforms/Scalar/LoopRotation.h"
#include "llvm/Transforms/Scalar/SimplifyCFG.h"

using namespace iarc;

void iarc::registerTranslations(mlir::DialectRegistry &registry) {
  mlir::registerBuiltinDialectTranslation(registry);
  mlir::registerLLVMDialectTranslation(registry);
}

/// Every function carries its target: LLVM's passes look at the function, not at the machine.
static void setTargetAttributes(llvm::Module &module, const Target &target) {
  for (llvm::Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", target.options().cpu);
    if (!target.options().features.empty())
      function.addFnAttr("target-features", target.options().features);
    // Without it LLVM keeps to half-width registers on some processors with AVX-512.
    function.addFnAttr("prefer-vector-width", std::to_string(target.options().vectorBits));
  }
}

/// The functions alone.
static llvm::Expected<std::unique_ptr<llvm::Module>>
translateFunctions(mlir::ModuleOp lowered, llvm::LLVMContext &context, const Target &target) {
  std::string name = lowered.getSymName().value_or("iarc").str();
  std::unique_ptr<llvm::Module> module = mlir::translateModuleToLLVMIR(lowered, context, name);
  if (!module)
    return llvm::createStringError("the lowered module does not translate to LLVM IR");

  module->setTargetTriple(target.machine().getTargetTriple());
  module->setDataLayout(target.machine().createDataLayout());
  module->setPICLevel(llvm::PICLevel::BigPIC);
  module->setPIELevel(llvm::PIELevel::Large);
  setTargetAttributes(*module, target);
  return module;
}

static llvm::Error verify(const llvm::Module &module) {
  std::string complaint;
  llvm::raw_string_ostream stream(complaint);
  if (llvm::verifyModule(module, &stream))
    return llvm::createStringError("the translated module is invalid LLVM IR: " + complaint);
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<llvm::Module>>
iarc::translateToLLVM(mlir::ModuleOp lowered, llvm::LLVMContext &context, const Target &target,
                      llvm::ArrayRef<InferenceCode> exports) {
  auto descriptor = lowered->getAttrOfType<mlir::DictionaryAttr>("iarc.descriptor");
  if (!descriptor)
    return llvm::createStringError("the lowered module has no dictionary 'iarc.descriptor'");
  llvm::Expected<std::unique_ptr<llvm::Module>> translated =
      translateFunctions(lowered, context, target);
  if (!translated)
    return translated.takeError();
  llvm::Module &module = **translated;
  auto graph = descriptor.getAs<mlir::StringAttr>("graph");
  if (llvm::Error error = addDescriptor(module, descriptor, IARC_VERSION, target.options(),
                                        graph ? graph.getValue() : llvm::StringRef(), exports))
    return std::move(error);
  if (llvm::Error error = verify(module))
    return std::move(error);
  return translated;
}

void iarc::optimise(llvm::Module &module, const Target &target, int optLevel) {
  Analyses analyses(target);
  if (optLevel == 0) {
    analyses.builder.buildO0DefaultPipeline(llvm::OptimizationLevel::O0)
        .run(module, analyses.module);
    return;
  }
  // The emitter blocks, vectorises and orders for the target itself. What is left are the addresses
  // that loops need not compute again; the rest of LLVM's default pipeline takes three times as
  // long and gives the same loops.
  llvm::FunctionPassManager passes;
  passes.addPass(llvm::EarlyCSEPass());
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(llvm::SimplifyCFGPass());
  llvm::LoopPassManager loops;
  loops.addPass(llvm::LoopRotatePass());
  loops.addPass(llvm::LICMPass(llvm::LICMOptions()));
  passes.addPass(llvm::createFunctionToLoopPassAdaptor(std::move(loops), /*UseMemorySSA=*/true));
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(llvm::SimplifyCFGPass());
  llvm::createModuleToFunctionPassAdaptor(std::move(passes)).run(module, analyses.module);
}

llvm::Expected<std::string> iarc::inferenceAssembly(mlir::ModuleOp lowered,
                                                    llvm::LLVMContext &context,
                                                    const Target &target, int optLevel) {
  llvm::Expected<std::unique_ptr<llvm::Module>> module =
      translateFunctions(lowered, context, target);
  if (!module)
    return module.takeError();
  keepInference(**module, target);
  if (llvm::Error error = verify(**module))
    return std::move(error);
  optimise(**module, target, optLevel);
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream stream(text);
  if (llvm::Error error = emit(**module, target, OutputKind::Assembly, stream))
    return std::move(error);
  return text.str().str();
}

/// Sets an option that LLVM's back end reads from its command line only.
template <typename T> static void setBackendOption(llvm::StringRef name, T value) {
  auto &known = llvm::cl::getRegisteredOptions();
  if (auto found = known.find(name); found != known.end())
    static_cast<llvm::cl::opt<T> *>(found->second)->setValue(value);
}

llvm::Error iarc::emit(llvm::Module &module, const Target &target, OutputKind kind,
                       llvm::raw_pwrite_stream &output) {
  [[maybe_unused]] static const bool once = [] {
    // A third of the back end's time, without effect on the emitter's loops: their addresses are
    // simple already, and the register blocks are scheduled before their registers are chosen.
    setBackendOption("disable-lsr", true);
    setBackendOption("post-RA-scheduler", false);
    return true;
  }();
  llvm::legacy::PassManager passes;
  auto fileType = kind == OutputKind::Assembly ? llvm::CodeGenFileType::AssemblyFile
                                               : llvm::CodeGenFileType::ObjectFile;
  if (target.machine().addPassesToEmitFile(passes, output, nullptr, fileType))
    return llvm::createStringError("LLVM's back end cannot write this kind of file");
  passes.run(module);
  return llvm::Error::success();
}
