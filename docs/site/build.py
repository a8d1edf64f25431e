"""Renders the documentation to a small static site.

    build.py OUT [ROOT]

README.md becomes OUT/index.html, docs/*.md pages beside each other in OUT/docs; ROOT is the folder of both, by
default the one that holds this file's. What a page links to in the tree is copied to the same place, a folder
with a list of its files. Every link and anchor is checked. pandoc does the rendering. Exit status: 0 all right,
1 a link leads nowhere, 2 wrong usage, 4 a file cannot be read or written, or pandoc is missing.
"""
import concurrent.futures
import html
import html.parser
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
MARKER = ".iarc-site"  # a folder with it may be written anew
TEMPLATE = (HERE / "template.html").read_text(encoding="utf-8")


class Page:
    """A Markdown file and where its HTML goes, relative to the root."""

    def __init__(self, root, source):
        self.source = source
        folder = source.parent
        self.target = folder / ("index.html" if source.name == "README.md" else source.stem + ".html")
        text = (root / source).read_text(encoding="utf-8")
        title = re.search(r"^# (.*)$", text, re.M)
        self.title = title[1].replace("`", "") if title else source.stem.capitalize()
        self.text = text


def pages_of(root):
    """README.md, then the pages that it links to in their order, then the others."""
    readme = root / "README.md"
    linked = re.findall(r"\]\((docs/[\w.-]+\.md)\)", readme.read_text(encoding="utf-8").split("## Read on")[-1])
    found = sorted(str(path.relative_to(root)) for path in (root / "docs").glob("*.md"))
    order = ["README.md"] + sorted(found, key=lambda name: (linked.index(name) if name in linked else len(linked)))
    pages = [Page(root, pathlib.Path(name)) for name in order]
    pages += [Page(root, path.relative_to(root)) for path in sorted((root / "examples").rglob("README.md"))]
    return pages


