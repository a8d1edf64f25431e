//===- Backend.cpp - From an analysed model to text or an object -----------===//
//
// Runs the passes and LLVM. Whatever fails or crashes in here is a defect of the
// compiler: the module as it was before and the passes that were to run go to a
// file that `iarc-opt --run-reproducer` or `iarcc --from-lowered` takes.
//
//===----------------------------------------------------------------------===//
#include "Backend.h"

#include "Messages.h"

#include "iarc/CodeGen/Emit.h"
#include "iarc/GraphText.h"
#include "iarc/Pipeline.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"

#include <cstdlib>
#include <functional>
#include <mutex>

using namespace iarcc;

namespace {

class Backend {
public:
  Backend(const Options &options, const iarc::Target &target, llvm::ArrayRef<ExportTarget> exports,
          Timing &timing, const iarc::LibraryFiles *library)
      : options(options), target(target), exports(exports), timing(timing), library(library),
        context(makeRegistry(), mlir::MLIRContext::Threading::DISABLED) {
    context.getDiagEngine().registerHandler([this](mlir::Diagnostic &diagnostic) {
      std::string text;
      llvm::raw_string_ostream stream(text);
      if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Remark) {
        if (auto place = diagnostic.getLocation()->findInstanceOf<mlir::FileLineColLoc>())
          stream << place.getFilename().getValue() << ':' << place.getLine() << ':'
                 << place.getColumn() << ": ";
        stream << "remark: " << diagnostic << " [-Rplan]\n";
        llvm::errs() << text;
        return;
      }
      if (!llvm::isa<mlir::UnknownLoc>(diagnostic.getLocation()))
        stream << diagnostic.getLocation() << ": ";
      stream << diagnostic;
      if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Warning)
        reportWarning(text);
      else if (complaint.empty())
        complaint = text;
    });
    llvm::install_fatal_error_handler(&Backend::onFatalError, this);
  }
  ~Backend() { llvm::remove_fatal_error_handler(); }

  int run(const iarc::dsl::Model *model, Generated &result);

private:
  static mlir::DialectRegistry makeRegistry() {
    mlir::DialectRegistry registry;
    iarc::registerDialects(registry);
    iarc::registerTranslations(registry);
    return registry;
  }

  /// LLVM calls this instead of ending the process.
  static void onFatalError(void *self, const char *reason, bool) {
    {
      static std::mutex threads;
      std::lock_guard lock(threads);
      static_cast<Backend *>(self)->complaint = reason;
    }
    if (llvm::CrashRecoveryContext *recovery = llvm::CrashRecoveryContext::GetCurrent())
      recovery->HandleExit(InternalError);
  }

  /// Runs `work`; after a crash reports it and ends the process, whose state is then unknown.
  void guarded(const std::function<void()> &work, const std::function<std::string()> &reproduce);
  int internalError(const std::string &what, const std::string &reproducer);

  int load(const iarc::dsl::Model *model);
  int runPasses(const char *phase, mlir::ModuleOp subject,
                const std::function<void(mlir::OpPassManager &)> &add);
  /// Lowers a copy of @forward for another processor and keeps its code for a single window.
  int exportInference(const ExportTarget &to);
  int printModule(llvm::SmallVectorImpl<char> &contents);
  int emitCode(Generated &result);

  const Options &options;
  const iarc::Target &target;
  llvm::ArrayRef<ExportTarget> exports;
  Timing &timing;
  const iarc::LibraryFiles *library; ///< null where none is made
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<iarc::InferenceCode> exported;
  std::string complaint; ///< the first error that MLIR or LLVM reported
};

} // namespace

/// Writes `text` to a file of its own in the temporary folder and returns its path, or an empty
/// string when even that fails.
static std::string writeReproducer(const std::string &text) {
  int descriptor = -1;
  llvm::SmallString<128> path;
  if (llvm::sys::fs::createTemporaryFile("iarcc-reproducer", "mlir", descriptor, path))
    return "";
  llvm::raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
  stream << text;
  stream.close();
  if (!stream.has_error())
    return path.str().str();
  stream.clear_error();
  return "";
}

static std::string textOf(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream, mlir::OpPrintingFlags().useLocalScope());
  return text + "\n";
}

int Backend::internalError(const std::string &what, const std::string &reproducer) {
  reportError("internal error: " + what + (complaint.empty() ? "" : ": " + complaint));
  reportNote("this is a defect of iarcc, not of '" + options.input + "'; please report it");
  if (!reproducer.empty())
    reportNote("'" + reproducer + "' holds the module and the passes that reproduce it");
  return InternalError;
}

