"""golden.py SOURCE GOLDEN FOLDER [--name GOLDEN=MODEL ...] [--run WORDS] OPTION...: compares compiled programs with
golden values.

Compiles SOURCE in double precision with the options for iarcc, once with each loss, and compares
logits (those of single windows too), loss, gradients and (for cross entropy at the last position) the weights after one and two
updates with the file GOLDEN, whose tensors may have other names there. The programs are run by the command WORDS
where they are for another machine. Works in FOLDER; prints the largest relative differences.
"""
import os
import subprocess
import sys

import inference
import tensors

LOSSES = ("cross_entropy at last", "cross_entropy at all", "squared_error at last")
TOLERANCE = 1e-10
RATE = "0.02"


def run(*command):
    status = subprocess.run(command).returncode
    if status != 0:
        sys.exit(f"exit status {status} of: {' '.join(command)}")


def check(golden_file, source, folder, loss, options, names, runner=()):
    golden = tensors.read(golden_file)
    weight_names = [name[len("weight."):] for name in golden if name.startswith("weight.")]

    def maps(old, new):
        """From `old` to `new`, with each weight's name in the place of the star."""
        return [f"{old.replace('*', name)}={new.replace('*', names.get(name, name))}"
                for name in weight_names]

    def compare(maps, path):
        return tensors.compare(tensors.renamed(golden, maps), tensors.read(path), TOLERANCE)

    base = os.path.join(folder, loss.replace(" at ", "_"))
    name = os.path.basename(base)
    with open(base + ".iarc", "w", encoding="utf-8") as file:
        file.write(source.replace("loss " + LOSSES[0], "loss " + loss))
    weights = base + ".weights"
    tensors.write(weights, tensors.renamed(golden, maps("weight.*", "*")))
    run("iarcc", "--precision", "f64", *options, base + ".iarc", "-o", base)
    given = ("--weights", weights, "--batch", golden_file)
    run(*runner, base, "gradients", *given, "--out", base + ".gradients")
    line = f"{loss}: logits {compare(['logits=logits'], base + '.gradients'):.0e}"
    run(*runner, base, "predict", *given, "--out", base + ".predicted")
    predicted = tensors.read(base + ".predicted")
    rows = inference.last_rows(golden, predicted["logits"][1][1])
    line += f", single windows {tensors.compare(rows, predicted, TOLERANCE):.0e}"
    line += f", loss {compare([f'loss.{name}=loss'], base + '.gradients'):.0e}"
    worst = compare(maps(f"gradient.{name}.*", "gradient.*"), base + ".gradients")
    line += f", gradients {worst:.0e}"
    if loss == LOSSES[0]:
        for steps in ("1", "2"):
            after = base + ".after" + steps
            run(*runner, base, "step", *given, "--out-weights", after, "--steps", steps, "--rate", RATE,
                "--momentum", "0.8")
            line += f", after {steps}: {compare(maps(f'after_step_{steps}.*', '*'), after):.0e}"
        expected = tensors.updated(tensors.read(weights), tensors.read(base + ".gradients"),
                                   float(RATE))
        # What an update adds to a weight is exact to the rounding of the weight.
        tensors.compare(expected, tensors.read(base + ".after1"), 1e-15)
    print(" ".join(options), line, flush=True)


def main(source_file, golden_file, folder, *options):
    with open(source_file, encoding="utf-8") as file:
        source = file.read()
    if source.count("loss " + LOSSES[0]) != 1:
        sys.exit(f"'{source_file}' does not say 'loss {LOSSES[0]}' once")
    names, runner = {}, []
    while "--name" in options:
        at = options.index("--name")
        old, _, new = options[at + 1].partition("=")
        names[old] = new
        options = options[:at] + options[at + 2:]
    if "--run" in options:
        at = options.index("--run")
        runner = options[at + 1].split()
        options = options[:at] + options[at + 2:]
    os.makedirs(folder, exist_ok=True)
    for loss in LOSSES:
        check(golden_file, source, folder, loss, options, names, runner)


if __name__ == "__main__":
    main(*sys.argv[1:])
