//===- TokenData.cpp - A file as the stream of a task -----------------------------===//

#include "TokenData.h"

#include "Checksum.h"
#include "Error.h"
#include "InputFile.h"
#include "Random.h"
#include "Text.h"
#include "Utf8.h"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <memory>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>

namespace iarc::runtime {

namespace {

int64_t bytesOf(const iarc_data &data) noexcept {
  return data.form == IARC_DATA_U16 ? 2 : data.form == IARC_DATA_U32 ? 4 : 1;
}

/// Little-endian, whatever the machine.
template <class T> T numberAt(const unsigned char *bytes) noexcept {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i)
    value = T(value | T(T(bytes[i]) << (8 * i)));
  return value;
}

/// Uniform on 0 .. bound - 1 without bias, by 64 bits: see Draws::below.
uint64_t drawBelow(Draws &draws, uint64_t bound) noexcept {
  auto word = [&] {
    uint64_t high = draws.word();
    return high << 32 | draws.word();
  };
  const uint64_t threshold = (0 - bound) % bound;
  while (true) {
    unsigned __int128 product = (unsigned __int128)word() * bound;
    if (uint64_t(product) >= threshold)
      return uint64_t(product >> 64);
  }
}

std::string otherFile() { return "hint: name another file with " + dataNaming(); }

} // namespace

Vocabulary::Vocabulary(const iarc_data &data) {
  std::string_view text(data.vocabulary, size_t(data.vocabulary_bytes));
  for (uint64_t at = 0; at < text.size();) {
    int length = 1;
    int32_t character = characterAt(text, at, length);
    symbols[character] = int32_t(texts.size());
    texts.push_back(text.substr(at, size_t(length)));
    at += uint64_t(length);
  }
}

int32_t Vocabulary::symbolOf(int32_t character) const noexcept {
  auto found = symbols.find(character);
  return found == symbols.end() ? -1 : found->second;
}

const Vocabulary &vocabularyOf(const iarc_task &task) {
  static const Vocabulary vocabulary(*task.data);
  return vocabulary;
}

const char *unitOf(const iarc_task &task) noexcept {
  return task.data && task.data->form == IARC_DATA_BYTES        ? "byte"
         : task.data && task.data->form == IARC_DATA_CHARACTERS ? "character"
                                                                : "token";
}

TokenData::TokenData(const iarc_model &model, const std::string &path) : model(model), name(path) {
  const iarc_data &data = *model.task.data;
  map();
  try {
    count = int64_t(size) / bytesOf(data);
    if (data.form == IARC_DATA_CHARACTERS)
      decode();
    else if (int64_t(size) % bytesOf(data) != 0)
      fail(Exit::InputOutput, "the data file %s has %llu bytes, which is no multiple of the %lld of "
                              "a token\n%s",
           quoted(name).c_str(), (unsigned long long)size, (long long)bytesOf(data), otherFile().c_str());
    else if (data.form == IARC_DATA_U16)
      check<uint16_t>();
    else if (data.form == IARC_DATA_U32)
      check<uint32_t>();
    else
      check<uint8_t>();
    training = int64_t(std::floor(data.split * double(count)));
    const int64_t window = model.context + 1;
    for (auto [what, tokens] : {std::pair("training", training),
                                std::pair("evaluation", count - training)})
      if (tokens < window)
        fail(Exit::InputOutput,
             "the data file %s is too short: of its %s %ss %s are for %s (split %g), and a window of "
             "the context %lld takes %lld\n%s",
             quoted(name).c_str(), withSeparators(count).c_str(), unitOf(model.task),
             withSeparators(tokens).c_str(), what, data.split, (long long)model.context,
             (long long)window, otherFile().c_str());
  } catch (...) {
    munmap(const_cast<unsigned char *>(bytes), size);
    throw;
  }
}

TokenData::~TokenData() { munmap(const_cast<unsigned char *>(bytes), size); }

void TokenData::map() {
  std::string problem;
  const int file = openRegular(name, size, problem);
  if (file >= 0 && size == 0)
    problem = "is empty";
  void *start = MAP_FAILED;
  if (problem.empty()) {
    start = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (start == MAP_FAILED)
      problem = std::strerror(errno);
  }
  if (file >= 0)
    close(file);
  if (!problem.empty())
    fail(Exit::InputOutput, "cannot read the data file %s: %s\n%s", quoted(name).c_str(),
         problem.c_str(), otherFile().c_str());
  bytes = static_cast<const unsigned char *>(start);
}

