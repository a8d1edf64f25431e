"""Gives programs another layout at random and formats them twice: the second must change nothing.

The tool itself compares the tokens of its result with those of its input (status 5). Line breaks,
blanks, tabs, CRLF and comments come anywhere between tokens. Usage: shuffle.py TOOL COUNT FOLDER ...
"""
import glob
import os
import random
import re
import subprocess
import sys

TOKEN = re.compile(rb'//[^\r\n]*|"[^"\r\n]*"|[A-Za-z0-9_]+(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?)?'
                   rb"|\.\.<|\.\.|[<>=!]=|\s+|.", re.S)
GAPS = [b" ", b"   ", b"\n", b"\t", b"\r\n", b"\n\n\n", b" // c\n", b"\n//  d \n"]


def shuffled(text, choice):
    result = b""
    often = choice.random()
    for token in TOKEN.findall(text):
        if token.startswith(b"//"):
            result += token + b"\n" * choice.randint(1, 3)
        elif token.isspace() or choice.random() < 0.1:
            gap = choice.choice(GAPS if choice.random() < often else [b" ", b"\n"])
            result += gap if token.isspace() else token + gap
        else:
            result += token
    return result


def main(tool, count, *folders):
    files = sorted(file for folder in folders
                   for file in glob.glob(os.path.join(folder, "**", "*.iarc"), recursive=True))
    formatted, bad = 0, 0
    for seed in range(int(count)):
        choice = random.Random(seed)
        file = choice.choice(files)
        text = shuffled(open(file, "rb").read(), choice)
        first = subprocess.run([tool], input=text, capture_output=True)
        if first.returncode == 1:
            continue
        formatted += 1
        second = subprocess.run([tool], input=first.stdout, capture_output=True)
        if first.returncode or second.stdout != first.stdout:
            bad += 1
            print(f"seed {seed} of {file}: status {first.returncode}", first.stderr.decode())
    print(f"{formatted} formatted, {bad} bad")
    return 1 if bad or not formatted else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
