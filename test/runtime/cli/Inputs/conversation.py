"""conversation.py LINE,LINE,... COMMAND...: runs the command with all its streams on a terminal, types the lines, each
once the command has written '> ', then Ctrl-D, and prints what came; exits as the command did."""
import os
import pty
import sys

lines = sys.argv[1].split(",") + ["\x04"]
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
text = b""
asked = 0
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:  # the other side was closed
        break
    if not piece:
        break
    text += piece
    while text.count(b"> ") - text.count(b"-> ") > asked and lines:
        line = lines.pop(0)
        os.write(terminal, (line if line == "\x04" else line + "\n").encode())
        asked += 1
print(text.decode().replace("\r\n", "\n"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
