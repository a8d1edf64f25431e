"""Checks that the programs of the documentation are laid out by iarc-format.

A block is a file, statements of a body, or both; blocks with a mistake of syntax are passed over.
Usage: documentation.py TOOL FILE|FOLDER ...
"""
import glob
import os
import re
import subprocess
import sys


def laid_out(tool, text):
    """The text as the formatter has it, or None where it is no program."""
    run = subprocess.run([tool], input=text, capture_output=True, text=True)
    if run.returncode == 0:
        return run.stdout
    inside = "model m {\n" + re.sub(r"^(?=.)", "  ", text, flags=re.M) + "}\n"
    run = subprocess.run([tool], input=inside, capture_output=True, text=True)
    if run.returncode:
        return None
    lines = run.stdout.splitlines()[1:-1]
    return "".join(line[2:] + "\n" for line in lines)


def main(tool, *paths):
    files = [file for path in paths
             for file in (sorted(glob.glob(os.path.join(path, "*.md"))) if os.path.isdir(path) else [path])]
    blocks, differ = 0, 0
    for file in files:
        content = open(file, encoding="utf-8").read()
        for match in re.finditer(r"^```iarc([^\n]*)\n(.*?)^```", content, re.M | re.S):
            wanted = laid_out(tool, match[2])
            if wanted is None:
                continue
            blocks += 1
            if wanted != match[2]:
                differ += 1
                line = content[:match.start()].count("\n") + 1
                print(f"{file}:{line}: laid out it is\n{wanted}")
    print(f"{blocks} blocks, {differ} differ")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
