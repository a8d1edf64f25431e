//===- Loader.cpp - Reading a file and its imports ------------------------===//
#include "Diagnostics/Suggest.h"
#include "Parse/Parse.h"
#include "Sema/Names.h"
#include "Sema/Program.h"

#include <algorithm>
#include <filesystem>

namespace iarc::dsl {

namespace {

std::string folderOf(const std::string &path) {
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash + 1);
}

/// One name a file, whatever way led to it.
std::string identityOf(const std::string &path) {
  std::error_code error;
  std::filesystem::path real = std::filesystem::canonical(path, error);
  return error ? path : real.string();
}

class Loader {
public:
  Loader(const FrontendOptions &options, Program &program, Diagnostics &diagnostics)
      : options(options), program(program), diagnostics(diagnostics) {}

  void loadMain(const std::string &path) {
    ReadResult read = this->read(path);
    if (read.status != ReadResult::Status::Ok) {
      SourceText &place = placeholder(path);
      if (read.status == ReadResult::Status::TooLarge) {
        reportTooLarge({&place, 0, 0}, path);
      } else {
        diagnostics.report(Code::UnreadableFile, {},
                           "cannot read '" + path + "': " + read.reason);
        program.unreadable = true;
      }
      program.fatal = true;
      return;
    }
    program.main = add(path, std::move(read.text));
    if (options.preview && program.main->file)
      preparePreview(*options.preview);
    else
      checkModels(*program.main);
    if (program.model && !program.fatal)
      findTask();
  }

private:
  /// What an editor holds, else the file.
  ReadResult read(const std::string &path) const {
    if (!options.overlay.empty()) {
      auto entry = options.overlay.find(path);
      if (entry == options.overlay.end())
        entry = options.overlay.find(identityOf(path));
      if (entry != options.overlay.end()) {
        ReadResult result;
        result.text = entry->second;
        if (result.text.compare(0, 3, "\xEF\xBB\xBF") == 0)
          result.text.erase(0, 3);
        return result;
      }
    }
    return readSource(path);
  }

  SourceText &placeholder(const std::string &path) {
    auto unit = std::make_unique<FileUnit>();
    unit->source = std::make_unique<SourceText>(path, "", static_cast<int>(program.units.size()));
    program.units.push_back(std::move(unit));
    return *program.units.back()->source;
  }

  void reportTooLarge(SourceRange where, const std::string &path) {
    diagnostics.report(Code::FileTooLarge, where,
                       "'" + path + "' is larger than " +
                           std::to_string(maximumFileSize >> 20) + " MiB");
  }

  FileUnit *add(const std::string &path, std::string text) {
    auto owned = std::make_unique<FileUnit>();
    FileUnit *unit = owned.get();
    unit->source = std::make_unique<SourceText>(path, std::move(text),
                                                static_cast<int>(program.units.size()));
    program.units.push_back(std::move(owned));
    byIdentity[identityOf(path)] = unit;
    unit->loading = true;
    unit->file = parse(*unit->source, diagnostics);
    if (!unit->file) {
      program.fatal = true;
      unit->loading = false;
      return unit;
    }
    if (!program.syntaxOnly) {
      define(*unit);
      import(*unit);
    }
    unit->loading = false;
    return unit;
  }

