"""two_logs.py PROGRAM LOG: begins a run, then others with the same log, also by the link LOG.link; kills the first and tries again."""
import os
import signal
import subprocess
import sys
import time

program, log = sys.argv[1:]
first = subprocess.Popen([program, "train", "--steps", "1000000000", "--quiet", "--log", log, "--log-every", "1"])
try:
    end = time.monotonic() + 60
    while not (os.path.exists(log) and os.path.getsize(log)) and time.monotonic() < end:
        time.sleep(0.01)

    def second(*flags):
        return subprocess.run([program, "train", "--steps", "10", "--quiet", "--log-every", "1", "--evaluate-windows", "0",
                               *flags], stderr=subprocess.PIPE, text=True)

    for name in (log, log + ".link"):
        refused = second("--log", name, "--weights-out", log + ".weights")
        print(refused.stderr, end="")
        print("ended with", refused.returncode, "weights" if os.path.exists(log + ".weights") else "and no weights")
    before = os.path.getsize(log)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert os.path.getsize(log) >= before > 0
    print("then with", second("--log", log).returncode, "and", len(open(log, encoding="utf-8").readlines()), "lines")
finally:
    first.kill()
    first.wait()
