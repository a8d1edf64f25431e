"""Checks docs/diagnostics.md against the catalogue.

Every code has an entry with its title, and a test in this folder that is named after it. Every
entry that shows programs shows a wrong one, which must give the code, and a right one, which must
give no diagnostic at all. The table of all codes is that of the catalogue.

    check_page.py PAGE TOOL LIBRARY TESTS
    check_page.py --index PAGE TOOL          writes the table of all codes into the page
"""
import os
import re
import shlex
import subprocess
import sys
import tempfile

PROSE_ONLY = {"IARC0001", "IARC0002", "IARC0003", "IARC0104", "IARC0702"}
MODEL = """model m {{
  task iarc(symbols: 16, subtasks: [I, A, R, C])
  context 24
  x = encode
{}  predict x[0..<symbols]
  loss cross_entropy at last
  train sgd
}}
"""


def whole(attributes, text):
    use = re.search(r'use="([^"]*)"', attributes)
    inside = "  " + use[1] + "\n" if use else ""
    if "in-model" in attributes:
        return MODEL.format("".join("  " + line + "\n" for line in text.splitlines()))
    if "definitions" in attributes:
        return text + "\n" + MODEL.format(inside)
    return text


def anchor(heading):
    """What a link to a heading is, as GitHub and pandoc make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def index_of(tool):
    """The table of all codes."""
    listed = subprocess.run([tool, "--codes"], capture_output=True, text=True, check=True).stdout
    rows = "| code | | |\n|---|---|---|\n"
    for line in listed.splitlines():
        code, kind, title = line.split(" ", 2)
        rows += f"| [{code}](#{anchor(f'{code}: {title}')}) | {kind} | {title} |\n"
    return rows


INDEX = re.compile(r"(?<=^## All codes\n\n)(?:\|[^\n]*\n)*", re.M)


def write_index(page, tool):
    text = open(page, encoding="utf-8").read()
    rows = index_of(tool)
    with open(page, "w", encoding="utf-8") as file:
        file.write(INDEX.sub(lambda _: rows, text))


def main(page, tool, library, tests):
    failures = []
    listed = subprocess.run([tool, "--codes"], capture_output=True, text=True, check=True).stdout
    codes = {line.split()[0]: line.split(" ", 2)[2] for line in listed.splitlines()}
    text = open(page, encoding="utf-8").read()
    index = INDEX.search(text)
    if not index or index[0] != index_of(tool):
        failures.append("the table of all codes is not that of the catalogue; "
                        "check_page.py --index PAGE TOOL writes it")
    entries = dict((m[1], (m[2], m[3])) for m in re.finditer(
        r"^## (IARC\d+): ([^\n]*)\n(.*?)(?=^## |\Z)", text, re.M | re.S))
    for code in sorted(set(codes) | set(entries)):
        if not any(name.startswith(code) for name in os.listdir(tests)):
            failures.append(f"{code} has no test")
        if code not in codes or code not in entries:
            failures.append(f"{code} is missing in the " + ("page" if code in codes else "table"))
            continue
        title, body = entries[code]
        if title != codes[code]:
            failures.append(f"{code}: the title is '{codes[code]}', not '{title}'")
        blocks = re.findall(r"^```iarc ([^\n]*)\n(.*?)^```", body, re.M | re.S)
        kinds = [attributes.split()[0] for attributes, _ in blocks]
        if code in PROSE_ONLY:
            continue
        if kinds.count("wrong") != 1 or kinds.count("right") != 1:
            failures.append(f"{code} needs one wrong and one right program")
        with tempfile.TemporaryDirectory() as folder:
            for attributes, program in blocks:
                file = re.match(r"file=(\S+)", attributes)
                if file:
                    open(os.path.join(folder, file[1]), "w", encoding="utf-8").write(program)
            for attributes, program in blocks:
                kind = attributes.split()[0]
                if kind not in ("wrong", "right"):
                    continue
                path = os.path.join(folder, "main.iarc")
                open(path, "w", encoding="utf-8").write(whole(attributes, program))
                flags = re.search(r'flags="([^"]*)"', attributes)
                run = subprocess.run(
                    [tool, "-I", library] + shlex.split(flags[1] if flags else "") + [path],
                    capture_output=True, text=True)
                if kind == "wrong" and f"[{code}]" not in run.stderr:
                    failures.append(f"{code}: the wrong program gives\n{run.stderr}")
                if kind == "right" and (run.stderr or run.returncode):
                    failures.append(f"{code}: the right program gives\n{run.stderr}")
    for failure in failures:
        print(failure)
    print(f"{len(entries)} entries, {len(failures)} failures")
    return 1 if failures or not entries else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--index"]:
        sys.exit(write_index(*sys.argv[2:]))
    sys.exit(main(*sys.argv[1:]))
