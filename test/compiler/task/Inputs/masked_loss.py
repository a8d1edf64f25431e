"""Computes the loss of `gradients` once more from its logits and the batch's targets."""
import json
import math
import struct
import sys


def tensors(path):
    data = open(path, "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            kind = {"I32": "i", "F64": "d"}[entry["dtype"]]
            count = (end - begin) // struct.calcsize(kind)
            yield name, (entry["shape"], struct.unpack(f"<{count}{kind}", data[8 + size + begin:8 + size + end]))


batch, result = dict(tensors(sys.argv[1])), dict(tensors(sys.argv[2]))
shape, logits = result["logits"]
_, symbols = batch["symbols"]
_, targets = batch["targets"]
samples, positions, classes = shape
total = masked = 0
for b in range(samples):
    for t in range(positions):
        target = targets[b * positions + t]
        if target < 0:
            masked += 1
            continue
        assert target == symbols[b * (positions + 1) + t + 1]
        row = logits[(b * positions + t) * classes:][:classes]
        top = max(row)
        total += top + math.log(sum(math.exp(z - top) for z in row)) - row[target]
loss = result["loss"][1][0]
assert 0 < masked < samples * positions
assert abs(loss - total / (samples * positions)) < 1e-12, (loss, total / (samples * positions))
print("the loss is the mean over all positions, those without a target counting as 0")
