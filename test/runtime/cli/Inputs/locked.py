"""locked.py FOLDER COMMAND...: runs the command while a process keeps the folder's lock; prints how it ended."""
import fcntl
import os
import subprocess
import sys

with open(os.path.join(sys.argv[1], ".lock"), "r+b") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    print("ended with", subprocess.run(sys.argv[2:], stdout=sys.stderr).returncode)
