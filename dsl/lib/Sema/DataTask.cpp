//===- DataTask.cpp - task tokens: a file as the stream -------------------===//
#include "Sema/Elaborator.h"

#include "Diagnostics/Source.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <vector>

namespace iarc::dsl {

namespace {

const Formals &dataFormals() {
  static const Formals formals = {
      {"file"}, {"by", false, true}, {"symbols", false, true}, {"type", false, true}, {"split", false, true}};
  return formals;
}

/// Reads UTF-8 byte by byte.
class Utf8 {
public:
  /// The character that the byte completes; -1 inside of one, -2 where it is not valid.
  int32_t next(unsigned char byte) {
    if (left == 0) {
      if (byte < 0x80)
        return byte;
      left = byte >= 0xC2 && byte < 0xE0 ? 1 : byte >= 0xE0 && byte < 0xF0 ? 2 : byte >= 0xF0 && byte < 0xF5 ? 3 : 0;
      if (left == 0)
        return -2;
      length = left;
      value = byte & (0x3F >> left);
      return -1;
    }
    if ((byte & 0xC0) != 0x80)
      return -2;
    value = value << 6 | (byte & 0x3F);
    if (--left)
      return -1;
    bool overlong = value < (length == 1 ? 0x80 : length == 2 ? 0x800 : 0x10000);
    return overlong || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000) ? -2 : value;
  }
  bool inside() const { return left != 0; }

private:
  int left = 0, length = 0;
  int32_t value = 0;
};

void append(std::string &text, int32_t c) {
  if (c < 0x80) {
    text += static_cast<char>(c);
    return;
  }
  int rest = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  static const int leads[] = {0, 0xC0, 0xE0, 0xF0};
  text += static_cast<char>(leads[rest] | c >> 6 * rest);
  while (rest-- > 0)
    text += static_cast<char>(0x80 | (c >> 6 * rest & 0x3F));
}

} // namespace

std::string Elaborator::vocabularyOf(const std::string &path, SourceRange where, int64_t &count) {
  auto complain = [&](const std::string &what) {
    report(Code::DataFile, where, what)
        .hint("the symbols of a text by character are those that its file holds, so it is read when "
              "the model is compiled; 'by: byte' needs no file then");
    return std::string();
  };
  struct Closer {
    void operator()(std::FILE *file) const { std::fclose(file); }
  };
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return complain("cannot read '" + path + "': is a directory");
  // What is there must have an end.
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error))
    return complain("cannot read '" + path + "': is no regular file");
  std::unique_ptr<std::FILE, Closer> file(std::fopen(path.c_str(), "rb"));
  if (!file)
    return complain("cannot read '" + path + "': " + std::strerror(errno));
  std::vector<bool> seen(0x110000);
  std::vector<unsigned char> piece(1 << 20);
  Utf8 reader;
  uint64_t offset = 0;
  while (size_t size = std::fread(piece.data(), 1, piece.size(), file.get())) {
    for (size_t i = 0; i < size; ++i, ++offset) {
      int32_t c = reader.next(piece[i]);
      if (c == -2)
        return complain("'" + path + "' is not valid UTF-8 at byte " + std::to_string(offset));
      if (c >= 0)
        seen[static_cast<size_t>(c)] = true;
    }
  }
  if (std::ferror(file.get()))
    return complain("cannot read '" + path + "': " + std::strerror(errno));
  if (offset == 0)
    return complain("'" + path + "' is empty");
  if (reader.inside())
    return complain("'" + path + "' is not valid UTF-8 at its end");
  std::string vocabulary;
  count = 0;
  for (int32_t c = 0; c < 0x110000; ++c)
    if (seen[static_cast<size_t>(c)]) {
      append(vocabulary, c);
      ++count;
    }
  if (count > limits::symbols)
    return complain("'" + path + "' has " + std::to_string(count) + " different characters, more than the " +
                    std::to_string(limits::symbols) + " symbols allowed");
  return vocabulary;
}

