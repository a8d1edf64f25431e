//===- TokenData.h - A file as the stream of a task -------------------------------===//
//
// The task `tokens` draws its windows from a file: docs/data.md. The file is mapped, so
// that one larger than the memory can be trained on; a text by character is decoded once.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_TOKENDATA_H
#define IARC_RUNTIME_LIB_TOKENDATA_H

#include "Memory.h"

#include "iarc/runtime/Descriptor.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace iarc::runtime {

/// The characters of a text's symbols.
class Vocabulary {
public:
  explicit Vocabulary(const iarc_data &data);

  /// -1 for a character that is no symbol.
  int32_t symbolOf(int32_t character) const noexcept;
  /// In UTF-8.
  std::string_view textOf(int32_t symbol) const noexcept { return texts[size_t(symbol)]; }
  size_t size() const noexcept { return texts.size(); }

private:
  std::map<int32_t, int32_t> symbols;
  std::vector<std::string_view> texts;
};

/// That of a task by character; made once.
const Vocabulary &vocabularyOf(const iarc_task &task);

/// Whether tokens are bytes or characters, which people read.
inline bool isText(const iarc_task &task) noexcept {
  return task.data &&
         (task.data->form == IARC_DATA_BYTES || task.data->form == IARC_DATA_CHARACTERS);
}

/// "byte", "character" or "token".
const char *unitOf(const iarc_task &task) noexcept;

class TokenData {
public:
  /// Opens, maps and checks the file. Throws Error (status InputOutput) where it cannot be read, is
  /// empty, holds a token that is no symbol (with its offset in bytes), or is too short for a window
  /// of each part.
  TokenData(const iarc_model &model, const std::string &path);
  ~TokenData();
  TokenData(const TokenData &) = delete;
  TokenData &operator=(const TokenData &) = delete;

  /// As iarc_task.fill does it. Streams but that of training draw from the validation part.
  void fill(const iarc_fill_call &call) const noexcept;

  int64_t tokens() const noexcept { return count; }
  /// Of them, from the first on, are for training.
  int64_t trainingTokens() const noexcept { return training; }
  /// "1115394 bytes, iarc-crc64:0123456789abcdef": tells files apart.
  const std::string &identity() const;
  const std::string &path() const noexcept { return name; }

private:
  void map();
  void decode();
  template <class T> void check();
  int32_t token(int64_t i) const noexcept;

  const iarc_model &model;
  std::string name;
  const unsigned char *bytes = nullptr;
  uint64_t size = 0;
  Array decoded; ///< of characters: int32_t [count]
  int64_t count = 0, training = 0;
  mutable std::string known; ///< the identity, once it was asked for
};

/// The file that `--data` names, "" for the model's own. To be set before the first use.
std::string &dataPath() noexcept;

/// How a user names that file, for messages: `--data FILE`, or what a library has for it.
std::string &dataNaming() noexcept;

/// The file of a model whose task has one; opened by the first call. Throws as TokenData does.
const TokenData &tokenData(const iarc_model &model);

/// Opens this file for the process instead. Throws Error (status Usage) where one is open already, and
/// as TokenData does; nothing is then changed.
void useData(const iarc_model &model, const std::string &path);

} // namespace iarc::runtime

#endif