def syntax_definition(folder):
    """Colours of iarc for pandoc, from the words that editors have."""
    mate = json.loads((HERE.parent.parent / "dsl/editors/vscode/syntaxes/iarc.tmLanguage.json").read_text())
    words = {"keyword": [], "control": [], "constant": []}
    for pattern in mate["patterns"]:
        match = re.fullmatch(r"\\b\(([a-z|]+)\)\\b", pattern.get("match", ""))
        if match:
            name = pattern["name"]
            kind = "control" if "control" in name else "constant" if "constant" in name else "keyword"
            words[kind] += match[1].split("|")
    lists = "".join(f'<list name="{kind}">' + "".join(f"<item>{word}</item>" for word in sorted(set(items))) +
                    "</list>" for kind, items in words.items())
    rules = "".join(f'<keyword attribute="{kind}" context="#stay" String="{kind}"/>' for kind in words)
    path = pathlib.Path(folder) / "iarc.xml"
    path.write_text(f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE language>
<language name="iarc" section="Sources" version="1" kateversion="5.0" extensions="*.iarc">
<highlighting>{lists}
<contexts><context name="normal" attribute="text" lineEndContext="#stay">
<RegExpr attribute="comment" context="#stay" String="//.*$"/>
<RegExpr attribute="string" context="#stay" String="&quot;[^&quot;]*&quot;"/>
{rules}
<RegExpr attribute="number" context="#stay" String="\\b[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?\\b"/>
<RegExpr attribute="function" context="#stay" String="\\b[A-Za-z_][A-Za-z0-9_]*(?=\\()"/>
<RegExpr attribute="argument" context="#stay" String="\\b[A-Za-z_][A-Za-z0-9_]*(?=\\s*:)"/>
<RegExpr attribute="text" context="#stay" String="\\b[A-Za-z_][A-Za-z0-9_]*\\b"/>
</context></contexts>
<itemDatas><itemData name="text" defStyleNum="dsNormal"/><itemData name="comment" defStyleNum="dsComment"/>
<itemData name="string" defStyleNum="dsString"/><itemData name="keyword" defStyleNum="dsKeyword"/>
<itemData name="control" defStyleNum="dsControlFlow"/><itemData name="constant" defStyleNum="dsConstant"/>
<itemData name="number" defStyleNum="dsDecVal"/><itemData name="function" defStyleNum="dsFunction"/>
<itemData name="argument" defStyleNum="dsVariable"/></itemDatas>
</highlighting><general><keywords casesensitive="1"/></general></language>
""", encoding="utf-8")
    return path


def render(page, syntax):
    """The body of a page as HTML."""
    # ```iarc wrong in-model: the rest of the line is for the tests.
    text = re.sub(r"^```(\w+)[^\n]*$", r"```\1", page.text, flags=re.M)
    run = subprocess.run(["pandoc", "--from", "gfm", "--to", "html", "--wrap", "preserve",
                          "--syntax-definition", str(syntax)], input=text, capture_output=True, text=True)
    if run.returncode:
        raise OSError(f"pandoc: {run.stderr.strip()}")
    return run.stdout


def relative(target, page):
    return os.path.relpath(target, page.parent)


class Site:
    def __init__(self, root, out):
        self.root, self.out = root, out
        self.pages = pages_of(root)
        self.by_source = {page.source: page for page in self.pages}
        self.copied = set()
        self.written = []

    def build(self):
        with tempfile.TemporaryDirectory() as folder:
            syntax = syntax_definition(folder)
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
                bodies = list(pool.map(lambda page: render(page, syntax), self.pages))
        for page, body in zip(self.pages, bodies):
            body = re.sub(r'(?<=[ \n])(href|src)="([^"]*)"',
                          lambda m: f'{m[1]}="{html.escape(self.link(page, html.unescape(m[2])))}"', body)
            self.write(page.target, page.title, body)
        shutil.copy(HERE / "style.css", self.out / "style.css")

    def write(self, target, title, body):
        entries = "".join(
            f'<li><a href="{relative(page.target, target)}"' +
            (' aria-current="page"' if page.target == target else "") + f">{html.escape(page.title)}</a></li>\n"
            for page in self.pages if page.source.parent in (pathlib.Path("."), pathlib.Path("docs")))
        text = TEMPLATE
        for name, value in (("title", html.escape(title)), ("style", relative(pathlib.Path("style.css"), target)),
                            ("home", relative(pathlib.Path("index.html"), target)), ("pages", entries),
                            ("body", body)):
            text = text.replace("{{" + name + "}}", value)
        path = self.out / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.written.append(path)

    def link(self, page, link):
        """Where a link of a page leads to in the site; what is no page is copied."""
        parts = urllib.parse.urlsplit(link)
        if parts.scheme or parts.netloc or not parts.path:
            return link
        source = pathlib.Path(os.path.normpath(page.source.parent / urllib.parse.unquote(parts.path)))
        if (self.root / source).is_dir() and source / "README.md" in self.by_source:
            source = source / "README.md"
        if source in self.by_source:
            target = self.by_source[source].target
        elif (self.root / source).is_dir():
            target = self.list_folder(source)
        elif (self.root / source).is_file():
            target = self.copy(source)
        else:
            return link  # the check complains
        return relative(target, page.target) + (f"#{parts.fragment}" if parts.fragment else "")

    def copy(self, source):
        # A browser shows what it takes for text, and nothing else is to be run.
        shown = source.suffix in (".svg", ".html", ".json", ".jsonl", ".txt")
        target = source if shown else source.with_name(source.name + ".txt")
        if target not in self.copied:
            self.copied.add(target)
            (self.out / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.root / source, self.out / target)
        return target

    def list_folder(self, source):
        target = source / "index.html"
        if target in self.copied:
            return target
        self.copied.add(target)
        rows = []
        for path in sorted((self.root / source).iterdir()):
            inner = source / path.name
            if path.name.startswith((".", "__")):
                continue
            if path.is_dir():
                readme = inner / "README.md"
                place = self.by_source[readme].target if readme in self.by_source else self.list_folder(inner)
                rows.append((path.name + "/", place))
            elif inner in self.by_source:
                rows.append((path.name, self.by_source[inner].target))
            elif path.stat().st_size < 2 ** 20:
                rows.append((path.name, self.copy(inner)))
        body = f"<h1>{html.escape(str(source))}</h1>\n<ul>\n" + "".join(
            f'<li><a href="{html.escape(urllib.parse.quote(relative(place, target)))}">{html.escape(name)}</a></li>\n'
            for name, place in rows) + "</ul>\n"
        self.write(target, str(source), body)
        return target


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.links = set(), []

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "id":
                self.ids.add(value)
            if name in ("href", "src") and value:
                self.links.append(value)


def check(out, written):
    """Links of the pages that lead nowhere, each as 'page: link'; the number of links."""
    pages = {}
    for path in sorted(written):
        pages[path] = Links()
        pages[path].feed(path.read_text(encoding="utf-8"))
    broken, count = [], 0
    for path, page in pages.items():
        for link in page.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            count += 1
            target = path if not parts.path else pathlib.Path(
                os.path.normpath(path.parent / urllib.parse.unquote(parts.path)))
            anchor = urllib.parse.unquote(parts.fragment)
            if not target.is_file() or (anchor and target in pages and anchor not in pages[target].ids):
                broken.append(f"{path.relative_to(out)}: {link}")
    return broken, count


def main(arguments):
    if len(arguments) not in (1, 2) or arguments[0].startswith("-"):
        print(__doc__, file=sys.stdout if "--help" in arguments or "-h" in arguments else sys.stderr)
        return 0 if "--help" in arguments or "-h" in arguments else 2
    out = pathlib.Path(arguments[0]).resolve()
    root = pathlib.Path(arguments[1]).resolve() if len(arguments) == 2 else HERE.parent.parent
    if not shutil.which("pandoc"):
        print("site: error: pandoc is missing; it is a package of Debian", file=sys.stderr)
        return 4
    if out.exists() and not (out / MARKER).exists() and (not out.is_dir() or any(out.iterdir())):
        print(f"site: error: '{out}' exists and is no former site; name an empty folder", file=sys.stderr)
        return 2
    try:
        if out.exists():
            shutil.rmtree(out)
        out.mkdir(parents=True)
        (out / MARKER).touch()
        site = Site(root, out)
        site.build()
    except OSError as error:
        print(f"site: error: {error}", file=sys.stderr)
        return 4
    broken, count = check(out, site.written)
    for link in broken:
        print(f"site: error: a link leads nowhere: {link}", file=sys.stderr)
    print(f"{len(site.pages)} pages, {count} links, {len(broken)} broken: {out / 'index.html'}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
