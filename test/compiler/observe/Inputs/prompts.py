"""prompts.py MAPS: maps of prompts of 2 and 7 tokens in a context of 5 positions."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "numerics", "Inputs"))
import tensors  # noqa: E402

read = tensors.read(sys.argv[1])
assert list(read["first"][2]) == [3, 0]
assert list(read["symbols"][2]) == [-1, -1, -1, 3, 5, -1, 3, 4, 5, 1, 2, -1], read["symbols"]
_, (samples, layers, heads, queries, keys), values = read["layer.attention"]
at = 0
for sample in range(samples):
    first = read["first"][2][sample]
    for _ in range(layers * heads):
        for query in range(queries):
            row = values[at:at + keys]
            at += keys
            seen = [key for key in range(keys) if row[key]]
            assert seen == (list(range(first, query + 1)) if query >= first else []), (sample, query, row)
            assert query < first or abs(sum(row) - 1) < 1e-6
print("rows of absent positions are zero, and so are keys")
