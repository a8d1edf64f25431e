"""terminal.py COMMAND...: runs the command on a terminal and prints what it writes there.

Escape characters are printed as ESC, so that FileCheck can see them.
"""
import os
import pty
import subprocess
import sys

ours, theirs = pty.openpty()
environment = {"TERM": "xterm", **os.environ}
process = subprocess.Popen(sys.argv[1:], stdout=theirs, stderr=theirs, env=environment)
os.close(theirs)
output = b""
while True:
    try:
        piece = os.read(ours, 4096)
    except OSError:  # the other side was closed
        break
    if not piece:
        break
    output += piece
print(output.decode().replace("\x1b", "ESC").replace("\r\n", "\n"), end="")
sys.exit(process.wait())
