"""bench_of.py SCRIPT: what the suite makes of a program's `bench`, SCRIPT standing for the program."""
import os
import sys
from types import SimpleNamespace

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from iarc_bench import BenchError  # noqa: E402
from iarc_bench.programs import Program, Skipped  # noqa: E402

program = Program.__new__(Program)  # without compiling anything
program.path = sys.argv[1]
program.cell = SimpleNamespace(name="tiny/x", threads=1, batch=1)
try:
    print(program.bench(1))
except Skipped as reason:
    print("skipped:", reason)
except BenchError as error:
    print("error:", error)
