//===- Page.cpp - Documentation as Markdown or HTML -----------------------===//
//
// Comments are paragraphs of text, separated by empty comment lines; lines that
// are set in by two blanks more are kept as they are. `code` and links are
// those of Markdown; "arXiv 1706.03762" becomes a link.
//
//===----------------------------------------------------------------------===//
#include "iarc/dsl/Document.h"

#include <cctype>
#include <filesystem>
#include <functional>

namespace iarc::dsl {

namespace {

/// A run of lines of a comment.
struct Paragraph {
  bool verbatim = false;
  std::vector<std::string> lines;
};

std::vector<std::string> linesOf(const std::string &text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = text.find('\n', begin);
    end = end == std::string::npos ? text.size() : end;
    lines.push_back(text.substr(begin, end - begin));
    if (!lines.back().empty() && lines.back().back() == '\r')
      lines.back().pop_back();
    begin = end + 1;
  }
  return lines;
}

std::vector<Paragraph> paragraphsOf(const std::string &comment) {
  std::vector<Paragraph> paragraphs;
  bool fresh = true;
  for (const std::string &line : linesOf(comment)) {
    if (line.find_first_not_of(" \t") == std::string::npos) {
      fresh = true;
      continue;
    }
    bool verbatim = line.substr(0, 2) == "  ";
    if (fresh || paragraphs.back().verbatim != verbatim)
      paragraphs.push_back({verbatim, {}});
    paragraphs.back().lines.push_back(line);
    fresh = false;
  }
  return paragraphs;
}

/// The number of an arXiv paper that begins at `at`, such as "1706.03762"; empty if none does.
std::string paperAt(const std::string &text, size_t at) {
  size_t end = at;
  auto digits = [&](size_t least, size_t most) {
    size_t begin = end;
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])))
      ++end;
    return end - begin >= least && end - begin <= most;
  };
  if (!digits(4, 4) || end >= text.size() || text[end++] != '.' || !digits(4, 5))
    return "";
  return text.substr(at, end - at);
}

/// Passes the text on, piece by piece, with papers as links.
void eachPaper(const std::string &text, const std::function<void(const std::string &)> &plain,
               const std::function<void(const std::string &, const std::string &)> &link) {
  size_t done = 0;
  for (size_t at = 0; (at = text.find("arXiv", at)) != std::string::npos; at += 5) {
    size_t number = at + 5;
    if (number < text.size() && (text[number] == ' ' || text[number] == ':'))
      ++number;
    std::string paper = paperAt(text, number);
    if (paper.empty() || at < done)
      continue;
    plain(text.substr(done, at - done));
    done = number + paper.size();
    link(text.substr(at, done - at), "https://arxiv.org/abs/" + paper);
  }
  plain(text.substr(done));
}

std::string linkTo(const DocumentFile &file, const DocumentOptions &options) {
  return options.link.empty()
             ? ""
             : options.link + std::filesystem::path(file.path).filename().string();
}

//===----------------------------------------------------------------------===//
// Markdown
//===----------------------------------------------------------------------===//

std::string markdownText(const std::string &comment) {
  std::string out;
  for (const Paragraph &paragraph : paragraphsOf(comment)) {
    std::string text;
    for (const std::string &line : paragraph.lines)
      text += (paragraph.verbatim ? "    " + line.substr(2) : line) + "\n";
    if (paragraph.verbatim)
      out += text;
    else
      eachPaper(
          text, [&](const std::string &plain) { out += plain; },
          [&](const std::string &words, const std::string &target) {
            out += "[" + words + "](" + target + ")";
          });
    out += "\n";
  }
  return out;
}

/// The files with what they define; a link is `before`, the name of the file and `behind`.
std::string markdownList(const std::vector<DocumentFile> &files, const std::string &before,
                         const std::string &behind) {
  std::string out;
  for (const DocumentFile &file : files) {
    std::string names;
    for (const DocumentEntry &entry : file.entries)
      names += (names.empty() ? ": `" : ", `") + entry.name + "`";
    out += "- [" + file.name + "](" + before + file.name + behind + ")" + names + "\n";
  }
  return out;
}

std::string markdownPage(const std::vector<DocumentFile> &files, const DocumentOptions &options) {
  bool alone = files.size() == 1; // its name is the title
  std::string out = "# " + options.title + "\n\n";
  if (!alone)
    out += markdownList(files, "#", "") + "\n";
  for (const DocumentFile &file : files) {
    out += (alone ? "" : "## " + file.name + "\n\n") + markdownText(file.about);
    std::string target = linkTo(file, options), line;
    if (!target.empty())
      line = "Source: [" + std::filesystem::path(file.path).filename().string() + "](" + target + ").";
    for (size_t i = 0; i < file.imports.size(); ++i)
      line += (i ? ", `" : line.empty() ? "Imports `" : " Imports `") + file.imports[i] + "`";
    if (!file.imports.empty())
      line += ".";
    if (!line.empty())
      out += line + "\n\n";
    for (const DocumentEntry &entry : file.entries) {
      out += "### " + entry.kind + " " + entry.name + "\n\n";
      for (const std::string &code : linesOf(entry.head))
        out += "    " + code + "\n";
      out += "\n" + markdownText(entry.comment);
    }
  }
  out.pop_back(); // one of the two line ends
  return out;
}

