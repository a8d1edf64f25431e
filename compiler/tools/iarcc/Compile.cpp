//===- Compile.cpp - From a source file to what was asked for --------------===//
//
// The stages in order. MLIR and LLVM come into play only after the front end
// found nothing wrong: a wrong source is answered at once.
//
//===----------------------------------------------------------------------===//
#include "Compile.h"

#include "Backend.h"
#include "Doc.h"
#include "Graph.h"
#include "Messages.h"
#include "Output.h"
#include "Program.h"
#include "Timing.h"

#include "iarc/CodeGen/Link.h"
#include "iarc/CodeGen/Target.h"
#include "iarc/dsl/Frontend.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <optional>
#include <unistd.h>

using namespace iarcc;

/// Says what went wrong and gives `status` back.
static int report(llvm::Error error, int status) {
  reportError(llvm::toString(std::move(error)));
  return status;
}

static iarc::dsl::FrontendOptions frontendOptions(const Options &options) {
  iarc::dsl::FrontendOptions result;
  result.libraryPath = options.libraryPath;
  // Of an installed tree; the build tree has a link of that name.
  result.libraryPath.push_back(besideCompiler("lib/iarc"));
  result.standardLibrary = besideCompiler("lib/iarc");
  result.overrides = options.overrides;
  if (options.command == Command::Task)
    result.preview = {options.task, options.context};
  result.colour = useColour();
  result.json = options.jsonDiagnostics;
  return result;
}

/// Prints what the front end found and translates it into an exit status.
static int reportDiagnostics(const std::string &diagnostics, int errors, bool unreadable) {
  llvm::errs() << diagnostics;
  if (unreadable)
    return InputOutput;
  return errors ? WrongSource : Success;
}

/// Text or bytes of a stage before linking, to where they were asked for.
static int deliver(const Options &options, llvm::StringRef contents) {
  std::string output = options.output.empty() ? "-" : options.output;
  if (options.stage == Stage::Object && output == "-" && isatty(STDOUT_FILENO)) {
    reportError("refusing to write an object file to the terminal\nhint: name a file with -o");
    return WrongUsage;
  }
  if (llvm::Error error = writeOutput(output, contents))
    return report(std::move(error), InputOutput);
  return Success;
}

/// The static OpenBLAS where an object calls it; else empty.
static llvm::Expected<std::string> openBlasFor(llvm::ArrayRef<llvm::SmallString<0>> objects,
                                               llvm::StringRef cross) {
  if (llvm::none_of(objects, [](const llvm::SmallString<0> &object) {
        return object.str().contains("iarc_blas_product");
      }))
    return std::string();
  return iarc::findOpenBlas(cross);
}

/// What a link is made of.
struct LinkInputs {
  std::vector<TemporaryFile> objects;
  std::string runtimeLibrary, openBlas;

  std::vector<std::string> objectPaths() const {
    std::vector<std::string> paths;
    for (const TemporaryFile &object : objects)
      paths.push_back(object.path());
    return paths;
  }
};

/// Writes the objects to files that are not kept.
static llvm::Expected<std::vector<TemporaryFile>>
writeObjects(llvm::ArrayRef<llvm::SmallString<0>> objects) {
  std::vector<TemporaryFile> files;
  for (const llvm::SmallString<0> &object : objects) {
    llvm::Expected<TemporaryFile> file = TemporaryFile::create("o");
    if (!file)
      return file.takeError();
    if (llvm::Error error = file->write(object))
      return std::move(error);
    files.push_back(std::move(*file));
  }
  return files;
}

/// Links the library and writes its header.
static llvm::Error finishLibrary(const iarc::LibraryFiles &files, const LinkInputs &inputs,
                                 llvm::StringRef cross, llvm::StringRef header) {
  llvm::Expected<TemporaryFile> library = TemporaryFile::createBeside(files.library);
  if (!library)
    return library.takeError();
  if (llvm::Error error = iarc::linkLibrary(files, inputs.objectPaths(), inputs.runtimeLibrary,
                                            inputs.openBlas, library->path(), cross))
    return error;
  if (llvm::Error error = writeOutput(files.header, header))
    return error;
  return library->renameTo(files.library);
}

/// Links the executable, and runs it where that was asked for.
static llvm::Error finishExecutable(const Options &options, const std::string &output,
                                    LinkInputs inputs, llvm::StringRef cross, Timing &timing) {
  bool runs = options.command != Command::Compile;
  llvm::Expected<TemporaryFile> executable =
      runs ? TemporaryFile::create("") : TemporaryFile::createBeside(output);
  if (!executable)
    return executable.takeError();
  if (llvm::Error error =
          iarc::linkExecutable(inputs.objectPaths(), inputs.runtimeLibrary, inputs.openBlas,
                               executable->path(), cross, options.sanitizer))
    return error;
  if (!runs)
    return executable->renameTo(output);

  timing.print();
  std::vector<std::string> arguments = options.programArguments;
  if (options.command == Command::CheckGradients)
    arguments.insert(arguments.begin(), "check-gradients");
  // Replacing the process runs no destructors: the objects go now.
  inputs.objects.clear();
  std::string name = llvm::sys::path::stem(options.input).str();
  return becomeProgram(std::move(*executable), name, arguments);
}

static int listTargets(const std::string &target) {
  llvm::Expected<std::vector<std::string>> known = iarc::targetNames(target);
  if (!known)
    return report(known.takeError(), WrongUsage);
  std::string names;
  for (const std::string &name : *known)
    names += name + "\n";
  llvm::Error error = writeOutput("-", names);
  return error ? report(std::move(error), InputOutput) : Success;
}

