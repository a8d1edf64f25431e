"""faults.py PROGRAM SHIM FOLDER: lets every write, fsync, rename ... of a run fail, one after the other.

A run of 10 steps goes on to 20 with checkpoints, log, events and weights, once for each call that can fail, and once
more without. With a failing call: status 4, a message, no damaged file, and no checkpoint gone that is not replaced
by newer ones. Afterwards: the run goes on to the end of an undisturbed one.
"""
import os
import shutil
import subprocess
import sys

import checkpoint
import events

KEEP = 2
FAULTS = [("write", "ENOSPC"), ("write", "TORN"), ("fsync", "EIO"), ("rename", "EIO"), ("open", "EIO"),
          ("ftruncate", "EIO"), ("mkdir", "ENOSPC"), ("unlink", "EIO")]


def train(program, shim, folder, steps, fault="", fired=""):
    at = lambda name: os.path.join(folder, name)
    return subprocess.run(
        [program, "train", "--steps", str(steps), "--batch", "8", "--threads", "1", "--checkpoint", at("c"),
         "--checkpoint-every", "5", "--checkpoint-keep", str(KEEP), "--resume", "--log", at("log"),
         "--log-every", "4", "--tensorboard", at("events"), "--weights-out", at("weights"), "--quiet",
         "--evaluate-windows", "8"],
        env={**os.environ, "LD_PRELOAD": shim, "IARC_FAULT": fault, "IARC_FAULT_FIRED": fired}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def checkpoints(folder):
    """Their names and bytes; ends the test when one is damaged."""
    found = {}
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if name.endswith(".safetensors"):
            path = os.path.join(folder, name)
            checkpoint.verify(path)
            found[name] = read(path)
    return found


def outcome(folder):
    return (read(os.path.join(folder, "weights")), checkpoint.log_lines(os.path.join(folder, "log")),
            events.figures(os.path.join(folder, "events")))


def attempt(program, shim, base, folder, expected, fault):
    """Whether the fault came about."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base, folder)
    before = checkpoints(os.path.join(folder, "c"))
    weights = os.path.join(folder, "weights")
    old = read(weights) if os.path.exists(weights) else None
    fired = os.path.join(folder, "fired")
    result = train(program, shim, folder, 20, fault, fired)
    if not os.path.exists(fired):
        if result.returncode != 0:
            sys.exit(f"faults.py: {fault} did not come about, but status {result.returncode}")
        return False

    def fail(what):
        sys.exit(f"faults.py: {fault}: {what}\n{result.stderr.decode()}")
    said = result.stderr.decode()
    # A temporary file that cannot be removed harms nobody.
    if result.returncode != 4 and not (fault.startswith("unlink") and result.returncode == 0):
        fail(f"status {result.returncode}")
    if result.returncode == 4 and "error: cannot " not in said:
        fail("no message")
    after = checkpoints(os.path.join(folder, "c"))
    for name, content in before.items():
        newer = [other for other in after if other > name]
        if name not in after and len(newer) < KEEP:
            fail(f"{name} is gone")
        if name in after and after[name] != content:
            fail(f"{name} has changed")
    if os.path.exists(weights) or old:
        if read(weights) not in (old, expected[0]):
            fail("the weights are neither the old nor the new ones")

    again = train(program, shim, folder, 20)
    if again.returncode != 0:
        fail(f"does not go on: {again.stderr.decode()}")
    end = outcome(folder)
    if end[0] != expected[0]:
        fail("other weights in the end")
    if "training goes on without" in said:  # then the log ends early, and says no less than it knew
        for found, wanted in zip(end[1:], expected[1:]):
            if [entry for entry in found if entry not in wanted]:
                fail("other figures in the end")
    elif end[1:] != expected[1:]:
        fail(f"other figures in the end: {end[1:]}")
    return True


def main(program, shim, folder):
    shutil.rmtree(folder, ignore_errors=True)
    begun, fresh, calm = (os.path.join(folder, name) for name in ("begun", "fresh", "calm"))
    os.makedirs(begun)
    os.makedirs(fresh)
    if train(program, shim, begun, 10).returncode != 0:
        sys.exit("faults.py: the first run failed")
    shutil.copytree(begun, calm)
    if train(program, shim, calm, 20).returncode != 0:
        sys.exit("faults.py: the undisturbed run failed")
    expected = outcome(calm)
    for call, error in FAULTS:
        for base in (begun, fresh) if error != "TORN" else (begun,):
            number = 1
            while attempt(program, shim, base, os.path.join(folder, "work"), expected,
                          f"{call}:{number}:{error}"):
                number += 1
            print(f"{call} {error} {os.path.basename(base)}: {number - 1} faults survived")


if __name__ == "__main__":
    main(*sys.argv[1:])
