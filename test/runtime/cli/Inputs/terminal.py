"""terminal.py COLUMNS COMMAND...: runs the command with standard error on a terminal and prints what came there,
control characters escaped; exits as the command did."""
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

ours, theirs = pty.openpty()
fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
process = subprocess.Popen(sys.argv[2:], stderr=theirs, stdout=subprocess.DEVNULL)
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
