//===- Server.cpp - The language server ------------------------------------===//
//
// Answers in the order of the requests. A text is analysed when something is
// asked of it, or when no further message is waiting: fast typing does not pile
// up analyses.
//
//===----------------------------------------------------------------------===//
#include "Server.h"

#include "iarc/dsl/Format.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace iarc::lsp {

Server::Server(std::string library) : library(std::move(library)) {
  methods = {{"initialize", &Server::initialize},
             {"shutdown", &Server::shutdown},
             {"textDocument/hover", &Server::hover},
             {"textDocument/definition", &Server::definition},
             {"textDocument/references", &Server::references},
             {"textDocument/prepareRename", &Server::prepareRename},
             {"textDocument/rename", &Server::rename},
             {"textDocument/completion", &Server::completion},
             {"textDocument/documentSymbol", &Server::symbols},
             {"textDocument/formatting", &Server::formatting},
             {"textDocument/codeAction", &Server::actions}};
}

int Server::run() {
  std::string body;
  while (!exiting) {
    switch (input.next(body)) {
    case Input::Status::End:
      return stopping ? 0 : 1;
    case Input::Status::Malformed:
      send({{"jsonrpc", "2.0"},
            {"id", nullptr},
            {"error", {{"code", ParseError}, {"message", "a header without a valid Content-Length"}}}});
      break;
    case Input::Status::Message:
      handle(body);
    }
    if (!exiting && !input.pending())
      publishAll();
  }
  return stopping ? 0 : 1;
}

void Server::handle(const std::string &body) {
  auto fail = [](const Json &id, int code, const std::string &message) {
    send({{"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", code}, {"message", message}}}});
  };
  Json message = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (message.is_discarded())
    return fail(nullptr, ParseError, "the message is not valid JSON");
  if (!message.is_object())
    return fail(nullptr, InvalidRequest, "a message is an object");
  Json id = message.contains("id") ? message["id"] : Json(nullptr);
  if (!message.contains("method")) {
    if (!message.contains("result") && !message.contains("error"))
      fail(id, InvalidRequest, "a message has a 'method'");
    return; // an answer; none is waited for
  }
  if (!message["method"].is_string())
    return fail(id, InvalidRequest, "'method' is a string");
  std::string method = message["method"];
  Json params = message.contains("params") ? message["params"] : Json::object();
  bool answers = message.contains("id");
  try {
    if (!answers)
      return notification(method, params);
    Json result = request(method, params);
    send({{"jsonrpc", "2.0"}, {"id", id}, {"result", result}});
  } catch (const Failure &failure) {
    if (answers)
      fail(id, failure.code, failure.message);
  } catch (const std::exception &error) {
    if (answers)
      fail(id, InvalidParams, std::string("invalid parameters: ") + error.what());
  }
}

Json Server::request(const std::string &method, const Json &params) {
  auto entry = methods.find(method);
  if (entry == methods.end())
    throw Failure{MethodNotFound, "there is no method '" + method + "'"};
  if (!initialized && method != "initialize")
    throw Failure{ServerNotInitialized, "'initialize' comes first"};
  if (stopping)
    throw Failure{InvalidRequest, "the server is shut down"};
  return (this->*entry->second)(params);
}

void Server::notification(const std::string &method, const Json &params) {
  if (method == "exit") {
    exiting = true;
    return;
  }
  if (!initialized)
    return;
  if (method == "textDocument/didOpen") {
    const Json &item = params.at("textDocument");
    Document document;
    document.uri = item.at("uri").get<std::string>();
    document.path = pathOf(document.uri);
    document.text = item.at("text").get<std::string>();
    document.version = item.value("version", Json(nullptr));
    documents[document.uri] = std::move(document);
  } else if (method == "textDocument/didChange") {
    Document &document = documentOf(params);
    for (const Json &edit : params.at("contentChanges"))
      change(document, edit);
    document.version = params["textDocument"].value("version", Json(nullptr));
  } else if (method == "textDocument/didClose") {
    Document &document = documentOf(params);
    for (const std::string &uri : document.published)
      send({{"jsonrpc", "2.0"},
            {"method", "textDocument/publishDiagnostics"},
            {"params", {{"uri", uri}, {"diagnostics", Json::array()}}}});
    documents.erase(params["textDocument"]["uri"].get<std::string>());
  } else if (method != "textDocument/didSave") {
    return;
  }
  // Others may import what has changed.
  for (auto &[uri, document] : documents) {
    document.analysis.reset();
    document.isPublished = false;
  }
}

