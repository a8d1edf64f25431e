"""A study that SIGKILL ends at ten random moments ends with the results of one that ran through.

kill.py TOOL FOLDER STUDY: the results are compared without what depends on the clock or the machine.
"""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

tool, folder, study = sys.argv[1:]
random.seed(20250804)


def command(results):
    return [*tool.split(), study, "--results", os.path.join(folder, results), "--quiet",
            "--checkpoint-every", "25"]


def results_of(name):
    """The lines of results.jsonl by cell, without "timing"."""
    with open(os.path.join(folder, name, "results.jsonl"), encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    for record in records:
        del record["timing"]
    return sorted(records, key=lambda record: record["key"])


def processes_of(name):
    """Processes whose command names the results folder."""
    found = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/cmdline", "rb") as file:
                words = file.read()
        except OSError:
            continue
        if os.path.join(folder, name).encode() in words:
            found.append(int(process))
    return found


def check(condition, message):
    if not condition:
        sys.exit(f"kill.py: {message}")


shutil.rmtree(folder, ignore_errors=True)
os.makedirs(folder)
start = time.monotonic()
subprocess.run(command("through"), check=True)
length = time.monotonic() - start
expected = results_of("through")
check(len(expected) == 10, f"{len(expected)} results instead of 10")

def begun():
    """The cells that have a checkpoint to go on from."""
    path = os.path.join(folder, "killed", "state", "begun")
    return [name for name in (os.listdir(path) if os.path.isdir(path) else [])
            if any(file.endswith(".safetensors") for _, _, files in os.walk(os.path.join(path, name))
                   for file in files)]


kills, unfinished, going_on = 0, 0, 0
# Where other work slowed the first ten down so much that none got as far as a cell's checkpoint, some
# more are given longer.
while kills < 10 or (kills < 40 and not going_on):
    if kills == 3:  # by now the kills have hit the compiler; from here on they hit the cells
        shutil.copytree(os.path.join(folder, "through", "state", "programs"),
                        os.path.join(folder, "killed", "state", "programs"), dirs_exist_ok=True)
    process = subprocess.Popen(command("killed"))
    time.sleep(random.uniform(0.02, length / (6 if kills < 10 else 2)))
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
        path = os.path.join(folder, "killed", "results.jsonl")
        done = len(results_of("killed")) if os.path.exists(path) else 0
        unfinished += done < len(expected)
        going_on += bool(begun())
        for _ in range(100):
            if not processes_of("killed"):
                break
            time.sleep(0.05)
        check(not processes_of("killed"), "a process outlived the tool")
    else:
        # It came to its end on a faster stretch: compared, and begun again.
        check(process.returncode == 0, f"exit status {process.returncode}")
        check(results_of("killed") == expected, "the results differ")
        shutil.rmtree(os.path.join(folder, "killed"))
subprocess.run(command("killed"), check=True)
check(results_of("killed") == expected, "the results differ")
check(not os.listdir(os.path.join(folder, "killed", "state", "running")), "an attempt was left")
check(not os.listdir(os.path.join(folder, "killed", "state", "begun")), "checkpoints were left")
print(f"killed {kills} times, {unfinished} times with cells left, {going_on} times within one; "
      "the results are the same")
