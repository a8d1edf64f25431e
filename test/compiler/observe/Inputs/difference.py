"""difference.py FILE...: what `activations` found between the logits of the graph and those of the generated code."""
import json
import struct
import sys

for path in sys.argv[1:]:
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    difference = float(header["__metadata__"]["logits_difference"])
    tolerance = 1e-12 if header["logits"]["dtype"] == "F64" else 1e-5
    if not difference < tolerance:
        sys.exit(f"'{path}': the logits differ by {difference} of the largest")
print("agree")
