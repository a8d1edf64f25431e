"""vanish.py FOLDER COMMAND...: removes the folder after the command's first line on standard error, prints the rest
of standard error and how the command ended."""
import shutil
import subprocess
import sys

process = subprocess.Popen(sys.argv[2:], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
process.stderr.readline()
shutil.rmtree(sys.argv[1])
sys.stdout.write(process.stderr.read().decode())
print("ended with", process.wait(timeout=60))
