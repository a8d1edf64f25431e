//===- AppendFileTest.cpp - Files that grow record by record ------------------------===//

#include "AppendFile.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <unistd.h>

using namespace iarc::runtime;

namespace {
std::string contentsOf(const std::string &path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}
} // namespace

TEST(AppendFile, GoesOnWhereAnotherProcessHasCutIt) {
  const std::string path = testing::TempDir() + "iarc-append-" + std::to_string(getpid());
  AppendFile file("the log", path, AppendFile::Mode::Replace);
  file.append("first\n");
  file.append("second\n");
  std::filesystem::resize_file(path, 0); // as a program does that rotates logs
  file.append("third\n");
  EXPECT_EQ(contentsOf(path), "third\n");
  file.append("fourth\n");
  EXPECT_EQ(contentsOf(path), "third\nfourth\n");
  std::filesystem::remove(path);
}
