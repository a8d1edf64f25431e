//===- Output.cpp - Files that iarcc finds and writes ----------------------===//
//
// Temporary files, atomic replacement, and the installation's own files.
//
//===----------------------------------------------------------------------===//
#include "Output.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>

using namespace iarcc;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

static llvm::Error cannot(llvm::StringRef what, llvm::StringRef file, std::error_code error) {
  return llvm::createStringError(error, "cannot " + what + " '" + file +
                                            "': " + llvm::StringRef(error.message()).lower());
}

TemporaryFile::TemporaryFile(std::string file) : file(std::move(file)) {
  llvm::sys::RemoveFileOnSignal(this->file);
}
TemporaryFile::TemporaryFile(TemporaryFile &&other) noexcept : file(std::move(other.file)) {
  other.file.clear();
}
TemporaryFile::~TemporaryFile() {
  if (file.empty())
    return;
  fs::remove(file);
  llvm::sys::DontRemoveFileOnSignal(file);
}

llvm::Expected<TemporaryFile> TemporaryFile::create(llvm::StringRef suffix) {
  llvm::SmallString<128> name;
  if (std::error_code error = fs::createTemporaryFile("iarcc", suffix, name)) {
    llvm::SmallString<128> folder;
    path::system_temp_directory(/*ErasedOnReboot=*/true, folder);
    return cannot("write to the temporary folder", folder, error);
  }
  return TemporaryFile(name.str().str());
}

llvm::Expected<TemporaryFile> TemporaryFile::createBeside(llvm::StringRef destination) {
  llvm::SmallString<128> model(path::parent_path(destination));
  path::append(model, "." + path::filename(destination) + ".%%%%%%%%");
  llvm::SmallString<128> name;
  if (std::error_code error = fs::createUniqueFile(model, name))
    return cannot("write", destination, error);
  return TemporaryFile(name.str().str());
}

llvm::Error TemporaryFile::write(llvm::StringRef contents) {
  std::error_code error;
  llvm::raw_fd_ostream stream(file, error, fs::OF_None);
  if (!error) {
    stream << contents;
    stream.close();
    error = stream.error();
    stream.clear_error();
  }
  return error ? cannot("write", file, error) : llvm::Error::success();
}

llvm::Error TemporaryFile::renameTo(llvm::StringRef destination) {
  if (std::error_code error = fs::rename(file, destination))
    return cannot("write", destination, error);
  llvm::sys::DontRemoveFileOnSignal(file);
  file.clear();
  return llvm::Error::success();
}

llvm::Error iarcc::checkOutput(llvm::StringRef output, llvm::StringRef source) {
  if (output == "-")
    return llvm::Error::success();
  if (fs::is_directory(output))
    return llvm::createStringError("cannot write '" + output +
                                   "': it is a folder\nhint: name a file with -o");
  if (fs::equivalent(output, source))
    return llvm::createStringError("the output '" + output +
                                   "' is the source itself\nhint: name another file with -o");
  llvm::StringRef folder = path::parent_path(output);
  if (!folder.empty() && !fs::is_directory(folder))
    return llvm::createStringError("cannot write '" + output + "': there is no folder '" +
                                   folder + "'");
  return llvm::Error::success();
}

/// Writes straight into `output`, which is a device, a pipe or standard output.
static llvm::Error writeThrough(llvm::StringRef output, llvm::StringRef contents) {
  std::error_code error;
  llvm::raw_fd_ostream stream(output, error, fs::OF_None);
  llvm::StringRef name = output == "-" ? llvm::StringRef("standard output") : output;
  if (error)
    return cannot("write", name, error);
  stream << contents;
  stream.flush();
  error = stream.error();
  stream.clear_error();
  return error ? cannot("write", name, error) : llvm::Error::success();
}

llvm::Error iarcc::writeOutput(llvm::StringRef output, llvm::StringRef contents) {
  if (output == "-" || (fs::exists(output) && !fs::is_regular_file(output)))
    return writeThrough(output, contents);
  llvm::Expected<TemporaryFile> file = TemporaryFile::createBeside(output);
  if (!file)
    return file.takeError();
  if (llvm::Error error = file->write(contents))
    return error;
  return file->renameTo(output);
}

std::string iarcc::besideCompiler(llvm::StringRef relative) {
  // The address of any function of the executable finds it where /proc is not mounted.
  std::string compiler = fs::getMainExecutable("iarcc", reinterpret_cast<void *>(&besideCompiler));
  llvm::SmallString<128> found(path::parent_path(path::parent_path(compiler)));
  path::append(found, relative);
  return found.str().str();
}

llvm::Expected<std::string> iarcc::findRuntimeLibrary(llvm::StringRef requested,
                                                      llvm::StringRef cross,
                                                      iarc::Sanitizer sanitizer) {
  // A build with the checks in everything has them in its own library.
  llvm::StringRef checks = iarc::sanitizerName(sanitizer);
  if (checks == IARC_SANITIZE)
    checks = "";
  const char *environment = std::getenv("IARC_RUNTIME_LIBRARY");
  std::string file, origin;
  if (!requested.empty()) {
    file = requested.str();
    origin = "given to --runtime-library";
  } else if (environment && *environment) {
    file = environment;
    origin = "that IARC_RUNTIME_LIBRARY names";
  } else {
    std::string folder = "lib";
    if (!cross.empty())
      folder += "/" + cross.str();
    if (!checks.empty())
      folder += "/sanitize-" + checks.str();
    file = besideCompiler(folder + "/libiarcrt.a");
    origin = "that belongs to iarcc";
  }
  if (fs::is_regular_file(file))
    return file;
  std::string hint = "--runtime-library FILE names another";
  if (!cross.empty())
    hint =
        "'cmake -S runtime -B DIR -DCMAKE_CXX_COMPILER=" + cross.str() +
        "-g++' and 'cmake --build DIR' in iarc's source make one; --runtime-library FILE names it";
  if (!checks.empty())
    hint = "'ninja iarcrt-" + checks.str() +
           "' in iarc's build folder makes it, where clang and Debian's libclang-rt-22-dev are "
           "installed";
  return llvm::createStringError("cannot link: there is no runtime library '" + file + "' " +
                                 origin + "\nhint: " + hint);
}
