"""break.py PROGRAMS STATUS [WORDS]: puts a failing script into the place of the compiled program that
the cells main/dpa/IA use: the one that was compiled first."""
import glob
import os
import sys

programs, status = sys.argv[1:3]
oldest = min(glob.glob(os.path.join(programs, "*", "info.json")), key=os.path.getmtime)
program = os.path.join(os.path.dirname(oldest), "tiny")
with open(program + ".new", "w", encoding="utf-8") as file:
    file.write("#!/bin/sh\n")
    if status == "signal":
        file.write("kill -SEGV $$\n")
    else:
        file.write(f"echo '{sys.argv[3] if len(sys.argv) > 3 else ''}' >&2\nexit {status}\n")
os.chmod(program + ".new", 0o755)
os.rename(program + ".new", program)
