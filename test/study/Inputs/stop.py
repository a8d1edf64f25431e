"""stop.py TOOL FOLDER: ends a study by signals, then lets two processes finish it together."""
import os
import re
import signal
import subprocess
import sys
import time

tool, folder = sys.argv[1:]
command = [*tool.split(), os.path.join(folder, "tiny.study"), "--cores", "1"]
running = os.path.join(folder, "results", "state", "running")
begun = os.path.join(folder, "results", "state", "begun")

for name in ("SIGTERM", "SIGINT"):
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while not (os.path.isdir(running) and os.listdir(running)):  # until a cell is under way
        if process.poll() is not None:
            sys.exit(f"stop.py: it ended before a cell was under way\n{process.communicate()[1]}")
        time.sleep(0.005)
    process.send_signal(getattr(signal, name))
    start = time.monotonic()
    said = process.communicate()[1]
    if time.monotonic() - start > 5:
        sys.exit("stop.py: it took more than five seconds to end")
    print(f"{name}: status {process.returncode}\n{said.splitlines()[-1].split(': ', 1)[1]}")
    if os.listdir(running):
        sys.exit("stop.py: an attempt was left behind")
    for place, _, files in os.walk(begun):  # a cell that came as far as to lock its folder
        if ".lock" in files and not any(name.endswith(".safetensors") for name in files):
            sys.exit(f"stop.py: the cell has no checkpoint: {place} has {files}")

both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
said = "".join(process.communicate()[1] for process in both)
if any(process.returncode for process in both):
    sys.exit(f"stop.py: failed\n{said}")
with open(os.path.join(folder, "results", "results.jsonl"), encoding="utf-8") as file:
    results = len(file.readlines())
finished = re.findall(r"^\[\d+/10\] (\S+)  accuracy", said, re.M)
twice = len(finished) - len(set(finished))
print(f"two at a time: {results} results, {len(finished)} of them now, {twice} of these twice")
