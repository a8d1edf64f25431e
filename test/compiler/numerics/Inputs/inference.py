"""inference.py SOURCE FOLDER [--run WORDS] [--short N,...] OPTION...: whether single windows are computed as batches are.

Compiles SOURCE with the options for iarcc, trains a little, and compares the logits of `predict --batch` with those
of `gradients` on the same windows, and the symbols that `predict` gives for the windows as text. With --short the last N tokens of each window alone are predicted from, and
compared with the model of a context of N (-D positions=N) whose weights are those of the last N positions: what an
absent position is to a longer model. The programs are run by the command WORDS where they are for another machine.
"""
import json
import math
import os
import subprocess
import sys

import tensors

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES = 7


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"exit status {done.returncode} of: {' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def last_rows(file, rows):
    """The logits of the last rows of each sample."""
    dtype, (samples, positions, count), values = file["logits"]
    kept = [v for b in range(samples)
            for v in values[(b * positions + positions - rows) * count:(b + 1) * positions * count]]
    return {"logits": (dtype, [samples, rows, count], kept)}


def cut(values, shape, axes, sizes, positions):
    """The numbers of a weight that a model with fewer positions has: those of the last positions."""
    if not shape:
        return values
    size = len(values) // shape[0]
    parts = [values[i * size:(i + 1) * size] for i in range(shape[0])]
    if axes[0] == "pair" and shape[0] != sizes[0]:
        first = round((math.sqrt(8 * shape[0] + 1) - 1) / 2) - positions
        parts = [parts[t * (t + 1) // 2 + s] for t in range(first, first + positions) for s in range(first, t + 1)]
    parts = parts[len(parts) - sizes[0]:]
    return [v for part in parts for v in cut(part, shape[1:], axes[1:], sizes[1:], positions)]


def as_text(info, batch):
    """The windows of a batch as lines for predict."""
    (_, (samples, length), symbols), (_, _, controls) = batch["symbols"], batch["controls"]
    names, lines = info["task"]["subtasks"], []
    for b in range(samples):
        words = []
        for t in range(length - 1):
            symbol, control = symbols[b * length + t], controls[b * (length - 1) + t]
            name = names[control] if control >= 0 else ""
            words.append(name if symbol < 0 else f"{symbol}({name})" if name else str(symbol))
        lines.append(" ".join(words) + "\n")
    return "".join(lines)


def check_text(program, runner, info, weights, batch, logits):
    """What predict says of the windows as text is the first of their largest logits."""
    _, (samples, rows, count), values = logits["logits"]
    best = [max(range(count), key=lambda s, b=b: (values[((b + 1) * rows - 1) * count + s], -s)) for b in range(samples)]
    given = subprocess.run([*runner, program, "predict", "--weights", weights], input=as_text(info, tensors.read(batch)),
                           capture_output=True, text=True)
    if given.returncode != 0 or given.stdout.split() != [str(symbol) for symbol in best]:
        sys.exit(f"predict says {given.stdout.split()}, the logits {best}\n{given.stderr}")


def compare_short(program, runner, folder, source, options, count, weights, batch, tolerance):
    short = os.path.join(folder, "short")
    run("iarcc", *options, "-D", f"positions={count}", source, "-o", short)
    axes = {w["name"]: w for w in json.loads(run(*runner, short, "info", "--json"))["weights"]}
    fewer = {name: (dtype, axes[name]["shape"],
                    cut(values, shape, axes[name]["axes"], axes[name]["shape"], count))
             for name, (dtype, shape, values) in tensors.read(weights).items()}
    tensors.write(short + ".weights", fewer)
    windows = {}
    for name, (dtype, (samples, length), values) in tensors.read(batch).items():
        keep = count + (name == "symbols")
        windows[name] = (dtype, [samples, keep],
                         [v for b in range(samples) for v in values[(b + 1) * length - keep:(b + 1) * length]])
    tensors.write(short + ".batch", windows)
    run(*runner, short, "gradients", "--weights", short + ".weights", "--batch", short + ".batch",
        "--out", short + ".gradients")
    run(*runner, program, "predict", "--weights", weights, "--batch", batch, "--positions", str(count),
        "--out", short + ".predicted")
    predicted = tensors.read(short + ".predicted")
    rows = min(predicted["logits"][1][1], count)
    return tensors.compare(last_rows(tensors.read(short + ".gradients"), min(rows, tensors.read(
        short + ".gradients")["logits"][1][1])), last_rows(predicted, rows), tolerance)


def main(source, folder, *options):
    options, runner, short = list(options), [], []
    for flag in ("--run", "--short"):
        if flag in options:
            at = options.index(flag)
            if flag == "--run":
                runner = options[at + 1].split()
            else:
                short = [int(count) for count in options[at + 1].split(",")]
            del options[at:at + 2]
    os.makedirs(folder, exist_ok=True)
    if not os.path.isabs(source):
        source = os.path.join(HERE, source)
    program = os.path.join(folder, "program")
    weights, batch, gradients, predicted = (f"{program}.{name}" for name in
                                            ("weights", "batch", "gradients", "predicted"))
    run("iarcc", *options, source, "-o", program)
    given = json.loads(run(*runner, program, "info", "--json"))
    if not given["inference"]:
        sys.exit("the program has no code for single windows")
    tolerance = 1e-12 if given["precision"] == "f64" else 2e-5
    run(*runner, program, "train", "--quiet", "--evaluate-windows", "0", "--steps", "2", "--batch", "16",
        "--weights-out", weights)
    run(*runner, program, "batch", "--step", "5", "--batch", str(SAMPLES), "--out", batch)
    run(*runner, program, "gradients", "--weights", weights, "--batch", batch, "--out", gradients)
    run(*runner, program, "predict", "--weights", weights, "--batch", batch, "--out", predicted)
    logits = tensors.read(predicted)
    worst = tensors.compare(last_rows(tensors.read(gradients), logits["logits"][1][1]), logits, tolerance)
    check_text(program, runner, given, weights, batch, logits)
    if max(map(abs, logits["logits"][2])) == 0:
        sys.exit("all logits are zero: nothing was compared")
    line = f"windows agree to {worst:.0e}"
    for count in short:
        worst = compare_short(program, runner, folder, source, options, count, weights, batch, tolerance)
        line += f", {count} positions to {worst:.0e}"
    print(os.path.basename(source), *options, line, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
