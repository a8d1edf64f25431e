"""terminal.py COMMAND...: runs the command with standard error on a terminal and prints what came there,
control characters escaped; exits as the command did."""
import os
import pty
import subprocess
import sys

ours, theirs = pty.openpty()
process = subprocess.Popen(sys.argv[1:], stderr=theirs, stdout=subprocess.DEVNULL)
os.close(theirs)
text = b""
while True:
    try:
        piece = os.read(ours, 4096)
    except OSError:  # the other side was closed
        break
    if not piece:
        break
    text += piece
print(text.decode().replace("\r\n", "\n").encode("unicode_escape").decode().replace("\\n", "\n"))
sys.exit(process.wait())
