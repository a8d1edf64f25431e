//===- Arguments.cpp - Command lines ---------------------------------------------===//

#include "Arguments.h"

#include "Error.h"
#include "Text.h"

#include <charconv>
#include <cmath>

namespace iarc::runtime {

[[noreturn]] static void invalidValue(const char *name, const std::string &text,
                                      const std::string &expected) {
  fail(Exit::Usage, "invalid value %s for %s: expected %s", quoted(text).c_str(), name,
       expected.c_str());
}

template <class T>
static T parseInteger(const char *name, const std::string &text, T least, T most) {
  T value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
    invalidValue(name, text,
                 "an integer from " + std::to_string(least) + " to " + std::to_string(most));
  return value;
}

void Arguments::addInteger(const char *name, const char *placeholder, int64_t *target,
                           int64_t least, int64_t most, const char *help, const char *defaultText) {
  arguments.push_back(
      {name, placeholder, help, defaultText ? defaultText : std::to_string(*target), false, false,
       [=](const std::string &text) { *target = parseInteger<int64_t>(name, text, least, most); }});
}

void Arguments::addSeed(uint64_t *target) {
  arguments.push_back({"--seed", "S", "seed of everything random", std::to_string(*target), false,
                       false, [=](const std::string &text) {
                         *target = parseInteger<uint64_t>("--seed", text, 0, UINT64_MAX);
                       }});
}

void Arguments::addNumber(const char *name, const char *placeholder, double *target, double least,
                          double most, bool below, const char *help) {
  arguments.push_back(
      {name, placeholder, help, format("%g", *target), false, false, [=](const std::string &text) {
         double value = 0;
         auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
         if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value) ||
             value < least || value > most || (below && value == most))
           invalidValue(name, text,
                        format("a number from %g to %s%g", least, below ? "below " : "", most));
         *target = value;
       }});
}

void Arguments::addFile(const char *name, std::string *target, const char *help, bool required) {
  arguments.push_back({name, "FILE", help, "", required, false, [=](const std::string &text) {
                         if (text.empty())
                           invalidValue(name, text, "the name of a file");
                         *target = text;
                       }});
}

void Arguments::addSwitch(const char *name, bool *target, const char *help) {
  arguments.push_back(
      {name, "", help, "", false, false, [=](const std::string &) { *target = true; }});
}

Arguments::Argument *Arguments::find(const std::string &name) {
  for (Argument &argument : arguments)
    if (argument.name == name)
      return &argument;
  return nullptr;
}

bool Arguments::given(const std::string &name) const {
  for (const Argument &argument : arguments)
    if (argument.name == name)
      return argument.given;
  return false;
}

std::vector<std::string> Arguments::names() const {
  std::vector<std::string> names{"--help"};
  for (const Argument &argument : arguments)
    names.push_back(argument.name);
  return names;
}

bool Arguments::parse(const std::vector<std::string> &words) {
  for (const std::string &word : words)
    if (word == "--help" || word == "-h")
      return false;
  for (size_t at = 0; at < words.size(); ++at) {
    const std::string &word = words[at];
    if (word.size() < 2 || word[0] != '-')
      fail(Exit::Usage, "%s takes no argument %s, only flags\nhint: see '%s --help'",
           command.c_str(), quoted(word).c_str(), command.c_str());
    size_t equals = word.find('=');
    std::string name = word.substr(0, equals);
    Argument *argument = find(name);
    if (!argument) {
      std::string nearest = nearestName(name, names());
      fail(Exit::Usage, "%s has no flag %s\nhint: %s", command.c_str(), quoted(name).c_str(),
           nearest.empty() ? ("see '" + command + " --help'").c_str()
                           : ("did you mean " + nearest + "?").c_str());
    }
    if (argument->given)
      fail(Exit::Usage, "%s is given twice", name.c_str());
    argument->given = true;
    bool isSwitch = argument->placeholder.empty();
    if (isSwitch && equals != std::string::npos)
      fail(Exit::Usage, "%s takes no value", name.c_str());
    if (isSwitch)
      argument->set("");
    else if (equals != std::string::npos)
      argument->set(word.substr(equals + 1));
    else if (at + 1 == words.size() || words[at + 1].compare(0, 2, "--") == 0)
      fail(Exit::Usage, "%s needs a value: %s %s", name.c_str(), name.c_str(),
           argument->placeholder.c_str());
    else
      argument->set(words[++at]);
  }
  std::string missing;
  for (const Argument &argument : arguments)
    if (argument.required && !argument.given)
      missing += (missing.empty() ? "" : ", ") + argument.name + " " + argument.placeholder;
  if (!missing.empty())
    fail(Exit::Usage, "%s needs %s\nhint: see '%s --help'", command.c_str(), missing.c_str(),
         command.c_str());
  return true;
}

std::string Arguments::help() const {
  size_t width = 0;
  for (const Argument &argument : arguments)
    width = std::max(width, argument.name.size() + 1 + argument.placeholder.size());
  std::string text;
  for (const Argument &argument : arguments) {
    std::string left = argument.name + " " + argument.placeholder;
    text += "  " + left + std::string(width + 2 - left.size(), ' ') + argument.help;
    if (argument.required)
      text += " (required)";
    else if (!argument.defaultText.empty())
      text += " (default " + argument.defaultText + ")";
    text += "\n";
  }
  return text;
}

} // namespace iarc::runtime