void Backend::guarded(const std::function<void()> &work,
                      const std::function<std::string()> &reproduce) {
  llvm::CrashRecoveryContext::Enable();
  llvm::CrashRecoveryContext recovery;
  if (recovery.RunSafely(work))
    return;
  internalError("the compiler crashed", reproduce());
  std::fflush(nullptr);
  std::_Exit(InternalError);
}

int Backend::load(const iarc::dsl::Model *model) {
  timing.start("import");
  if (!model) {
    mlir::ParserConfig config(&context);
    module = mlir::parseSourceFile<mlir::ModuleOp>(options.input, config);
    if (module)
      return Success;
    reportError(complaint.empty() ? "cannot read '" + options.input + "'" : complaint);
    return llvm::sys::fs::exists(options.input) ? WrongSource : InputOutput;
  }
  auto precision = options.doublePrecision ? iarc::Precision::F64 : iarc::Precision::F32;
  guarded([&] { module = iarc::importModel(*model, context, precision); },
          [] { return std::string(); });
  return module ? static_cast<int>(Success) : internalError("the model was not imported", "");
}

int Backend::runPasses(const char *phase, mlir::ModuleOp subject,
                       const std::function<void(mlir::OpPassManager &)> &add) {
  timing.start(phase);
  mlir::PassManager passes(&context);
  add(passes);
  // Passes change the module in place, so what they started from is kept for the report.
  mlir::OwningOpRef<mlir::ModuleOp> before(subject.clone());
  auto reproduce = [&] {
    llvm::SmallString<128> path;
    if (llvm::sys::fs::createTemporaryFile("iarcc-reproducer", "mlir", path))
      return std::string();
    mlir::makeReproducer(passes.getOpAnchorName(), llvm::make_range(passes.begin(), passes.end()),
                         *before, path);
    return path.str().str();
  };
  bool succeeded = false;
  guarded([&] { succeeded = mlir::succeeded(passes.run(subject)); }, reproduce);
  if (succeeded)
    return Success;
  return internalError(std::string("a pass of the stage '") + phase + "' failed", reproduce());
}

int Backend::printModule(llvm::SmallVectorImpl<char> &contents) {
  llvm::raw_svector_ostream stream(contents);
  module->print(stream);
  stream << "\n";
  return Success;
}

int Backend::exportInference(const ExportTarget &to) {
  mlir::OwningOpRef<mlir::ModuleOp> copy(module->clone());
  for (auto function : llvm::make_early_inc_range(copy->getOps<mlir::func::FuncOp>()))
    if (function.getName() != "forward")
      function.erase();
  const iarc::TargetOptions &generatedFor = to.target.options();
  if (int status = runPasses("export", *copy, [&](mlir::OpPassManager &passes) {
        iarc::addLoweringPasses(passes, generatedFor, options.optLevel);
      }))
    return status;
  auto descriptor = (*copy)->getAttrOfType<mlir::DictionaryAttr>("iarc.descriptor");
  if (auto supported = descriptor.getAs<mlir::IntegerAttr>("infer_supported");
      !supported || !supported.getInt()) {
    reportWarning("--export-target " + to.name +
                  ": there is no code for single windows of this model, so that it has no C form");
    return Success;
  }
  auto reproduce = [&] { return writeReproducer(textOf(*copy)); };
  llvm::LLVMContext llvmContext;
  std::string text, failure;
  guarded(
      [&] {
        llvm::Expected<std::string> assembly =
            iarc::inferenceAssembly(*copy, llvmContext, to.target, options.optLevel);
        if (assembly)
          text = std::move(*assembly);
        else
          failure = llvm::toString(assembly.takeError());
      },
      reproduce);
  if (!failure.empty())
    return internalError(failure, reproduce());
  exported.push_back({to.name, to.target.machine().getTargetTriple().getArchName().str(),
                      generatedFor, descriptor, std::move(text)});
  return Success;
}

