//===- Protocol.h - Messages of JSON-RPC over standard input ---------------===//
#ifndef IARC_LSP_PROTOCOL_H
#define IARC_LSP_PROTOCOL_H

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace iarc::lsp {

using Json = nlohmann::json;

/// Error codes of JSON-RPC and of the language server protocol.
enum ErrorCode {
  ParseError = -32700,
  InvalidRequest = -32600,
  MethodNotFound = -32601,
  InvalidParams = -32602,
  ServerNotInitialized = -32002,
  RequestFailed = -32803,
};

/// Reads messages, each a header with Content-Length and a body of so many bytes.
class Input {
public:
  enum class Status { Message, Malformed, End };
  /// The next body. Malformed: a header without a length, or one beyond 64 MiB; reading goes on
  /// behind it.
  Status next(std::string &body);
  /// Whether more has arrived already.
  bool pending();

private:
  bool fill();
  std::string buffer;
  bool ended = false;
};

void send(const Json &message);

/// A path of a file: URI ("file:///a%20b"), or the URI itself of a text that is no file.
std::string pathOf(const std::string &uri);
std::string uriOf(const std::string &path);

} // namespace iarc::lsp
#endif
