//===- Analysis.h - Questions of an editor ---------------------------------===//
//
// One analysis of a text as an editor holds it, and what can be asked of it.
// Offsets are bytes of the text without a byte order mark.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_ANALYSIS_H
#define IARC_DSL_ANALYSIS_H

#include "iarc/dsl/Frontend.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iarc::dsl {

/// A part of one of the files that were read.
struct Place {
  std::string file;
  uint32_t begin = 0, end = 0;
};

struct Hover {
  std::string markdown;
  Place place; ///< what it is about
};

struct Completion {
  enum class Kind { Keyword, Variable, Function, Block, Task, File, Argument };
  std::string label;
  Kind kind = Kind::Keyword;
  std::string detail;
  std::string insert; ///< what to write; empty: the label
};

/// An entry of a file's outline.
struct Symbol {
  std::string name, detail;
  enum class Kind { Module, Function, Class, Variable, Parameter } kind = Kind::Variable;
  Place whole, selection;
  std::vector<Symbol> children;
};

class Analysis {
public:
  /// Reads and analyses `path`, in which a missing model is no error. Never throws.
  static std::unique_ptr<Analysis> run(const std::string &path,
                                       const FrontendOptions &options) noexcept;
  ~Analysis();

  /// Of all files, in source order.
  const std::vector<DiagnosticRecord> &diagnostics() const;
  /// The text of a file that was read, or nothing.
  std::optional<std::string_view> textOf(const std::string &file) const;

  // What is at an offset of the file that was analysed.
  std::optional<Hover> hover(uint32_t offset) const;
  std::optional<Place> definition(uint32_t offset) const;
  /// Every place, in all files that were read, that means the same, its definition included.
  std::vector<Place> references(uint32_t offset) const;
  /// The same for a definition in one of the files.
  std::vector<Place> referencesTo(const Place &definition) const;
  /// The name itself and where it is defined: what a rename changes.
  std::optional<std::pair<Place, Place>> nameAt(uint32_t offset) const;
  /// What has the name `wanted` already where what `definition` defines is seen or named, in any file
  /// that was read: after a rename one of the two would hide the other.
  std::optional<Place> conflict(const Place &definition, const std::string &wanted) const;
  std::vector<Completion> completions(uint32_t offset) const;
  std::vector<Symbol> symbols() const;

  struct State;

private:
  explicit Analysis(std::unique_ptr<State> state);
  std::unique_ptr<State> state;
};

/// Words of the language and names that it defines itself.
std::vector<std::string> languageWords();

} // namespace iarc::dsl
#endif
