"""coprocess.py LINE,LINE,... COMMAND...: writes the lines to the command one by one, each after the answer to the one
before has come, and prints the answers; a command that waits for more lines would hang, and is ended after a minute."""
import subprocess
import sys
import threading

process = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
timer = threading.Timer(60, process.kill)
timer.start()
for line in sys.argv[1].split(","):
    process.stdin.write(line + "\n")
    process.stdin.flush()
    print(process.stdout.readline(), end="")
process.stdin.close()
status = process.wait()
timer.cancel()
sys.exit(status)
