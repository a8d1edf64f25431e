"""nan.py IN OUT: makes query[0, 0, 7] not a number."""
import math
import sys

import tensors

changed = tensors.read(sys.argv[1])
changed["query"][2][7] = math.nan
tensors.write(sys.argv[2], changed)
