//===- Server.h - The language server --------------------------------------===//
#ifndef IARC_LSP_SERVER_H
#define IARC_LSP_SERVER_H

#include "Documents.h"

#include <functional>

namespace iarc::lsp {

class Server {
public:
  /// `library` is the folder of the standard library.
  explicit Server(std::string library);
  /// Serves until `exit` or the end of the input; gives the exit status.
  int run();

private:
  struct Failure {
    int code;
    std::string message;
  };
  using Method = Json (Server::*)(const Json &);

  void handle(const std::string &body);
  Json request(const std::string &method, const Json &params);
  void notification(const std::string &method, const Json &params);

  Json initialize(const Json &params);
  Json shutdown(const Json &params);
  Json hover(const Json &params);
  Json definition(const Json &params);
  Json references(const Json &params);
  Json prepareRename(const Json &params);
  Json rename(const Json &params);
  Json completion(const Json &params);
  Json symbols(const Json &params);
  Json formatting(const Json &params);
  Json actions(const Json &params);

  Document &documentOf(const Json &params);
  dsl::Analysis &analysed(Document &document);
  uint32_t offsetIn(Document &document, const Json &params);
  Json locationOf(const dsl::Analysis &analysis, const dsl::Place &place);
  /// Everything in open texts and what they import that means the same as what stands there.
  std::vector<std::pair<dsl::Place, std::string>> occurrences(const Json &params);
  void publish(Document &document);
  void publishAll();

  std::string library;
  std::map<std::string, Method> methods;
  std::map<std::string, Document> documents; ///< by URI
  Input input;
  bool initialized = false, stopping = false, exiting = false;
};

} // namespace iarc::lsp
#endif
