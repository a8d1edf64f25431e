"""signals.py NAME[,NAME] COMMAND...: waits for the command's first line on standard error, sends the signals
a little apart, prints the rest of standard error and how the command ended."""
import signal
import subprocess
import sys
import time

process = subprocess.Popen(sys.argv[2:], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
process.stderr.readline()
time.sleep(0.5)
for name in sys.argv[1].split(","):
    process.send_signal(getattr(signal, name))
    time.sleep(0.02)
sys.stdout.write(process.stderr.read().decode())
print("ended with", process.wait(timeout=60))
