# What an installed iarc brings for such a suite lies beside its programs: ../share/iarc/lit.
import os
import shutil

iarcc = shutil.which("iarcc") or lit_config.fatal("iarcc is not in the PATH")
prefix = os.path.dirname(os.path.dirname(os.path.realpath(iarcc)))
lit_config.load_config(config, os.path.join(prefix, "share", "iarc", "lit", "lit.cfg.py"))
