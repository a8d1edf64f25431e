//===- Doc.cpp - iarcc doc -------------------------------------------------===//
//
// One page of everything, or, where the output is a folder, a page a file and an
// index.
//
//===----------------------------------------------------------------------===//
#include "Doc.h"

#include "Messages.h"
#include "Output.h"

#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

using namespace iarcc;
namespace fs = std::filesystem;

namespace {

/// The source files of a folder by name; false, with a message, where there are none.
bool listFolder(const std::string &folder, std::vector<std::string> &files) {
  std::error_code error;
  std::vector<std::string> found;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().extension() == ".iarc")
      found.push_back(entry->path().string());
  if (error) {
    reportError("cannot read '" + folder + "': " + error.message());
    return false;
  }
  if (found.empty()) {
    reportError("there is no .iarc file in '" + folder + "'");
    return false;
  }
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
  return true;
}

bool write(const std::string &path, const std::string &text) {
  if (llvm::Error error = writeOutput(path, text)) {
    reportError(llvm::toString(std::move(error)));
    return false;
  }
  return true;
}

} // namespace

int iarcc::writeDocumentation(const Options &options,
                              const iarc::dsl::FrontendOptions &frontend) {
  std::vector<std::string> paths;
  std::error_code ignored;
  for (const std::string &input : options.inputs)
    if (!fs::is_directory(input, ignored))
      paths.push_back(input);
    else if (!listFolder(input, paths))
      return InputOutput;

  std::string output = options.output.empty() ? "-" : options.output;
  bool toFolder = output != "-" && (output.back() == '/' || fs::is_directory(output, ignored));
  if (!toFolder)
    for (const std::string &path : paths)
      if (llvm::Error error = checkOutput(output, path)) {
        reportError(llvm::toString(std::move(error)));
        return fs::equivalent(output, path, ignored) ? WrongUsage : InputOutput;
      }

  int status = Success;
  std::vector<iarc::dsl::DocumentFile> files;
  for (const std::string &path : paths) {
    files.push_back(iarc::dsl::documentFile(path, frontend));
    llvm::errs() << files.back().diagnostics;
    if (files.back().unreadable)
      status = InputOutput;
    else if (files.back().errors && status == Success)
      status = WrongSource;
  }
  if (status != Success)
    return status;

  iarc::dsl::DocumentOptions page = options.document;
  const char *extension = page.html ? ".html" : ".md";
  if (page.title.empty()) {
    fs::path first = fs::path(options.inputs.front()).lexically_normal();
    page.title = (first.has_filename() ? first : first.parent_path()).stem().string();
  }
  if (!toFolder)
    return write(output, iarc::dsl::documentPage(files, page)) ? Success : InputOutput;

  std::error_code failed;
  fs::create_directories(output, failed);
  if (failed) {
    reportError("cannot make the folder '" + output + "': " + failed.message());
    return InputOutput;
  }
  for (const iarc::dsl::DocumentFile &file : files) {
    iarc::dsl::DocumentOptions one = page;
    one.title = file.name;
    std::string name = file.name + extension;
    if (!write((fs::path(output) / name).string(), iarc::dsl::documentPage({file}, one)))
      return InputOutput;
  }
  return write((fs::path(output) / ("index" + std::string(extension))).string(),
               iarc::dsl::documentIndex(files, page))
             ? Success
             : InputOutput;
}
