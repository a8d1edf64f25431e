//===- Program.h - The files of a program and what they define ------------===//
#ifndef IARC_DSL_SEMA_PROGRAM_H
#define IARC_DSL_SEMA_PROGRAM_H

#include "Ast/Ast.h"
#include "Diagnostics/Diagnostics.h"
#include "iarc/dsl/Frontend.h"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace iarc::dsl {

struct FileUnit;
class Facts;

/// A kernel, function, block or task.
struct Definition {
  const ast::Item *item = nullptr;
  FileUnit *unit = nullptr;
  /// Not to be used: it is in error, or part of a circle of definitions. Whoever does use it is
  /// not told again.
  bool poisoned = false;

  bool isBlock() const { return item->kind == ast::ItemKind::Block; }
  bool isKernel() const { return item->kind == ast::ItemKind::Kernel; }
  bool isTask() const { return item->kind == ast::ItemKind::Task; }
  const std::string &name() const { return item->name.text; }
  /// "kernel", "function", "block" or "task".
  const char *kindName() const {
    return isBlock() ? "block" : isKernel() ? "kernel" : isTask() ? "task" : "function";
  }
};

/// A call of a block that was inlined: operations [first, last) of a region. Calls are listed when
/// they end.
struct BlockCall {
  std::string name;
  const Region *region = nullptr;
  size_t first = 0, last = 0;
  ValueId result = -1; ///< -1: what it returns is no value
};

/// How the model is written, for its picture. Where it is wanted, a call of a function becomes an
/// operation of its own instead of a part of a larger elementwise one.
struct Written {
  std::vector<BlockCall> calls;
  std::map<ValueId, std::string> names;     ///< of values: those of variables and parameters
  std::map<ValueId, std::string> functions; ///< that a Map applies, or kernels of an Attention
};

struct FileUnit {
  std::unique_ptr<SourceText> source;
  std::unique_ptr<ast::File> file;
  /// What the file sees: its own definitions, and those of its imports that it does not define
  /// itself. A file's own definition wins, so that a growing library breaks no program.
  std::map<std::string, Definition *> names;
  std::map<std::string, Definition *> tasks; ///< likewise; tasks have names of their own
  bool loading = false;
  /// An import failed, so that any name may come from what is missing.
  bool incomplete = false;
};

struct Program {
  std::vector<std::unique_ptr<FileUnit>> units; ///< in the order in which they were met
  std::deque<Definition> definitions;
  FileUnit *main = nullptr;
  const ast::Item *model = nullptr;
  Definition *task = nullptr; ///< that of the model; null if there is none of this name
  std::unique_ptr<SourceText> commandLine;
  /// Of a preview: the text of the model that stands for the real one, and its statements.
  std::unique_ptr<SourceText> previewSource;
  std::unique_ptr<ast::File> previewFile;
  const ast::Item *preview = nullptr;
  /// Analysis would only repeat what was said: a file has no tree.
  bool fatal = false;
  bool unreadable = false;
  /// Read before loading: parse the main file alone.
  bool syntaxOnly = false;
  /// For editors: a file without a model is one that others import; where to note what was found.
  bool withoutModel = false;
  Facts *facts = nullptr;
  Written *written = nullptr; ///< where to note it, or null
};

/// The overrides as a text of their own, one a line, so that messages can point into them.
std::unique_ptr<SourceText> commandLineText(const FrontendOptions &options);

/// Diagnostics in the format that the options ask for.
std::string diagnosticsText(const Diagnostics &diagnostics, const FrontendOptions &options);

/// Reads and parses `path` and, transitively, what it imports. Every file is read once.
void loadProgram(const std::string &path, const FrontendOptions &options, Program &program,
                 Diagnostics &diagnostics);

/// A definition of a file in the library folders.
struct LibraryDefinition {
  std::string file; ///< the name to import
  std::string word; ///< kernel, function or block
  bool isLoss = false; ///< its second parameter is the target
};

/// Those definitions by name. Only the lines that begin them are read, for the hint of a message;
/// the files need not be correct.
std::map<std::string, LibraryDefinition> libraryDefinitions(const FrontendOptions &options);

/// The names of the tasks of the library folders, likewise.
std::vector<std::string> libraryTasks(const FrontendOptions &options);

/// Checks names, scopes, arguments of calls whose callee is known, and where statements stand.
/// Definitions that cannot be used come out poisoned.
void resolveProgram(Program &program, const FrontendOptions &options, Diagnostics &diagnostics);

/// Builds the model. Errors go to `diagnostics`; the result is meaningful only without any.
std::unique_ptr<Model> elaborate(Program &program, const FrontendOptions &options,
                                 Diagnostics &diagnostics);

/// The three of them, and an end to the diagnostics. Null where the program was too wrong to go on.
std::unique_ptr<Model> analyseProgram(const std::string &path, const FrontendOptions &options,
                                      Program &program, Diagnostics &diagnostics);

} // namespace iarc::dsl
#endif
