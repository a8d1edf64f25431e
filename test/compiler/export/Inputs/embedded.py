"""Compares a model exported as C with the program that it came from, bit by bit.

embedded.py SOURCE FOLDER [--for TARGET COMPILER RUNNER] [--near BOUND] [iarcc's options]

Compiles SOURCE, draws weights, exports them as C, builds that with examples/embed/robot.c by the C compiler
alone and feeds both the windows of a batch, whole and as their last tokens. With --for the C form is that for
TARGET, built by COMPILER and run by RUNNER. With --near logits may differ by BOUND: of a processor without
fused multiply-adds.
"""
import os
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "..", "numerics", "Inputs"))
from tensors import read  # noqa: E402

source, folder, options = sys.argv[1], sys.argv[2], sys.argv[3:]
compiler, runner, export = os.environ.get("CC", "cc"), [], []
if options[:1] == ["--for"]:
    target, compiler, runner = options[1], options[2], options[3].split()
    options = options[4:]
    export = ["--target", target]
bound = 0.0
if options[:1] == ["--near"]:
    bound, options = float(options[1]), options[2:]
options = [*(["--export-target", target] if export else []), *options]
model = os.path.join(folder, "model-program")
weights, batch, logits = (os.path.join(folder, name) for name in ("w", "b", "l"))


def run(*words, **more):
    return subprocess.run(words, check=True, text=True, **more)


def build(embed):
    """The embedded program."""
    robot = os.path.join(folder, "robot")
    run(compiler, "-std=c99", "-Wall", "-Wextra", "-Werror", "-O1", "-I", folder,
        os.path.join(embed, "robot.c"), os.path.join(folder, "model.c"), "-o", robot, "-lm")
    return robot


run("iarcc", *options, source, "-o", model)
run(model, "train", "--steps", "0", "--quiet", "--evaluate-windows", "0", "--weights-out", weights,
    stdout=subprocess.DEVNULL)
run(model, "batch", "--step", "0", "--batch", "3", "--out", batch)
run(model, "export", "--format", "c", *export, "--weights", weights, "--out", os.path.join(folder, "model.c"))
robot = build(os.path.join(here, "..", "..", "..", "..", "examples", "embed"))

tensors = read(batch)
_, (samples, length), symbols = tensors["symbols"]
controls = tensors["controls"][2]
context = length - 1
compared = 0
for positions in sorted({1, (context + 1) // 2, context}):
    run(model, "predict", "--weights", weights, "--batch", batch, "--out", logits, "--positions", str(positions))
    dtype, (_, rows, numbers), expected = read(logits)["logits"]
    for b in range(samples):
        tokens = "".join(f"{symbols[b * length + t]} {controls[b * context + t]}\n"
                         for t in range(context - positions, context))
        answers = run(*runner, robot, "tokens", input=tokens, stdout=subprocess.PIPE).stdout.splitlines()
        assert len(answers) == positions, answers
        best, *given = answers[-1].split()
        last = list(expected[(b * rows + rows - 1) * numbers:(b * rows + rows) * numbers])
        if max(abs(float(x) - y) for x, y in zip(given, last, strict=True)) > bound:
            sys.exit(f"{dtype} logits of sample {b}, {positions} positions: {given} instead of {last}")
        if int(best) != last.index(max(last)):
            sys.exit(f"sample {b}, {positions} positions: {best} predicted of {last}")
        compared += numbers
print(f"{compared} logits " + (f"agree to {bound}" if bound else "are equal to the bit"))
