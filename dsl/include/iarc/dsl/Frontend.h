//===- Frontend.h - From source text to an elaborated model ----------------===//
//
// The entry points of the language front end. Nothing here throws.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_FRONTEND_H
#define IARC_DSL_FRONTEND_H

#include "iarc/dsl/Diagnostic.h"
#include "iarc/dsl/Model.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace iarc::dsl {

/// What is read where only samples of a task are wanted.
struct TaskPreview {
  /// The task to show; empty: that of the model, or the only one that the file declares.
  std::string task;
  /// Positions of a window, 0: as the model says, or 24.
  int64_t context = 0;
};

/// How a source file is read.
struct FrontendOptions {
  /// Folders searched for `import NAME` after the folder of the importing file.
  std::vector<std::string> libraryPath;
  /// The folder of the standard library, where a task is looked for that neither the file nor an
  /// import defines, after the folders above. Empty: nowhere else.
  std::string standardLibrary;
  /// `-D name=value`, in order; a later one wins.
  std::vector<std::pair<std::string, std::string>> overrides;
  /// The model becomes the least one that its task can feed, and a file that only declares tasks
  /// gets one; there the overrides are arguments of the task.
  std::optional<TaskPreview> preview;
  /// Colour in the rendered diagnostics.
  bool colour = false;
  /// Diagnostics as JSON, one a line, in place of text.
  bool json = false;
  /// Texts to be read in the place of files, by path: what an editor has not saved yet.
  std::map<std::string, std::string> overlay;
};

/// What came of it. `model` is null exactly when `diagnostics` holds an error.
struct FrontendResult {
  std::unique_ptr<Model> model;
  /// All diagnostics of all files, rendered, in source order; empty when there is none.
  std::string diagnostics;
  int errors = 0;
  int warnings = 0;
  /// The file itself could not be read (missing, a folder, no permission): exit status 4, not 1.
  bool unreadable = false;
};

/// Reads, parses and analyses `path` and what it imports.
FrontendResult analyseFile(const std::string &path, const FrontendOptions &options) noexcept;

/// The syntax tree of `path` as indented text for `--emit=ast`; diagnostics as above.
struct SyntaxTreeResult {
  std::string text;
  std::string diagnostics;
  int errors = 0;
  bool unreadable = false;
};
SyntaxTreeResult dumpSyntaxTree(const std::string &path, const FrontendOptions &options) noexcept;

/// A file as read, for tools that are no compiler.
struct FileContents {
  std::string bytes; ///< as they are
  std::string text;  ///< without a byte order mark
  std::string error; ///< why it could not be read, as the system says it; empty: it was
  bool tooLarge = false;
};
FileContents readFile(const std::string &path);

} // namespace iarc::dsl
#endif
