"""loops.py MODEL WEIGHTS BATCH GRADIENTS ...: the logits of a model with loops, computed once more.

Plain Python that follows the text of loops/MODEL.iarc, so that the meaning of a loop (which value a
name stands for in which iteration, which layer's weight it reads) is checked by something else than
the compiler; check-gradients only compares its own forward function with its own adjoint. Further
files of GRADIENTS must hold the same numbers as the first, to rounding.
"""
import json
import math
import struct
import sys

SYMBOLS, CONTROLS, CONTEXT, WIDTH = 5, 4, 6, 9
model, weights_path, batch_path, *results = sys.argv[1:]


def read(path):
    """The tensors of a safetensors file: name -> (shape, numbers)."""
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__":
            begin, end = (8 + length + at for at in entry["data_offsets"])
            code = {"F64": "d", "I32": "i"}[entry["dtype"]]
            numbers = struct.unpack(f"<{(end - begin) // struct.calcsize(code)}{code}", data[begin:end])
            tensors[name] = (entry["shape"], numbers)
    return tensors


weights = read(weights_path)


def matrix(name, layer=0):
    """The matrix of a flat layer index, as rows."""
    values = weights[name][1]
    size = WIDTH * WIDTH
    return [values[layer * size + o * WIDTH : layer * size + (o + 1) * WIDTH] for o in range(WIDTH)]


def linear(x, name, layer=0):
    return [sum(w * v for w, v in zip(row, x)) for row in matrix(name, layer)]


def each(f, *xs):
    return [f(*v) for v in zip(*xs)]


def add(x, y):
    return each(lambda a, b: a + b, x, y)


def mul(x, y):
    return each(lambda a, b: a * b, x, y)


def tanh(x):
    return [math.tanh(v) for v in x]


def swap(x):
    b = linear(x, "linear")
    for i in range(3):
        t = add(x, tanh(linear(b, "linear_2", i)))
        x = b
        b = t
    return add(x, mul(b, b))


def captured_deep(x):
    h = tanh(linear(x, "linear"))
    for i in range(2):
        g = tanh(linear(x, "linear_2", i))
        for j in range(3):
            x = tanh(add(mul(x, h), linear(mul(x, g), "linear_3", 3 * i + j)))
        x = add(x, g)
    return x


def three(x):
    a, b = linear(x, "linear"), tanh(linear(x, "linear_2"))
    for i in range(4):
        t = x
        x = a
        a = b
        b = add(t, [0.5 * v for v in tanh(linear(a, "linear_3", i))])
    return add(x, mul(a, b))


def recur_delay(xs):
    zero = [0.0] * WIDTH
    s = before = last = total = zero
    results = []
    for x in xs:
        a = linear(x, "linear")
        following = add(add(a, linear(s, "linear_2")),
                        add([0.5 * v for v in before], linear(last, "linear_3")))
        before, last, s = s, a, tanh(following)
        y = add(s, mul(before, last))
        total = add([0.5 * v for v in total], mul(linear(y, "linear_4"), s))
        results.append(add(total, s))
    return results


def recur_layers(xs):
    gates = [tanh(linear(x, "linear")) for x in xs]
    for i in range(3):
        s, following = [0.0] * WIDTH, []
        bias = weights["linear_3_bias"][1][i * WIDTH : (i + 1) * WIDTH]
        for x, g in zip(xs, gates):
            s = tanh(add(add(mul(x, g), linear(s, "linear_2", i)),
                         add(linear(x, "linear_3", i), bias)))
            following.append(add(x, s))
        xs = following
    return xs


batch = read(batch_path)
samples = batch["symbols"][0][0]
symbols, controls = batch["symbols"][1], batch["controls"][1]
first = read(results[0])
worst = 0.0
for n in range(samples):
    xs = []
    for t in range(CONTEXT):
        x = [0.0] * WIDTH
        x[symbols[n * (CONTEXT + 1) + t]] = 1.0
        control = controls[n * CONTEXT + t]
        if control >= 0:
            x[SYMBOLS + control] = 1.0
        xs.append(x)
    function = globals()[model]
    # A recurrence reads all positions, any other model one.
    sequence = function(xs) if model.startswith("recur") else [function(x) for x in xs]
    for t in range(CONTEXT):
        expected = sequence[t][:SYMBOLS]
        start = (n * CONTEXT + t) * SYMBOLS
        found = first["logits"][1][start : start + SYMBOLS]
        worst = max(worst, max(abs(a - b) for a, b in zip(expected, found)))
if not worst < 1e-12:
    sys.exit(f"logits differ from the reference by {worst}")
for path in results[1:]:
    other = read(path)
    if other.keys() != first.keys():
        sys.exit(f"{path}: other tensors")
    for name in first:
        far = max(abs(a - b) for a, b in zip(first[name][1], other[name][1]))
        if not far < 1e-12:
            sys.exit(f"{path}: {name} differs by {far}")
        if name.startswith("gradient.") and not any(first[name][1]):
            sys.exit(f"{name} is zero")
print(f"ok: {samples * CONTEXT} positions, largest difference {worst:.1e}")
