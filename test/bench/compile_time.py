#!/usr/bin/env python3
"""How long iarcc takes, against starting the same compiler for --version in the same run.

usage: compile_time.py IARCC [RUNS]

Prints for the flagship, for 60 layers and for a wrong file the median and the best time, the
ratio to the start-up, and the peak memory.
"""
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

iarcc = os.path.abspath(sys.argv[1])
runs = int(sys.argv[2]) if len(sys.argv) > 2 else 7
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
flagship = os.path.join(root, "examples", "cisformer_expressive.iarc")


def measure(arguments, status=0):
    times = []
    for _ in range(runs):
        start = time.monotonic()
        done = subprocess.run([iarcc, *arguments], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
        times.append(time.monotonic() - start)
        if done.returncode != status:
            sys.exit(f"compile_time.py: exit status {done.returncode} of {arguments}")
    return statistics.median(times), min(times)


with tempfile.TemporaryDirectory() as folder:
    wrong = os.path.join(folder, "wrong.iarc")
    with open(flagship) as source, open(wrong, "w") as target:
        target.write(source.read().replace("kernel = expressive", "kernel = expresive"))
    output = os.path.join(folder, "model")
    start, _ = measure(["--version"])
    print(f"{'':24}{'median':>10}{'best':>10}{'/ start-up':>12}")
    for name, arguments, status in [
            ("start-up (--version)", ["--version"], 0),
            ("wrong file", [wrong], 1),
            ("flagship, 12 layers", [flagship, "-o", output], 0),
            ("60 layers", [flagship, "-D", "layers=60", "-o", output], 0)]:
        median, best = measure(arguments, status)
        print(f"{name:24}{median:9.3f}s{best:9.3f}s{median / start:12.1f}")
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(f"peak memory {peak:.0f} MB")
