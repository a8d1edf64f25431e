"""Runs the lit suite and every unit test program and prints the totals.

The last line is always `N passed, N failed`, over both kinds; skipped tests count as neither.
Exits with 1 when a test failed, was not run to its end, or when there was none.
"""
import argparse
import json
import os
import subprocess
import sys


def run_lit(lit, suite):
    """Returns (passed, failed, skipped) of the lit suite in the build folder `suite`."""
    report = os.path.join(suite, "lit.json")
    if os.path.exists(report):
        os.remove(report)
    status = subprocess.run([lit, "-sv", "-o", report, suite]).returncode
    try:
        with open(report, encoding="utf-8") as file:
            codes = [test["code"] for test in json.load(file)["tests"]]
    except (OSError, ValueError, KeyError):
        print(f"lit did not finish: exit status {status}", flush=True)
        return 0, 1, 0
    passed = sum(code in ("PASS", "FLAKYPASS", "XFAIL") for code in codes)
    skipped = sum(code in ("UNSUPPORTED", "SKIPPED", "EXCLUDED") for code in codes)
    failed = len(codes) - passed - skipped
    if status != 0 and failed == 0:
        failed = 1  # such as an invalid suite
    print(f"lit: {passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return passed, failed, skipped


def run_unit_tests(program):
    """Returns (passed, failed, skipped) of one GoogleTest program."""
    report = program + ".json"
    if os.path.exists(report):
        os.remove(report)
    status = subprocess.run([program, "--gtest_brief=1", f"--gtest_output=json:{report}"],
                            stdin=subprocess.DEVNULL).returncode
    name = os.path.basename(program)
    try:
        with open(report, encoding="utf-8") as file:
            suites = json.load(file)["testsuites"]
    except (OSError, ValueError, KeyError):
        print(f"{name} did not finish: exit status {status}", flush=True)
        return 0, 1, 0
    tests = [test for suite in suites for test in suite["testsuite"]]
    failed = sum(bool(test.get("failures")) for test in tests)
    skipped = sum(test["result"] in ("SKIPPED", "SUPPRESSED") for test in tests)
    passed = len(tests) - failed - skipped
    if status != 0 and failed == 0:
        failed = 1  # such as a leak or a race reported at the end
    print(f"{name}: {passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return passed, failed, skipped


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lit", required=True, help="the lit program")
    parser.add_argument("--suite", required=True, help="build folder of the lit suite")
    parser.add_argument("--unit-tests", required=True, help="file that lists the unit tests")
    arguments = parser.parse_args()

    with open(arguments.unit_tests, encoding="utf-8") as file:
        programs = file.read().split("\n")
    results = [run_unit_tests(program) for program in programs if program]
    results.append(run_lit(arguments.lit, arguments.suite))
    passed, failed, skipped = (sum(column) for column in zip(*results))
    if skipped:
        print(f"{skipped} skipped", flush=True)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
