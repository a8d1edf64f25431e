# Shared by all suites. A tool is added to `tools` below once it exists; a suite whose tools are
# not built is excluded by its folder's target, not here.
import os

import lit.formats

config.name = "iarc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".iarc", ".test"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.iarc_obj_root, "test")
config.excludes = ["Inputs", "CMakeLists.txt", "fuzz"]

path = os.pathsep.join([config.iarc_tools_dir, config.llvm_tools_dir, os.environ.get("PATH", "")])
config.environment["PATH"] = path
config.environment.pop("NO_COLOR", None)

config.substitutions.append(("%lib", os.path.join(config.iarc_src_root, "lib")))
config.substitutions.append(("%examples", os.path.join(config.iarc_src_root, "examples")))
config.substitutions.append(("%docs", os.path.join(config.iarc_src_root, "docs")))
config.substitutions.append(("%test", config.test_source_root))
config.substitutions.append(("%python", config.python))

# Tools by their full path, so that a test never picks up an installed one. Those that are absent
# are left to fail in the tests that name them.
tools = ["iarc-dsl-check", "iarcc", "iarc-opt"]
for tool in tools:
    config.substitutions.append(
        (r"(?<![\w/.-])%s(?![\w.-])" % tool, os.path.join(config.iarc_tools_dir, tool)))
for tool in ["FileCheck", "not", "count", "split-file"]:
    config.substitutions.append(
        (r"(?<![\w/.-])%s(?![\w.-])" % tool, os.path.join(config.llvm_tools_dir, tool)))
