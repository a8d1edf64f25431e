//===- Library.cpp - From an object to a library ----------------------------===//
//
// The object and the parts of the runtime that it needs become one object, whose
// symbols but the functions of the header are made local. That is what a static
// library holds, and what a shared one is linked from.
//
//===----------------------------------------------------------------------===//
#include "iarc/CodeGen/Library.h"

#include "iarc/CodeGen/Link.h"

#include "mlir/IR/BuiltinAttributes.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/Module.h"
#include "llvm/ObjCopy/ConfigManager.h"
#include "llvm/ObjCopy/ObjCopy.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <optional>
#include <vector>

using namespace iarc;

/// The text of iarc/runtime/Library.h.
static const char headerTemplate[] =
#include "LibraryHeader.inc"
    ;

static constexpr llvm::StringLiteral genericName = "iarc_library";
static constexpr llvm::StringLiteral prefixSymbol = "iarc_library_prefix";

llvm::Expected<LibraryFiles> iarc::libraryFiles(llvm::StringRef output) {
  LibraryFiles files;
  files.library = output.str();
  llvm::StringRef extension = llvm::sys::path::extension(output);
  if (extension != ".so" && extension != ".a")
    return llvm::createStringError("a library is a file that ends in .so or .a, not '" + output +
                                   "'\nhint: -o lib" + llvm::sys::path::stem(output) + ".so");
  files.shared = extension == ".so";
  llvm::StringRef name = llvm::sys::path::stem(output);
  name.consume_front("lib");
  for (char character : name)
    files.prefix += llvm::isAlnum(character) ? character : '_';
  if (files.prefix.empty() || llvm::isDigit(files.prefix.front()))
    files.prefix = "model" + files.prefix;
  llvm::SmallString<128> header(output);
  llvm::sys::path::remove_filename(header);
  llvm::sys::path::append(header, files.prefix + ".h");
  files.header = header.str().str();
  return files;
}

static void replaceAll(std::string &text, llvm::StringRef what, llvm::StringRef by) {
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
}

/// The text with the first words of the pairs replaced by the second ones, which are not looked at
/// again; of two that begin in the same place the first in the list counts.
static std::string replaceEach(llvm::StringRef text,
                               llvm::ArrayRef<std::pair<llvm::StringRef, llvm::StringRef>> pairs) {
  std::string result;
  while (!text.empty()) {
    auto *pair =
        llvm::find_if(pairs, [&](const auto &pair) { return text.starts_with(pair.first); });
    result += pair == pairs.end() ? text.take_front() : pair->second;
    text = text.drop_front(pair == pairs.end() ? 1 : pair->first.size());
  }
  return result;
}

/// The names of the functions of the header, "open" and the like.
static std::vector<std::string> functionNames() {
  std::vector<std::string> names;
  llvm::StringRef text = headerTemplate;
  for (size_t at = 0; (at = text.find("iarc_library_", at)) != llvm::StringRef::npos;) {
    at += genericName.size() + 1;
    llvm::StringRef name = text.drop_front(at).take_while(
        [](char character) { return llvm::isAlnum(character) || character == '_'; });
    if (text.drop_front(at + name.size()).starts_with("("))
      names.push_back(name.str());
  }
  return names;
}

std::string iarc::libraryHeader(mlir::DictionaryAttr descriptor, llvm::StringRef prefix,
                                llvm::StringRef targetCpu) {
  auto integer = [](mlir::DictionaryAttr from, llvm::StringRef name) {
    auto attribute = from.getAs<mlir::IntegerAttr>(name);
    return attribute ? attribute.getInt() : 0;
  };
  auto string = [](mlir::DictionaryAttr from, llvm::StringRef name) {
    auto attribute = from.getAs<mlir::StringAttr>(name);
    return attribute ? attribute.getValue() : llvm::StringRef();
  };
  auto task = descriptor.getAs<mlir::DictionaryAttr>("task");
  std::string upper = prefix.upper();

  std::string constants;
  llvm::raw_string_ostream stream(constants);
  auto define = [&](llvm::StringRef name, int64_t value, llvm::StringRef comment) {
    std::string words = comment.str(); // a label is what its author wrote
    replaceAll(words, "*/", "* /");
    stream << "#define " << upper << '_' << name << ' ' << value << " /* " << words << " */\n";
  };
  stream << '\n';
  define("SYMBOLS", task ? integer(task, "symbols") : 0, "symbols are 0 .. SYMBOLS - 1");
  define("CONTEXT", integer(descriptor, "context"), "positions of a window");
  define("POSITIONS", integer(descriptor, "predicted_positions"),
         "of them have logits: all, or the last one");
  auto controls = task ? task.getAs<mlir::ArrayAttr>("controls") : nullptr;
  define("CONTROLS", controls ? controls.size() : 0, "control tokens are 0 .. CONTROLS - 1");
  if (controls)
    for (auto [index, control] : llvm::enumerate(controls.getAsRange<mlir::DictionaryAttr>()))
      define(("CONTROL_" + string(control, "name")).str(), index,
             string(control, "label").empty() ? "a control token" : string(control, "label"));

  std::string text = headerTemplate;
  std::string usage = text.substr(0, text.find("#ifndef"));
  text.erase(0, usage.size());
  usage.erase(0, usage.find(" *   NAME_model"));
  std::string title =
      ("/* " + prefix + ".h - the model '" + string(descriptor, "name") +
       "' as a library, made by iarcc " IARC_VERSION " for " + targetCpu + ".\n *\n")
          .str();
  // At once: the prefix may look like what is replaced.
  std::string name = (prefix + "_").str();
  return title + replaceEach(usage + text,
                             {{"/* @constants@ */\n", constants},
                              {"IARC_LIBRARY_REAL",
                               integer(descriptor, "element_bytes") == 8 ? "double" : "float"},
                              {"IARC_LIBRARY", upper},
                              {genericName, prefix},
                              {"NAME_", name}});
}

