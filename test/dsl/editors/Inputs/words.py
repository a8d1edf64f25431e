"""Checks the editors' grammars against the language's own.

Every word of Iarc.g4 is one of the Vim syntax and of the TextMate grammar, and the other way round;
over a corpus the TextMate patterns leave nothing but blanks without a scope, and give every word of
the language a scope of its own. Usage: words.py GRAMMAR EDITORS FOLDER ...
"""
import glob
import json
import os
import re
import sys


def scopes(patterns, line):
    """(scope, text) along a line; the scope is None where no pattern fits."""
    at = 0
    while at < len(line):
        best = None
        for pattern in patterns:
            match = pattern["regex"].search(line, at)
            if match and match.end() > match.start() and (not best or match.start() < best[0].start()):
                best = (match, pattern)
        start = best[0].start() if best else len(line)
        if line[at:start].strip():
            yield None, line[at:start]
        if not best:
            return
        match, pattern = best
        if "end" in pattern:
            end = re.compile(pattern["end"]).search(line, match.end())
            yield pattern["name"], line[match.start():end.end()]
            at = end.end()
        else:
            for number, capture in pattern.get("captures", {}).items():
                yield capture["name"], match[int(number)]
            if "captures" not in pattern:
                yield pattern["name"], match[0]
            at = match.end()


def main(grammar, editors, *folders):
    failures = []
    text = re.sub(r"//.*", "", open(grammar, encoding="utf-8").read())
    words = set(re.findall(r"'([a-z]+)'", text))
    vim = open(os.path.join(editors, "vim/syntax/iarc.vim"), encoding="utf-8").read()
    known = set()
    for line in re.findall(r"^syntax keyword (?!iarcTodo)\w+ (.*)$", vim, re.M):
        known |= set(line.split())
    mate = json.load(open(os.path.join(editors, "vscode/syntaxes/iarc.tmLanguage.json"), encoding="utf-8"))
    mated = set()
    for pattern in mate["patterns"]:
        pattern["regex"] = re.compile(pattern.get("match", pattern.get("begin")))
        whole = re.fullmatch(r"\\b\(([a-z|]+)\)\\b", pattern.get("match", ""))
        if whole:
            mated |= set(whole[1].split("|"))
    for name, has in (("Vim", known), ("TextMate", mated)):
        for word in sorted(words - has):
            failures.append(f"{name} does not know '{word}'")
        for word in sorted(has - words):
            failures.append(f"{name} has '{word}', which the language does not")
    count = 0
    for folder in folders:
        for file in sorted(glob.glob(os.path.join(folder, "**", "*.iarc"), recursive=True)):
            for number, line in enumerate(open(file, encoding="utf-8"), 1):
                for scope, part in scopes(mate["patterns"], line.rstrip("\n")):
                    count += 1
                    if scope is None:
                        failures.append(f"{file}:{number}: '{part}' has no scope")
                    elif part.strip() in words and scope.startswith("variable.other"):
                        failures.append(f"{file}:{number}: '{part}' is taken for a variable")
    for file in ("package.json", "language-configuration.json"):
        json.load(open(os.path.join(editors, "vscode", file), encoding="utf-8"))
    print("\n".join(failures))
    print(f"{len(words)} words, {count} tokens, {len(failures)} failures")
    return 1 if failures or not count else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
