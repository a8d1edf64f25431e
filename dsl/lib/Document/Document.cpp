//===- Document.cpp - The comments above definitions ----------------------===//
#include "iarc/dsl/Document.h"

#include "Analysis/Comments.h"
#include "Diagnostics/Diagnostics.h"
#include "LargeStack.h"
#include "Sema/Program.h"

#include <exception>
#include <filesystem>

namespace iarc::dsl {

namespace {

using ast::ItemKind;

const char *wordOf(ItemKind kind) {
  switch (kind) {
  case ItemKind::Kernel: return "kernel";
  case ItemKind::Function: return "function";
  case ItemKind::Block: return "block";
  case ItemKind::Task: return "task";
  case ItemKind::Model: return "model";
  case ItemKind::Import:
  case ItemKind::Unknown: break;
  }
  return "";
}

std::string headOf(const ast::Item &item) {
  if (item.kind == ItemKind::Kernel || item.kind == ItemKind::Function)
    return std::string(item.range.text());
  std::string_view text = item.keyword.source->text();
  size_t end = item.name.range.end;
  for (const ast::Parameter &parameter : item.parameters)
    end = parameter.value ? parameter.value->range.end : parameter.name.range.end;
  // Up to the parenthesis that closes the parameters, which a trailing comma may precede.
  if (size_t next = text.find_first_not_of(" \t\r\n,", end);
      !item.parameters.empty() && next != std::string_view::npos && text[next] == ')')
    end = next + 1;
  return std::string(text.substr(item.keyword.begin, end - item.keyword.begin));
}

/// The comment that a file begins with, unless it is that of a definition.
std::string aboutOf(const SourceText &source, const ast::File &file) {
  uint32_t line = 1;
  auto text = [&](uint32_t number) {
    return number <= source.lineOf(static_cast<uint32_t>(source.text().size()))
               ? source.lineText(number)
               : std::string_view();
  };
  while (text(line).substr(0, 2) == "//")
    ++line;
  if (line == 1)
    return "";
  for (const ast::Item *item : file.items)
    if (source.lineOf(item->range.begin) == line && item->kind != ItemKind::Import)
      return "";
  return commentAbove(source, source.lineBegin(line));
}

void read(const std::string &path, const FrontendOptions &options, DocumentFile &result) noexcept {
  try {
    Program program;
    Diagnostics diagnostics;
    program.commandLine = commandLineText(options);
    program.withoutModel = true;
    loadProgram(path, options, program, diagnostics);
    if (!program.fatal)
      resolveProgram(program, options, diagnostics);
    diagnostics.finish();
    result.diagnostics = diagnosticsText(diagnostics, options);
    result.errors = diagnostics.errors();
    result.unreadable = program.unreadable;
    if (result.errors || !program.main || !program.main->file)
      return;
    const SourceText &source = *program.main->source;
    result.about = aboutOf(source, *program.main->file);
    for (const ast::Item *item : program.main->file->items) {
      if (item->kind == ItemKind::Import)
        result.imports.push_back(item->name.text);
      else if (item->kind != ItemKind::Unknown)
        result.entries.push_back({wordOf(item->kind), item->name.text, headOf(*item),
                                  commentAbove(source, item->range.begin)});
    }
  } catch (const std::exception &error) {
    result.errors += 1;
    result.diagnostics += "error: the front end gave up: " + std::string(error.what()) + "\n";
  }
}

} // namespace

DocumentFile documentFile(const std::string &path, const FrontendOptions &options) noexcept {
  DocumentFile result;
  result.path = path;
  result.name = std::filesystem::path(path).stem().string();
  onLargeStack([&] { read(path, options, result); });
  return result;
}

} // namespace iarc::dsl
