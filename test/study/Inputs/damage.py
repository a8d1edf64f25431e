"""damage.py TOOL FOLDER: stops a cell, damages its newest checkpoint, and lets the study go on."""
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import time

tool, folder = sys.argv[1:]
state = os.path.join(folder, "results", "state")


def command(results="results"):
    return [*tool.split(), os.path.join(folder, "tiny.study"), "--cores", "1", "--only", "main/ea/IA/1",
            "--checkpoint-every", "100", "--results", os.path.join(folder, results)]


def checkpoints():
    return sorted(glob.glob(os.path.join(state, "begun", "*", "checkpoints", "*.safetensors")))


def result(results="results"):
    with open(os.path.join(folder, results, "results.jsonl"), encoding="utf-8") as file:
        record = json.loads(file.read())
    del record["timing"]
    return record


process = subprocess.Popen(command(), stderr=subprocess.PIPE, text=True)
while len(checkpoints()) < 2:
    if process.poll() is not None:
        sys.exit(f"damage.py: it ended before\n{process.communicate()[1]}")
    time.sleep(0.005)
process.send_signal(signal.SIGKILL)
process.communicate()
time.sleep(0.5)  # its child ends with it
print(f"goes on: {len(checkpoints())} checkpoints")
shutil.copytree(os.path.join(folder, "results"), os.path.join(folder, "whole"))
with open(checkpoints()[-1], "r+b") as file:
    file.seek(-100, os.SEEK_END)
    byte = file.read(1)
    file.seek(-100, os.SEEK_END)
    file.write(bytes([byte[0] ^ 4]))
done = subprocess.run(command(), stderr=subprocess.PIPE, text=True)
if done.returncode:
    sys.exit(f"damage.py: status {done.returncode}\n{done.stderr}")
print("damaged:", *[line for line in done.stderr.splitlines() if "damaged" in line])
subprocess.run(command("whole"), check=True, stderr=subprocess.DEVNULL)
if result() != result("whole"):
    sys.exit("damage.py: the results differ")
print("the result is the same")
