//===- Document.h - Documentation from the comments of source files --------===//
#ifndef IARC_DSL_DOCUMENT_H
#define IARC_DSL_DOCUMENT_H

#include "iarc/dsl/Frontend.h"

#include <string>
#include <vector>

namespace iarc::dsl {

/// A definition and the comment above it.
struct DocumentEntry {
  std::string kind, name; ///< "block", "layer"
  /// As written: of a kernel or function all of it, of anything else up to the body.
  std::string head;
  std::string comment; ///< lines without their slashes; empty where there is none
};

/// What a file says of itself.
struct DocumentFile {
  std::string path, name;           ///< "lib/kernels.iarc", "kernels"
  std::string about;                ///< the comment that it begins with
  std::vector<std::string> imports; ///< names of files
  std::vector<DocumentEntry> entries;
  std::string diagnostics;
  int errors = 0;
  bool unreadable = false;
};

/// Reads a file, and with it what it imports; a file without a model is none the worse. Never
/// throws.
DocumentFile documentFile(const std::string &path, const FrontendOptions &options) noexcept;

struct DocumentOptions {
  bool html = false; ///< else Markdown
  std::string title;
  /// What the name of a file is appended to where a page links to it; empty: no links.
  std::string link;
};

/// One page of all the files.
std::string documentPage(const std::vector<DocumentFile> &files, const DocumentOptions &options);

/// A page that links to one of each file, NAME.md or NAME.html beside it.
std::string documentIndex(const std::vector<DocumentFile> &files, const DocumentOptions &options);

} // namespace iarc::dsl
#endif
