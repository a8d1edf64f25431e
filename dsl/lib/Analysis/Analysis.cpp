//===- Analysis.cpp - Questions of an editor ------------------------------===//
#include "iarc/dsl/Analysis.h"

#include "Analysis/Comments.h"
#include "Analysis/Occurrences.h"
#include "LargeStack.h"
#include "Sema/Facts.h"
#include "Sema/Names.h"

#include <algorithm>
#include <cctype>
#include <exception>
#include <filesystem>
#include <set>

namespace iarc::dsl {

using ast::Item;
using ast::ItemKind;
using ast::StatementKind;

struct Analysis::State {
  FrontendOptions options;
  Program program;
  Facts facts;
  std::unique_ptr<Model> model;
  std::vector<DiagnosticRecord> diagnostics;
  std::vector<std::pair<const FileUnit *, Occurrences>> files; ///< the analysed one first

  const Occurrence *at(uint32_t offset) const {
    if (files.empty())
      return nullptr;
    for (const Occurrence &one : files.front().second.all)
      if (one.where.begin <= offset && offset <= one.where.end)
        return &one;
    return nullptr;
  }
};

namespace {

Place placeOf(SourceRange range) {
  return {range.source ? range.source->path() : "", range.begin, range.end};
}

bool same(SourceRange a, SourceRange b) { return a.source == b.source && a.begin == b.begin; }

std::string groupDigits(int64_t number) {
  std::string digits = std::to_string(number);
  for (size_t i = digits.size(); i > 3; i -= 3)
    digits.insert(i - 3, ",");
  return digits;
}

/// The head of a definition as written: `block layer(x, heads)`.
std::string headOf(const Item &item) {
  uint32_t end = item.name.range.end;
  for (const ast::Parameter &parameter : item.parameters)
    end = std::max(end, parameter.value ? parameter.value->range.end : parameter.name.range.end);
  std::string_view text = item.keyword.source->text();
  std::string head(text.substr(item.keyword.begin, end - item.keyword.begin));
  if (!item.parameters.empty())
    head += ")";
  bool function = item.kind == ItemKind::Kernel || item.kind == ItemKind::Function;
  if (function && item.value && item.body.empty())
    head += " = " + std::string(item.value->range.text());
  std::string one; // line breaks and runs of blanks as one blank
  for (char c : head.substr(0, 400))
    if (!std::isspace(static_cast<unsigned char>(c)))
      one += c;
    else if (!one.empty() && one.back() != ' ')
      one += ' ';
  return one;
}

std::string join(const std::vector<std::string> &parts, const char *between) {
  std::string text;
  for (const std::string &part : parts)
    text += (text.empty() ? "" : between) + part;
  return text;
}

void analyse(const std::string &path, Analysis::State &state) noexcept {
  Diagnostics diagnostics;
  try {
    state.program.commandLine = std::make_unique<SourceText>("<command line>", "", -1);
    state.program.facts = &state.facts;
    state.program.withoutModel = true;
    state.model = analyseProgram(path, state.options, state.program, diagnostics);
    state.diagnostics = diagnostics.records();
    if (state.program.main && state.program.main->file)
      state.files.push_back({state.program.main, occurrencesOf(*state.program.main, state.program)});
    if (!state.files.empty())
      for (const auto &unit : state.program.units)
        if (unit->file && unit.get() != state.program.main)
          state.files.push_back({unit.get(), occurrencesOf(*unit, state.program)});
  } catch (const std::exception &error) {
    DiagnosticRecord record;
    record.message = std::string("the front end gave up: ") + error.what();
    state.diagnostics.push_back(record);
  }
}

} // namespace

Analysis::Analysis(std::unique_ptr<State> state) : state(std::move(state)) {}
Analysis::~Analysis() = default;

std::unique_ptr<Analysis> Analysis::run(const std::string &path,
                                        const FrontendOptions &options) noexcept {
  auto state = std::make_unique<State>();
  state->options = options;
  onLargeStack([&] { analyse(path, *state); });
  return std::unique_ptr<Analysis>(new Analysis(std::move(state)));
}

const std::vector<DiagnosticRecord> &Analysis::diagnostics() const { return state->diagnostics; }

std::optional<std::string_view> Analysis::textOf(const std::string &file) const {
  for (const auto &unit : state->program.units)
    if (unit->source->path() == file)
      return unit->source->text();
  return std::nullopt;
}

std::optional<Hover> Analysis::hover(uint32_t offset) const {
  const Occurrence *found = state->at(offset);
  std::string text, name;
  SourceRange where;
  const Fact *fact = nullptr;
  if (found) {
    where = found->where;
    name = std::string(where.text());
    fact = state->facts.find(where);
    // A definition has the values of what refers to it.
    if (!fact && !found->item)
      for (const Occurrence &other : state->files.front().second.all)
        if (!fact && same(other.definition, found->definition))
          fact = state->facts.find(other.where);
    if (found->item)
      text += "```iarc\n" + headOf(*found->item) + "\n```\n";
  } else {
    // A predefined name.
    if (!state->program.main)
      return std::nullopt;
    std::string_view source = state->program.main->source->text();
    auto letter = [&](uint32_t i) {
      unsigned char c = static_cast<unsigned char>(source[i]);
      return std::isalnum(c) || c == '_';
    };
    uint32_t begin = offset, end = offset;
    while (begin > 0 && letter(begin - 1))
      --begin;
    while (end < source.size() && letter(end))
      ++end;
    where = {state->program.main->source.get(), begin, end};
    name = std::string(where.text());
    fact = state->facts.find(where);
    if (!fact && !isPredefined(name))
      return std::nullopt;
    if (const PrimitiveEntry *primitive = findPrimitive(name)) {
      std::vector<std::string> parameters;
      for (const Formal &formal : primitive->formals)
        parameters.push_back(formal.namedOnly ? formal.name + ": ..." : formal.name);
      text += "```iarc\n" + name + "(" + join(parameters, ", ") + ")\n```\n";
    }
  }
  if (fact && !fact->values.empty() && !(found && found->item && found->item->kind != ItemKind::Block))
    text += "`" + name + "`: " + join(fact->values, " or ") + "\n";
  if (fact && fact->parameters > 0) {
    text += "\n" + groupDigits(fact->parameters) + " parameters\n";
    for (const std::string &weight : fact->weights)
      text += "- `" + weight + "`\n";
  }
  if (found && found->item) {
    if (found->item->kind == ItemKind::Model && state->model) {
      int64_t total = 0;
      for (const Weight &weight : state->model->weights) {
        int64_t elements = 1;
        for (const Axis &axis : weight.shape)
          elements *= axis.size;
        total += elements;
      }
      text += "\n" + groupDigits(total) + " parameters in " +
              std::to_string(state->model->weights.size()) + " weights\n";
    }
    std::string comment = commentAbove(*found->item->keyword.source, found->item->keyword.begin);
    if (!comment.empty())
      text += "\n" + comment;
  }
  if (text.empty())
    return std::nullopt;
  return Hover{text, placeOf(where)};
}

std::optional<Place> Analysis::definition(uint32_t offset) const {
  if (const Occurrence *found = state->at(offset))
    return placeOf(found->definition);
  // An import: its file.
  if (!state->program.main || !state->program.main->file)
    return std::nullopt;
  for (const Item *item : state->program.main->file->items)
    if (item->kind == ItemKind::Import && item->name.range.begin <= offset &&
        offset <= item->name.range.end)
      for (const auto &unit : state->program.units)
        if (std::filesystem::path(unit->source->path()).stem() == item->name.text)
          return Place{unit->source->path(), 0, 0};
  return std::nullopt;
}

std::vector<Place> Analysis::references(uint32_t offset) const {
  const Occurrence *found = state->at(offset);
  return found ? referencesTo(placeOf(found->definition)) : std::vector<Place>();
}

std::vector<Place> Analysis::referencesTo(const Place &definition) const {
  std::vector<Place> places;
  std::set<std::pair<std::string, uint32_t>> seen;
  for (const auto &[unit, occurrences] : state->files)
    for (const Occurrence &one : occurrences.all)
      if (one.definition.source && one.definition.source->path() == definition.file &&
          one.definition.begin == definition.begin &&
          seen.insert({one.where.source->path(), one.where.begin}).second)
        places.push_back(placeOf(one.where));
  return places;
}

std::optional<std::pair<Place, Place>> Analysis::nameAt(uint32_t offset) const {
  if (const Occurrence *found = state->at(offset))
    return std::pair{placeOf(found->where), placeOf(found->definition)};
  return std::nullopt;
}

std::optional<Place> Analysis::conflict(const Place &definition, const std::string &wanted) const {
  auto isIt = [&](SourceRange range) {
    return range.source && range.source->path() == definition.file &&
           range.begin == definition.begin;
  };
  for (const auto &[unit, occurrences] : state->files) {
    const Visible *renamed = nullptr; // null: an item, seen in the whole file
    for (const Visible &variable : occurrences.variables)
      if (isIt(variable.definition))
        renamed = &variable;
    auto named = std::find_if(occurrences.all.begin(), occurrences.all.end(),
                              [&](const Occurrence &one) { return isIt(one.definition); });
    if (named == occurrences.all.end())
      continue;
    // Tasks have names of their own.
    bool isTask = named->item && named->item->kind == ItemKind::Task;
    const auto &names = isTask ? unit->tasks : unit->names;
    if (auto entry = names.find(wanted); entry != names.end() && entry->second)
      return placeOf(entry->second->item->name.range);
    if (isTask)
      continue;
    for (const Visible &other : occurrences.variables)
      if (other.name == wanted && (!renamed || (other.scope.begin < renamed->scope.end &&
                                                renamed->scope.begin < other.scope.end)))
        return placeOf(other.definition);
  }
  return std::nullopt;
}

std::vector<Completion> Analysis::completions(uint32_t offset) const {
  using Kind = Completion::Kind;
  std::vector<Completion> all;
  const FileUnit *unit = state->program.main;
  if (!unit)
    return all;
  std::string_view text = unit->source->text();
  offset = std::min<uint32_t>(offset, static_cast<uint32_t>(text.size()));
  auto letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  uint32_t begin = offset;
  while (begin > 0 && letter(text[begin - 1]))
    --begin;
  uint32_t before = begin;
  while (before > 0 && (text[before - 1] == ' ' || text[before - 1] == '\t'))
    --before;
  if (before >= 6 && text.substr(before - 6, 6) == "import") {
    std::vector<std::string> folders = state->options.libraryPath;
    folders.push_back(std::filesystem::path(unit->source->path()).parent_path().string());
    for (const std::string &folder : folders) {
      std::error_code error;
      for (std::filesystem::directory_iterator entry(folder.empty() ? "." : folder, error), end;
           !error && entry != end; entry.increment(error))
        if (entry->path().extension() == ".iarc")
          all.push_back({entry->path().stem().string(), Kind::File, folder, ""});
    }
    return all;
  }
  // The call that is open here, and the names of its parameters.
  int depth = 0;
  for (uint32_t i = begin; i > 0 && begin - i < 2000 && text[i - 1] != '{' && text[i - 1] != '}'; --i) {
    char c = text[i - 1];
    depth += c == ')' ? 1 : c == '(' ? -1 : 0;
    if (depth >= 0)
      continue;
    uint32_t end = i - 1, start = end;
    while (start > 0 && letter(text[start - 1]))
      --start;
    std::string callee(text.substr(start, end - start));
    if (auto entry = unit->names.find(callee); entry != unit->names.end() && entry->second) {
      for (const ast::Parameter &parameter : entry->second->item->parameters)
        all.push_back({parameter.name.text, Kind::Argument, "of " + callee, parameter.name.text + ": "});
    } else if (const PrimitiveEntry *primitive = findPrimitive(callee)) {
      for (const Formal &formal : primitive->formals)
        all.push_back({formal.name, Kind::Argument, "of " + callee, formal.name + ": "});
    }
    break;
  }
  std::set<std::string> seen;
  if (!state->files.empty())
    for (const Visible &variable : state->files.front().second.variables) {
      if (variable.scope.begin > offset || offset > variable.scope.end ||
          !seen.insert(variable.name).second)
        continue;
      const Fact *fact = state->facts.find(variable.definition);
      all.push_back({variable.name, Kind::Variable, fact ? join(fact->values, " or ") : "", ""});
    }
  for (const auto &[name, definition] : unit->names)
    if (definition && seen.insert(name).second)
      all.push_back({name, definition->isBlock() ? Kind::Block : Kind::Function,
                     headOf(*definition->item), ""});
  for (const std::string &task : libraryTasks(state->options))
    all.push_back({task, Kind::Task, "task", ""});
  for (const std::string &word : languageWords())
    if (seen.insert(word).second)
      all.push_back({word, findPrimitive(word) || findIntrinsic(word) ? Kind::Function : Kind::Keyword,
                     "", ""});
  return all;
}

std::vector<Symbol> Analysis::symbols() const {
  std::vector<Symbol> all;
  if (!state->program.main || !state->program.main->file)
    return all;
  for (const Item *item : state->program.main->file->items) {
    if (item->kind == ItemKind::Import || item->kind == ItemKind::Unknown || item->name.text.empty())
      continue;
    Symbol symbol;
    symbol.name = item->name.text;
    symbol.detail = std::string(item->keyword.text());
    symbol.kind = item->kind == ItemKind::Model   ? Symbol::Kind::Module
                  : item->kind == ItemKind::Task  ? Symbol::Kind::Class
                                                  : Symbol::Kind::Function;
    symbol.whole = placeOf(item->range);
    symbol.selection = placeOf(item->name.range);
    for (const ast::Statement *statement : item->body) {
      bool shown = statement->kind == StatementKind::Param || statement->kind == StatementKind::State ||
                   statement->kind == StatementKind::Control || statement->kind == StatementKind::Weight;
      if (!shown || statement->name.text.empty())
        continue;
      symbol.children.push_back({statement->name.text, std::string(statement->keyword.text()),
                                 Symbol::Kind::Variable, placeOf(statement->range),
                                 placeOf(statement->name.range), {}});
    }
    all.push_back(std::move(symbol));
  }
  return all;
}

std::vector<std::string> languageWords() {
  std::vector<std::string> words = {
      "import", "kernel", "function", "block",   "task",    "model",  "param",    "context",
      "weights", "weight", "let",      "repeat",  "for",     "recur",  "predict",  "loss",
      "train",  "return", "if",       "then",    "else",    "and",    "or",       "not",
      "mod",    "true",   "false",    "per",     "across",  "state",  "control",  "modifier",
      "next",   "in",     "at"};
  for (const std::string &name : predefinedNames())
    words.push_back(name);
  return words;
}

} // namespace iarc::dsl
