"""target.py FOLDER [--run WORDS] [--levels 0123] OPTION...: whether programs made for one target compute what they should.

With the options for iarcc, at each level of optimisation: golden values of three architectures (see golden.py), gradients
of single precision against differences, and the same weights for 1, 2 and 5 threads to the last bit. The programs are
run by the command WORDS where they are for another machine.
"""
import os
import subprocess
import sys

import golden
import inference

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = {
    "cisformer_expressive": ("tiny.iarc", {}, ["-D", "kernel=expressive", "-D", "placement=per position"]),
    "causal_mlp": ("tiny_mlp.iarc", {"bias": "weight_bias"}, []),
    "lstm": ("tiny_lstm.iarc", {"bias": "w_input_bias"}, []),
}


def single_precision(source, folder, options, runner):
    program = os.path.join(folder, "single")
    golden.run("iarcc", *options, os.path.join(HERE, source), "-o", program)
    checked = subprocess.run([*runner, program, "check-gradients"], capture_output=True, text=True)
    if checked.returncode != 0:
        sys.exit(checked.stdout + checked.stderr)
    weights = {}
    for threads in ("1", "2", "5"):
        file = os.path.join(folder, "weights" + threads)
        golden.run(*runner, program, "train", "--quiet", "--seed", "3", "--evaluate-windows", "0", "--steps", "5",
                   "--batch", "61", "--threads", threads, "--weights-out", file)
        with open(file, "rb") as written:
            weights[threads] = written.read()
    if len(set(weights.values())) != 1:
        sys.exit(f"{source}: the weights hang on the number of threads ({' '.join(options)})")


def main(folder, *options):
    options, runner, levels = list(options), [], "0123"
    for flag in ("--run", "--levels"):
        if flag in options:
            at = options.index(flag)
            if flag == "--run":
                runner = options[at + 1].split()
            else:
                levels = options[at + 1]
            del options[at:at + 2]
    os.makedirs(folder, exist_ok=True)
    for level in levels:
        for model, (source, names, defined) in MODELS.items():
            given = [*options, "-O" + level, *defined]
            with open(os.path.join(HERE, source), encoding="utf-8") as file:
                text = file.read()
            golden.check(os.path.join(HERE, model + ".safetensors"), text, folder, golden.LOSSES[0], given, names, runner)
            single_precision(source, folder, given, runner)
            runs = ["--run", " ".join(runner)] if runner else []
            inference.main(source, folder, *runs, "--short", "2", *given)
    print("passed")


if __name__ == "__main__":
    main(*sys.argv[1:])
