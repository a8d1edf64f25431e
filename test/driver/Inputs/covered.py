"""Says which parts of the language and which options no test uses.

    covered.py ROOT PROGRAM

ROOT is the source tree, PROGRAM a compiled model. Of the language: the words of the grammar, and all names
that the compiler knows itself with their arguments, in code of the tests: comments, messages and prose do not
count. Of the tools and of the program's commands: each option that --help lists, with the command in one line
of a test, or in one Python file or function of one. iarcc and the tools are those of the PATH. Prints the
numbers; what is not tested fails.
"""
import pathlib
import re
import subprocess
import sys

TOOLS = ["iarcc", "iarc-format", "iarc-lsp-server", "iarc-study", "iarc-dsl-check"]
COMMANDS = ["run", "check-gradients", "task", "graph", "doc"]
# Words of settings, which are compared where they are read (TrainSettings.cpp, TaskDeclaration.cpp,
# TaskSetting.cpp, DataTask.cpp).
SETTINGS = {"batch", "steps", "clip", "accumulate", "evaluate", "stop", "accuracy", "symbols", "gap", "history",
            "warmup", "target", "width", "subtasks", "encoding", "by", "type", "split"}


def words_of(root):
    """What a program may say: (kind, word)."""
    grammar = re.sub(r"//.*", "", (root / "dsl/grammar/Iarc.g4").read_text())
    words = {("keyword", word) for word in re.findall(r"'([a-z]+)'", grammar)}
    words |= {("operator", text) for text in re.findall(r"'([^'a-zA-Z\\ ~|]{1,3})'", grammar)}
    names = (root / "dsl/lib/Sema/Names.cpp").read_text()
    words |= {("name", word) for word in re.findall(r'"([a-z_][a-z0-9_]*)"', names)}
    task = re.search(r"&taskNames\(\) \{(.*?)\n\}", (root / "dsl/lib/Sema/TaskDeclaration.cpp").read_text(), re.S)
    words |= {("name of a task", word) for word in re.findall(r'"(\w+)"', task[1])}
    words |= {("setting", word) for word in SETTINGS}
    return words


def code_of(tests):
    """The programs in the tests, without comments: .iarc files, those of split-file, texts of C++ and Python."""
    parts = []
    for path in tests.rglob("*"):
        if "fuzz" in path.parts or not path.is_file():
            continue
        if path.suffix == ".iarc":
            parts.append(path.read_text(errors="replace"))
        elif path.suffix == ".test":
            text = path.read_text(errors="replace")
            for name, file in re.findall(r"^(?://|#)--- (\S+)\n(.*?)(?=^(?://|#)--- |\Z)", text, re.M | re.S):
                if name.endswith(".iarc"):
                    parts.append(file)
            # Programs that sed makes of others.
            parts += re.findall(r"\bsed (?:-\w )*'(s/.*?)'", text)
        elif path.suffix in (".py", ".cpp"):
            for raw, quoted in re.findall(r'R"\w*\((.*?)\)\w*"|"""(.*?)"""', path.read_text(), re.S):
                if re.search(r"^\s*(?:model|task|block|kernel|function) \w+.*[{=]", raw or quoted, re.M):
                    parts.append(raw or quoted)
    return re.sub(r"//[^\n]*", "", "\n".join(parts))


def options_of(command):
    """The options of a help text, each with its spellings."""
    text = subprocess.run([*command, "--help"], capture_output=True, text=True).stdout
    found = []
    for line in text.splitlines():
        match = re.match(r" {1,6}(-[\w-]+)(?:, ?(--[\w-]+))?", line)
        if match:
            found.append(tuple(option for option in match.groups() if option))
    return found


def calls_of(tests):
    """Lines of the tests that may call a program, and for Python also whole files."""
    calls = []
    for path in tests.rglob("*"):
        if path.suffix in (".test", ".iarc", ".mlir"):
            text = re.sub(r"\\\n(?:// |# )?RUN:", " ", path.read_text(errors="replace"))
            # What lit substitutes, such as flags that several calls take.
            defined = " ".join(line.split("DEFINE:", 1)[1] for line in text.splitlines() if "DEFINE:" in line)
            calls += [line.split("RUN:", 1)[1] + " " + defined for line in text.splitlines() if "RUN:" in line]
        elif path.suffix in (".py", ".lua", ".cpp"):
            calls.append(path.read_text(errors="replace"))
    return calls


def uses(calls, words, option):
    """Whether a call has all the words and an option in one of its spellings."""
    for call in calls:
        if all(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", call) for word in words):
            for spelling in option:
                # -O2, -Dx=1, -Rplan: the value of a short one may follow at once.
                end = r"(?![\w-])" if len(spelling) > 2 else ""
                if re.search(rf"(?<![\w-]){re.escape(spelling)}{end}", call):
                    return True
    return False


def main(root, program):
    root = pathlib.Path(root)
    tests = root / "test"
    code = code_of(tests)
    untested = []
    words = words_of(root)
    for kind, word in sorted(words):
        shape = rf"\b{word}\b" if word[0].isalpha() or word[0] == "_" else re.escape(word)
        if not re.search(shape, code):
            untested.append(f"{kind} {word}")
    calls = calls_of(tests)
    count = 0
    own = {}
    for tool in TOOLS:
        own[tool] = options_of([tool])
        if not own[tool]:
            untested.append(f"the help of {tool} lists no option")
        names = [tool] if tool != "iarc-study" else ["study"]
        for option in own[tool]:
            count += 1
            if not uses(calls, names, option):
                untested.append(f"{tool} {', '.join(option)}")
    passes = [line.split()[0] for line in
              subprocess.run(["iarc-opt", "--help"], capture_output=True, text=True).stdout.splitlines()
              if line.startswith("      --iarc-")]
    for option in passes:
        count += 1
        if not uses(calls, [], (option, option[1:], option[2:])):
            untested.append(f"iarc-opt {option}")
    if not passes:
        untested.append("the help of iarc-opt lists no pass")
    for command in COMMANDS:
        for option in options_of(["iarcc", command]):
            if option in own["iarcc"] and "--help" not in option and command not in ("graph", "doc"):
                continue  # declared once for all
            count += 1
            if not uses(calls, ["iarcc", command], option):
                untested.append(f"iarcc {command} {', '.join(option)}")
    listed = subprocess.run([program, "--help"], capture_output=True, text=True).stdout
    commands = re.findall(r"^  ([a-z-]+) {2,}", listed.split("commands:")[-1], re.M)
    for command in commands:
        for option in options_of([program, command]):
            count += 1
            if not uses(calls, [command], option):
                untested.append(f"{command} {', '.join(option)} of a program")
    if untested or len(commands) < 10:
        sys.exit("not tested:\n" + "\n".join("  " + line for line in untested))
    print(f"{len(words)} words, {count} options of {len(TOOLS)} tools and {len(commands)} commands")


if len(sys.argv) != 3:
    sys.exit(__doc__)
main(*sys.argv[1:])