  /// Puts the least model in the place of the file's own, or where it has none.
  void preparePreview(const TaskPreview &preview) {
    FileUnit &unit = *program.main;
    bool hasModel = std::any_of(unit.file->items.begin(), unit.file->items.end(),
                                [](const ast::Item *item) {
                                  return item->kind == ast::ItemKind::Model;
                                });
    std::string least = "  predict linear(encode, symbols, weights: shared)\n", text;
    if (hasModel && preview.task.empty()) {
      checkModels(unit);
      text = "model preview {\n" + least + "}\n";
    } else {
      std::string name = chooseTask(unit, preview.task);
      if (name.empty()) {
        program.fatal = true;
        return;
      }
      text = "model preview {\n  context " +
             std::to_string(preview.context ? preview.context : 24) + "\n" + least +
             "  loss cross_entropy at last\n  train sgd\n  task " + name + "(\n";
      for (const auto &[argument, value] : options.overrides)
        text += "    " + argument + ": " + (argument == "subtasks" ? listOfLetters(value) : value) +
                ",\n";
      text += "  )\n}\n";
    }
    program.previewSource = std::make_unique<SourceText>("<command line>", std::move(text), -1);
    program.previewFile = parse(*program.previewSource, diagnostics);
    if (program.previewFile && !program.previewFile->broken &&
        program.previewFile->items.size() != 1)
      diagnostics.report(Code::Syntax, program.previewFile->items[1]->keyword,
                         "an argument of the task ends before this");
    if (!program.previewFile || program.previewFile->broken ||
        program.previewFile->items.size() != 1) {
      program.fatal = true;
      return;
    }
    program.preview = program.previewFile->items.front();
    if (!program.model && !hasModel)
      program.model = program.preview;
    else if (!preview.task.empty())
      program.model = program.preview;
  }

  /// `IAR` as the list that it stands for.
  static std::string listOfLetters(const std::string &value) {
    if (value.find_first_of("[, ") != std::string::npos)
      return value;
    std::string list = "[";
    for (char letter : value)
      list += std::string(list.size() > 1 ? ", " : "") + letter;
    return list + "]";
  }

  /// The task to show; empty after an error.
  std::string chooseTask(FileUnit &unit, const std::string &wanted) {
    std::vector<std::string> names;
    uint32_t end = unit.file->items.empty() ? 0 : unit.file->items.back()->range.end;
    for (const auto &[name, definition] : unit.tasks)
      if (!wanted.empty() || definition->unit == &unit)
        names.push_back(name);
    if (!wanted.empty() && std::find(names.begin(), names.end(), wanted) != names.end())
      return wanted;
    if (wanted.empty() && names.size() == 1)
      return names.front();
    if (unit.file->broken)
      return "";
    std::string nearest = nearestName(wanted, names), message, hint;
    if (!wanted.empty()) {
      message = "'" + unit.source->path() + "' has no task '" + wanted + "'";
      hint = !nearest.empty() ? "did you mean '" + nearest + "'?"
             : names.empty()  ? "it declares none"
                              : "it has " + listOf(names, "and");
    } else if (names.empty()) {
      message = "'" + unit.source->path() + "' declares neither a model nor a task";
      hint = "write 'task NAME { ... }'";
    } else {
      message = "'" + unit.source->path() + "' declares several tasks";
      hint = "choose one of them by '--task': " + listOf(names);
    }
    diagnostics.report(Code::TaskChoice, {unit.source.get(), end, end}, message).hint(hint);
    return "";
  }

  /// The task of the model: one that the file sees, else that of the library's file of its name.
  void findTask() {
    for (const ast::Statement *statement : program.model->body) {
      if (statement->kind != ast::StatementKind::Task || statement->name.text.empty())
        continue;
      const std::string &name = statement->name.text;
      auto &known = program.main->tasks;
      if (!known.count(name))
        findInLibrary(name);
      if (auto entry = known.find(name); entry != known.end())
        program.task = entry->second;
      return;
    }
  }

  void findInLibrary(const std::string &name) {
    std::vector<std::string> folders = options.libraryPath;
    if (!options.standardLibrary.empty())
      folders.push_back(options.standardLibrary);
    for (std::string folder : folders) {
      if (!folder.empty() && folder.back() != '/')
        folder += '/';
      std::string path = folder + name + ".iarc";
      FileUnit *unit = nullptr;
      if (auto known = byIdentity.find(identityOf(path)); known != byIdentity.end()) {
        unit = known->second;
      } else {
        ReadResult read = this->read(path);
        if (read.status != ReadResult::Status::Ok)
          continue;
        unit = add(path, std::move(read.text));
        refuseModels(*unit);
      }
      if (auto entry = unit->tasks.find(name); unit->file && entry != unit->tasks.end()) {
        program.main->tasks.insert(*entry);
        return;
      }
    }
  }