int Backend::emitCode(Generated &result) {
  llvm::LLVMContext llvmContext;
  llvmContext.setDiagnosticHandlerCallBack(
      [](const llvm::DiagnosticInfo *info, void *self) {
        if (info->getSeverity() != llvm::DS_Error)
          return;
        llvm::raw_string_ostream stream(static_cast<Backend *>(self)->complaint);
        llvm::DiagnosticPrinterRawOStream printer(stream);
        info->print(printer);
      },
      this);
  // A translated module no longer says what it came from.
  auto reproduce = [&] { return writeReproducer(textOf(*module)); };
  llvm::Error error = llvm::Error::success();
  llvm::cantFail(std::move(error));
  std::unique_ptr<llvm::Module> translated;
  guarded(
      [&] {
        timing.start("translate");
        llvm::Expected<std::unique_ptr<llvm::Module>> functions =
            iarc::translateToLLVM(*module, llvmContext, target, exported);
        if (!functions) {
          error = functions.takeError();
          return;
        }
        translated = std::move(*functions);
        if (library)
          iarc::addLibraryPrefix(*translated, library->prefix);
        // The checks are no part of the text that is exported.
        if (options.stage >= Stage::Library && options.sanitizer == iarc::Sanitizer::None) {
          timing.start("optimise and emit");
          auto objects = iarc::emitObjects(*translated, target, options.optLevel);
          if (objects)
            result.objects = std::move(*objects);
          else
            error = objects.takeError();
          return;
        }
        timing.start("optimise");
        iarc::optimise(*translated, target, options.optLevel);
        llvm::raw_svector_ostream stream(result.contents);
        if (options.stage == Stage::Llvm) {
          translated->print(stream, nullptr);
          return;
        }
        timing.start("emit");
        if ((error = iarc::embedInference(*translated, target)))
          return;
        iarc::instrument(*translated, target, options.sanitizer);
        auto kind = options.stage == Stage::Assembly ? iarc::OutputKind::Assembly
                                                     : iarc::OutputKind::Object;
        error = iarc::emit(*translated, target, kind, stream);
        if (options.stage >= Stage::Library)
          result.objects.push_back(std::move(result.contents));
      },
      reproduce);
  if (error)
    return internalError(llvm::toString(std::move(error)), reproduce());
  if (!complaint.empty())
    return internalError("LLVM refused the generated code", reproduce());
  return Success;
}

int Backend::run(const iarc::dsl::Model *model, Generated &result) {
  llvm::SmallVectorImpl<char> &contents = result.contents;
  if (int status = load(model))
    return status;
  // A lowered module has been through these.
  if (model) {
    if (options.stage == Stage::Iarc)
      return printModule(contents);
    if (int status = runPasses("gradient", *module, iarc::addGradientPasses))
      return status;
    if (options.stage == Stage::Gradient)
      return printModule(contents);
    if (int status = runPasses("fusion", *module, [&](mlir::OpPassManager &passes) {
          iarc::addFusionPasses(passes, options.optLevel,
                                options.lowMemory ? iarc::Memory::Low : iarc::Memory::Normal);
        }))
      return status;
    if (options.stage == Stage::Fused)
      return printModule(contents);
    if (options.stage > Stage::Lowered)
      for (const ExportTarget &to : exports)
        if (int status = exportInference(to))
          return status;
    if (int status = runPasses("lowering", *module, [&](mlir::OpPassManager &passes) {
          iarc::TargetOptions generatedFor = target.options();
          generatedFor.matmul = options.matmul == "own"    ? iarc::Matmul::Own
                                : options.matmul == "blas" ? iarc::Matmul::Blas
                                                           : iarc::Matmul::Auto;
          generatedFor.plan = options.plan;
          generatedFor.remarks = options.planRemarks;
          iarc::addLoweringPasses(passes, generatedFor, options.optLevel);
        }))
      return status;
    // The lowered module keeps what the program says of its model.
    mlir::NamedAttrList descriptor(
        (*module)->getAttrOfType<mlir::DictionaryAttr>("iarc.descriptor"));
    descriptor.set("graph", mlir::StringAttr::get(&context, iarc::graphText(*model)));
    (*module)->setAttr("iarc.descriptor", descriptor.getDictionary(&context));
  }
  if (options.stage <= Stage::Lowered)
    return printModule(contents);
  if (library)
    result.libraryHeader =
        iarc::libraryHeader((*module)->getAttrOfType<mlir::DictionaryAttr>("iarc.descriptor"),
                            library->prefix, target.options().cpu);
  return emitCode(result);
}

int iarcc::generate(const Options &options, const iarc::dsl::Model *model,
                    const iarc::Target &target, llvm::ArrayRef<ExportTarget> exports,
                    Timing &timing, const iarc::LibraryFiles *library, Generated &result) {
  Backend backend(options, target, exports, timing, library);
  return backend.run(model, result);
}
