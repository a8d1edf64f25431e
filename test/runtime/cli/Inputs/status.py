"""status.py N COMMAND...: runs the command and succeeds when its exit status is N."""
import subprocess
import sys

status = subprocess.call(sys.argv[2:])
if status != int(sys.argv[1]):
    sys.exit("exit status %d, expected %s" % (status, sys.argv[1]))
