# The configuration of a suite of .iarc files with RUN: lines, for lit (docs/tools.md). A suite's own
# lit.cfg.py loads it and may then change anything.
#
# It gives: iarcc and the other tools of this installation; LLVM's FileCheck, not, count and split-file;
#   %status N COMMAND   succeeds when the command's exit status is N
#   %{lib}              the folder of the standard library
# and an environment in which nothing of the caller's changes what the tools print.
import glob
import os
import re
import shutil
import sys

here = os.path.dirname(os.path.abspath(__file__))
prefix = os.path.dirname(os.path.dirname(os.path.dirname(here)))

# A module, since lit passes tests on to other processes; /usr is no place for its bytecode.
sys.path.insert(0, here)
keep, sys.dont_write_bytecode = sys.dont_write_bytecode, True
import iarc_lit  # noqa: E402
sys.dont_write_bytecode = keep

if config.name == "<unnamed>":
    config.name = "iarc suite"
config.test_format = iarc_lit.Suite(execute_external=False)
config.suffixes = {".iarc", ".test"}
config.excludes |= {"Inputs", "Output"}


def llvm_tools():
    """The folder of FileCheck: that of the PATH, else of the newest LLVM that Debian installed."""
    found = shutil.which("FileCheck")
    if found:
        return os.path.dirname(found)
    folders = [os.path.dirname(path) for path in glob.glob("/usr/lib/llvm-*/bin/FileCheck")]
    if not folders:
        lit_config.fatal("FileCheck was not found; it is in Debian's package llvm-22-tools")
    return max(folders, key=lambda folder: int(re.search(r"llvm-(\d+)", folder).group(1)))


config.environment["PATH"] = os.pathsep.join(
    [os.path.join(prefix, "bin"), llvm_tools(), os.environ.get("PATH", "")])
config.environment.pop("TERM", None)
# What compiled programs are linked by and with is the caller's affair.
for name in ("CXX", "IARC_RUNTIME_LIBRARY", "IARC_OPENBLAS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

config.substitutions += [
    ("%status", f"{sys.executable} {os.path.join(here, 'status.py')}"),
    ("%{lib}", os.path.join(prefix, "lib", "iarc")),
]
