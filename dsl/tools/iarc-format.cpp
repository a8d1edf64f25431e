//===- iarc-format.cpp - The formatter of .iarc files ----------------------===//
//
// iarc-format [-i | --check] [FILE ...]. Exit status: 0 all right, 1 a file
// has a syntax error or, with --check, another layout; 2 wrong usage, 4 a file
// cannot be read or written, 5 a defect of the formatter. Of several files the
// highest.
//
//===----------------------------------------------------------------------===//
#include "iarc/dsl/Format.h"

#include "iarc/dsl/Frontend.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using namespace iarc::dsl;

namespace {

constexpr const char *help =
    R"(iarc-format: lay out .iarc files in the one way that everybody reads

Examples:
  iarc-format model.iarc              print the file laid out
  iarc-format -i model.iarc lib/*.iarc
                                      change the files
  iarc-format --check lib/*.iarc      name the files that are not laid out so
  iarc-format < model.iarc            from standard input to standard output

Usage: iarc-format [-i | --check] [FILE ...]

  -i, --in-place   write the result into the file, where it differs
  --check          write nothing; status 1 if a file would change
  -h, --help       print this help
  --version        print the version

A FILE '-', or none, is standard input. A file with a syntax error is left as it is.
Exit status: 0 all right, 1 a syntax error, or another layout with --check, 2 wrong
usage, 4 a file cannot be read or written, 5 a defect of iarc-format.
)";

enum Status { Ok = 0, Wrong = 1, Usage = 2, InputOutput = 4, Internal = 5 };

struct Options {
  bool inPlace = false, check = false, colour = false;
};

std::string lower(std::string text) {
  if (!text.empty())
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

int complain(Status status, const std::string &message, const std::string &hint = "") {
  std::fprintf(stderr, "iarc-format: error: %s\n", message.c_str());
  if (!hint.empty())
    std::fprintf(stderr, "iarc-format: hint: %s\n", hint.c_str());
  return status;
}

/// Replaces a file as a whole: a full disk or a signal leaves the old one. A symbolic link stays
/// one, and the file keeps its permissions.
int replace(const std::string &path, const std::string &text) {
  char *resolved = ::realpath(path.c_str(), nullptr);
  std::string target = resolved ? resolved : path;
  std::free(resolved);
  struct stat status;
  if (::stat(target.c_str(), &status) != 0 || ::access(target.c_str(), W_OK) != 0)
    return complain(InputOutput,
                    "cannot write '" + path + "': " + lower(std::strerror(errno)));
  std::string temporary = target + ".XXXXXX";
  int file = ::mkstemp(temporary.data());
  if (file < 0)
    return complain(InputOutput, "cannot write beside '" + path + "': " +
                                     lower(std::strerror(errno)));
  size_t done = 0;
  bool good = ::fchmod(file, status.st_mode & 07777) == 0;
  while (good && done < text.size()) {
    ssize_t count = ::write(file, text.data() + done, text.size() - done);
    good = count >= 0 || errno == EINTR;
    done += count > 0 ? static_cast<size_t>(count) : 0;
  }
  int error = errno;
  good = good && ::fsync(file) == 0;
  ::close(file);
  if (good && ::rename(temporary.c_str(), target.c_str()) == 0)
    return Ok;
  error = good ? errno : error;
  ::unlink(temporary.c_str());
  return complain(InputOutput, "cannot write '" + path + "': " + lower(std::strerror(error)));
}

int formatFile(const std::string &path, const Options &options) {
  bool standard = path == "-";
  std::string name = standard ? "<stdin>" : path;
  FileContents file = readFile(standard ? "/dev/stdin" : path);
  if (!file.error.empty())
    return complain(file.tooLarge ? Wrong : InputOutput, "cannot read '" + name + "': " + file.error);
  FormatResult result = formatText(name, file.text, options.colour);
  std::fputs(result.diagnostics.c_str(), stderr);
  if (result.defect)
    return complain(Internal, "'" + name + "' would change its meaning; it is left as it is");
  if (result.errors)
    return Wrong;
  bool same = result.text == file.bytes;
  if (options.check) {
    if (!same)
      std::fprintf(stderr, "iarc-format: '%s' is not laid out so\n", name.c_str());
    return same ? Ok : Wrong;
  }
  if (options.inPlace)
    return same ? static_cast<int>(Ok) : replace(path, result.text);
  std::fwrite(result.text.data(), 1, result.text.size(), stdout);
  return Ok;
}

/// What was printed is out, or the status says that it is not.
int finish(int status) {
  if (std::fflush(stdout) != 0 || std::ferror(stdout))
    return complain(InputOutput, std::string("cannot write: ") + lower(std::strerror(errno)));
  return status;
}

} // namespace

int main(int argc, char **argv) {
  Options options;
  std::vector<std::string> files;
  bool onlyFiles = false;
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (onlyFiles || word == "-" || word.empty() || word[0] != '-') {
      files.emplace_back(word);
    } else if (word == "--") {
      onlyFiles = true;
    } else if (word == "-i" || word == "--in-place") {
      options.inPlace = true;
    } else if (word == "--check") {
      options.check = true;
    } else if (word == "-h" || word == "--help") {
      std::fputs(help, stdout);
      return finish(Ok);
    } else if (word == "--version") {
      std::puts("iarc-format " IARC_VERSION);
      return finish(Ok);
    } else {
      return complain(Usage, "unknown option '" + std::string(word) + "'",
                      "'iarc-format --help' lists what there is");
    }
  }
  if (options.inPlace && options.check)
    return complain(Usage, "-i and --check exclude each other");
  if (files.empty())
    files.push_back("-");
  if (options.inPlace && std::find(files.begin(), files.end(), "-") != files.end())
    return complain(Usage, "standard input cannot be changed in place", "name a file after -i");
  const char *off = std::getenv("NO_COLOR");
  options.colour = isatty(STDERR_FILENO) && !(off && *off);
  int status = Ok;
  for (const std::string &path : files)
    status = std::max(status, formatFile(path, options));
  return finish(status);
}
