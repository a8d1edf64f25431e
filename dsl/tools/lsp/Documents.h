//===- Documents.h - The texts that an editor has open ---------------------===//
#ifndef IARC_LSP_DOCUMENTS_H
#define IARC_LSP_DOCUMENTS_H

#include "Protocol.h"

#include "iarc/dsl/Analysis.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace iarc::lsp {

/// Converts between byte offsets and the protocol's positions: lines and UTF-16 code units, both
/// counted from 0. Positions beyond a line or the text are its end.
uint32_t offsetOf(std::string_view text, const Json &position);
Json positionOf(std::string_view text, uint32_t offset);
Json rangeOf(std::string_view text, uint32_t begin, uint32_t end);

struct Document {
  std::string uri, path, text;
  Json version = nullptr;
  std::unique_ptr<dsl::Analysis> analysis; ///< null: the text has changed since
  bool isPublished = false;                ///< the diagnostics of this analysis were sent
  std::vector<std::string> published;      ///< the URIs of the last diagnostics
};

/// Applies one change of the protocol: a range, or the whole text.
void change(Document &document, const Json &edit);

} // namespace iarc::lsp
#endif
