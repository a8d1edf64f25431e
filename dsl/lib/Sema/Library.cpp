//===- Library.cpp - What the files of the library define -----------------===//
#include "Sema/Program.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

namespace iarc::dsl {

/// Calls found(word, name, file, line) for what begins a line in the files of the folders.
template <typename Found>
static void readHeads(const std::vector<std::string> &folders, Found found) {
  for (const std::string &folder : folders) {
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      if (entry->path().extension() != ".iarc")
        continue;
      std::istringstream lines(readSource(entry->path().string()).text);
      std::string line, word, name;
      while (std::getline(lines, line)) {
        std::istringstream words(line);
        words >> word >> name;
        found(word, name.substr(0, name.find('(')), entry->path().stem().string(), line);
      }
    }
  }
}

std::map<std::string, LibraryDefinition> libraryDefinitions(const FrontendOptions &options) {
  std::map<std::string, LibraryDefinition> found;
  readHeads(options.libraryPath,
            [&](const std::string &word, const std::string &name, const std::string &file,
                const std::string &line) {
              if (word == "kernel" || word == "function" || word == "block")
                found.insert({name, {file, word, line.find(", target") != std::string::npos}});
            });
  return found;
}

std::vector<std::string> libraryTasks(const FrontendOptions &options) {
  std::vector<std::string> folders = options.libraryPath, names;
  if (!options.standardLibrary.empty())
    folders.push_back(options.standardLibrary);
  // Found without an import are those in a file of their name.
  readHeads(folders, [&](const std::string &word, const std::string &name,
                         const std::string &file, const std::string &) {
    if (word == "task" && name == file)
      names.push_back(name);
  });
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

} // namespace iarc::dsl
