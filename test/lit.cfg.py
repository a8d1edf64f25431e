# The lit suite of the whole project. Tests mirror the source folders; a folder that brings a
# lit.site.cfg.py of its own into the build tree is a suite of its own inside this one.
import os
import platform
import shutil
import subprocess
import sys

import lit.formats

config.name = "iarc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".iarc", ".test"]
config.excludes = ["Inputs", "fuzz"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.iarc_obj_root, "test")

# Ours before LLVM's: FileCheck, not, count, split-file.
config.environment["PATH"] = os.pathsep.join(
    [config.iarc_tools_dir, config.llvm_tools_dir, os.environ.get("PATH", "")])
# Nothing of the caller's settings may change what the tools print or find.
for name in ("NO_COLOR", "TERM", "CXX", "IARC_RUNTIME_LIBRARY", "IARC_OPENBLAS"):
    config.environment.pop(name, None)

support = os.path.join(config.test_source_root, "Support")
python = sys.executable
config.substitutions += [
    # %status N COMMAND...: succeeds when the command's exit status is N.
    ("%status", f"{python} {os.path.join(support, 'status.py')}"),
    # %terminal COMMAND...: the command's output on a terminal of its own.
    ("%terminal", f"{python} {os.path.join(support, 'terminal.py')}"),
    ("%json", f"{python} -m json.tool"),
    ("%python", python),
    ("%lib", os.path.join(config.iarc_src_root, "lib")),
    ("%examples", os.path.join(config.iarc_src_root, "examples")),
    ("%docs", os.path.join(config.iarc_src_root, "docs")),
    ("%test", config.test_source_root),
    ("%{examples}", os.path.join(config.iarc_src_root, "examples")),
    ("%{lib}", os.path.join(config.iarc_src_root, "lib")),
    ("%{src}", config.iarc_src_root),
    ("%{build}", config.iarc_obj_root),
    ("%{llvm-tools}", config.llvm_tools_dir),
]

# IARC_SANITIZE=address or thread: whatever iarcc compiles to a program has those checks in it.
sanitizer = os.environ.get("IARC_SANITIZE")
# Such programs are linked by clang, for this machine only, and the compiler takes more memory.
if sanitizer or config.iarc_sanitize:
    config.available_features.add("sanitized")
if config.iarc_sanitize:  # even the runtime library: there are no libraries with the checks in them
    config.available_features.add("sanitized-build")
if sanitizer:
    wrapper = os.path.join(config.test_exec_root, "sanitize-" + sanitizer, "iarcc")
    os.makedirs(os.path.dirname(wrapper), exist_ok=True)
    with open(wrapper, "w", encoding="utf-8") as script:
        script.write(f'''#!/bin/sh
iarcc={config.iarc_tools_dir}/iarcc
case " $* " in *" --emit"* | *" --target "* | *" --sanitize"*) exec "$iarcc" "$@" ;; esac
case "$1" in
  task | graph | doc | study) exec "$iarcc" "$@" ;;
  run | check-gradients) command=$1; shift; exec "$iarcc" "$command" --sanitize={sanitizer} "$@" ;;
  *) exec "$iarcc" --sanitize={sanitizer} "$@" ;;
esac
''')
    os.chmod(wrapper, 0o755)
    config.environment["PATH"] = os.path.dirname(wrapper) + os.pathsep + config.environment["PATH"]

# IARC_ROUND_TRIP=1: whatever iarc-opt reads and makes is also printed and parsed, and written and
# read as bytecode, and must come back the same.
if os.environ.get("IARC_ROUND_TRIP"):
    config.substitutions.append((r"\biarc-opt\b", "iarc-opt --verify-roundtrip"))

if config.iarc_have_compiler:
    config.available_features.add("compiler")

if all(os.path.exists(os.path.join(config.iarc_obj_root, "lib", "sanitize-" + name, "libiarcrt.a"))
       for name in ("address", "thread")) and shutil.which("clang++-22"):
    config.available_features.add("sanitizers")
