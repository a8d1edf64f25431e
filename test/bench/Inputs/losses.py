"""losses.py IARCC CELL: the first losses of a cell's program, as JSON, as the suite computes them."""
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from iarc_bench.cells import select
from iarc_bench.programs import Program

with tempfile.TemporaryDirectory() as folder:
    program = Program(sys.argv[1], select([sys.argv[2]])[0][0], folder)
    print(json.dumps(program.losses(*program.weights_and_batch())))