/// `name` is TRIPLE or TRIPLE:CPU. Code that goes elsewhere runs on every processor where no CPU is
/// named.
static llvm::Expected<ExportTarget> makeExportTarget(const std::string &name, int optLevel) {
  auto [triple, cpu] = llvm::StringRef(name).split(':');
  llvm::Expected<std::string> baseline = iarc::baselineProcessor(triple);
  if (!baseline)
    return baseline.takeError();
  llvm::Expected<iarc::Target> target =
      iarc::Target::create(triple, cpu.empty() ? *baseline : cpu, optLevel);
  if (!target)
    return target.takeError();
  return ExportTarget{name, std::move(*target)};
}

int iarcc::compile(const Options &options) {
  if (options.targetCpu == "list")
    return listTargets(options.target);
  llvm::Expected<std::string> cross = iarc::crossTarget(options.target);
  if (!cross)
    return report(cross.takeError(), WrongUsage);

  if (options.command == Command::Doc)
    return writeDocumentation(options, frontendOptions(options));
  if (options.command == Command::Graph)
    return drawGraph(options, frontendOptions(options));

  bool links = options.stage >= Stage::Library;
  std::string output = options.output;
  std::optional<iarc::LibraryFiles> library;
  // That a folder is no source is for the front end to say.
  if (links && output.empty() && !llvm::sys::fs::is_directory(options.input))
    output = llvm::sys::path::stem(options.input).str();
  if (options.stage == Stage::Library) {
    if (options.output.empty())
      output = "lib" + output + ".so";
    llvm::Expected<iarc::LibraryFiles> files = iarc::libraryFiles(output);
    if (!files)
      return report(files.takeError(), WrongUsage);
    library = std::move(*files);
    if (llvm::Error error = checkOutput(library->header, options.input))
      return report(std::move(error), InputOutput);
  }
  if (options.command == Command::Compile && !output.empty()) {
    if (llvm::Error error = checkOutput(output, options.input))
      return report(std::move(error),
                    llvm::sys::fs::equivalent(output, options.input) ? WrongUsage : InputOutput);
    if (links && (output == "-" ||
                  (llvm::sys::fs::exists(output) && !llvm::sys::fs::is_regular_file(output)))) {
      reportError(llvm::Twine(library ? "a library" : "an executable").str() +
                  " goes to a regular file, not to '" + output + "'");
      return WrongUsage;
    }
  }

  Timing timing(options.timing);
  timing.start("front end");
  iarc::dsl::FrontendOptions frontend = frontendOptions(options);
  if (options.stage == Stage::Ast) {
    iarc::dsl::SyntaxTreeResult tree = iarc::dsl::dumpSyntaxTree(options.input, frontend);
    if (int status = reportDiagnostics(tree.diagnostics, tree.errors, tree.unreadable))
      return status;
    return deliver(options, tree.text);
  }
  iarc::dsl::FrontendResult source;
  if (!options.fromLowered) {
    source = iarc::dsl::analyseFile(options.input, frontend);
    if (int status = reportDiagnostics(source.diagnostics, source.errors, source.unreadable))
      return status;
  }

  // What linking needs is looked for before the work is done.
  std::string runtimeLibrary;
  if (links) {
    llvm::Expected<std::string> library =
        findRuntimeLibrary(options.runtimeLibrary, *cross, options.sanitizer);
    if (!library)
      return report(library.takeError(), InputOutput);
    runtimeLibrary = *library;
    if (llvm::Error error = iarc::checkArchitecture(runtimeLibrary, *cross))
      return report(std::move(error), InputOutput);
    llvm::Expected<std::string> linker = iarc::findLinker(*cross, options.sanitizer);
    if (!linker)
      return report(linker.takeError(), InputOutput);
    if (options.matmul == "blas")
      if (llvm::Expected<std::string> library = iarc::findOpenBlas(*cross); !library)
        return report(library.takeError(), InputOutput);
  }
  timing.start("target");
  llvm::Expected<iarc::Target> target =
      iarc::Target::create(options.target, options.targetCpu, options.optLevel);
  if (!target)
    return report(target.takeError(), WrongUsage);

  for (iarc::RegisterBlock block : {options.plan.linear, options.plan.gradient})
    if (block.countRegisters() > target->options().vectorRegisters) {
      reportError("the block " + std::to_string(block.rows) + "x" + std::to_string(block.columns) +
                  " after --plan needs " + std::to_string(block.countRegisters()) +
                  " vector registers; the target has " +
                  std::to_string(target->options().vectorRegisters));
      return WrongUsage;
    }

  std::vector<ExportTarget> exports;
  for (const std::string &name : options.exportTargets) {
    llvm::Expected<ExportTarget> to = makeExportTarget(name, options.optLevel);
    if (!to)
      return report(to.takeError(), WrongUsage);
    exports.push_back(std::move(*to));
  }

  Generated generated;
  if (int status = generate(options, source.model.get(), *target, exports, timing,
                            library ? &*library : nullptr, generated))
    return status;
  if (!links)
    return deliver(options, generated.contents);

  timing.start("link");
  llvm::Expected<std::vector<TemporaryFile>> objects = writeObjects(generated.objects);
  if (!objects)
    return report(objects.takeError(), InputOutput);
  llvm::Expected<std::string> openBlas = openBlasFor(generated.objects, *cross);
  if (!openBlas)
    return report(openBlas.takeError(), InputOutput);
  LinkInputs inputs{std::move(*objects), runtimeLibrary, *openBlas};
  if (llvm::Error error =
          library ? finishLibrary(*library, inputs, *cross, generated.libraryHeader)
                  : finishExecutable(options, output, std::move(inputs), *cross, timing))
    return report(std::move(error), InputOutput);
  return Success;
}