else:
    lit_config.note("the targets iarcrt-address and iarcrt-thread are not built: "
                    "programs with sanitizers are not tried")

# What this processor can run, and whether programs for AArch64 can be linked and run by QEMU.
if platform.machine() == "x86_64":
    config.available_features.add("x86-64")
    try:
        with open("/proc/cpuinfo", encoding="ascii") as cpuinfo:
            flags = next(set(line.split()) for line in cpuinfo if line.startswith("flags"))
    except (OSError, StopIteration):
        flags = set()
    if {"avx2", "fma", "f16c", "bmi1", "bmi2", "abm", "movbe"} <= flags:
        config.available_features.add("x86-64-v3")
    if {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"} <= flags:
        config.available_features.add("x86-64-v4")
    if "xop" in flags:
        config.available_features.add("xop")
qemu = shutil.which("qemu-aarch64") or shutil.which("qemu-aarch64-static")
cross = "aarch64-linux-gnu"
if (qemu and shutil.which(cross + "-g++") and
        os.path.exists(os.path.join(config.iarc_obj_root, "lib", cross, "libiarcrt.a"))):
    config.available_features.add("run-aarch64")
    # Debian's cross libraries lie there.
    config.substitutions.append(("%aarch64", f"{qemu} -L /usr/{cross}"))
else:
    lit_config.note("qemu-user and g++-aarch64-linux-gnu are not both installed: "
                    "programs for AArch64 are compiled but not run")
qemu = shutil.which("qemu-x86_64") or shutil.which("qemu-x86_64-static")
if qemu:
    config.available_features.add("qemu-x86-64")
    config.substitutions.append(("%qemu-x86-64", qemu))

def add_python(feature, variable, modules, missing):
    """Tests that need modules of Python: Debian's interpreter, or what the environment's variable names."""
    python = os.environ.get(variable, "/usr/bin/python3")
    try:
        found = subprocess.run([python, "-c", "import " + modules], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        found = False
    if found:
        config.available_features.add(feature)
    else:
        lit_config.note(missing)
    config.substitutions.append(("%" + feature, python))


add_python("torch", "TORCH_PYTHON", "torch",
           "python3-torch is not installed: comparisons with PyTorch are skipped")
add_python("numpy", "NUMPY_PYTHON", "numpy",
           "python3-numpy is not installed: the module for Python is not tried")
# ONNX_PYTHON may name a Python with onnxruntime, which also runs the files.
add_python("onnx", "ONNX_PYTHON", "onnx, numpy",
           "python3-onnx is not installed: exported ONNX files are not checked")

# What some tests of the study tool need beside: a browser; Slurm, whose daemons only root starts.
chromium = shutil.which("chromium") or shutil.which("chromium-browser")
if chromium:
    config.available_features.add("chromium")
    config.substitutions.append(("%chromium", chromium))
else:
    lit_config.note("chromium is not installed: the study's page is not opened in a browser")
if all(shutil.which(tool) for tool in ("dpkg", "dpkg-deb", "dpkg-shlibdeps", "cpack")):
    config.available_features.add("dpkg")
else:
    lit_config.note("dpkg-dev is not installed: no Debian package is made")
if shutil.which("pandoc"):
    config.available_features.add("pandoc")
else:
    lit_config.note("pandoc is not installed: the documentation's site is not made")
if shutil.which("mandoc"):
    config.available_features.add("mandoc")
else:
    lit_config.note("mandoc is not installed: the manual pages are not checked by it")
if shutil.which("nvim"):
    config.available_features.add("neovim")
else:
    lit_config.note("neovim is not installed: the language server is not tried in it")
slurm = all(os.path.exists(os.path.join("/usr/sbin", name))
            for name in ("munged", "slurmctld", "slurmd"))
if slurm and shutil.which("sbatch") and os.geteuid() == 0:
    config.available_features.add("slurm")
