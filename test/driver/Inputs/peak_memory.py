"""peak_memory.py MEGABYTES STATUS COMMAND...: the command must end with STATUS and keep to the memory."""
import resource
import subprocess
import sys

megabytes, expected = float(sys.argv[1]), int(sys.argv[2])
status = subprocess.run(sys.argv[3:], stderr=subprocess.DEVNULL).returncode
if status != expected:
    sys.exit(f"peak_memory.py: exit status {status}, expected {expected}")
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(f"peak memory {peak:.0f} MB of {megabytes:.0f} MB")
sys.exit(peak > megabytes)
