"""names.py FILE: the names of its tensors."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "numerics", "Inputs"))
import tensors  # noqa: E402

print(*sorted(tensors.read(sys.argv[1])))