Json Server::initialize(const Json &) {
  initialized = true;
  return {{"capabilities",
           {{"positionEncoding", "utf-16"},
            {"textDocumentSync", {{"openClose", true}, {"change", 2}, {"save", true}}},
            {"hoverProvider", true},
            {"definitionProvider", true},
            {"referencesProvider", true},
            {"renameProvider", {{"prepareProvider", true}}},
            {"completionProvider", {{"triggerCharacters", {"(", ","}}}},
            {"documentSymbolProvider", true},
            {"documentFormattingProvider", true},
            {"codeActionProvider", {{"codeActionKinds", {"quickfix"}}}}}},
          {"serverInfo", {{"name", "iarc-lsp-server"}, {"version", IARC_VERSION}}}};
}

Json Server::shutdown(const Json &) {
  stopping = true;
  return nullptr;
}

Document &Server::documentOf(const Json &params) {
  std::string uri = params.at("textDocument").at("uri").get<std::string>();
  auto entry = documents.find(uri);
  if (entry == documents.end())
    throw Failure{InvalidParams, "'" + uri + "' is not open"};
  return entry->second;
}

dsl::Analysis &Server::analysed(Document &document) {
  if (!document.analysis) {
    dsl::FrontendOptions options;
    options.libraryPath = {library};
    options.standardLibrary = library;
    for (const auto &[uri, open] : documents)
      options.overlay[open.path] = open.text;
    document.analysis = dsl::Analysis::run(document.path, options);
  }
  return *document.analysis;
}

/// Offsets of the analysis do not count a byte order mark, which stays in the text here.
static uint32_t markOf(const std::string &text) {
  return text.compare(0, 3, "\xEF\xBB\xBF") == 0 ? 3 : 0;
}

uint32_t Server::offsetIn(Document &document, const Json &params) {
  uint32_t offset = offsetOf(document.text, params.at("position"));
  uint32_t mark = markOf(document.text);
  return offset >= mark ? offset - mark : 0;
}

Json Server::locationOf(const dsl::Analysis &analysis, const dsl::Place &place) {
  return {{"uri", uriOf(place.file)},
          {"range", rangeOf(analysis.textOf(place.file).value_or(""), place.begin, place.end)}};
}

Json Server::hover(const Json &params) {
  Document &document = documentOf(params);
  dsl::Analysis &analysis = analysed(document);
  std::optional<dsl::Hover> hover = analysis.hover(offsetIn(document, params));
  if (!hover)
    return nullptr;
  return {{"contents", {{"kind", "markdown"}, {"value", hover->markdown}}},
          {"range", locationOf(analysis, hover->place)["range"]}};
}

Json Server::definition(const Json &params) {
  Document &document = documentOf(params);
  dsl::Analysis &analysis = analysed(document);
  std::optional<dsl::Place> place = analysis.definition(offsetIn(document, params));
  return place ? locationOf(analysis, *place) : Json(nullptr);
}

std::vector<std::pair<dsl::Place, std::string>> Server::occurrences(const Json &params) {
  Document &document = documentOf(params);
  dsl::Analysis &analysis = analysed(document);
  std::vector<std::pair<dsl::Place, std::string>> all;
  auto name = analysis.nameAt(offsetIn(document, params));
  if (!name)
    return all;
  dsl::Place definition = name->second;
  std::set<std::pair<std::string, uint32_t>> seen;
  auto add = [&](const std::vector<dsl::Place> &places, const dsl::Analysis &from) {
    for (const dsl::Place &place : places)
      if (seen.insert({place.file, place.begin}).second)
        all.push_back({place, locationOf(from, place)["range"].dump()});
  };
  add(analysis.references(offsetIn(document, params)), analysis);
  // Open files that import the definition: asked where they name it.
  for (auto &[uri, other] : documents)
    if (&other != &document && analysed(other).textOf(definition.file))
      add(analysed(other).referencesTo(definition), analysed(other));
  return all;
}

