# Tests of a compiled program's command line, on programs with a hand-written model.
import os
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
for variant in ("-no-inference", "-all", "-squared", "-f64", "-huge", "-interspersed", "-ia", "-invalid",
                "-last", "-nan-loss", "-processor", "-seven", "-relu-f64", "-relu", "-spoil", "-version",
                "-wrong-gradient", "-wrong-loss", "-wrong-update", ""):
    config.substitutions.append(("%fake" + variant, fake + variant))
config.substitutions += [
    # %status N COMMAND...: succeeds when the command's exit status is N.
    ("%status", "%s %s" % (sys.executable, os.path.join(inputs, "status.py"))),
    ("%safetensors", "%s %s" % (sys.executable, os.path.join(inputs, "safetensors.py"))),
    ("%terminal", "%s %s" % (sys.executable, os.path.join(inputs, "terminal.py"))),
    ("%coprocess", "%s %s" % (sys.executable, os.path.join(inputs, "coprocess.py"))),
    ("%conversation", "%s %s" % (sys.executable, os.path.join(inputs, "conversation.py"))),
    ("%python", sys.executable),
    ("%signals", "%s %s" % (sys.executable, os.path.join(inputs, "signals.py"))),
    ("%json", "%s -m json.tool" % sys.executable),
]
