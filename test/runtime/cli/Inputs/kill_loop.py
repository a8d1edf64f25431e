"""kill_loop.py PROGRAM FOLDER KILLS [STEPS]: a run that is killed again and again ends as an undisturbed one.

Trains STEPS steps (3000) once undisturbed, and once with KILLS SIGKILLs at random moments, each time with another
number of threads, going on with --resume. Then weights, evaluation, checkpoint, log and events must be the
same, what the clock tells apart, and no run may ever have refused to go on. 200 kills:

    python3 test/runtime/cli/Inputs/kill_loop.py build/bin/iarc-fake-model /tmp/kills 200 30000
"""
import os
import random
import shutil
import subprocess
import sys
import time

import checkpoint
import events


def command(program, folder, steps, threads):
    at = lambda name: os.path.join(folder, name)
    return [program, "train", "--steps", str(steps), "--batch", "16", "--threads", str(threads),
            "--checkpoint", at("checkpoints"), "--checkpoint-every", "17", "--checkpoint-keep", "2",
            "--resume", "--log", at("log.jsonl"), "--log-every", "50", "--tensorboard", at("events"),
            "--weights-out", at("weights"), "--evaluate-windows", "200", "--quiet", "--json"]


def main(program, folder, kills, steps="3000"):
    kills, steps = int(kills), int(steps)
    random.seed(1)
    shutil.rmtree(folder, ignore_errors=True)
    calm, wild = os.path.join(folder, "calm"), os.path.join(folder, "wild")
    os.makedirs(calm)
    os.makedirs(wild)
    start = time.monotonic()
    expected = subprocess.run(command(program, calm, steps, 2), check=True,
                              stdout=subprocess.PIPE).stdout
    seconds = time.monotonic() - start

    done, evaluation = 0, None
    while evaluation is None:
        process = subprocess.Popen(command(program, wild, steps, random.choice((1, 2, 3))),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done < kills:
            time.sleep(random.uniform(0, 1.5 * seconds / kills))
            process.kill()
        output, errors = process.communicate()
        if errors:
            sys.exit(f"kill_loop.py: after {done} kills: {errors.decode()}")
        if process.returncode == 0:
            evaluation = output
        elif process.returncode == -9:
            done += 1
        else:
            sys.exit(f"kill_loop.py: exit status {process.returncode} after {done} kills")

    if evaluation != expected:
        sys.exit("kill_loop.py: another evaluation")
    at = os.path.join
    if open(at(calm, "weights"), "rb").read() != open(at(wild, "weights"), "rb").read():
        sys.exit("kill_loop.py: other weights")
    if checkpoint.log_lines(at(calm, "log.jsonl")) != checkpoint.log_lines(at(wild, "log.jsonl")):
        sys.exit("kill_loop.py: another log")
    figures = [events.figures(at(place, "events")) for place in (calm, wild)]
    if figures[0] != figures[1]:
        sys.exit("kill_loop.py: other events")
    kept = [sorted(os.listdir(at(place, "checkpoints"))) for place in (calm, wild)]
    if kept[0] != kept[1]:
        sys.exit(f"kill_loop.py: other checkpoints: {kept}")
    for name in kept[0]:
        if name.endswith(".safetensors"):
            checkpoint.same(at(calm, "checkpoints/" + name), at(wild, "checkpoints/" + name))
    print(f"killed {done} times, the same end")


if __name__ == "__main__":
    main(*sys.argv[1:])