  /// Enters the file's own definitions.
  void define(FileUnit &unit) {
    for (const ast::Item *item : unit.file->items) {
      bool definition = item->kind == ast::ItemKind::Kernel ||
                        item->kind == ast::ItemKind::Function ||
                        item->kind == ast::ItemKind::Block || item->kind == ast::ItemKind::Task;
      if (!definition || item->name.text.empty())
        continue;
      const std::string &name = item->name.text;
      bool isTask = item->kind == ast::ItemKind::Task;
      if (isPredefined(name) && !isTask) {
        diagnostics
            .report(Code::PredefinedName, item->name.range,
                    "'" + name + "' is predefined and cannot be redefined")
            .hint("choose another name, such as 'my_" + name + "'");
        continue;
      }
      auto [entry, fresh] = (isTask ? unit.tasks : unit.names).insert({name, nullptr});
      if (!fresh) {
        diagnostics
            .report(Code::Redefinition, item->name.range, "'" + name + "' is defined twice")
            .note(entry->second->item->name.range, "the first definition is here");
        continue;
      }
      program.definitions.push_back({item, &unit, item->broken});
      entry->second = &program.definitions.back();
    }
  }

  void import(FileUnit &unit) {
    using Imported = std::map<std::string, std::pair<Definition *, const ast::Item *>>;
    Imported imported, importedTasks;
    for (const ast::Item *item : unit.file->items) {
      if (item->kind == ast::ItemKind::Unknown || (item->kind == ast::ItemKind::Import &&
                                                    item->broken))
        unit.incomplete = true;
      if (item->kind != ast::ItemKind::Import || item->broken)
        continue;
      FileUnit *other = find(unit, *item);
      if (!other) {
        unit.incomplete = true;
        continue;
      }
      unit.incomplete = unit.incomplete || other->incomplete;
      auto merge = [&](Imported &imported, std::map<std::string, Definition *> &own,
                       const std::string &name, Definition *definition) {
        auto [entry, fresh] = imported.insert({name, {definition, item}});
        bool isOwn = own.count(name) && own[name]->unit == &unit;
        if (!fresh && entry->second.first != definition && !isOwn)
          diagnostics
              .report(Code::AmbiguousImport, item->name.range,
                      "'" + name + "' comes from both '" + entry->second.second->name.text +
                          "' and '" + item->name.text + "'")
              .note(entry->second.first->item->name.range, "one is defined here")
              .note(definition->item->name.range, "the other is defined here")
              .hint("rename one of them, or define '" + name +
                    "' in this file: a file's own definition wins");
      };
      for (auto &[name, definition] : other->names)
        merge(imported, unit.names, name, definition);
      for (auto &[name, definition] : other->tasks)
        merge(importedTasks, unit.tasks, name, definition);
    }
    for (auto &[name, entry] : imported)
      unit.names.insert({name, entry.first});
    for (auto &[name, entry] : importedTasks)
      unit.tasks.insert({name, entry.first});
  }

  FileUnit *find(FileUnit &unit, const ast::Item &item) {
    std::vector<std::string> folders = {folderOf(unit.source->path())};
    for (const std::string &folder : options.libraryPath)
      folders.push_back(folder.empty() || folder.back() == '/' ? folder : folder + "/");
    for (const std::string &folder : folders) {
      std::string path = folder + item.name.text + ".iarc";
      auto known = byIdentity.find(identityOf(path));
      if (known != byIdentity.end()) {
        if (known->second->loading)
          return reportCycle(item);
        return known->second->file ? known->second : nullptr;
      }
      ReadResult read = this->read(path);
      if (read.status == ReadResult::Status::Missing)
        continue;
      if (read.status == ReadResult::Status::TooLarge) {
        reportTooLarge(item.name.range, path);
        return nullptr;
      }
      if (read.status == ReadResult::Status::Unreadable) {
        diagnostics.report(Code::UnreadableFile, item.name.range,
                           "cannot read '" + path + "': " + read.reason);
        return nullptr;
      }
      chain.push_back(&item);
      FileUnit *other = add(path, std::move(read.text));
      chain.pop_back();
      refuseModels(*other);
      return other->file ? other : nullptr;
    }
    reportMissing(item, folders);
    return nullptr;
  }