void Elaborator::dataTask(const Statement &statement, Scope &scope) {
  Binding binding = bindArguments({"task tokens", dataFormals(), {}, false}, statement.arguments,
                                  statement.name.range, &diagnostics);
  if (!binding.valid)
    return;
  auto given = [&](size_t slot) -> const Expression * {
    return binding.slots[slot] ? binding.slots[slot]->value : nullptr;
  };
  Task task;
  task.name = "tokens";
  task.location = task.declared = statement.keyword.location();
  TaskData &data = task.data;

  const Expression &fileNode = *given(0);
  Value file = evaluate(fileNode, scope);
  bool valid = file.is(ValueKind::Text) && !file.word.empty();
  if (!valid)
    badArgument("the file of 'tokens'", "a text that names it", file.is(ValueKind::Text) ? Value::ofWord("") : file,
                fileNode.range, "such as 'tokens(\"corpus.txt\", by: byte)'");
  if (valid) {
    // Beside the source, wherever the compiler is called.
    std::error_code error;
    std::filesystem::path path =
        std::filesystem::path(scope.unit->source->path()).parent_path() / file.word;
    std::filesystem::path absolute = std::filesystem::absolute(path, error);
    data.path = (error ? path : absolute).lexically_normal().string();
  }

  if (given(4)) {
    std::optional<double> split =
        real(evaluate(*given(4), scope), given(4)->range, "'split'", Code::InvalidArgument);
    if (split && (*split <= 0 || *split >= 1)) {
      report(Code::InvalidArgument, given(4)->range, "'split' must be above 0 and below 1")
          .hint("it is the share of the tokens that is for training; the rest is for evaluation");
      valid = false;
    }
    valid = valid && split;
    data.split = split.value_or(0.9);
  }

  const ast::Argument *by = binding.slots[1], *symbols = binding.slots[2], *type = binding.slots[3];
  if (by && (symbols || type)) {
    const ast::Argument &other = type ? *type : *symbols;
    report(Code::DataForm, other.range,
           std::string(type ? "'type'" : "'symbols'") + " is for a file of numbers, and this one is a text")
        .note(by->range, "'by' is given here")
        .hint("the symbols of a text are 256 bytes, or the characters that the file holds");
    return;
  }
  if (!by && !type) {
    report(Code::DataForm, statement.name.range, "what the tokens of the file are must be said")
        .hint("of a text 'by: byte' or 'by: character', of a file of numbers such as 'symbols: 50257, type: u16'");
    return;
  }
  std::optional<int64_t> count;
  std::string form;
  if (by) {
    std::optional<std::string> word = wordOf(*by->value, "by", {"byte", "character"}, scope);
    if (!word)
      return;
    form = *word;
    data.form = form == "byte" ? DataForm::Bytes : DataForm::Characters;
    if (data.form == DataForm::Bytes) {
      count = 256;
    } else if (valid) {
      int64_t different = 0;
      data.vocabulary = vocabularyOf(data.path, fileNode.range, different);
      valid = !data.vocabulary.empty();
      if (valid)
        count = different;
    }
  } else {
    std::optional<std::string> word = wordOf(*type->value, "type", {"u8", "u16", "u32"}, scope);
    if (!word)
      return;
    form = *word;
    data.form = form == "u8" ? DataForm::U8 : form == "u16" ? DataForm::U16 : DataForm::U32;
    int64_t most = form == "u8" ? 256 : form == "u16" ? 65536 : limits::symbols;
    if (symbols) {
      count = integer(evaluate(*symbols->value, scope), symbols->value->range, "'symbols'", 1,
                      limits::symbols, Code::InvalidArgument);
      if (count && *count > most) {
        report(Code::DataForm, symbols->value->range,
               "a token of type " + form + " is one of " + std::to_string(most) + " symbols, not of " +
                   std::to_string(*count))
            .hint(form == "u8" ? "say 'type: u16'" : "say 'type: u32'");
        count.reset();
      }
      valid = valid && count;
    } else {
      report(Code::DataForm, type->range, "a file of numbers does not say how many symbols there are")
          .hint("give the size of the vocabulary, such as 'symbols: 50257'");
      return;
    }
  }
  if (count) {
    if (*count == 1)
      report(Code::OneSymbol, symbols ? symbols->value->range : fileNode.range,
             "with one symbol there is nothing to learn");
    symbolCount = *count;
    controlCount = 0;
  }
  if (!valid || !count)
    return;
  task.symbols = *count;
  task.arguments.push_back({by ? "by" : "type", form});
  char split[32];
  std::snprintf(split, sizeof split, "%.6g", data.split);
  task.arguments.push_back({"split", split});
  model->task = std::move(task);
}

} // namespace iarc::dsl