Json Server::references(const Json &params) {
  bool declared = true;
  if (params.contains("context"))
    declared = params["context"].value("includeDeclaration", true);
  Document &document = documentOf(params);
  auto name = analysed(document).nameAt(offsetIn(document, params));
  Json result = Json::array();
  for (const auto &[place, range] : occurrences(params))
    if (declared || !(place.file == name->second.file && place.begin == name->second.begin))
      result.push_back({{"uri", uriOf(place.file)}, {"range", Json::parse(range)}});
  return result;
}

Json Server::prepareRename(const Json &params) {
  Document &document = documentOf(params);
  dsl::Analysis &analysis = analysed(document);
  auto name = analysis.nameAt(offsetIn(document, params));
  if (!name)
    return nullptr;
  if (name->second.file.compare(0, library.size(), library) == 0 && !documents.count(uriOf(name->second.file)))
    throw Failure{RequestFailed, "it is defined in the standard library"};
  return locationOf(analysis, name->first)["range"];
}

Json Server::rename(const Json &params) {
  std::string wanted = params.at("newName").get<std::string>();
  bool valid = !wanted.empty() && !std::isdigit(static_cast<unsigned char>(wanted[0])) &&
               std::all_of(wanted.begin(), wanted.end(), [](unsigned char c) {
                 return std::isalnum(c) || c == '_';
               });
  if (!valid)
    throw Failure{InvalidParams, "'" + wanted + "' is no name"};
  for (const std::string &word : dsl::languageWords())
    if (word == wanted)
      throw Failure{InvalidParams, "'" + wanted + "' is a word of the language"};
  if (prepareRename(params).is_null())
    throw Failure{RequestFailed, "there is no name to change here"};
  Document &document = documentOf(params);
  const dsl::Place definition = analysed(document).nameAt(offsetIn(document, params))->second;
  for (auto &[uri, open] : documents)
    if (auto other = analysed(open).conflict(definition, wanted)) {
      int64_t line = locationOf(analysed(open), *other)["range"]["start"]["line"].get<int64_t>();
      throw Failure{RequestFailed, "'" + wanted + "' is the name of something else here: " +
                                       other->file + ", line " + std::to_string(line + 1)};
    }
  Json changes = Json::object();
  for (const auto &[place, range] : occurrences(params))
    changes[uriOf(place.file)].push_back({{"range", Json::parse(range)}, {"newText", wanted}});
  return {{"changes", changes}};
}

Json Server::completion(const Json &params) {
  Document &document = documentOf(params);
  Json items = Json::array();
  for (const dsl::Completion &one : analysed(document).completions(offsetIn(document, params))) {
    // The protocol's numbers: keyword, variable, function, method, class, file, field.
    constexpr int kinds[] = {14, 6, 3, 2, 7, 17, 5};
    Json item = {{"label", one.label}, {"kind", kinds[static_cast<int>(one.kind)]}};
    if (!one.detail.empty())
      item["detail"] = one.detail;
    if (!one.insert.empty())
      item["insertText"] = one.insert;
    items.push_back(std::move(item));
  }
  return {{"isIncomplete", false}, {"items", items}};
}

static Json symbolOf(const dsl::Symbol &symbol, std::string_view text) {
  // Module, function, class, variable, constant.
  constexpr int kinds[] = {2, 12, 5, 13, 14};
  Json children = Json::array();
  for (const dsl::Symbol &child : symbol.children)
    children.push_back(symbolOf(child, text));
  return {{"name", symbol.name},
          {"detail", symbol.detail},
          {"kind", kinds[static_cast<int>(symbol.kind)]},
          {"range", rangeOf(text, symbol.whole.begin, symbol.whole.end)},
          {"selectionRange", rangeOf(text, symbol.selection.begin, symbol.selection.end)},
          {"children", children}};
}

