# Tests of a compiled program's command line, on programs with a hand-written model.
import os
import subprocess
import sys

import lit.formats

config.name = "iarc-runtime"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.iarc_obj_root, "test", "runtime", "cli")
config.environment["PATH"] = config.llvm_tools_dir + os.pathsep + os.environ.get("PATH", "")
for name in ("NO_COLOR", "TERM"):
    config.environment.pop(name, None)

inputs = os.path.join(config.test_source_root, "Inputs")
fake = os.path.join(config.iarc_tools_dir, "iarc-fake-model")
for variant in ("-bad-gradient", "-no-inference", "-all", "-squared", "-f64", "-huge", "-interspersed", "-ia",
                "-invalid-regions", "-invalid", "-last", "-nan-loss", "-processor", "-seven", "-relu-f64", "-relu", "-spoil", "-version",
                "-wrong-gradient", "-wrong-loss", "-wrong-update", ""):
    config.substitutions.append(("%fake" + variant, fake + variant))
config.substitutions += [
    # %status N COMMAND...: succeeds when the command's exit status is N.
    ("%status", "%s %s" % (sys.executable, os.path.join(inputs, "status.py"))),
    ("%safetensors", "%s %s" % (sys.executable, os.path.join(inputs, "safetensors.py"))),
    ("%terminal", "%s %s" % (sys.executable, os.path.join(inputs, "terminal.py"))),
    ("%checkpoint", "%s %s" % (sys.executable, os.path.join(inputs, "checkpoint.py"))),
    ("%events", "%s %s" % (sys.executable, os.path.join(inputs, "events.py"))),
    ("%faults", "%s %s" % (sys.executable, os.path.join(inputs, "faults.py"))),
    ("%vanish", "%s %s" % (sys.executable, os.path.join(inputs, "vanish.py"))),
    ("%locked", "%s %s" % (sys.executable, os.path.join(inputs, "locked.py"))),
    ("%kill-loop", "%s %s" % (sys.executable, os.path.join(inputs, "kill_loop.py"))),
    ("%coprocess", "%s %s" % (sys.executable, os.path.join(inputs, "coprocess.py"))),
    ("%conversation", "%s %s" % (sys.executable, os.path.join(inputs, "conversation.py"))),
    ("%two-logs", "%s %s" % (sys.executable, os.path.join(inputs, "two_logs.py"))),
    ("%python", sys.executable),
    ("%signals", "%s %s" % (sys.executable, os.path.join(inputs, "signals.py"))),
    ("%json", "%s -m json.tool" % sys.executable),
]

# Debian's python3-protobuf reads event files independently; it belongs to the system's Python.
system_python = "/usr/bin/python3"
try:
    found = subprocess.run([system_python, "-c", "import google.protobuf"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
except OSError:
    found = False
if found:
    config.available_features.add("python3-protobuf")
else:
    lit_config.note("python3-protobuf is not installed: events are read by the tests' own reader only")
config.substitutions.append(("%system-python", system_python))

# System calls that fail when told to, by LD_PRELOAD.
shim = os.path.join(config.iarc_obj_root, "lib", "libiarc-fault-shim.so")
if os.path.exists(shim):
    config.available_features.add("fault-shim")
if config.iarc_sanitize:
    config.available_features.add("sanitized")
config.substitutions.append(("%fault-shim", shim))
