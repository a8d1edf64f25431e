"""Checks docs/language.md: its programs compile, and its lists of names are the library's.

Usage: check_language.py PAGE TOOL LIBRARY
"""
import os
import re
import subprocess
import sys
import tempfile


def main(page, tool, library):
    text = open(page, encoding="utf-8").read()
    failures = []
    programs = re.findall(r"^```iarc\n(.*?)^```", text, re.M | re.S)
    with tempfile.TemporaryDirectory() as folder:
        for program in programs:
            path = os.path.join(folder, "main.iarc")
            open(path, "w", encoding="utf-8").write(program)
            run = subprocess.run([tool, "-I", library, path], capture_output=True, text=True)
            if run.returncode or run.stderr:
                failures.append(run.stderr)
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", text, re.M))
    for name in sorted(os.listdir(library)):
        source = open(os.path.join(library, name), encoding="utf-8").read()
        row = rows.get(name.removesuffix(".iarc"), "")
        for defined in re.findall(r"^(?:kernel|function|block) (\w+)", source, re.M):
            if f"`{defined}`" not in row:
                failures.append(f"the page does not list '{defined}' of {name}")
    for failure in failures:
        print(failure)
    print(f"{len(programs)} programs, {len(failures)} failures")
    return 1 if failures or not programs else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
