"""tutorial.py PAGE FOLDER: works through a page of documentation as its reader would.

A block ```iarc NAME is written to the file NAME; ```sh is run by bash in FOLDER; ```text after it is what it prints, errors included,
with numbers compared as numbers only in their place, and with `...` for any rest of a line, or any lines where it stands alone. A command
may fail only where the text shows an error.
"""
import re
import subprocess
import sys


def pattern_of(line):
    """The line with any spaces for spaces and any number for a number."""
    parts = re.split(r"(\.\.\.|[ ]+|\d[\d,.]*(?:e[+-]?\d+)?)", line)
    forms = {"...": ".*"}
    return "".join(forms.get(part) or (r"[ ]+" if part.isspace() else
                                       r"[\d,.e+-]+" if re.match(r"\d", part) else re.escape(part))
                   for part in parts if part)


def matches(wanted, given):
    if not wanted:
        return not given
    if wanted[0].strip() == "...":
        return any(matches(wanted[1:], given[i:]) for i in range(len(given) + 1))
    return bool(given) and re.fullmatch(pattern_of(wanted[0]) + " *", given[0]) is not None \
        and matches(wanted[1:], given[1:])


def main(page, folder):
    text = open(page, encoding="utf-8").read()
    blocks = re.findall(r"^```(\w+)[ ]?([^\n]*)\n(.*?)^```", text, re.M | re.S)
    files = commands = 0
    for i, (kind, name, body) in enumerate(blocks):
        if kind == "iarc" and name:
            open(f"{folder}/{name}", "w", encoding="utf-8").write(body)
            files += 1
        if kind != "sh":
            continue
        wanted = blocks[i + 1][2].splitlines() if i + 1 < len(blocks) and blocks[i + 1][0] == "text" else ["..."]
        run = subprocess.run(["bash", "-e"], input=body, cwd=folder, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
        commands += len(body.splitlines())
        may_fail = any("error: " in line for line in wanted)
        if (run.returncode != 0) != may_fail or not matches(wanted, run.stdout.splitlines()):
            sys.exit(f"status {run.returncode} of\n{body}printed\n{run.stdout}instead of\n" + "\n".join(wanted))
    print(f"{files} files, {commands} commands")


if __name__ == "__main__":
    main(*sys.argv[1:])
