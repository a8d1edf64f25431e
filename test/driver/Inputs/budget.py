"""budget.py SECONDS MEGABYTES STATUS COMMAND...: the command must keep to the time and the memory.

The best of five runs counts, since the machine may be busy with other things.
"""
import resource
import subprocess
import sys
import time

seconds, megabytes, expected = float(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
best = float("inf")
for _ in range(5):
    start = time.monotonic()
    status = subprocess.run(sys.argv[4:], stderr=subprocess.DEVNULL).returncode
    best = min(best, time.monotonic() - start)
    if status != expected:
        sys.exit(f"budget.py: exit status {status}, expected {expected}")
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(f"best time {best:.3f} s of {seconds} s, peak memory {peak:.0f} MB of {megabytes:.0f} MB")
sys.exit(best > seconds or peak > megabytes)
