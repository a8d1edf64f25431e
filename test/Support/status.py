"""status.py N COMMAND...: succeeds when the command ends with exit status N.

N may be "signal:S" for a command that signal number S ends.
"""
import subprocess
import sys

expected = sys.argv[1]
status = subprocess.run(sys.argv[2:]).returncode
actual = f"signal:{-status}" if status < 0 else str(status)
if actual != expected:
    print(f"status.py: exit status {actual}, expected {expected}", file=sys.stderr)
    sys.exit(1)
