//===- SafetensorsTest.cpp - The safetensors file format ---------------------------===//

#include "Safetensors.h"
#include "Error.h"
#include "OutputFile.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace iarc::runtime;
namespace fs = std::filesystem;

namespace {

class Folder {
public:
  Folder() {
    std::string name = testing::TempDir() + "iarc-files-XXXXXX";
    path = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(const std::string &name) const { return path + "/" + name; }
  std::string path;
};

std::string fileOf(const std::string &header, size_t dataBytes) {
  std::string bytes(8, '\0');
  for (size_t byte = 0; byte < 8; ++byte)
    bytes[byte] = char(header.size() >> (8 * byte));
  return bytes + header + std::string(dataBytes, '\0');
}

/// "" when the bytes are a valid file, else the message.
std::string messageOf(const std::string &bytes) {
  SafetensorsHeader header;
  std::string error;
  bool valid = parseSafetensors(reinterpret_cast<const std::byte *>(bytes.data()), bytes.size(),
                                header, error);
  EXPECT_EQ(valid, error.empty());
  return error;
}

std::string readAll(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string writeError(const std::string &path) {
  try {
    OutputFile file(path);
    file.write("abc", 3);
    file.commit();
  } catch (const Error &error) {
    EXPECT_EQ(error.status, Exit::InputOutput);
    return error.message;
  }
  return "";
}

} // namespace

TEST(Safetensors, RoundTrip) {
  Folder folder;
  float f[6] = {1, -2, 3.5, 1e-30f, 0, 7};
  double d[2] = {3.141592653589793, -1e300};
  int32_t i[3] = {-1, 0, INT32_MAX};
  double scalar = 4;
  writeSafetensors(folder / "a",
                   {{"f", ElementType::F32, {2, 3}, f},
                    {"i \"x\"\n", ElementType::I32, {3}, i},
                    {"d", ElementType::F64, {2, 1}, d},
                    {"empty", ElementType::F32, {0, 5}, nullptr},
                    {"scalar", ElementType::F64, {}, &scalar}},
                   {{"model", "a\\b"}});
  SafetensorsFile file(folder / "a");
  EXPECT_EQ(file.metadata().at("model"), "a\\b");
  ASSERT_EQ(file.tensors().size(), 5u);
  float f2[6];
  double d2[2], scalar2;
  int32_t i2[3];
  file.copy(*file.find("f"), f2);
  file.copy(*file.find("d"), d2);
  file.copy(*file.find("i \"x\"\n"), i2);
  file.copy(*file.find("scalar"), &scalar2);
  EXPECT_EQ(std::memcmp(f, f2, sizeof f), 0);
  EXPECT_EQ(std::memcmp(d, d2, sizeof d), 0);
  EXPECT_EQ(std::memcmp(i, i2, sizeof i), 0);
  EXPECT_EQ(scalar2, 4);
  EXPECT_EQ(file.find("f")->shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(file.find("nothing"), nullptr);
  float narrowed[2];
  file.copy(*file.find("d"), narrowed);
  EXPECT_EQ(narrowed[0], 3.1415927f);
}

TEST(Safetensors, ValidHeaders) {
  EXPECT_EQ(messageOf(fileOf("{}", 0)), "");
  EXPECT_EQ(messageOf(fileOf("{}      ", 0)), "");
  EXPECT_EQ(messageOf(fileOf(" {\"a\" : { \"shape\":[ 2 ],\n\"data_offsets\":[0,8], "
                             "\"dtype\":\"I32\" } }",
                             8)),
            "");
  EXPECT_EQ(messageOf(fileOf("{\"__metadata__\":{},\"\\u00e9\\ud83d\\ude00\":{\"dtype\":\"F32\","
                             "\"shape\":[0],\"data_offsets\":[0,0]}}",
                             0)),
            "");
}

TEST(Safetensors, EveryMistakeHasItsMessage) {
  EXPECT_EQ(messageOf("abc"), "too short for a safetensors file: 3 bytes");
  EXPECT_EQ(messageOf("PK\3\4 something else"),
            "not a safetensors file: its first eight bytes are no header length");
  EXPECT_EQ(messageOf(fileOf("{}", 0).substr(0, 9)),
            "truncated: the header has 2 bytes but only 1 follow");
  EXPECT_EQ(messageOf(fileOf("[]", 0)), "expected '{' in the header at byte 0");
  EXPECT_EQ(messageOf(fileOf("", 0)), "expected '{' in the header at byte 0");
  EXPECT_EQ(messageOf(fileOf("{\"a\"", 0)),
            "invalid JSON in the header at byte 4: unexpected end of input; "
            "expected ':'");
  EXPECT_EQ(messageOf(fileOf("{\"a", 0)),
            "invalid JSON in the header at byte 3: invalid string: missing closing quote");
  EXPECT_EQ(messageOf(fileOf("{\"a\n\"", 0)),
            "invalid JSON in the header at byte 3: invalid string: control character "
            "U+000A (LF) must be escaped to \\u000A or \\n");
  EXPECT_EQ(messageOf(fileOf("{\"\\q\"", 0)),
            "invalid JSON in the header at byte 3: invalid string: forbidden character after "
            "backslash");
  EXPECT_EQ(messageOf(fileOf("{\"\\u12x4\"", 0)),
            "invalid JSON in the header at byte 6: invalid string: '\\u' must be followed by 4 "
            "hex digits");
  EXPECT_EQ(messageOf(fileOf("{\"\\ud800\"", 0)),
            "invalid JSON in the header at byte 8: invalid string: surrogate U+D800..U+DBFF must "
            "be followed by U+DC00..U+DFFF");
  EXPECT_EQ(messageOf(fileOf("{\"\\ud800\\u0041\"", 0)),
            "invalid JSON in the header at byte 13: invalid string: surrogate U+D800..U+DBFF must "
            "be followed by U+DC00..U+DFFF");
  EXPECT_EQ(messageOf(fileOf("{}x", 0)), "unexpected text after the header's end, at byte 2");
  EXPECT_EQ(messageOf(fileOf("{\"\xff\"", 0)),
            "invalid JSON in the header at byte 2: invalid string: ill-formed UTF-8 byte");
  // What the JSON reader would let pass.
  EXPECT_EQ(messageOf(fileOf("\xEF\xBB\xBF{}", 0)), "expected '{' in the header at byte 0");
  EXPECT_EQ(messageOf(fileOf(std::string("{}\0x", 4), 0)), "zero byte in the header at byte 2");
  EXPECT_EQ(messageOf(fileOf("{\"__metadata__\":{\"k\":\"a\",\"k\":\"b\"}}", 0)),
            "the key 'k' of '__metadata__' comes twice");
  // JSON of another form, however deep.
  EXPECT_EQ(messageOf(fileOf("{\"__metadata__\":{\"k\":1}}", 0)),
            "expected a string for 'k' of '__metadata__', got 1");
  EXPECT_EQ(messageOf(fileOf("{\"a\":null}", 0)),
            "expected an object for 'a' in the header, got null");
  EXPECT_EQ(messageOf(fileOf("{\"a\":" + std::string(1000000, '['), 0)),
            "expected an object for 'a' in the header, got a list");

  auto tensor = [](const std::string &body, size_t data = 8) {
    return messageOf(fileOf("{\"a\":{" + body + "}}", data));
  };
  EXPECT_EQ(tensor("\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]"),
            "tensor 'a': element type 'F16' is not supported, only F32, F64 and I32 are");
  EXPECT_EQ(tensor("\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]"),
            "tensor 'a': F32 [3] needs 12 bytes but the header gives it 8");
  EXPECT_EQ(tensor("\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]"),
            "tensor 'a': bytes 0 to 12 lie outside of the file's 8 bytes of data");
  EXPECT_EQ(tensor("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]"),
            "tensor 'a': bytes 8 to 0 lie outside of the file's 8 bytes of data");
  EXPECT_EQ(tensor("\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]"),
            "tensor 'a': the shape [4294967296, 4294967296] is too large");
  EXPECT_EQ(tensor("\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]"),
            "tensor 'a': the number '99999999999999999999' in 'shape' is too large");
  EXPECT_EQ(tensor("\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]"),
            "tensor 'a': expected an integer, 0 or greater, in 'shape', got -2");
  EXPECT_EQ(tensor("\"dtype\":\"F32\",\"shape\":[02],\"data_offsets\":[0,8]"),
            "invalid JSON in the header at byte 30: unexpected number literal; "
            "expected ']'");
  EXPECT_EQ(tensor("\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]"),
            "tensor 'a': expected an integer, 0 or greater, in 'shape', got 2.5");
  EXPECT_EQ(tensor("\"dtype\":\"F32\",\"shape\":[2]"), "tensor 'a': no 'data_offsets'");
  EXPECT_EQ(tensor("\"shape\":[2],\"data_offsets\":[0,8]"), "tensor 'a': no 'dtype'");
  EXPECT_EQ(tensor("\"dtype\":\"F32\",\"data_offsets\":[0,8]"), "tensor 'a': no 'shape'");
  EXPECT_EQ(tensor("\"dtype\":\"F32\",\"dtype\":\"F32\""),
            "tensor 'a': the key 'dtype' comes twice");
  EXPECT_EQ(tensor("\"color\":\"F32\""), "tensor 'a': unknown key 'color'");
  EXPECT_EQ(tensor(""), "tensor 'a': no 'dtype'");
  EXPECT_EQ(tensor("\"dtype\":32"), "tensor 'a': expected a string for 'dtype', got 32");
  EXPECT_EQ(tensor("\"dtype\":[]"), "tensor 'a': expected a string for 'dtype', got a list");
  EXPECT_EQ(tensor("\"shape\":\"2\""),
            "tensor 'a': expected a list of numbers for 'shape', got '2'");
  EXPECT_EQ(tensor("\"shape\":true"),
            "tensor 'a': expected a list of numbers for 'shape', got true");
  EXPECT_EQ(tensor("\"shape\":[[2]]"),
            "tensor 'a': expected an integer, 0 or greater, in 'shape', got a list");
  EXPECT_EQ(tensor("\"shape\":[9223372036854775808]"),
            "tensor 'a': the number '9223372036854775808' in 'shape' is too large");
  EXPECT_EQ(tensor("\"data_offsets\":[0]"), "tensor 'a': 'data_offsets' has 1 number, expected 2");
  EXPECT_EQ(tensor("\"data_offsets\":[0,4,8]"),
            "tensor 'a': 'data_offsets' has 3 numbers, expected 2");
  EXPECT_EQ(tensor("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]"),
            "bytes 4 to 8 of the data belong to no tensor");
  EXPECT_EQ(tensor("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]"),
            "bytes 0 to 4 of the data belong to no tensor");

  auto entry = [](const std::string &name, int begin, int end) {
    return "\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[" + std::to_string((end - begin) / 4) +
           "],\"data_offsets\":[" + std::to_string(begin) + "," + std::to_string(end) + "]}";
  };
  EXPECT_EQ(messageOf(fileOf("{" + entry("a", 0, 8) + "," + entry("b", 4, 12) + "}", 12)),
            "tensors 'a' and 'b' overlap");
  EXPECT_EQ(messageOf(fileOf("{" + entry("a", 0, 8) + "," + entry("a", 8, 12) + "}", 12)),
            "the name 'a' comes twice");
}

TEST(Safetensors, EveryTruncationIsRefused) {
  Folder folder;
  float f[4] = {1, 2, 3, 4};
  writeSafetensors(folder / "a", {{"f", ElementType::F32, {4}, f}}, {});
  std::string bytes = readAll(folder / "a");
  EXPECT_EQ(messageOf(bytes), "");
  for (size_t length = 0; length < bytes.size(); ++length)
    EXPECT_NE(messageOf(bytes.substr(0, length)), "") << length;
}

TEST(Safetensors, UnreadableFiles) {
  auto error = [](const std::string &path) -> std::string {
    try {
      SafetensorsFile file(path);
    } catch (const Error &error) {
      EXPECT_EQ(error.status, Exit::InputOutput);
      return error.message;
    }
    return "";
  };
  Folder folder;
  EXPECT_EQ(error(folder / "none"),
            "cannot read '" + (folder / "none") + "': No such file or directory");
  EXPECT_EQ(error(folder.path), "cannot read '" + folder.path + "': is a directory");
  std::ofstream(folder / "short") << "abc";
  EXPECT_EQ(error(folder / "short"),
            "cannot read '" + (folder / "short") + "': too short for a safetensors file: 3 bytes");
}

TEST(OutputFile, ReplacesWholeOrNotAtAll) {
  Folder folder;
  std::ofstream(folder / "a") << "old";
  {
    OutputFile file(folder / "a");
    file.write("ne", 2);
  } // not committed
  EXPECT_EQ(readAll(folder / "a"), "old");
  checkWritable(folder / "a");
  checkWritable(folder / "b");
  EXPECT_EQ(readAll(folder / "a"), "old");
  EXPECT_EQ(writeError(folder / "a"), "");
  EXPECT_EQ(readAll(folder / "a"), "abc");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path), {}), 1); // no temporary is left
  struct stat status;
  stat((folder / "a").c_str(), &status);
  mode_t mask = umask(0);
  umask(mask);
  EXPECT_EQ(status.st_mode & 0777, 0666 & ~mask);
}

TEST(OutputFile, ALinkStaysALink) {
  Folder folder;
  std::ofstream(folder / "target") << "old";
  ASSERT_EQ(symlink("target", (folder / "link").c_str()), 0);
  EXPECT_EQ(writeError(folder / "link"), "");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(readAll(folder / "target"), "abc");
}

TEST(OutputFile, DevicesAreWrittenInPlace) {
  EXPECT_EQ(writeError("/dev/null"), "");
  struct stat status;
  ASSERT_EQ(stat("/dev/null", &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));
  EXPECT_EQ(writeError("/dev/full"), "cannot write '/dev/full': No space left on device");
}

TEST(OutputFile, Errors) {
  Folder folder;
  EXPECT_EQ(writeError(folder / "no/file"), "cannot write '" + (folder / "no/file") +
                                                "': the folder '" + (folder / "no") +
                                                "' does not exist");
  EXPECT_EQ(writeError(folder.path), "cannot write '" + folder.path + "': Is a directory");
  std::ofstream(folder / "file") << "x";
  EXPECT_EQ(writeError(folder / "file/a"), "cannot write '" + (folder / "file/a") +
                                               "': the folder '" + (folder / "file") +
                                               "' is not a folder");
}