template <class T> void TokenData::check() {
  const uint64_t symbols = uint64_t(model.task.symbols);
  if (symbols > uint64_t(T(~T(0))))
    return;
  for (int64_t i = 0; i < count; ++i)
    if (uint64_t value = numberAt<T>(bytes + uint64_t(i) * sizeof(T)); value >= symbols)
      fail(Exit::InputOutput,
           "the token %llu at byte %llu of the data file %s is no symbol: they are 0 to %llu\n%s",
           (unsigned long long)value, (unsigned long long)(uint64_t(i) * sizeof(T)),
           quoted(name).c_str(), (unsigned long long)symbols - 1, otherFile().c_str());
}

void TokenData::decode() {
  const Vocabulary &vocabulary = vocabularyOf(model.task);
  MemoryPlan plan;
  plan.add({int64_t(size), 4});
  plan.require(availableMemory(), "a text by character is decoded in memory; 'by: byte' is not");
  decoded = Array(size * 4);
  std::string_view text(reinterpret_cast<const char *>(bytes), size);
  count = 0;
  for (uint64_t at = 0; at < size;) {
    int length = 1;
    int32_t character = characterAt(text, at, length);
    if (character < 0)
      fail(Exit::InputOutput, "the data file %s is not valid UTF-8 at byte %llu\n%s",
           quoted(name).c_str(), (unsigned long long)at, otherFile().c_str());
    int32_t symbol = vocabulary.symbolOf(character);
    if (symbol < 0)
      fail(Exit::InputOutput,
           "the character %s (U+%04X) at byte %llu of the data file %s is none of the %zu that this "
           "program knows, those of the file that it was compiled with\n"
           "hint: compile the model with this file",
           quoted(text.substr(at, size_t(length))).c_str(), unsigned(character),
           (unsigned long long)at, quoted(name).c_str(), vocabulary.size());
    decoded.as<int32_t>()[count++] = symbol;
    at += uint64_t(length);
  }
}

int32_t TokenData::token(int64_t i) const noexcept {
  switch (model.task.data->form) {
  case IARC_DATA_CHARACTERS:
    return decoded.as<int32_t>()[i];
  case IARC_DATA_U16:
    return int32_t(numberAt<uint16_t>(bytes + 2 * i));
  case IARC_DATA_U32:
    return int32_t(numberAt<uint32_t>(bytes + 4 * i));
  default:
    return bytes[i];
  }
}

void TokenData::fill(const iarc_fill_call &call) const noexcept {
  const bool trains = call.stream == TrainingStream;
  const int64_t first = trains ? 0 : training, tokens = trains ? training : count - training;
  const int64_t context = model.context;
  for (int64_t b = 0; b < call.count; ++b) {
    Draws draws(call.seed, uint32_t(call.stream), call.first + uint64_t(b));
    const int64_t start = first + int64_t(drawBelow(draws, uint64_t(tokens - context)));
    for (int64_t t = 0; t <= context; ++t)
      call.symbols[t * call.stride + b] = token(start + t);
    for (int64_t t = 0; t < context; ++t) {
      call.controls[t * call.stride + b] = -1;
      call.governing[t * call.stride + b] = -1;
    }
  }
}

const std::string &TokenData::identity() const {
  if (known.empty())
    known = format("%llu bytes, iarc-crc64:%016llx", (unsigned long long)size,
                (unsigned long long)crc64(bytes, size));
  return known;
}

std::string &dataPath() noexcept {
  static std::string path;
  return path;
}

std::string &dataNaming() noexcept {
  static std::string naming = "--data FILE";
  return naming;
}

namespace {

/// The one file of the process. Several threads of a library's caller may come here first.
struct Opened {
  std::mutex mutex;
  std::unique_ptr<TokenData> data;
};

Opened &opened() {
  static Opened only;
  return only;
}

} // namespace

const TokenData &tokenData(const iarc_model &model) {
  std::lock_guard lock(opened().mutex);
  if (!opened().data)
    opened().data = std::make_unique<TokenData>(
        model, dataPath().empty() ? model.task.data->path : dataPath());
  return *opened().data;
}

void useData(const iarc_model &model, const std::string &path) {
  std::lock_guard lock(opened().mutex);
  if (opened().data)
    fail(Exit::Usage, "the data file %s is in use already\nhint: %s comes before the first draw",
         quoted(opened().data->path()).c_str(), dataNaming().c_str());
  opened().data = std::make_unique<TokenData>(model, path);
}

} // namespace iarc::runtime