void iarc::addLibraryPrefix(llvm::Module &module, llvm::StringRef prefix) {
  llvm::Constant *text = llvm::ConstantDataArray::getString(module.getContext(), prefix);
  auto *global = new llvm::GlobalVariable(module, text->getType(), /*isConstant=*/true,
                                          llvm::GlobalValue::ExternalLinkage, text, prefixSymbol);
  global->setAlignment(llvm::Align(1));
}

/// Writes a file by `write`. A full disk is an error of this function, not of the process.
static llvm::Error writeFile(llvm::StringRef file,
                             llvm::function_ref<llvm::Error(llvm::raw_ostream &)> write) {
  std::error_code error;
  llvm::raw_fd_ostream stream(file, error);
  if (!error) {
    llvm::Error failed = write(stream);
    stream.close();
    error = stream.error();
    stream.clear_error();
    if (failed)
      return failed;
  }
  return error
             ? llvm::createStringError(error, "cannot write '" + file +
                                                  "': " + llvm::StringRef(error.message()).lower())
             : llvm::Error::success();
}

/// Gives the functions of the header their names in the object `input`, makes all other symbols
/// local, and writes `output`.
static llvm::Error hideSymbols(llvm::StringRef input, llvm::StringRef output,
                               const LibraryFiles &files) {
  auto binary = llvm::object::ObjectFile::createObjectFile(input);
  if (!binary)
    return binary.takeError();
  llvm::objcopy::ConfigManager config;
  llvm::objcopy::CommonConfig &common = config.Common;
  common.InputFilename = input;
  common.OutputFilename = output;
  auto keep = [&](llvm::StringRef symbol) {
    return common.SymbolsToKeepGlobal.addMatcher(llvm::objcopy::NameOrPattern::create(
        symbol, llvm::objcopy::MatchStyle::Literal, [](llvm::Error error) { return error; }));
  };
  std::vector<std::string> names; // what the configuration refers to
  for (const std::string &function : functionNames()) {
    names.push_back(genericName.str() + "_" + function);
    names.push_back(files.prefix + "_" + function);
  }
  if (files.shared)
    if (llvm::Error error = keep(prefixSymbol))
      return error;
  for (size_t i = 0; i < names.size(); i += 2) {
    common.SymbolsToRename.insert({names[i], names[i + 1]});
    // A symbol is looked for under its new name.
    for (size_t which : {i, i + 1})
      if (llvm::Error error = keep(names[which]))
        return error;
  }
  return writeFile(output, [&](llvm::raw_ostream &stream) {
    return llvm::objcopy::executeObjcopyOnBinary(config, *binary->getBinary(), stream);
  });
}

llvm::Error iarc::linkLibrary(const LibraryFiles &files, llvm::ArrayRef<std::string> objects,
                              llvm::StringRef runtimeLibrary, llvm::StringRef openBlas,
                              llvm::StringRef output, llvm::StringRef cross) {
  llvm::SmallString<128> merged, hidden;
  for (llvm::SmallString<128> *path : {&merged, &hidden})
    if (std::error_code error = llvm::sys::fs::createTemporaryFile("iarcc-library", "o", *path))
      return llvm::createStringError(error,
                                     "cannot write to the temporary folder: " + error.message());
  llvm::FileRemover removeMerged(merged), removeHidden(hidden);

  std::vector<std::string> roots;
  for (const std::string &function : functionNames())
    roots.push_back("-Wl,-u," + genericName.str() + "_" + function);
  roots.push_back("-Wl,-u," + prefixSymbol.str());
  // Groups of sections that several objects may hold would lose to another library's.
  std::vector<llvm::StringRef> arguments = {"-r", "-nostdlib", "-Wl,--gc-sections",
                                            "-Wl,--force-group-allocation"};
  arguments.insert(arguments.end(), roots.begin(), roots.end());
  arguments.insert(arguments.end(), objects.begin(), objects.end());
  arguments.push_back(runtimeLibrary);
  if (!openBlas.empty())
    arguments.insert(arguments.end(),
                     {openBlas, "-Wl,--wrap=blas_memory_alloc", "-Wl,--wrap=blas_memory_free"});
  arguments.insert(arguments.end(), {"-o", merged});
  if (llvm::Error error = runLinker(arguments, cross))
    return error;
  if (llvm::Error error = hideSymbols(merged, hidden, files))
    return error;

  if (files.shared) {
    std::string soname = ("-Wl,-soname," + llvm::sys::path::filename(files.library)).str();
    return runLinker({"-shared", hidden, "-o", output, soname, "-Wl,-z,defs", "-pthread", "-lm"},
                     cross);
  }
  auto buffer = llvm::MemoryBuffer::getFile(hidden, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return llvm::createStringError(buffer.getError(),
                                   "cannot read '" + hidden + "': " + buffer.getError().message());
  std::string member = files.prefix + ".o";
  llvm::SmallVector<llvm::NewArchiveMember, 1> members;
  members.emplace_back((*buffer)->getMemBufferRef());
  members.back().MemberName = member;
  // By way of memory: writeArchive ends the process where the disk is full.
  auto archive = llvm::writeArchiveToBuffer(members, llvm::SymtabWritingMode::NormalSymtab,
                                            llvm::object::Archive::K_GNU, /*Deterministic=*/true,
                                            /*Thin=*/false);
  if (!archive)
    return archive.takeError();
  return writeFile(output, [&](llvm::raw_ostream &stream) {
    stream << (*archive)->getBuffer();
    return llvm::Error::success();
  });
}