  FileUnit *reportCycle(const ast::Item &item) {
    Diagnostic &diagnostic = diagnostics.report(
        Code::ImportCycle, item.name.range,
        "importing '" + item.name.text + "' closes a circle of imports");
    for (const ast::Item *link : chain)
      diagnostic.note(link->name.range, "'" + link->name.text + "' is imported here");
    diagnostic.hint("move what both files need to a third file");
    return nullptr;
  }

  void reportMissing(const ast::Item &item, const std::vector<std::string> &folders) {
    Diagnostic &diagnostic =
        diagnostics.report(Code::ImportNotFound, item.name.range,
                           "no file '" + item.name.text + ".iarc' to import");
    std::vector<std::string> shown, available;
    for (const std::string &folder : folders) {
      std::string plain = folder.empty() ? "." : folder;
      if (plain.size() > 1 && plain.back() == '/')
        plain.pop_back();
      if (std::find(shown.begin(), shown.end(), plain) == shown.end())
        shown.push_back(plain);
      std::error_code error;
      for (std::filesystem::directory_iterator entry(plain, error), end; !error && entry != end;
           entry.increment(error))
        if (entry->path().extension() == ".iarc")
          available.push_back(entry->path().stem().string());
    }
    diagnostic.note({}, "searched " + listOf(shown, "and"));
    std::sort(available.begin(), available.end());
    std::string nearest = nearestName(item.name.text, available);
    if (!nearest.empty())
      diagnostic.hint("did you mean '" + nearest + "'?");
    else
      diagnostic.hint("an import names a file beside this one or of the library, without '.iarc'");
  }

  void refuseModels(const FileUnit &unit) {
    if (!unit.file)
      return;
    for (const ast::Item *item : unit.file->items)
      if (item->kind == ast::ItemKind::Model)
        diagnostics
            .report(Code::ImportedModel, item->keyword, "an imported file cannot declare a model")
            .hint("move the blocks to share to a file of their own");
  }

  void checkModels(FileUnit &unit) {
    if (!unit.file || program.syntaxOnly)
      return;
    for (const ast::Item *item : unit.file->items) {
      if (item->kind != ast::ItemKind::Model)
        continue;
      if (program.model)
        diagnostics
            .report(Code::SeveralModels, item->name.text.empty() ? item->keyword : item->name.range,
                    "a file declares one model, and this is another")
            .note(program.model->name.range, "the first model is here")
            .hint("keep each model in a file of its own and import what they share");
      else
        program.model = item;
    }
    if (!program.model && !unit.file->broken && !program.withoutModel) {
      uint32_t end = unit.file->items.empty() ? 0 : unit.file->items.back()->range.end;
      diagnostics
          .report(Code::NoModel, {unit.source.get(), end, end},
                  "'" + unit.source->path() + "' declares no model")
          .hint("write 'model NAME { ... }'; a file of definitions only is for importing");
    }
  }

  const FrontendOptions &options;
  Program &program;
  Diagnostics &diagnostics;
  std::map<std::string, FileUnit *> byIdentity;
  std::vector<const ast::Item *> chain;
};

} // namespace

void loadProgram(const std::string &path, const FrontendOptions &options, Program &program,
                 Diagnostics &diagnostics) {
  Loader(options, program, diagnostics).loadMain(path);
}

} // namespace iarc::dsl