//===----------------------------------------------------------------------===//
// HTML
//===----------------------------------------------------------------------===//

std::string escape(const std::string &text) {
  std::string out;
  for (char c : text)
    out += c == '<' ? "&lt;" : c == '>' ? "&gt;"
           : c == '&' ? "&amp;" : c == '"' ? "&quot;" : std::string(1, c);
  return out;
}

/// Text with `code`, in which nothing else means anything.
std::string htmlWords(const std::string &text) {
  std::string out;
  size_t begin = 0;
  while (begin < text.size()) {
    size_t open = text.find('`', begin);
    size_t close = open == std::string::npos ? open : text.find('`', open + 1);
    std::string plain = text.substr(begin, close == std::string::npos ? close : open - begin);
    eachPaper(
        plain, [&](const std::string &words) { out += escape(words); },
        [&](const std::string &words, const std::string &target) {
          out += "<a href=\"" + target + "\">" + escape(words) + "</a>";
        });
    if (close == std::string::npos)
      break;
    out += "<code>" + escape(text.substr(open + 1, close - open - 1)) + "</code>";
    begin = close + 1;
  }
  return out;
}

std::string htmlText(const std::string &comment) {
  std::string out;
  for (const Paragraph &paragraph : paragraphsOf(comment)) {
    std::string text;
    for (const std::string &line : paragraph.lines)
      text += (text.empty() ? "" : "\n") + (paragraph.verbatim ? line.substr(2) : line);
    out += paragraph.verbatim ? "<pre>" + escape(text) + "</pre>\n" : "<p>" + htmlWords(text) + "</p>\n";
  }
  return out;
}

std::string htmlHead(const std::string &title) {
  return R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>)" + escape(title) +
         R"(</title>
<style>
  :root { color-scheme: light dark; --paper: #fff; --ink: #1f2933; --soft: #52606d; --code: #f2f4f7; --link: #0b5cad; }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #14181d; --ink: #e6eaee; --soft: #aab5c0; --code: #20262d; --link: #7db8f5; }
  }
  body { margin: 2rem auto; max-width: 52rem; padding: 0 1rem; background: var(--paper); color: var(--ink);
         font: 16px/1.5 system-ui, sans-serif; }
  a { color: var(--link); }
  pre, code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 0.9em; background: var(--code); }
  code { padding: 0.1em 0.25em; border-radius: 3px; }
  pre { padding: 0.6em 0.8em; border-radius: 6px; overflow-x: auto; }
  h3 .kind, .source { color: var(--soft); font-weight: normal; }
</style>
</head>
<body>
<h1>)" + escape(title) + "</h1>\n";
}

/// The files with what they define; `page` gives where a file is described.
std::string htmlList(const std::vector<DocumentFile> &files,
                     const std::function<std::string(const DocumentFile &)> &page) {
  std::string out = "<ul>\n";
  for (const DocumentFile &file : files) {
    std::string target = escape(page(file)), names;
    std::string anchors = target.substr(0, target.find('#'));
    for (const DocumentEntry &entry : file.entries)
      names += (names.empty() ? ": " : ", ") +
               ("<a href=\"" + anchors + "#" + escape(file.name + "-" + entry.name) + "\">" +
                escape(entry.name) + "</a>");
    out += "<li><a href=\"" + target + "\">" + escape(file.name) + "</a>" + names + "</li>\n";
  }
  return out + "</ul>\n";
}

std::string htmlPage(const std::vector<DocumentFile> &files, const DocumentOptions &options) {
  bool alone = files.size() == 1; // its name is the title
  std::string out = htmlHead(options.title);
  if (!alone)
    out += htmlList(files, [](const DocumentFile &file) { return "#" + file.name; });
  for (const DocumentFile &file : files) {
    if (!alone)
      out += "<h2 id=\"" + escape(file.name) + "\">" + escape(file.name) + "</h2>\n";
    out += htmlText(file.about);
    std::string target = linkTo(file, options), line;
    if (!target.empty())
      line = "Source: <a href=\"" + escape(target) + "\">" +
             escape(std::filesystem::path(file.path).filename().string()) + "</a>.";
    for (size_t i = 0; i < file.imports.size(); ++i)
      line += (i ? ", " : line.empty() ? "Imports " : " Imports ") + escape(file.imports[i]);
    if (!line.empty())
      out += "<p class=\"source\">" + line + (file.imports.empty() ? "" : ".") + "</p>\n";
    for (const DocumentEntry &entry : file.entries)
      out += "<h3 id=\"" + escape(file.name + "-" + entry.name) + "\"><span class=\"kind\">" +
             entry.kind + "</span> " + escape(entry.name) + "</h3>\n<pre>" + escape(entry.head) +
             "</pre>\n" + htmlText(entry.comment);
  }
  return out + "</body>\n</html>\n";
}

} // namespace

std::string documentPage(const std::vector<DocumentFile> &files, const DocumentOptions &options) {
  return options.html ? htmlPage(files, options) : markdownPage(files, options);
}

std::string documentIndex(const std::vector<DocumentFile> &files, const DocumentOptions &options) {
  if (!options.html)
    return "# " + options.title + "\n\n" + markdownList(files, "", ".md");
  return htmlHead(options.title) +
         htmlList(files, [](const DocumentFile &file) { return file.name + ".html"; }) +
         "</body>\n</html>\n";
}

} // namespace iarc::dsl
