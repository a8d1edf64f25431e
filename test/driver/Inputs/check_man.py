"""Compares the options of manual pages with those that the programs' help lists.

    check_man.py FOLDER

FOLDER holds the pages; the programs are those of the PATH. Prints the number of options.
"""
import pathlib
import re
import subprocess
import sys

PAGES = {
    "iarcc": [["iarcc"], ["iarcc", "run"], ["iarcc", "check-gradients"], ["iarcc", "task"],
              ["iarcc", "graph"], ["iarcc", "doc"]],
    "iarc-format": [["iarc-format"]],
    "iarc-lsp-server": [["iarc-lsp-server"]],
    "iarc-opt": [["iarc-opt"]],
    "iarc-study": [["iarc-study"]],
}


def helped(command):
    """The options of a help text: what begins its lines."""
    text = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True).stdout
    found = set()
    for line in text.splitlines():
        match = re.match(r" {1,6}(-[\w-]+)(?:, ?(--[\w-]+))?", line)
        if match:
            found |= {option for option in match.groups() if option}
    if command == ["iarc-opt"]:  # the others are LLVM's
        found = {option for option in found if option.startswith("--iarc-")} | {"--help"}
    return found


def written(page):
    """The options that a page describes: those of its .It lines, and of sentences that list some."""
    found = set()
    for line in page.read_text().splitlines():
        if not line.startswith((".It Fl", ".Fl")):
            continue
        words = line.split()[1:]
        if words[0] != "Fl":
            words.insert(0, "Fl")
        flag = False
        for word in words:
            if word == "Fl":
                flag = True
            elif word in (",", "."):
                continue
            elif flag and word not in ("Ar", "Cm", "Ns"):
                found.add("-" + word)
                flag = line.startswith(".Fl")  # .Fl o , D lists several
            else:
                flag = False
    return found


def main(folder):
    pages = {path.stem: path for path in pathlib.Path(folder).glob("*.1")}
    if set(pages) != set(PAGES):
        sys.exit(f"pages of {sorted(pages)}, programs {sorted(PAGES)}")
    count, wrong = 0, []
    for name, commands in PAGES.items():
        helps = set().union(*(helped(command) for command in commands))
        page = written(pages[name])
        count += len(helps)
        wrong += [f"{name}.1 lacks {option}" for option in sorted(helps - page)]
        wrong += [f"{name} has no {option}, which its page describes" for option in sorted(page - helps)]
        if not helps:
            wrong.append(f"the help of {name} lists nothing")
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{count} options")


if len(sys.argv) != 2:
    sys.exit(__doc__)
main(sys.argv[1])