Json Server::symbols(const Json &params) {
  Document &document = documentOf(params);
  dsl::Analysis &analysis = analysed(document);
  Json result = Json::array();
  for (const dsl::Symbol &symbol : analysis.symbols())
    result.push_back(symbolOf(symbol, analysis.textOf(document.path).value_or("")));
  return result;
}

Json Server::formatting(const Json &params) {
  Document &document = documentOf(params);
  dsl::FormatResult result = dsl::formatText(document.path, document.text, false);
  if (result.errors || result.defect || result.text == document.text)
    return Json::array();
  return {{{"range", rangeOf(document.text, 0, static_cast<uint32_t>(document.text.size()))},
           {"newText", result.text}}};
}

Json Server::actions(const Json &params) {
  Document &document = documentOf(params);
  uint32_t begin = offsetOf(document.text, params.at("range").at("start"));
  uint32_t end = offsetOf(document.text, params["range"].at("end"));
  Json result = Json::array();
  for (const dsl::DiagnosticRecord &record : analysed(document).diagnostics()) {
    if (record.where.file != document.path || record.where.begin > end || record.where.end < begin)
      continue;
    for (const dsl::DiagnosticRecord::Hint &hint : record.hints) {
      if (!hint.replacement)
        continue;
      Json edit = {{"range", rangeOf(document.text, record.where.begin + markOf(document.text),
                                     record.where.end + markOf(document.text))},
                   {"newText", *hint.replacement}};
      std::string title = hint.replacement->empty() ? "Leave it out"
                                                    : "Write '" + *hint.replacement + "'";
      result.push_back({{"title", title},
                        {"kind", "quickfix"},
                        {"edit", {{"changes", {{document.uri, {edit}}}}}}});
    }
  }
  return result;
}

void Server::publish(Document &document) {
  dsl::Analysis &analysis = analysed(document);
  std::map<std::string, Json> byFile = {{document.path, Json::array()}};
  for (const dsl::DiagnosticRecord &record : analysis.diagnostics()) {
    std::string file = record.where.file.empty() ? document.path : record.where.file;
    std::string text = record.message;
    Json related = Json::array();
    for (const dsl::DiagnosticRecord::Note &note : record.notes)
      if (note.where.file.empty())
        text += "\nnote: " + note.text;
      else
        related.push_back(
            {{"location", locationOf(analysis, {note.where.file, note.where.begin, note.where.end})},
             {"message", note.text}});
    for (const dsl::DiagnosticRecord::Hint &hint : record.hints)
      text += "\nhint: " + hint.text;
    dsl::Place place{file, record.where.begin, record.where.end};
    byFile[file].push_back({{"range", locationOf(analysis, place)["range"]},
                            {"severity", record.isError ? 1 : 2},
                            {"code", record.code},
                            {"source", "iarc"},
                            {"message", text},
                            {"relatedInformation", related}});
  }
  std::vector<std::string> published;
  for (auto &[file, diagnostics] : byFile) {
    std::string uri = file == document.path ? document.uri : uriOf(file);
    // An open file speaks for itself.
    if (uri != document.uri && documents.count(uri))
      continue;
    published.push_back(uri);
    Json params = {{"uri", uri}, {"diagnostics", diagnostics}};
    if (uri == document.uri && !document.version.is_null())
      params["version"] = document.version;
    send({{"jsonrpc", "2.0"}, {"method", "textDocument/publishDiagnostics"}, {"params", params}});
  }
  for (const std::string &uri : document.published)
    if (std::find(published.begin(), published.end(), uri) == published.end() && !documents.count(uri))
      send({{"jsonrpc", "2.0"},
            {"method", "textDocument/publishDiagnostics"},
            {"params", {{"uri", uri}, {"diagnostics", Json::array()}}}});
  document.published = std::move(published);
  document.isPublished = true;
}

void Server::publishAll() {
  for (auto &[uri, document] : documents)
    if (!document.isPublished)
      publish(document);
}

} // namespace iarc::lsp
