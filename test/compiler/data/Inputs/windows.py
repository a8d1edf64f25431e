"""windows.py BATCH FILE FORM CONTEXT SPLIT SEED FIRST: whether the batch holds the windows that docs/data.md says."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../numerics/Inputs"))
import tensors


def philox(counter, key):
    """One block of Philox4x32-10."""
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = [(b >> 32) ^ c[1] ^ k[0], b & 0xFFFFFFFF, (a >> 32) ^ c[3] ^ k[1], a & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def words(seed, stream, sample):
    block = 0
    while True:
        yield from philox((block, stream, sample & 0xFFFFFFFF, sample >> 32),
                          (seed & 0xFFFFFFFF, seed >> 32))
        block += 1


def start(seed, sample, places):
    draws = words(seed, 0, sample)
    while True:
        product = (next(draws) * 2**32 + next(draws)) * places
        if product % 2**64 >= 2**64 % places:
            return product >> 64


batch_file, path, form, context, split, seed, first = sys.argv[1:]
context, seed, first = int(context), int(seed), int(first)
content = open(path, "rb").read()
if form == "characters":
    text = content.decode()
    order = sorted(set(text))
    content = [order.index(c) for c in text]
_, shape, symbols = tensors.read(batch_file)["symbols"]
training = int(len(content) * float(split))
for b in range(shape[0]):
    at = start(seed, first + b, training - context)
    window = list(content[at:at + context + 1])
    found = list(symbols[b * (context + 1):(b + 1) * (context + 1)])
    if found != window:
        sys.exit(f"sample {first + b} is {found}, not {window} at {at}")
print("windows agree")
