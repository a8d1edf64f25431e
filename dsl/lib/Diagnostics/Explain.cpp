//===- Explain.cpp - The entry of a code ----------------------------------===//
//
// docs/diagnostics.md is compiled in, so that a code can be explained wherever
// the compiler went.
//
//===----------------------------------------------------------------------===//
#include "Diagnostics/Diagnostics.h"

#include <cctype>
#include <sstream>

namespace iarc::dsl {

/// The page, generated from docs/diagnostics.md.
extern const char *const diagnosticsPage;

std::optional<std::string> explainDiagnostic(const std::string &code) {
  std::string digits;
  for (char c : code)
    digits += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (digits.compare(0, 4, "IARC") == 0)
    digits.erase(0, 4);
  bool number = !digits.empty() && digits.size() <= 4 &&
                digits.find_first_not_of("0123456789") == std::string::npos;
  if (!number)
    return std::nullopt;
  std::string heading = "## " + codeText(std::stoi(digits)) + ":";
  std::istringstream lines{std::string(diagnosticsPage)};
  std::string line, text;
  bool inside = false, program = false;
  while (std::getline(lines, line)) {
    if (line.compare(0, 3, "## ") == 0) {
      if (inside)
        break;
      inside = line.compare(0, heading.size(), heading) == 0;
      if (inside)
        text = line.substr(3) + "\n";
      continue;
    }
    if (!inside)
      continue;
    if (line.compare(0, 3, "```") == 0)
      program = !program;
    else
      text += (program && !line.empty() ? "    " : "") + line + "\n";
  }
  if (text.empty())
    return std::nullopt;
  return text.substr(0, text.find_last_not_of('\n') + 1) + "\n";
}

std::string listDiagnostics() {
  std::string text;
  for (const CatalogueEntry &entry : catalogue())
    text += codeText(entry.number) +
            (entry.severity == Severity::Error ? "  error    " : "  warning  ") + entry.title + "\n";
  return text;
}

} // namespace iarc::dsl
